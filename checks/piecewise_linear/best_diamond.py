"""Whether a diamond-shaped ring is the best stand-in for a circular one."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from checks.enclosure import enclose
from checks.identity import identical
from checks.piecewise_linear.areas import check_common_area
from checks.piecewise_linear.findings import Refutation, ball_as_enclosure, refuted, undecided
from checks.verdict import Proof, Status, Verdict
from derive.domain import Domain
from derive.piecewise_linear.circle import BestDiamond, best_diamond, misclassified, segments_case
from derive.piecewise_linear.network import exact

BITS = 192


def check_best_diamond(inner: Any, outer: Any, best: BestDiamond) -> Verdict:
    """Decide whether no diamond-shaped ring is wrong about a ≤ |x|₂ ≤ b on a smaller area than this one.

    The area is π(b² − a²) + F(q) − F(p). It is proved with balls that F′ has the signs +, −, + to the left of p,
    between p and q, and to the right of q; near p and q, where no ball can tell, F″ has one sign. Then F(q) − F(p) is
    the smallest difference over all 0 ≤ p ≤ q. That F′ is 0 exactly there is a polynomial identity in p² and q².

    Parameters
    ----------
    inner, outer:
        Rational numbers 0 < a < b.
    best:
        The claimed radii and area; no radii say that no diamond-shaped ring does better than the empty one.
    """
    a, b = exact(inner), exact(outer)
    with ctx.workprec(BITS):
        slope = _Slope(a, b)
        radii = [] if best.inner is None or best.outer is None else [best.inner, best.outer]
        balls = [enclose(radius, {}, BITS) for radius in radii]
        refuted = _better(slope, best, balls)
        if refuted is not None:
            return refuted
        if not all(slope.vanishes(radius) for radius in radii):
            return undecided("the slope is not zero at the claimed radii by the exact test")
        obstacle = _shape(slope, balls)
        if obstacle:
            return undecided(obstacle)
    area = identical(best.area, misclassified(inner, outer, *radii).area if radii else sp.pi * sp.Rational(b**2 - a**2))
    if area.status is not Status.PROVED:
        return area
    told = f"p = {best.inner}, q = {best.outer} is the best diamond-shaped ring" if radii else "the empty ring is best"
    return Verdict(
        status=Status.PROVED,
        reason=f"For a = {a} and b = {b}, {told}: it is wrong on an area of {best.area}.",
        evidence=Proof(
            procedure=f"signs of the slope in Arb balls of {BITS} bits on all of s > 0; exact zeros of the slope",
            domain="all 0 <= p <= q",
        ),
    )


def check_best_diamond_of_wide_rings() -> Verdict:
    """Prove p = √(8/5) a, q = √(8/5) b to be best for all b ≥ √2 a, with the area (8 atan(1/2) − π)(a² + b²).

    For these rings a < √2 a ≤ b < √2 b, and the parts of F′ are 4s, −4s + 8√(2a² − s²), −4s, 4s − 8√(2b² − s²), 4s. The
    second and the fourth are ±4(2√(2R² − s²) − s), and times 2√(2R² − s²) + s > 0 that is ±4(8R² − 5s²), which
    changes sign at s = √(8/5) R alone. The area is the sum of πR² + 2s² − 2I(R, s) there for R = a and R = b.
    """
    R, s = sp.symbols("R s", real=True)
    leg, scale = sp.sqrt(2 * R**2 - s**2), sp.sqrt(sp.Rational(8, 5))
    between = Domain(conditions=(R > 0, s > R, 2 * R**2 > s**2))  # noqa: SIM300 - s^2 < 2 R^2 would be stored so
    sign = identical((2 * leg - s) * (2 * leg + s), 8 * R**2 - 5 * s**2, between)
    area = identical(
        (sp.pi * R**2 + 2 * s**2 - 2 * segments_case(R, s)).subs(s, scale * R),
        (8 * sp.atan(sp.Rational(1, 2)) - sp.pi) * R**2,
        Domain(conditions=(R > 0,)),
    )
    for verdict in (check_common_area(), sign, area):
        if verdict.status is not Status.PROVED:
            return verdict
    return Verdict(
        status=Status.PROVED,
        reason=(
            "For b >= sqrt(2) a the best diamond-shaped ring has both radii sqrt(8/5) times as large, and is wrong on "
            "an area of (8 atan(1/2) - pi)(a^2 + b^2) instead of (pi - 2)(a^2 + b^2)."
        ),
        evidence=Proof(
            procedure="the sign of the slope of the area on five intervals, by normal forms",
            domain="0 < a, sqrt(2)*a <= b, 0 <= p <= q",
            regions=5,
        ),
    )


class _Slope:
    """F′ and F″ of F(s) = 2s² − 2I(b, s) + 2I(a, s) on balls."""

    def __init__(self, a: Fraction, b: Fraction) -> None:
        self.a, self.b = a, b
        self._radii = tuple(arb(fmpq(number.numerator, number.denominator)) for number in (a, b))

    def first(self, s: arb) -> arb:
        """Return a ball around F′(s) for every s of a ball."""
        small, large = (_common_slope(radius, s) for radius in self._radii)
        return 4 * s - 2 * large + 2 * small

    def second(self, s: arb) -> arb | None:
        """Return a ball around F″(s), or None where a formula changes within the ball."""
        total = arb(4)
        for radius, factor in zip(self._radii, (2, -2), strict=True):
            rest = 2 * radius**2 - s**2
            if s < radius:
                total += 4 * factor
            elif s > radius and rest > 0:
                total -= factor * 4 * s / rest.sqrt()
            elif not rest < 0:
                return None
        return total

    def potential(self, s: Fraction) -> arb:
        """Return a ball around F(s)."""
        ball, (small, large) = _exact_ball(s), self._radii
        return 2 * ball**2 - 2 * _common_area(large, ball) + 2 * _common_area(small, ball)

    def area(self, p: arb, q: arb) -> arb:
        """Return a ball around the misclassified area."""
        small, large = self._radii
        common = _common_area(large, q) - _common_area(small, q) - _common_area(large, p) + _common_area(small, p)
        return arb.pi() * (large**2 - small**2) + 2 * (q**2 - p**2) - 2 * common

    def vanishes(self, s: sp.Expr) -> bool:
        """Tell whether F′(s) = 0, exactly; s² is rational or in a quadratic field."""
        square, ball = sp.expand(s**2), enclose(s, {}, BITS)
        a2, b2 = sp.Rational(self.a) ** 2, sp.Rational(self.b) ** 2
        small, large = self._radii
        inside_b, within_a = ball < large, ball**2 < 2 * small**2
        if ball > small and inside_b and within_a:  # 2√(2a² − s²) = s
            return bool(sp.expand(5 * square - 8 * a2) == 0)
        if ball > large and ball**2 > 2 * small**2:  # 2√(2b² − s²) = s
            return bool(sp.expand(5 * square - 8 * b2) == 0)
        if ball > large and within_a:
            # With u² = 2b² − s² and v² = 2a² − s² a zero has s = 2(u − v), hence v = 2(b² − a²)/s − s/4, which is ≥ 0.
            quartic = 17 * square**2 - 16 * (a2 + b2) * square + 64 * (b2 - a2) ** 2
            return bool(sp.expand(quartic) == 0) and bool(ball**2 < 8 * (large**2 - small**2))
        return False


def _better(slope: _Slope, best: BestDiamond, balls: Sequence[arb]) -> Verdict | None:
    """Return a refutation when some ring is wrong on a smaller area than the claimed one, or the area is another."""
    a, b = slope.a, slope.b
    claimed = slope.area(*balls) if balls else slope.area(arb(0), arb(0))
    said = enclose(best.area, {}, BITS)
    shown = {"a": str(a), "b": str(b), "p": str(best.inner), "q": str(best.outer)}
    if not said.overlaps(claimed):
        return refuted(
            Refutation(
                "The area of the claimed ring is another.", shown, ball_as_enclosure(said), ball_as_enclosure(claimed)
            )
        )
    steps = 48
    grid = [a + (2 * b - a) * Fraction(k, steps) for k in range(steps)]
    near = [
        Fraction(float(ball.mid())) * (1 + Fraction(sign, size))
        for ball in balls
        for sign in (-1, 1)
        for size in (50, 10**4, 10**8)
    ]
    tried = [(radius, float(slope.potential(radius).mid())) for radius in sorted({*grid, *near})]
    pairs = [(after - before, p, q) for i, (p, before) in enumerate(tried) for q, after in tried[i:]]
    _, highest, lowest = min(pairs)
    candidates = [(highest, lowest)]
    derived = best_diamond(a, b)
    if derived.inner is not None and derived.outer is not None:
        candidates.append((Fraction(float(derived.inner)), Fraction(float(derived.outer))))
    for p, q in candidates:
        found = slope.area(_exact_ball(p), _exact_ball(q))
        if found < claimed:
            where = "The empty ring" if p == q else f"The diamond-shaped ring from {float(p):.6g} to {float(q):.6g}"
            return refuted(
                Refutation(
                    f"{where} is wrong on a smaller area.", shown, ball_as_enclosure(claimed), ball_as_enclosure(found)
                )
            )
    return None


def _shape(slope: _Slope, zeros: Sequence[arb]) -> str:
    """Prove that F rises, falls between the zeros, and rises again; return what could not be proved, or nothing."""
    start = slope.a
    end = 2 * slope.b  # F′ = 4s beyond √2 b
    signs = (1, -1, 1) if zeros else (1,)
    for sign, zero in zip(signs, [*zeros, None], strict=True):
        stop = end
        after = end
        if zero is not None:
            near = _where_monotone(slope, zero, -sign)
            if near is None:
                return "the slope is not seen to pass through zero only once"
            stop, after = near
        if start < stop and not _has_sign(slope, start, stop, sign):
            return f"the sign of the slope between {float(start):.6g} and {float(stop):.6g} is not certain"
        start = after
    return ""


def _where_monotone(slope: _Slope, zero: arb, sign: int) -> tuple[Fraction, Fraction] | None:
    """Return an interval around a zero of F′ in which F″ has this sign."""
    centre = Fraction(float(zero.mid()))
    for exponent in range(4, 40):
        width = Fraction(1, 2**exponent)
        around = _hull(centre - width, centre + width)
        second = slope.second(around)
        if around.contains(zero) and second is not None and second * sign > 0:
            return centre - width, centre + width
    return None


def _has_sign(slope: _Slope, low: Fraction, high: Fraction, sign: int) -> bool:
    waiting = [(low, high, 0)]
    while waiting:
        left, right, depth = waiting.pop()
        if slope.first(_hull(left, right)) * sign > 0:
            continue
        if depth > 40:
            return False
        middle = (left + right) / 2
        waiting += [(left, middle, depth + 1), (middle, right, depth + 1)]
    return True


def _common_slope(radius: arb, s: arb) -> arb:
    """Return ∂I/∂s for every s of a ball: 4s, 4√(2R² − s²) or 0, or the hull of those that can be meant."""
    if s < radius:
        return 4 * s
    chords = 4 * _leg(radius, s)
    return chords if s > radius else chords.union(4 * s)


def _common_area(radius: arb, s: arb) -> arb:
    """Return I(R, s), or the hull of the two formulas that can be meant."""
    if s < radius:
        return 2 * s**2
    leg = _leg(radius, s)
    area = arb.pi() * radius**2 - 4 * radius**2 * (leg / s).atan() + 2 * s * leg
    return area if s > radius else area.union(2 * s**2)


def _leg(radius: arb, s: arb) -> arb:
    """Return √(2R² − s²) where that is real, and 0 beyond; with 0 the formulas for segments hold beyond too."""
    rest = 2 * radius**2 - s**2
    if rest > 0:
        return rest.sqrt()
    return arb(0).union(rest.upper().sqrt().upper()) if rest.upper() > 0 else arb(0)


def _hull(low: Fraction, high: Fraction) -> arb:
    return _exact_ball(low).union(_exact_ball(high))


def _exact_ball(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))
