"""The ten printed probabilities of the digits, in fractions."""

from collections.abc import Sequence
from fractions import Fraction

from checks.audit.computations.network_theory.printed_values import IDEAL, REALISTIC
from checks.audit.printed import middle

OUTPUTS = {"ideal": IDEAL, "realistic": REALISTIC}


def total(output: str) -> Fraction:
    """The sum of the ten printed numbers, in fractions."""
    return sum((middle(text) for text in OUTPUTS[output]), Fraction(0))


def most_likely(output: str) -> list[Fraction]:
    """The place of the largest of the ten printed numbers, counted from 0, and this number."""
    values = [middle(text) for text in OUTPUTS[output]]
    return [Fraction(values.index(max(values))), max(values)]


def next_likely() -> list[int]:
    """The places of the second largest of the ten printed numbers."""
    values = [middle(text) for text in REALISTIC]
    second = sorted(set(values))[-2]
    return [place for place, value in enumerate(values) if value == second]


def of_one_among(digits: Sequence[int]) -> Fraction:
    """The sum of the printed probabilities of these digits."""
    return sum((middle(REALISTIC[digit]) for digit in digits), Fraction(0))
