# ruff: noqa: D401, D403 - the first line of a rule is its formula
"""What each rewriting of the table makes of one node; a node that it does not fit comes back unchanged."""

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

from derive.compilation.matching import LABELS, exponentials, factors, pairs, ratio, replace_terms
from derive.compilation.nodes import (
    bce_slope,
    exact_cos,
    exact_exp,
    exact_sin,
    exact_square,
    gelu,
    gelu_slope,
    log_cosh,
    log_ratio,
    normal_cdf,
    one_minus_erf,
    quotient,
    residual_slope,
    residual_square,
    rounding,
    scaled,
    scaled_square,
    sigma_slope,
    silu_slope,
    times_exp,
    weighted_log_ratio,
    xlog1py,
    xlogy,
)
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


def log_of_cosh(node: sp.log) -> sp.Expr:
    """ln cosh u as one function."""
    return log_cosh(node.args[0].args[0]) if isinstance(node.args[0], sp.cosh) else node


def log_of_ratio(node: sp.log) -> sp.Expr:
    """ln(y/p) for two symbols."""
    top, bottom = node.args[0].as_numer_denom()
    return log_ratio(top, bottom, 0) if isinstance(top, sp.Symbol) and isinstance(bottom, sp.Symbol) else node


def one_plus_log_ratio(node: sp.Add) -> sp.Expr:
    """1 + ln(y/p) as one function."""
    for term in node.args:
        if isinstance(term, log_ratio) and sp.S.One in node.args and term.args[2] == 0:
            return sp.Add(log_ratio(*term.args[:2], 1), *(t for t in node.args if t not in (term, 1)))
    return node


def weighted_ratio(node: sp.Mul) -> sp.Expr:
    """y ln(y/p) as one function."""
    for factor in node.args:
        if isinstance(factor, log_ratio) and factor.args[2] == 0 and factor.args[0] in node.args:
            y, p = factor.args[:2]
            return node / factor / y * weighted_log_ratio(y, p)
    return node


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


def _step(u: sp.Expr, below: sp.Expr, above: sp.Expr) -> sp.Expr:
    return sp.Piecewise((below, u < 0), (above, True))


def sigma_sum(node: sp.Add) -> sp.Expr:
    """a σ(u) + b σ(−u) = (a t + b if u < 0, else a + b t) / (1 + t) for t = e^(−|u|)."""

    def attempt(first: sp.Expr, second: sp.Expr) -> sp.Expr | None:
        for s in factors(first, sigma):
            u = s.args[0]
            a, b = first / s, second / sigma(-u)
            if not (a.has(sigma) or b.has(sigma)):
                t = _small(u)
                return _step(u, a * t + b, a + b * t) / (1 + t)
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
    """p e^v for a polynomial p that grows with v."""
    powers = [factor for factor in node.args if isinstance(factor, sp.exp)]
    for power in powers[:1] if len(powers) == 1 else []:
        grows = [f for f in node.args if f.free_symbols & power.free_symbols and f.is_polynomial()]
        if grows and not power.args[0].has(sp.Abs):
            rest = sp.Mul(*(f for f in node.args if f not in (power, *grows)))
            return rest * times_exp(sp.Mul(*grows), power.args[0])
    return node


def lower_sigma(node: sigma) -> sp.Expr:
    """σ(u) = (t if u < 0, else 1) / (1 + t) for t = e^(−|u|)."""
    t = _small(node.args[0])
    return _step(node.args[0], t, sp.S.One) / (1 + t)


def lower_slope(node: sigma_slope) -> sp.Expr:
    """σ′(u) = e^(−|u|) / (1 + e^(−|u|))²."""
    return _small(node.args[0]) / (1 + _small(node.args[0])) ** 2


def lower_softplus(node: softplus) -> sp.Expr:
    """softplus(u) = max(u, 0) + log1p(e^(−|u|))."""
    return sp.Max(node.args[0], 0) + log1p(_small(node.args[0]))


# --- finish ----------------------------------------------------------------------------------------------------------


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


def common_factor(node: sp.Add) -> sp.Expr:
    """6u − 6 = 6(u − 1), which SymPy multiplies out."""
    if not (node.is_polynomial() and any(term.is_number for term in node.args)):
        return node
    content, rest = node.primitive()
    return node if content == 1 else scaled(content, rest)


def small_square(node: sp.Mul) -> sp.Expr:
    """c u² = (c u) u for a number |c| < 1 or another symbol c."""
    squares = [f for f in node.args if f.is_Pow and f.exp == 2 and f.base.is_Symbol]
    if len(squares) != 1:
        return node
    c = node / squares[0]
    if (c.is_Rational and abs(c) < 1) or (c.free_symbols and c.is_polynomial()):
        return scaled_square(c, squares[0].base)
    return node


def _is_power_of_two(c: sp.Expr) -> bool:
    return bool(c.is_Rational) and all(n & (n - 1) == 0 for n in (abs(int(c.p)), int(c.q)))


def _parts(term: sp.Expr) -> list[sp.Tuple] | None:  # noqa: PLR0911 - one line for each kind of term
    """Return a term of a polynomial as products of two symbols or constants, or None."""
    if not term.free_symbols:
        return [sp.Tuple(term)] if term.is_Integer else None
    constant, rest = term.as_independent(*term.free_symbols, as_Add=False)
    names = [base for base, n in (f.as_base_exp() for f in sp.Mul.make_args(rest)) for _ in range(int(n))]
    if not all(isinstance(name, sp.Symbol) for name in names) or len(names) > 2:
        return None
    if len(names) == 1:
        if constant == 1:
            return [sp.Tuple(names[0])]
        if _is_power_of_two(constant) or (constant.is_Integer and abs(constant) < 2**53):
            return [sp.Tuple(constant, names[0])]
        near = sp.Float(float(constant.evalf(40)), 17)
        rest_of_it = sp.Float(float((constant - sp.Rational(near)).evalf(40)), 17)
        return [sp.Tuple(near, names[0]), sp.Tuple(rest_of_it, names[0])]
    if names[0] == names[1] and _is_power_of_two(constant):
        return [sp.Tuple(constant, *names)]
    return [sp.Tuple(*names)] if constant == 1 else None


def _lacking(polynomial: sp.Expr) -> sp.Expr | None:
    """Return what the rounded value of a polynomial lacks, or None where it is exact or not of a form that is known."""
    if not polynomial.free_symbols or not polynomial.is_polynomial(*polynomial.free_symbols):
        return None
    terms = sp.Add.make_args(polynomial)
    if len(terms) == 1:
        constant, rest = polynomial.as_coeff_Mul()
        if rest.is_Symbol and _is_power_of_two(constant):
            return None
    found: list[sp.Tuple] = []
    for term in terms:
        parts = _parts(term)
        if parts is None:
            return None
        found += parts
    return rounding(polynomial, *found)


def _lacking_of_exponent(v: sp.Expr) -> sp.Expr | None:
    inner = -v
    if isinstance(inner, sp.Abs):
        lacks = _lacking(inner.args[0])
        return None if lacks is None else -sp.sign(inner.args[0]) * lacks
    return _lacking(v)


def square_of_rounded(node: sp.Pow) -> sp.Expr:
    """u² = (u + δ)², where δ is what the rounded sum u lacks."""
    is_shifted = node.exp == 2 and isinstance(node.base, sp.Add) and any(term.is_number for term in node.base.args)
    lacks = _lacking(node.base) if is_shifted else None
    return node if lacks is None else exact_square(node.base, lacks)


def exact_argument(node: sp.Expr) -> sp.Expr:
    """f(v) = f(v + δ) for f = exp, sin, cos, where δ is what the rounded v lacks."""
    kind = {sp.exp: exact_exp, sp.sin: exact_sin, sp.cos: exact_cos}[type(node)]
    lacks = _lacking_of_exponent(node.args[0]) if kind is exact_exp else _lacking(node.args[0])
    return node if lacks is None else kind(node.args[0], lacks)


def exact_residual(node: sp.Expr) -> sp.Expr:
    """(σ(u) − l)² and p (σ(u) − l) σ′(u) at u + δ, where δ is what the rounded u lacks."""
    *_, u = node.args
    lacks = None if node.has(rounding) else _lacking(u)
    return node if lacks is None else node.func(*node.args, lacks)


def exact_exponent(node: sp.Expr) -> sp.Expr:
    """p e^v = p e^(v + δ) and p/(1 + e^v) = p/(1 + e^(v + δ)), where δ is what the rounded v lacks."""
    if len(node.args) == 3:
        return node
    p, v = node.args
    lacks = _lacking_of_exponent(v)
    if isinstance(p, sp.Add):
        missing = _lacking(p)
        p = p if missing is None else sp.Add(p, missing)
    if lacks is None and p == node.args[0]:
        return node
    return node.func(p, v, sp.S.Zero if lacks is None else lacks)
