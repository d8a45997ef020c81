"""Sine and cosine of a rounded angle and what it lacks; large angles are reduced in whole numbers."""

import math
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from derive.compilation.floats import Floats
from derive.compilation.kernels.rounded import rounding


def sin(v: Floats, *terms: tuple[Any, ...]) -> Floats:
    """Return sin(Σ terms), where v is that sum rounded, or overflowed; the terms as in `rounding`."""
    return _turned(v, terms, np.sin, np.cos, 1)


def cos(v: Floats, *terms: tuple[Any, ...]) -> Floats:
    """Return cos(Σ terms), where v is that sum rounded, or overflowed; the terms as in `rounding`."""
    return _turned(v, terms, np.cos, np.sin, -1)


def _turned(v: Floats, terms: tuple[tuple[Any, ...], ...], function: Any, other: Any, sign: int) -> Floats:
    """Return value + sign·error·other(v), other(v) short up to 1000; beyond 2²⁶ angle by angle in whole numbers."""
    with np.errstate(all="ignore"):
        value, error = function(v), rounding(v, *terms)
        if np.max(v, initial=0.0) <= 1000 and np.min(v, initial=0.0) >= -1000:
            change = error * np.asarray(other(np.asarray(v, np.float32)), np.float64)
            return np.asarray(value + change if sign == 1 else value - change)
        size = np.abs(v)
        result = np.asarray(value + sign * error * other(v))
        spread = np.broadcast_arrays(v, *(factor for term in terms for factor in term))[1:]
        for place in np.argwhere(size > 2.0**26):
            parts = iter([Fraction(float(part[tuple(place)])) for part in spread])
            exactly = sum(math.prod(next(parts) for _ in term) for term in terms)
            angle, low = reduced(exactly)
            result[tuple(place)] = function(angle) + sign * low * other(angle)
    return result


PI_BITS = 2400


def reduced(*parts: float | Fraction) -> tuple[float, float]:
    """Return the sum of the parts modulo 2π in (−π, π], as a float and what it lacks, by whole numbers of 2400 bits."""
    scale = 1 << PI_BITS
    turn = 2 * _pi()
    exact = sum((scale * n // d for n, d in (part.as_integer_ratio() for part in parts)), 0) % turn
    exact = exact - turn if 2 * exact > turn else exact
    near = float(Fraction(exact, scale))
    return near, float(Fraction(exact, scale) - Fraction(near))


@cache
def _pi() -> int:
    """Return π·2²⁴⁰⁰, cut off: Machin's formula 16 arctan(1/5) − 4 arctan(1/239)."""

    def arctan_of_inverse(n: int) -> int:
        term = total = (1 << (PI_BITS + 64)) // n
        k = 1
        while term:
            term //= -n * n
            k += 2
            total += term // k
        return total

    return (16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)) >> 64
