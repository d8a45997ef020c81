"""How numbers and conditions are shown as evidence."""

import sympy as sp
from flint import arb

from checks.verdict import Enclosure

_SIGNS = {sp.Ne: "!=", sp.Eq: "=", sp.Gt: ">", sp.Ge: ">=", sp.Lt: "<", sp.Le: "<="}


def enclosure(ball: arb) -> Enclosure:
    """Return the interval of a ball."""
    return Enclosure(low=float(ball.lower()), high=float(ball.upper()), text=ball.str(15))


def in_brackets(text: str) -> str:
    """Return a ball as `[middle +/- radius]`, also one that is exact."""
    return text if text.startswith("[") else f"[{text} +/- 0]"


def in_words(condition: sp.Basic) -> str:
    """Return a condition as it is typed: x != 0."""
    sign = _SIGNS.get(condition.func)
    if sign is not None:
        return f"{condition.lhs} {sign} {condition.rhs}"
    if isinstance(condition, (sp.And, sp.Or)):
        return (" and " if isinstance(condition, sp.And) else " or ").join(map(in_words, condition.args))
    return str(condition)
