"""The notes beside the steps: formulas that a note quotes are typeset like all others."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import sympy as sp

from derive.derivation import D, Step
from derive.functions import general_function, sigma, softplus

Piece: TypeAlias = str | sp.Basic

_U = sp.Symbol("u", real=True)
_OUTER: dict[str, sp.Expr] = {
    "e^u": sp.exp(_U),
    "ln u": sp.log(_U),
    "sin u": sp.sin(_U),
    "cos u": sp.cos(_U),
    "tan u": sp.tan(_U),
    "sinh u": sp.sinh(_U),
    "cosh u": sp.cosh(_U),
    "tanh u": sp.tanh(_U),
    "arctan u": sp.atan(_U),
    "erf u": sp.erf(_U),
    "|u|": sp.Abs(_U),
    "sigma(u)": sigma(_U),
    "softplus(u)": softplus(_U),
    "max(0, u)": sp.Max(0, _U),
    "h(u)": general_function("h")(_U),
}
"""How the rules name an outer function."""

_IDENTITIES: dict[str, tuple[sp.Expr, sp.Expr]] = {
    "σ(u) = 1/(1 + e^(−u))": (sigma(_U), 1 / (1 + sp.exp(-_U))),
    "e^(−u) = (1 − σ(u))/σ(u)": (sp.exp(-_U), (1 - sigma(_U)) / sigma(_U)),
    "σ(−u) = 1 − σ(u)": (sigma(-_U), 1 - sigma(_U)),
    "tan u = sin u / cos u": (sp.tan(_U), sp.sin(_U) / sp.cos(_U)),
    "tanh u = sinh u / cosh u": (sp.tanh(_U), sp.sinh(_U) / sp.cosh(_U)),
    "cosh² u − sinh² u = 1": (sp.cosh(_U) ** 2 - sp.sinh(_U) ** 2, sp.S.One),
    "sin² u + cos² u = 1": (sp.sin(_U) ** 2 + sp.cos(_U) ** 2, sp.S.One),
}
"""How the moves of algebra name an identity."""

_QUOTING = re.compile(
    r"(?P<a>outer )(?P<outer1>.+?)(?P<b>, inner )u = (?P<u1>.+)"
    r"|(?P<outer2>.+?)(?P<c> at )u = (?P<u2>.+)"
    r"|(?P<d>the factor )(?P<factor>.+)(?P<e> is constant)"
    r"|(?P<f>over )(?P<bottom>.+)"
    r"|(?P<g>only )(?P<index>\w+ = \w+)(?P<h> remains)"
)


def pieces(step: Step) -> list[Piece]:
    """Return the note of a step as words and expressions, in reading order; [] without a note.

    A quoted formula is found again among the parts of the step. What is not found stays as it was written.
    """
    if not step.note:
        return []
    if step.note in _IDENTITIES:
        return [sp.Eq(*_IDENTITIES[step.note], evaluate=False)]
    match = _QUOTING.fullmatch(step.note)
    if match is None:
        return [step.note]
    found: list[Piece] = []
    for group, written in match.groupdict().items():
        if written is None:
            continue
        if group.startswith("outer"):
            found.append(_outer(step, written))
        elif group.startswith("u"):
            inner = _part(step, written)
            found.append(f"u = {written}" if inner is None else sp.Eq(_U, inner, evaluate=False))
        elif group in ("factor", "bottom"):
            found.append(_part(step, written) or written)
        else:
            found.append(written)
    return found


def _outer(step: Step, written: str) -> Piece:
    power = re.fullmatch(r"u\^\((.+)\)", written)
    if power is None:
        return _OUTER.get(written, written)
    if re.fullmatch(r"-?\d+(/\d+)?", power[1]):
        return sp.Pow(_U, sp.Rational(power[1]))
    exponent = _part(step, power[1])
    return written if exponent is None else sp.Pow(_U, exponent)


def _part(step: Step, written: str) -> sp.Basic | None:
    """Return the part of a step that SymPy writes like this."""
    return next((part for part in _parts(step) if _written(part) == written), None)


@lru_cache(10_000)
def _written(part: sp.Basic) -> str:
    """Return what SymPy writes, which takes its time; one step begins with what the last one ended with."""
    return str(part)


def _parts(step: Step) -> Iterator[sp.Basic]:
    for side in (step.after, step.before):
        for node in sp.preorder_traversal(side):
            yield node
            if isinstance(node, D) and node.expression.is_Mul:
                x = node.variable
                yield node.expression.as_independent(*([x.base] if isinstance(x, sp.Indexed) else [x]), as_Add=False)[0]
