"""Logarithms near 1 and weighted by labels: ln cosh, cross-entropies and divergences."""

from typing import Any

import numpy as np

from derive.compilation.floats import Floats, divided, high, is_binary, polynomial, product_error, replaced, sum_error

LOG_2 = (0.6931471805599453, 2.3190468138462996e-17)
LOG_2_SHORT, LOG_2_REST = 0.6931471805592082, 7.371002565167799e-13
"""ln 2 to 40 bits, and the rest."""
LOG_COSH = (
    *(-0.16666666666666666, 0.0444444444444361, -0.013492063491349075, 0.004373897683226897, -0.0014772055037840198),
    *(0.0005131568389691944, -0.00018195096393525353, 6.543485997685698e-05, -2.3547133985743693e-05),
    *(8.077855289856512e-06, -2.2942921876620028e-06, 3.7854713811087683e-07),
)
"""Q in ln cosh x = x²/2 (1 + x² Q(x²)) for |x| ≤ 3/4, interpolated in 300-bit arithmetic, right to 3e−17."""


E_SHORT = 2.7182817459106445
E_REST = 3.0367859981727844e-08
"""e to 22 bits, and 1 − ln of that."""
FEW = 1e-290


def log_cosh(u: Floats) -> Floats:
    """Return ln cosh u = |u| − ln 2 + log1p(e^(−2|u|)), and near 0, where that cancels, u²/2 (1 + u² Q(u²))."""
    a = np.abs(u)
    return replaced((a - LOG_2[0]) + np.log1p(np.exp(-(a + a))), a < 0.75, _log_cosh_near, u)


def _log_cosh_near(u: Floats) -> Floats:
    square = u * u
    half = 0.5 * square
    return half + half * (square * polynomial(square, LOG_COSH))


def bce_slope(y: Any, prediction: Any, out: Any = None) -> Floats:
    """Return (ŷ − y)/(ŷ (1 − ŷ)), and at 0/0 what is left without the term of weight zero: −1 at ŷ = y = 1, 1 at 0.

    For labels 0 and 1 that is 1/((1 − y) − ŷ), written to `out` where that is given.
    """
    with np.errstate(all="ignore"):
        if is_binary(y):
            bottom = 1 - y
            if np.shape(bottom) == np.shape(prediction):
                bottom -= prediction
            else:
                bottom = bottom - prediction
            return np.asarray(np.divide(1, bottom, out=out))
        other = 1 - prediction
        bottom = prediction * other
        bottom_lacks = product_error(prediction, other, bottom) + prediction * ((1 - other) - prediction)
        top = prediction - y
        first, rest = divided(top, bottom, bottom_lacks)
        result = np.asarray(first + (rest + sum_error(prediction, -y, top) / bottom))
        plain = top / bottom
        result = np.where(np.isfinite(result), result, plain)
        absent = (prediction == y) & ((prediction == 0) | (prediction == 1))
        return np.where(absent, 1 - 2 * prediction, result)


def xlogy(a: Any, v: Any) -> Floats:
    """Return a ln v, and 0 where a = 0 whatever v ≥ 0 is."""
    return _weighted_by(a, v, np.log)


def xlog1py(a: Any, v: Any) -> Floats:
    """Return a ln(1 + v), and 0 where a = 0 whatever v ≥ −1 is."""
    return _weighted_by(a, v, np.log1p)


def _weighted_by(a: Any, v: Any, logarithm: Any) -> Floats:
    with np.errstate(all="ignore"):
        result = np.asarray(a * logarithm(v))
        return np.where(np.equal(a, 0), 0.0, result) if np.isnan(np.min(result, initial=0.0)) else result


def log_ratio(y: Floats, p: Floats, k: int) -> Floats:
    """Return k + ln(y/p) for y/p > 0 and k = 0 or 1."""
    with np.errstate(all="ignore"):
        logarithm, lacking = _log_ratio(y, p, k)
        return np.asarray(logarithm + lacking)


def _log_ratio(y: Any, p: Any, k: int) -> tuple[Any, Any]:
    """Return ln of a rounded quotient, and k + ln(y/p) less that: what the quotient lacks is found exactly.

    For k = 1 the quotient is that of c y and p with a short c near e, so that its logarithm is small where the sum is.
    """
    top = y * E_SHORT if k else y
    ratio = top / p
    upper, p_upper = high(ratio), high(p)
    rest = top - upper * p_upper
    rest -= upper * (p - p_upper)
    rest -= (ratio - upper) * p
    if k:
        y_upper = high(y)
        rest += (y_upper * E_SHORT - top) + (y - y_upper) * E_SHORT
    rest /= top
    (low, p_low), (large, p_large) = ((f(top, initial=1.0), f(p, initial=1.0)) for f in (np.min, np.max))
    if min(low, p_low) > FEW and max(large, p_large) < min(1.0, low, p_low) / FEW:
        return np.log(ratio), rest + E_REST if k else rest
    return _log_ratio_far(y, p, k)


def _log_ratio_far(y: Any, p: Any, k: int) -> tuple[Any, Any]:
    """Do the same where a product on the way would overflow or be subnormal: by fractions and exponents."""
    (top, up), (bottom, down) = np.frexp(y), np.frexp(p)
    steps = np.asarray(up - down, np.float64)
    near = np.where(np.abs(steps) < 4, steps, 0.0)  # else the sum is far from its zero
    ordinary = np.isfinite(top / bottom) & (top / bottom > 0)
    here, lacking = _log_ratio(np.where(ordinary, top, 0.5) * 2.0**near, np.where(ordinary, bottom, 0.5), k)
    distance = steps - near
    far = distance * LOG_2_SHORT
    total = far + here
    lacking = sum_error(far, here, total) + (lacking + distance * LOG_2_REST)
    return np.where(ordinary, total, np.log(y / p)), np.where(ordinary, lacking, 0.0)


def weighted_log_ratio(y: Floats, p: Floats) -> Floats:
    """Return y ln(y/p) for y/p > 0, and 0 where y = 0."""
    with np.errstate(all="ignore"):
        none = np.equal(y, 0)
        if none.any():
            return np.where(none, 0.0, weighted_log_ratio(np.where(none, 1.0, y), np.where(none, 1.0, p)))
        ratio, lacking = _log_ratio(y, p, 0)
        result = np.asarray(y * ratio)
        better = result + (product_error(y, ratio, result) + y * lacking)
        return np.where(np.isfinite(better), better, result) if np.isnan(np.min(better, initial=0.0)) else better
