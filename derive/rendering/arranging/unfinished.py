"""What has not been carried out: derivatives, expectations, roots of equations."""

import sympy as sp

from derive.rendering.fragments import RELATION, WHOLE, Typeset, infix, upright, words
from derive.rendering.layout import Fence, Fraction, Gap, Kind, Mark, row
from derive.rendering.typesetter import Typesetter, typesets


@typesets("D")
def _derivative_to_come(to: Typesetter, node: sp.Basic) -> Typeset:
    operator = Fraction(Mark("∂"), row(Mark("∂"), to.box(node.args[1])))
    return Typeset(row(operator, Fence("[", to.box(node.args[0]), "]")), WHOLE - 1)


@typesets("Derivative")
def _derivative(to: Typesetter, node: sp.Derivative) -> Typeset:
    boxes = [_derivative_to_come(to, sp.Tuple(node.expr, variable)).box for variable in node.variables[:1]]
    if len(node.variables) != 1:
        raise TypeError(f"nothing says how a derivative of order {len(node.variables)} is typeset: {node}")
    return Typeset(boxes[0], WHOLE)


@typesets("E")
def _expectation(to: Typesetter, node: sp.Basic) -> Typeset:
    return Typeset(row(upright("E"), Fence("[", to.box(node.args[0]), "]")), WHOLE)


@typesets("PositiveRoot")
def _positive_root(to: Typesetter, node: sp.Basic) -> Typeset:
    expression, unknown = node.args
    positive = row(to.box(unknown), infix(">"), Mark("0", Kind.NUMBER))
    equation = row(to.box(expression), infix("="), Mark("0", Kind.NUMBER))
    return Typeset(row(words("the"), Gap(), positive, words(" with "), equation), RELATION)
