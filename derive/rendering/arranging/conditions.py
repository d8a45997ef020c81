"""Relations, and conditions joined from them."""

from functools import reduce

import sympy as sp

from derive.rendering.fragments import LOW, RELATION, SUM, WHOLE, Typeset, infix, words
from derive.rendering.layout import Kind, Mark, row
from derive.rendering.typesetter import Typesetter, typesets

_RELATIONS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}


@typesets("Relational")
def _relational(to: Typesetter, node: sp.Basic) -> Typeset:
    left, right = (to.box(side, SUM) for side in node.args)
    return Typeset(row(left, infix(_RELATIONS[node.rel_op]), right), RELATION)


@typesets("And")
def _and(to: Typesetter, node: sp.Basic) -> Typeset:
    return _joined(to, node, "∧")


@typesets("Or")
def _or(to: Typesetter, node: sp.Basic) -> Typeset:
    return _joined(to, node, "∨")


def _joined(to: Typesetter, node: sp.Basic, sign: str) -> Typeset:
    boxes = [to.box(part, RELATION) for part in sorted(node.args, key=str)]
    return Typeset(reduce(lambda left, right: row(left, infix(sign), right), boxes), LOW)


@typesets("Not")
def _not(to: Typesetter, node: sp.Basic) -> Typeset:
    return Typeset(row(Mark("¬", Kind.PREFIX), to.box(node.args[0], WHOLE)), WHOLE)


@typesets("BooleanTrue")
def _boolean_true(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(words("true"), WHOLE)


@typesets("BooleanFalse")
def _boolean_false(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(words("false"), WHOLE)
