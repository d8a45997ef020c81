"""Exact elimination, which can say with certainty that no point has several expressions all positive.

The expressions are read as linear in their monomials, and the monomials as free variables. If even those cannot make
all of them positive (Fourier and Motzkin), no point can. What is not linear costs an answer, never a wrong one.
"""

from collections.abc import Iterable

import sympy as sp

from checks.identity.size import small

ROWS = 400
VARIABLES = 10

Row = dict[sp.Expr, sp.Rational]


def no_solution(positive: Iterable[sp.Expr]) -> bool:
    """Tell whether it is certain that no real point has all these expressions positive."""
    rows = [row for row in map(_linear, positive) if row is not None]
    monomials = sorted({monomial for row in rows for monomial in row if monomial != 1}, key=sp.srepr)
    if len(monomials) > VARIABLES:
        return False
    rows += [{monomial: sp.S.One} for monomial in monomials if monomial.is_positive or isinstance(monomial, sp.exp)]
    for monomial in monomials:
        if any(not (set(row) - {sp.S.One}) and row.get(sp.S.One, sp.S.Zero) <= 0 for row in rows):
            return True
        with_it = [row for row in rows if monomial in row]
        rows = [row for row in rows if monomial not in row]
        above = [row for row in with_it if row[monomial] > 0]
        below = [row for row in with_it if row[monomial] < 0]
        rows += [_without(monomial, first, second) for first in above for second in below]
        if len(rows) > ROWS:
            return False
    return any(row.get(sp.S.One, sp.S.Zero) <= 0 for row in rows)


def _linear(expression: sp.Expr) -> Row | None:
    if not small(expression):
        return None
    row = {monomial: value for monomial, value in sp.expand(expression).as_coefficients_dict().items() if value != 0}
    return row if all(value.is_Rational for value in row.values()) else None


def _without(monomial: sp.Expr, above: Row, below: Row) -> Row:
    """Return the positive combination of two rows in which a monomial cancels."""
    first, second = -below[monomial], above[monomial]
    found = {
        other: first * above.get(other, sp.S.Zero) + second * below.get(other, sp.S.Zero)
        for other in {**above, **below}
    }
    return {other: value for other, value in found.items() if value != 0}
