"""The slope of the sigmoid, and that of SiLU, which has a zero."""

from typing import Any

import numpy as np

from derive.compilation.floats import (
    Floats,
    high,
    long_division,
    minus_size,
    one_plus,
    one_plus_twice,
    replaced,
)
from derive.compilation.kernels.residuals import change
from derive.compilation.kernels.rounded import times_exp

SILU_ZERO = (1.2784645427610737, 1.0946994183093437e-16)
SILU_WEIGHT = 0.2784645427610738
"""x σ(x) has its minimum at −1 − w, where w e^w = 1/e; the first is 1 + w in two parts, the second w."""


def sigma_slope(u: Floats, error: Any = 0, factor: int = 1, out: Any = None) -> Floats:
    """Return factor·σ′(u + error) = factor·t/(1 + t)² with t = e^(−|u|), exact in what is not an exponential.

    The bottom is found as a float of few bits and the rest, so that the quotient is rounded once; where t is almost
    subnormal the product with the factor is not. Written to `out` where that is given.
    """
    with np.errstate(all="ignore"):
        below = minus_size(u)
        t = np.exp(below)
        first, low = long_division(t, *one_plus_twice(t, t * t, 27))
        if not isinstance(error, int):
            correction = change(u, 1.0, 0.0, error)
            correction *= first
            low -= np.where(np.isfinite(correction), correction, 0.0)  # u overflowed: the slope is 0 there
        if factor != 1:
            first *= factor
            low *= factor
        result = np.asarray(np.add(first, low, out=out))
        if factor != 1 and not np.min(below, initial=0.0) >= -700:
            lacks = np.broadcast_to(-np.sign(u) * error, np.shape(below))
            result = replaced(result, below < -700, lambda v, e: times_exp(factor, v, e), below, lacks)
    return result


def silu_slope(u: Floats, out: Any = None) -> Floats:
    """Return f(u) = σ(u)(1 + u σ(−u)), by f(−a) = t (1 − a + t) / (1 + t)² with t = e^(−a), and f(a) = 1 − f(−a).

    What the roundings leave out is put in where the quotient is taken; close to its zero the numerator is written so
    that no two terms cancel, and where e^(−a) is almost subnormal f(−a) is (1 − a) e^(−a).
    Written to `out` where that is given.
    """
    below = size = minus_size(u)
    far = not np.min(size, initial=0.0) >= -700
    if far:
        below = np.maximum(size, -700)
    t = np.exp(below)
    shifted = 1 + below
    top = shifted + t
    top_lacks = 1 - shifted
    top_lacks += below
    shifted -= top
    shifted += t
    top_lacks += shifted
    slope = _times_over_square(top, top_lacks, t)
    slope = replaced(slope, (below < -1.1) & (below > -1.42), _silu_slope_near_zero, below)
    if far:
        slope = replaced(slope, size < -700, lambda v: times_exp(1 + v, v), size)
    above = np.asarray(u > 0).astype(np.float64)
    slope *= 1 - 2 * above
    return np.asarray(np.add(slope, above, out=out))


def _silu_slope_near_zero(below: Floats) -> Floats:
    """Return f(−a) for −a near its zero −a₀: with d = a − a₀ the numerator is w expm1(−d) − d."""
    t = np.exp(below)
    d = -below - SILU_ZERO[0]
    curved = SILU_WEIGHT * np.expm1(-d)
    top = curved - d
    top_lacks = curved - (top + d)
    top_lacks += SILU_ZERO[1] * (1 + t)
    return _times_over_square(top, top_lacks, t)


def _times_over_square(top: Any, top_lacks: Any, t: Any) -> Floats:
    """Return t (top + top_lacks) / (1 + t)²; top and t change."""
    short, rest = one_plus(t, 13)
    bottom_rest = short + short
    bottom_rest += rest
    bottom_rest *= rest
    short *= short
    first, low = long_division(top, short, bottom_rest, top_lacks)
    upper = high(t)
    low *= t
    t -= upper
    t *= first
    low += t
    first *= upper
    low += first
    return np.asarray(low)
