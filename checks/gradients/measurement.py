"""Compare one array of a gradient with differences of the function, entry by entry."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.kinks import find_kinks
from checks.gradients.methods import (
    CENTRAL_TOLERANCE,
    COMPLEX,
    COMPLEX_TOLERANCE,
    DOUBT,
    NOISE,
    Trial,
    differences_of,
    precision_of,
)
from checks.gradients.mistakes import name_factor
from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Counterexample, Enclosure, Status, Verdict

Array = npt.NDArray[Any]


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
    kinks: int = 0

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
            self.kinks + other.kinks,
        )

    def verdict(self, reproduce: str = "", what: str = "entries", note: str = "") -> Verdict:
        """Return the verdict: the failure, `undecided` below eight compared entries, else `agrees`."""
        if self.failure is not None:
            return self.failure
        if self.compared < MINIMUM_COMPARED:
            return undecided(
                f"Only {self.compared} {what} could be compared; {self.skipped} lie next to kinks.", reproduce
            )
        at_kinks = f"; {self.kinks} lie exactly at a kink, between the slopes on either side" if self.kinks else ""
        return Verdict(
            status=Status.AGREES,
            reason=f"The gradient by {self.wrt} agrees with {self.method} at {self.compared} {what}{at_kinks}.{note}",
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


def measured(trial: Trial, method: str, reproduce: str) -> Measurement:
    """Compare every entry of the claimed gradient with differences."""
    chosen, difference = differences_of(trial, method)
    tolerance = max(
        COMPLEX_TOLERANCE if chosen == COMPLEX else CENTRAL_TOLERANCE, 256 * precision_of(trial.x, trial.claimed)
    )
    claimed = trial.claimed.astype(np.float64)
    value, error = difference.value.astype(np.float64), difference.error.astype(np.float64)
    scale = np.abs(claimed) + np.abs(value)
    floor = np.finfo(float).tiny
    allowed = np.asarray(tolerance * scale + NOISE * error + floor)
    with np.errstate(invalid="ignore"):
        gap = np.asarray(np.abs(claimed - value))
        off = np.asarray(~(gap <= allowed))  # nan is off
    # Where the estimate is large beside the slope, a kink may be what makes it large: look before trusting it.
    doubtful = off | np.asarray(NOISE * error > DOUBT * scale)
    with np.errstate(all="ignore"):
        kinks = find_kinks(trial.along, trial.x, claimed, doubtful, elementwise=trial.elementwise)
    lost = ~np.isfinite(value) | ~np.isfinite(error)
    wrong = (off & ~kinks.near & ~kinks.accepted & ~lost) | kinks.outside
    skipped = kinks.near | lost
    failure = None
    if np.any(wrong):
        worst = np.unravel_index(int(np.argmax(np.where(wrong & ~np.isnan(gap), gap / allowed, -1.0))), wrong.shape)
        expected = float(value[worst])
        interval = (expected - float(allowed[worst]), expected + float(allowed[worst]))
        if kinks.outside[worst]:
            chosen, interval = "the slopes on either side of the kink", (kinks.low[worst], kinks.high[worst])
        mistake = None if kinks.outside[worst] else name_factor(claimed, value, allowed, trial.others)
        failure = _refuted(trial, worst, chosen, interval, int(np.count_nonzero(wrong)), mistake, reproduce)
    with np.errstate(invalid="ignore"):
        errors = np.where(off | kinks.accepted | skipped, 0.0, gap / (scale + NOISE * error / tolerance + floor))
    return Measurement(
        trial.wrt,
        chosen,
        int(np.count_nonzero(~skipped)),
        float(np.max(errors, initial=0.0)),
        tolerance,
        int(np.count_nonzero(skipped)),
        failure,
        int(np.count_nonzero(kinks.accepted)),
    )


def _refuted(
    trial: Trial,
    worst: tuple[Any, ...],
    method: str,
    interval: tuple[float, float],
    count: int,
    mistake: str | None,
    reproduce: str,
) -> Verdict:
    place = tuple(int(part) for part in worst)
    value, (low, high) = float(trial.claimed[worst]), interval
    shown = (f"{trial.wrt}{list(place)}" if place else trial.wrt) + trial.part
    between = f"between {low:.12g} and {high:.12g}"
    if not np.isfinite(value):
        return undecided(f"The gradient by {trial.wrt} is {value} at {shown}; by {method} it is {between}.", reproduce)
    at = {"entry": shown} | {
        name: f"{float(array[place]):.17g}"
        for name, array in {**trial.others, trial.wrt: trial.x}.items()
        if array.shape == trial.claimed.shape and array.dtype.kind in "fiub"
    }
    many = f" {count} of {trial.claimed.size} entries are wrong." if count > 1 else ""
    named = f" Exactly this mistake: {mistake}." if mistake else ""
    return Verdict(
        status=Status.REFUTED,
        reason=f"The gradient by {trial.wrt} is {value:.12g} at {shown}; by {method} it is {between}.{many}{named}",
        evidence=Counterexample(
            point=at,
            left=Enclosure(low=value, high=value, text=repr(value)),
            right=Enclosure(low=low, high=high, text=between, kind="estimated"),
        ),
        reproduce=reproduce,
        mistake=mistake,
    )


def undecided(why: str, reproduce: str) -> Verdict:
    """Return the verdict that nothing was decided, and why."""
    return Verdict(status=Status.UNDECIDED, reason=why, evidence=Attempt(tried=("differences",)), reproduce=reproduce)
