"""Piecewise formulas, region by region: every switch (max, |·|, sign, cases) is split by the sign of its argument."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from checks.identity.size import small

Decide = Callable[[sp.Expr], int | None]
SWITCHES = (sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.Piecewise)


@dataclass(frozen=True)
class Region:
    """A part of the domain in which both formulas are smooth.

    Attributes
    ----------
    left, right:
        The two formulas as they read in this region.
    positive:
        Expressions that are positive in this region, besides those of the domain.
    description:
        The region in words, such as `x > 0`; empty for the whole domain.
    border:
        True when the region is a border between two open regions.
    at:
        The values that were put in for symbols on the borders, one after another.
    """

    left: sp.Expr
    right: sp.Expr
    positive: tuple[sp.Expr, ...] = ()
    description: tuple[str, ...] = ()
    border: bool = False
    at: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()


class BorderError(ValueError):
    """A border could not be parametrised, so what holds on it is not known."""


def split(left: sp.Expr, right: sp.Expr, *, borders: bool) -> Iterator[Region]:
    """Yield regions that together cover the domain (without the borders if `borders` is False).

    Raises
    ------
    BorderError
        A border is not the graph of one symbol over the others.
    """
    yield from _split(Region(left, right), borders)


def _split(region: Region, borders: bool) -> Iterator[Region]:
    switch = _innermost_switch(region.left) or _innermost_switch(region.right)
    if switch is None:
        yield region
        return
    argument = _argument(switch)
    for orientation in (1, -1):
        yield from _split(
            Region(
                _settle(region.left, argument, orientation),
                _settle(region.right, argument, orientation),
                (*region.positive, orientation * argument),
                (*region.description, f"{argument} {'>' if orientation == 1 else '<'} 0"),
                region.border,
                region.at,
            ),
            borders,
        )
    if borders:
        for symbol, value in zeros(argument):
            yield from _split(_on_border(region, argument, symbol, value), borders)


def _on_border(region: Region, argument: sp.Expr, symbol: sp.Symbol, value: sp.Expr) -> Region:
    try:
        return Region(
            _settle(region.left, argument, 0).subs(symbol, value),
            _settle(region.right, argument, 0).subs(symbol, value),
            tuple(fact.subs(symbol, value) for fact in region.positive),
            (*region.description, f"{symbol} = {value}"),
            True,
            (*region.at, (symbol, value)),
        )
    except (TypeError, ValueError):  # SymPy refuses to compare 1/0 with a number
        raise BorderError(f"at {symbol} = {value} something is compared that is not defined") from None


def _innermost_switch(formula: sp.Expr) -> sp.Expr | None:
    for node in sp.postorder_traversal(formula):
        if isinstance(node, SWITCHES):
            return node
    return None


def _argument(switch: sp.Expr) -> sp.Expr:
    """Return the expression whose sign decides the switch, with an orientation that −u shares with u."""
    if isinstance(switch, (sp.Max, sp.Min)):
        argument = switch.args[0] - switch.args[1]
    elif isinstance(switch, sp.Piecewise):
        condition = next(c for _, c in switch.args if c not in (sp.true, sp.false))
        relation = condition if isinstance(condition, Relational) else next(iter(condition.atoms(Relational)))
        argument = relation.lhs - relation.rhs
    else:
        argument = switch.args[0]
    argument = same_sign(argument)
    return -argument if argument.could_extract_minus_sign() else argument


_MONOTONE = (sp.sinh, sp.tanh, sp.atan, sp.erf)


def same_sign(expression: sp.Expr) -> sp.Expr:
    """Return an expression of the same sign wherever this one is defined: e^u − 1 has that of u, ln u of u − 1."""
    if isinstance(expression, _MONOTONE):
        return same_sign(expression.args[0])
    if isinstance(expression, sp.log):
        return same_sign(expression.args[0] - 1)
    if expression.is_Pow and expression.exp.is_Integer and expression.exp % 2 == 1 and expression.exp > 0:
        return same_sign(expression.base)
    if expression.is_Add and len(expression.args) == 2:
        number, rest = expression.as_coeff_Add()
        coefficient, body = rest.as_coeff_Mul()
        if isinstance(body, sp.exp) and number == -coefficient and number != 0:
            return same_sign(body.exp) if coefficient > 0 else -same_sign(body.exp)
        (first, one), (second, other) = (term.as_coeff_Mul() for term in expression.args)
        if isinstance(one, sp.exp) and isinstance(other, sp.exp) and first == -second:
            return sp.sign(first) * same_sign(one.exp - other.exp)
    return expression


def _settle(formula: sp.Expr, argument: sp.Expr, sign: int) -> sp.Expr:
    """Rewrite every switch that the sign of this argument decides."""

    def decide(difference: sp.Expr) -> int | None:
        ratio = sp.cancel(same_sign(difference) / argument)
        if ratio.is_Rational:
            return int(sp.sign(ratio)) * sign
        return None

    def settled(node: sp.Expr) -> sp.Expr:
        if isinstance(node, (sp.Max, sp.Min)):
            return _settle_extremum(node, decide)
        if isinstance(node, sp.Piecewise):
            return _settle_piecewise(node, decide)
        order = decide(node.args[0])
        if order is None:
            return node
        if isinstance(node, sp.Abs):
            return order * node.args[0]
        if isinstance(node, sp.sign):
            return sp.Integer(order)
        return {1: sp.S.One, -1: sp.S.Zero, 0: node.args[1]}[order]

    return formula.replace(lambda node: isinstance(node, SWITCHES), settled)


def _settle_extremum(node: sp.Expr, decide: Decide) -> sp.Expr:
    kept = list(node.args)
    for first in node.args:
        for second in node.args:
            if first in kept and second in kept and first != second:
                order = decide(first - second)
                if order is not None:
                    loser = second if (order >= 0) == isinstance(node, sp.Max) else first
                    kept.remove(loser)
    return kept[0] if len(kept) == 1 else node.func(*kept)


def _settle_piecewise(node: sp.Expr, decide: Decide) -> sp.Expr:
    def truth(relation: Relational) -> Boolean:
        order = decide(relation.lhs - relation.rhs)
        if order is None:
            return relation
        return sp.sympify(bool(relation.func(sp.Integer(order), 0)), strict=True)

    pairs = [
        (value, condition.replace(lambda part: isinstance(part, Relational), truth)) for value, condition in node.args
    ]
    return sp.Piecewise(*pairs)


def zeros(argument: sp.Expr) -> list[tuple[sp.Symbol, sp.Expr]]:
    """Return substitutions that together cover the zeros of an expression: one for each of its factors."""
    if not small(argument):
        raise BorderError(f"the border {argument} = 0 is that of too large a polynomial")
    try:
        _, factors = sp.factor_list(sp.numer(sp.together(argument)))
    except sp.PolynomialError:
        raise BorderError(f"the border {argument} = 0 is not that of a polynomial") from None
    return [_solved(factor, argument) for factor, _ in factors]


def _solved(factor: sp.Expr, argument: sp.Expr) -> tuple[sp.Symbol, sp.Expr]:
    for symbol in sorted(factor.free_symbols, key=lambda s: s.name):
        slope = sp.diff(factor, symbol)
        if slope.is_Rational and slope != 0:
            return symbol, sp.expand(symbol - factor / slope)
    for symbol in sorted(factor.free_symbols, key=lambda s: s.name):
        rest, slope = factor.subs(symbol, 0), sp.diff(factor, symbol)
        if rest.is_Rational and rest != 0 and not slope.has(symbol):
            return symbol, -rest / slope  # x y = 1: nowhere is y zero there
    raise BorderError(f"the border {argument} = 0 is not given by one symbol in terms of the others")
