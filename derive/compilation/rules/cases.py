"""Two cases as one function of the argument: a choice by element takes four times as long."""

import sympy as sp
from sympy.codegen.cfunctions import expm1

from derive.compilation.matching import factors
from derive.compilation.nodes import clipped


def _two_cases(node: sp.Piecewise) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """Read a function with one value where u > 0 (or u ≥ 0) and another elsewhere as (u, first, second)."""
    if len(node.args) != 2 or node.args[1][1] != sp.true:
        return None
    (first, condition), (second, _) = node.args
    if isinstance(condition, (sp.StrictLessThan, sp.LessThan)):
        first, second, condition = second, first, sp.Not(condition)
    if isinstance(condition, (sp.StrictGreaterThan, sp.GreaterThan)) and condition.rhs == 0:
        return condition.lhs, first, second
    return None


def cases_as_maximum(node: sp.Piecewise) -> sp.Expr:
    """(u if u > 0 else c u) = max(u, c u) for a number 0 ≤ c ≤ 1, also with another c of which that is known."""
    cases = _two_cases(node)
    if cases is None or cases[1] != cases[0]:
        return node
    u, _, second = cases
    c = second / u
    is_share = c.is_nonnegative and (1 - c).is_nonnegative
    return sp.Max(u, second) if is_share and not c.free_symbols & u.free_symbols else node


def cases_as_clip(node: sp.Piecewise) -> sp.Expr:
    """(u if |u| ≤ d else d sign u) = u clipped to −d … d, for d > 0."""
    if len(node.args) != 2 or node.args[1][1] != sp.true:
        return node
    (u, condition), (outside, _) = node.args
    if not (isinstance(condition, (sp.LessThan, sp.StrictLessThan)) and condition.lhs == sp.Abs(u)):
        return node
    d = condition.rhs
    return clipped(u, d) if d.is_positive and outside == d * sp.sign(u) else node


def cases_as_exponential(node: sp.Piecewise) -> sp.Expr:
    """(1 if u > 0 else e^u) = e^min(u, 0), and (u if u > 0 else a (e^u − 1)) = max(u, 0) + a (e^min(u, 0) − 1)."""
    cases = _two_cases(node)
    if cases is None:
        return node
    u, first, second = cases
    below = sp.Min(u, 0)
    if first == 1 and second == sp.exp(u):
        return sp.exp(below)
    for e in factors(second, expm1):
        if first == u == e.args[0] and not (second / e).free_symbols & u.free_symbols:
            return sp.Max(u, 0) + second / e * expm1(below)
    return node
