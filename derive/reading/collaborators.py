"""What the parts of the meaning ask of one another, so that each can stand in its own file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from derive.reading import tree
from derive.reading.source import Source
from derive.reading.vocabulary import Vocabulary

if TYPE_CHECKING:
    from derive.reading.arrays import Bound

Value = Any


class Collaborators:
    """The state of one reading, and the methods that its parts call on each other."""

    source: Source
    vocabulary: Vocabulary
    surface: str
    names: dict[str, Value]
    needs: dict[Value, None]
    bound: "dict[str, Bound]"
    free: dict[str, Value]
    lengths: dict[str, Value]
    sizes: dict[str, Value]
    arrays: dict[str, Value]
    writer: Any
    depth: int
    written: frozenset[str]

    def of(self, node: tree.Node) -> Value:
        """Return the meaning of a node."""
        raise NotImplementedError

    def note(self, sentence: str) -> None:
        """List an ambiguous reading."""
        raise NotImplementedError

    def piece(self, *nodes: tree.Node) -> str:
        """Return the text of nodes as it was typed."""
        raise NotImplementedError

    def need(self, condition: Value) -> None:
        """Record where the formula is defined."""
        raise NotImplementedError

    def need_nonzero(self, value: Value) -> None:
        """Record that a divisor must not be zero."""
        raise NotImplementedError

    def variable(self, name: str, node: tree.Node) -> Value:
        """Return what a name stands for."""
        raise NotImplementedError

    def count_compared(self, number: int, position: int) -> None:
        """Count what has to be compared."""
        raise NotImplementedError

    def power(self, base: Value, exponent: Value, node: tree.Node, above: tree.Node) -> Value:
        """Return a power."""
        raise NotImplementedError

    def raise_to(self, base: Value, above: tree.Node, node: tree.Node) -> Value:
        """Raise to a power, or transpose."""
        raise NotImplementedError

    def root(self, body: Value, degree: int, node: tree.Node) -> Value:
        """Return a root."""
        raise NotImplementedError

    def whole_number(self, node: tree.Node, what: str, least: int, most: int) -> int:
        """Return a small whole number."""
        raise NotImplementedError

    def indicator_of(self, condition: tree.Node, node: tree.Node) -> Value:
        """Return 1 where a condition holds."""
        raise NotImplementedError

    def cases(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value:
        """Return a case distinction."""
        raise NotImplementedError

    def make(self, name: str, values: Sequence[Value], node: tree.Node) -> Value:
        """Return a known function of numbers."""
        raise NotImplementedError

    def call(
        self,
        name: str,
        primes: int,
        arguments: Sequence[tree.Node],
        node: tree.Node,
        keywords: dict[str, tree.Node] | None = None,
    ) -> Value:
        """Return the value of a function."""
        raise NotImplementedError

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Do something without recording where it is defined: it concerns a name that stands for each entry."""
        before = dict(self.needs)
        try:
            yield
        finally:
            self.needs.clear()
            self.needs.update(before)

    @contextmanager
    def binding(self, bounds: "dict[str, Bound]") -> Iterator[None]:
        """Bind indices for a while; what a sum needs inside is not recorded, as its index is not a number."""
        before = dict(self.bound)
        lengths = dict(self.lengths)
        self.bound.update(bounds)
        try:
            with self.unrecorded():
                yield
        finally:
            self.bound.clear()
            self.bound.update(before)
            self.lengths.clear()
            self.lengths.update(lengths)
