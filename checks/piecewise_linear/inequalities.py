"""Linear inequalities over Q: have they a common point? Decided exactly, with the point."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from derive.piecewise_linear.network import Vector, exact


@dataclass(frozen=True)
class Inequality:
    """Σ cᵢ xᵢ + d > 0 if strict, else ≥ 0; scaled so that equal half-spaces are equal."""

    coefficients: Vector
    constant: Fraction
    strict: bool

    def scaled(self) -> "Inequality":
        """Return the same half-space with a largest coefficient of size 1."""
        size = max((abs(number) for number in self.coefficients), default=Fraction(0)) or abs(self.constant) or 1
        return Inequality(tuple(number / size for number in self.coefficients), self.constant / size, self.strict)


def common_point(system: Iterable[Inequality], variables: int) -> Vector | None:
    """Return a rational point that satisfies all linear inequalities, or None when there is none.

    Fourier–Motzkin elimination: a variable lies between its lower and upper bounds exactly when every lower bound is
    less than every upper one, so it can be left out; then values are put back, one variable after the other.
    """
    rows = {inequality.scaled() for inequality in system}
    if variables == 0:
        holds = all(row.constant > 0 or (row.constant == 0 and not row.strict) for row in rows)
        return () if holds else None
    last = variables - 1
    lower = [row for row in rows if row.coefficients[last] > 0]
    upper = [row for row in rows if row.coefficients[last] < 0]
    kept = [_without_last(row) for row in rows if row.coefficients[last] == 0]
    for low in lower:
        for high in upper:
            p, q = low.coefficients[last], -high.coefficients[last]
            coefficients = tuple(q * u + p * v for u, v in zip(low.coefficients, high.coefficients, strict=True))
            constant = q * low.constant + p * high.constant
            kept.append(_without_last(Inequality(coefficients, constant, low.strict or high.strict)))
    inner = common_point(kept, last)
    if inner is None:
        return None
    bounds = [[_solved(row, inner) for row in side] for side in (lower, upper)]
    if bounds[0] and bounds[1]:
        value = (max(bounds[0]) + min(bounds[1])) / 2
    elif bounds[0]:
        value = max(bounds[0]) + 1
    elif bounds[1]:
        value = min(bounds[1]) - 1
    else:
        value = Fraction(0)
    return (*inner, value)


def _without_last(row: Inequality) -> Inequality:
    return Inequality(row.coefficients[:-1], row.constant, row.strict)


def _solved(row: Inequality, inner: Vector) -> Fraction:
    rest = sum((c * x for c, x in zip(row.coefficients, inner, strict=False)), row.constant)
    return -rest / row.coefficients[-1]


Form = tuple[Vector, Fraction]
Bound = tuple[Form, bool]


class LinearForms:
    """Linear forms over Q in fixed symbols."""

    def __init__(self, symbols: Sequence[sp.Symbol]) -> None:
        self.symbols = symbols

    def form(self, formula: sp.Expr) -> Form:
        """Return the coefficients of a linear formula, or raise `PolynomialError`."""
        try:
            poly = sp.Poly(formula, *self.symbols, domain="QQ")
        except sp.CoercionFailed as error:
            raise sp.PolynomialError(f"{formula} has coefficients that are not rational") from error
        if poly.total_degree() > 1:
            raise sp.PolynomialError(f"{formula} is not linear")
        coefficients = tuple(exact(poly.coeff_monomial(symbol)) for symbol in self.symbols)
        return coefficients, exact(poly.coeff_monomial(1))

    def point(self, bounds: Iterable[Bound]) -> Vector | None:
        """Return a point where every form is ≥ 0, and > 0 where that is asked."""
        return common_point(
            [Inequality(coefficients, constant, strict) for (coefficients, constant), strict in bounds],
            len(self.symbols),
        )


def minus(left: Form, right: Form) -> Form:
    """Return left − right."""
    return tuple(u - v for u, v in zip(left[0], right[0], strict=True)), left[1] - right[1]


def negative(form: Form) -> Form:
    """Return −form."""
    return tuple(-u for u in form[0]), -form[1]


def combined(weights: Sequence[Fraction], forms: Sequence[Form], bias: Form) -> Form:
    """Return Σ weight · form + bias."""
    coefficients, constant = bias
    for weight, form in zip(weights, forms, strict=True):
        coefficients = tuple(u + weight * v for u, v in zip(coefficients, form[0], strict=True))
        constant += weight * form[1]
    return coefficients, constant
