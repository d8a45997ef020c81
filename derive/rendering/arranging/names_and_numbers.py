"""Symbols, numbers and infinities."""

import sympy as sp

from derive.rendering.fragments import PRODUCT, SUM, WHOLE, Typeset, number, words
from derive.rendering.layout import Fraction, Kind, Mark, row
from derive.rendering.typesetter import Typesetter, typesets


@typesets("Symbol", "Idx", "IndexedBase", "MatrixSymbol")
def _symbol(to: Typesetter, symbol: sp.Basic) -> Typeset:
    return Typeset(to.name(symbol), WHOLE)


@typesets("Integer")
def _integer(to: Typesetter, value: sp.Integer) -> Typeset:
    return number(str(value))


@typesets("Float")
def _float(to: Typesetter, value: sp.Float) -> Typeset:
    return number(f"{float(value):.6g}")


@typesets("Rational")
def _rational(to: Typesetter, value: sp.Rational) -> Typeset:
    fraction = Fraction(Mark(str(abs(value.p)), Kind.NUMBER), Mark(str(value.q), Kind.NUMBER))
    return Typeset(row(Mark("−", Kind.PREFIX), fraction), SUM) if value < 0 else Typeset(fraction, PRODUCT)


@typesets("NumberSymbol")
def _number_symbol(to: Typesetter, value: sp.Basic) -> Typeset:
    return Typeset(Mark({"pi": "π", "E": "e"}.get(str(value), str(value))), WHOLE)


@typesets("Infinity")
def _infinity(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(Mark("∞"), WHOLE)


@typesets("NegativeInfinity")
def _negative_infinity(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(row(Mark("−", Kind.PREFIX), Mark("∞")), SUM)


@typesets("NaN")
def _undefined(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(words("undefined"), WHOLE)


@typesets("ComplexInfinity")
def _complex_infinity(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(Mark("∞"), WHOLE)


@typesets("ImaginaryUnit")
def _imaginary_unit(to: Typesetter, _: sp.Basic) -> Typeset:
    return Typeset(Mark("i", Kind.UPRIGHT), WHOLE)
