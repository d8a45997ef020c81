"""Small boxes that recur, and how tightly a typeset expression binds."""

from collections.abc import Sequence
from dataclasses import dataclass

from derive.rendering.layout import Box, Kind, Mark, Script, brackets, row

LOW, RELATION, SUM, PRODUCT, WHOLE = 0, 1, 2, 3, 6
"""How tightly something binds, from loose to tight: a + b needs brackets in a product, a b does not in a sum."""


@dataclass(frozen=True)
class Typeset:
    """A box and how tightly it binds."""

    box: Box
    binding: int


def number(text: str) -> Typeset:
    """Return a number; a negative one binds like a sum."""
    if text.startswith("-"):
        return Typeset(row(Mark("−", Kind.PREFIX), Mark(text[1:], Kind.NUMBER)), SUM)
    return Typeset(Mark(text, Kind.NUMBER), WHOLE)


def upright(text: str) -> Mark:
    """Return the name of a function."""
    return Mark(text, Kind.UPRIGHT)


def words(text: str) -> Mark:
    """Return words within a formula."""
    return Mark(text, Kind.WORDS)


def infix(sign: str) -> Mark:
    """Return an operator between two operands."""
    return Mark(sign, Kind.INFIX)


def comma_separated(boxes: Sequence[Box]) -> Box:
    """Return boxes with commas between them."""
    parts: list[Box] = []
    for box in boxes:
        parts += [Mark(",", Kind.PUNCTUATION), box] if parts else [box]
    return row(*parts)


def raised(base: Box, upper: Box) -> Box:
    """Return a base with an exponent; one that carries an exponent already gets brackets."""
    if isinstance(base, Script) and base.upper is None:
        return Script(base.base, base.lower, upper)
    return Script(brackets(base) if isinstance(base, Script) else base, upper=upper)
