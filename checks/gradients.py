"""Check a gradient against differences of its function, for any two callables.

The function is believed, the gradient is on trial. Where the function carries complex numbers the complex step decides
to rounding; elsewhere central differences with an error estimate do. Tolerances follow the scale of each value plus the
noise that the estimate shows. A kink within the step is skipped and counted; exactly at a kink any value between the
one-sided slopes is accepted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from numeric.differences import (
    Difference,
    central,
    central_elementwise,
    complex_step,
    complex_step_elementwise,
    step_at,
)

Function = Callable[..., Any]
Array = npt.NDArray[Any]

CENTRAL_TOLERANCE = 1e-6
COMPLEX_TOLERANCE = 1e-12
NOISE = 20.0
DOUBT = 1e-4
JUMP = 1e-2
KINK_RATIO = 0.75
SHRINKS = (1.0, 1 / 64, 1 / 4096)


@dataclass(frozen=True)
class Trial:
    """A function and its gradient by one argument, at one point.

    Attributes
    ----------
    function:
        Takes the arrays of `point` in order.
    gradient:
        Takes the same arrays; returns an array of the shape of the argument on trial.
    point:
        Arrays by name, in the order of the arguments.
    wrt:
        The name of the argument on trial.
    elementwise:
        True when the function maps arrays of one shape to an array of that shape, entry by entry; False when it
        returns one number.
    """

    function: Function
    gradient: Function
    point: Mapping[str, Array]
    wrt: str
    elementwise: bool = False

    def along(self, value: Array) -> Any:
        """Return the function with the argument on trial replaced."""
        return self.function(*(value if name == self.wrt else array.copy() for name, array in self.point.items()))


def check_gradient(
    function: Function,
    gradient: Function,
    point: Mapping[str, npt.ArrayLike],
    wrt: str,
    *,
    elementwise: bool = False,
    method: str = "auto",
    reproduce: str = "",
) -> Verdict:
    """Judge a gradient by differences of its function.

    Parameters
    ----------
    function:
        Takes the arrays of `point` in order and returns one number, or, if `elementwise`, an array of their shape.
    gradient:
        Takes the same arrays and returns ∂function/∂wrt in the shape of that argument.
    point:
        Arrays by name, at least eight entries in the one on trial.
    wrt:
        The argument on trial.
    elementwise:
        Whether the function works entry by entry.
    method:
        `complex` (the function must carry complex numbers), `central`, or `auto`: complex where it can.
    reproduce:
        A line that asks again.

    Returns
    -------
    Verdict
        `agrees`; `refuted` with the entry, both values and their intervals (the one of the difference is an estimate);
        `undecided` when fewer than eight entries could be compared.
    """
    return measure(function, gradient, point, wrt, elementwise=elementwise, method=method, reproduce=reproduce).verdict(
        reproduce
    )


@dataclass(frozen=True)
class Measurement:
    """What one comparison of a gradient with differences showed, before it is enough for a verdict.

    Several measurements of the same gradient can be joined: a bias has one entry only, so it takes many points.
    """

    wrt: str
    method: str
    compared: int
    max_error: float
    tolerance: float
    skipped: int
    failure: Verdict | None = None

    def joined(self, other: "Measurement") -> "Measurement":
        """Return both measurements as one."""
        names = self.wrt if other.wrt in self.wrt.split(", ") else f"{self.wrt}, {other.wrt}"
        coarser = self if self.tolerance >= other.tolerance else other
        return Measurement(
            names,
            coarser.method,
            self.compared + other.compared,
            max(self.max_error, other.max_error),
            coarser.tolerance,
            self.skipped + other.skipped,
            self.failure if self.failure is not None else other.failure,
        )

    def verdict(self, reproduce: str = "") -> Verdict:
        """Return the verdict: the failure, `undecided` below eight compared entries, else `agrees`."""
        if self.failure is not None:
            return self.failure
        if self.compared < MINIMUM_COMPARED:
            return _undecided(
                f"Only {self.compared} entries could be compared; {self.skipped} lie next to kinks.", reproduce
            )
        return Verdict(
            status=Status.AGREES,
            reason=f"The gradient by {self.wrt} agrees with {self.method} at {self.compared} entries.",
            evidence=Comparison(
                compared=self.compared,
                max_error=self.max_error,
                tolerance=self.tolerance,
                unit="relative, above the noise",
                skipped=self.skipped,
                skipped_because="a kink lies within the step" if self.skipped else "",
            ),
            reproduce=reproduce,
        )


def measure(
    function: Function,
    gradient: Function,
    point: Mapping[str, npt.ArrayLike],
    wrt: str,
    *,
    elementwise: bool = False,
    method: str = "auto",
    reproduce: str = "",
) -> Measurement:
    """Compare a gradient with differences at one point; the arguments are those of `check_gradient`."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in point.items()}
    trial = Trial(function, gradient, arrays, wrt, elementwise)
    claimed = np.asarray(gradient(*(array.copy() for array in arrays.values())))
    if claimed.shape != arrays[wrt].shape:
        shapes = f"The gradient by {wrt} has shape {claimed.shape}, its variable {arrays[wrt].shape}."
        return Measurement(wrt, method, 0, 0.0, CENTRAL_TOLERANCE, 0, _undecided(shapes, reproduce))
    chosen, difference = _difference(trial, method)
    tolerance = COMPLEX_TOLERANCE if chosen == "the complex step" else CENTRAL_TOLERANCE
    scale = np.abs(claimed) + np.abs(difference.value)
    floor = np.finfo(float).tiny
    allowed = np.asarray(tolerance * scale + NOISE * difference.error + floor)
    with np.errstate(invalid="ignore"):
        gap = np.asarray(np.abs(claimed - difference.value))
        off = np.asarray(~(gap <= allowed))  # nan is off
    # Where the estimate is large beside the slope, a kink may be what makes it large: look before trusting it.
    doubtful = off | np.asarray(NOISE * difference.error > DOUBT * scale)
    kinks = _kinks(trial, claimed, doubtful)
    wrong = (off & ~kinks.near & ~kinks.accepted) | kinks.outside
    skipped = kinks.near
    failure = None
    if np.any(wrong):
        worst = np.unravel_index(int(np.argmax(np.where(wrong & ~np.isnan(gap), gap, -1.0))), wrong.shape)
        expected = float(difference.value[worst])
        interval = (expected - float(allowed[worst]), expected + float(allowed[worst]))
        if kinks.outside[worst]:
            chosen, interval = "the slopes on either side of the kink", (kinks.low[worst], kinks.high[worst])
        failure = _refuted(trial, claimed, worst, chosen, interval, reproduce)
    errors = np.where(off | kinks.accepted | skipped, 0.0, gap / (scale + NOISE * difference.error / tolerance + floor))
    return Measurement(
        wrt,
        chosen,
        int(np.count_nonzero(~skipped)),
        float(np.max(errors, initial=0.0)),
        tolerance,
        int(np.count_nonzero(skipped)),
        failure,
    )


def _difference(trial: Trial, method: str) -> tuple[str, Difference]:
    value = trial.point[trial.wrt]
    if method in ("auto", "complex"):
        try:
            with np.errstate(all="ignore"):
                step = complex_step_elementwise if trial.elementwise else complex_step
                difference = step(trial.along, value)
            # A function that drops the imaginary part on the way returns a derivative of zero: ask the other witness.
            if method == "complex" or _confirmed(trial, difference):
                return "the complex step", difference
        except (TypeError, ValueError):
            if method == "complex":
                raise
    return "central differences", (central_elementwise if trial.elementwise else central)(trial.along, value)


def _confirmed(trial: Trial, difference: Difference) -> bool:
    check = (central_elementwise if trial.elementwise else central)(trial.along, trial.point[trial.wrt])
    close = np.abs(check.value - difference.value) <= 1e-4 * (np.abs(check.value) + np.abs(difference.value)) + (
        NOISE * check.error
    )
    return bool(np.mean(close) > 0.5)


@dataclass(frozen=True)
class _Kinks:
    """For each entry: a kink lies near but not here; it lies here and the claim is between the slopes; or is not."""

    near: Array
    accepted: Array
    outside: Array
    low: Array
    high: Array


def _kinks(trial: Trial, claimed: Array, doubtful: Array) -> _Kinks:
    """Look at the one-sided slopes of the doubtful entries, at three step sizes.

    A jump between the slopes that stays the same as the step shrinks is a kink at the point; one that goes away is a
    kink within the step; one that grows is rounding noise and no kink.
    """
    masks = (np.zeros_like(doubtful) for _ in range(3))
    found = _Kinks(*masks, *(np.zeros(doubtful.shape) for _ in range(2)))
    for place in map(tuple, np.argwhere(doubtful)):
        slopes = [_one_sided(trial, place, shrink) for shrink in SHRINKS]
        first, last = (abs(right - left) for left, right in (slopes[0], slopes[-1]))
        size = max(map(abs, slopes[0]))
        if first <= JUMP * size:
            continue
        if KINK_RATIO <= last / first <= 1 / KINK_RATIO:
            low, high = sorted(slopes[-1])
            slack = 1e-4 * size
            inside = bool(low - slack <= claimed[place] <= high + slack)
            found.accepted[place], found.outside[place] = inside, not inside
            found.low[place], found.high[place] = low - slack, high + slack
        elif last < KINK_RATIO * first:
            found.near[place] = True
    return found


def _one_sided(trial: Trial, place: tuple[int, ...], shrink: float) -> tuple[float, float]:
    """Return the slopes to the left and to the right of one entry, over a step shrunk by the given factor."""
    base = trial.point[trial.wrt]
    size = float(step_at(base[place], 1.0)) * shrink
    values = []
    for sign in (-1.0, 0.0, 1.0):
        moved = base.copy()
        moved[place] += sign * size
        result = np.asarray(trial.along(moved))
        values.append(float(result[place] if trial.elementwise else result))
    left, right = float(base[place] - (base[place] - size)), float((base[place] + size) - base[place])
    return (values[1] - values[0]) / left, (values[2] - values[1]) / right


def _refuted(
    trial: Trial,
    claimed: Array,
    worst: tuple[Any, ...],
    method: str,
    interval: tuple[float, float],
    reproduce: str,
) -> Verdict:
    place = tuple(int(part) for part in worst)
    value, (low, high) = float(claimed[worst]), interval
    shown = f"{trial.wrt}{list(place)}" if place else trial.wrt
    between = f"between {low:.12g} and {high:.12g}"
    if not np.isfinite(value):
        return _undecided(f"The gradient by {trial.wrt} is {value} at {shown}; by {method} it is {between}.", reproduce)
    at = {"entry": shown} | {
        name: f"{float(array[place]):.17g}" for name, array in trial.point.items() if array.shape == claimed.shape
    }
    return Verdict(
        status=Status.REFUTED,
        reason=f"The gradient by {trial.wrt} is {value:.12g} at {shown}; by {method} it is {between}.",
        evidence=Counterexample(
            point=at,
            left=Enclosure(low=value, high=value, text=repr(value)),
            right=Enclosure(low=low, high=high, text=between, kind="estimated"),
        ),
        reproduce=reproduce,
    )


def _undecided(why: str, reproduce: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=why, evidence=Attempt(tried=("differences",)), reproduce=reproduce)
