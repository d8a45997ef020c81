"""The field Q(g₁, …, gₙ) of rational functions in generators that are added as they are met.

A thin layer over python-flint's multivariate polynomials: exact, and two fractions are equal as functions of free
generators exactly when `is_zero` of their difference says so. What the generators stand for is not known here.
"""

from collections.abc import Callable

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

TERM_LIMIT = 20_000
POWER_LIMIT = 256


class TooLargeError(ValueError):
    """A polynomial would exceed the limit on terms or powers, so the question stays undecided."""


class ZeroDenominatorError(ZeroDivisionError):
    """A fraction was divided by something that is identically zero."""


class Field:
    """Generators by name, in the order in which they were first used."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._context = fmpq_mpoly_ctx.get((), Ordering.lex)

    @property
    def names(self) -> tuple[str, ...]:
        """The generators so far."""
        return tuple(self._names)

    def index(self, name: str) -> int:
        """Return the position of a generator, adding it when it is new."""
        if name not in self._names:
            self._names.append(name)
            # Positional inner names keep flint's parser out of what a generator is called.
            self._context = fmpq_mpoly_ctx.get(tuple(f"g{i}" for i in range(len(self._names))), Ordering.lex)
        return self._names.index(name)

    def generator(self, name: str) -> "Fraction":
        """Return the generator of this name as an element of the field."""
        index = self.index(name)
        return Fraction(self, self._context.gens()[index], self._context.constant(1))

    def constant(self, numerator: int, denominator: int = 1) -> "Fraction":
        """Return a rational number as an element of the field."""
        return Fraction(self, self._context.constant(fmpq(numerator, denominator)), self._context.constant(1))

    def polynomial(self, poly: fmpq_mpoly) -> "Fraction":
        """Return a polynomial as an element of the field."""
        return Fraction(self, self.lift(poly), self._context.constant(1))

    def lift(self, poly: fmpq_mpoly) -> fmpq_mpoly:
        """Bring a polynomial that was made with fewer generators into the present ring."""
        return poly if poly.context() is self._context else poly.project_to_context(self._context)

    def show(self, poly: fmpq_mpoly) -> str:
        """Write a polynomial with the generators' own names."""
        terms = []
        for exponents, coefficient in sorted(poly.to_dict().items(), reverse=True):
            factors = [
                self._names[i] if power == 1 else f"{self._names[i]}^{power}"
                for i, power in enumerate(exponents)
                if power
            ]
            number = str(coefficient)
            terms.append("*".join(([] if number == "1" and factors else [number]) + factors))
        return " + ".join(terms) or "0"


class Fraction:
    """A fraction of two polynomials, cancelled, with a denominator whose leading coefficient is 1."""

    __slots__ = ("_den", "_num", "field")

    def __init__(self, field: Field, num: fmpq_mpoly, den: fmpq_mpoly) -> None:
        if den.is_zero():
            raise ZeroDenominatorError("division by something that is identically zero")
        self.field = field
        if not den.is_constant():
            common = num.gcd(den)
            if not common.is_one():
                num, den = num / common, den / common
        leading = den.leading_coefficient()
        self._num, self._den = (num / leading, den / leading) if leading != 1 else (num, den)
        if len(self._num) > TERM_LIMIT or len(self._den) > TERM_LIMIT:
            raise TooLargeError(f"a polynomial has more than {TERM_LIMIT} terms")

    @property
    def num(self) -> fmpq_mpoly:
        """The numerator, in the present ring of the field."""
        return self.field.lift(self._num)

    @property
    def den(self) -> fmpq_mpoly:
        """The denominator, in the present ring of the field."""
        return self.field.lift(self._den)

    def __add__(self, other: "Fraction") -> "Fraction":
        return Fraction(
            self.field,
            _times(self.num, other.den) + _times(other.num, self.den),
            _times(self.den, other.den),
        )

    def __sub__(self, other: "Fraction") -> "Fraction":
        return self + Fraction(self.field, -other.num, other.den)

    def __mul__(self, other: "Fraction") -> "Fraction":
        return Fraction(self.field, _times(self.num, other.num), _times(self.den, other.den))

    def __truediv__(self, other: "Fraction") -> "Fraction":
        if other.num.is_zero():
            raise ZeroDenominatorError("division by something that is identically zero")
        return Fraction(self.field, _times(self.num, other.den), _times(self.den, other.num))

    def power(self, exponent: int) -> "Fraction":
        """Return an integer power, by squaring, within the limits."""
        if abs(exponent) > POWER_LIMIT:
            raise TooLargeError(f"a power of {exponent} exceeds the limit of {POWER_LIMIT}")
        if exponent < 0:
            return self.field.constant(1) / self.power(-exponent)
        result, base = self.field.constant(1), self
        while exponent:
            if exponent & 1:
                result = result * base
            exponent >>= 1
            if exponent:
                base = base * base
        return result

    def is_zero(self) -> bool:
        """Tell whether this is the zero function of free generators."""
        return bool(self._num.is_zero())

    def is_polynomial(self) -> bool:
        """Tell whether the denominator is 1."""
        return bool(self._den.is_one())

    def map(self, change: Callable[[fmpq_mpoly], fmpq_mpoly]) -> "Fraction":
        """Apply the same ring map to numerator and denominator."""
        return Fraction(self.field, change(self.num), change(self.den))

    def key(self) -> str:
        """Return a text that two fractions share exactly when they are equal."""
        return self.field.show(self.num) + ("" if self.is_polynomial() else f" / ({self.field.show(self.den)})")


def _times(left: fmpq_mpoly, right: fmpq_mpoly) -> fmpq_mpoly:
    if len(left) * len(right) > 50 * TERM_LIMIT:
        raise TooLargeError("a product of polynomials would be too large")
    return left * right
