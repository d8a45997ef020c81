"""What a cell draws, seen in its text alone."""

import ast

from checks.submissions.grading.relevant import Outline
from checks.submissions.player.cells import Cell

DRAWS = frozenset(
    {
        "plot", "scatter", "bar", "barh", "hist", "imshow", "matshow", "contour", "contourf", "pcolormesh", "stairs",
        "fill_between", "errorbar", "step", "stem", "semilogx", "semilogy", "loglog", "quiver", "streamplot", "text",
        "plot_surface", "plot_wireframe", "annotate", "pie", "boxplot", "violinplot", "axhline", "axvline", "line",
    }
)  # fmt: skip
"""Methods of axes that draw something."""


def drawing_calls(source: str) -> list[str]:
    """Return the calls in a cell that draw something."""
    return [
        node.func.attr
        for one in Outline.of([Cell("cell", source)]).reading.statements
        for node in ast.walk(one.node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS
    ]
