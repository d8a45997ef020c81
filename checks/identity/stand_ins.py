"""Concrete functions for unspecified ones: an identity that holds for every h holds for this h too."""

import sympy as sp
from sympy.core.function import AppliedUndef

StandIns = dict[str, tuple[sp.Lambda, str]]


def stand_ins_for(*formulas: sp.Expr) -> StandIns:
    """Return a concrete polynomial for each general function, and its derivatives for h′, h″."""
    t = sp.Dummy("t", real=True)
    found = {node.func.__name__ for formula in formulas for node in formula.atoms(sp.Function) if _is_general(node)}
    stand_ins = {}
    for position, base in enumerate(sorted({name.rstrip("'") for name in found})):
        polynomial = t**3 + (position + 2) * t**2 - t + 1
        for order in range(4):
            name = base + "'" * order
            if name in found:
                shown = sp.diff(polynomial, t, order).subs(t, sp.Symbol("t"))
                stand_ins[name] = (sp.Lambda(t, sp.diff(polynomial, t, order)), f"t -> {shown}")
    return stand_ins


def _is_general(node: sp.Expr) -> bool:
    return isinstance(node, AppliedUndef) or bool(getattr(node.func, "is_general", False))


def with_stand_ins(formula: sp.Expr, stand_ins: StandIns) -> sp.Expr:
    """Put the concrete functions in."""
    return formula.replace(
        lambda node: isinstance(node, sp.Function) and node.func.__name__ in stand_ins,
        lambda node: stand_ins[node.func.__name__][0](*node.args),
    )
