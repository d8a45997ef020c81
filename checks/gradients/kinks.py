"""Where differences are doubtful: whether there is a kink, and whether it is at the point or only near it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.differences import step_at

Array = npt.NDArray[Any]

JUMP = 1e-2
KINK_RATIO = 0.75
SHRINKS = (1.0, 1 / 64, 1 / 4096)
SLACK = 1e-4
ROUNDINGS = 32


@dataclass(frozen=True)
class Kinks:
    """For each entry: a kink lies near but not here; it lies here and the claim is between the slopes; or is not."""

    near: Array
    accepted: Array
    outside: Array
    low: Array
    high: Array


def find_kinks(along: Callable[[Array], Any], x: Array, claimed: Array, doubtful: Array, *, elementwise: bool) -> Kinks:
    """Look at the one-sided slopes of the doubtful entries of ``x``, at three step sizes.

    A jump between the slopes that stays the same as the step shrinks is a kink at the point; one that goes away is a
    kink within the step; one that grows is rounding noise and no kink.
    """
    masks = (np.zeros(doubtful.shape, dtype=bool) for _ in range(3))
    found = Kinks(*masks, *(np.zeros(doubtful.shape) for _ in range(2)))
    unit = float(np.finfo(x.dtype).eps)
    for place in map(tuple, np.argwhere(doubtful)):

        def moved(step: float, place: tuple[int, ...] = place) -> tuple[float, float]:
            copy = x.copy()
            copy[place] += step
            result = np.asarray(along(copy))
            return float(copy[place]), float(result[place] if elementwise else result.reshape(()))

        kind, low, high = kink_along(moved, float(step_at(x[place])), float(claimed[place]), unit)
        found.near[place], found.accepted[place] = kind == "near", kind == "accepted"
        found.outside[place], found.low[place], found.high[place] = kind == "outside", low, high
    return found


def kink_along(
    moved: Callable[[float], tuple[float, float]], step: float, claimed: float, unit: float
) -> tuple[str, float, float]:
    """Tell what a function of one number does at 0: ``none``, ``near``, ``accepted`` or ``outside``, and the slopes.

    Parameters
    ----------
    moved : callable
        Takes a step, returns the represented place and the value of the function there.
    step : float
        The first step.
    claimed : float
        The slope on trial.
    unit : float
        The rounding unit of the function.
    """
    slopes = [_one_sided(moved, step * shrink) for shrink in SHRINKS]
    first, last = (abs(right - left) for left, right in (slopes[0], slopes[-1]))
    size = max(map(abs, slopes[0]))
    rounding = ROUNDINGS * unit * max(abs(moved(sign * step)[1]) for sign in (-1.0, 0.0, 1.0)) / step
    if not first > max(JUMP * size, rounding) or _curved(moved, step, first):
        return "none", 0.0, 0.0
    if KINK_RATIO <= last / first <= 1 / KINK_RATIO:
        low, high = sorted(slopes[-1])
        slack = SLACK * size
        low, high = low - slack, high + slack
        return ("accepted" if low <= claimed <= high else "outside"), low, high
    return ("near" if last < KINK_RATIO * first else "none"), 0.0, 0.0


def _curved(moved: Callable[[float], tuple[float, float]], step: float, first: float) -> bool:
    """Tell whether the gap between the slopes halves with the step, twice: then it is curvature and no kink."""
    gaps = [first]
    for shrink in (1 / 2, 1 / 4):
        left, right = _one_sided(moved, step * shrink)
        gaps.append(abs(right - left))
    return all(0.4 * whole <= half <= 0.6 * whole for whole, half in itertools.pairwise(gaps))


def _one_sided(moved: Callable[[float], tuple[float, float]], step: float) -> tuple[float, float]:
    (before, low), (here, middle), (after, high) = (moved(sign * step) for sign in (-1.0, 0.0, 1.0))
    return (middle - low) / (here - before), (high - middle) / (after - here)
