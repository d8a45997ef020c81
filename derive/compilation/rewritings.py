"""The table of stable rewritings: one line each, with a name, the reason and an example that the tests take up.

Each is an identity for all real values in the domain of its left side. What a rewriting gains is digits: plain
evaluation of 1/(1 + e^(−x)) overflows at −800, and σ(u)(1 − σ(u)) keeps no digit at 40. Applied in four stages, each
until nothing changes: `RECOGNISE` finds σ, softplus and tanh in exponentials, `STABILISE` removes cancellation, `LOWER`
writes what is left with functions that NumPy has, `FINISH` puts in what roundings on the way leave out. The rules stand
in `derive.compilation.rules`, a module for each purpose.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.codegen.rewriting import ReplaceOptim, optimize

from derive.compilation.nodes import quotient, residual_slope, residual_square, sigma_slope, times_exp
from derive.compilation.rules import (
    arguments,
    cases,
    complements,
    gaussians,
    logarithms,
    logistic,
    lower,
    polynomials,
    recognise,
)
from derive.functions import sigma, softplus


@dataclass(frozen=True)
class Rewriting:
    """One rewriting: which nodes it looks at, what it makes of them, why, and an example (real symbols u, v, w, y)."""

    name: str
    reason: str
    looks_at: type | tuple[type, ...]
    becomes: Callable[[sp.Expr], sp.Expr]
    example: str

    def optimisation(self) -> ReplaceOptim:
        """Return it in the form that `sympy.codegen.rewriting.optimize` applies."""

        def fits(node: sp.Basic) -> bool:
            # A part without symbols is a constant, which is rounded once at the end, not rewritten.
            return bool(isinstance(node, self.looks_at) and node.free_symbols)  # type: ignore[attr-defined]

        return ReplaceOptim(fits, self.becomes)


RECOGNISE = (
    Rewriting(
        "hyperbolic from exponentials", "e^u − e^(−u) cancels at 0", sp.Add, recognise.hyperbolic, "exp(u) - exp(-u)"
    ),
    Rewriting("a e^v + b e^v in one", "the terms cancel", sp.Add, recognise.common_exponential, "exp(u) - 2*u*exp(u)"),
    Rewriting("tanh from sinh/cosh", "both overflow at 711", sp.Mul, recognise.tanh_quotient, "sinh(u)/cosh(u)"),
    Rewriting(
        "σ from 1/(1 + e^(−u))", "e^800 overflows", (sp.Mul, sp.Pow), recognise.sigma_quotient, "1/(1 + exp(-u))"
    ),
    Rewriting(
        "e^u e^(−max) in one", "∞ · 0 at 800", sp.Mul, recognise.shifted_exponential, "exp(u)*exp(-Max(u, v, w))"
    ),
    Rewriting(
        "σ(−u) from e^(−u) σ(u)", "∞ · 0 at −800", sp.Mul, recognise.sigma_times_exponential, "exp(-u)*sigma(u)**2"
    ),
    Rewriting("softplus from ln(1 + e^u)", "e^800 overflows", sp.log, recognise.log_of_exponentials, "log(1 + exp(u))"),
    Rewriting(
        "ln σ(u) = −softplus(−u)", "σ rounds to 1 at 40, to 0 at −800", sp.log, recognise.log_sigma, "log(sigma(u))"
    ),
    Rewriting("1 − σ(u) = σ(−u)", "σ(40) rounds to 1", sp.Add, recognise.sigma_complement, "y - y*sigma(u)"),
    Rewriting("1 ∓ tanh u = 2σ(∓2u)", "tanh(20) rounds to 1", sp.Add, recognise.tanh_complement, "1 - tanh(u)"),
    Rewriting("1 − tanh² u = 4σ′(2u)", "tanh(20) rounds to 1", sp.Add, recognise.tanh_slope, "1 - tanh(u)**2"),
    Rewriting(
        "multiply out σ(u)·(…/σ(u))", "0/0 at −800", sp.Mul, recognise.sigma_over_sigma, "sigma(u)*(y - y/sigma(u))"
    ),
)

STABILISE = (
    Rewriting(
        "slope of SiLU, factored",
        "its terms cancel at −1.278",
        sp.Mul,
        logistic.silu_slope_product,
        "sigma(u)*(1 + u*(1 - sigma(u)))",
    ),
    Rewriting(
        "σ(u)σ(−u) = σ′(u)", "one quotient for two", sp.Mul, logistic.slope_from_product, "sigma(u)**2*sigma(-u)"
    ),
    Rewriting("1/cosh by σ′", "cosh overflows at 711", (sp.Pow, sp.Mul), logistic.inverse_cosh, "cosh(u)**-3"),
    Rewriting(
        "slope of SiLU, as a sum",
        "its terms cancel at −1.278",
        sp.Add,
        logistic.silu_slope_sum,
        "sigma(u) + u*sigma(u)*(1 - sigma(u))",
    ),
    Rewriting("σ(u) − y = (1−y)σ(u) − yσ(−u)", "0 at y = 1, u = 40", sp.Add, logistic.sigma_minus, "sigma(u) - y"),
    Rewriting(
        "p (σ(u) − l) σ′(u) in one",
        "ten roundings add up to 3.5 units",
        sp.Mul,
        logistic.residual_times_slope,
        "u*(sigma(u) - y)*sigma(u)*(1 - sigma(u))",
    ),
    Rewriting(
        "(σ(u) − l)² in one", "roundings add up to 2.1 units", sp.Pow, logistic.residual_squared, "(sigma(u) - y)**2"
    ),
    Rewriting("softplus(u) − yu by |u|", "40 − 40 at y = 1", sp.Add, logistic.softplus_minus, "softplus(u) - y*u"),
    Rewriting(
        "softplus at u and −u by |u|",
        "one logarithm for two",
        sp.Add,
        logistic.softplus_pair,
        "y*softplus(u) + (1-y)*softplus(-u)",
    ),
    Rewriting(
        "slope of the cross-entropy in ŷ", "0/0 at ŷ = y = 1", sp.Add, logarithms.bce_slope_sum, "(1 - y)/(1 - v) - y/v"
    ),
    Rewriting(
        "slope of the cross-entropy, one quotient",
        "0/0 at ŷ = y = 1",
        sp.Mul,
        logarithms.bce_slope_quotient,
        "(v - y)/(v*(1 - v))",
    ),
    Rewriting(
        "two cases as the larger",
        "a choice by element takes four times as long",
        sp.Piecewise,
        cases.cases_as_maximum,
        "Piecewise((u, u > 0), (u/100, True))",
    ),
    Rewriting(
        "cases as a clipped value",
        "the same",
        sp.Piecewise,
        cases.cases_as_clip,
        "Piecewise((u, Abs(u) <= 2), (2*sign(u), True))",
    ),
    Rewriting("e^u − 1 = expm1(u)", "cancels at 0", sp.Add, complements.exponential_minus_one, "exp(u) - 1"),
    Rewriting(
        "expm1(u) σ(−u) = tanh(u/2)",
        "∞ · 0 at 800",
        sp.Mul,
        complements.tanh_from_expm1,
        "(exp(2*u) - 1)/(exp(2*u) + 1)",
    ),
    Rewriting(
        "cases with e^u by e^min(u, 0)",
        "the same",
        sp.Piecewise,
        cases.cases_as_exponential,
        "Piecewise((u, u > 0), (v*(exp(u) - 1), True))",
    ),
    Rewriting("1 ∓ erf u = erfc(±u)", "erf(6) rounds to 1", sp.Add, complements.erf_complement, "1 + erf(u)"),
    Rewriting(
        "Φ(u) and u Φ(u) from erf",
        "erfc of a rounded argument is off by hundreds of units at −13",
        sp.Mul,
        complements.normal_from_erfc,
        "u*(1 + erf(u/sqrt(2)))/2",
    ),
    Rewriting(
        "slope of GELU",
        "its terms cancel at −0.752",
        sp.Add,
        complements.gelu_slope_sum,
        "(1 + erf(u/sqrt(2)))/2 + u*exp(-u**2/2)/sqrt(2*pi)",
    ),
    Rewriting("ln cosh u", "cosh(711) overflows; cancels at 0", sp.log, logarithms.log_of_cosh, "log(cosh(u))"),
    Rewriting(
        "ln(y/p)", "y/p rounds to 1 near y = p, overflows, underflows", sp.log, logarithms.log_of_ratio, "log(v/y)"
    ),
    Rewriting("1 + ln(y/p)", "cancels at y = p/e", sp.Add, logarithms.one_plus_log_ratio, "1 + log(v/y)"),
    Rewriting("y ln(y/p), 0 at y = 0", "0 · ∞", sp.Mul, logarithms.weighted_ratio, "v*log(v/y)"),
    Rewriting("1 − cos u = 2 sin²(u/2)", "cancels at 0", sp.Add, complements.cosine_complement, "1 - cos(u)"),
    Rewriting("ln(1 + u) = log1p(u)", "1 + 1e−20 rounds to 1", sp.log, logarithms.log_one_plus, "log(1 + u**2)"),
    Rewriting("y ln v = xlogy(y, v)", "0 · ln 0 is 0 in an entropy", sp.Mul, logarithms.weighted_log, "y*log(v)"),
)

LOWER = (
    Rewriting(
        "a σ(u) + b σ(−u) over one denominator", "fewer roundings", sp.Add, lower.sigma_sum, "y*sigma(u) + v*sigma(-u)"
    ),
    Rewriting(
        "p σ(u) as one quotient",
        "σ(−712) is subnormal, 712 σ(−712) is not",
        sp.Mul,
        lower.sigma_times_factor,
        "u*sigma(u)",
    ),
    Rewriting(
        "p e^v as one product",
        "e^(−27.2²) is subnormal, 27 e^(−27.2²) is not",
        sp.Mul,
        lower.exponential_times_factor,
        "u*exp(-u**2)",
    ),
    Rewriting(
        "σ by t = e^(−|u|): t or 1 less a part of it",
        "no exponential above 1; the rounding of 1 + t counts little",
        sigma,
        lower.lower_sigma,
        "sigma(u)",
    ),
    Rewriting(
        "softplus by max(u,0) + log1p(e^(−|u|))",
        "no exponential above 1",
        softplus,
        lower.lower_softplus,
        "softplus(u)",
    ),
)

FINISH = (
    Rewriting(
        "(1 + t)ⁿ by Horner's rule, t = e^(−|u|)",
        "the rounding of 1 + t is not taken n times",
        sp.Pow,
        lower.horner,
        "u*sigma(u)*sigma(-u)",
    ),
    Rewriting(
        "a constant beside an exponential",
        "the constant is rounded, and its product",
        sp.Mul,
        arguments.constant_times_exponential,
        "exp(-u**2/2)/sqrt(2*pi)",
    ),
    Rewriting(
        "e^(−c u²) as one function",
        "in half the time of an exponential of a rounded argument",
        sp.exp,
        gaussians.gaussian_alone,
        "exp(-u**2/2)",
    ),
    Rewriting(
        "p(u) e^(−c u²) as one function",
        "the same",
        times_exp,
        gaussians.gaussian_beside,
        "(1 - 2*u**2)*exp(-u**2)",
    ),
    Rewriting(
        "exp, sin, cos of a rounded argument",
        "e^(−26²) is off by hundreds of units, sin(3·10¹⁶) wholly, where the rounding of the argument is left out",
        (sp.exp, sp.sin, sp.cos),
        arguments.exact_argument,
        "exp(u - u**2)",
    ),
    Rewriting(
        "c(u − a)² opened beside a large constant",
        "the rounding of u − a counts twice",
        sp.Add,
        polynomials.opened_square,
        "3*(u - 1)**2 + 4",
    ),
    Rewriting(
        "square of a rounded sum", "the rounding counts twice", sp.Pow, arguments.square_of_rounded, "3*(u - 1)**2"
    ),
    Rewriting(
        "σ′(u), (σ(u) − l)² and its slope at a rounded u",
        "the same",
        (sigma_slope, residual_square, residual_slope),
        arguments.exact_residual,
        "(sigma(v*u + w) - y)**2",
    ),
    Rewriting(
        "c σ′(u) as one function",
        "σ′(−709) is subnormal, 4 σ′(−709) is not",
        sp.Mul,
        arguments.number_times_slope,
        "1 - tanh(u)**2",
    ),
    Rewriting(
        "a rounded exponent beside a factor",
        "the same",
        (times_exp, quotient),
        arguments.exact_exponent,
        "u*exp(u - u**2)",
    ),
    Rewriting(
        "u² + u v by itself, finite",
        "∞ − ∞ at u = −10³⁰⁰, v = 3; large partial sums",
        sp.Add,
        polynomials.square_and_product,
        "u**2 + u*(v + 2) + y",
    ),
    Rewriting("c u² = (c u) u", "u²/2 is finite where u² is not", sp.Mul, polynomials.small_square, "u**2/2"),
    Rewriting("common factor of a sum", "6u − 6 is 0 beside u = 1", sp.Add, polynomials.common_factor, "6*u - 6"),
)


def apply(rewritings: Sequence[Rewriting], expression: sp.Expr, *, rounds: int = 20) -> sp.Expr:
    """Apply the rewritings in order, again and again until nothing changes (at most `rounds` times)."""
    optimisations = [rewriting.optimisation() for rewriting in rewritings]
    for _ in range(rounds):
        before, expression = expression, optimize(expression, optimisations)
        if expression == before:
            break
    return expression


def stabilised(expression: sp.Expr) -> sp.Expr:
    """Return a formula of the same value for all reals, in the form that is to be printed."""
    expression = expression.replace(
        lambda node: isinstance(node, (sigma, softplus)) and not node.free_symbols, lambda node: node.definition()
    )
    for stage in (RECOGNISE, STABILISE, LOWER, FINISH):
        expression = apply(stage, expression)
    return expression
