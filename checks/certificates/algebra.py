"""What a search needs of algebra: factors and common divisors by python-flint, and trees of what was found."""

from fractions import Fraction
from functools import cache
from math import gcd, lcm
from typing import Any

import sympy as sp
from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from checks.replay.case import Case
from checks.replay.field import Value
from checks.replay.polynomials import DIGIT, Poly, powers
from checks.replay.rules import Tree, with_indices


class StuckError(Exception):
    """The search knows no step; the reason is for people."""


class Algebra(Case):
    """A case whose polynomials can be factored and written down."""

    def factors_of(self, value: Value) -> list[tuple[Poly, int]]:
        """Return the irreducible factors of a value, prime numbers among them, with their powers."""
        num, den = self.to_flint(value.num), self.to_flint(self.product(value.den))
        common = num.gcd(den)
        found: list[tuple[Poly, int]] = []
        number = Fraction(1)
        for poly, orientation in ((num / common, 1), (den / common, -1)):
            content, factors = poly.factor()
            for factor, exponent in factors:
                scaled, scale = whole_coefficients(self.from_flint(factor))
                number *= scale ** (orientation * int(exponent))
                found.append((scaled, orientation * int(exponent)))
            number *= fraction(content) ** orientation
        primes: dict[int, int] = {}
        for part, orientation in ((number.numerator, 1), (number.denominator, -1)):
            for prime, exponent in sp.factorint(abs(part), limit=10**6).items():
                primes[int(prime)] = orientation * int(exponent)
        if number < 0:
            found.append(({0: -1}, 1))
        numbers: list[tuple[Poly, int]] = [({0: prime}, exponent) for prime, exponent in sorted(primes.items())]
        return [*numbers, *found]

    def written(self, poly: Poly) -> tuple[Any, ...]:
        """Write a polynomial as a certificate holds it."""
        if any(Fraction(c).denominator != 1 for c in poly.values()):
            raise StuckError("a polynomial of a certificate has whole coefficients")
        return tuple((int(c), *(n for part in powers(m) for n in part)) for m, c in sorted(poly.items(), reverse=True))

    def written_term(self, term: tuple[Poly, list[int]]) -> tuple[Any, ...]:
        """Write a product of a polynomial and facts as a certificate holds it."""
        return self.written(term[0]), tuple(term[1])

    def tree_of(self, value: Value) -> Tree:
        """Return a tree with this value."""
        num = self._tree_of_poly(value.num)
        if not value.den:
            return num
        parts = [("^", self._tree_of_poly(self.factors[f]), -n) for f, n in value.den.items()]
        return ("*", num, *parts)

    def _tree_of_poly(self, poly: Poly) -> Tree:
        terms = []
        for monomial, coefficient in sorted(poly.items(), reverse=True):
            parts = [self._tree_of_generator(g) if n == 1 else ("^", self._tree_of_generator(g), n)
                     for g, n in powers(monomial)]  # fmt: skip
            number = Fraction(coefficient)
            if number != 1 or not parts:
                whole = int(number) if number.denominator == 1 else ("/", number.numerator, number.denominator)
                parts.insert(0, whole)
            terms.append(parts[0] if len(parts) == 1 else ("*", *parts))
        return 0 if not terms else terms[0] if len(terms) == 1 else ("+", *terms)

    def _tree_of_generator(self, number: int) -> Tree:  # noqa: PLR0911 - one for each kind of generator
        kind, *definition = self.definitions[number]
        if kind == "symbol":
            return definition[0]
        if kind == "pi":
            return ("pi",)
        if kind == "root":
            return ("^", self.tree_of(definition[0]), ("/", 1, definition[1]))
        if kind == "sin":
            return ("sin", self.tree_of(self.definitions[definition[0]][1]))
        if kind in ("index", "entry", "delta"):
            return (kind, *definition)
        if kind == "inverse":
            return ("^", self.tree_of(definition[0]), -1)
        if kind == "sum":
            ranges, monomial = definition
            plain = {name: self._plain_name(name, size) for name, size in ranges}
            body = with_indices(self._tree_of_poly({monomial: 1}), plain)
            return ("sum", body, *(("range", plain[name], size) for name, size in ranges))
        if kind.startswith("call "):
            return ("call", kind.removeprefix("call "), self.tree_of(definition[0]))
        return (kind, *(self.tree_of(part) for part in definition))

    def _plain_name(self, name: str, size: Tree) -> str:
        """Return a name for an index that a certificate may hold."""
        plain = "s" + "".join(sign if sign.isalnum() else "_" for sign in name)
        while self.ranges.get(plain, size) != size or plain in self.scope or plain in self.symbols:
            plain += "'"
        return plain

    # -- python-flint --------------------------------------------------------------------------------

    def to_flint(self, poly: Poly) -> fmpq_mpoly:
        """Return a polynomial of python-flint in all generators so far."""
        count = max(1, len(self.definitions))
        terms = {}
        for monomial, coefficient in poly.items():
            exponents = [0] * count
            for g, exponent in powers(monomial):
                exponents[g] = exponent
            exact = Fraction(coefficient)
            terms[tuple(exponents)] = fmpq(exact.numerator, exact.denominator)
        return _context(count).from_dict(terms)

    @staticmethod
    def from_flint(poly: fmpq_mpoly) -> Poly:
        """Return a polynomial of python-flint as one of the replayer."""
        result: Poly = {}
        for exponents, coefficient in poly.to_dict().items():
            exact = fraction(coefficient)
            result[sum(int(e) << (DIGIT * g) for g, e in enumerate(exponents))] = (
                int(exact) if exact.denominator == 1 else exact
            )
        return result


@cache
def _context(count: int) -> fmpq_mpoly_ctx:
    return fmpq_mpoly_ctx.get(tuple(f"g{i}" for i in range(count)), Ordering.lex)


def fraction(number: Any) -> Fraction:
    """Return a number of python-flint as one of Python."""
    exact = fmpq(number)
    return Fraction(int(exact.p), int(exact.q))


def whole_coefficients(poly: Poly) -> tuple[Poly, Fraction]:
    """Return a polynomial with whole coefficients without a common divisor, and the number that was taken out."""
    exact = {m: Fraction(c) for m, c in poly.items()}
    below = lcm(*(c.denominator for c in exact.values()))
    above = gcd(*(int(c * below) for c in exact.values()))
    scale = Fraction(above, below)
    return {m: int(c / scale) for m, c in exact.items()}, scale
