"""The plain witness: the whole forward pass, from a layer on, with one weight moved or a whole block along a direction.

It knows of no structure. Central differences of single weights drop a sample where a mask or the winner of a pooling
window changes between −h and +h.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.differences.central import two_steps
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.record import get_parameter
from numeric.differences.steps import Place, step_at

SHRINK = (1.0, 1e-2, 1e-4)


@dataclass(frozen=True)
class Sampled:
    """Plain central differences of the loss by single weights of one parameter.

    Attributes
    ----------
    places : list of index tuples
        Those that could be used.
    values, errors : ndarray, (K,)
        The derivatives and the estimates of their errors.
    dropped : int
        How many samples were dropped because a mask or a winner changed within every step.
    """

    places: list[Place]
    values: Array
    errors: Array
    dropped: int


def sample_weights(
    probes: Sequence[Probe], value: Callable[[Array], Any], place: int, name: str, at: Sequence[Place]
) -> Sampled:
    """Return ∂L/∂w for single weights w of the parameter ``name`` of layer ``place``, by differences alone."""
    parameter = get_parameter(probes[place].layer, name).copy()
    scale = float(np.sqrt(np.mean(parameter**2))) or 1.0
    used, values, errors, dropped = [], [], [], 0
    for where in at:
        for shrink in SHRINK:
            step = step_at(np.asarray(parameter[where]), scale) * shrink
            masks: list[bytes] = []

            def loss(moved: Any, where: Place = where, masks: list[bytes] = masks) -> Any:
                shifted = parameter.copy()
                shifted[where] = moved
                output, mask = _onward(probes, place, name, shifted)
                masks.append(mask)
                return np.float64(value(output))

            with np.errstate(all="ignore"):
                found, error = two_steps(loss, parameter[where], step, loss(parameter[where]))
            if len(set(masks)) == 1:
                used.append(where)
                values.append(float(found))
                errors.append(float(error))
                break
        else:
            dropped += 1
    return Sampled(used, np.array(values), np.array(errors), dropped)


def along_block(probes: Sequence[Probe], loss: Probe, place: int, name: str, direction: Array) -> float:
    """Return the derivative of the loss as one parameter moves along a direction of its shape.

    The tangent is carried through the layers, each at the input on record, with complex steps where the code carries
    them. ``loss`` is the probe of the loss at the output on record.
    """
    with np.errstate(all="ignore"):
        tangent = probes[place].along_parameter(name, direction)
        for probe in probes[place + 1 :]:
            tangent = probe.along_input(tangent.reshape(probe.x.shape))
        return float(loss.along_input(tangent.reshape(loss.x.shape)))


def _onward(probes: Sequence[Probe], place: int, name: str, moved: Array) -> tuple[Array, bytes]:
    """Return the output of the network with one parameter replaced, and the masks and winners on the way."""
    first = probes[place]
    x = first.run(first.x, name, moved)
    masks = []
    for probe in probes[place + 1 :]:
        masks.append(pattern(probe.layer, x))
        x = probe.run(x)
    return x, b"".join(masks)


def pattern(layer: Any, x: Array) -> bytes:
    """Return which linear piece each entry is on: the winners of a pooling layer, else the signs of its input."""
    if hasattr(layer, "winners"):
        return np.asarray(layer.winners(x)).tobytes()
    if layer.parameters() if hasattr(layer, "parameters") else False:
        return b""
    return np.packbits(np.asarray(x) > 0).tobytes()
