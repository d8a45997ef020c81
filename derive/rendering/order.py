"""The order in which a textbook writes the terms of a sum and the factors of a product."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import sympy as sp

from derive.derivation import D

_TRANSCENDENTAL = 0.5
_KEPT = 10_000
"""Keys that are kept: each stands on SymPy's own printing, and the lines of a derivation are mostly alike."""


def textbook_terms(terms: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Return the terms of a sum in textbook order.

    Higher degrees come first and numbers last (x² + 3x + 1), but a number comes first before something that is
    subtracted (1 − x) and before a function (1 + e^(−x)). If a positive term is there, no minus stands in front.
    """
    numbers = [term for term in terms if _core(term).is_number]
    others = sorted((term for term in terms if not _core(term).is_number), key=_term_key)
    if others and _is_negative(others[0]):
        positive = next((term for term in others if not _is_negative(term)), None)
        if positive is not None:
            others.remove(positive)
            others.insert(0, positive)
    if not numbers or not others or _is_negative(numbers[0]):
        return others + numbers
    first = _is_negative(others[0]) or (len(others) == 1 and _degree(_core(others[0])) <= _TRANSCENDENTAL)
    return numbers + others if first else others + numbers


def textbook_factors(factors: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Return the factors of a product in textbook order: numbers, letters, brackets, functions, derivatives, sums.

    A bracket such as 1 − σ(x) or 1 + σ(x) follows the factor σ(x).
    """
    ordered = sorted(factors, key=_factor_key)
    for bracket in [factor for factor in ordered if _is_complement(factor)]:
        partner = next((f for f in ordered if not f.is_Symbol and (f in bracket.args or -f in bracket.args)), None)
        if partner is not None:
            ordered.remove(bracket)
            ordered.insert(ordered.index(partner) + 1, bracket)
    for place, (left, right) in enumerate(pairwise(ordered)):
        if _chained(right, left) and not _chained(left, right):  # X_ik W_kj, as in the matrix product X W
            ordered[place : place + 2] = [right, left]
    return ordered


def content(terms: Sequence[sp.Expr]) -> int:
    """Return the whole number of 2(x − 1) for the terms 2x and −2, else 1: SymPy multiplies such factors out by itself.

    Every term with a letter must have that same coefficient, up to sign; 6x + 4 stays as it is.
    """
    coefficients = [term.as_coeff_Mul() for term in terms]
    if len(terms) < 2 or not all(coefficient.is_Integer for coefficient, _ in coefficients):
        return 1
    lettered = {abs(int(coefficient)) for coefficient, rest in coefficients if rest != 1}
    common = int(sp.igcd(*(coefficient for coefficient, _ in coefficients)))
    return common if lettered == {common} else 1


def _core(term: sp.Expr) -> sp.Expr:
    """Return what the place of a term depends on: of ∂u/∂x that of u, so that both sums read in the same order."""
    if isinstance(term, D):
        return term.expression
    if isinstance(term, sp.Sum):
        return _core(term.function)
    return sp.Mul(
        *(factor.expression if isinstance(factor, D) else factor for factor in sp.Mul.make_args(term)), evaluate=False
    )


def _is_negative(term: sp.Expr) -> bool:
    core = _core(term)
    return bool(core.as_coeff_Mul()[0].is_negative)


@lru_cache(_KEPT)
def _term_key(term: sp.Expr) -> tuple[object, ...]:
    core = _core(term)
    lowered = 1.0 if any(isinstance(factor, D) for factor in sp.Mul.make_args(term)) else 0.0
    degree = _degree(core)
    shown = core.as_coeff_Mul()[1]
    return (lowered - degree if degree > _TRANSCENDENTAL else -degree, shown.count_ops(), str(shown))


def _degree(node: sp.Expr) -> float:  # noqa: PLR0911 - one line for each kind of expression
    """Return a degree that only serves to order terms: functions of anything count one half, sums as their body."""
    if isinstance(node, D):
        return max(_degree(node.expression) - 1, 1.0)
    if isinstance(node, (sp.Symbol, sp.Indexed)):
        return 1.0
    if node.is_Mul:
        parts = [_degree(factor) for factor in node.args if not factor.is_number]
        return _TRANSCENDENTAL if _TRANSCENDENTAL in parts else sum(parts)
    if node.is_Add:
        return max(_degree(term) for term in node.args)
    if isinstance(node, sp.Sum):
        return _degree(node.function)
    if node.is_Pow and node.exp.is_Integer and node.exp > 0:
        inner = _degree(node.base)
        return inner if inner == _TRANSCENDENTAL else inner * int(node.exp)
    return 0.0 if node.is_number else _TRANSCENDENTAL


_RANKS = ("number", "letter", "bracket", "function", "derivative", "sum")


@lru_cache(_KEPT)
def _factor_key(factor: sp.Expr) -> tuple[int, int, str]:
    base = factor.base if factor.is_Pow and not isinstance(factor, sp.exp) else factor
    if factor.is_number:
        return 0, 0, ""  # numbers stay as they come: 3 · 2(x − 1)
    if base.has(D) and not base.is_Symbol:
        rank = "sum" if isinstance(base, sp.Sum) else "derivative"
    elif isinstance(base, (sp.Symbol, sp.Indexed, sp.KroneckerDelta, sp.Idx)):
        rank = "letter"
    elif base.is_Add:
        rank = "bracket"
    elif isinstance(base, (sp.Sum, sp.Integral)):
        rank = "sum"
    else:
        rank = "function"
    return _RANKS.index(rank), len(base.indices) if isinstance(base, sp.Indexed) else 0, str(factor)


def _chained(left: sp.Expr, right: sp.Expr) -> bool:
    both = isinstance(left, sp.Indexed) and isinstance(right, sp.Indexed)
    return bool(both and len(left.indices) == len(right.indices) == 2 and left.indices[1] == right.indices[0])


def _is_complement(factor: sp.Expr) -> bool:
    return bool(factor.is_Add and len(factor.args) == 2 and 1 in factor.args)
