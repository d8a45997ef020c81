"""What the kernels do with the parts of floats: exact errors of products, choices by element, polynomials."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

SHIFT = 652.0
EXP_SHIFT = 6.918274648626584e-284
"""e^(−652), which lies by chance 4e−20 of its size beside a float."""


UPPER_BITS = -(1 << 27)


def high(x: Any) -> Any:
    """Return the upper 26 bits of float64 numbers."""
    return (x.view(np.int64) & UPPER_BITS).view(np.float64)


def cut(x: Any, mask: int) -> Any:
    """Return float64 numbers without the bits that the mask leaves out; an array is changed."""
    if isinstance(x, np.ndarray):
        bits = x.view(np.int64)
        bits &= mask
        return x
    return (x.view(np.int64) & mask).view(np.float64)


def reciprocal(x: Any) -> Any:
    """Return 1/x; an array is changed."""
    return np.divide(1.0, x, out=x) if isinstance(x, np.ndarray) else 1.0 / x


def subtracted(a: Any, b: Any) -> Any:
    """Return a − b, where b has the shape of the difference; an array b is changed."""
    return np.subtract(a, b, out=b) if isinstance(b, np.ndarray) else a - b


def product_error(a: Any, b: Any, rounded: Any) -> Any:
    """Return a·b − rounded, where rounded is a·b rounded, to 25 bits and more; a whole number a is best given first."""
    if isinstance(a, int) and a > 2 and (a - 1) & (a - 2) == 0:  # (2ᵏ + 1) b is one sum (Dekker)
        return b - (rounded - (a - 1) * b)
    upper = high(b)
    if isinstance(a, int) and abs(a) < 1 << 26:
        error = upper * a
        error -= rounded
    else:
        a = np.float64(a) if isinstance(a, (int, float)) else a
        a_upper = high(a)
        error = upper * a_upper
        error -= rounded
        if np.ndim(a) == 0:  # then what is made of b has the shape of the result and is used again
            lower = b - upper
            lower *= a
            upper *= a - a_upper
            error += upper
            error += lower
            return error
        error += upper * (a - a_upper)
    error += (b - upper) * a
    return error


def sum_error(a: Any, b: Any, rounded: Any) -> Any:
    """Return a + b − rounded exactly, where rounded is a + b rounded (Knuth)."""
    back = rounded - a
    low = rounded - back
    low -= a
    rest = b - back
    rest -= low
    return rest


def minus_size(x: Any) -> Any:
    """Return −|x| of float64 numbers."""
    return (x.view(np.int64) | np.int64(-(2**63))).view(np.float64)


def one_plus_squared(t: Floats, square: Floats) -> tuple[Floats, Floats]:
    """Return (1 + t)² rounded and what it lacks, for 0 ≤ t ≤ 1 and the square of t: the larger term first (Dekker)."""
    partial = square + 1
    lacking = square - (partial - 1)
    double = t + t
    total = partial + double
    double -= total - partial
    lacking += double
    return total, lacking


def divided(top: Any, bottom: Any, bottom_lacks: Any, top_lacks: Any = None) -> tuple[Any, Any]:
    """Return (top + top_lacks) / (bottom + bottom_lacks) as a quotient of 26 bits and the rest: a long division."""
    first = cut(top / bottom, UPPER_BITS)
    upper = high(bottom)
    rest = subtracted(top, first * upper)
    lower = subtracted(bottom, upper) + bottom_lacks
    if np.shape(lower) == np.shape(first):
        lower *= first
        rest -= lower
    else:
        rest -= lower * first
    if top_lacks is not None:
        rest += top_lacks
    rest /= bottom
    return first, rest


def one_plus(t: Any, bits: int) -> tuple[Any, Any]:
    """Return 1 + t, for 0 ≤ t ≤ 1, as a float of few bits and the rest, which is exact to the last bits of t."""
    short = cut(t + 1, -(1 << (53 - bits)))
    rest = 1 - short
    rest += t
    return short, rest


def one_plus_twice(t: Any, square: Any, bits: int) -> tuple[Any, Any]:
    """Return 1 + 2t + square, for 0 ≤ t ≤ 1 and the square of t, as a float of few bits and the rest."""
    double = t + t
    short = cut(double + square + 1, -(1 << (53 - bits)))
    rest = 1 - short
    rest += double
    rest += square
    return short, rest


def long_division(top: Any, bottom: Any, bottom_rest: Any, top_rest: Any = None) -> tuple[Any, Any]:
    """Return (top + top_rest) / (bottom + bottom_rest) as a float of 26 bits and the rest.

    bottom has at most 27 bits, so that a product with it is exact. The first three change, and have one shape.
    """
    inverse = reciprocal(bottom + bottom_rest)
    first = cut(top * inverse, UPPER_BITS)
    bottom *= first
    top -= bottom
    bottom_rest *= first
    top -= bottom_rest
    if top_rest is not None:
        top += top_rest
    top *= inverse
    return first, top


def with_sign_of(u: Any, value: Any) -> Any:
    """Return value where the sign bit of u is not set and −value where it is; float64 numbers."""
    return (value.view(np.int64) ^ (u.view(np.int64) & np.int64(-(2**63)))).view(np.float64)


def product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a·b rounded and what that lacks, exactly (Dekker)."""
    a, b = (np.float64(factor) if isinstance(factor, (int, float)) else factor for factor in (a, b))
    rounded = a * b
    a_high, b_high = high(a), high(b)
    a_low, b_low = a - a_high, b - b_high
    return rounded, ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low


def where(condition: Any, yes: Any, no: Any) -> Floats:
    """Return np.where(condition, yes, no) by bit masks: four times as fast where the condition is random."""
    if isinstance(yes, int) and isinstance(no, int) and (yes, no) == (1, 0):
        return np.asarray(condition).astype(np.float64)
    mask = np.asarray(condition).astype(np.int64)
    mask = np.negative(mask)
    first = np.asarray(yes, np.float64).view(np.int64)
    if isinstance(no, int) and no == 0:
        return np.asarray(first & mask).view(np.float64)
    second = np.asarray(no, np.float64).view(np.int64)
    chosen = (first ^ second) & mask
    chosen ^= second
    return np.asarray(chosen).view(np.float64)


def replaced(result: Any, inside: Any, function: Callable[..., Floats], *arguments: Any) -> Floats:
    """Return the result, and function(*arguments) where the condition holds: computed there only.

    The condition and the arguments have the shape of the result, which is changed.
    """
    places = np.flatnonzero(inside)
    if not places.size:
        return np.asarray(result)
    changed: Floats = np.asarray(result, order="C")
    changed.reshape(-1)[places] = function(*(np.asarray(argument).reshape(-1)[places] for argument in arguments))
    return changed


def polynomial(t: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Return Σ cₖ tᵏ by Horner's rule."""
    result = t * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        result += coefficient
        result *= t
    if coefficients[0]:
        result += coefficients[0]
    return result


def is_binary(label: Any) -> bool:
    """Say whether all labels are 0 or 1."""
    return bool(np.all((label == 0) | (label == 1)))
