"""Finds proofs of signs: which facts, multiplied and added, show that a polynomial is positive."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from checks.certificates.algebra import Algebra, StuckError, fraction, whole_coefficients
from checks.certificates.elimination import combination
from checks.replay.case import About
from checks.replay.field import MINUS_ONE, ZERO, Value
from checks.replay.polynomials import Poly, plus, powers, times
from checks.replay.rules import Tree

_GROWING = ("log", "atan", "erf")
Terms = list[tuple[Poly, list[int]]]
Growing = int | tuple[tuple[int, int], ...]


class SplitNeededError(Exception):
    """The case must be divided by the sign of a tree."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(str(tree))
        self.tree = tree


class Form:
    """A proof of a sign: multiplier · poly = sign · Σ terms, plus what is obviously not negative."""

    def __init__(self, sign: int, strict: bool, multiplier: tuple[Poly, list[int]], terms: Terms) -> None:
        self.sign, self.strict, self.multiplier, self.terms = sign, strict, multiplier, terms


class SignSearch(Algebra):
    """A case in which signs are found from the facts."""

    def __init__(self, about: About, conditions: Sequence[Tree], path: Sequence[Tree], steps: Sequence[Any]) -> None:
        self.steps: list[Any] = []
        self._grown: set[Growing] = set()
        super().__init__(about, conditions, path, steps)

    def find_sign(self, poly: Poly, strict: bool) -> tuple[Any, ...]:
        """Return the proof of a sign, or something to learn first, or ask for a division into cases."""
        form = self.form(poly)
        if form is not None and (form.strict or not strict):
            mark = {(1, True): "+", (-1, True): "-", (1, False): ">=", (-1, False): "<="}[form.sign, form.strict]
            return mark, self.written_term(form.multiplier), tuple(map(self.written_term, form.terms))
        for what in self._growing(poly):
            self._grown.add(what)
            return "grows", what
        raise SplitNeededError(self.split_tree(poly))

    def _growing(self, poly: Poly) -> Iterator[Growing]:
        """Yield what has a sign that follows from what is known about exponents and arguments."""
        _, factors = self.to_flint(poly).factor()
        found = [_grown_from(self.from_flint(factor), self.definitions) for factor, _ in factors]
        for number in sorted({g for monomial in poly for g, _ in powers(monomial)}):
            kind = self.definitions[number][0]
            found.append(((number, 1),) if kind == "exp" else number if kind in _GROWING else None)
        for what in found:
            if what is not None and what not in self._grown:
                below = self._below(what)
                if not below or self.form(below) is not None:
                    yield what

    def _below(self, what: Growing) -> Poly:
        """Return the polynomial of which the sign is that of a product of exponentials, less 1, or of a generator."""
        if isinstance(what, tuple):
            total = ZERO
            for number, multiple in what:
                total = self.add(total, self.definitions[number][1], multiple)
            return self.signed(total)
        kind, *definition = self.definitions[what]
        return self.signed(self.add(definition[0], MINUS_ONE) if kind == "log" else definition[0])

    def form(self, poly: Poly) -> Form | None:
        """Return how the sign of a polynomial follows from the facts, or None."""
        direct = self._simple(poly)
        if direct is not None and direct.strict:
            return direct
        content, factors = self.to_flint(poly).factor()
        found = Form(1, True, ({0: 1}, []), [({0: 1}, [])])
        number = fraction(content)
        for factor, exponent in factors:
            whole, scale = whole_coefficients(self.from_flint(factor))
            part = self._simple(whole)
            if part is None:
                return direct
            number *= scale ** int(exponent)
            for _ in range(int(exponent)):
                found = self._times(found, part)
        return Form(found.sign * (1 if number > 0 else -1), found.strict, *_scaled(found, abs(number)))

    def _simple(self, poly: Poly) -> Form | None:
        """Return the sign of a polynomial that is not factored, a strict one if there is one."""
        found = self._direct(poly)
        return found if found is not None and found.strict else self._by_elimination(poly) or found

    def _times(self, first: Form, second: Form) -> Form:
        def product(one: tuple[Poly, list[int]], other: tuple[Poly, list[int]]) -> tuple[Poly, list[int]]:
            return times(one[0], other[0], self.work), [*one[1], *other[1]]

        terms = [product(a, b) for a in first.terms for b in second.terms]
        return Form(
            first.sign * second.sign,
            first.strict and second.strict,
            product(first.multiplier, second.multiplier),
            terms,
        )

    def _direct(self, poly: Poly) -> Form | None:
        """Return the sign where every term shows it, or where the polynomial is a fact or a factor of one."""
        for sign, side in ((1, poly), (-1, plus({}, poly, -1))):
            seen = self.obvious(side)
            if seen:
                whole, scale = whole_coefficients(side) if side else (side, Fraction(1))
                term = plus({}, whole, scale.numerator)
                return Form(sign, seen == "+", ({0: scale.denominator}, []), [(term, [])])
        for number, (fact, strict) in sorted(enumerate(self.facts), key=lambda pair: not pair[1][1]):
            ratio = _ratio(poly, fact)
            if ratio is not None:
                top, bottom = abs(ratio.numerator), ratio.denominator
                return Form(1 if ratio > 0 else -1, strict, ({0: bottom}, []), [({0: top}, [number])])
        for number, (fact, strict) in enumerate(self.facts):
            found = self._divided(poly, number, fact) if strict else None
            if found is not None:
                return found
        return None

    def _divided(self, poly: Poly, number: int, fact: Poly) -> Form | None:
        """From a fact poly · other > 0, where other is obvious or a fact itself."""
        quotient, rest = divmod(self.to_flint(fact), self.to_flint(poly))
        if not rest.is_zero() or quotient.is_constant():
            return None
        other, scale = whole_coefficients(self.from_flint(quotient))
        for sign, side in ((1, other), (-1, plus({}, other, -1))):
            multiplier: tuple[Poly, list[int]] | None = None
            if self.obvious(side) == "+":
                multiplier = (side, [])
            for place, (known, strict) in enumerate(self.facts):
                if strict and known == side:
                    multiplier = ({0: 1}, [place])
            if multiplier is not None:  # poly · other · scale = fact
                top, bottom = scale.numerator, scale.denominator
                return Form(sign, True, (plus({}, multiplier[0], top), multiplier[1]), [({0: bottom}, [number])])
        return None

    def _by_elimination(self, poly: Poly) -> Form | None:
        for sign, side in ((1, poly), (-1, plus({}, poly, -1))):
            for strict in (True, False):
                found = combination(side, self.facts, self.obvious, strict=strict)
                if found is not None:
                    scale, multiples = found
                    if scale == 0:
                        continue
                    rest = plus({}, side, scale)
                    for number, multiple in multiples.items():
                        rest = plus(rest, self.facts[number][0], -multiple)
                    common = lcm(*(Fraction(c).denominator for c in rest.values()))
                    terms: Terms = [({0: m * common}, [n]) for n, m in multiples.items()]
                    terms += [(plus({}, rest, common), [])] if rest else []
                    return Form(sign, strict, ({0: scale * common}, []), terms)
        return None

    def empty(self) -> bool:
        """Write a last step that shows that the facts contradict each other, if they do."""
        terms = self._contradiction()
        if terms is None:
            return False
        self.steps.append(("empty", tuple(map(self.written_term, terms))))
        return True

    def _contradiction(self) -> Terms | None:
        found = combination(None, self.facts, self.obvious, strict=True)
        if found is not None:
            return [({0: m}, [n]) for n, m in found[1].items()]
        facts = list(self.facts)
        for number, (fact, strict) in enumerate(facts):
            if not fact:
                if strict:
                    return [({0: 1}, [number])]
                continue
            self.facts[number] = ({}, False)
            form = self.form(fact)
            self.facts[number] = (fact, strict)
            if form is not None and form.sign < 0 and (strict or form.strict):
                # multiplier · fact + Σ terms = 0, all of them not negative
                return [(form.multiplier[0], [*form.multiplier[1], number]), *form.terms]
        return None

    # -- dividing into cases -------------------------------------------------------------------------

    def split_tree(self, poly: Poly) -> Tree:
        """Return the tree whose sign is wanted: a factor of the polynomial of which the sign is not known."""
        _, factors = self.to_flint(poly).factor()
        unknown = []
        for flint_factor, _ in factors:
            factor = whole_coefficients(self.from_flint(flint_factor))[0]
            form = self.form(factor)
            if form is None or not form.strict:
                unknown.append(factor)
        if not unknown:
            raise StuckError("the sign of an expression was not found")
        factor = min(unknown, key=lambda poly: (len(poly), sum(sum(p for _, p in powers(m)) for m in poly)))
        what = _grown_from(factor, self.definitions)
        below = self._below(what) if what is not None else None
        if below:
            return self.split_tree(below)
        lead = max(factor)
        return self.tree_of(Value(factor if factor[lead] > 0 else plus({}, factor, -1)))


def _ratio(first: Poly, second: Poly) -> Fraction | None:
    """Return first/second where that is a number."""
    if first.keys() != second.keys() or not first:
        return None
    ratios = {Fraction(first[m]) / Fraction(second[m]) for m in first}
    return ratios.pop() if len(ratios) == 1 else None


def _scaled(form: Form, number: Fraction) -> tuple[tuple[Poly, list[int]], Terms]:
    """Return multiplier and terms of the proof for number · poly."""
    multiplier = (plus({}, form.multiplier[0], number.denominator), form.multiplier[1])
    return multiplier, [(plus({}, poly, number.numerator), numbers) for poly, numbers in form.terms]


def _grown_from(factor: Poly, definitions: Sequence[tuple[Any, ...]]) -> Growing | None:
    """Return exponentials with a product M/N for a factor M − N, or the generator of a factor that grows."""
    terms = sorted(factor.items())
    parts = [dict(powers(monomial)) for monomial, _ in terms]
    numbers = {g for part in parts for g in part}
    if len(terms) == 2 and terms[0][1] == -terms[1][1] and all(definitions[g][0] == "exp" for g in numbers):
        return tuple((g, parts[1].get(g, 0) - parts[0].get(g, 0)) for g in sorted(numbers))
    if len(terms) == 1 and list(parts[0].values()) == [1] and definitions[min(numbers)][0] in _GROWING:
        return min(numbers)
    return None
