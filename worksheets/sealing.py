"""Sealed answers: a student's notebook can say right or wrong about a number or a choice without holding it.

A seal is a slow salted hash (scrypt) of the answer. It cannot be read, but it can be tried: a choice among four
falls to four tries, a small whole number to a short loop. So it is feedback for practice and guards nothing.
"""

import hashlib
import math
from collections.abc import Collection
from fractions import Fraction

LENGTH = 12
CELLS = 4
"""A tolerance is divided into this many cells on each side; a number is compared by the cells that it falls into."""


def _hash(salt: str, text: str) -> str:
    return hashlib.scrypt(text.encode(), salt=salt.encode(), n=2**12, r=8, p=1, dklen=LENGTH).hex()


def sealed_choice(question: str, right: Collection[str]) -> str:
    """Return the seal of a choice."""
    return _hash(question, "".join(sorted(right)))


def opens_choice(question: str, chosen: Collection[str], seal: str) -> bool:
    """Tell whether a choice is the sealed one."""
    return sealed_choice(question, chosen) == seal


def sealed_number(question: str, right: Fraction, tolerance: Fraction) -> str:
    """Return the seal of a number: the width of its cells, and the hash of each cell within the tolerance.

    The middle of a tolerance is hidden among the cells; its width is not.
    """
    if tolerance == 0:
        return f"0:{_hash(question, str(right))}"
    width = _round(tolerance / CELLS)
    low, high = math.ceil((right - tolerance) / width), math.floor((right + tolerance) / width)
    cells = [_hash(question, f"{width}:{cell}") for cell in range(low, high)]
    return f"{width}:{'.'.join(sorted(cells))}"


def opens_number(question: str, value: Fraction, seal: str) -> bool:
    """Tell whether a number lies in a sealed cell; within a cell of the edge of the tolerance it may be either way."""
    width_text, _, cells = seal.partition(":")
    width = Fraction(width_text)
    text = str(value) if width == 0 else f"{width}:{math.floor(value / width)}"
    return _hash(question, text) in cells.split(".")


def _round(width: Fraction) -> Fraction:
    """Return the width with two digits, so that it does not give the tolerance's own number away."""
    places = 1 - math.floor(math.log10(width))
    return Fraction(math.floor(width * Fraction(10) ** places), 1) / Fraction(10) ** places
