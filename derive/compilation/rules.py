# ruff: noqa: D401, D403 - the first line of a rule is its formula
"""What each rewriting of the table makes of one node; a node that it does not fit comes back unchanged."""

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.compilation.matching import LABELS, exponentials, factors, ratio, replace_terms
from derive.compilation.nodes import bce_slope, one_minus_erf, sigma_slope, times_exp, xlog1py, xlogy
from derive.functions import sigma, softplus

# --- recognise -------------------------------------------------------------------------------------------------------


def hyperbolic(node: sp.Add) -> sp.Expr:
    """a(e^u − e^(−u)) = 2a sinh u and a(e^u + e^(−u)) = 2a cosh u."""
    if len(node.args) != 2 or not all(factors(term, sp.exp) for term in node.args):
        return node
    (a, left), (b, right) = (term.as_coeff_Mul() for term in node.args)
    if not (isinstance(left, sp.exp) and isinstance(right, sp.exp) and left.args[0] == -right.args[0]):
        return node
    u = left.args[0]
    if a == b:
        return 2 * a * sp.cosh(u)
    return 2 * a * sp.sinh(u) if a == -b else node


def tanh_quotient(node: sp.Mul) -> sp.Expr:
    """sinh u / cosh u = tanh u."""
    for top in node.args:
        bottom = 1 / sp.cosh(top.args[0]) if isinstance(top, sp.sinh) else None
        if bottom in node.args:
            rest = [factor for factor in node.args if factor not in (top, bottom)]
            return sp.Mul(sp.tanh(top.args[0]), *rest)
    return node


def sigma_quotient(node: sp.Expr) -> sp.Expr:
    """1/(e^p + e^q) = e^(−p) σ(p − q); with other coefficients or more terms, the largest exponent is taken out."""
    for factor in sp.Mul.make_args(node):
        base, power = factor.as_base_exp()
        terms = exponentials(base) if isinstance(base, sp.Add) and power.is_Integer and power.is_negative else None
        if terms is None:
            continue
        rest = sp.Mul(*(other for other in sp.Mul.make_args(node) if other != factor))
        if len(terms) == 2 and terms[0][0] == terms[1][0]:
            (c, p), (_, q) = sorted(terms, key=lambda term: term[1] != 0)
            return c**power * sp.exp(power * p) * sigma(p - q) ** (-power) * rest
        if not any(a.has(sp.Max) for _, a in terms):
            top = sp.Max(*(a for _, a in terms))
            shifted = sp.Add(*(c * sp.exp(a - top) for c, a in terms))
            return _times_exponential(rest, power * top) * shifted**power
    return node


def _times_exponential(product: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """Return product · e^exponent with all exponentials of the product in one."""
    total, others = exponent, []
    for factor in sp.Mul.make_args(product):
        if isinstance(factor, sp.exp):
            total += factor.args[0]
        else:
            others.append(factor)
    return sp.Mul(sp.exp(total), *others)


def shifted_exponential(node: sp.Mul) -> sp.Expr:
    """e^a e^(−max) = e^(a − max), where each alone could overflow."""
    inside = [factor for factor in node.args if isinstance(factor, sp.exp)]
    if len(inside) < 2 or not any(factor.has(sp.Max) for factor in inside):
        return node
    return _times_exponential(node, sp.S.Zero)


def sigma_times_exponential(node: sp.Mul) -> sp.Expr:
    """e^(−ku) σ(u)^m = σ(−u)^k σ(u)^(m−k) for 1 ≤ k ≤ m."""
    for factor in node.args:
        if not isinstance(factor, sp.exp):
            continue
        for other in node.args:
            base, power = other.as_base_exp()
            if not (isinstance(base, sigma) and power.is_Integer and power.is_positive):
                continue
            u = base.args[0]
            k = ratio(-factor.args[0], u)
            if k.is_Integer and 1 <= k <= power:
                rest = [part for part in node.args if part not in (factor, other)]
                return sp.Mul(sigma(-u) ** k, sigma(u) ** (power - k), *rest)
    return node


def log_of_exponentials(node: sp.log) -> sp.Expr:
    """ln(c e^p + c e^q) = ln c + p + softplus(q − p); else the largest exponent is taken out of the logarithm."""
    terms = exponentials(node.args[0])
    if terms is None:
        return node
    if len(terms) == 2 and terms[0][0] == terms[1][0]:
        (c, p), (_, q) = sorted(terms, key=lambda term: term[1] != 0)
        return sp.log(c) + p + softplus(q - p)
    if any(a.has(sp.Max) for _, a in terms):
        return node
    top = sp.Max(*(a for _, a in terms))
    return top + sp.log(sp.Add(*(c * sp.exp(a - top) for c, a in terms)))


def log_sigma(node: sp.log) -> sp.Expr:
    """ln σ(u) = −softplus(−u)."""
    inner = node.args[0]
    return -softplus(-inner.args[0]) if isinstance(inner, sigma) else node


def sigma_complement(node: sp.Add) -> sp.Expr:
    """r − r σ(u) = r σ(−u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(second, sigma):
            if -second / s == first:
                return first * sigma(-s.args[0])
        return None

    return replace_terms(node, attempt)


def tanh_complement(node: sp.Add) -> sp.Expr:
    """r ∓ r tanh u = 2r σ(∓2u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for t in factors(second, sp.tanh):
            for sign in (1, -1):
                if second / t == sign * first:
                    return 2 * first * sigma(2 * sign * t.args[0])
        return None

    return replace_terms(node, attempt)


def tanh_slope(node: sp.Add) -> sp.Expr:
    """r − r tanh² u = 4r σ′(2u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for t in factors(second, sp.tanh):
            if -second / t**2 == first:
                return 4 * first * sigma_slope(2 * t.args[0])
        return None

    return replace_terms(node, attempt)


def sigma_over_sigma(node: sp.Mul) -> sp.Expr:
    """σ(u) (a/σ(u) + b) = a + b σ(u): multiplied out where a term of the sum divides by a σ outside it."""
    outside = {base for factor in node.args for base in [factor.as_base_exp()[0]] if isinstance(base, sigma)}
    for total in node.args:
        if not (isinstance(total, sp.Add) and outside):
            continue
        below = {
            factor.as_base_exp()[0]
            for term in total.args
            for factor in sp.Mul.make_args(term)
            if factor.as_base_exp()[1].is_negative
        }
        if below & outside:
            rest = sp.Mul(*(factor for factor in node.args if factor != total))
            return sp.Add(*(rest * term for term in total.args))
    return node


# --- stabilise -------------------------------------------------------------------------------------------------------


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
    return total * softplus(-sp.Abs(u)) + up * sp.Max(u, 0) + down * sp.Max(-u, 0)


def bce_slope_sum(node: sp.Add) -> sp.Expr:
    """q/(1 − ŷ) + p/ŷ with q − p = a a number is a times the slope of the cross-entropy at y = −p/a."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for factor in sp.Mul.make_args(first):
            v = 1 / factor
            if not isinstance(v, LABELS):
                continue
            p, q = first * v, sp.expand(second * (1 - v))
            q = second * (1 - v) if (1 - v) ** -1 in sp.Mul.make_args(second) else sp.cancel(q)
            a = sp.expand(q - p)
            if a.is_Rational and a != 0 and v not in p.free_symbols:
                return a * bce_slope(sp.expand(-p / a), v)
        return None

    return replace_terms(node, attempt)


def bce_slope_quotient(node: sp.Mul) -> sp.Expr:
    """(ŷ − y)/(ŷ(1 − ŷ)) as one function, whatever the signs of its factors."""
    for factor in node.args:
        v = 1 / factor
        if not isinstance(v, LABELS):
            continue
        for bottom, sign in ((1 / (1 - v), 1), (1 / (v - 1), -1)):
            for top in node.args:
                if bottom not in node.args or not isinstance(top, sp.Add):
                    continue
                for y, side in ((v - top, 1), (v + top, -1)):
                    if v not in y.free_symbols and y.free_symbols:
                        rest = [part for part in node.args if part not in (factor, bottom, top)]
                        return sp.Mul(sign * side, bce_slope(y, v), *rest)
    return node


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


def erf_complement(node: sp.Add) -> sp.Expr:
    """r ∓ r erf u = r erfc(±u)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for e in factors(second, sp.erf):
            for sign in (1, -1):
                if second / e == sign * first:
                    return first * one_minus_erf(-sign * e.args[0])
        return None

    return replace_terms(node, attempt)


def cosine_complement(node: sp.Add) -> sp.Expr:
    """r − r cos u = 2r sin²(u/2)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for c in factors(second, sp.cos):
            if -second / c == first:
                return 2 * first * sp.sin(c.args[0] / 2) ** 2
        return None

    return replace_terms(node, attempt)


def log_one_plus(node: sp.log) -> sp.Expr:
    """ln(1 + v) = log1p(v)."""
    inner = node.args[0]
    return log1p(inner - 1) if isinstance(inner, sp.Add) and sp.S.One in inner.args else node


def weighted_log(node: sp.Mul) -> sp.Expr:
    """y ln v = xlogy(y, v) for a weight y that is a polynomial."""
    logs = [factor for factor in node.args if isinstance(factor, (sp.log, log1p))]
    if len(logs) != 1 or not logs[0].free_symbols:
        return node
    number, weight = (node / logs[0]).as_coeff_Mul()
    if not (weight.free_symbols and weight.is_polynomial()):
        return node
    kind = xlogy if isinstance(logs[0], sp.log) else xlog1py
    return number * kind(weight, logs[0].args[0])


# --- lower -----------------------------------------------------------------------------------------------------------


def _small(u: sp.Expr) -> sp.Expr:
    return sp.exp(-sp.Abs(u))


def sigma_sum(node: sp.Add) -> sp.Expr:
    """a σ(u) + b σ(−u) = (a e^min(u,0) + b e^min(−u,0)) / (1 + e^(−|u|))."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, sigma):
            u = s.args[0]
            a, b = first / s, second / sigma(-u)
            if not (a.has(sigma) or b.has(sigma)):
                top = a * sp.exp(sp.Min(u, 0)) + b * sp.exp(sp.Min(-u, 0))
                return top / (1 + _small(u))
        return None

    return replace_terms(node, attempt)


def sigma_times_factor(node: sp.Mul) -> sp.Expr:
    """x σ(u) and x σ′(u), where x grows with u: the exponential is multiplied in by `times_exp`."""
    for factor in node.args:
        if isinstance(factor, (sigma, sigma_slope)):
            u = factor.args[0]
            grows = [f for f in node.args if f.free_symbols & u.free_symbols and f.is_polynomial()]
            if not grows:
                continue
            rest = sp.Mul(*(f for f in node.args if f not in (factor, *grows)))
            n, v = (1, sp.Min(u, 0)) if isinstance(factor, sigma) else (2, -sp.Abs(u))
            return rest * times_exp(sp.Mul(*grows), v) / (1 + _small(u)) ** n
    return node


def lower_sigma(node: sigma) -> sp.Expr:
    """σ(u) = e^min(u,0) / (1 + e^(−|u|))."""
    return sp.exp(sp.Min(node.args[0], 0)) / (1 + _small(node.args[0]))


def lower_slope(node: sigma_slope) -> sp.Expr:
    """σ′(u) = e^(−|u|) / (1 + e^(−|u|))²."""
    return _small(node.args[0]) / (1 + _small(node.args[0])) ** 2


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


def lower_softplus(node: softplus) -> sp.Expr:
    """softplus(u) = max(u, 0) + log1p(e^(−|u|))."""
    return sp.Max(node.args[0], 0) + log1p(_small(node.args[0]))
