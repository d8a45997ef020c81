"""Rigorous values at rational points."""

import pytest
import sympy as sp
from flint import arb, ctx, fmpq

from checks.enclosure import (
    NotEvaluableError,
    UndefinedHereError,
    UnknownHereError,
    compare,
    enclose,
    holds,
)
from derive.functions import indicator, sigma, softplus

x, y = sp.symbols("x y", real=True)


@pytest.mark.parametrize(
    "formula",
    [
        sigma(x), softplus(x), sp.exp(-x) / (1 + sp.exp(-x)) ** 2, sp.tanh(x) + sp.sinh(x) - sp.cosh(x),
        sp.sin(3 * x) * sp.cos(x) + sp.tan(x), sp.sqrt(2 + x) * sp.pi + sp.E, sp.Abs(x) + sp.sign(x),
        sp.Max(0, x, -x) - sp.Min(x, 1), indicator(x > 0), sp.Heaviside(x), sp.log(2 + x), sp.atan(x), sp.erf(x),
        (2 + x) ** sp.Rational(1, 3), (2 + x) ** x,
    ],
)  # fmt: skip
@pytest.mark.parametrize("point", [fmpq(1, 3), fmpq(-1, 2), fmpq(5, 4)])
def test_the_ball_contains_the_value_that_mpmath_computes(formula: sp.Expr, point: fmpq) -> None:
    value = formula.subs(x, sp.Rational(int(point.p), int(point.q))).evalf(40)
    ball = enclose(formula, {x: point}, 200)
    assert ball.rad() < arb(fmpq(1, 2**150))
    digits = sp.Rational(value)
    with ctx.workprec(200):
        assert abs(ball - arb(fmpq(int(digits.p), int(digits.q)))) < arb(fmpq(1, 10**30))


@pytest.mark.parametrize(
    "formula", [1 / x, sp.log(x), sp.log(x - 1), sp.sqrt(x - 1), x ** sp.Rational(-1, 2), x * sp.log(x), x / x**2]
)
def test_a_formula_without_a_value_is_undefined_and_never_a_number(formula: sp.Expr) -> None:
    with pytest.raises(UndefinedHereError):
        enclose(formula, {x: fmpq(0)})


def test_a_symbol_without_a_value_and_an_unknown_function_are_not_evaluable() -> None:
    for formula in (x + y, sp.Function("h")(x)):
        with pytest.raises(NotEvaluableError):
            enclose(formula, {x: fmpq(1)})


def test_low_precision_says_unknown_instead_of_guessing_a_branch() -> None:
    nearly_zero = sp.exp(x) - 1 - x  # 5e-61 at x = 1e-30: positive, but not to be seen with 64 bits
    point = {x: fmpq(1, 10**30)}
    with pytest.raises(UnknownHereError):
        enclose(sp.sign(nearly_zero), point, 64)
    assert enclose(sp.sign(nearly_zero), point, 512) == 1


def test_borders_of_cases_are_decided_exactly() -> None:
    zero = {x: fmpq(0)}
    assert enclose(indicator(x > 0), zero) == 0
    assert enclose(indicator(x >= 0), zero) == 1
    assert holds(sp.Eq(x, 0), zero)
    assert not holds(sp.Ne(x, 0), zero)
    assert holds(sp.And(x >= 0, sp.Not(x > 1)), zero)


def test_sigma_far_out_is_tiny_and_not_zero() -> None:
    assert enclose(sigma(x), {x: fmpq(-800)}) > 0


def test_order_is_only_claimed_when_it_is_certain() -> None:
    third = arb(1) / 3
    assert compare(arb(1), arb(2)) == -1
    assert compare(arb(2), arb(1)) == 1
    assert compare(arb(2), arb(2)) == 0
    assert compare(third, third) is None
