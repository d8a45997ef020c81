"""Functions that only live between the rewritings and the printer.

Each stands for a form that must not be multiplied out, and says by `definition()` what it means.
"""

import sympy as sp


class sigma_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """c σ′(v) = c σ(v) σ(−v) for real v = u + δ and a whole c, from the arguments (u,), (u, δ) or (u, δ, c); even."""

    nargs = (1, 2, 3)

    @classmethod
    def eval(cls, u: sp.Expr, lacks: sp.Expr = sp.S.Zero, *factor: sp.Expr) -> sp.Expr | None:
        """Write σ′(−u) as σ′(u), so that both are one subexpression."""
        if not u.could_extract_minus_sign():
            return None
        return cls(-u, -lacks, *factor) if factor or lacks != 0 else cls(-u)

    def definition(self) -> sp.Expr:
        """Return c e^v / (1 + e^v)²."""
        power = sp.exp(sp.Add(*self.args[:2]))
        return sp.Mul(*self.args[2:]) * power / (1 + power) ** 2


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
    """(p + ε) e^(v + δ) from (p, v), (p, v, δ) or (p, v, δ, ε), also where e^v alone is subnormal and p e^v is not."""

    nargs = (2, 3, 4)

    def definition(self) -> sp.Expr:
        """Return (p + ε) e^(v + δ)."""
        return sp.Add(self.args[0], *self.args[3:]) * sp.exp(sp.Add(*self.args[1:3]))


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


class quotient(sp.Function):  # type: ignore[misc]  # noqa: N801
    """p / (1 + e^(v + δ)), also where e^v overflows and the quotient is not 0."""

    nargs = (2, 3)

    def definition(self) -> sp.Expr:
        """Return p / (1 + e^(v + δ))."""
        return self.args[0] / (1 + sp.exp(sp.Add(*self.args[1:])))


class silu_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """σ(u)(1 + u σ(−u)), the slope of u σ(u)."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return e^u (1 + u + e^u) / (1 + e^u)²."""
        power = sp.exp(self.args[0])
        return power * (1 + self.args[0] + power) / (1 + power) ** 2


class residual_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """p (σ(v) − l) σ′(v) for v = u + δ, from the arguments (p, l, u) or (p, l, u, δ)."""

    nargs = (3, 4)

    def definition(self) -> sp.Expr:
        """Return p (σ(v) − l) σ(v) σ(−v)."""
        p, label, *u = self.args
        s = 1 / (1 + sp.exp(-sp.Add(*u)))
        return p * (s - label) * s * (1 - s)


class residual_square(sp.Function):  # type: ignore[misc]  # noqa: N801
    """(σ(v) − l)² for v = u + δ, from the arguments (l, u) or (l, u, δ)."""

    nargs = (2, 3)

    def definition(self) -> sp.Expr:
        """Return (σ(v) − l)²."""
        label, *u = self.args
        return (1 / (1 + sp.exp(-sp.Add(*u))) - label) ** 2


class normal_cdf(sp.Function):  # type: ignore[misc]  # noqa: N801
    """Φ(u), the distribution function of the standard normal distribution."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return (1 + erf(u/√2))/2."""
        return (1 + sp.erf(self.args[0] / sp.sqrt(2))) / 2


class gelu(sp.Function):  # type: ignore[misc]  # noqa: N801
    """u Φ(u)."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return u (1 + erf(u/√2))/2."""
        return self.args[0] * normal_cdf(self.args[0]).definition()


class gelu_slope(sp.Function):  # type: ignore[misc]  # noqa: N801
    """Φ(u) + u φ(u), the slope of u Φ(u)."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return Φ(u) + u e^(−u²/2)/√(2π)."""
        u = self.args[0]
        return normal_cdf(u).definition() + u * sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi)


class log_cosh(sp.Function):  # type: ignore[misc]  # noqa: N801
    """ln cosh u."""

    nargs = 1

    def definition(self) -> sp.Expr:
        """Return ln cosh u."""
        return sp.log(sp.cosh(self.args[0]))


class log_ratio(sp.Function):  # type: ignore[misc]  # noqa: N801
    """k + ln(y/p) for y/p > 0 and a number k, from the arguments (y, p, k)."""

    nargs = 3

    def definition(self) -> sp.Expr:
        """Return k + ln(y/p)."""
        y, p, k = self.args
        return k + sp.log(y / p)


class weighted_log_ratio(sp.Function):  # type: ignore[misc]  # noqa: N801
    """y ln(y/p) for y/p > 0, and 0 where y = 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return y ln(y/p)."""
        y, p = self.args
        return y * sp.log(y / p)


class clipped(sp.Function):  # type: ignore[misc]  # noqa: N801
    """u where −d ≤ u ≤ d, else the nearer of −d and d, for d > 0."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return max(−d, min(u, d)) from the arguments (u, d)."""
        u, d = self.args
        return sp.Max(-d, sp.Min(u, d))


class scaled(sp.Function):  # type: ignore[misc]  # noqa: N801
    """c u, not multiplied out."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return c u."""
        return self.args[0] * self.args[1]


class scaled_square(sp.Function):  # type: ignore[misc]  # noqa: N801
    """c u² as (c u) u, which does not overflow before it must."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return c u²."""
        return self.args[0] * self.args[1] ** 2


class rounding(sp.Function):  # type: ignore[misc]  # noqa: N801
    """What a rounded polynomial P lacks: rounding(P, (f, g), (h,)) is f g + h − P, which is 0 in the reals."""

    def definition(self) -> sp.Expr:
        """Return 0."""
        return sp.S.Zero


class square_error(sp.Function):  # type: ignore[misc]  # noqa: N801
    """What the rounded square of u lacks, from the arguments (u, u²); 0 in the reals."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return 0."""
        return sp.S.Zero


class sum_in_turn(sp.Function):  # type: ignore[misc]  # noqa: N801
    """a + b + …, summed up in this order."""

    def definition(self) -> sp.Expr:
        """Return a + b + …."""
        return sp.Add(*self.args)


class product_in_turn(sp.Function):  # type: ignore[misc]  # noqa: N801
    """a b …, multiplied in this order: the array that the first factor makes is used again for what follows."""

    def definition(self) -> sp.Expr:
        """Return a b …."""
        return sp.Mul(*self.args)


class gaussian(sp.Function):  # type: ignore[misc]  # noqa: N801
    """e^(−c u²) for a power of two c, from the arguments (u,) or (u, c)."""

    nargs = (1, 2)

    def definition(self) -> sp.Expr:
        """Return e^(−c u²)."""
        return sp.exp(-sp.Mul(*self.args[1:]) * self.args[0] ** 2)


class times_gaussian(sp.Function):  # type: ignore[misc]  # noqa: N801
    """u e^(−c u²) for a power of two c, from the arguments (u,) or (u, c)."""

    nargs = (1, 2)

    def definition(self) -> sp.Expr:
        """Return u e^(−c u²)."""
        return self.args[0] * gaussian(*self.args).definition()


class quadratic_gaussian(sp.Function):  # type: ignore[misc]  # noqa: N801
    """(a + b u²) e^(−c u²) for a whole a and powers of two b, c, from the arguments (a, b, u) or (a, b, u, c)."""

    nargs = (3, 4)

    def definition(self) -> sp.Expr:
        """Return (a + b u²) e^(−c u²)."""
        a, b, *u = self.args
        return (a + b * u[0] ** 2) * gaussian(*u).definition()


class exact_exp(sp.Function):  # type: ignore[misc]  # noqa: N801
    """e^(v + δ) for a small δ."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return e^(v + δ)."""
        return sp.exp(sp.Add(*self.args))


class exact_sin(sp.Function):  # type: ignore[misc]  # noqa: N801
    """sin v from v, rounded, and the terms whose sum it is, as in `rounding`."""

    def definition(self) -> sp.Expr:
        """Return sin v."""
        return sp.sin(self.args[0])


class exact_cos(sp.Function):  # type: ignore[misc]  # noqa: N801
    """cos v from v, rounded, and the terms whose sum it is, as in `rounding`."""

    def definition(self) -> sp.Expr:
        """Return cos v."""
        return sp.cos(self.args[0])


class exact_square(sp.Function):  # type: ignore[misc]  # noqa: N801
    """(v + δ)² for the rounding error δ of v."""

    nargs = 2

    def definition(self) -> sp.Expr:
        """Return (v + δ)²."""
        return sp.Add(*self.args) ** 2


NORMAL = (normal_cdf, gelu, gelu_slope)
GAUSSIAN = (gaussian, times_gaussian, quadratic_gaussian)
EXACT = (exact_exp, exact_sin, exact_cos, exact_square)
INTERNAL = (
    *(sigma_slope, xlogy, xlog1py, one_minus_erf, times_exp, bce_slope, quotient, silu_slope, log_cosh, log_ratio),
    *(weighted_log_ratio, residual_slope, residual_square, clipped, scaled, scaled_square, rounding, square_error),
    *(sum_in_turn, product_in_turn, *NORMAL, *GAUSSIAN, *EXACT),
)


def meaning(expression: sp.Expr) -> sp.Expr:
    """Replace the functions of this module by what they mean."""
    return expression.replace(lambda node: isinstance(node, INTERNAL), lambda node: node.definition())
