# ruff: noqa: D403 - the first line of a rule is its formula
"""Polynomials in an order that keeps digits and memory."""

import sys

import sympy as sp

from derive.compilation.nodes import (
    clipped,
    exact_cos,
    exact_sin,
    product_in_turn,
    scaled,
    scaled_square,
    sum_in_turn,
)

LARGEST = sys.float_info.max
BOUNDED = (sp.sin, sp.cos, exact_sin, exact_cos)


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


def opened_square(node: sp.Add) -> sp.Expr:
    """c(u − a)² + K + … = … + (K + c a²) + c (u − 2a) u, where u − 2a is exact but for few u.

    Only for whole c and a, and only where the constant K is at least as large as what then cancels, Σ|c|a². The sum
    with the largest |c| comes last.
    """
    number, terms = node.as_coeff_Add()
    opened, others, content = [], [], sp.S.Zero
    for term in sp.Add.make_args(terms):
        c, square = term.as_coeff_Mul()
        shift, u = square.base.as_coeff_Add() if square.is_Pow and square.exp == 2 else (sp.S.Zero, None)
        if u is not None and u.is_Symbol and shift.is_Integer and shift != 0 and c.is_Integer:
            opened.append((abs(c), str(u), bool(c < 0), sp.sign(c) * (u + 2 * shift), u))
            content += abs(c) * shift**2
            number += c * shift**2
        else:
            others.append(term)
    given = node.as_coeff_Add()[0]
    if not opened or not given.is_Integer or abs(given) < content or abs(given) + content > 2**40:
        return node
    # What cancels with the constant is (u − 2a)(c u), one array more: the rounding of (u − 2a) u would count c times.
    *first, last = [
        product_in_turn(shifted, product_in_turn(c, u)) if cancels and c != 1 else product_in_turn(shifted, u, c)
        for c, _, cancels, shifted, u in sorted(opened)
    ]
    return sum_in_turn(*others, *first, number, last)


def square_and_product(node: sp.Add) -> sp.Expr:
    """u² + u v + … = (u² + bounded terms) + (u v + other terms), with u v cut off at the largest float.

    Neither ∞ − ∞ arises where |u| is large, nor a partial sum much larger than both the largest term and the whole.
    """
    for square in node.args:
        u = square.base if square.is_Pow and square.exp == 2 and square.base.is_Symbol else None
        beside = [term for term in node.args if u is not None and term is not square and term.as_independent(u)[1] == u]
        beside = [term for term in beside if (term / u).free_symbols]
        if beside:
            others = [term for term in node.args if term is not square and term not in beside]
            bounded = [term for term in others if isinstance(term, BOUNDED)]
            others = [term for term in others if term not in bounded]
            products = [clipped(term, sp.Float(LARGEST, 17)) for term in beside]
            return sum_in_turn(sum_in_turn(square, *bounded), sum_in_turn(*others, *products))
    return node
