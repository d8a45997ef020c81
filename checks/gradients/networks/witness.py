"""The plain witness: what was measured through the pre-activations, beside differences of the whole forward pass."""

import numpy as np

from checks.gradients.networks.case import Case, undecided
from checks.gradients.networks.comparing import DEVIATIONS, tolerance_of
from checks.verdict import Verdict
from numeric.differences.networks import Measured, Probe, Record, along_block, measure, sample_weights
from numeric.differences.networks.record import parts_of

SAMPLES = 3
"""Single weights of each block."""

PLAIN_TOLERANCE = 1e-4
LOST = 1e-150
"""A derivative below this has lost digits to underflow on the way, and does not show anything."""


def held_against_plain_differences(
    case: Case, measured: Measured, unit: float, rng: np.random.Generator
) -> Verdict | int:
    """Compare single weights and one direction of each block; return how many weights kinks dropped, or a verdict."""
    probes = measured.probes
    layers, inputs = tuple(probe.pristine for probe in probes), [probe.x for probe in probes]
    double = unit < 2.0**-50
    if not double:
        # In double precision masks may differ from those of the pass on trial: the measurement is repeated there.
        for place, probe in enumerate(probes[:-1]):
            inputs[place + 1] = probe.run(inputs[place])
    if measured.at_kinks or not double:
        # What was taken at a kink was the choice of the backward pass; a tangent shows that of the forward pass.
        passed = Record(layers, tuple(inputs), probes[-1].run(inputs[-1]))
        measured = measure(passed, case.value, unit=2.0**-52, rng=rng, look_for_kinks=False)
        probes = measured.probes
    dropped, loss = 0, Probe.of_loss(case.value, probes[-1].y, rng)
    for name, block in measured.blocks.items():
        place, short = parts_of(name)
        value, noise, radius = block.gradient.value, block.gradient.noise, block.gradient.radius
        direction = rng.standard_normal(value.shape)
        along = along_block(probes, loss, place, short, direction)
        summed = float(np.sum(value * direction))
        size = float(np.linalg.norm(value * direction)) + float(np.linalg.norm(noise * direction)) / 2.0**-52
        slack = tolerance_of(2.0**-52, exact=block.exact) * 1e2 * size + float(np.sum(radius * np.abs(direction)))
        slack += LOST
        if not abs(along - summed) <= slack:
            return undecided(
                case,
                f"The measured gradient of {name} gives {summed:.12g} along a random direction, the tangent of the "
                f"whole forward pass {along:.12g}: neither is believed.",
            )
        at = [tuple(int(part) for part in rng.integers(value.shape)) for _ in range(SAMPLES)]
        sampled = sample_weights(probes, case.value, place, short, at)
        dropped += sampled.dropped
        for where, plain, error in zip(sampled.places, sampled.values, sampled.errors, strict=True):
            slack = PLAIN_TOLERANCE * (abs(plain) + abs(value[where])) + DEVIATIONS * (error + noise[where])
            if not abs(plain - value[where]) <= slack + radius[where]:
                return undecided(
                    case,
                    f"Plain differences of the whole forward pass give {plain:.9g} for {name}{list(where)}, the "
                    f"measurement through the pre-activations {value[where]:.9g}: neither is believed.",
                )
    return dropped
