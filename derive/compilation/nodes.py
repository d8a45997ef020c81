"""Functions that only live between the rewritings and the printer.

Each stands for a form that must not be multiplied out, and says by `definition()` what it means.
"""

import sympy as sp


class sigma_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """σ′(u) = σ(u) σ(−u) for real u; even, values in (0, 1/4]."""

    nargs = 1

    @classmethod
    def eval(cls, u: sp.Expr) -> sp.Expr | None:
        """Write σ′(−u) as σ′(u), so that both are one subexpression."""
        return cls(-u) if u.could_extract_minus_sign() else None

    def definition(self) -> sp.Expr:
        """Return e^u / (1 + e^u)²."""
        return sp.exp(self.args[0]) / (1 + sp.exp(self.args[0])) ** 2


class xlogy(sp.Function):  # type: ignore[misc]  # noqa: N801
    """a ln v for v > 0, and 0 where a = 0 whatever v ≥ 0 is."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return a ln v."""
        return self.args[0] * sp.log(self.args[1])


class xlog1py(sp.Function):  # type: ignore[misc]  # noqa: N801
    """a ln(1 + v) for v > −1, and 0 where a = 0 whatever v ≥ −1 is."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return a ln(1 + v)."""
        return self.args[0] * sp.log(1 + self.args[1])


class one_minus_erf(sp.Function):  # type: ignore[misc]  # noqa: N801
    """1 − erf(u), which SymPy's own erfc(−u) would turn back into 2 − erfc(u)."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return 1 − erf(u)."""
        return 1 - sp.erf(self.args[0])


class times_exp(sp.Function):  # type: ignore[misc]  # noqa: N801
    """p e^v, for v so small that e^v alone is subnormal and has lost digits that p e^v still has."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return p e^v."""
        return self.args[0] * sp.exp(self.args[1])


class bce_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """(ŷ − y) / (ŷ (1 − ŷ)), the slope in ŷ of −y ln ŷ − (1 − y) ln(1 − ŷ), for 0 < ŷ < 1.

    At ŷ = y = 1 and ŷ = y = 0, where the quotient is 0/0, its value is −1 and +1: there the term of weight zero is
    absent, as 0 · ln 0 = 0 makes it absent from the loss, and what is left is −ln ŷ or −ln(1 − ŷ).
    """

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return (ŷ − y) / (ŷ (1 − ŷ)) from the arguments (y, ŷ)."""
        y, prediction = self.args
        return (prediction - y) / (prediction * (1 - prediction))


INTERNAL = (sigma_slope, xlogy, xlog1py, one_minus_erf, times_exp, bce_slope)


def meaning(expression: sp.Expr) -> sp.Expr:
    """Replace the functions of this module by what they mean."""
    return expression.replace(lambda node: isinstance(node, INTERNAL), lambda node: node.definition())
