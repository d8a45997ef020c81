"""The boxes of a typeset formula, before they become LaTeX, MathML or plain text.

A formula is arranged once (order of terms, brackets, fractions) and written three times, so that the three always say
the same.
"""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a mark is, which decides its font and spacing."""

    LETTER = "letter"
    UPRIGHT = "upright"
    CALLIGRAPHIC = "calligraphic"
    NUMBER = "number"
    INFIX = "infix"
    PREFIX = "prefix"
    PUNCTUATION = "punctuation"
    WORDS = "words"


@dataclass(frozen=True)
class Mark:
    """A letter, number, operator or a few words, in Unicode."""

    text: str
    kind: Kind = Kind.LETTER


@dataclass(frozen=True)
class Row:
    """Boxes side by side."""

    parts: tuple["Box", ...]


@dataclass(frozen=True)
class Gap:
    """The thin space between two factors."""


@dataclass(frozen=True)
class Fraction:
    """One box over another."""

    top: "Box"
    bottom: "Box"


@dataclass(frozen=True)
class Root:
    """A square root."""

    inner: "Box"


@dataclass(frozen=True)
class Script:
    """A base with a lower and an upper script, either of which may be missing."""

    base: "Box"
    lower: "Box | None" = None
    upper: "Box | None" = None


@dataclass(frozen=True)
class Accent:
    """A letter with a hat or a bar."""

    base: "Box"
    mark: str


@dataclass(frozen=True)
class Big:
    """A large operator, Σ or ∫, with what stands below and above it."""

    sign: str
    below: "Box | None" = None
    above: "Box | None" = None


@dataclass(frozen=True)
class Fence:
    """A box between brackets."""

    left: str
    inner: "Box"
    right: str


@dataclass(frozen=True)
class Cases:
    """A case distinction: values, each with its condition."""

    rows: tuple[tuple["Box", "Box"], ...]


Box = Mark | Row | Gap | Fraction | Root | Script | Accent | Big | Fence | Cases

INVISIBLE = Row(())


def row(*parts: Box) -> Box:
    """Return boxes side by side, rows within rows dissolved."""
    flat: list[Box] = []
    for part in parts:
        flat += part.parts if isinstance(part, Row) else (part,)
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def brackets(inner: Box) -> Fence:
    """Return a box in round brackets."""
    return Fence("(", inner, ")")


def is_tall(box: Box) -> bool:
    """Tell whether a box is higher than a line, so that brackets around it have to grow."""
    if isinstance(box, (Fraction, Big, Cases)):
        return True
    if isinstance(box, Row):
        return any(is_tall(part) for part in box.parts)
    if isinstance(box, Script):
        return is_tall(box.base)
    return isinstance(box, (Fence, Root, Accent)) and is_tall(box.base if isinstance(box, Accent) else box.inner)
