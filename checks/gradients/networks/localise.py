"""Which layer is to blame? Each is given its true input and the true ∂L/∂output, alone, on a fresh copy."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.mistakes import name_block_mistake, name_layer_mistake, name_loss_mistake
from checks.gradients.networks.comparing import compare, tolerance_of
from checks.gradients.networks.trial import Trial
from numeric.differences.networks import Measured, MeasuredBlock
from numeric.differences.networks.adjoint import adjoint
from numeric.differences.networks.blocks import ENTRY_BY_ENTRY
from numeric.differences.networks.record import parts_of, stored_gradient
from numeric.differences.networks.sensitivity import Sensitivity
from numeric.layers import Conv2d, Linear

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Fault:
    """Who is to blame.

    Attributes
    ----------
    what : str
        A sentence's end, such as ``layer 1 (ReLU) sends a wrong gradient back``.
    mistake : str or None
        The classic mistake that explains it exactly.
    """

    what: str
    mistake: str | None = None


def first_fault(
    layers: Sequence[Any], trial: Trial, measured: Measured, loss: Any, y: Array, unit: float
) -> Fault | None:
    """Return the first fault on the way back from the loss, or None if every layer is right when it is asked alone.

    ``layers`` are those of the network as it came, before it saw the batch of the rehearsal.
    """
    tolerance = tolerance_of(unit, exact=True)
    top = measured.upstreams[-1]
    if top is not None:
        wrong = _loss_fault(trial, loss, y, top, tolerance, unit)
        if wrong is not None:
            return wrong
    for place in reversed(range(len(trial.passed.layers))):
        upstream = measured.upstreams[place]
        if upstream is None:
            continue
        fault = _layer_fault(layers[place], trial, measured, place, upstream, unit)
        if fault is not None:
            return fault
    return None


def _loss_fault(trial: Trial, loss: Any, y: Array, top: Sensitivity, tolerance: float, unit: float) -> Fault | None:
    prediction = trial.passed.output.copy()
    own = np.asarray(loss.gradient(prediction, y.copy()))
    if own.shape != top.value.shape:
        return Fault(f"the gradient of the loss has shape {own.shape}, the prediction {top.value.shape}")
    if not np.any(compare(own, top, tolerance).wrong):
        return None
    return Fault(f"the gradient of the loss ({type(loss).__name__})", name_loss_mistake(own, top.value, unit=unit))


def _layer_fault(
    original: Any, trial: Trial, measured: Measured, place: int, upstream: Sensitivity, unit: float
) -> Fault | None:
    layer, x = copy.deepcopy(trial.passed.layers[place]), trial.passed.inputs[place]
    kind = f"layer {place} ({type(layer).__name__})"
    dy = upstream.value.astype(x.dtype)
    given = Sensitivity(dy.astype(np.float64), upstream.noise + unit * np.abs(upstream.value), upstream.radius)
    try:
        with np.errstate(all="ignore"):
            layer.forward(x.copy())
            dx = np.asarray(layer.backward(x.copy(), dy.copy()))
    except Exception as error:
        return Fault(f"backward of {kind} fails: {type(error).__name__}: {error}", _empty_slice(layer))
    wrong = _gradient_fault(layer, measured, place, upstream, x, unit)
    if wrong is not None or place == 0:
        return wrong
    right = _below(measured, place, given, unit)
    if right is None:
        return None
    if dx.shape != right.value.shape:
        return Fault(f"{kind} sends back an array of shape {dx.shape} for {right.value.shape}", _empty_slice(layer))
    if not np.any(compare(dx, right, tolerance_of(unit, exact=measured.probes[place].noise == 0)).wrong):
        return None
    mistake = name_layer_mistake(
        dx.astype(np.float64),
        right.value,
        unit=unit,
        layer=measured.probes[place].layer,
        x=x.astype(np.float64),
        dy=given.value,
    )
    if mistake is None and _right_when_new(original, x, dy, right, tolerance_of(unit, exact=True)):
        mistake = "stale cache: something of the batch before"
    return Fault(f"{kind} sends a wrong gradient back", mistake)


def _gradient_fault(
    layer: Any, measured: Measured, place: int, upstream: Sensitivity, x: Array, unit: float
) -> Fault | None:
    """Return what is wrong with the gradients that a layer has just stored."""
    kind = f"layer {place} ({type(layer).__name__})"
    for full, block in measured.blocks.items():
        owner, name = parts_of(full)
        if owner != place:
            continue
        own = stored_gradient(layer, name)
        if own.shape != block.gradient.value.shape:
            return Fault(f"{kind} gives {name} a gradient of shape {own.shape}")
        if not np.any(compare(own, block.gradient, tolerance_of(unit, exact=block.exact)).wrong):
            continue
        mistake = name_block_mistake(own, block.gradient.value, unit=unit, x=x, upstream=structured(block, upstream))
        if block.structure == ENTRY_BY_ENTRY and isinstance(layer, (Linear, Conv2d)):
            formula = "xW + b" if isinstance(layer, Linear) else "a correlation plus b"
            return Fault(f"the forward pass of {kind} is not {formula}, so its {name} gradient is not", mistake)
        return Fault(f"{kind} computes its {name} gradient wrongly", mistake)
    return None


def _right_when_new(original: Any, x: Array, dy: Array, right: Sensitivity, tolerance: float) -> bool:
    """Tell whether the layer, as it came and before it saw another batch, sends back what is right."""
    new = copy.deepcopy(original)
    try:
        with np.errstate(all="ignore"):
            new.forward(x.copy())
            dx = np.asarray(new.backward(x.copy(), dy.copy()))
    except Exception:  # somebody else's code: it is judged by what it gives, and here it gives nothing
        return False
    return dx.shape == right.value.shape and not np.any(compare(dx, right, tolerance).wrong)


def structured(block: MeasuredBlock, upstream: Sensitivity | None) -> Array | None:
    """Return ∂L/∂output, for the formulas of a layer that was seen to be linear in this parameter; else None."""
    return None if upstream is None or block.structure == ENTRY_BY_ENTRY else upstream.value


def _below(measured: Measured, place: int, given: Sensitivity, unit: float) -> Sensitivity | None:
    known = measured.upstreams[place - 1]
    if known is not None:
        return Sensitivity(known.value, np.hypot(known.noise, unit * np.abs(known.value)), known.radius)
    try:  # the layers below have no parameters, so nobody has asked yet
        return adjoint(measured.probes[place], given, unit)[0]
    except ValueError:
        return None


def _empty_slice(layer: Any) -> str | None:
    padding = getattr(layer, "padding", None)
    if padding is not None and not any(np.atleast_1d(padding)):
        return "a slice [p:-p] is empty for padding p = 0"
    return None
