"""Functions by name, maxima, absolute values and case distinctions."""

from collections.abc import Sequence

import sympy as sp

from derive.rendering.fragments import WHOLE, Typeset, comma_separated, raised, upright, words
from derive.rendering.layout import Box, Cases, Fence, Kind, Mark, brackets, row
from derive.rendering.marks import FUNCTIONS
from derive.rendering.names import box_of_name
from derive.rendering.typesetter import Typesetter, typesets


@typesets("Function")
def _function(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(applied(to, function_name(node), node.args), WHOLE)


def function_name(node: sp.Function) -> Box:
    """Return the name of a function as a textbook writes it."""
    name = node.func.__name__
    if not getattr(node.func, "is_general", False) and (name in FUNCTIONS or hasattr(sp, name)):
        return upright(FUNCTIONS.get(name, name))
    return box_of_name(name)


def applied(to: Typesetter, name: Box, arguments: Sequence[sp.Expr], power: Box | None = None) -> Box:
    """Return name and arguments; a power stands between them, as in tanh²(x)."""
    shown = comma_separated([to.box(argument) for argument in arguments])
    return row(name if power is None else raised(name, power), brackets(shown))


@typesets("sigma")
def _sigma(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(applied(to, Mark("σ"), node.args), WHOLE)


@typesets("softplus")
def _softplus(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(applied(to, upright("softplus"), node.args), WHOLE)


@typesets("Max", "Min")
def _max(to: Typesetter, node: sp.Function) -> Typeset:
    arguments = sorted(node.args, key=lambda argument: not argument.is_number)
    return Typeset(applied(to, upright(FUNCTIONS[type(node).__name__]), arguments), WHOLE)


@typesets("Abs")
def _abs(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(Fence("|", to.box(node.args[0]), "|"), WHOLE)


@typesets("floor")
def _floor(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(Fence("⌊", to.box(node.args[0]), "⌋"), WHOLE)


@typesets("ceiling")
def _ceiling(to: Typesetter, node: sp.Function) -> Typeset:
    return Typeset(Fence("⌈", to.box(node.args[0]), "⌉"), WHOLE)


@typesets("Heaviside")
def _step(to: Typesetter, node: sp.Heaviside) -> Typeset:
    if node.args[1] != 0:
        return Typeset(applied(to, upright("H"), node.args), WHOLE)
    return Typeset(row(Mark("𝟙", Kind.UPRIGHT), Fence("[", to.box(sp.Gt(node.args[0], 0, evaluate=False)), "]")), WHOLE)


@typesets("Piecewise")
def _piecewise(to: Typesetter, node: sp.Piecewise) -> Typeset:
    if len(node.args) == 2 and [value for value, _ in node.args] == [1, 0] and node.args[1][1] == sp.true:
        return Typeset(row(Mark("𝟙", Kind.UPRIGHT), Fence("[", to.box(node.args[0][1]), "]")), WHOLE)
    rows = [(to.box(value), _condition(to, condition)) for value, condition in node.args]
    return Typeset(Cases(tuple(rows)), WHOLE)


def _condition(to: Typesetter, condition: sp.Basic) -> Box:
    return words("otherwise") if condition == sp.true else to.box(condition)


def has_own_shape(node: sp.Function) -> bool:
    """Tell whether a function is not written as name and brackets, or has an unnamed rule h whose square is (h(u))²."""
    return isinstance(node, (sp.exp, sp.Abs, sp.Piecewise, sp.Max, sp.Min, sp.floor, sp.ceiling)) or bool(
        getattr(node.func, "is_general", False)
    )
