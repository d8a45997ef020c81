"""One expression as LaTeX, MathML or plain text."""

from collections.abc import Mapping

import sympy as sp

from derive.rendering.fragments import infix
from derive.rendering.labels import box_of_latex
from derive.rendering.latex_writer import latex_of
from derive.rendering.layout import row
from derive.rendering.mathml_writer import math_element
from derive.rendering.text_writer import text_of
from derive.rendering.typesetter import Typesetter

Names = Mapping[sp.Basic, str]
"""LaTeX for symbols whose name does not say how they are typeset."""


def latex(expression: sp.Basic, names: Names | None = None) -> str:
    """Return an expression as LaTeX for math mode.

    Parameters
    ----------
    expression:
        A formula, in index or matrix notation too, or a condition.
    names:
        LaTeX for symbols whose name does not say how they are typeset: `entry.symbol_names`.

    Raises
    ------
    TypeError
        Nothing says how a part of the expression is typeset.
    """
    return latex_of(Typesetter(names or {}).box(expression))


def mathml(expression: sp.Basic, names: Names | None = None, *, display: bool = False) -> str:
    """Return an expression as a whole `<math>` element, in a line or (`display`) on a line of its own.

    Parameters and errors as for `latex`.
    """
    return math_element(Typesetter(names or {}).box(expression), display=display)


def text(expression: sp.Basic, names: Names | None = None) -> str:
    """Return an expression as one line of plain text in Unicode.

    Parameters and errors as for `latex`.
    """
    return text_of(Typesetter(names or {}).box(expression))


def label_mathml(label: str, *, display: bool = False) -> str:
    r"""Return a label that an entry declares in LaTeX, such as `\mathcal{L}`, as a `<math>` element.

    Raises
    ------
    ValueError
        The label holds more than the LaTeX of labels.
    """
    return math_element(box_of_latex(label), display=display)


def equation_mathml(left: str | sp.Basic, right: sp.Basic, names: Names | None = None, *, display: bool = False) -> str:
    """Return `left = right` as a `<math>` element; a left side that is a string is a label in LaTeX."""
    typesetter = Typesetter(names or {})
    shown = box_of_latex(left) if isinstance(left, str) else typesetter.box(left)
    return math_element(row(shown, infix("="), typesetter.box(right)), display=display)


def index_ranges(expression: sp.Basic) -> dict[sp.Expr, list[str]]:
    """Return for each length the names of the indices that run over it, from 0 to length − 1, in order."""
    from derive.indices import length

    found: dict[sp.Expr, set[str]] = {}
    for index in expression.atoms(sp.Idx):
        found.setdefault(length(index), set()).add(str(index))
    return {size: sorted(found[size]) for size in sorted(found, key=str)}
