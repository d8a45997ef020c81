"""A second opinion on expectations: enumerate all outcomes of a concrete symmetric distribution, exactly.

If a statement holds for all independent entries of mean zero and given variances, it holds for entries that take the
values −s, 0, s with probabilities q, 1 − 2q, q, whose variance is 2 q s². So a wrong statement is refuted by it, and at
each size the check is an identity of polynomials in the variances.
"""

from collections.abc import Mapping
from itertools import product

import sympy as sp

from derive.indices import instantiate, positions
from derive.moments import E, PositiveRoot

_TAIL = sp.Rational(1, 8)  # q = 1/8, so the kurtosis is 4: neither that of a normal nor of a two-point distribution


def expectation_written_out(
    formula: sp.Expr, random: Mapping[sp.IndexedBase, sp.Symbol], sizes: Mapping[sp.Symbol, int]
) -> sp.Expr:
    """Return a formula with expectations at given sizes, each expectation a sum over all outcomes.

    The random entries are independent, with mean zero and the variances that `random` names.
    """
    written = instantiate(formula, sizes)
    variance_of = {
        sp.Symbol("_".join([str(base.label), *map(str, position)]), real=True): variance
        for base, variance in random.items()
        for position in positions(base.shape, sizes)
    }
    return written.replace(lambda node: isinstance(node, E), lambda node: _enumerated(node.args[0], variance_of))


def _enumerated(formula: sp.Expr, variance_of: Mapping[sp.Symbol, sp.Symbol]) -> sp.Expr:
    symbols = sorted(formula.free_symbols & set(variance_of), key=lambda symbol: symbol.name)
    if not symbols:
        return formula
    if formula.has(sp.Max, sp.Piecewise):
        return _outcome_by_outcome(formula, symbols, variance_of)
    polynomial = sp.Poly(sp.expand(formula), *symbols)
    total = sp.S.Zero
    for powers, coefficient in polynomial.terms():
        moments = [_moment(variance_of[symbol], power) for symbol, power in zip(symbols, powers, strict=True)]
        total += coefficient * sp.Mul(*moments)  # the outcomes of independent entries have the product measure
    return sp.expand(total)


def _outcome_by_outcome(
    formula: sp.Expr, symbols: list[sp.Symbol], variance_of: Mapping[sp.Symbol, sp.Symbol]
) -> sp.Expr:
    """Sum a formula with cases, such as max(0, z), over all outcomes of its entries."""
    total = sp.S.Zero
    for outcome in product((-1, 0, 1), repeat=len(symbols)):
        values = {
            symbol: sign * sp.sqrt(variance_of[symbol] / (2 * _TAIL))
            for symbol, sign in zip(symbols, outcome, strict=True)
        }
        probability = sp.Mul(*(_TAIL if sign else 1 - 2 * _TAIL for sign in outcome))
        total += probability * formula.subs(values)
    return sp.expand(total)


def _moment(variance: sp.Symbol, power: int) -> sp.Expr:
    """Return E[w^power] over the three outcomes of one entry."""
    spread = sp.sqrt(variance / (2 * _TAIL))
    outcomes = ((-1, _TAIL), (0, 1 - 2 * _TAIL), (1, _TAIL))
    return sp.Add(*(probability * (sign * spread) ** power for sign, probability in outcomes))


def root_is(root: PositiveRoot, value: sp.Expr) -> sp.Expr:
    """Return an expression that is zero exactly when `value` is the positive root.

    Raises
    ------
    ValueError
        The equation is not shown to have one positive root: its expression must be c a² − r with c, r > 0.
    """
    expression, unknown = root.args
    coefficients = sp.Poly(expression, unknown).all_coeffs()
    if not (
        len(coefficients) == 3 and coefficients[1] == 0 and coefficients[0].is_positive and coefficients[2].is_negative
    ):
        raise ValueError(f"{expression} is not of the form c a^2 - r with c, r > 0")
    if not value.is_positive:
        # A value of the wrong sign would solve the squared equation and not be the root.
        return value - sp.sqrt(-coefficients[2] / coefficients[0])
    return sp.expand(expression).xreplace({unknown: value})
