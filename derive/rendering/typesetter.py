"""From a SymPy expression to the boxes of a typeset formula: which function arranges which class of expression."""

from collections.abc import Callable, Mapping

import sympy as sp

from derive.rendering.fragments import LOW, Typeset
from derive.rendering.labels import box_of_latex
from derive.rendering.layout import Box, brackets
from derive.rendering.names import box_of_name

Arranger = Callable[["Typesetter", sp.Basic], Typeset]

_ARRANGERS: dict[str, Arranger] = {}


def typesets(*classes: str) -> Callable[[Arranger], Arranger]:
    """Let the decorated function arrange expressions of these SymPy classes, and of those that inherit from them."""

    def register(arranger: Arranger) -> Arranger:
        for name in classes:
            assert name not in _ARRANGERS, f"two functions arrange {name}"
            _ARRANGERS[name] = arranger
        return arranger

    return register


class Typesetter:
    r"""Arranges expressions, given how symbols are typeset where their name does not say.

    Parameters
    ----------
    names:
        LaTeX for symbols and arrays, such as `{y_hat: r"\hat{y}"}`.
    """

    def __init__(self, names: Mapping[sp.Basic, str]) -> None:
        import derive.rendering.arranging  # noqa: F401 - fills the table

        self._names = {str(symbol): latex for symbol, latex in names.items()}

    def box(self, expression: sp.Basic, within: int = LOW) -> Box:
        """Return the box of an expression, in brackets if it binds less than its surroundings ask for.

        Raises
        ------
        TypeError
            Nothing says how this kind of expression is typeset.
        """
        typeset = self._typeset(expression)
        return brackets(typeset.box) if typeset.binding < within else typeset.box

    def name(self, symbol: sp.Basic) -> Box:
        """Return the box of a name, as declared or as its letters say."""
        name = str(symbol)
        return box_of_latex(self._names[name]) if name in self._names else box_of_name(name)

    def _typeset(self, expression: sp.Basic) -> Typeset:
        for kind in type(expression).__mro__:
            if kind.__name__ in _ARRANGERS:
                return _ARRANGERS[kind.__name__](self, expression)
        raise TypeError(f"nothing says how {type(expression).__name__} is typeset: {expression}")
