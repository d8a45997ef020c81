"""Classic mistakes of a backward pass: the one that turns the derived gradient exactly into the stored one."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.derived import derived
from numeric.losses import Loss
from numeric.net import Net

Array = npt.NDArray[Any]

MATCH = 1e-9


def name_mistake(stored: Array, right: Array, net: Net, loss: Loss, x: Array, y: Array, parameter: str) -> str | None:
    """Return the name of the one classic mistake that explains a stored gradient exactly, or None."""
    for name, candidate in _candidates(right, net, loss, x, y, parameter):
        if candidate.shape == stored.shape and _same(stored, candidate):
            return name
    factor = _constant_factor(stored, right)
    return None if factor is None else f"right up to the constant factor {factor:.6g}"


def _candidates(right: Array, net: Net, loss: Loss, x: Array, y: Array, parameter: str) -> Iterator[tuple[str, Array]]:
    rows = len(x)
    yield "sign", -right
    yield "1/B missing", right * rows
    yield "1/B doubled", right / rows
    yield "factor 2", right * 2
    yield "factor 1/2", right / 2
    yield "not computed (zero)", np.zeros_like(right)
    if right.ndim == 2:
        yield "transposed", right.T
    if right.ndim == 4:
        yield "kernel flipped", right[..., ::-1, ::-1]
    if not any(hasattr(layer, "stride") for layer in net.layers):
        yield "activation mask forgotten", derived(net, loss, x, y, masks=False).gradients[parameter]


def _same(left: Array, right: Array) -> bool:
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)))
    return bool(np.all(np.abs(left - right) <= MATCH * scale))


def _constant_factor(stored: Array, right: Array) -> float | None:
    if np.count_nonzero(right) < 2:
        return None  # any number is a multiple of any other: that says nothing
    largest = np.unravel_index(int(np.argmax(np.abs(right))), right.shape)
    if right[largest] == 0:
        return None
    factor = float(stored[largest] / right[largest])
    return factor if factor and _same(stored, factor * right) else None
