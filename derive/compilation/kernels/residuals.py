"""Square and slope of the residual σ(u) − l of a sigmoid neuron, for a rounded u and what it lacks.

For labels 0 and 1 nothing cancels: with s = 1 − 2l and v = s u the residual is s σ(v), its square σ(v)² and the product
with σ′ is s σ(v)² σ(−v). With t = e^(−|u|) both are 1, t or t² over a power of 1 + t, where t² is an exponential by
itself: a square of t would have twice its error. The power is found as an exact product of few bits and the rest, so
that the quotient is a long division and the result rounded once.
"""

from typing import Any

import numpy as np

from derive.compilation.floats import (
    Floats,
    divided,
    high,
    is_binary,
    long_division,
    minus_size,
    one_plus,
    one_plus_squared,
    one_plus_twice,
    product_error,
    sum_error,
    where,
)
from derive.compilation.kernels.rounded import times_exp

TINY = 1e-270
"""Below this a factor loses digits in products with others."""


def residual_square(label: Floats, u: Floats, error: Any = None) -> Floats:
    """Return (σ(u + error) − l)², exact in what is not an exponential."""
    with np.errstate(all="ignore"):
        label, u = _of_one_shape(label, u)
        result = (_binary_square if is_binary(label) else _square)(label, u, error)
        if np.isnan(np.min(result, initial=1.0)):  # u is not finite, or what it lacks
            t, below = np.exp(-np.abs(u)), np.asarray(u < 0).astype(np.float64)
            plain = (((1 - label) - below + (below - label) * t) / (1 + t)) ** 2
            result = np.where(np.isnan(result), plain, result)
        return result


def residual_slope(p: Any, label: Floats, u: Floats, error: Any = None) -> Floats:
    """Return p (σ(u + error) − l) σ′(u + error), exact in what is not an exponential."""
    with np.errstate(all="ignore"):
        p, label, u = _of_one_shape(p, label, u)
        result = (_binary_slope if is_binary(label) else _slope)(p, label, u, error)
        v = minus_size(u)
        if not np.min(v, initial=0.0) >= -300:  # also where one is not a number
            below = np.asarray(u < 0).astype(np.float64)
            still, moving = (1 - label) - below, below - label
            twice = np.equal(still, 0)
            factor, times = p * np.where(twice, moving, still), np.where(twice, 2.0, 1.0)
            lacking = None if error is None else times * (below + below - 1) * error
            result = np.where(v < -300, times_exp(factor, times * v, lacking), result)
        tiny = np.abs(p) < TINY
        if np.any(tiny) and np.any(tiny & (p != 0)):  # products with p are subnormal
            raised = residual_slope(np.where(tiny, p * 2.0**300, 1), label, u, error)
            result = np.where(tiny, raised * 2.0**-300, result)
    return np.asarray(result)


def _of_one_shape(*arrays: Any) -> Any:
    """Return arrays that broadcast with one shape, but single numbers other than the last as they are."""
    shape = np.broadcast_shapes(*map(np.shape, arrays))
    *others, last = (array if np.ndim(array) == 0 else np.broadcast_to(array, shape) for array in arrays)
    return *others, np.broadcast_to(last, shape) if shape else last


def _binary_square(label: Floats, u: Floats, error: Any) -> Floats:
    """Return σ(v)², which is t²/(1 + t)² or 1/(1 + t)², for labels 0 and 1."""
    t, square, below = _powers(u)
    bottom, bottom_rest = one_plus_twice(t, square, 27)
    share = np.abs(below - label)
    top = 1 - share
    share *= square
    top += share
    first, low = long_division(top, bottom, bottom_rest)
    if error is not None:
        low -= change(u, 1.0, 1 - 2 * label, error) * first
    low += first
    return np.asarray(low)


def _binary_slope(p: Any, label: Floats, u: Floats, error: Any) -> Floats:
    """Return p s σ(v)² σ(−v), which is ± p t²/(1 + t)³ or ± p t/(1 + t)³, for labels 0 and 1."""
    t, square, below = _powers(u)
    twice, twice_rest = one_plus_twice(t, square, 13)
    bottom, bottom_rest = one_plus(t, 13)
    bottom_rest *= twice
    bottom *= twice
    twice_rest += twice_rest * t
    bottom_rest += twice_rest
    top = below - label
    top *= square
    half = 0.5 - label
    below -= 0.5
    below -= half
    below *= t
    top -= below
    first, low = long_division(top, bottom, bottom_rest)
    if error is not None:
        low -= change(u, 1.5, half, error) * first
    if isinstance(p, int):
        low += first
        return np.asarray(low if p == 1 else p * low)
    upper = high(p)
    low *= p
    low += (p - upper) * first
    first *= upper
    low += first
    return np.asarray(low)


def _powers(u: Any) -> tuple[Any, Any, Any]:
    """Return t = e^(−|u|), e^(−2|u|) by itself, and 1 where u < 0."""
    v = minus_size(u)
    t = np.exp(v)
    v += v
    return t, np.exp(v), np.asarray(u < 0).astype(np.float64)


def change(u: Any, times: float, less: Any, error: Any) -> Any:
    """Return (times · tanh(u/2) − less) · error to seven digits."""
    half = np.tanh(np.asarray(u, np.float32) * np.float32(0.5))
    half *= np.float32(times)
    factor = np.asarray(half, np.float64)
    factor -= less
    factor *= error
    return factor


def _slope(p: Any, label: Floats, u: Floats, error: Any) -> Floats:
    """Return the slope for any label, by terms that may cancel between 0 and 1.

    With t = e^(−|u|) it is p (r t + q t²)/(1 + t)³, where (r, q) is (−l, 1 − l) for u < 0 and (1 − l, −l) for u ≥ 0.
    """
    v = -np.abs(u)
    t, square = np.exp(v), np.exp(v + v)
    below = np.asarray(u < 0).astype(np.float64)
    still, moving = (1 - label) - below, below - label
    moved, resting = moving * square, still * t
    falling = resting + moved
    correction = (sum_error(resting, moved, falling) + product_error(still, t, resting)) / falling
    bottom, bottom_lacks = one_plus_squared(t, square)
    total, part = 1 + t, t * bottom
    cube = bottom + part
    bottom_lacks = (part - (cube - bottom)) + bottom_lacks * total
    if error is not None:
        exponent = (below + below - 1) * error
        bottom_lacks = bottom_lacks - exponent * ((moved / falling + 1) - 3 * t / total) * cube
    bottom_lacks = bottom_lacks - cube * correction
    top = p * falling
    result, rest = divided(top, cube, bottom_lacks)
    if not isinstance(p, int):
        rest = rest + product_error(p, falling, top) / cube
    return np.asarray(result + rest)


def _square(label: Floats, u: Floats, error: Any) -> Floats:
    """Return the square for any label; r, q and t as in _slope."""
    v = -np.abs(u)
    t, square = np.exp(v), np.exp(v + v)
    below = np.asarray(u < 0).astype(np.float64)
    moving = below - label
    still = (1 - label) - below
    residual = still + moving * t
    share = moving * t / residual
    top = where(np.equal(still, 0), moving * moving * square, residual * residual)
    bottom, bottom_lacks = one_plus_squared(t, square)
    if error is not None:
        bottom_lacks = bottom_lacks + (2 - 4 * below) * error * (share - t / (1 + t)) * bottom
    result, rest = divided(top, bottom, bottom_lacks)
    return np.asarray(result + rest)
