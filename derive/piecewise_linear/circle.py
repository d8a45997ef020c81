"""The diamond-shaped ring p ≤ |x|₁ ≤ q as a stand-in for the circular ring a ≤ |x|₂ ≤ b: what it gets wrong.

Because |x|₂ ≤ |x|₁ ≤ √2 |x|₂, with the same radii a false alarm lies inside the small circle and a miss outside the
large diamond. All areas follow from one: that of a disc of radius R and a diamond of radius s in common,

    I(R, s) = 2s²                                                 for s ≤ R (the diamond lies in the disc),
    I(R, s) = πR² − 4R² atan(√(2R² − s²)/s) + 2s √(2R² − s²)      for R ≤ s ≤ √2 R (four segments stick out),
    I(R, s) = πR²                                                 for s ≥ √2 R (the disc lies in the diamond),

where ∂I/∂s is 1/√2 of the length of the diamond's border inside the disc: 4s, 4√(2R² − s²) and 0.

The best radii. The misclassified area is π(b² − a²) + F(q) − F(p) with F(s) = 2s² − 2I(b, s) + 2I(a, s), so p should
make F large and q small, and each can be chosen by itself. F′ is

    4s > 0                                  for s < a,
    −4s + 8√(2a² − s²)                      for a < s < √2 a and s < b,  zero where 5s² = 8a²,
    4s − 8√(2b² − s²) + 8√(2a² − s²)        for b < s < √2 a,            zero where s² ≤ 8(b² − a²) and
                                                17s⁴ − 16(a² + b²)s² + 64(b² − a²)² = 0,
    −4s < 0                                 for √2 a < s < b,
    4s − 8√(2b² − s²)                       for b < s and √2 a < s < √2 b,  zero where 5s² = 8b²,
    4s > 0                                  for s > √2 b.

So F rises to p, falls to q and rises again, with q = √(8/5) b, and p = √(8/5) a when the ring is wide, b ≥ √(8/5) a.
For a thinner ring p comes from the quartic; and when b ≤ (√5/2) a, F only rises, so that every diamond-shaped ring is
wrong on a larger area than the empty one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from derive.piecewise_linear.network import exact
from derive.piecewise_linear.ring import a as symbol_a
from derive.piecewise_linear.ring import b as symbol_b
from derive.piecewise_linear.ring import x1, x2


def circular_ring_area(inner: Any, outer: Any) -> sp.Expr:
    """Return π(b² − a²)."""
    return sp.pi * (_number(outer) ** 2 - _number(inner) ** 2)


def segments_case(radius: sp.Expr, s: sp.Expr) -> sp.Expr:
    """Return I(R, s) for R ≤ s ≤ √2 R: the disc without the four segments that stick out of the diamond."""
    leg = sp.sqrt(2 * radius**2 - s**2)
    return sp.pi * radius**2 - 4 * radius**2 * sp.atan(leg / s) + 2 * s * leg


def disc_and_diamond(radius: Any, s: Any) -> sp.Expr:
    """Return the area I(R, s) that the disc |x|₂ ≤ R and the diamond |x|₁ ≤ s have in common, for exact numbers.

    The numbers are rationals, or their squares lie in one quadratic field; the case is found by exact comparison.
    """
    R, s = _number(radius), _number(s)
    if _sign(sp.expand(R**2 - s**2)) >= 0:
        return 2 * s**2
    if _sign(sp.expand(2 * R**2 - s**2)) > 0:
        # As segments_case, with roots that are taken out where s² and 2R² − s² allow it.
        leg2, s2 = sp.expand(2 * R**2 - s**2), sp.expand(s**2)
        ratio = sp.sqrtdenest(sp.sqrt(sp.radsimp(leg2 / s2)))
        product = sp.sqrtdenest(sp.sqrt(sp.expand(leg2 * s2)))
        return sp.pi * R**2 - 4 * R**2 * sp.atan(ratio) + 2 * product
    return sp.pi * R**2


@dataclass(frozen=True)
class Misclassified:
    """Exact areas of what a diamond-shaped ring gets wrong about a circular one.

    Attributes
    ----------
    false_alarms:
        Area of the points that are in the diamond-shaped ring only.
    misses:
        Area of the points that are in the circular ring only.
    ring:
        Area of the circular ring.
    """

    false_alarms: sp.Expr
    misses: sp.Expr
    ring: sp.Expr

    @property
    def area(self) -> sp.Expr:
        """The area of the points that are classified wrongly."""
        return sp.expand(self.false_alarms + self.misses)

    @property
    def fraction(self) -> sp.Expr:
        """The misclassified area as a fraction of the circular ring's area; it can exceed 1."""
        return sp.simplify(self.area / self.ring)


def misclassified(inner: Any, outer: Any, p: Any = None, q: Any = None) -> Misclassified:
    """Return the exact areas on which p ≤ |x|₁ ≤ q is wrong about a ≤ |x|₂ ≤ b.

    Parameters
    ----------
    inner, outer:
        Rational numbers 0 < a < b.
    p, q:
        The radii of the diamonds, 0 ≤ p ≤ q; a and b where nothing is said.

    Raises
    ------
    ValueError
        The radii are not in order.
    """
    a, b = _ring(inner, outer)
    p, q = a if p is None else _number(p), b if q is None else _number(q)
    if p.is_negative or q.is_negative or _sign(sp.expand(q**2 - p**2)) < 0:
        raise ValueError(f"a diamond-shaped ring needs 0 <= p <= q, not p = {p} and q = {q}")
    # Both rings are differences of nested sets, so their common part is I(b,q) − I(a,q) − I(b,p) + I(a,p).
    common = disc_and_diamond(b, q) - disc_and_diamond(a, q) - disc_and_diamond(b, p) + disc_and_diamond(a, p)
    ring, diamonds = circular_ring_area(a, b), 2 * (q**2 - p**2)
    return Misclassified(sp.expand(diamonds - common), sp.expand(ring - common), ring)


def same_radii_area() -> sp.Piecewise:
    """Return the misclassified area for p = a, q = b and all 0 < a < b; (π − 2)(a² + b²) for b ≥ √2 a."""
    a, b = symbol_a, symbol_b
    # C ∩ D is the large diamond without the small disc: 2b² − I(a, b).
    thin = circular_ring_area(a, b) + 2 * (b**2 - a**2) - 2 * (2 * b**2 - segments_case(a, b))
    return sp.Piecewise(((sp.pi - 2) * (a**2 + b**2), b >= sp.sqrt(2) * a), (sp.expand(thin), True))


def false_alarms(inner: Any = symbol_a, outer: Any = symbol_b) -> sp.And:
    """Return which points are taken into the ring wrongly when both rings have the radii a < b.

    They lie strictly inside the small circle, and not inside the small diamond (nor outside the large one).
    """
    a, b = _number(inner), _number(outer)
    r = sp.Abs(x1) + sp.Abs(x2)
    return sp.And(x1**2 + x2**2 < a**2, r >= a, r <= b)


def misses(inner: Any = symbol_a, outer: Any = symbol_b) -> sp.And:
    """Return which points of the circular ring are left out when both rings have the radii a < b.

    They lie outside the large diamond and in the large disc (and not inside the small circle).
    """
    a, b = _number(inner), _number(outer)
    return sp.And(sp.Abs(x1) + sp.Abs(x2) > b, x1**2 + x2**2 <= b**2, x1**2 + x2**2 >= a**2)


@dataclass(frozen=True)
class BestDiamond:
    """The diamond-shaped ring with the smallest misclassified area.

    Attributes
    ----------
    inner, outer:
        p and q; None when no diamond-shaped ring does better than the empty one.
    area:
        The smallest misclassified area; that of the whole circular ring when there is no such p and q.
    """

    inner: sp.Expr | None
    outer: sp.Expr | None
    area: sp.Expr

    def __post_init__(self) -> None:
        if (self.inner is None) != (self.outer is None):
            raise ValueError("a diamond-shaped ring has two radii, the empty one none")


def best_diamond(inner: Any, outer: Any) -> BestDiamond:
    """Return the p and q for which p ≤ |x|₁ ≤ q is wrong about a ≤ |x|₂ ≤ b on the smallest area.

    Parameters
    ----------
    inner, outer:
        Rational numbers 0 < a < b.
    """
    a, b = _ring(inner, outer)
    if 4 * b**2 <= 5 * a**2:
        return BestDiamond(None, None, circular_ring_area(a, b))
    scale = 2 * sp.sqrt(10) / 5
    if 5 * b**2 >= 8 * a**2:
        p = scale * a
    else:
        total, width = a**2 + b**2, b**2 - a**2
        p = sp.sqrt(sp.Rational(8, 17) * (total + sp.sqrt(total**2 - 17 * width**2)))
    q = scale * b
    return BestDiamond(p, q, misclassified(a, b, p, q).area)


def _ring(inner: Any, outer: Any) -> tuple[sp.Expr, sp.Expr]:
    a, b = _number(inner), _number(outer)
    if not (a.is_Rational and b.is_Rational and 0 < a < b):
        raise ValueError(f"a circular ring needs rational radii 0 < a < b, not a = {a} and b = {b}")
    return a, b


def _number(value: Any) -> sp.Expr:
    return value if isinstance(value, sp.Basic) else sp.Rational(exact(value))


def _sign(number: sp.Expr) -> int:
    """Return the sign of u + v√d, exactly."""
    rational, surd = number.as_coeff_Add()
    squared = sp.expand(surd**2)
    if not (rational.is_Rational and squared.is_Rational):
        raise ValueError(f"{number} is not of the form u + v*sqrt(d) with rational u, v, d")
    first, second = Fraction(int(rational.p), int(rational.q)), Fraction(int(squared.p), int(squared.q))
    factor = surd.as_coeff_Mul()[0]
    sign_first, sign_second = (first > 0) - (first < 0), int(sp.sign(factor)) if surd else 0
    if sign_first * sign_second >= 0:
        return sign_first or sign_second
    return sign_first if first * first > second else sign_second if first * first < second else 0
