"""Measure ∂L/∂parameter of every parameter of a recorded forward pass, from the loss backwards."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.adjoint import adjoint
from numeric.differences.networks.blocks import block
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.record import Record, parameter_names
from numeric.differences.networks.sensitivity import NotMeasurableError, Sensitivity, smallest

__all__ = ["Measured", "MeasuredBlock", "NotMeasurableError", "measure"]


@dataclass(frozen=True)
class MeasuredBlock:
    """The gradient of one parameter of one layer.

    Attributes
    ----------
    gradient : Sensitivity
        In the shape of the parameter.
    structure : str
        How it follows from ∂L/∂output.
    exact : bool
        Whether only complex steps were used on the way to it.
    """

    gradient: Sensitivity
    structure: str
    exact: bool


@dataclass(frozen=True)
class Measured:
    """All gradients of a network at one batch.

    Attributes
    ----------
    blocks : dict
        By place of the layer and name, such as ``"0.W"``.
    unmeasured : dict
        The parameters whose gradient could not be measured entry by entry, and why.
    probes : tuple
        For each layer.
    upstreams : tuple
        ∂L/∂output of each layer; None below one that could not be passed.
    structures : tuple of str
        How each layer was passed.
    choices : tuple of Choice
        Where a kink lies exactly at the point and what the layer sends back there is none of the right values.
    """

    blocks: dict[str, MeasuredBlock]
    unmeasured: dict[str, str]
    probes: tuple[Probe, ...]
    upstreams: tuple[Sensitivity | None, ...]
    structures: tuple[str, ...]
    choices: tuple["Choice", ...]
    at_kinks: int
    """How many inputs of layers lie exactly at a kink."""

    def open_entries(self) -> int:
        """Return how many entries have a range of right values because of a kink at the point."""
        return sum(int(np.count_nonzero(one.gradient.radius)) for one in self.blocks.values())


@dataclass(frozen=True)
class Choice:
    """A wrong value of a layer at a kink: what it sends back to one place, and the range of what it may send.

    ``where`` is empty for the sum over one sample, which a pooling layer must hand on undivided.
    """

    place: int
    where: tuple[int, ...]
    value: float
    low: float
    high: float


def measure(
    passed: Record, value: Callable[[Array], Any], *, unit: float, rng: np.random.Generator, look_for_kinks: bool = True
) -> Measured:
    """Return the gradients of value(output) by all parameters of the recorded layers.

    Parameters
    ----------
    passed : Record
        The forward pass. Each layer is measured at the very input that it was given there, so a network that computes
        in single precision is not blamed for having its activations elsewhere.
    value : callable
        The loss of a prediction: one number.
    unit : float
        The rounding unit of the backward pass on trial, for the estimate of its noise.
    rng : numpy.random.Generator
        Draws the tangents that confirm the structure of each layer.
    look_for_kinks : bool
        Whether a layer's own choice at a kink is taken, if it is a right one; otherwise that of its forward pass.

    Returns
    -------
    Measured
        With complex steps exact to rounding.

    Raises
    ------
    NotMeasurableError
        If the loss itself has no finite derivative.
    """
    loss = Probe.of_loss(value, passed.output, rng)
    one = Sensitivity(np.ones(loss.y.shape), np.zeros(loss.y.shape), np.zeros(loss.y.shape))
    upstream: Sensitivity | None
    upstream, _ = adjoint(loss, one, unit)
    # softmax(Z) − Y, formed by subtracting, keeps digits beside the largest entry only.
    rough = unit * float(np.max(np.abs(upstream.value), initial=0.0))
    upstream = Sensitivity(upstream.value, np.hypot(upstream.noise, rough) + smallest(unit), upstream.radius)
    exact = loss.noise == 0
    blocks: dict[str, MeasuredBlock] = {}
    choices: list[Choice] = []
    at_kinks = 0
    unmeasured: dict[str, str] = {}
    probes: list[Probe] = []
    upstreams: list[Sensitivity | None] = []
    structures: list[str] = []
    unmeasured_above = ""
    lowest = min((place for place, layer in enumerate(passed.layers) if parameter_names(layer)), default=0)
    for place in reversed(range(len(passed.layers))):
        probe = Probe(passed.layers[place], passed.inputs[place], rng)
        probes.append(probe)
        upstreams.append(upstream)
        for name in parameter_names(passed.layers[place]):
            full = f"{place}.{name}"
            if upstream is None:
                unmeasured[full] = f"a layer above could not be passed: {unmeasured_above}"
                continue
            try:
                gradient, structure = block(probe, name, upstream, unit)
                blocks[full] = MeasuredBlock(gradient, structure, exact and probe.noise == 0)
            except NotMeasurableError as error:
                unmeasured[full] = str(error)
        structure = ""
        if place > lowest and upstream is not None:
            try:
                below, structure = adjoint(probe, upstream, unit, look_for_kinks=look_for_kinks)
                at_kinks += int(np.count_nonzero(below.radius)) if not np.any(upstream.radius) else 0
                upstream = _settled(probe, place, upstream, below, structure, choices)
                exact = exact and probe.noise == 0
            except NotMeasurableError as error:
                upstream, unmeasured_above = None, str(error)
        structures.append(structure)
    order = {name: blocks[name] for name in sorted(blocks, key=lambda full: (int(full.split(".")[0]), full))}
    return Measured(
        order,
        unmeasured,
        tuple(reversed(probes)),
        tuple(reversed(upstreams)),
        tuple(reversed(structures)),
        tuple(choices),
        at_kinks,
    )


def _settled(
    probe: Probe, place: int, above: Sensitivity, below: Sensitivity, structure: str, choices: list[Choice]
) -> Sensitivity:
    """Take the layer's own choice at its kinks, if it is a right one; what is not is added to ``choices``.

    Any element of the Clarke subdifferential is right, but then the layers below must go on with that very one.
    """
    here = below.radius > 0
    # Slopes that cancel, as in a normalisation of two features, change like a kink and are none.
    if not np.any(here) or np.any(above.radius) or structure not in ("elementwise", "windows"):
        return below
    layer = copy.deepcopy(probe.layer)
    try:
        layer.forward(probe.x.copy())
        own = np.asarray(layer.backward(probe.x.copy(), above.value.copy()))
    except Exception:  # somebody else's code, which is judged elsewhere
        return below
    if own.shape != below.value.shape or not np.all(np.isfinite(own)):
        return below
    slack = 64 * below.noise + 1e-9 * below.radius
    outside = here & (np.abs(own - below.value) > below.radius + slack)
    if np.any(outside):
        where = tuple(int(part) for part in np.argwhere(outside)[0])
        middle, half = float(below.value[where]), float(below.radius[where] + slack[where])
        choices.append(Choice(place, where, float(own[where]), middle - half, middle + half))
        return below
    if structure == "windows":  # the maximum of a window moves with its entries when all move alike: no kink there
        wanted = np.sum((probe.along_input(np.ones(probe.x.shape)) * above.value).reshape(len(own), -1), axis=1)
        sent = np.sum(own.reshape(len(own), -1), axis=1)
        slack = np.sqrt(np.sum((64 * below.noise).reshape(len(own), -1) ** 2, axis=1))
        bad = np.abs(sent - wanted) > slack + 1e-9 * np.abs(wanted)
        if np.any(bad):
            row = int(np.argmax(np.abs(sent - wanted)))
            low, high = float(wanted[row] - slack[row]), float(wanted[row] + slack[row])
            choices.append(Choice(place, (), float(sent[row]), low, high))
            return below
    return Sensitivity(np.where(here, own, below.value), below.noise, np.zeros(below.radius.shape))
