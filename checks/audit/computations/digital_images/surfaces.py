"""The bowl and the mountain, and walks on them, in fractions."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise

from checks.audit.found import Found

Point = tuple[Fraction, Fraction]

HEIGHTS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "bowl": lambda x, y: 3 * (x - 1) ** 2 + y**2 + 4,
    "mountain": lambda x, y: 4000 - 3 * (x - 10) ** 2 - (y - 3) ** 2,
}


def _gradient(surface: str, x: Fraction, y: Fraction) -> Point:
    """Return the central difference quotients with step 1, which for a polynomial of degree 2 are the derivatives."""
    f = HEIGHTS[surface]
    return (f(x + 1, y) - f(x - 1, y)) / 2, (f(x, y + 1) - f(x, y - 1)) / 2


def _curvature(surface: str) -> list[Fraction]:
    """Return the second derivatives by x and by y; there is no mixed one."""
    f, zero = HEIGHTS[surface], Fraction(0)
    assert f(zero + 1, zero + 1) - f(zero + 1, zero) == f(zero, zero + 1) - f(zero, zero)
    return [
        f(zero + 1, zero) - 2 * f(zero, zero) + f(zero - 1, zero),
        f(zero, zero + 1) - 2 * f(zero, zero) + f(zero, zero - 1),
    ]


def extremum(surface: str) -> list[Fraction]:
    """The point at which both derivatives are zero, in fractions."""
    gradient, curvature = _gradient(surface, Fraction(0), Fraction(0)), _curvature(surface)
    return [-slope / bend for slope, bend in zip(gradient, curvature, strict=True)]


def kind(surface: str) -> str:
    """The signs of the second derivatives, which are the same everywhere."""
    bends = _curvature(surface)
    if all(bend > 0 for bend in bends):
        return "minimum"
    return "maximum" if all(bend < 0 for bend in bends) else "saddle"


def level(surface: str, height: int) -> Found:
    """The points at one height: a curve, one point, or none."""
    x, y = extremum(surface)
    above = (height - HEIGHTS[surface](x, y)) * (1 if kind(surface) == "minimum" else -1)
    found = "a curve" if above > 0 else "one point" if above == 0 else "no point"
    return Found(found, f"the height {height} held against the extreme height of the {surface}")


def direction(surface: str, at: Sequence[int]) -> Found:
    """Whether the gradient at a point has a direction."""
    gradient = _gradient(surface, Fraction(at[0]), Fraction(at[1]))
    return Found(
        "one direction" if any(gradient) else "none", f"the gradient of the {surface} at {tuple(at)}, in fractions,"
    )


def _walk(surface: str, sign: str, rate: str, start: Sequence[str], steps: int) -> list[Point]:
    x, y = Fraction(start[0]), Fraction(start[1])
    points, moved = [(x, y)], Fraction(rate) * {"plus": 1, "minus": -1}[sign]
    for _ in range(steps):
        g, h = _gradient(surface, x, y)
        x, y = x + moved * g, y + moved * h
        points.append((x, y))
    return points


def end(surface: str, sign: str, rate: str, start: Sequence[str], steps: int) -> Found:
    """The last point of a walk along or against the gradient, in fractions."""
    point = _walk(surface, sign, rate, start, steps)[-1]
    return Found(list(point), f"{steps} steps of {rate} with {sign} the gradient, in fractions,")


def lowering(surface: str, sign: str, rate: str, start: Sequence[str], steps: int) -> Found:
    """The steps of a walk that lower the height, counted."""
    heights = [HEIGHTS[surface](*point) for point in _walk(surface, sign, rate, start, steps)]
    lower = sum(after < before for before, after in pairwise(heights))
    return Found(lower, f"{steps} steps of {rate} with {sign} the gradient, those that go down counted,")


def converging_rates(surface: str, sign: str) -> Found:
    """The rates of a grid with which every walk comes to the extremum, counted."""
    signed = {"plus": 1, "minus": -1}[sign]
    rates = [Fraction(number, 1000) for number in range(1, 1001)]
    good = sum(all(abs(1 + signed * rate * bend) < 1 for bend in _curvature(surface)) for rate in rates)
    how = f"the rates 0.001, 0.002, …, 1 with {sign} the gradient, those counted for which each step shortens the way,"
    return Found(good, how)
