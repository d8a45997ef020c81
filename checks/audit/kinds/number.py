"""`number: FORMULA` with `is` and `where`: the value of a formula is the number that is printed, to its last digit.

`where` gives names their values: numbers that are printed too, each standing for all that round to it. So `z4: -4.352`
and a printed loss can be held against each other without more digits than the document shows.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any, cast

import sympy as sp
from flint import arb, ctx

from checks.audit.compare import CLAIMS, compare
from checks.audit.found import Found
from checks.audit.kinds import CheckError
from checks.audit.printed import ball, exact, half_unit, middle
from checks.audit.row import Check
from checks.enclosure import enclose
from checks.formulas.declared import declared
from checks.formulas.operators import read_formula
from checks.verdict import Proof, Status, Verdict

OPTIONS = (*CLAIMS, "where")
BITS = 192
MOST_CORNERS = 6
HOW = "the formula, enclosed in Arb balls"


def judge(check: Check, ledger: str) -> Verdict:
    """Enclose the formula for all values that print like those of `where`, and hold the claim against the ball."""
    where = check.options.get("where", {})
    if not isinstance(where, dict):
        raise CheckError("'where' has a printed number for each name")
    expression = read_formula(str(check.value), declared([f"{name} real" for name in where]).vocabulary).expression
    missing = sorted(str(symbol) for symbol in expression.free_symbols if str(symbol) not in where)
    if missing:
        raise CheckError(f"'where' has no value for {', '.join(missing)}")
    values = {symbol: where[str(symbol)] for symbol in sorted(expression.free_symbols, key=str)}
    claimed = {key: value for key, value in check.options.items() if key in CLAIMS}
    with ctx.workprec(BITS):
        whole = _value(expression, {symbol: _ball(value) for symbol, value in values.items()})
        verdict = compare(claimed, Found(whole, HOW))
        if verdict.status is Status.UNDECIDED:
            found = _witness(expression, values, claimed)
            return verdict if found is None else found
    return verdict


def _ball(value: object) -> arb:
    """Return the numbers that a value of `where` stands for: a whole number for itself, a decimal for all like it."""
    return arb(value) if isinstance(value, int) else ball(str(value))


def _value(expression: sp.Expr, point: Mapping[sp.Symbol, Any]) -> arb:
    return enclose(expression, cast(Any, point), BITS)


def _witness(expression: sp.Expr, printed: Mapping[sp.Symbol, object], claimed: Mapping[str, Any]) -> Verdict | None:
    """Look for values that print as given and whose result prints as claimed.

    A continuous formula takes, between its values at the middles and the corners, every value; so it is enough that
    some of these lie below what is claimed and some above.
    """
    if expression.has(sp.Piecewise, sp.sign, sp.floor, sp.ceiling, sp.Heaviside):
        return None
    choices = [_choices(value) for value in printed.values()]
    points = product(*choices) if len(choices) <= MOST_CORNERS else [tuple(each[0] for each in choices)]
    values = [_value(expression, dict(zip(printed, map(exact, point), strict=True))) for point in points]
    low, high = reduce(min, (value.upper() for value in values)), reduce(max, (value.lower() for value in values))
    if not low < high:
        return None
    taken = Found(low.union(high), HOW, sharp=True)
    if compare(claimed, taken).status is not Status.PROVED:
        return None
    return Verdict(
        status=Status.PROVED,
        reason="The printed numbers fit together: some values that print as given have a value that prints like this.",
        evidence=Proof(procedure=f"{HOW}, and continuity", domain="the digits that are printed"),
    )


def _choices(value: object) -> list[Fraction]:
    """Return the middle and the ends of what a value of `where` stands for."""
    if isinstance(value, int):
        return [Fraction(value)]
    number, half = middle(str(value)), half_unit(str(value))
    return [number, number - half, number + half]
