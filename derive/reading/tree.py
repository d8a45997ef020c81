"""The one syntax tree of the three surfaces: what stands on the paper, before any name means anything.

A juxtaposition stays a flat `Run`, because whether `y(1-y)` is a call or a product is told by the vocabulary, not by
the text. Every node knows the span it was read from, as positions in the prepared text (`Source.column` leads back to
the text as typed).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from fractions import Fraction

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula and where it stands."""

    span: Span


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number, exact: 0.1 is 1/10."""

    value: Fraction
    scientific: bool = False


@dataclass(frozen=True, slots=True)
class Name(Node):
    r"""A name as it is written, `\\hat y` as `y_hat`; `kind` is word, symbol (σ, \\sigma) or upright (\\mathrm{xy})."""

    name: str
    kind: str = "word"
    font: str = ""


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms with their signs."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors, each with the sign before it: `*`, `/`, `@`, `∘` (Hadamard), `×`; the first has `*`."""

    factors: tuple[tuple[str, Node], ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Signed(Node):
    """A minus before a product."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Run(Node):
    """Things that stand side by side: a product, a call, or a function before its argument."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Scripted(Node):
    """Something with primes, an index below and an exponent."""

    base: Node
    primes: int = 0
    below: Node | None = None
    above: Node | None = None


@dataclass(frozen=True, slots=True)
class Group(Node):
    """What stands in brackets: `(`, `[`, `{`, `|` or `‖`; several items where commas divide them."""

    bracket: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call that the surface itself makes plain, as Python does."""

    function: Node
    arguments: tuple[Node, ...]
    keywords: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Item(Node):
    """Entries of an array, `W[i, j]`."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Attribute(Node):
    """`np.exp`, `W.T`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Quotient(Node):
    r"""A fraction with a bar, `\\frac{a}{b}`."""

    numerator: Node
    denominator: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    """A root, square where no degree is written."""

    body: Node
    degree: Node | None = None


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A chain of comparisons, `0 < x <= 1`; the signs are <, <=, >, >=, ==, !=."""

    operands: tuple[Node, ...]
    signs: tuple[str, ...]
    equals: int = -1  # where the first single '=' stands


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and`, `or`, `not` of conditions."""

    word: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values with their conditions; None is `otherwise`."""

    branches: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Each(Node):
    """A generator, `x[i]*y[i] for i in range(n)`."""

    body: Node
    index: Name
    values: Node


@dataclass(frozen=True, slots=True)
class Nothing(Node):
    """A place left empty, such as the `:` of a slice."""


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all that it holds, in the order of the text."""
    waiting: list[object] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Node):
            yield part
            waiting.extend(getattr(part, attribute.name) for attribute in reversed(fields(part)))
        elif isinstance(part, tuple):
            waiting.extend(reversed(part))
