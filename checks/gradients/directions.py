"""Compare a gradient with differences along random directions; a wrong one is tracked down by halving."""

from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.kinks import kink_along
from checks.gradients.measurement import Measurement, undecided
from checks.gradients.methods import (
    CENTRAL,
    CENTRAL_TOLERANCE,
    COMPLEX,
    COMPLEX_TOLERANCE,
    DOUBT,
    NOISE,
    Trial,
    along_direction,
    precision_of,
)
from checks.verdict import Counterexample, Enclosure, Status, Verdict
from numeric.differences import step_at

Array = npt.NDArray[Any]


def measured_along(trial: Trial, method: str, count: int, reproduce: str) -> Measurement:
    """Compare gradient · v with the derivative along v for ``count`` random directions v."""
    names = {COMPLEX: COMPLEX_TOLERANCE, CENTRAL: CENTRAL_TOLERANCE}
    worst, compared, skipped, kinks, chosen = 0.0, 0, 0, 0, COMPLEX
    unit = precision_of(trial.x, trial.claimed)
    if not np.all(np.isfinite(trial.claimed)):
        return Measurement(
            trial.wrt, method, 0, 0.0, 0.0, 0, undecided(f"The gradient by {trial.wrt} is not finite.", reproduce)
        )
    for _ in range(count):
        direction = trial.rng.standard_normal(trial.x.shape).astype(trial.x.dtype)
        used, gap, allowed, error, doubtful = _gap(trial, direction, method)
        chosen = CENTRAL if CENTRAL in (used, chosen) else used
        kind = _kink(trial, direction) if doubtful or not gap <= allowed else "none"
        if kind == "near":
            skipped += 1
            continue
        if kind == "outside" or (kind == "none" and not gap <= allowed):
            failure = _tracked_down(trial, direction, method, reproduce)
            return Measurement(trial.wrt, used, 0, 0.0, names[used], 0, failure)
        kinks += kind == "accepted"
        worst = max(worst, error if kind == "none" else 0.0)
        compared += 1
    tolerance = max(names[chosen], 256 * unit)
    return Measurement(trial.wrt, chosen, compared, worst, tolerance, skipped, None, kinks)


def _gap(trial: Trial, direction: Array, method: str) -> tuple[str, float, float, float, bool]:
    """Return the method, |claimed − measured|, what is allowed, the relative error above the noise, and any doubt."""
    used, value, error = along_direction(trial, direction, method)
    terms = trial.claimed.astype(np.float64) * direction
    claimed, size = float(np.sum(terms)), float(np.linalg.norm(terms))
    tolerance = max(
        COMPLEX_TOLERANCE if used == COMPLEX else CENTRAL_TOLERANCE, 256 * precision_of(trial.x, trial.claimed)
    )
    scale = max(size, abs(claimed) + abs(value)) + float(np.finfo(float).tiny)
    allowed = tolerance * scale + NOISE * error
    gap = abs(claimed - value)
    return used, gap, allowed, gap / (scale + NOISE * error / tolerance), NOISE * error > DOUBT * scale


def _kink(trial: Trial, direction: Array) -> str:
    longest = float(np.max(np.abs(direction)))
    step = float(step_at(np.max(np.abs(trial.x)))) / longest

    def moved(t: float) -> tuple[float, float]:
        return t, float(np.asarray(trial.along(trial.x + (t * direction).astype(trial.x.dtype))).reshape(()))

    with np.errstate(all="ignore"):
        return kink_along(moved, step, float(np.sum(trial.claimed * direction)), float(np.finfo(trial.x.dtype).eps))[0]


def _tracked_down(trial: Trial, direction: Array, method: str, reproduce: str) -> Verdict:
    """Halve the direction as long as one half is off, down to one entry where that goes."""
    inside = np.flatnonzero(direction)
    while len(inside) > 1:
        middle = len(inside) // 2
        for part in (inside[:middle], inside[middle:]):
            half = np.zeros(direction.size, dtype=direction.dtype)
            half[part] = direction.reshape(-1)[part]
            _, gap, allowed, *_ = _gap(trial, half.reshape(direction.shape), method)
            if not gap <= allowed:
                inside = part
                break
        else:
            break
    part_direction = np.zeros(direction.shape, dtype=direction.dtype)
    part_direction.reshape(-1)[inside] = 1.0 if len(inside) == 1 else direction.reshape(-1)[inside]
    return refuted_along(trial, part_direction, "", reproduce, method=method)


def refuted_along(trial: Trial, direction: Array, because: str, reproduce: str, *, method: str = "auto") -> Verdict:
    """Return the refutation along a direction, or at the one entry where it is not zero; else `undecided`."""
    inside = np.flatnonzero(direction)
    used, value, _ = along_direction(trial, direction, method)
    _, gap, allowed, *_ = _gap(trial, direction, method)
    claimed = float(np.sum(trial.claimed * direction))
    if not gap > allowed:
        why = f": {because}" if because else ""
        return undecided(
            f"A random direction of {trial.wrt} is off, but differences do not confirm it{why}.", reproduce
        )
    place = [int(part) for part in np.unravel_index(int(inside[0]), trial.x.shape)]
    shown = f"{trial.wrt}{place if trial.x.ndim else ''}"
    where = f"at {shown}" if len(inside) == 1 else f"along a random direction of {len(inside)} entries from {shown} on"
    words = f" ({because})" if because else ""
    return Verdict(
        status=Status.REFUTED,
        reason=(
            f"The gradient by {trial.wrt} is {claimed:.12g} {where}; "
            f"by {used} it is {value:.12g} ± {allowed:.1e}{words}."
        ),
        evidence=Counterexample(
            point={"entry": shown, "value": f"{float(trial.x[tuple(place)]):.17g}"},
            left=Enclosure(low=claimed, high=claimed, text=repr(claimed)),
            right=Enclosure(low=value - allowed, high=value + allowed, text=f"{value:.12g}", kind="estimated"),
        ),
        reproduce=reproduce,
    )
