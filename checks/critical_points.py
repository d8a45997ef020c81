"""All critical points of a function of two variables, isolated and classified by rigorous interval arithmetic.

For a function whose derivative by y is linear in y, the gradient vanishes where one function g of x does. If g is a
linear function plus sines and cosines, its zeros lie in a bounded interval, which is bisected: a part is dropped when g
has no zero on its ball, and holds exactly one zero when g is monotone on it and changes sign.
"""

from dataclasses import dataclass

import sympy as sp
from flint import arb, ctx, fmpq

from checks.enclosure import enclose
from checks.verdict import Attempt, Proof, Status, Verdict
from derive.entry import ScalarEntry

BITS = 128
DIGITS = 12
NARROWEST = fmpq(1, 2**20)


class NotCoveredError(ValueError):
    """The function is not of the kind whose critical points are found here."""


@dataclass(frozen=True)
class CriticalPoint:
    """A point at which the gradient vanishes.

    Attributes
    ----------
    x, y, value:
        Balls that contain the coordinates and the value of the function.
    determinant, curvature:
        Balls that contain det H and f_xx there.
    kind:
        `minimum`, `maximum` or `saddle`.
    """

    x: arb
    y: arb
    value: arb
    determinant: arb
    curvature: arb
    kind: str


def critical_points(value: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> list[CriticalPoint]:
    """Return every critical point of f(x, y), from left to right.

    Parameters
    ----------
    value:
        The function; ∂f/∂y is linear in y with a constant coefficient that is not zero, and what remains for x is a
        linear function plus sines and cosines of linear functions.
    x, y:
        Its variables, real.

    Raises
    ------
    NotCoveredError
        The function is of another kind, or a zero or a sign could not be settled.
    """
    along_y, hessian = sp.diff(value, y), sp.hessian(value, (x, y))
    slope = sp.diff(along_y, y)
    if not (slope.is_Rational and slope != 0):
        raise NotCoveredError(f"the derivative by {y} is not linear in {y}")
    y_of_x = sp.expand(y - along_y / slope)
    g = sp.expand(sp.diff(value, x).subs(y, y_of_x))
    low, high = _bounds(g, x)
    with ctx.workprec(BITS):
        zeros = [_refined(g, x, *part) for part in _isolated(g, sp.diff(g, x), x, low, high)]
        return [_classified(value, hessian, x, y, y_of_x, zero) for zero in zeros]


def check_critical_points(entry: ScalarEntry) -> Verdict:
    """Find and classify all critical points of an entry in x and y."""
    x, y = (variable.symbol for variable in entry.variables)
    again = f"gradproof verify {entry.name}"
    try:
        found = critical_points(entry.value, x, y)
    except NotCoveredError as error:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The critical points were not settled: {error}.",
            evidence=Attempt(tried=("interval bisection",)),
            reproduce=again,
        )
    shown = "; ".join(
        f"{point.kind} at ({_digits(point.x)}, {_digits(point.y)}) with value {_digits(point.value)}" for point in found
    )
    return Verdict(
        status=Status.PROVED,
        reason=f"{len(found)} critical point{'s' * (len(found) != 1)}, and no other: {shown}.",
        evidence=Proof(
            procedure="bisection with Arb intervals; signs of det H and f_xx", domain=entry.domain.describe([x, y])
        ),
        reproduce=again,
    )


def _digits(ball: arb) -> str:
    """Return twelve significant digits, all of them right."""
    return str(ball.str(DIGITS, radius=False))


def _bounds(g: sp.Expr, x: sp.Symbol) -> tuple[fmpq, fmpq]:
    """Return an interval that holds all zeros of a x + d + Σ c trig(…): |a x + d| is at most Σ |c| there."""
    linear, swing = sp.S.Zero, sp.S.Zero
    for term in sp.Add.make_args(g):
        coefficient, rest = term.as_coeff_Mul()
        if isinstance(rest, (sp.sin, sp.cos)):
            swing += abs(coefficient)
        elif term.is_Rational or rest == x:
            linear += term
        else:
            raise NotCoveredError(f"{term} is neither linear nor a sine or cosine")
    a, d = linear.coeff(x), linear.coeff(x, 0)
    if a == 0:
        raise NotCoveredError("the zeros of a periodic function are not bounded")
    middle, half = -d / a, abs(swing / a) + 1
    return _rational(middle - half), _rational(middle + half)


def _isolated(g: sp.Expr, slope: sp.Expr, x: sp.Symbol, low: fmpq, high: fmpq) -> list[tuple[fmpq, fmpq]]:
    """Return intervals with exactly one zero each, which together hold all."""
    part = _ball(low, high)
    if 0 not in _over(g, x, part):
        return []
    if 0 not in _over(slope, x, part):
        ends = [enclose(g, {x: end}, BITS) for end in (low, high)]
        if all(end > 0 or end < 0 for end in ends):
            return [(low, high)] if (ends[0] > 0) != (ends[1] > 0) else []
    if high - low < NARROWEST:
        raise NotCoveredError(f"a zero near {arb(low).str(8, radius=False)} is not simple")
    middle = (low + high) / 2 + (high - low) * fmpq(1, 97)  # a little off, so that no zero sits on a cut
    return _isolated(g, slope, x, low, middle) + _isolated(g, slope, x, middle, high)


def _refined(g: sp.Expr, x: sp.Symbol, low: fmpq, high: fmpq) -> arb:
    """Bisect an interval with one sign change until it is far smaller than the digits shown."""
    rising = enclose(g, {x: high}, BITS) > 0
    while high - low > fmpq(1, 10 ** (DIGITS + 12)):
        middle = (low + high) / 2
        above = enclose(g, {x: middle}, BITS) > 0
        low, high = (low, middle) if above == rising else (middle, high)
    return _ball(low, high)


def _classified(
    value: sp.Expr, hessian: sp.Matrix, x: sp.Symbol, y: sp.Symbol, y_of_x: sp.Expr, zero: arb
) -> CriticalPoint:
    height = _over(y_of_x, x, zero)
    determinant = _over(sp.expand(hessian.det()).subs(y, y_of_x), x, zero)
    curvature = _over(hessian[0, 0].subs(y, y_of_x), x, zero)
    if 0 in determinant or (determinant > 0 and 0 in curvature):
        raise NotCoveredError(f"the Hessian at x = {zero.str(8)} is too close to singular")
    kind = "saddle" if determinant < 0 else "minimum" if curvature > 0 else "maximum"
    return CriticalPoint(zero, height, _over(value.subs(y, y_of_x), x, zero), determinant, curvature, kind)


def _over(formula: sp.Expr, x: sp.Symbol, ball: arb) -> arb:
    """Return a ball that contains the formula's values for all x of a ball."""
    if formula == x:
        return ball
    if formula.is_Rational:
        return arb(_rational(formula))
    if formula.is_Add:
        return sum((_over(term, x, ball) for term in formula.args), arb(0))
    if formula.is_Mul:
        product = arb(1)
        for factor in formula.args:
            product *= _over(factor, x, ball)
        return product
    if formula.is_Pow and formula.exp.is_Integer and formula.exp > 0:
        return _over(formula.base, x, ball) ** int(formula.exp)
    if isinstance(formula, (sp.sin, sp.cos)):
        inner = _over(formula.args[0], x, ball)
        return inner.sin() if isinstance(formula, sp.sin) else inner.cos()
    raise NotCoveredError(f"{formula.func} is not covered")


def _ball(low: fmpq, high: fmpq) -> arb:
    return arb(low).union(arb(high))


def _rational(number: sp.Expr) -> fmpq:
    exact = sp.Rational(number)
    return fmpq(int(exact.p), int(exact.q))
