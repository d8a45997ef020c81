"""Array functions that neither NumPy nor SciPy has with all digits kept; compiled source calls them `stable`."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from derive.compilation.floats import EXP_SHIFT, SHIFT, Floats, polynomial, product, square_error, where
from derive.compilation.normal import gelu, gelu_slope, normal_cdf

__all__ = ["gelu", "gelu_slope", "normal_cdf", "where"]  # and what follows


def log_softmax(Z: Floats, axis: int) -> Floats:
    """Return ln softmax(Z) along an axis, shape of Z.

    It is z − top − log1p(Σ e^(z − top) over the others), so that ln p keeps its digits where p rounds to 1
    (scipy.special.log_softmax does not).
    """
    _, rest, _ = _weights(Z, axis)
    return np.asarray((Z - Z.max(axis=axis, keepdims=True)) - np.log1p(rest))


def softmax(Z: Floats, axis: int) -> Floats:
    """Return softmax(Z) along an axis, shape of Z, each probability to a few units in its own last place."""
    weights, rest, _ = _weights(Z, axis)
    return weights / (1 + rest)


def softmax_minus(Z: Floats, Y: npt.ArrayLike, axis: int) -> Floats:
    """Return softmax(Z) − Y as p (1 − y) − y (1 − p), where 1 − p is the sum of the other probabilities.

    Z and Y broadcast. Nothing cancels at y = 0 and y = 1, so that p − 1 keeps its digits where p rounds to 1.
    """
    weights, rest, place = _weights(Z, axis)
    total = 1 + rest
    others = total - weights
    np.put_along_axis(others, place, rest, axis=axis)
    labels = np.asarray(Y, dtype=float)
    return np.asarray((weights * (1 - labels) - labels * others) / total)


def _weights(Z: Floats, axis: int) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    """Return e^(z − top), the sum of these without the top itself (axis kept), and the place of the (first) top."""
    place = np.expand_dims(Z.argmax(axis=axis), axis)
    top = np.take_along_axis(Z, place, axis=axis)
    below = Z - top
    # The rounding error of z − top, exactly (Knuth's TwoSum): without it e^(−700) would be off by 700 roundings.
    back = below + top
    with np.errstate(invalid="ignore"):
        error = (Z - back) + (-top - (below - back))
    error[~np.isfinite(error)] = 0  # z − top overflowed, and e^(z − top) is 0
    weights = np.exp(below)
    weights += weights * error
    others = weights.copy()
    np.put_along_axis(others, place, 0, axis=axis)
    return weights, others.sum(axis=axis, keepdims=True), place


def windows(
    X: Floats, axes: Sequence[int], steps: Sequence[int], sizes: Sequence[int], starts: Sequence[int]
) -> Floats:
    """Return the read-only view V[t₀, t₁, …] = X[…, starts[d] + Σ steps[m]·t_m over the m with axes[m] = d, …].

    Raises
    ------
    ValueError
        An index would leave X.
    """
    low, high = list(starts), list(starts)
    for axis, step, size in zip(axes, steps, sizes, strict=True):
        low[axis] += min(0, step * (size - 1))
        high[axis] += max(0, step * (size - 1))
    for axis, length in enumerate(X.shape):
        if low[axis] < 0 or high[axis] >= length:
            raise ValueError(f"indices {low[axis]}…{high[axis]} leave axis {axis}, which has {length} elements")
    corner = X[tuple(slice(start, None) for start in starts)]
    strides = [step * X.strides[axis] for axis, step in zip(axes, steps, strict=True)]
    return np.lib.stride_tricks.as_strided(corner, shape=tuple(sizes), strides=strides, writeable=False)


# --- functions of a rounded argument and what it lacks ---------------------------------------------------------------


def rounding(value: Floats, *terms: tuple[Any, ...]) -> Floats:
    """Return Σ terms − value: what value, the rounded sum, lacks.

    A term is (a,), (a, b) or, for c·a², (c, a, a). The errors of products and sums are found exactly (Dekker, Knuth);
    where the sum overflows the result is not a number.
    """
    with np.errstate(all="ignore"):
        total, lacking = _term(*terms[0])
        for term in terms[1:]:
            rounded, low = _term(*term)
            before, total = total, total + rounded
            back = total - before
            lacking = lacking + (low + ((before - (total - back)) + (rounded - back)))
        return np.asarray((total - value) + lacking)


def _term(*factors: Any) -> tuple[Any, Any]:
    if len(factors) == 1:
        return np.float64(factors[0]) if isinstance(factors[0], (int, float)) else factors[0], 0.0
    if len(factors) == 3:
        c, a, _ = factors
        square = a * a
        return c * square, c * square_error(a, square)
    return product(*factors)


def exp(v: Floats, error: Floats) -> Floats:
    """Return e^(v + error), error far below 1."""
    return _corrected(np.exp(v), error)


def _corrected(result: Floats, error: Floats) -> Floats:
    """Return result·(1 + error); the result itself where it is infinite or the error is not known."""
    with np.errstate(all="ignore"):
        better = np.asarray(result + result * error)
        if not np.isfinite(better.sum()):
            better = np.where(np.isfinite(better), better, result)
    return better


def sin(v: Floats, error: Floats) -> Floats:
    """Return sin(v + error), where error is at most half a unit in the last place of v."""
    return _turned(v, error, np.sin(v), np.cos, 1)


def cos(v: Floats, error: Floats) -> Floats:
    """Return cos(v + error), where error is at most half a unit in the last place of v."""
    return _turned(v, error, np.cos(v), np.sin, -1)


def _turned(v: Floats, error: Floats, value: Floats, other: Any, sign: int) -> Floats:
    """Return value + sign·error·other(v), other(v) short up to 1000; beyond 2²⁶ angle by angle in whole numbers."""
    with np.errstate(all="ignore"):
        result = np.asarray(value + sign * error * other(np.float32(v)))
        size = np.abs(v)
        if (size > 1000).any():
            result = np.where(size > 1000, value + sign * error * other(v), result)
            far = (size > 2.0**26) & np.isfinite(error)
            function = np.sin if sign == 1 else np.cos
            for place in np.argwhere(far):
                angle, low = reduced(float(v[tuple(place)]), float(error[tuple(place)]))
                result[tuple(place)] = function(angle) + sign * low * other(angle)
    return result


PI_BITS = 2400


def reduced(angle: float, error: float) -> tuple[float, float]:
    """Return angle + error modulo 2π in (−π, π], as a float and what it lacks, by whole numbers of 2400 bits."""
    scale = 1 << PI_BITS
    turn = 2 * _pi()
    exact = sum((scale * n // d for n, d in (angle.as_integer_ratio(), error.as_integer_ratio())), 0) % turn
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


def square(v: Floats, error: Floats) -> Floats:
    """Return (v + error)², error far below v."""
    plain = np.asarray(v * v)
    with np.errstate(all="ignore"):
        better = plain + 2 * v * error
        return better if np.isfinite(better.sum()) else np.where(np.isfinite(better), better, plain)


def times_exp(p: Any, v: Floats, error: Any = 0.0) -> Floats:
    """Return p·e^(v + error), p and v broadcast; where e^v would be subnormal, by two normal factors."""
    with np.errstate(all="ignore"):
        result = np.asarray(p * np.exp(v))
        low = v < -708
        if low.any():
            small = p * EXP_SHIFT * np.exp(np.minimum(v + SHIFT, 0))
            # A polynomial p that overflowed does not matter beside e^(−10⁵).
            result = np.where(low, np.where(v < -1e5, 0.0, small), result)
    return result if isinstance(error, float) else _corrected(result, np.asarray(error))


def quotient(p: Any, v: Floats, error: Any = 0.0) -> Floats:
    """Return p / (1 + e^(v + error)), p and v broadcast."""
    power = np.exp(v)
    if not isinstance(error, float):
        power = _corrected(power, np.asarray(error))
    result = np.asarray(p / (1 + power))
    large = v > 708
    if large.any():
        back = error if isinstance(error, float) else -np.asarray(error)
        result = np.where(large, times_exp(p, np.minimum(-v, 0), back), result)
    return result


# --- activations and losses ------------------------------------------------------------------------------------------

SILU_ZERO = (1.2784645427610737, 1.0946994183093437e-16)
SILU_WEIGHT = 0.2784645427610738
"""x σ(x) has its minimum at −1 − w, where w e^w = 1/e; the first is 1 + w in two parts, the second w."""
LOG_2 = (0.6931471805599453, 2.3190468138462996e-17)
LOG_COSH = (
    *(-0.16666666666666666, 0.0444444444444361, -0.013492063491349075, 0.004373897683226897, -0.0014772055037840198),
    *(0.0005131568389691944, -0.00018195096393525353, 6.543485997685698e-05, -2.3547133985743693e-05),
    *(8.077855289856512e-06, -2.2942921876620028e-06, 3.7854713811087683e-07),
)
"""Q in ln cosh x = x²/2 (1 + x² Q(x²)) for |x| ≤ 3/4, interpolated in 300-bit arithmetic, right to 3e−17."""


E = (2.718281828459045, 1.4456468917292502e-16)
FEW = 1e-300


def silu_slope(u: Floats, error: Any = 0.0) -> Floats:
    """Return f(u) = σ(u)(1 + u σ(−u)), by f(−a) = e^(−a) (1 − a + e^(−a)) / (1 + e^(−a))².

    Around its zero a₀ the bracket is written w expm1(−d) − d with d = a − a₀, where no two terms cancel. For u > 0
    it is 1 − f(−u). What the roundings leave out is put in at the end, at once.
    """
    a = np.abs(u)
    t = np.exp(-a)
    below, square, correction = _one_plus(t)
    one = 1 - a
    bracket = one + t
    back = bracket - one
    lacking = (one - (bracket - back)) + (t - back)
    behind = one - 1
    lacking += (1 - (one - behind)) - (a + behind)
    rounded = a - SILU_ZERO[0]
    d = rounded - SILU_ZERO[1]
    near = (a > 1) & (a < 1.75)
    bracket = where(near, SILU_WEIGHT * np.expm1(-d) - d, bracket)
    lacking = where(near, ((d - rounded) + SILU_ZERO[1]) * below, lacking)
    slope = t * bracket / square
    slope += slope * (lacking / bracket - correction)
    if (a > 700).any():
        slope = np.where(a > 700, times_exp(bracket, -a), slope)
    return where(u < 0, slope, 1 - slope)


def _one_plus(t: Floats) -> tuple[Floats, Floats, Floats]:
    """Return 1 + t, its square, and what the square lacks of (1 + t)², relative, for 0 ≤ t ≤ 1."""
    total = 1 + t
    square = total * total
    return total, square, 2 * ((t - (total - 1)) / total) + square_error(total, square) / square


def residual_slope(p: Any, label: Floats, u: Floats, error: Any = 0.0) -> Floats:
    """Return p (σ(u + error) − l) σ′(u + error), exact in what is not an exponential.

    With t = e^(−|u|) it is p (r t + s t²)/(1 + t)³, where (r, s) is (−l, 1 − l) for u < 0 and (1 − l, −l) for u ≥ 0.
    """
    with np.errstate(all="ignore"):
        v = -np.abs(u)
        t = np.exp(v)
        still, moving = _residual(label, u)
        moved = moving * np.exp(2 * v)
        falling, lacking = still * t + moved, 0.0
        if ((still != 0) & (moving != 0)).any():  # for labels 0 and 1 the sum has one term
            resting, low = product(still, t)
            back = falling - resting
            lacking = ((resting - (falling - back)) + (moved - back) + low) / falling
        below, square, correction = _one_plus(t)
        cube, first = product(square, below)
        top, second = product(p, falling)
        result = np.asarray(top / cube)
        correction = lacking + second / top - first / cube - correction - (t - (below - 1)) / below
        exponent = 0.0 if isinstance(error, float) else -np.sign(u) * error
        if not isinstance(error, float):
            correction += exponent * (moved / falling + 1 - 3 * t / below)
        result = _corrected(result, correction)
        tiny = np.abs(falling) < 1e-270
        if tiny.any():
            twice = np.equal(still, 0)
            factor, times = p * np.where(twice, moving, still), np.where(twice, 2.0, 1.0)
            result = np.where(tiny, times_exp(factor, times * v, np.asarray(times * exponent)), result)
    return result


def residual_square(label: Floats, u: Floats, error: Any = 0.0) -> Floats:
    """Return (σ(u + error) − l)², exact in what is not an exponential; r, s and t as in residual_slope."""
    with np.errstate(all="ignore"):
        v = -np.abs(u)
        t = np.exp(v)
        still, moving = _residual(label, u)
        below, square, correction = _one_plus(t)
        residual = still + moving * t
        top = where(np.equal(still, 0), moving * moving * np.exp(2 * v), residual * residual)
        result = np.asarray(top / square)
        correction = -correction
        if not isinstance(error, float):
            correction -= 2 * np.sign(u) * error * (moving * t / residual - t / below)
        return _corrected(result, correction)


def _residual(label: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Return r and s in (1 − l) e^min(u,0) − l e^min(−u,0) = r + s e^(−|u|)."""
    below = (u < 0).astype(float)
    return (1 - label) - below, below - label


def log_cosh(u: Floats) -> Floats:
    """Return ln cosh u = |u| − ln 2 + log1p(e^(−2|u|)), and near 0, where that cancels, u²/2 (1 + u² Q(u²))."""
    a = np.abs(u)
    result = np.asarray((a - LOG_2[0]) + np.log1p(np.exp(-2 * a)))
    near = a < 0.75
    if near.any():
        square = np.minimum(a, 0.75) ** 2
        half = 0.5 * square
        result = where(near, half + half * (square * polynomial(square, LOG_COSH)), result)
    return result


def log_ratio(y: Floats, p: Floats, k: int) -> Floats:
    """Return k + ln(y/p) for y/p > 0 and k = 0 or 1; near its zero y e^k = p by log1p of the exact difference."""
    with np.errstate(all="ignore"):
        scaled, low = product(E[0], y) if k else (y, 0.0)
        ratio = np.asarray(scaled / p)
        difference = ((scaled - p) + (low + E[1] * y)) if k else y - p
        result = where((ratio > 0.5) & (ratio < 2), np.log1p(difference / p), np.log(ratio))
        tiny = np.abs(y) < FEW
        if k and tiny.any() and not (y == 0).all():  # e y would be subnormal
            y, p = np.where(tiny, y * 2.0**200, y), np.where(tiny, p * 2.0**200, p)
            return log_ratio(np.where(y == 0, 1.0, y), p, k) + np.where(y == 0, -np.inf, 0.0)
        size = np.abs(ratio)
        if not (size.min(initial=1.0) > FEW and size.max(initial=1.0) < 1 / FEW):
            apart = (size <= FEW) | (size >= 1 / FEW)
            signs = np.where(np.sign(y) * np.sign(p) < 0, np.nan, 0.0)
            result = np.where(apart, (np.log(np.abs(y)) - np.log(np.abs(p))) + (k + signs), result)
    return result


def weighted_log_ratio(y: Floats, p: Floats) -> Floats:
    """Return y ln(y/p) for y/p > 0, and 0 where y = 0."""
    with np.errstate(all="ignore"):
        if np.min(y, initial=0) >= 0 and np.min(p, initial=0) >= 0:
            return np.asarray(special.rel_entr(y, p))
        result = np.asarray(y * log_ratio(y, p, 0))
        none = np.equal(y, 0)
        return np.where(none, 0.0, result) if none.any() else result
