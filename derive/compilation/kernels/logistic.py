"""Functions of the logistic family: slopes of SiLU, residuals of a sigmoid neuron."""

from typing import Any

import numpy as np

from derive.compilation.floats import (
    Floats,
    divided,
    is_binary,
    one_plus_squared,
    product_error,
    replaced,
    sum_error,
    where,
    with_sign_of,
)
from derive.compilation.kernels.rounded import times_exp

SILU_ZERO = (1.2784645427610737, 1.0946994183093437e-16)
SILU_WEIGHT = 0.2784645427610738
"""x σ(x) has its minimum at −1 − w, where w e^w = 1/e; the first is 1 + w in two parts, the second w."""
TINY = 1e-270
"""Below this a factor loses digits in products with others."""


def silu_slope(u: Floats) -> Floats:
    """Return f(u) = σ(u)(1 + u σ(−u)), by f(−a) = (1 − a + e^(−a)) / (e^a + 2 + e^(−a)) and f(a) = 1 − f(−a).

    What the roundings leave out is put in where the quotient is taken; close to its zero the numerator is written so
    that no two terms cancel, and where e^(−a) is almost subnormal f(−a) is (1 − a) e^(−a).
    """
    size = np.abs(u)
    a = np.minimum(size, 700)
    small = np.exp(-a)
    shifted = 1 - a
    top = shifted + small
    top_lacks = small - (top - shifted)
    top_lacks += (1 - shifted) - a
    slope = _over_twice_cosh(top, top_lacks, a, small)
    slope = replaced(slope, (a > 1) & (a < 1.75), _silu_slope_near_zero, a)
    if not np.max(size, initial=0.0) <= 700:
        slope = replaced(slope, size > 700, lambda v: times_exp(1 - v, -v), size)
    above = np.asarray(u > 0).astype(np.float64)
    return np.asarray(above + with_sign_of(0.5 - above, slope))


def _silu_slope_near_zero(a: Floats) -> Floats:
    """Return f(−a) for a near its zero a₀: with d = a − a₀ the numerator is w expm1(−d) − d."""
    small = np.exp(-a)
    d = a - SILU_ZERO[0]
    curved = SILU_WEIGHT * np.expm1(-d)
    top = curved - d
    top_lacks = curved - (top + d)
    top_lacks += SILU_ZERO[1] * (1 + small)
    return _over_twice_cosh(top, top_lacks, a, small)


def _over_twice_cosh(top: Any, top_lacks: Any, a: Any, small: Any) -> Floats:
    """Return (top + top_lacks) / (e^a + 2 + e^(−a)), with the last given as small; a from 0 to 700."""
    large = np.exp(a)
    ends = small + 2
    bottom = large + ends
    ends -= bottom - large  # what the sum lacks
    quotient, rest = divided(top, bottom, ends, top_lacks)
    return np.asarray(quotient + rest)


def residual_slope(p: Any, label: Floats, u: Floats, error: Any = None) -> Floats:
    """Return p (σ(u + error) − l) σ′(u + error), exact in what is not an exponential.

    With t = e^(−|u|) it is p (r t + s t²)/(1 + t)³, where (r, s) is (−l, 1 − l) for u < 0 and (1 − l, −l) for u ≥ 0.
    """
    with np.errstate(all="ignore"):
        v = -np.abs(u)
        t, square = np.exp(v), np.exp(v + v)
        below = np.asarray(u < 0).astype(np.float64)
        still, moving = (1 - label) - below, below - label
        moved, resting = moving * square, still * t
        falling = resting + moved
        correction: Any = None
        if is_binary(label):  # one of the two terms is zero
            share = np.abs(moving)
        else:
            share = moved / falling
            correction = (sum_error(resting, moved, falling) + product_error(still, t, resting)) / falling
        bottom, bottom_lacks = one_plus_squared(t, square)
        total, part = 1 + t, t * bottom
        cube = bottom + part
        bottom_lacks = (part - (cube - bottom)) + bottom_lacks * total
        exponent: Any = None
        if error is not None:
            exponent = (below + below - 1) * error
            bottom_lacks = bottom_lacks - exponent * ((share + 1) - 3 * t / total) * cube
        if correction is not None:
            bottom_lacks = bottom_lacks - cube * correction
        top = p * falling
        result, rest = divided(top, cube, bottom_lacks)
        if not isinstance(p, int):
            rest = rest + product_error(p, falling, top) / cube
        result = np.asarray(result + rest)
        if not np.min(v, initial=0.0) >= -300:  # also where one is not a number
            twice = np.equal(still, 0)
            factor, times = p * np.where(twice, moving, still), np.where(twice, 2.0, 1.0)
            low = times_exp(factor, times * v, None if exponent is None else times * exponent)
            result = np.where(v < -300, low, result)
        tiny = np.abs(p) < TINY
        if np.any(tiny) and np.any(tiny & (p != 0)):  # products with p are subnormal
            raised = residual_slope(np.where(tiny, p * 2.0**300, 1), label, u, error)
            result = np.where(tiny, raised * 2.0**-300, result)
    return np.asarray(result)


def residual_square(label: Floats, u: Floats, error: Any = None) -> Floats:
    """Return (σ(u + error) − l)², exact in what is not an exponential; r, s and t as in residual_slope."""
    with np.errstate(all="ignore"):
        v = -np.abs(u)
        t, square = np.exp(v), np.exp(v + v)
        below = np.asarray(u < 0).astype(np.float64)
        moving = below - label
        if is_binary(label):
            share = np.abs(moving)
            top = share * square + (1 - share)
        else:
            still = (1 - label) - below
            residual = still + moving * t
            share = moving * t / residual
            top = where(np.equal(still, 0), moving * moving * square, residual * residual)
        bottom, bottom_lacks = one_plus_squared(t, square)
        if error is not None:
            bottom_lacks = bottom_lacks + (2 - 4 * below) * error * (share - t / (1 + t)) * bottom
        result, rest = divided(top, bottom, bottom_lacks)
        result = np.asarray(result + rest)
        if not np.isfinite(np.sum(result)):  # u is not finite, or what it lacks
            result = np.where(np.isfinite(result), result, ((1 - label) - below + moving * t) ** 2 / bottom)
        return result
