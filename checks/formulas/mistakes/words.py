"""How a step is shown beside the mistake that was made in it."""

from functools import lru_cache

import sympy as sp

from checks.formulas.mistakes.misused import Misused
from derive.derivation import D
from derive.indices import bound_indices, length, same_range, substitute
from derive.rendering import text

LENGTH = 160
Names = tuple[tuple[sp.Basic, str], ...]
_OWN = {"ρ": "i", "κ": "j", "s1": "k", "s2": "l", "s3": "p", "s4": "q"}
"""Names for the indices that the reader made up for whole arrays."""


@lru_cache(maxsize=4_000)
def shown(expression: sp.Basic, names: Names = ()) -> str:
    """Return an expression as one line of plain text; `names` is LaTeX for symbols, as pairs."""
    try:
        return text(_with_own_names(expression), dict(names))
    except (TypeError, ValueError, AttributeError):  # nothing says how a part of it is typeset
        return str(expression)


def _with_own_names(expression: sp.Basic) -> sp.Basic:
    indices = expression.atoms(sp.Idx)
    taken = {str(symbol) for symbol in expression.free_symbols} | {index.name for index in indices}
    change = {
        index: sp.Idx(_OWN[index.name], length(index))
        for index in indices
        if index.name in _OWN and _OWN[index.name] not in taken
    }
    return expression.xreplace(change) if change else expression


def correct_step(found: Misused, by: sp.Expr, names: Names = ()) -> str:
    """Return the rule as it is applied correctly at this place: ∂/∂x[sin(3x)] = cos(3x) ∂/∂x[3x] = 3 cos(3x)."""
    parts = dict.fromkeys(shown(side, names) for side in (D(found.node, by), found.step[0], contracted(found.step[1])))
    return " = ".join(part for part in parts if len(part) <= LENGTH)


def contracted(formula: sp.Expr) -> sp.Expr:
    """Write Σ_k δ_kp f(k) as f(p), so that a step reads as a person writes it."""
    if isinstance(formula, sp.Sum):
        body = contracted(formula.function)
        bound = bound_indices(formula)
        for factor in sp.Mul.make_args(body):
            if not isinstance(factor, sp.KroneckerDelta):
                continue
            for gone, kept in (factor.args, factor.args[::-1]):
                if gone in bound and isinstance(kept, sp.Idx) and same_range(gone, kept):
                    limits = [limit for limit in formula.limits if limit[0] != gone]
                    value = substitute(body / factor, gone, kept)
                    return contracted(sp.Sum(value, *limits)) if limits else value
        return sp.Sum(body, *formula.limits)
    if not formula.args or isinstance(formula, (sp.Indexed, sp.KroneckerDelta, sp.Piecewise, D)):
        return formula
    return formula.func(*(contracted(argument) for argument in formula.args))
