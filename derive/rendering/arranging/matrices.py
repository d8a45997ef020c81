"""Products, sums, transposes of matrices, and matrices of ones."""

from collections.abc import Sequence
from functools import reduce

import sympy as sp

from derive.rendering.fragments import PRODUCT, SUM, WHOLE, Typeset, infix, raised
from derive.rendering.layout import Box, Gap, Kind, Mark, Script, row
from derive.rendering.typesetter import Typesetter, typesets


@typesets("MatMul")
def _mat_mul(to: Typesetter, node: sp.MatMul) -> Typeset:
    coefficient, factors = node.as_coeff_matrices()
    matrices = row(*_spaced([to.box(factor, PRODUCT) for factor in factors]))
    negative = bool(coefficient.as_coeff_Mul()[0].is_negative)
    scalar = abs(coefficient) if coefficient.is_number else (-coefficient if negative else coefficient)
    box = matrices if scalar == 1 else row(to.box(scalar, PRODUCT), Gap(), matrices)
    return Typeset(row(Mark("−", Kind.PREFIX), box), SUM) if negative else Typeset(box, PRODUCT)


@typesets("MatAdd")
def _mat_add(to: Typesetter, node: sp.MatAdd) -> Typeset:
    return Typeset(reduce(lambda left, right: row(left, infix("+"), right), map(to.box, node.args)), SUM)


@typesets("HadamardProduct")
def _hadamard_product(to: Typesetter, node: sp.HadamardProduct) -> Typeset:
    boxes = [to.box(factor, PRODUCT) for factor in node.args]
    return Typeset(reduce(lambda left, right: row(left, infix("∘"), right), boxes), PRODUCT)


@typesets("Transpose")
def _transpose(to: Typesetter, node: sp.Transpose) -> Typeset:
    return Typeset(raised(to.box(node.args[0], WHOLE), Mark("ᵀ", Kind.UPRIGHT)), WHOLE)


@typesets("OneMatrix")
def _one_matrix(to: Typesetter, node: sp.OneMatrix) -> Typeset:
    one, (rows, columns) = Mark("𝟏", Kind.UPRIGHT), node.shape
    if columns == 1:
        return Typeset(one, WHOLE)
    if rows == 1:
        return Typeset(Script(one, upper=Mark("ᵀ", Kind.UPRIGHT)), WHOLE)
    return Typeset(Script(one, row(to.box(rows), infix("×"), to.box(columns))), WHOLE)


def _spaced(boxes: Sequence[Box]) -> list[Box]:
    spaced: list[Box] = []
    for box in boxes:
        spaced += [Gap(), box] if spaced else [box]
    return spaced
