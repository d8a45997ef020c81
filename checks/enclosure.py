"""Values with a guarantee: evaluate a formula at a rational point as an Arb ball that contains the true value.

The ball is rigorous: whatever the precision, the exact value lies inside. So two balls that do not meet prove that two
formulas differ at that point. Nothing here decides equality, and nothing here calls SymPy's own evaluation.
"""

from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from derive.functions import sigma, softplus


class UndefinedHereError(ValueError):
    """The formula has no real value at this point, for instance ln(−1) or 1/0."""


class UnknownHereError(ValueError):
    """At this precision it cannot be told whether the formula is defined or which branch it takes."""


class NotEvaluableError(TypeError):
    """The formula holds something that has no value at a point, such as an unknown function."""


def enclose(expression: sp.Expr, point: Mapping[sp.Symbol, fmpq], bits: int = 128) -> arb:
    """Return a ball that contains the value of a real formula at a rational point.

    Parameters
    ----------
    expression:
        A SymPy expression in the symbols of `point`; elementary functions, σ, softplus, |·|, max, min, sign, piecewise.
    point:
        A rational value for every free symbol.
    bits:
        Working precision. The ball is right at any precision; a higher one makes it smaller.

    Raises
    ------
    UndefinedHereError
        The formula has no real value here.
    UnknownHereError
        The precision is too low to tell; try again with more bits.
    NotEvaluableError
        A symbol without a value, an unknown function, an unevaluated sum.
    """
    with ctx.workprec(bits):
        return _ball(expression, point)


def compare(left: arb, right: arb) -> int | None:
    """Return −1, 0 or 1 for certain order of two balls, or None when they overlap and are not the same number."""
    if left < right:
        return -1
    if left > right:
        return 1
    if left.is_exact() and right.is_exact() and left == right:
        return 0
    return None


def _ball(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:  # noqa: PLR0911 - one line for each kind of node
    if node.is_Symbol:
        if node not in point:
            raise NotEvaluableError(f"the symbol {node} has no value")
        return arb(point[node])
    if node.is_Rational:
        return arb(fmpq(int(node.p), int(node.q)))
    if node.is_Float:
        exact = sp.Rational(node)  # a binary float is a rational number; nothing is rounded here
        return arb(fmpq(int(exact.p), int(exact.q)))
    if node.is_Add:
        return sum((_ball(term, point) for term in node.args), arb(0))
    if node.is_Mul:
        product = arb(1)
        for factor in node.args:  # no shortcut at zero: 0 · ln(−1) is undefined, not 0
            product *= _ball(factor, point)
        return product
    if node.is_Pow:
        return _power(node, point)
    rule = _rules().get(node.func)
    if rule is None:
        raise NotEvaluableError(f"{node.func} has no value at a point")
    return rule(node, point)


def _sign(ball: arb) -> int:
    order = compare(ball, arb(0))
    if order is None:
        raise UnknownHereError("the sign of an intermediate value is not certain at this precision")
    return order


def _power(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    base, exponent = _ball(node.base, point), node.exp
    if exponent.is_Integer:
        n = int(exponent)
        if n < 0 and _sign(base) == 0:
            raise UndefinedHereError("division by zero")
        return base**n
    power = _ball(exponent, point)
    if _sign(base) == 0:
        if _sign(power) <= 0:
            raise UndefinedHereError("zero to a power that is not positive")
        return arb(0)
    if _sign(base) < 0:
        if power.is_exact() and power.is_integer():
            return base ** int(power.unique_fmpz())
        raise UndefinedHereError("a negative number to a power that is not whole")
    return base.sqrt() if exponent == sp.Rational(1, 2) else (power * base.log()).exp()


def _logarithm(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    value = _ball(node.args[0], point)
    if _sign(value) <= 0:
        raise UndefinedHereError("logarithm of a number that is not positive")
    return value.log()


def _tangent(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    value = _ball(node.args[0], point)
    if value.cos().contains(0):
        raise UnknownHereError("the tangent may have a pole here")
    return value.tan()


def _maximum(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    balls = [_ball(argument, point) for argument in node.args]
    return _fold(balls, lambda a, b: a.max(b))


def _minimum(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    balls = [_ball(argument, point) for argument in node.args]
    return _fold(balls, lambda a, b: a.min(b))


def _fold(balls: list[arb], combine: Callable[[arb, arb], arb]) -> arb:
    result = balls[0]
    for ball in balls[1:]:
        result = combine(result, ball)
    return result


def _heaviside(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    sign = _sign(_ball(node.args[0], point))
    return arb(sign > 0) if sign else _ball(node.args[1], point)


def _piecewise(node: sp.Expr, point: Mapping[sp.Symbol, fmpq]) -> arb:
    for value, condition in node.args:
        if holds(condition, point):
            return _ball(value, point)
    raise UndefinedHereError("no branch of the piecewise formula applies")


def holds(condition: sp.Basic, point: Mapping[sp.Symbol, fmpq]) -> bool:
    """Decide a condition at a point with certainty.

    Raises
    ------
    UnknownHereError
        The two sides cannot be told apart at this precision.
    """
    if isinstance(condition, (BooleanTrue, BooleanFalse)):
        return bool(condition)
    if isinstance(condition, sp.And):
        return all(holds(part, point) for part in condition.args)
    if isinstance(condition, sp.Or):
        return any(holds(part, point) for part in condition.args)
    if isinstance(condition, sp.Not):
        return not holds(condition.args[0], point)
    if isinstance(condition, sp.core.relational.Relational):
        order = _sign(_ball(condition.lhs, point) - _ball(condition.rhs, point))
        return {
            sp.StrictGreaterThan: order > 0,
            sp.GreaterThan: order >= 0,
            sp.StrictLessThan: order < 0,
            sp.LessThan: order <= 0,
            sp.Equality: order == 0,
            sp.Unequality: order != 0,
        }[condition.func]
    raise NotEvaluableError(f"the condition {condition} cannot be decided at a point")


Rule = Callable[[sp.Expr, Mapping[sp.Symbol, fmpq]], arb]


def _apply(method: str) -> Rule:
    return lambda node, point: getattr(_ball(node.args[0], point), method)()


@cache
def _rules() -> dict[object, Rule]:
    return {
        sp.exp: _apply("exp"),
        sp.log: _logarithm,
        sp.sin: _apply("sin"),
        sp.cos: _apply("cos"),
        sp.tan: _tangent,
        sp.sinh: _apply("sinh"),
        sp.cosh: _apply("cosh"),
        sp.tanh: _apply("tanh"),
        sp.atan: _apply("atan"),
        sp.erf: _apply("erf"),
        sp.erfc: _apply("erfc"),
        sp.Abs: lambda node, point: abs(_ball(node.args[0], point)),
        sp.sign: lambda node, point: arb(_sign(_ball(node.args[0], point))),
        sp.Max: _maximum,
        sp.Min: _minimum,
        sp.Heaviside: _heaviside,
        sp.Piecewise: _piecewise,
        sigma: lambda node, point: 1 / (1 + (-_ball(node.args[0], point)).exp()),
        softplus: lambda node, point: (1 + _ball(node.args[0], point).exp()).log(),
        type(sp.pi): lambda node, point: arb.pi(),
        type(sp.E): lambda node, point: arb(1).exp(),
    }
