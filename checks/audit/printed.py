"""Numbers as they are printed: a decimal with k digits after its point stands for all numbers that round to it."""

import re
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

_NUMBER = re.compile(r"[+\-−]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def is_printed(text: object) -> bool:
    """Whether a text is a decimal number."""
    return isinstance(text, str) and _NUMBER.fullmatch(text.strip()) is not None


def middle(text: str) -> Fraction:
    """Return the decimal number itself."""
    return Fraction(text.strip().replace("−", "-"))


def half_unit(text: str) -> Fraction:
    """Return half of a unit in the last digit that is printed.

    >>> half_unit("-3.63")
    Fraction(1, 200)
    """
    digits, _, exponent = text.strip().lower().partition("e")
    places = len(digits.partition(".")[2])
    return Fraction(1, 2) * Fraction(10) ** (int(exponent or 0) - places)


def ball(text: str) -> arb:
    """Return a ball that contains every number that is printed like this.

    >>> ball("3.73").contains(arb("3.734"))
    True
    """
    return arb(exact(middle(text)), 0) + arb(0, exact(half_unit(text)))


def exact(value: Fraction) -> fmpq:
    """Return a fraction as python-flint has it."""
    return fmpq(value.numerator, value.denominator)


def balls(rows: Any) -> Any:
    """Return nested lists of printed numbers as nested lists of balls."""
    return [balls(each) for each in rows] if isinstance(rows, list) else ball(str(rows))


def as_number(says: object) -> object:
    """Return a decimal text as the number itself, and anything else as it is."""
    return middle(str(says)) if is_printed(says) else says
