"""Values of formulas as fractions of polynomials, and signs with their proofs.

All that is said here holds at each point of one case at which both formulas are defined: there every generator is a
real number, every relation and every fact holds, and no denominator is zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any

from checks.replay.data import listed, whole_numbers
from checks.replay.polynomials import (
    GENERATORS,
    LimitError,
    Number,
    Poly,
    RejectedError,
    Work,
    constant,
    divisible,
    plus,
    power,
    powers,
    times,
    variable,
)


class UndefinedError(Exception):
    """One of the formulas has no value at any point of this case, so there is nothing to show in it."""


@dataclass(frozen=True)
class Value:
    """A numerator over powers of numbered factors, none of which is zero where the formulas are defined."""

    num: Poly
    den: dict[int, int] = field(default_factory=dict)


ZERO, ONE, MINUS_ONE = Value({}), Value(constant(1)), Value(constant(-1))
Ask = Callable[..., Sequence[Any]]


class Field:
    """Generators, relations between them, and fractions of polynomials in them."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.definitions: list[tuple[Any, ...]] = []
        self.relations: list[tuple[int, Poly]] = []
        self.factors: list[Poly] = []
        self._numbers: dict[Any, int] = {}

    def ask(self, kind: str, *context: Any) -> Sequence[Any]:
        """Return the next step of the certificate, which must be of this kind."""
        raise NotImplementedError

    # -- generators and relations ------------------------------------------------------------------

    def generator(self, kind: str, *definition: Any) -> int:
        """Return the number of the generator with this definition, a new one if there is none yet."""
        key = (kind, *(_key(part) if isinstance(part, Value) else part for part in definition))
        if key not in self._numbers:
            if len(self.definitions) >= GENERATORS:
                raise LimitError(f"there are more than {GENERATORS} generators")
            self._numbers[key] = len(self.definitions)
            self.definitions.append((kind, *definition))
            self.work.spend(1)
        return self._numbers[key]

    def reduced(self, poly: Poly) -> Poly:
        """Replace the leading monomial of each relation by what it is equal to, the newest relation first."""
        for lead, value in reversed(self.relations):
            has_it = divisible(lead)
            while found := {m - lead: c for m, c in poly.items() if has_it(m)}:
                self.work.spend(8 + 4 * len(poly))
                rest = {m: c for m, c in poly.items() if not has_it(m)}
                poly = plus(rest, times(found, value, self.work))
            self.work.spend(1 + len(poly) // 4)
        return poly

    # -- fractions ---------------------------------------------------------------------------------

    def over(self, poly: Poly) -> dict[int, int]:
        """Return a polynomial as powers of numbered factors: a number, generators, and the rest."""
        whole = all(isinstance(c, int) for c in poly.values())
        content = gcd(*map(int, poly.values())) if whole else 1
        monomial = next(iter(poly)) if len(poly) == 1 else 0
        found = {self._factor(variable(g)): exponent for g, exponent in powers(monomial)}
        rest = {m - monomial: c // content if whole else c for m, c in poly.items()}
        for part in (constant(content), rest):
            if part != constant(1):
                found[self._factor(part)] = 1
        return found

    def _factor(self, poly: Poly) -> int:
        key = ("factor", frozenset(poly.items()))
        if key not in self._numbers:
            self._numbers[key] = len(self.factors)
            self.factors.append(poly)
        return self._numbers[key]

    def product(self, factors: dict[int, int]) -> Poly:
        """Return a product of factors, multiplied out."""
        result = constant(1)
        for number, exponent in factors.items():
            result = times(result, power(self.factors[number], exponent, self.work), self.work)
        return result

    def add(self, first: Value, second: Value, factor: Number = 1) -> Value:
        """Return first + factor · second over a common denominator."""
        common = {f: max(first.den.get(f, 0), second.den.get(f, 0)) for f in {**first.den, **second.den}}
        left, right = (
            times(value.num, self.product({f: n - value.den.get(f, 0) for f, n in common.items()}), self.work)
            for value in (first, second)
        )
        return self._plain(plus(left, right, factor), common)

    def multiply(self, first: Value, second: Value) -> Value:
        """Return the product."""
        den = {f: first.den.get(f, 0) + second.den.get(f, 0) for f in {**first.den, **second.den}}
        return self._plain(times(first.num, second.num, self.work), den)

    def inverse(self, value: Value) -> Value:
        """Return 1/value; where a formula says 1/u it is defined only where u is not zero."""
        num = self.reduced(value.num)
        if not num:
            raise UndefinedError
        return self._plain(self.product(value.den), self.over(num))

    def raised(self, value: Value, exponent: int) -> Value:
        """Return a whole power."""
        if exponent < 0:
            value, exponent = self.inverse(value), -exponent
        num = power(value.num, exponent, self.work)
        return self._plain(num, {f: n * exponent for f, n in value.den.items()})

    def _plain(self, num: Poly, den: dict[int, int]) -> Value:
        """Reduce the numerator and cancel generators that stand above and below."""
        num = self.reduced(num)
        if not num:
            return ZERO
        left: dict[int, int] = {}
        for number, exponent in den.items():
            factor = self.factors[number]
            (lead, coefficient), *more = factor.items()
            left[number] = exponent
            while left[number] and not more and coefficient == 1 and all(map(divisible(lead), num)):
                num = {m - lead: c for m, c in num.items()}
                left[number] -= 1
        return Value(num, {number: exponent for number, exponent in left.items() if exponent})

    def same(self, first: Value, second: Value) -> bool:
        """Tell whether two values are equal as fractions, modulo the relations."""
        return not self.reduced(self.add(first, second, -1).num)

    # -- what a certificate holds ------------------------------------------------------------------

    def poly(self, data: Any) -> Poly:
        """Read a polynomial, a list of [coefficient, generator, power, generator, power, …]."""
        result: Poly = {}
        for term in listed(data):
            coefficient, *rest = whole_numbers(term)
            monomial = constant(coefficient)
            if len(rest) % 2:
                raise RejectedError("a term of a polynomial has another form")
            for g, exponent in zip(rest[::2], rest[1::2], strict=True):
                if not (0 <= g < len(self.definitions) and exponent > 0):
                    raise RejectedError(f"a polynomial names a generator {g} that there is not")
                monomial = times(monomial, power(variable(g), exponent, self.work), self.work)
            result = plus(result, monomial)
        return result


def _key(value: Value) -> Any:
    return frozenset(value.num.items()), frozenset(value.den.items())
