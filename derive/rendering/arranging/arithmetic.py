"""Sums, products and powers, in the order of a textbook."""

from collections.abc import Sequence

import sympy as sp

from derive.derivation import D
from derive.rendering.arranging.functions import applied, function_name, has_own_shape
from derive.rendering.fragments import PRODUCT, SUM, WHOLE, Typeset, infix, raised
from derive.rendering.layout import INVISIBLE, Box, Fence, Fraction, Gap, Kind, Mark, Root, Row, Script, brackets, row
from derive.rendering.order import content, textbook_factors, textbook_terms
from derive.rendering.typesetter import Typesetter, typesets


@typesets("Add")
def _add(to: Typesetter, node: sp.Add) -> Typeset:
    common = content(node.args)
    if common > 1:
        inner = _terms(to, [term / common for term in node.args])
        return Typeset(row(Mark(str(common), Kind.NUMBER), brackets(inner)), PRODUCT)
    return Typeset(_terms(to, node.args), SUM)


def _terms(to: Typesetter, terms: Sequence[sp.Expr]) -> Box:
    parts: list[Box] = []
    for term in textbook_terms(terms):
        negative, box = signed(to, term)
        if parts:
            parts.append(Mark("−" if negative else "+", Kind.INFIX))
        elif negative:
            parts.append(Mark("−", Kind.PREFIX))
        parts.append(box)
    return row(*parts)


def signed(to: Typesetter, term: sp.Expr) -> tuple[bool, Box]:
    """Return whether a term is subtracted, and its box without the minus."""
    if term.as_coeff_Mul()[0].is_negative and not term.is_Add:
        return True, to.box(-term, PRODUCT)
    return False, to.box(term, PRODUCT)


@typesets("Mul")
def _mul(to: Typesetter, node: sp.Mul) -> Typeset:
    coefficient, rest = node.as_coeff_Mul()
    if coefficient.is_negative:
        return Typeset(row(Mark("−", Kind.PREFIX), to.box(sp.Mul(-coefficient, rest, evaluate=False), PRODUCT)), SUM)
    over, under = _split(sp.Mul.make_args(node))
    aside: list[sp.Expr] = []
    if under:
        aside = [factor for factor in over if _stands_beside(factor)]
        over = [factor for factor in over if factor not in aside]
        top, bottom = _product(to, over, alone=True), _product(to, under, alone=True)
        fraction: Box = _joined_roots(top, bottom) or Fraction(top, bottom)
        return Typeset(row(fraction, Gap(), _product(to, aside)) if aside else fraction, PRODUCT)
    return Typeset(_product(to, over), PRODUCT)


def _product(to: Typesetter, factors: Sequence[sp.Expr], *, alone: bool = False) -> Box:
    """Return factors side by side; `alone` says that a single sum needs no brackets."""
    ordered = textbook_factors(factors or [sp.S.One])
    if len(ordered) == 1 and alone:
        return to.box(ordered[0])
    parts: list[Box] = []
    for place, factor in enumerate(ordered):
        last = place == len(ordered) - 1
        open_ended = isinstance(factor, (sp.Sum, sp.Integral)) and not last
        box = to.box(factor, PRODUCT + 1 if open_ended else PRODUCT)
        if parts:
            parts.append(_between(parts[-1], box))
        parts.append(box)
    return row(*parts)


@typesets("Pow")
def _pow(to: Typesetter, node: sp.Pow) -> Typeset:
    base, exponent = node.args
    if exponent.as_coeff_Mul()[0].is_negative:
        bottom = sp.Pow(base, -exponent)
        return Typeset(Fraction(Mark("1", Kind.NUMBER), to.box(bottom)), PRODUCT)
    if exponent == sp.Rational(1, 2):
        return Typeset(Root(to.box(base)), WHOLE)
    upper = to.box(exponent)
    if isinstance(base, sp.Function) and exponent.is_Integer and not has_own_shape(base):
        return Typeset(applied(to, function_name(base), base.args, upper), PRODUCT)
    return Typeset(raised(to.box(base, WHOLE), upper), WHOLE - 1)


@typesets("exp")
def _exp(to: Typesetter, node: sp.exp) -> Typeset:
    return Typeset(Script(Mark("e"), upper=to.box(node.args[0])), WHOLE - 1)


def _split(factors: Sequence[sp.Expr]) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Return the factors above and below the line of a fraction; 2x − 2 counts as the two factors 2 and x − 1."""
    over: list[sp.Expr] = []
    under: list[sp.Expr] = []
    quotient = sp.Mul(*(factor.q for factor in factors if factor.is_Rational))
    for factor in factors:
        common = content(factor.args) if factor.is_Add else 1
        if factor.is_Rational:
            over += [sp.Integer(factor.p)] if factor.p != 1 else []
        elif common > 1:
            shared = sp.igcd(common, quotient)
            quotient /= shared
            over += [sp.Integer(common // shared)] if common != shared else []
            over.append(sp.Add(*(term / common for term in factor.args)))
        elif factor.is_Pow and not isinstance(factor, sp.exp) and factor.exp.as_coeff_Mul()[0].is_negative:
            under.append(sp.Pow(factor.base, -factor.exp))
        else:
            over.append(factor)
    return over, [quotient, *under] if quotient != 1 else under


def _stands_beside(factor: sp.Expr) -> bool:
    """Tell whether a factor is too high to stand above the line: it is written after the fraction."""
    if isinstance(factor, (sp.Sum, sp.Integral, D)):
        return True
    return bool(factor.is_Add and factor.has(sp.Sum, sp.Integral, D))


def _joined_roots(top: Box, bottom: Box) -> Box | None:
    """Write √6/√n as one root."""
    if isinstance(top, Root) and isinstance(bottom, Root):
        return Root(Fraction(top.inner, bottom.inner))
    return None


def _between(left: Box, right: Box) -> Box:
    """Return what stands between two factors: a dot between numbers, nothing between letters, else a thin space."""
    starts_with = right.parts[0] if isinstance(right, Row) and right.parts else right
    if _is_number(left) and (_is_number(starts_with)):
        return infix("·")
    if _is_number(left) and (isinstance(right, Fence) or (isinstance(right, Script) and isinstance(right.base, Fence))):
        return INVISIBLE
    return INVISIBLE if _is_plain(left) and _is_plain(right) else Gap()


def _is_number(box: Box) -> bool:
    return isinstance(box, Mark) and box.kind is Kind.NUMBER


def _is_plain(box: Box) -> bool:
    if isinstance(box, Script):
        return _is_plain(box.base) and box.lower is None
    return isinstance(box, Mark) and box.kind in (Kind.NUMBER, Kind.LETTER) and len(box.text) >= 1
