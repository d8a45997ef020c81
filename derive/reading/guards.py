"""What is checked before SymPy may evaluate: a power, an exponential or a product that would blow up is refused."""

import sympy as sp

from derive.reading.errors import Trouble
from derive.reading.limits import EXPONENT, NUMBER_BITS, ROOT_BITS

_NOT_A_NUMBER = (sp.zoo, sp.nan, sp.oo, -sp.oo)


def bits(number: sp.Rational) -> int:
    """Return the size of a rational number in bits."""
    return max(abs(int(number.p)).bit_length(), int(number.q).bit_length())


def checked(value: sp.Expr, position: int, reason: str = "the value is not a finite number") -> sp.Expr:
    """Return a value that is a finite real expression of bearable size, or refuse it."""
    if value in _NOT_A_NUMBER:
        raise Trouble(reason, position)
    coefficient = value if value.is_Rational else value.args[0] if value.is_Mul and value.args else None
    if coefficient is not None and coefficient.is_Rational and bits(coefficient) > NUMBER_BITS:
        raise Trouble("the number becomes too large", position)
    for factor in value.args if value.is_Mul else (value,):
        if factor.is_Pow and factor.exp.is_Rational and abs(factor.exp.p) > EXPONENT * max(1, factor.exp.q):
            raise Trouble(f"the exponent is beyond ±{EXPONENT}", position)
        if factor.is_Pow and factor.exp.is_Rational and factor.exp.q > EXPONENT:
            raise Trouble(f"the degree of the root is beyond {EXPONENT}", position)
    return value


def power(base: sp.Expr, exponent: sp.Expr, position: int) -> sp.Expr:
    """Return base ** exponent, once it is known to be small and real."""
    if base == sp.E:
        return exponential(exponent, position)
    if exponent.is_Rational:
        if abs(exponent.p) > EXPONENT * exponent.q or exponent.q > EXPONENT:
            raise Trouble(f"the exponent {_shown(exponent)} is beyond ±{EXPONENT}", position)
        if base == 0 and exponent <= 0:
            reason = "0 to the power 0 is not defined here" if exponent == 0 else "division by zero"
            raise Trouble(reason, position)
        _number_power(base, exponent, position)
    elif exponent.is_number:
        _bounded(exponent, position)
    if base.is_negative and exponent.is_Rational and exponent.q != 1:
        raise Trouble("a root of a negative number is not real", position)
    if exponent.has(sp.log):
        _bounded_logarithms(exponent, position)
    return checked(base**exponent, position, "division by zero")


def _number_power(base: sp.Expr, exponent: sp.Rational, position: int) -> None:
    """Refuse powers of numbers, also of the numeric factor that SymPy takes out of a product."""
    for factor in sp.Mul.make_args(base):
        number, inner = (factor.base, factor.exp) if factor.is_Pow else (factor, sp.S.One)
        if not number.is_Rational:
            continue
        size = bits(number)
        reach = abs(int((inner * exponent).p)) + 1 if (inner * exponent).is_Rational else EXPONENT
        if size * reach > NUMBER_BITS * 2:
            raise Trouble("the number becomes too large", position)
        if exponent.q != 1 and size > ROOT_BITS:
            raise Trouble("the number under the root is too large", position)


def _bounded(exponent: sp.Expr, position: int) -> None:
    """Refuse a constant exponent such as 10**100*pi; ten digits tell."""
    size = exponent.evalf(10)
    if not size.is_real or abs(size) > EXPONENT:
        raise Trouble(f"the exponent is beyond ±{EXPONENT}", position)


def exponential(exponent: sp.Expr, position: int) -> sp.Expr:
    """Return e ** exponent; refuse e^(10^9 ln 2), which SymPy would write out as a number."""
    for term in sp.Add.make_args(exponent):
        if term.is_number:
            coefficient = term.as_coeff_Mul()[0]
            if coefficient.is_Rational and abs(coefficient.p) > 10**6 * coefficient.q:
                raise Trouble("the exponent is too large", position)
    _bounded_logarithms(exponent, position)
    return checked(sp.exp(exponent), position)


def _bounded_logarithms(exponent: sp.Expr, position: int) -> None:
    for term in sp.Add.make_args(exponent):
        if not term.has(sp.log):
            continue
        coefficient = sp.S.One
        size = 1
        for factor in sp.Mul.make_args(term):
            if factor.is_Rational:
                coefficient *= factor
            elif isinstance(factor, sp.log) and factor.args[0].is_Rational:
                size = max(size, bits(factor.args[0]))
        reach = max(abs(int(coefficient.p)) // int(coefficient.q) + 1, 1)
        if reach > EXPONENT or coefficient.q > EXPONENT or size * reach > NUMBER_BITS * 2:
            raise Trouble(f"the exponent is beyond ±{EXPONENT}", position)


def _shown(number: sp.Rational) -> str:
    text = str(number)
    return text if len(text) <= 12 else f"of {len(text)} digits"
