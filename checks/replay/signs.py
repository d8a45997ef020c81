"""Signs: what is known to be positive in a case, and proofs that something else is."""

from typing import Any

from checks.replay.data import listed, pair, whole_numbers
from checks.replay.field import Field, Value
from checks.replay.polynomials import LimitError, Poly, RejectedError, Work, plus, powers, times

FACTS = 4_000


class Signs(Field):
    """Facts about the signs of polynomials in the generators."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.facts: list[tuple[Poly, bool]] = []
        self.positive: set[int] = set()
        self.nonnegative: set[int] = set()
        self.everywhere = False  # True: it is to be shown that the formulas are defined, not taken for granted

    def inverse(self, value: Value) -> Value:
        """Return 1/value, which is defined only where the value is not zero."""
        if self.everywhere and self.reduced(value.num):
            self.sign(Value(value.num))
        return super().inverse(value)

    def signed(self, value: Value) -> Poly:
        """Return a polynomial of the same sign: the numerator times the factors below of odd power."""
        odd = {f: 1 for f, exponent in value.den.items() if exponent % 2}
        return self.reduced(times(value.num, self.product(odd), self.work))

    def fact(self, poly: Poly, *, strict: bool) -> None:
        """Note that a polynomial is positive (or, if not strict, not negative)."""
        if len(self.facts) >= FACTS:
            raise LimitError(f"there are more than {FACTS} facts")
        self.facts.append((poly, strict))
        ((lead, coefficient), *more) = poly.items() or ((0, 0),)
        single = list(powers(lead))
        if not more and coefficient > 0 and len(single) == 1 and single[0][1] % 2:
            (self.positive if strict else self.nonnegative).add(single[0][0])

    def obvious(self, poly: Poly) -> str:
        """Return `+` or `>=` where every term shows by itself that the polynomial is positive, or not negative."""
        strictly = False
        for monomial, coefficient in poly.items():
            if coefficient < 0:
                return ""
            term = True
            for g, exponent in powers(monomial):
                if g not in self.positive:
                    if exponent % 2 and g not in self.nonnegative:
                        return ""
                    term = False
            strictly |= term
        return "+" if strictly else ">="

    def sign(self, value: Value, *, strict: bool = True) -> str:
        """Return the sign of a value, one of + - 0 >= <=; with `strict` the first three only.

        Raises
        ------
        RejectedError
            The certificate does not show it.
        """
        poly = self.signed(value)
        if not poly:
            return "0"
        for mark, weak, side in (("+", ">=", poly), ("-", "<=", plus({}, poly, -1))):
            seen = self.obvious(side)
            if seen == "+" or (seen and not strict):
                return mark if seen == "+" else weak
        while True:
            mark, *proof = self.ask("sign", poly, strict)
            if mark == "grows":
                self.grows(*proof)
                continue
            if mark not in (("+", "-") if strict else ("+", "-", ">=", "<=")):
                raise RejectedError("a sign is needed that the certificate does not give")
            claim = poly if mark in ("+", ">=") else plus({}, poly, -1)
            self.combination(claim, *proof, strict=mark in ("+", "-"))
            return str(mark)

    def combination(self, claim: Poly, *proof: Any, strict: bool) -> None:
        """Check that claim · (what is positive) is a sum of products, none of them negative, and what is left is not.

        A product is a pair: a polynomial of which every term shows that it is not negative, and numbers of facts.
        """
        if len(proof) != 2:
            raise RejectedError("the proof of a sign has another form")
        multiplier, positive = self._product(proof[0])
        if not positive:
            raise RejectedError("a sign is divided by something that may be zero")
        rest, certain = times(claim, multiplier, self.work), False
        for term in listed(proof[1]):
            product, positive = self._product(term)
            certain |= positive
            rest = plus(rest, product, -1)
        seen = self.obvious(self.reduced(rest))
        if not seen or (strict and not certain and seen != "+"):
            raise RejectedError("the facts do not add up to the sign that is claimed")

    def _product(self, term: Any) -> tuple[Poly, bool]:
        """Return a product of what is not negative, and whether it is positive."""
        factor, numbers = pair(term)
        product = self.poly(factor)
        seen = self.obvious(product)
        if not seen:
            raise RejectedError("a factor in the proof of a sign may be negative")
        positive = seen == "+"
        for number in whole_numbers(numbers):
            if not 0 <= number < len(self.facts):
                raise RejectedError(f"there is no fact {number}")
            poly, strict = self.facts[number]
            positive &= strict
            product = times(product, poly, self.work)
        return product, positive

    def grows(self, *step: Any) -> None:
        """Learn from a function that grows: e^u > 1 where u > 0, ln u > 0 where u > 1, arctan u > 0 where u > 0."""
        raise NotImplementedError
