# ruff: noqa: D403 - the first line of a rule is its formula
"""Functions of a rounded argument: the rounding of an exponent is what an exponential loses."""

import sympy as sp

from derive.compilation.nodes import (
    exact_cos,
    exact_exp,
    exact_sin,
    exact_square,
    rounding,
    sigma_slope,
    square_error,
    times_exp,
)
from derive.compilation.rules.gaussians import is_power_of_two


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
        if is_power_of_two(constant) or (constant.is_Integer and abs(constant) < 2**53):
            return [sp.Tuple(constant, names[0])]
        near = sp.Float(float(constant.evalf(40)), 17)
        rest_of_it = sp.Float(float((constant - sp.Rational(near)).evalf(40)), 17)
        return [sp.Tuple(near, names[0]), sp.Tuple(rest_of_it, names[0])]
    if names[0] == names[1] and is_power_of_two(constant):
        return [sp.Tuple(constant, *names)]
    return [sp.Tuple(*names)] if constant == 1 else None


def _lacking(polynomial: sp.Expr) -> sp.Expr | None:
    """Return what the rounded value of a polynomial lacks, or None where it is exact or not of a form that is known."""
    if not polynomial.free_symbols or not polynomial.is_polynomial(*polynomial.free_symbols):
        return None
    terms = sp.Add.make_args(polynomial)
    if len(terms) == 1:
        constant, rest = polynomial.as_coeff_Mul()
        if rest.is_Symbol and is_power_of_two(constant):
            return None
    found: list[sp.Tuple] = []
    of_squares = []
    for term in terms:
        parts = _parts(term)
        if parts is None:
            return None
        for part in parts:
            if len(part) == 3:
                c, u, _ = part
                of_squares.append(c * square_error(u, u**2))
                found.append(sp.Tuple(term))
            else:
                found.append(part)
    if len(terms) == 1 and of_squares:
        return sp.Add(*of_squares)
    return sp.Add(rounding(polynomial, *found), *of_squares)


def _lacking_of_exponent(v: sp.Expr) -> sp.Expr | None:
    inner = -v
    if isinstance(inner, sp.Abs):
        lacks = _lacking(inner.args[0])
        return None if lacks is None else -sp.sign(inner.args[0]) * lacks
    return _lacking(v)


def exact_argument(node: sp.Expr) -> sp.Expr:
    """f(v) = f(v + δ) for f = exp, sin, cos, where δ is what the rounded v lacks."""
    if isinstance(node, sp.exp):
        lacks = _lacking_of_exponent(node.args[0])
        return node if lacks is None else exact_exp(node.args[0], lacks)
    lacks = _lacking(node.args[0])
    kind = {sp.sin: exact_sin, sp.cos: exact_cos}[type(node)]
    return kind(*lacks.args) if isinstance(lacks, rounding) else node


def constant_times_exponential(node: sp.Mul) -> sp.Expr:
    """c e^v = (c′ + ε) e^(v + δ), where c′ is the float nearest to the constant c, which is no rational number."""
    constant, rest = node.as_independent(*node.free_symbols, as_Add=False)
    if not isinstance(rest, sp.exp) or constant.is_Rational or constant.has(sp.Float):
        return node
    lacks = _lacking_of_exponent(rest.args[0])
    near = sp.Float(float(constant.evalf(40)), 17)
    return node if lacks is None else times_exp(near, *rest.args, lacks, constant - sp.Rational(near))


def exact_residual(node: sp.Expr) -> sp.Expr:
    """σ′(u), (σ(u) − l)² and p (σ(u) − l) σ′(u) at u + δ, where δ is what the rounded u lacks."""
    if node.has(rounding, square_error) or (isinstance(node, sigma_slope) and len(node.args) > 1):
        return node
    lacks = _lacking(node.args[-1])
    return node if lacks is None else node.func(*node.args, lacks)


def number_times_slope(node: sp.Mul) -> sp.Expr:
    """c σ′(u) as one function for a whole c, which may be normal where σ′(u) is subnormal."""
    number, rest = node.as_coeff_Mul()
    for factor in sp.Mul.make_args(rest) if number.is_Integer and 1 < abs(number) < 2**20 else ():
        if isinstance(factor, sigma_slope) and len(factor.args) < 3:
            u, *lacks = factor.args
            return rest / factor * sigma_slope(u, lacks[0] if lacks else sp.S.Zero, number)
    return node


def exact_exponent(node: sp.Expr) -> sp.Expr:
    """p e^v = p e^(v + δ) and p/(1 + e^v) = p/(1 + e^(v + δ)), where δ is what the rounded v lacks."""
    if len(node.args) > 2:
        return node
    p, v = node.args
    lacks = _lacking_of_exponent(v)
    missing = _lacking(p) if isinstance(p, sp.Add) and isinstance(node, times_exp) else None
    if lacks is None and missing is None:
        return node
    given = (p, v, sp.S.Zero if lacks is None else lacks)
    return node.func(*given) if missing is None else times_exp(*given, missing)


def square_of_rounded(node: sp.Pow) -> sp.Expr:
    """u² = (u + δ)², where δ is what the rounded sum u lacks."""
    is_shifted = node.exp == 2 and isinstance(node.base, sp.Add) and any(term.is_number for term in node.base.args)
    lacks = _lacking(node.base) if is_shifted else None
    return node if lacks is None else exact_square(node.base, lacks)
