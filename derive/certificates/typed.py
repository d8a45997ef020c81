"""Certificates of functions that somebody typed."""

import sympy as sp

from derive.certificates import hypotheses
from derive.certificates.document import Certificate
from derive.certificates.expressions import Writer
from derive.certificates.names import Identifiers
from derive.certificates.scalar import Function, kinks_of, partial_derivative
from derive.typed_function import TypedFunction


def typed_certificate(function: TypedFunction) -> Certificate:
    """Return the certificate of a typed function and its derivative, for every point where both are defined.

    Kinks are excluded by hypotheses. Nothing of what was typed stands in it: names become safe identifiers.

    Raises
    ------
    NoCertificateError
        Something in the function has no form in Coq here.
    """
    derivative = function.derivation(str(function.by)).result
    symbols = tuple(sorted(function.value.free_symbols | derivative.free_symbols, key=lambda symbol: symbol.name))
    identifiers = Identifiers(taken=("f",))
    writer = Writer(identifiers)
    for symbol in symbols:
        identifiers.of(symbol.name)
    kinks = kinks_of(function.value, function.by)
    given = [line for condition in function.domain.conditions for line in hypotheses.of_condition(condition, writer)]
    given += hypotheses.where_defined([function.value, derivative], writer)
    given += [writer.relation(switch.left, "<>", switch.right) for switch in kinks]
    made = Function(
        name="f",
        title="f",
        value=function.value,
        symbols=symbols or (function.by,),
        ranges={symbol: _real(function.domain.range_of(symbol)) for symbol in symbols},
        given=tuple(dict.fromkeys(given)),
        kinks_excluded=bool(kinks),
        writer=writer,
    )
    theorem = partial_derivative(made, function.by, derivative)
    return Certificate("typed", "A typed function", (made.definition("f", function.value, made.general),), (theorem,))


def _real(values: sp.Set) -> sp.Set:
    """Return the values as real numbers: what holds for all of them holds for whole numbers among them."""
    if values == sp.S.Naturals:
        return sp.Interval(1, sp.oo)
    return sp.S.Reals if values == sp.S.Integers else values
