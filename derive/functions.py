"""The functions of the field that SymPy does not name: σ, softplus and the indicator 1[u > 0].

They stay whole in a formula, because a textbook writes σ(z) − y and not a quotient of exponentials. What each one
means is given by `definition()`; everything that decides or evaluates goes back to that.
"""

from functools import cache

import sympy as sp


class sigma(sp.Function):  # type: ignore[misc]  # SymPy has no types  # noqa: N801 - SymPy functions are written as in a formula
    """The logistic sigmoid σ(u) = 1 / (1 + e^(−u)) for real u; its values lie in (0, 1)."""

    nargs = 1

    @classmethod
    def eval(cls, u: sp.Expr) -> sp.Expr | None:
        """Give the three values that are exact: σ(0) = 1/2, σ(∞) = 1, σ(−∞) = 0."""
        return {sp.S.Zero: sp.Rational(1, 2), sp.oo: sp.S.One, -sp.oo: sp.S.Zero}.get(u)

    def definition(self) -> sp.Expr:
        """Return 1 / (1 + e^(−u))."""
        return 1 / (1 + sp.exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return σ′(u) = σ(u)(1 − σ(u))."""
        if argindex != 1:
            raise sp.ArgumentIndexError(self, argindex)
        return self * (1 - self)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real  # type: ignore[no-any-return]

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real  # type: ignore[no-any-return]

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.definition()._eval_evalf(prec)

    def _eval_rewrite(self, rule: str, args: tuple[sp.Expr, ...], **hints: object) -> sp.Expr | None:
        return self.definition() if rule == "_eval_rewrite_as_exp" else None


class softplus(sp.Function):  # type: ignore[misc]  # SymPy has no types  # noqa: N801
    """The softplus ln(1 + e^u) for real u; its derivative is σ(u)."""

    nargs = 1

    @classmethod
    def eval(cls, u: sp.Expr) -> sp.Expr | None:
        """Give the values that are exact: ln 2 at 0, and both ends."""
        return {sp.S.Zero: sp.log(2), sp.oo: sp.oo, -sp.oo: sp.S.Zero}.get(u)

    def definition(self) -> sp.Expr:
        """Return ln(1 + e^u)."""
        return sp.log(1 + sp.exp(self.args[0]))

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return softplus′(u) = σ(u)."""
        if argindex != 1:
            raise sp.ArgumentIndexError(self, argindex)
        return sigma(self.args[0])

    def _eval_evalf(self, prec: int) -> sp.Expr:
        return self.definition()._eval_evalf(prec)

    def _eval_is_real(self) -> bool | None:
        return self.args[0].is_extended_real  # type: ignore[no-any-return]

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_real  # type: ignore[no-any-return]


def relu(u: sp.Expr) -> sp.Expr:
    """Return the rectified linear unit max(0, u)."""
    return sp.Max(0, u)


def indicator(condition: sp.Basic) -> sp.Expr:
    """Return 1 where the condition holds and 0 elsewhere."""
    return sp.Piecewise((1, condition), (0, True))


def positive(u: sp.Expr) -> sp.Expr:
    """Return 1[u > 0] as one function: SymPy turns a sum over cases into cases of sums, a function it leaves alone."""
    return sp.Heaviside(u, 0)


def defined(expression: sp.Expr) -> sp.Expr:
    """Replace σ and softplus by what they mean, so that only elementary functions remain."""
    return expression.replace(lambda node: isinstance(node, (sigma, softplus)), lambda node: node.func.definition(node))


@cache
def general_function(name: str) -> type[sp.Function]:
    """Return an unspecified differentiable function h, whose derivative prints as h′.

    SymPy's own undefined functions differentiate into `Subs(Derivative(h(ξ), ξ), ξ, u)`, which no reader expects.
    """

    def fdiff(self: sp.Function, argindex: int = 1) -> sp.Expr:
        return general_function(name + "'")(self.args[0])

    return type(
        name,
        (sp.Function,),
        {"nargs": 1, "is_general": True, "fdiff": fdiff, "is_real": True, "__reduce__": _reduce_general(name)},
    )


def _reduce_general(name: str) -> object:
    return lambda self: (_apply_general, (name, self.args))


def _apply_general(name: str, arguments: tuple[sp.Expr, ...]) -> sp.Expr:
    return general_function(name)(*arguments)
