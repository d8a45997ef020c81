"""e^(−c u²) for a power of two c, alone and beside a polynomial, with the exact square in the exponent.

Rounding u² alone would cost u² units: hundreds where e^(−u²) is small. With u² = s + r, where s is the rounded square,
the factor e^(−cr) = 1 − cr comes last, so that only the exponential and one or two products are rounded.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.compilation.floats import EXP_SHIFT, SHIFT, Floats, high, replaced, sum_error

FAR = 700.0
"""Beyond e^(−700) a factor is kept back: the exponential alone would be subnormal where its product is not."""
NOTHING = 4096.0
"""e^(−4096) is 0 beside every factor that is met here; a larger exponent need not be told apart."""


def gaussian(u: Floats, c: float = 1) -> Floats:
    """Return e^(−c u²)."""
    exponent, lacking = _exponent(_cut(u, c), c)
    result = np.exp(-exponent)
    lacking *= result
    result -= lacking
    return np.asarray(result)


def times_gaussian(u: Floats, c: float = 1) -> Floats:
    """Return u e^(−c u²)."""
    u = _cut(u, c)
    exponent, lacking = _exponent(u, c)
    result = np.exp(-exponent)
    result *= u
    lacking *= result
    result -= lacking
    return _far_replaced(result, exponent, u, lambda v: _far_gaussian(v, v, c))


def quadratic_gaussian(a: float, b: float, u: Floats, c: float = 1) -> Floats:
    """Return (a + b u²) e^(−c u²) for whole a and a power of two b, exact in what the bracket lacks."""
    u = _cut(u, c)
    exponent, lacking = _exponent(u, c)
    curved = exponent * (b / c)
    bracket = curved + a
    bracket_lacks = sum_error(curved, a, bracket)
    bracket_lacks += lacking * (b / c)
    power = np.exp(-exponent)
    result = bracket * power
    bracket_lacks *= power
    lacking *= result
    bracket_lacks -= lacking
    result += bracket_lacks
    return _far_replaced(result, exponent, u, lambda v: _far_gaussian(a + b * v * v, v, c))


def _cut(u: Floats, c: float) -> Any:
    """Return u, cut off where e^(−c u²) is 0, so that nothing overflows."""
    largest = np.sqrt(NOTHING / c)
    return np.clip(u, -largest, largest)


def _exponent(u: Floats, c: float) -> tuple[Any, Any]:
    """Return c u² rounded and what that lacks."""
    square = u * u
    upper = high(u)
    lacking = u - upper
    lacking *= u + upper
    upper *= upper
    upper -= square
    lacking += upper
    if c != 1:
        square *= c
        lacking *= c
    return square, lacking


def _far_replaced(result: Any, exponent: Any, u: Any, function: Callable[[Floats], Floats]) -> Floats:
    """Return the result, and function(u) where the exponential is close to subnormal."""
    if np.max(exponent, initial=0.0) <= FAR:  # not so where one is not a number
        return np.asarray(result)
    return replaced(result, exponent > FAR, function, u)


def _far_gaussian(p: Floats, u: Floats, c: float) -> Floats:
    """Return p e^(−c u²) for c u² > 700 as two normal factors, by the square of the upper half of u, which is exact."""
    upper = high(u)
    power = np.exp(SHIFT - c * upper * upper) * np.exp(c * (upper - u) * (upper + u))
    return np.asarray(p * EXP_SHIFT * power)
