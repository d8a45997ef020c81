# ruff: noqa: D401, D403 - the first line of a rule is its formula
"""Sums and products of σ and softplus, without cancellation."""

import sympy as sp

from derive.compilation.matching import LABELS, factors, pairs, ratio, replace_terms
from derive.compilation.nodes import residual_slope, residual_square, sigma_slope, silu_slope
from derive.functions import sigma, softplus


def slope_from_product(node: sp.Mul) -> sp.Expr:
    """σ(u)^m σ(−u)^n = σ′(u)^min(m,n) times what is left."""
    powers = {
        base.args[0]: power
        for base, power in (factor.as_base_exp() for factor in node.args)
        if isinstance(base, sigma) and power.is_Integer and power.is_positive
    }
    for u, m in powers.items():
        n = powers.get(-u)
        if n is not None:
            k = min(m, n)
            rest = node / (sigma(u) ** m * sigma(-u) ** n)
            return sigma_slope(u) ** k * sigma(u) ** (m - k) * sigma(-u) ** (n - k) * rest
    return node


def inverse_cosh(node: sp.Expr) -> sp.Expr:
    """1/cosh u = 2 e^(−|u|) σ(2|u|), and 1/cosh² u = 4σ′(2u)."""
    new = []
    for factor in sp.Mul.make_args(node):
        base, power = factor.as_base_exp()
        if isinstance(base, sp.cosh) and power.is_Integer and power.is_negative:
            u, n = base.args[0], -power
            single = 2 * sp.exp(-sp.Abs(u)) * sigma(2 * sp.Abs(u))
            new.append((4 * sigma_slope(2 * u)) ** (n // 2) * single ** (n % 2))
        else:
            new.append(factor)
    return sp.Mul(*new) if new != list(sp.Mul.make_args(node)) else node


def sigma_minus(node: sp.Add) -> sp.Expr:
    """a(σ(u) − y) = a((1 − y)σ(u) − y σ(−u)) for a label y: exact at y = 0 and y = 1."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, sigma):
            a = first / s
            y = -second / a
            u = s.args[0]
            if a.has(sigma) or y.free_symbols & u.free_symbols:
                continue
            if isinstance(y, LABELS) or (y.is_Rational and 0 < y < 1):
                return a * ((1 - y) * sigma(u) - y * sigma(-u))
        return None

    return replace_terms(node, attempt)


def _residual_of(node: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """Read c(1 − l) σ(u) − c l σ(−u) with a number c as (c, l, u)."""
    if isinstance(node, sp.Add) and len(node.args) == 2:
        for first, second, _ in pairs(node):
            for s in factors(first, sigma):
                u = s.args[0]
                number = sp.expand(first / s - second / sigma(-u))
                label = -second / sigma(-u) / number if number.is_Rational and number != 0 else None
                if isinstance(label, LABELS):
                    return number, label, u
    return None


def residual_times_slope(node: sp.Mul) -> sp.Expr:
    """p (σ(u) − l) σ′(u) as one function."""
    for factor in node.args:
        found = _residual_of(factor)
        if found is not None and sigma_slope(found[2]) in node.args:
            c, label, u = found
            rest = [f for f in node.args if f not in (factor, sigma_slope(u))]
            number, p = sp.Mul(c, *rest).as_coeff_Mul()
            return number * residual_slope(p, label, u)
    return node


def residual_squared(node: sp.Pow) -> sp.Expr:
    """(σ(u) − l)² as one function."""
    found = _residual_of(node.base) if node.exp == 2 else None
    return node if found is None else found[0] ** 2 * residual_square(*found[1:])


def softplus_minus(node: sp.Add) -> sp.Expr:
    """a(softplus(u) − yu) = a(softplus(−|u|) + (1 − y) max(u, 0) + y max(−u, 0)): no term cancels for 0 ≤ y ≤ 1."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, softplus):
            a, u = first / s, s.args[0]
            y = ratio(-second, a * u)
            if not u.free_symbols or a.has(softplus) or y.free_symbols & u.free_symbols:
                continue
            return _weighted(a, a * (1 - y), a * y, u)
        return None

    return replace_terms(node, attempt)


def softplus_pair(node: sp.Add) -> sp.Expr:
    """a softplus(u) + b softplus(−u) = (a + b) softplus(−|u|) + a max(u, 0) + b max(−u, 0), where a + b is a number."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, softplus):
            u = s.args[0]
            a, b = first / s, second / softplus(-u)
            total = sp.expand(a + b)
            if total.is_number and not (a.has(softplus) or b.has(softplus)):
                return _weighted(total, a, b, u)
        return None

    return replace_terms(node, attempt)


def _weighted(total: sp.Expr, up: sp.Expr, down: sp.Expr, u: sp.Expr) -> sp.Expr:
    """Write total·softplus(−|u|) + up·max(u, 0) + down·max(−u, 0) where up + down = total."""
    step = sp.Piecewise((1, u > 0), (0, True))
    if total.is_number and down.as_coeff_Mul()[1].is_Symbol:
        return total * softplus(-sp.Abs(u)) + (total * step - down) * u
    if total.is_number and up.as_coeff_Mul()[1].is_Symbol:
        return total * softplus(-sp.Abs(u)) + (up - total * (1 - step)) * u
    return total * softplus(-sp.Abs(u)) + up * sp.Max(u, 0) + down * sp.Max(-u, 0)


def silu_slope_product(node: sp.Mul) -> sp.Expr:
    """σ(u)(1 + u σ(−u)) as one function."""
    for s in node.args:
        if isinstance(s, sigma) and 1 + s.args[0] * sigma(-s.args[0]) in node.args:
            rest = [f for f in node.args if f not in (s, 1 + s.args[0] * sigma(-s.args[0]))]
            return sp.Mul(silu_slope(s.args[0]), *rest)
    return node


def silu_slope_sum(node: sp.Add) -> sp.Expr:
    """r σ(u) + r u σ′(u) as one function."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, sigma):
            if second == first / s * s.args[0] * sigma_slope(s.args[0]):
                return first / s * silu_slope(s.args[0])
        return None

    return replace_terms(node, attempt)
