"""Where a formula is meant to hold: a set of real values for each symbol, and conditions between symbols."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sympy as sp


@dataclass(frozen=True)
class Domain:
    """The values that the symbols of a formula may take.

    Attributes
    ----------
    ranges:
        For each symbol the set of its real values: `Reals`, an `Interval`, a `FiniteSet`, `Integers` or `Naturals`.
    conditions:
        Relations between symbols that hold besides, such as x > y.
    """

    ranges: Mapping[sp.Symbol, sp.Set] = field(default_factory=dict)
    conditions: tuple[sp.Basic, ...] = ()

    def range_of(self, symbol: sp.Symbol) -> sp.Set:
        """Return the set of values of a symbol; one that was not declared has those of its SymPy assumptions."""
        return self.ranges.get(symbol) or _assumed(symbol)

    def positive_facts(self) -> tuple[sp.Expr, ...]:
        """Return expressions that are positive everywhere in the domain, read off its strict bounds."""
        facts: list[sp.Expr] = []
        for symbol, values in self.ranges.items():
            if isinstance(values, sp.Interval):
                if values.start.is_finite and (values.left_open or values.start > 0):
                    facts.append(symbol - values.start if values.left_open else symbol)
                if values.end.is_finite and values.right_open:
                    facts.append(values.end - symbol)
            elif values in (sp.S.Naturals,):
                facts.append(symbol)
        for condition in self.conditions:
            if isinstance(condition, sp.StrictGreaterThan):
                facts.append(condition.lhs - condition.rhs)
            elif isinstance(condition, sp.StrictLessThan):
                facts.append(condition.rhs - condition.lhs)
        return tuple(facts)

    def restricted(self, *conditions: sp.Basic) -> "Domain":
        """Return the domain with further conditions."""
        return Domain(self.ranges, (*self.conditions, *conditions))

    def describe(self, symbols: Iterable[sp.Symbol]) -> str:
        """Say in words what values the given symbols may take, for instance `y in {0, 1}, 0 < ŷ < 1, z real`."""
        parts = [_membership(symbol, self.range_of(symbol)) for symbol in sorted(symbols, key=lambda s: s.name)]
        return ", ".join([*parts, *(str(condition) for condition in self.conditions if condition != sp.true)])


def _assumed(symbol: sp.Symbol) -> sp.Set:
    if symbol.is_integer:
        return sp.S.Naturals if symbol.is_positive else sp.S.Integers
    return sp.Interval.open(0, sp.oo) if symbol.is_positive else sp.S.Reals


def _membership(symbol: sp.Symbol, values: sp.Set) -> str:
    if values == sp.S.Reals:
        return f"{symbol} real"
    if values in (sp.S.Integers, sp.S.Naturals):
        return f"{symbol} {'integer' if values == sp.S.Integers else 'a positive integer'}"
    if isinstance(values, sp.FiniteSet):
        return f"{symbol} in {{{', '.join(str(value) for value in sorted(values))}}}"
    if isinstance(values, sp.Interval):
        low = "" if values.start == -sp.oo else f"{values.start} {'<' if values.left_open else '<='} "
        high = "" if values.end == sp.oo else f" {'<' if values.right_open else '<='} {values.end}"
        return f"{low}{symbol}{high}"
    return f"{symbol} in {values}"
