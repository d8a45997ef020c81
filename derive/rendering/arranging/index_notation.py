"""Entries of arrays, sums over indices, Kronecker deltas; integrals and inserted limits."""

import sympy as sp

from derive.rendering.arranging.arithmetic import signed
from derive.rendering.fragments import PRODUCT, SUM, WHOLE, Typeset, comma_separated, infix
from derive.rendering.layout import Big, Box, Fence, Gap, Kind, Mark, Script, brackets, row
from derive.rendering.names import joined_indices
from derive.rendering.typesetter import Typesetter, typesets


@typesets("Indexed")
def _indexed(to: Typesetter, node: sp.Indexed) -> Typeset:
    base = to.name(node.base.label)
    lower = joined_indices([_index(to, index) for index in node.indices])
    if isinstance(base, Script):
        return Typeset(Script(brackets(base), lower), WHOLE)
    return Typeset(Script(base, lower), WHOLE)


def _index(to: Typesetter, index: sp.Expr) -> Box:
    if not index.is_Add:
        return to.box(index)
    parts: list[Box] = []  # 2u + e + a, close together as indices are
    for term in sorted(index.args, key=_index_key):
        negative, box = signed(to, term)
        if parts or negative:
            parts.append(Mark("−" if negative else "+", Kind.PREFIX))
        parts.append(box)
    return row(*parts)


@typesets("KroneckerDelta")
def _kronecker_delta(to: Typesetter, node: sp.Basic) -> Typeset:
    return Typeset(Script(Mark("δ"), joined_indices([_index(to, index) for index in node.args])), WHOLE)


@typesets("Sum")
def _sum(to: Typesetter, node: sp.Sum) -> Typeset:
    whole_range = all(isinstance(limit[0], sp.Idx) for limit in node.limits)
    if whole_range:
        names = [to.box(limit[0]) for limit in node.limits]
        signs: list[Box] = [Big("∑", comma_separated(names))]
    else:
        signs = [_sum_sign(to, *limit) for limit in reversed(node.limits)]
    return Typeset(row(*signs, _body(to, node.function)), PRODUCT)


def _sum_sign(to: Typesetter, index: sp.Basic, low: sp.Expr, high: sp.Expr) -> Box:
    return Big("∑", row(to.box(index), infix("="), to.box(low)), to.box(high))


def _body(to: Typesetter, function: sp.Expr) -> Box:
    return to.box(function, SUM + 1)


@typesets("Integral")
def _integral(to: Typesetter, node: sp.Integral) -> Typeset:
    parts: list[Box] = []
    ends: list[Box] = []
    for variable, *bounds in node.limits:
        low, high = (to.box(bound) for bound in bounds) if len(bounds) == 2 else (None, None)
        parts.insert(0, Big("∫", low, high))
        ends += [Gap(), row(Mark("d", Kind.UPRIGHT), to.box(variable))]
    return Typeset(row(*parts, _body(to, node.function), *ends), PRODUCT)


@typesets("Subs")
def _subs(to: Typesetter, node: sp.Subs) -> Typeset:
    places = [row(to.box(name), infix("="), to.box(at)) for name, at in zip(node.variables, node.point, strict=True)]
    return Typeset(Script(Fence("[", to.box(node.expr), "]"), comma_separated(places)), WHOLE)


def _index_key(term: sp.Expr) -> tuple[bool, bool, bool, str]:
    return bool(term.as_coeff_Mul()[0].is_negative), bool(term.is_number), not term.is_Mul, str(term)
