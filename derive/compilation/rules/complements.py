# ruff: noqa: D403 - the first line of a rule is its formula
"""Functions beside 1, and the normal distribution: e^u − 1, 1 − cos u, 1 ± erf u."""

import sympy as sp
from sympy.codegen.cfunctions import expm1

from derive.compilation.matching import factors, replace_terms
from derive.compilation.nodes import gelu, gelu_slope, normal_cdf, one_minus_erf
from derive.functions import sigma


def exponential_minus_one(node: sp.Add) -> sp.Expr:
    """r e^u − r = r expm1(u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for e in factors(first, sp.exp):
            if first / e == -second:
                return first / e * expm1(e.args[0])
        return None

    return replace_terms(node, attempt)


def tanh_from_expm1(node: sp.Mul) -> sp.Expr:
    """expm1(u) σ(−u) = tanh(u/2)."""
    for factor in node.args:
        if isinstance(factor, expm1) and sigma(-factor.args[0]) in node.args:
            rest = [part for part in node.args if part not in (factor, sigma(-factor.args[0]))]
            return sp.Mul(sp.tanh(factor.args[0] / 2), *rest)
    return node


def cosine_complement(node: sp.Add) -> sp.Expr:
    """r − r cos u = 2r sin²(u/2)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for c in factors(second, sp.cos):
            if -second / c == first:
                return 2 * first * sp.sin(c.args[0] / 2) ** 2
        return None

    return replace_terms(node, attempt)


def erf_complement(node: sp.Add) -> sp.Expr:
    """r ∓ r erf u = r erfc(±u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for e in factors(second, sp.erf):
            for sign in (1, -1):
                if second / e == sign * first:
                    return first * one_minus_erf(-sign * e.args[0])
        return None

    return replace_terms(node, attempt)


def normal_from_erfc(node: sp.Mul) -> sp.Expr:
    """r(1 + erf v) = 2r Φ(√2 v), and u Φ(u) as one function."""
    for factor in node.args:
        if isinstance(factor, one_minus_erf):
            u = -sp.sqrt(2) * factor.args[0]
            rest = 2 * node / factor
            return rest * normal_cdf(u)
        if isinstance(factor, normal_cdf) and not sp.cancel(node / factor / factor.args[0]).free_symbols:
            return node / factor / factor.args[0] * gelu(factor.args[0])
    return node


def gelu_slope_sum(node: sp.Add) -> sp.Expr:
    """r Φ(u) + r u e^(−u²/2)/√(2π) = r times the slope of u Φ(u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for cdf in factors(first, normal_cdf):
            r, u = first / cdf, cdf.args[0]
            if sp.simplify(second / (r * u * sp.exp(-(u**2) / 2)) - 1 / sp.sqrt(2 * sp.pi)) == 0:
                return r * gelu_slope(u)
        return None

    return replace_terms(node, attempt)
