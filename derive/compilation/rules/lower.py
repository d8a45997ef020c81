# ruff: noqa: D401, D403 - the first line of a rule is its formula
"""What is left of σ and softplus, written with functions that NumPy has."""

import sympy as sp
from sympy.codegen.cfunctions import log1p

from derive.compilation.matching import factors, replace_terms
from derive.compilation.nodes import product_in_turn, quotient, sigma_slope, sum_in_turn, times_exp
from derive.functions import sigma, softplus


def _small(u: sp.Expr) -> sp.Expr:
    return sp.exp(-sp.Abs(u))


def _step(u: sp.Expr, below: sp.Expr, above: sp.Expr) -> sp.Expr:
    return sp.Piecewise((below, u < 0), (above, True))


def _smaller(t: sp.Expr) -> sp.Expr:
    """t/(1 + t) = t − t (t/(1 + t)): t is exact, and what is taken away is small where t rounds most."""
    return sum_in_turn(t, -product_in_turn(t, t / (1 + t)))


def sigma_sum(node: sp.Add) -> sp.Expr:
    """a σ(u) + b σ(−u) = b + (a − b) s if u < 0, else a − (a − b) s, for s = σ(−|u|) = t/(1 + t) and t = e^(−|u|)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, sigma):
            u = s.args[0]
            a, b = first / s, second / sigma(-u)
            if not (a.has(sigma) or b.has(sigma)):
                both = min((a - b, sp.expand(a - b)), key=sp.count_ops)
                return _step(u, b, a) + _step(u, both, -both) * _smaller(_small(u))
        return None

    return replace_terms(node, attempt)


def sigma_times_factor(node: sp.Mul) -> sp.Expr:
    """p σ(u) = p/(1 + e^(−u)) and p σ′(u) = p e^(−|u|)/(1 + e^(−|u|))², where the polynomial p grows with u."""
    for factor in node.args:
        if isinstance(factor, (sigma, sigma_slope)):
            u = factor.args[0]
            grows = [f for f in node.args if f.free_symbols & u.free_symbols and f.is_polynomial()]
            if not grows:
                continue
            rest = sp.Mul(*(f for f in node.args if f not in (factor, *grows)))
            if isinstance(factor, sigma):
                return rest * quotient(sp.Mul(*grows), -u)
            return rest * times_exp(sp.Mul(*grows), -sp.Abs(u)) / (1 + _small(u)) ** 2
    return node


def exponential_times_factor(node: sp.Mul) -> sp.Expr:
    """p e^v for a polynomial p, which may be large where e^v alone is subnormal."""
    powers = [factor for factor in node.args if isinstance(factor, sp.exp)]
    for power in powers[:1] if len(powers) == 1 else []:
        large = [f for f in node.args if f.free_symbols and f.is_polynomial()]
        if large and not power.args[0].has(sp.Abs):
            rest = sp.Mul(*(f for f in node.args if f not in (power, *large)))
            return rest * times_exp(sp.Mul(*large), power.args[0])
    return node


def lower_sigma(node: sigma) -> sp.Expr:
    """σ(u) = p − p t/(1 + t) for t = e^(−|u|) and p = t if u < 0, else 1: the exact p less a small part of it."""
    t = _small(node.args[0])
    top = _step(node.args[0], t, sp.S.One)
    return sum_in_turn(top, -product_in_turn(t / (1 + t), top))


def lower_softplus(node: softplus) -> sp.Expr:
    """softplus(u) = max(u, 0) + log1p(e^(−|u|))."""
    return sp.Max(node.args[0], 0) + log1p(_small(node.args[0]))


def horner(node: sp.Pow) -> sp.Expr:
    """1/(1 + t)² = 1/(1 + t(2 + t)) for t = e^(−|u|), and so on."""
    inner = node.base - 1
    if not (isinstance(inner, sp.exp) and isinstance(-inner.args[0], (sp.Abs, sp.Mul)) and node.exp.is_Integer):
        return node
    n = -int(node.exp)
    if not (2 <= n <= 4 and (-inner.args[0]).is_nonnegative):
        return node
    bracket = sp.S.One
    for k in range(n - 1, -1, -1):
        bracket = sp.Add(sp.binomial(n, k), sp.Mul(inner, bracket, evaluate=False), evaluate=False)
    return 1 / bracket
