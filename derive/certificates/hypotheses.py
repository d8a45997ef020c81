"""The domain of a formula as hypotheses of a theorem."""

from collections.abc import Iterable

import sympy as sp

from derive.certificates.document import NoCertificateError
from derive.certificates.expressions import Writer


def of_range(symbol: sp.Symbol, values: sp.Set, writer: Writer) -> list[str]:
    """Return what the values of a symbol say: nothing for all reals.

    Raises
    ------
    NoCertificateError
        A set that has no form here.
    """
    if values == sp.S.Reals:
        return []
    name = writer.write(symbol)
    if isinstance(values, sp.FiniteSet):
        return [" \\/ ".join(f"{name} = {writer.write(value)}" for value in sorted(values))]
    if isinstance(values, sp.Interval):
        low, high = values.start.is_finite, values.end.is_finite
        below = f"{writer.write(values.start, 50)} {'<' if values.left_open else '<='} " if low else ""
        above = f" {'<' if values.right_open else '<='} {writer.write(values.end, 50)}" if high else ""
        return [f"{below}{name}{above}"] if low or high else []
    raise NoCertificateError(f"the values {values} of {symbol} have no form in Coq here")


def of_condition(condition: sp.Basic, writer: Writer) -> list[str]:
    """Return a relation between symbols.

    Raises
    ------
    NoCertificateError
        A condition that has no form here.
    """
    signs = {
        sp.StrictLessThan: "<",
        sp.StrictGreaterThan: ">",
        sp.LessThan: "<=",
        sp.GreaterThan: ">=",
        sp.Equality: "=",
        sp.Unequality: "<>",
    }
    if condition == sp.true:
        return []
    if isinstance(condition, sp.And):
        return [line for part in sorted(condition.args, key=str) for line in of_condition(part, writer)]
    if type(condition) not in signs:
        raise NoCertificateError(f"the condition {condition} has no form in Coq here")
    return [writer.relation(condition.lhs, signs[type(condition)], condition.rhs)]


def where_defined(formulas: Iterable[sp.Expr], writer: Writer) -> list[str]:
    """Return what must hold for formulas to mean what they say.

    Coq's functions are total: ln(−1) and 1/0 are some number there. A formula that somebody typed is about its own
    domain, so that is a hypothesis; what is positive for all real values is left out.
    """
    found: dict[str, None] = {}
    for formula in formulas:
        for node in sp.preorder_traversal(formula):
            if isinstance(node, sp.log):
                _add(found, node.args[0], "<", writer)
            elif isinstance(node, sp.tan):
                _add(found, sp.cos(node.args[0]), "<>", writer)
            elif isinstance(node, sp.Pow) and not isinstance(node, sp.exp) and node.base is not sp.E:
                exponent = node.exp
                if not exponent.is_Integer:
                    _add(found, node.base, "<", writer)
                elif exponent.is_negative:
                    _add(found, node.base, "<>", writer)
    return list(found)


def _add(found: dict[str, None], u: sp.Expr, sign: str, writer: Writer) -> None:
    if u.is_positive or (sign == "<>" and u.is_nonzero):
        return
    found.setdefault(f"0 < {writer.write(u, 50)}" if sign == "<" else f"{writer.write(u, 50)} <> 0")
