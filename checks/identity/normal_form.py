"""A normal form: a formula as a rational function over Q of generators that are treated as free variables.

Each rewriting used here is a true identity of real functions in the stated domain, so a difference whose normal form is
zero is zero: the form can only prove. It is complete for rational functions of symbols and of exponentials, because
exponents are written over monomials, which are linearly independent over Q (then the exponentials are algebraically
independent, by Ax's theorem); sine and cosine are reduced by s² + c² = 1, radicals by r^q = f.
"""

from collections.abc import Callable, Iterable
from math import lcm

import sympy as sp
from flint import fmpq, fmpq_mpoly
from sympy.core.function import AppliedUndef

from checks.identity.field import Field, Fraction, TooLargeError, ZeroDenominatorError
from derive.functions import sigma, softplus

MULTIPLE_ANGLE_LIMIT = 24


class OutsideTheProcedureError(ValueError):
    """The formula holds something that this procedure does not know; the question stays undecided."""


class _FinerRootNeededError(Exception):
    """A generator e^(b/q) or r = f^(1/q) was made too coarse; conversion starts again with the finer one."""


class NormalForm:
    """Converts formulas into one common field.

    Parameters
    ----------
    positive:
        Expressions that are positive everywhere in the domain; logarithms and roots are split only over what these, and
        positivity of all terms, allow.
    """

    def __init__(self, positive: Iterable[sp.Expr] = ()) -> None:
        self._facts = tuple(positive)
        self._fineness: dict[str, int] = {}
        self._start()

    def _start(self) -> None:
        self.field = Field()
        self._positive_generators: set[int] = set()
        self._known_positive: list[fmpq_mpoly] = []
        self._logarithm_of: dict[int, Fraction] = {}
        self._exponent_of: dict[int, Fraction] = {}
        self._root_of: dict[int, tuple[Fraction, int]] = {}
        self._in_use: set[str] = set()
        self._relations: list[tuple[int, int, Callable[[], Fraction]]] = []
        self._related: set[int] = set()
        self.rewritings: dict[str, None] = {}
        self.conditions: dict[str, None] = {}
        for fact in self._facts:
            if fact.is_Symbol:
                self._positive_generators.add(self.field.index(str(fact)))
            try:
                value = self._convert(fact)
            except _FinerRootNeededError:
                self._start()
                return
            except (OutsideTheProcedureError, TooLargeError, ZeroDenominatorError):
                continue  # what cannot be written as a polynomial is not known to be positive
            if value.is_polynomial():
                self._known_positive.append(value.num)

    def convert(self, *formulas: sp.Expr) -> list[Fraction]:
        """Return the normal form of each formula, reduced by the relations between the generators.

        Raises
        ------
        OutsideTheProcedureError
            A function or construct that is not in the procedure.
        TooLargeError, ZeroDenominatorError
            A limit was reached; a formula divides by zero identically.
        """
        for _ in range(16):
            try:
                fractions = [self._convert(formula) for formula in formulas]
                return [self._reduced(fraction) for fraction in fractions]
            except _FinerRootNeededError:
                self._start()
        raise OutsideTheProcedureError("the exponents have no common denominator within reach")

    def equal(self, left: sp.Expr, right: sp.Expr) -> bool:
        """Tell whether the difference of two formulas has the normal form zero; errors as `convert`."""
        first, second = self.convert(left, right)
        return self._reduced(first - second).is_zero()

    def contradictory(self, facts: Iterable[sp.Expr]) -> bool:
        """Tell whether one of the facts, each said to be positive, is known to be negative in this domain."""
        for fact in facts:
            try:
                value = self.convert(fact)[0]
            except (OutsideTheProcedureError, TooLargeError, ZeroDenominatorError):
                continue
            if self._sign(value.num) * self._sign(value.den) == -1:
                return True
        return False

    # -- the tree ----------------------------------------------------------------------------------

    def _convert(self, node: sp.Expr) -> Fraction:  # noqa: PLR0911 - one line for each kind of node
        if node.is_Rational:
            return self.field.constant(int(node.p), int(node.q))
        if node.is_Add:
            return _fold([self._convert(term) for term in node.args], lambda a, b: a + b)
        if node.is_Mul:
            return _fold([self._convert(factor) for factor in node.args], lambda a, b: a * b)
        if isinstance(node, sp.exp) or node is sp.E:
            return self._exponential(self._convert(sp.S.One if node is sp.E else node.exp))
        if node.is_Pow:
            return self._power(node)
        if node.is_Symbol or isinstance(node, (sp.Indexed, sp.Sum, sp.KroneckerDelta)) or node is sp.pi:
            index = self.field.index(str(node))
            if node.is_positive:
                self._positive_generators.add(index)
            return self.field.generator(str(node))
        if isinstance(node, AppliedUndef) or getattr(node.func, "is_general", False):
            arguments = ", ".join(self._reduced(self._convert(argument)).key() for argument in node.args)
            return self.field.generator(f"{node.func.__name__}({arguments})")
        return self._function(node)

    def _function(self, node: sp.Expr) -> Fraction:
        if isinstance(node, (sigma, softplus)):
            self._note(f"{node.func.__name__}(u) = {node.func.definition(node.func(sp.Symbol('u')))}")
            return self._convert(node.definition())
        if isinstance(node, (sp.sinh, sp.cosh, sp.tanh, sp.coth, sp.sech, sp.csch)):
            self._note(f"{node.func.__name__}(u) by e^u")
            return self._convert(node.rewrite(sp.exp))
        if isinstance(node, sp.log):
            return self._logarithm(self._convert(node.args[0]))
        if isinstance(node, (sp.sin, sp.cos)):
            cosine, sine = self._angle(self._convert(node.args[0]))
            return sine if isinstance(node, sp.sin) else cosine
        if isinstance(node, (sp.tan, sp.cot, sp.sec, sp.csc)):
            return self._convert(node.rewrite(sp.cos, sp.sin) if isinstance(node, sp.sec) else node.rewrite(sp.sin))
        if isinstance(node, (sp.erf, sp.atan)):
            self._note(f"{node.func.__name__} kept whole")
            return self.field.generator(f"{node.func.__name__}({self._reduced(self._convert(node.args[0])).key()})")
        raise OutsideTheProcedureError(f"{node.func.__name__} is not in the procedure")

    def _note(self, rewriting: str) -> None:
        self.rewritings.setdefault(rewriting)

    # -- powers and roots --------------------------------------------------------------------------

    def _power(self, node: sp.Expr) -> Fraction:
        base, exponent = node.base, node.exp
        if exponent.is_Integer:
            value = self._convert(base)
            if exponent < 0:
                self._note_division(value)
            return value.power(int(exponent))
        if exponent.is_Rational:
            return self._root(self._convert(base), int(exponent.p), int(exponent.q))
        value = self._convert(base)
        if self._sign(value.num) * self._sign(value.den) != 1:
            raise OutsideTheProcedureError(f"{base} to a symbolic power needs a base that is known to be positive")
        return self._exponential(self._convert(exponent) * self._logarithm(value))

    def _note_division(self, value: Fraction) -> None:
        if not self._sign(value.num):
            self.conditions.setdefault(f"{self.field.show(value.num)} != 0")

    def _root(self, value: Fraction, p: int, q: int) -> Fraction:
        """Return value^(p/q) over one root generator for each irreducible factor, all of which must be positive."""
        result, sign = self.field.constant(1), 1
        for poly, orientation in ((value.num, 1), (value.den, -1)):
            content, factors = poly.factor()
            sign *= 1 if content > 0 else -1
            for prime, power in _primes(abs(content)):
                root = self._root_generator(self.field.constant(prime), f"{prime}", q)
                result = result * root.power(p * power * orientation)
            for factor, power in factors:
                piece = self.field.lift(factor)
                known = self._sign(piece)
                sign *= known ** int(power)
                base = self.field.polynomial(piece * (known or 1))
                result = result * self._root_generator(base, base.key(), q).power(p * int(power) * orientation)
        if sign != 1:
            raise OutsideTheProcedureError("a root of something that is not known to be positive")
        return result

    def _root_generator(self, base: Fraction, key: str, q: int) -> Fraction:
        """Return base^(1/q) as a power of the finest root of this base that is in use."""
        name = f"root of ({key})"
        fineness = self._finer(name, q)
        index = self.field.index(f"({key})^(1/{fineness})")
        self._positive_generators.add(index)
        self._root_of[index] = (base, fineness)
        if index not in self._related:
            self._related.add(index)
            self._relations.append((index, fineness, lambda: base))
            self._note(f"r^{fineness} = {key} for the root r of {key} > 0")
        return self.field.generator(f"({key})^(1/{fineness})").power(fineness // q)

    def _finer(self, name: str, q: int) -> int:
        before = self._fineness.get(name, 1)
        after = lcm(before, q)
        self._fineness[name] = after
        if after != before and name in self._in_use:
            raise _FinerRootNeededError
        self._in_use.add(name)
        return after

    # -- exponentials, logarithms, angles ----------------------------------------------------------

    def _exponential(self, exponent: Fraction) -> Fraction:
        """Return e^exponent as a product of generators e^(monomial/q)."""
        result = self.field.constant(1)
        for basis, coefficient in self._over_monomials(exponent):
            single = self._single_generator(basis)
            if single in self._logarithm_of and coefficient.q == 1:  # e^(n ln f) = f^n
                result = result * self._logarithm_of[single].power(int(coefficient.p))
                continue
            key = basis.key()
            fineness = self._finer(f"e^[{key}]", int(coefficient.q))
            name = f"e^({key})" if fineness == 1 else f"e^(({key})/{fineness})"
            index = self.field.index(name)
            self._positive_generators.add(index)
            self._exponent_of[index] = basis * self.field.constant(1, fineness)
            self._note("e^(a+b) = e^a e^b, e^(na) = (e^a)^n")
            result = result * self.field.generator(name).power(int(coefficient.p) * (fineness // int(coefficient.q)))
        return result

    def _over_monomials(self, value: Fraction) -> list[tuple[Fraction, fmpq]]:
        """Write a fraction as Σ coefficient · (monomial / denominator); the monomials are independent over Q."""
        value = self._reduced(value)
        context = value.num.context()
        denominator = Fraction(self.field, value.den, context.constant(1))
        parts = []
        for exponents, coefficient in value.num.to_dict().items():
            monomial = Fraction(self.field, context.from_dict({exponents: 1}), context.constant(1))
            parts.append((monomial / denominator, fmpq(coefficient)))
        return parts

    def _single_generator(self, value: Fraction) -> int | None:
        if not value.is_polynomial() or len(value.num) != 1 or value.num.total_degree() != 1:
            return None
        exponents = next(iter(value.num.to_dict()))
        return list(exponents).index(1) if value.num.leading_coefficient() == 1 else None

    def _logarithm(self, value: Fraction) -> Fraction:
        """Return ln(value), split over the factors that are known to be positive."""
        value = self._reduced(value)
        result = self.field.constant(0)
        unknown, sign = self.field.constant(1), 1
        for poly, orientation in ((value.num, 1), (value.den, -1)):
            content, factors = poly.factor()
            sign *= -1 if content < 0 else 1
            for prime, power in _primes(abs(content)):
                logarithm = self._logarithm_generator(self.field.constant(prime))
                result = result + logarithm * self.field.constant(power * orientation)
            for factor, power in factors:
                piece, times = self.field.lift(factor), int(power)
                known = self._sign(piece)
                if known == 0:
                    unknown = unknown * self.field.polynomial(piece).power(times * orientation)
                    continue
                sign *= known**times
                logarithm = self._logarithm_of_positive(piece * known)
                result = result + logarithm * self.field.constant(times * orientation)
        unknown = unknown * self.field.constant(sign)
        if not (unknown.num.is_constant() and unknown.den.is_constant()):
            # The whole is positive where the formula is defined, and so is every factor split off above.
            self.conditions.setdefault(f"{unknown.key()} > 0")
            return result + self._logarithm_generator(unknown)
        if sign < 0:
            raise OutsideTheProcedureError("a logarithm of something negative")
        return result

    def _logarithm_of_positive(self, piece: fmpq_mpoly) -> Fraction:
        self._note("ln(ab) = ln a + ln b for a, b > 0")
        base = self.field.polynomial(piece)
        single = self._single_generator(base)
        if single in self._exponent_of:
            return self._exponent_of[single]
        if single in self._root_of:
            radicand, degree = self._root_of[single]
            self._note("ln(f^(1/q)) = ln(f)/q for f > 0")
            return self._logarithm(radicand) * self.field.constant(1, degree)
        return self._logarithm_generator(base)

    def _logarithm_generator(self, base: Fraction) -> Fraction:
        name = f"ln({base.key()})"
        self._logarithm_of[self.field.index(name)] = base
        return self.field.generator(name)

    def _angle(self, value: Fraction) -> tuple[Fraction, Fraction]:
        """Return (cos, sin) of a sum of angles, by the addition theorems over one pair for each monomial."""
        cosine, sine = self.field.constant(1), self.field.constant(0)
        for basis, coefficient in self._over_monomials(value):
            key = basis.key()
            fineness = self._finer(f"angle [{key}]", int(coefficient.q))
            multiple = int(coefficient.p) * (fineness // int(coefficient.q))
            if abs(multiple) > MULTIPLE_ANGLE_LIMIT:
                raise TooLargeError(f"an angle multiple of {multiple} exceeds {MULTIPLE_ANGLE_LIMIT}")
            name = f"({key})" if fineness == 1 else f"(({key})/{fineness})"
            c, s = self.field.generator(f"cos{name}"), self.field.generator(f"sin{name}")
            index = self.field.index(f"sin{name}")
            if index not in self._related:
                self._related.add(index)
                self._relations.append((index, 2, lambda c=c: self.field.constant(1) - c * c))  # type: ignore[misc]
                self._note("sin² + cos² = 1, addition theorems")
            if multiple < 0:
                s = self.field.constant(-1) * s
            for _ in range(abs(multiple)):
                cosine, sine = cosine * c - sine * s, sine * c + cosine * s
        return cosine, sine

    # -- signs and relations -----------------------------------------------------------------------

    def _sign(self, poly: fmpq_mpoly) -> int:
        """Return 1 or −1 when the polynomial is known to be positive or negative in the domain, else 0."""
        poly = self.field.lift(poly)
        if poly.is_zero():
            return 0
        direct = self._sign_by_terms(poly)
        if direct:
            return direct
        content, factors = poly.factor()
        result = 1 if content > 0 else -1
        for factor, power in factors:
            result *= self._sign_by_terms(self.field.lift(factor)) ** int(power)
        return result

    def _sign_by_terms(self, poly: fmpq_mpoly) -> int:
        for orientation in (1, -1):
            oriented = poly * orientation
            if self._all_terms_positive(oriented) or any(
                (oriented / oriented.leading_coefficient() - fact / fact.leading_coefficient()).is_zero()
                and oriented.leading_coefficient() * fact.leading_coefficient() > 0
                for fact in map(self.field.lift, self._known_positive)
            ):
                return orientation
        return 0

    def _all_terms_positive(self, poly: fmpq_mpoly) -> bool:
        strictly = False
        for exponents, coefficient in poly.to_dict().items():
            odd = [i for i, power in enumerate(exponents) if power % 2 and i not in self._positive_generators]
            if coefficient < 0 or odd:
                return False
            strictly |= all(i in self._positive_generators for i, power in enumerate(exponents) if power)
        return strictly

    def _reduced(self, fraction: Fraction) -> Fraction:
        """Replace g^q by its value for each related generator, newest first."""
        for index, power, value in reversed(self._relations):
            replacement = value()
            degree = max(fraction.num.degrees()[index], fraction.den.degrees()[index])
            if degree < power:
                continue
            num = self._replace_power(fraction.num, index, power, replacement)
            den = self._replace_power(fraction.den, index, power, replacement)
            fraction = num / den
        return fraction

    def _replace_power(self, poly: fmpq_mpoly, index: int, power: int, value: Fraction) -> Fraction:
        context = poly.context()
        by_quotient: dict[int, dict[tuple[int, ...], fmpq]] = {}
        for exponents, coefficient in poly.to_dict().items():
            quotient, rest = divmod(int(exponents[index]), power)
            kept = (*exponents[:index], rest, *exponents[index + 1 :])
            by_quotient.setdefault(quotient, {})[kept] = coefficient
        result = self.field.constant(0)
        for quotient, terms in by_quotient.items():
            result = result + self.field.polynomial(context.from_dict(terms)) * value.power(quotient)
        return result


def _fold(values: list[Fraction], combine: Callable[[Fraction, Fraction], Fraction]) -> Fraction:
    result = values[0]
    for value in values[1:]:
        result = combine(result, value)
    return result


def _primes(number: fmpq) -> list[tuple[int, int]]:
    """Return the prime factorisation of a positive rational number, with negative powers for the denominator."""
    number = fmpq(number)
    found = {}
    for part, orientation in ((int(number.p), 1), (int(number.q), -1)):
        for prime, power in sp.factorint(part, limit=10**6).items():
            found[int(prime)] = orientation * int(power)
    return sorted(found.items())
