"""The ring detector 2 → 4 → 3 → 1, in fractions."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from flint import arb

from checks.audit.found import Found

FIRST = ((1, 0), (-1, 0), (0, 1), (0, -1))
LAST = (-1, 1, -1)
POINTS = (("0", "0"), ("0.5", "0.5"), ("1.1", "0"), ("1", "1"), ("1.5", "0.2"), ("2", "0"), ("2.1", "0"))


def _score(x: Fraction, y: Fraction, bias: Sequence[Fraction]) -> Fraction:
    zero = Fraction(0)
    hidden = [max(zero, v * x + w * y) for v, w in FIRST]
    rows = ((-2,) * 4, (-1,) * 4, (1,) * 4)
    second = [
        max(zero, sum((w * h for w, h in zip(row, hidden, strict=True)), b)) for row, b in zip(rows, bias, strict=True)
    ]
    return sum((w * h for w, h in zip(LAST, second, strict=True)), zero)


def _decided(x: str, y: str) -> bool:
    return _score(Fraction(x), Fraction(y), (Fraction(3), Fraction(2), Fraction(-2))) >= 0


def decisions() -> list[bool]:
    """The network with the printed weights, in fractions, for the seven test points."""
    return [_decided(x, y) for x, y in POINTS]


def right_decisions(ring: str) -> Found:
    """The test points decided as they lie in the diamond-shaped or in the circular ring, counted."""
    right = 0
    for x, y in POINTS:
        u, v = abs(Fraction(x)), abs(Fraction(y))
        inside = 1 <= u + v <= 2 if ring == "diamond" else 1 <= u * u + v * v <= 4
        right += _decided(x, y) == inside
    return Found(right, f"the seven test points, those decided as they lie in the {ring} counted,")


def scores(radius: int, tenths: int) -> Found:
    """The scores that differ from 0 at points of the border of this radius, in fractions, counted."""
    bias = (Fraction(3), Fraction(2), Fraction(-2))
    points = [(Fraction(radius * k, tenths), Fraction(radius * (tenths - k), tenths)) for k in range(tenths + 1)]
    other = sum(_score(s * x, t * y, bias) != 0 for x, y in points for s in (1, -1) for t in (1, -1))
    return Found(other, f"{4 * len(points)} points with |x₁| + |x₂| = {radius}, scores other than 0 counted,")


def affine_maps(sizes: list[int]) -> Found:
    """The affine maps between layers of these sizes, counted."""
    return Found(len(list(pairwise(sizes))), f"a network with the sizes {sizes}, affine maps counted,")


def circular(a: int, b: int) -> Found:
    """Whether a² ≤ x₁² + x₂² ≤ b² has points."""
    return Found("some points" if a * a <= b * b else "no point", f"the radii {a} and {b}, their squares compared,")


def distance(norm: int) -> Found:
    """The distance of (1/2, 1/2) from the line x₁ + x₂ = 2 in this norm, by its dual norm, in Arb balls."""
    dual = arb(1) if norm == 1 else arb(2).sqrt()  # the dual norm of (1, 1); the nearest point lies on the border
    short = 2 - arb(0.5) - arb(0.5)
    how = f"the distance of (1/2, 1/2) from the outer border in the norm |·|_{norm}, in Arb balls,"
    return Found(short / dual, how)
