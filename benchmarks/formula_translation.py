"""A pair of the tables in the language of a peer: LaTeX for those that read it, the calculator syntax of mitx.

Nothing is lost on the way that the peer could use. What a peer has no notion of by nature is `None`: not taken, and
counted as such. What networks have beside calculus (σ, softplus, ReLU) no peer knows, so it is written out.
"""

import re
from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from checks.formulas.equality import Sides
from derive.functions import sigma, softplus
from derive.reading import Reading

_PYTHON_MARKS = re.compile(r"@|np\.|\.T\b|\*|\bsum\(|\bfor\b|\[|≥|≤|∘|_\w\w")
_OWN_WORDS = re.compile(r"(?<![\\{A-Za-z])(tr|exp|log|ln|sin|cos|tanh|max|min)(?![A-Za-z])")


def written_out(expression: sp.Expr) -> sp.Expr:
    """Return the formula with σ and softplus by their definitions."""
    return expression.replace(lambda node: isinstance(node, (sigma, softplus)), lambda node: node.definition())


def latex(text: str, reading: Reading) -> str:
    """Return a scalar formula as LaTeX: as it was typed where that is LaTeX of calculus, else as SymPy prints it."""
    expression = reading.expression
    if reading.surface == "latex" and not expression.has(sigma, softplus, sp.Max, sp.Min) and r"\mathbb" not in text:
        return text
    return str(sp.latex(written_out(expression), ln_notation=True, inv_trig_style="full"))


def array_latex(text: str) -> str | None:
    """Return a formula of arrays as LaTeX where it was typed so, or as on paper; None for NumPy's way of writing."""
    if _PYTHON_MARKS.search(text):
        return None
    return _OWN_WORDS.sub(lambda match: rf"\operatorname{{{match[1]}}}" if match[1] == "tr" else rf"\{match[1]}", text)


_NAMES = {
    "log": "ln", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh",
    "atanh": "arctanh", "Abs": "abs", "Max": "max", "Min": "min",
}  # fmt: skip


class _Calculator(StrPrinter):  # type: ignore[misc]
    """The syntax of mitx-grading-library, which is that of edX: `^`, `ln`, `arctan`, names of letters and digits."""

    def _print_Function(self, expr: sp.Expr) -> str:  # noqa: N802 - the name is SymPy's
        name = expr.func.__name__
        return f"{_NAMES.get(name, name)}({', '.join(map(self._print, expr.args))})"

    _print_Abs = _print_Max = _print_Min = _print_sign = _print_Function  # noqa: N815 - the names are SymPy's

    def _print_Exp1(self, expr: sp.Expr) -> str:  # noqa: N802 - the name is SymPy's
        return "e"

    def _print_exp(self, expr: sp.Expr) -> str:
        return f"exp({self._print(expr.args[0])})"


def calculator(expression: sp.Expr) -> str | None:
    """Return a scalar formula in the syntax of mitx; None for cases."""
    expression = written_out(expression.doit())
    if expression.has(sp.Piecewise, sp.Heaviside, sp.Derivative, sp.Subs, sp.erf):
        return None
    return str(_Calculator().doprint(expression)).replace("**", "^")


def sampling(sides: Sides) -> dict[str, Any] | None:
    """Return for each name the values that were declared, in the words of mitx; None for a condition it cannot keep."""
    from mitxgraders import (  # type: ignore[import-not-found]
        DependentSampler,
        DiscreteSet,
        IntegerRange,
        RealInterval,
    )

    domain = sides.given.vocabulary.domain
    symbols = {s for side in (sides.left, sides.right) for s in side.expression.free_symbols}
    symbols |= {s for condition in domain.conditions for s in condition.free_symbols}
    found: dict[str, Any] = {}
    for symbol in symbols:
        values = domain.range_of(symbol)
        if isinstance(values, sp.FiniteSet):
            found[symbol.name] = DiscreteSet(tuple(float(value) for value in sorted(values)))
        elif symbol.is_integer:
            found[symbol.name] = IntegerRange([1 if symbol.is_positive else -5, 6])
        else:
            low, high = (values.start, values.end) if isinstance(values, sp.Interval) else (-sp.oo, sp.oo)
            start = float(low) if low.is_finite else min(-3.0, float(high) - 4 if high.is_finite else 0.0)
            stop = float(high) if high.is_finite else max(3.0, start + 4 if low.is_finite else 0.0)
            found[symbol.name] = RealInterval([start, stop])
    for condition in domain.conditions:
        names = sorted(condition.free_symbols, key=str)
        if isinstance(condition, sp.Ne) or len(names) < 2:
            continue  # a single number is left out with probability 1; a bound of one name stands in its range
        if isinstance(condition, sp.Eq):
            last = names[-1]
            value = sp.solve(condition, last)[0]
            found[last.name] = DependentSampler(
                depends=[n.name for n in names[:-1]], formula=_Calculator().doprint(value)
            )
        elif isinstance(condition, (sp.Gt, sp.Lt)) and condition.lhs.is_Symbol and condition.rhs.is_Symbol:
            more, less = condition.args if isinstance(condition, sp.Gt) else condition.args[::-1]
            found[more.name] = DependentSampler(depends=[less.name], formula=f"{less.name} + 1")
        else:
            return None
    return found
