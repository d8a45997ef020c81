"""Which surface a text is written in, and which names stand alone in it."""

import re

from derive.reading import tree
from derive.reading.known import is_known_function

_LATEX = re.compile(r"\\[A-Za-z,;:!|{}]|\$|\^\{|_\{")
_PYTHON = re.compile(
    r"\*\*|\b(?:np|numpy|math|torch|sp|sympy|scipy|jnp|jax|F|tf|mpmath)\s*\.\s*[A-Za-z]|@|\.T\b|\w\.\w+\(|\blambda\b|//|\bfor\b|\]\[|[A-Za-z_]\w*\[(?:\s*\d|[^\]]*:)"
)


def likely_surfaces(text: str) -> tuple[str, ...]:
    """Return the surfaces to try, the likeliest first; plain typing holds most of Python's formulas too."""
    if re.search(r"\\[A-Za-z,;:!|{}()\[\]\\]|\$", text):
        return ("latex",)
    if _PYTHON.search(text):
        return ("python", "plain")
    if _LATEX.search(text):
        return ("plain", "latex")
    return ("plain", "python")


def names_that_stand_alone(node: tree.Node) -> frozenset[str]:
    """Return the names that stand somewhere as one letter or with an index: they decide whether `xy` is x·y."""
    return frozenset(
        part.name
        for part in tree.walk(node)
        if isinstance(part, tree.Name)
        and (len(part.name.partition("_")[0]) == 1 or (part.kind == "symbol" and not is_known_function(part.name)))
    )
