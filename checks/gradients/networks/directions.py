"""One random direction for each block of parameters: the tangent of the forward pass, and gradient times direction."""

from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.networks.case import Case, rounding_unit, undecided
from checks.gradients.networks.comparing import UNDERFLOW, tolerance_of
from checks.gradients.networks.trial import Trial
from checks.verdict import MINIMUM_COMPARED, Comparison, Counterexample, Enclosure, Status, Verdict
from numeric.differences.networks import Measured, Probe, along_block
from numeric.differences.networks.record import get_parameter, parts_of
from numeric.differences.networks.sensitivity import smallest

Array = npt.NDArray[Any]

REPEATS = 8
"""Directions for a block that could not be measured entry by entry."""

ROUGH = 1e-7
"""What rounding in layers of unknown structure may do to a sum, relative to its terms."""

SLACK = 100.0
"""Tolerances of a single entry that the sum over a block may be off, relative to the length of its terms."""

ULPS = 64
SHAKES = 3


def judge(case: Case, trial: Trial, rng: np.random.Generator) -> Verdict | None:
    """Return `agrees`, or None where a direction is off or not finite: then every entry has to be looked at."""
    unit = rounding_unit(trial)
    layers, inputs = trial.passed.layers, trial.passed.inputs
    probes = tuple(Probe(layer, x, rng) for layer, x in zip(layers, inputs, strict=True))
    names = list(trial.gradients)
    # The verdict wants eight numbers: the blocks nearest to the loss, which cost least, are asked again.
    todo = names + [names[-1 - extra % len(names)] for extra in range(max(0, MINIMUM_COMPARED - len(names)))]
    loss = Probe.of_loss(case.value, trial.passed.output, rng)
    worst, worst_at = 0.0, ""
    tolerance = SLACK * tolerance_of(unit, exact=True)
    for name in todo:
        received = trial.received.get(parts_of(name)[0])
        off = _off(trial, probes, loss, name, rng, unit, upstream=received)
        if off is None or not off[0] <= tolerance:
            return None
        if off[0] >= worst:
            worst, worst_at = off[0], name
    how = "differences" if any(probe.noise > 0 for probe in probes) else "complex steps"
    return Verdict(
        status=Status.AGREES,
        reason=f"The gradients of all {len(names)} blocks agree with {how} along {len(todo)} random directions.",
        evidence=Comparison(
            compared=len(todo), max_error=worst, tolerance=tolerance, unit="relative to the terms", worst_at=worst_at
        ),
        reproduce=case.again(),
    )


def blocks(case: Case, trial: Trial, measured: Measured, rng: np.random.Generator, unit: float) -> Verdict | None:
    """Ask what could not be measured entry by entry along several directions each; return a refutation, or None."""
    probes, loss = measured.probes, Probe.of_loss(case.value, trial.passed.output, rng)
    for name in measured.unmeasured:
        upstream = measured.upstreams[parts_of(name)[0]]
        terms = trial.received.get(parts_of(name)[0]) if upstream is None else upstream.value
        for _ in range(REPEATS):
            off = _off(trial, probes, loss, name, rng, unit, upstream=terms)
            if off is None or not off[0] <= SLACK * tolerance_of(unit, exact=True):
                return _refuted(case, trial, name, off, unit)
    return None


def _refuted(
    case: Case, trial: Trial, name: str, off: tuple[float, float, float, float] | None, unit: float
) -> Verdict:
    place, _ = parts_of(name)
    shown = f"{name} (layer {place}, {trial.passed.layers[place]})"
    if off is None:
        return undecided(case, f"The derivative along {shown} is not finite.")
    gap, claimed, right, allowed = off
    if gap <= min(ROUGH * unit / 2.0**-52, 1e-3):
        return undecided(
            case,
            f"A random direction of {shown} is off by {gap:.1e} of its terms: rounding may do that.",
        )
    return Verdict(
        status=Status.REFUTED,
        reason=(
            f"Along a random direction of {shown} the gradient of the backward pass gives {claimed:.12g}; the forward "
            f"pass moves by {right:.12g}."
        ),
        evidence=Counterexample(
            point={"parameter": name, "direction": f"seed {case.seed}"},
            left=Enclosure(low=claimed, high=claimed, text=repr(claimed)),
            right=Enclosure(low=right - allowed, high=right + allowed, text=f"{right:.12g}", kind="estimated"),
        ),
        reproduce=case.again(),
    )


def _off(
    trial: Trial,
    probes: tuple[Probe, ...],
    loss: Probe,
    name: str,
    rng: np.random.Generator,
    unit: float,
    *,
    upstream: Array | None = None,
) -> tuple[float, float, float, float] | None:
    """Return how far gradient times direction is from the tangent, relative to its terms; both; and what is allowed.

    None where a number is not finite or the shape is wrong.
    """
    place, short = parts_of(name)
    gradient = trial.gradients[name].astype(np.float64)
    if gradient.shape != get_parameter(probes[place].layer, short).shape:
        return None
    direction = rng.standard_normal(gradient.shape)
    terms = gradient * direction
    right = along_block(probes, loss, place, short, direction)
    claimed, size = float(np.sum(terms)), float(np.linalg.norm(terms))
    if not (np.isfinite(right) and np.isfinite(claimed)):
        return None
    # What a backward pass in lower precision lets underflow is no mistake.
    size = max(size, abs(claimed), abs(right), UNDERFLOW, smallest(unit) / unit)
    tolerance = SLACK * tolerance_of(unit, exact=all(probe.noise == 0 for probe in probes))
    if upstream is not None and not abs(claimed - right) <= tolerance * size:
        # A gradient that cancels to nothing, as that of a bias before a normalisation, is the rounding of its terms.
        size = max(size, float(np.linalg.norm(probes[place].along_parameter(short, direction) * upstream)))
    return abs(claimed - right) / size, claimed, right, tolerance * size
