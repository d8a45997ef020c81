# ruff: noqa: N802 - SymPy finds the methods of a printer by the names of its classes
"""SymPy's NumPy printer, with what it lacks for arrays that broadcast."""

import math
from typing import Any

import numpy as np
import scipy.special
import sympy as sp
from sympy.printing.numpy import SciPyPrinter

from derive.compilation import kernels, nodes
from derive.compilation.errors import NotCompilable

NAMESPACE = {"np": np, "special": scipy.special, "stable": kernels}
"""What compiled source may name."""

IMPORTS = {
    "np.": "import numpy as np",
    "special.": "from scipy import special",
    "stable.": "from derive.compilation import kernels as stable",
}


FUNCTIONS = {
    nodes.xlogy: "stable.xlogy",
    nodes.xlog1py: "stable.xlog1py",
    nodes.one_minus_erf: "special.erfc",
    nodes.exact_exp: "stable.exp",
    nodes.exact_sin: "stable.sin",
    nodes.exact_cos: "stable.cos",
    nodes.exact_square: "stable.square",
    **{
        node: f"stable.{node.__name__}"
        for node in (
            *(nodes.times_exp, nodes.quotient, nodes.sigma_slope, nodes.silu_slope, nodes.log_cosh, nodes.log_ratio),
            *(
                nodes.bce_slope,
                nodes.weighted_log_ratio,
                nodes.residual_slope,
                nodes.residual_square,
                nodes.rounding,
            ),
            *(nodes.square_error, *nodes.NORMAL, *nodes.GAUSSIAN),
        )
    },
}


def _an_argument(condition: sp.Basic) -> sp.Basic:
    """Return one of the arrays that a condition compares."""
    return min(condition.free_symbols, key=str)


class StablePrinter(SciPyPrinter):  # type: ignore[misc]
    """Prints `np.exp`, `np.where`, `np.maximum` …: every form broadcasts, none needs equal shapes."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": True, "inline": True, "allow_unknown_functions": False})

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return str(fqn).replace("scipy.special.", "special.").replace("numpy.", "np.")

    def _print_not_supported(self, expr: sp.Basic) -> str:
        raise NotCompilable(f"{expr.func.__name__} cannot be compiled to NumPy: {expr}")

    def _print_Pi(self, expr: sp.Expr) -> str:
        return "np.pi"

    def _print_Exp1(self, expr: sp.Expr) -> str:
        return "np.e"

    def _print_Float(self, expr: sp.Float) -> str:
        value = float(expr)
        if not math.isfinite(value):
            raise NotCompilable("a number in the formula is larger than any float")
        return repr(value)

    def _print_Integer(self, expr: sp.Integer) -> str:
        # NumPy refuses Python integers that do not fit 64 bits; beyond 2**53 a float says the same.
        return str(int(expr)) if abs(int(expr)) < 2**53 else self._print_Float(expr)

    def _print_Rational(self, expr: sp.Rational) -> str:
        return f"{int(expr.p)}/{int(expr.q)}" if max(abs(expr.p), expr.q) < 2**53 else self._print_Float(expr)

    def _nested(self, name: str, arguments: tuple[sp.Expr, ...]) -> str:
        ordered = sorted(arguments, key=lambda argument: (argument.is_number, str(argument)))
        text: str = self._print(ordered[0])
        for argument in ordered[1:]:
            text = f"np.{name}({text}, {self._print(argument)})"
        return text

    def _print_Max(self, expr: sp.Max) -> str:
        return self._nested("maximum", expr.args)

    def _print_Min(self, expr: sp.Min) -> str:
        return self._nested("minimum", expr.args)

    def _print_Abs(self, expr: sp.Abs) -> str:
        return f"np.abs({self._print(expr.args[0])})"  # not `abs`, which an argument may be called

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        text = "np.nan"
        for value, condition in reversed(expr.args):
            if condition == sp.true:
                text = self._print(value)
            elif (value, text) == (1, "0"):  # a step
                text = f"{self._print(condition)}.astype({self._print(_an_argument(condition))}.dtype)"
            else:
                text = f"stable.where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, expr: Any) -> str:
        return f"({self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)})"

    def _print_And(self, expr: sp.And) -> str:
        return "(" + " & ".join(self._print(part) for part in expr.args) + ")"

    def _print_Or(self, expr: sp.Or) -> str:
        return "(" + " | ".join(self._print(part) for part in expr.args) + ")"

    def _print_Not(self, expr: sp.Not) -> str:
        return f"np.logical_not({self._print(expr.args[0])})"

    def _print_Heaviside(self, expr: sp.Heaviside) -> str:
        return f"np.heaviside({self._print(expr.args[0])}, {self._print(expr.args[1])})"

    def _call(self, function: str, arguments: tuple[sp.Basic, ...]) -> str:
        return f"{function}({', '.join(self._print(argument) for argument in arguments)})"

    def _print_Function(self, expr: sp.Expr) -> str:
        function = FUNCTIONS.get(type(expr))
        return self._call(function, expr.args) if function else str(super()._print_Function(expr))

    def _print_sum_in_turn(self, expr: sp.Expr) -> str:
        first, *others = expr.args
        text = self.parenthesize(first, 50)
        for term in others:
            minus = term.as_coeff_Mul()[0] == -1
            text += f" - {self.parenthesize(-term, 60)}" if minus else f" + {self.parenthesize(term, 50)}"
        return f"({text})" if len(expr.args) > 1 else text

    def _print_product_in_turn(self, expr: sp.Expr) -> str:
        texts = [self.parenthesize(factor, 60) for factor in expr.args]
        return "*".join(
            f"({text})" if isinstance(factor, nodes.product_in_turn) else text
            for factor, text in zip(expr.args, texts, strict=True)
            if factor != 1
        )

    def _print_clipped(self, expr: sp.Expr) -> str:
        return self._call("np.clip", (expr.args[0], -expr.args[1], expr.args[1]))

    def _print_scaled(self, expr: sp.Expr) -> str:
        return f"({self.parenthesize(expr.args[0], 50)}*({self._print(expr.args[1])}))"

    def _print_scaled_square(self, expr: sp.Expr) -> str:
        c, u = expr.args
        text = self.parenthesize(u, 60)
        inner = f"{text}/{1 / c}" if (1 / c).is_Integer else f"{self.parenthesize(c, 50)}*{text}"
        return f"({inner}*{text})"

    def _print_Tuple(self, expr: sp.Tuple) -> str:
        return "(" + "".join(f"{self._print(part)}, " for part in expr).rstrip(" " if len(expr) == 1 else ", ") + ")"

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        base, exponent = expr.base, expr.exp
        if exponent == -1 or (exponent.is_Rational and exponent.is_negative):
            return (
                f"1/{self.parenthesize(sp.Pow(base, -exponent, evaluate=False), 50)}"
                if exponent != -1
                else (f"1/{self.parenthesize(base, 60)}")
            )
        if exponent == sp.Rational(1, 2):
            return f"np.sqrt({self._print(base)})"
        text = self.parenthesize(base, 70)
        if exponent == 3:
            return f"({text}**2*{text})"  # np.power with 3 takes thirty times as long
        if exponent == 4:
            return f"({text}**2)**2"
        return f"{text}**{self.parenthesize(exponent, 70)}"
