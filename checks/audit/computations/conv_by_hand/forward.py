"""The forward pass from the numbers that are printed, in exact arithmetic."""

from fractions import Fraction

from checks.audit.computations.conv_by_hand.printed_values import A1, Z1, Rows
from checks.audit.printed import middle

Exact = list[list[Fraction]]


def exact(rows: Rows) -> Exact:
    """Return printed numbers as fractions."""
    return [[middle(text) for text in row] for row in rows]


def relu_of_printed() -> Exact:
    """max(0, ·) of each printed pixel of z1."""
    return [[max(Fraction(0), value) for value in row] for row in exact(Z1)]


def pooled_of_printed() -> Exact:
    """The largest of each 2×2 window of the printed a1."""
    image = exact(A1)
    return [[max(image[2 * u + e][2 * v + f] for e in range(2) for f in range(2)) for v in range(2)] for u in range(2)]


def negative_pixels() -> int:
    """The negative pixels of the printed z1, counted."""
    return sum(value < 0 for row in exact(Z1) for value in row)


def flattened_order(values: list[list[int]]) -> list[int]:
    """The rows of an image, one after the other."""
    return [value for row in values for value in row]
