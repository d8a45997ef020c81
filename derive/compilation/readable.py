"""NumPy code for people to read: the textbook form as it stands, with scipy.special where it is safer.

The compiled code keeps every digit and looks like it. On a worksheet the form of the textbook teaches more; this writes
it down without our helpers. It is not what the checks run.
"""

import re
from collections.abc import Sequence

import sympy as sp
from sympy.printing.numpy import SciPyPrinter

from derive.functions import sigma


class _Printer(SciPyPrinter):  # type: ignore[misc]  # SymPy has no types
    """SymPy's printer, with σ, softplus and cases as a person writes them."""

    def _print_sigma(self, node: sp.Expr) -> str:
        return f"scipy.special.expit({self._print(node.args[0])})"

    def _print_softplus(self, node: sp.Expr) -> str:
        return f"numpy.logaddexp(0, {self._print(node.args[0])})"

    def _print_Max(self, node: sp.Expr) -> str:  # noqa: N802 - SymPy's name
        first, *rest = node.args
        return f"numpy.maximum({self._print(first)}, {self._print(sp.Max(*rest))})"

    def _print_Piecewise(self, node: sp.Piecewise) -> str:  # noqa: N802
        (value, condition), *rest = node.args
        if not rest or condition == sp.true:
            return str(self._print(value))
        shown = [self._print(part) for part in (condition, value, sp.Piecewise(*rest))]
        return f"numpy.where({', '.join(shown)})"


def readable_source(arguments: Sequence[sp.Symbol], expression: sp.Expr, *, name: str) -> str:
    """Return a function definition in NumPy, with its imports, for a scalar formula.

    Parameters
    ----------
    arguments:
        The symbols in the order of the parameters.
    expression:
        The formula; a constant one gets the shape of the arguments by adding zeros.
    name:
        A Python name for the function.
    """
    body = _Printer({"fully_qualified_modules": True, "allow_unknown_functions": True}).doprint(_mirrored(expression))
    body = body.replace("numpy.", "np.").replace("scipy.constants.pi", "np.pi")
    special = sorted(set(re.findall(r"scipy\.special\.(\w+)", body)))
    body = body.replace("scipy.special.", "")
    missing = [str(symbol) for symbol in arguments if symbol not in expression.free_symbols]
    body += "".join(f" + 0 * {symbol}" for symbol in missing)
    imports = ["import numpy as np"] if "np." in body else []
    imports += [f"from scipy.special import {', '.join(special)}"] if special else []
    head = "\n".join(imports) + "\n\n\n" if imports else ""
    return f"{head}def {name}({', '.join(map(str, arguments))}):\n    return {body}\n"


def _mirrored(expression: sp.Expr) -> sp.Expr:
    """Write 1 − σ(u) as σ(−u): the one trap that students meet, because 1 − σ(40) rounds to 0."""

    def mirrored(node: sp.Expr) -> sp.Expr:
        inner = next(term for term in node.args if term != 1)
        return sigma(-(-inner).args[0])

    return expression.replace(
        lambda node: node.is_Add and len(node.args) == 2 and 1 in node.args and isinstance(-sum(node.args, -1), sigma),
        mirrored,
    )
