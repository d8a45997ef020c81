# ruff: noqa: D403 - the first line of a rule is its formula
"""Logarithms near 1 and weighted by labels: cross-entropies, divergences, ln cosh."""

import sympy as sp
from sympy.codegen.cfunctions import log1p

from derive.compilation.matching import LABELS, replace_terms
from derive.compilation.nodes import bce_slope, log_cosh, log_ratio, weighted_log_ratio, xlog1py, xlogy


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
