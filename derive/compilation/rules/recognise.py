# ruff: noqa: D401, D403 - the first line of a rule is its formula
"""What the first stage finds: σ, softplus, tanh and hyperbolic functions in exponentials."""

import sympy as sp

from derive.compilation.matching import exponentials, factors, ratio, replace_terms
from derive.compilation.nodes import sigma_slope
from derive.functions import sigma, softplus


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


def common_exponential(node: sp.Add) -> sp.Expr:
    """a e^v + b e^v = (a + b) e^v."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for e in factors(first, sp.exp):
            a, b = first / e, second / e
            if not (a.has(sp.exp) or b.has(sp.exp)) and a.is_polynomial() and b.is_polynomial():
                return (a + b) * e
        return None

    return replace_terms(node, attempt)


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
