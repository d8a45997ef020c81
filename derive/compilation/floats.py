"""What the kernels do with the parts of floats: exact errors of products, choices by element, polynomials."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

SHIFT = 652.0
EXP_SHIFT = 6.918274648626584e-284
"""e^(−652), which lies by chance 4e−20 of its size beside a float."""


def high(x: Any) -> Any:
    """Return the upper 26 bits of float64 numbers."""
    return (x.view(np.int64) & -(1 << 27)).view(np.float64)


def square_error(x: Floats, square: Floats) -> Floats:
    """Return x² − square, where square is x² rounded, to 26 bits and more."""
    upper = high(x)
    return np.asarray((upper * upper - square) + (x - upper) * (x + upper))


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
    return np.asarray(((first ^ second) & mask) ^ second).view(np.float64)


def polynomial(t: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Return Σ cₖ tᵏ by Horner's rule."""
    result = t * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        result += coefficient
        result *= t
    result += coefficients[0]
    return result
