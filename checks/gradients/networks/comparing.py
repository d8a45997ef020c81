"""Hold what a backward pass gave against what was measured, entry by entry."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.differences.networks.sensitivity import Sensitivity

Array = npt.NDArray[Any]

EXACT_TOLERANCE = 1e-12
"""Relative, in double precision with complex steps."""

COARSE_TOLERANCE = 1e-6
"""Relative, where central differences had to do."""

UNITS = 256
"""Roundings, relative, in lower precision."""

UNDERFLOW = 1e-135
"""Below this a gradient cannot be told from zero: the square of its rounding error is no number."""

DEVIATIONS = 40.0
"""How many standard deviations of the estimated noise are allowed."""


@dataclass(frozen=True)
class Compared:
    """One array on trial beside the measured one.

    Attributes
    ----------
    wrong : ndarray of bool
        Where they differ by more than tolerance, noise and the range of right values at kinks.
    allowed, gap : ndarray
        The difference that is allowed, and the one that is there.
    error : float
        The largest difference among the right entries, relative to the entry and its noise; at most the tolerance.
    worst : tuple of int
        The place of the entry that is wrong by the largest part, or else of the largest error.
    """

    wrong: Array
    allowed: Array
    gap: Array
    error: float
    worst: tuple[int, ...]


def tolerance_of(unit: float, *, exact: bool) -> float:
    """Return the relative tolerance for a backward pass with this rounding unit."""
    fine = max(EXACT_TOLERANCE, UNITS * unit) if unit > 2.0**-50 else EXACT_TOLERANCE
    return fine if exact else max(fine, COARSE_TOLERANCE)


def compare(claimed: Array, right: Sensitivity, tolerance: float) -> Compared:
    """Compare an array with the measured one of the same shape; nan and infinities are wrong."""
    claimed = np.asarray(claimed, dtype=np.float64)
    with np.errstate(all="ignore"):
        gap = np.abs(claimed - right.value)
        scale = np.abs(claimed) + np.abs(right.value)
        slack = DEVIATIONS * right.noise + right.radius
        allowed = tolerance * scale + slack + UNDERFLOW
        wrong = ~(gap <= allowed)
        beyond = np.where(wrong, np.nan_to_num(gap / (scale + UNDERFLOW), nan=np.inf), -1.0)
        inside = np.maximum(gap - right.radius, 0) / (scale + slack / tolerance + UNDERFLOW / tolerance)
    error = np.where(wrong, 0.0, inside)
    ranked = beyond if np.any(wrong) else error
    worst = np.unravel_index(int(np.argmax(ranked)), ranked.shape) if ranked.size else ()
    return Compared(wrong, allowed, gap, float(np.max(error, initial=0.0)), tuple(int(part) for part in worst))
