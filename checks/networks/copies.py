"""A network once more: in float64, or over a part of its batch, for a question that the first pass leaves open."""

import copy
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.derived import Derived
from numeric.layers import Dropout, LeakyReLU, Linear, ReLU
from numeric.losses import Loss
from numeric.net import Net

Array = npt.NDArray[Any]

ROUNDING = 64 * np.finfo(np.float64).eps
"""A pre-activation smaller than this part of the terms that it sums up may have either sign."""


def is_single(net: Net) -> bool:
    """Tell whether a parameter is float32."""
    return any(parameter.dtype == np.float32 for parameter in net.parameters().values())


def again(net: Net, loss: Loss, x: Array, y: Array) -> Net:
    """Return a copy of a network in float64 after its own forward and backward pass; the network is not touched."""
    twin = copy.deepcopy(net)
    for layer in twin.layers:
        for name, parameter in getattr(layer, "parameters", dict)().items():
            setattr(layer, name, parameter.astype(np.float64))
    prediction, trace = twin.forward(np.asarray(x, dtype=np.float64))
    twin.backward(trace, loss.gradient(prediction, y))
    return twin


def rows_at_kinks(net: Net, right: Derived) -> Array:
    """Return for each sample whether a ReLU gets a zero, or what may be one but for rounding: bool, (B,)."""
    found = np.zeros(len(right.prediction), dtype=bool)
    for place in range(1, len(right.inputs)):
        layer, before, z = net.layers[place], net.layers[place - 1], right.inputs[place]
        if not isinstance(layer, (ReLU, LeakyReLU)):
            continue
        scale = np.abs(z).max(axis=-1, keepdims=True)
        if isinstance(before, Linear):
            scale = np.abs(right.inputs[place - 1]) @ np.abs(before.W) + np.abs(before.b)
        near = np.abs(z) <= ROUNDING * scale
        if isinstance(before, Dropout):
            near &= before.mask(z.shape) != 0  # what was dropped has no slope at all
        found |= near.any(axis=tuple(range(1, near.ndim)))
    return found
