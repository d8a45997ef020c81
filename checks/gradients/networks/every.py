"""Compare every parameter at one batch, and at more where there are few; agree only if a plain witness agrees, too."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.networks import directions
from checks.gradients.networks.case import Case, rounding_unit, undecided
from checks.gradients.networks.comparing import DEVIATIONS, Compared, compare, tolerance_of
from checks.gradients.networks.refuting import refuted, wrong_choice, wrong_shape
from checks.gradients.networks.trial import Trial, TrialError, run
from checks.gradients.networks.witness import held_against_plain_differences
from checks.verdict import MINIMUM_COMPARED, Comparison, Status, Verdict
from numeric.differences.networks import Measured, NotMeasurableError, measure
from numeric.differences.networks.record import get_parameter, parameter_names, parts_of

Array = npt.NDArray[Any]

SHAKES = 4
CANCELLED = 1e-7
"""Of the largest entry of a block, in double precision: a smaller difference is not blamed on a normalisation."""


@dataclass(frozen=True)
class Look:
    """What comparing every parameter at one batch showed, where nothing is wrong."""

    compared: int
    error: float
    worst: str
    tolerance: float
    exact: bool
    dropped: int
    at_kinks: int
    unmeasured: tuple[str, ...]

    def joined(self, other: "Look") -> "Look":
        """Return both looks as one."""
        worse = self if self.error >= other.error else other
        return Look(
            self.compared + other.compared,
            worse.error,
            worse.worst,
            max(self.tolerance, other.tolerance),
            self.exact and other.exact,
            self.dropped + other.dropped,
            self.at_kinks + other.at_kinks,
            self.unmeasured,
        )


def judge_every(case: Case, trial: Trial, rng: np.random.Generator) -> Verdict:
    """Return the verdict on every parameter; fewer than eight of them are looked at on several batches."""
    look = _look(case, trial, rng)
    if isinstance(look, Verdict):
        return look
    found, batches = look, 1
    while 0 < found.compared < MINIMUM_COMPARED:  # a few parameters only: they are looked at on more batches
        size = float(np.sqrt(np.mean(np.square(case.x)))) or 1.0
        other = replace(case, x=(case.x + 0.1 * size * rng.standard_normal(case.x.shape)).astype(case.x.dtype))
        try:
            look = _look(other, run(case.net, case.loss, other.x, other.y, rng), rng)
        except TrialError as error:
            return undecided(case, f"No gradient to judge: {error}.")
        if isinstance(look, Verdict):
            return look
        found, batches = found.joined(look), batches + 1
    return _agrees(case, found, batches)


def _look(case: Case, trial: Trial, rng: np.random.Generator) -> Verdict | Look:
    unit = rounding_unit(trial)
    try:
        measured = measure(trial.passed, case.value, unit=unit, rng=rng)
    except NotMeasurableError as error:
        return undecided(case, f"Nothing could be measured: {error}.")
    found, wrong = _compared(case, trial, measured, unit)
    if wrong is None:
        wrong = directions.blocks(case, trial, measured, rng, unit)
    if wrong is not None:
        return wrong
    plain = held_against_plain_differences(case, measured, unit, rng)
    if isinstance(plain, Verdict):
        return plain
    if not found:
        return undecided(case, f"No parameter could be measured: {next(iter(measured.unmeasured.values()))}.")
    worst = max(found, key=lambda name: found[name].error)
    return Look(
        compared=sum(one.wrong.size for one in found.values()),
        error=found[worst].error,
        worst=f"{worst}{list(found[worst].worst)}",
        tolerance=max(tolerance_of(unit, exact=block.exact) for block in measured.blocks.values()),
        exact=all(block.exact for block in measured.blocks.values()),
        dropped=plain,
        at_kinks=measured.at_kinks,
        unmeasured=tuple(measured.unmeasured),
    )


def _compared(case: Case, trial: Trial, measured: Measured, unit: float) -> tuple[dict[str, Compared], Verdict | None]:
    """Return what was compared by parameter, and the refutation if something is wrong."""
    found: dict[str, Compared] = {}
    for name, block in measured.blocks.items():
        claimed = trial.gradients[name]
        if claimed.shape != block.gradient.value.shape:
            return found, wrong_shape(case, trial, measured, name, unit)
        found[name] = compare(claimed, block.gradient, tolerance_of(unit, exact=block.exact))
    wrong = [name for name, compared in found.items() if np.any(compared.wrong)]
    if wrong:
        lost = _cancelled(case, measured, found, wrong, unit)
        if lost is None:
            lost = _lost_in_rounding(case, trial, found, wrong, unit)
        return found, refuted(case, trial, measured, found, wrong, unit) if lost is None else lost
    return found, wrong_choice(case, trial, measured) if measured.choices else None


def _cancelled(
    case: Case, measured: Measured, found: dict[str, Compared], wrong: list[str], unit: float
) -> Verdict | None:
    """Return `undecided` for a tiny difference below a layer in which slopes cancel by an amount that is not known."""
    if not {"entry by entry", "symmetric"} & set(measured.structures):
        return None
    limit = min(CANCELLED * unit / 2.0**-52, 1e-3)
    parts = {
        name: float(np.max(found[name].gap) / np.max(np.abs(measured.blocks[name].gradient.value), initial=1e-300))
        for name in wrong
    }
    # What is off nearest to the loss goes on to everything below.
    last = max(parts_of(name)[0] for name in wrong)
    worst = max((name for name in wrong if parts_of(name)[0] == last), key=lambda name: parts[name])
    if not parts[worst] <= limit:
        return None
    return undecided(
        case,
        f"The gradient of {worst} is off by {parts[worst]:.1e} of its largest entry, behind a layer in which slopes "
        "cancel: that may be rounding.",
    )


def _lost_in_rounding(
    case: Case, trial: Trial, found: dict[str, Compared], wrong: list[str], unit: float
) -> Verdict | None:
    """Return `undecided` where changing batch and weights by one rounding moves the gradient as far as it is off.

    So it is behind a normalisation of two samples: every derivative cancels, and what is left is rounding.
    """
    rng = np.random.default_rng([case.seed, SHAKES])
    moved = {name: np.zeros(trial.gradients[name].shape) for name in wrong}
    for _ in range(SHAKES):
        x, net = _shaken(case.x, unit, rng), copy.deepcopy(case.net)
        for layer in net if isinstance(net, Sequence) else net.layers:
            for name in parameter_names(layer):
                parameter = get_parameter(layer, name)
                parameter[...] = _shaken(parameter, unit, rng)
        try:
            shaken = run(net, case.loss, x, case.y, np.random.default_rng(case.seed))
        except TrialError:
            return None
        for name in wrong:
            moved[name] += np.square(shaken.gradients[name].astype(np.float64) - trial.gradients[name])
    for name, total in moved.items():
        noise = np.sqrt(total / SHAKES + np.mean(total) / SHAKES)
        if not np.all(found[name].gap <= found[name].allowed + DEVIATIONS * noise):
            return None
    name = wrong[0]
    where = found[name].worst
    return undecided(
        case,
        f"The gradient of {name}{list(where)} is off by {found[name].gap[where]:.1e}, and a change of the "
        "batch and the weights by one rounding moves it as far: it is lost in rounding.",
    )


def _shaken(array: Array, unit: float, rng: np.random.Generator) -> Array:
    """Return the array with every entry changed by one rounding."""
    return (array * (1 + unit * rng.choice([-1.0, 1.0], size=array.shape))).astype(array.dtype)


def _agrees(case: Case, found: Look, batches: int) -> Verdict:
    how = "complex steps" if found.exact else "differences"
    reason = f"All {found.compared:,} gradients of the backward pass agree with {how} through the pre-activations"
    if batches > 1:
        reason += f", on {batches} batches"
    if found.unmeasured:
        reason += f"; {', '.join(found.unmeasured)} along {directions.REPEATS} random directions only"
    if found.at_kinks:
        reason += f"; {found.at_kinks} activations lie exactly at a kink, and the value chosen there is a right one"
    return Verdict(
        status=Status.AGREES,
        reason=reason + ".",
        evidence=Comparison(
            compared=found.compared,
            max_error=found.error,
            tolerance=found.tolerance,
            unit="relative, above the noise",
            worst_at=found.worst,
            skipped=found.dropped,
            skipped_because="plain differences of single weights, where a mask changes within the step"
            if found.dropped
            else "",
        ),
        reproduce=case.again(),
    )
