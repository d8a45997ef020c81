"""Exact polynomials over Q in numbered generators: all the arithmetic that the replayer trusts.

A monomial is one whole number whose 16-bit digits are the powers of the generators, so that monomials are multiplied by
adding the numbers. A polynomial is a dictionary from monomials to coefficients that are not zero.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

Number = int | Fraction
Poly = dict[int, Number]

DIGIT = 16
GENERATORS = 400
_OVERFLOW = sum(1 << (DIGIT * g + DIGIT - 1) for g in range(GENERATORS))
_LOW = (1 << DIGIT) - 1
_BITS = 1 << 14
_POWER = 512


class RejectedError(ValueError):
    """The certificate does not show what it states; the message says why."""


class LimitError(RejectedError):
    """The certificate may be right, but replaying it exceeds a limit."""


class Work:
    """What a replay may still spend, so that a hostile certificate is refused in bounded time."""

    def __init__(self, products: int) -> None:
        self.left = products

    def spend(self, products: int) -> None:
        """Count products of terms.

        Raises
        ------
        LimitError
            It is reached.
        """
        self.left -= products
        if self.left < 0:
            raise LimitError("the certificate takes more work than the limit allows")


def constant(number: Number) -> Poly:
    """Return a constant polynomial."""
    return {0: number} if number else {}


def variable(generator: int, power: int = 1) -> Poly:
    """Return a power of one generator."""
    return {power << (DIGIT * generator): 1}


def powers(monomial: int) -> Iterator[tuple[int, int]]:
    """Yield the generators of a monomial with their powers."""
    generator = 0
    while monomial:
        power = monomial & _LOW
        if power:
            yield generator, power
        monomial >>= DIGIT
        generator += 1


def divisible(divisor: int) -> Callable[[int], bool]:
    """Return the test whether a monomial is divisible by this one."""
    parts = [(DIGIT * g, exponent) for g, exponent in powers(divisor)]
    return lambda monomial: all((monomial >> shift) & _LOW >= exponent for shift, exponent in parts)


def plus(first: Poly, second: Poly, factor: Number = 1) -> Poly:
    """Return first + factor · second."""
    result = dict(first)
    for monomial, coefficient in second.items():
        total = result.get(monomial, 0) + factor * coefficient
        if total:
            result[monomial] = total
        else:
            result.pop(monomial, None)
    return result


def times(first: Poly, second: Poly, work: Work) -> Poly:
    """Return the product.

    Raises
    ------
    LimitError
        A power, a coefficient or the work exceeds its limit.
    """
    work.spend(len(first) * len(second) + 1)
    result: Poly = {}
    for m, c in first.items():
        for n, d in second.items():
            result[m + n] = result.get(m + n, 0) + c * d
    result = {monomial: coefficient for monomial, coefficient in result.items() if coefficient}
    if any(monomial & _OVERFLOW for monomial in result):
        raise LimitError("a power is larger than the limit")
    if any(max(c.numerator.bit_length(), c.denominator.bit_length()) > _BITS for c in result.values()):
        raise LimitError("a coefficient is larger than the limit")
    return result


def power(base: Poly, exponent: int, work: Work) -> Poly:
    """Return base^exponent for a whole exponent from 0 to 512, with errors as `times`."""
    if not 0 <= exponent <= _POWER:
        raise LimitError(f"a power of {exponent} exceeds the limit of {_POWER}")
    result = constant(1)
    while exponent:
        if exponent & 1:
            result = times(result, base, work)
        exponent >>= 1
        if exponent:
            base = times(base, base, work)
    return result
