"""Compare what a backward pass stored with what the derivation says, parameter by parameter, entry by entry."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.derived import Derived, NotCoveredError, derived, output
from checks.networks.mistakes import name_mistake
from checks.networks.rigorous import enclose_gradient
from checks.verdict import Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from numeric.losses import Loss
from numeric.net import Net

Array = npt.NDArray[Any]

TOLERANCE = 1e-10
CANCELLED = 1e-4
"""Below this part of the largest entry of its block an entry has lost digits: then the size of the block counts."""


@dataclass(frozen=True)
class Difference:
    """The largest relative difference within one parameter."""

    parameter: str
    place: tuple[int, ...]
    error: float


def check_network(net: Net, loss: Loss, x: Array, y: Array, *, when: str = "", reproduce: str = "") -> Verdict:
    """Judge every gradient that the last backward pass of a network stored for this batch.

    Parameters
    ----------
    net:
        A network after forward and backward, before the update.
    loss:
        Its loss.
    x, y:
        The batch: inputs (B, ...) and targets.
    when:
        Words for the moment, such as `at step 50`.
    reproduce:
        A line that asks again.

    Returns
    -------
    Verdict
        `agrees` with the number of parameters compared; `refuted` with layer, parameter, entry, the stored value and a
        rigorous enclosure of the true one, and the classic mistake where one matches exactly; `undecided` where the
        catalogue has no derivation.
    """
    try:
        right = derived(net, loss, x, y)
    except NotCoveredError as error:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The network is not covered: {error}.",
            evidence=Attempt(tried=("compose the compiled derivations of its layers",)),
            reproduce=reproduce,
        )
    stored = net.gradients()
    for name, array in right.gradients.items():
        shape = np.asarray(stored[name]).shape if name in stored else "none"
        if shape != array.shape:
            return _undecided(f"The stored gradient {name} has shape {shape}, the parameter {array.shape}.", reproduce)
    forward = _forward_differs(net, right, x, reproduce)
    if forward is not None:
        return forward
    found = [_largest(name, np.asarray(stored[name]), array) for name, array in right.gradients.items()]
    wrong = [difference for difference in found if not difference.error <= TOLERANCE]
    if wrong:
        return _refuted(net, loss, x, y, right, stored, _first_on_the_way_back(wrong), when, reproduce)
    compared = sum(array.size for array in right.gradients.values())
    worst = max(found, key=lambda difference: difference.error)
    return Verdict(
        status=Status.AGREES,
        reason=f"All {compared:,} gradients of back-propagation agree with the derivation{' ' + when if when else ''}.",
        evidence=Comparison(
            compared=compared,
            max_error=worst.error,
            tolerance=TOLERANCE,
            worst_at=f"{worst.parameter}{list(worst.place)}",
        ),
        reproduce=reproduce,
    )


def _first_on_the_way_back(wrong: list[Difference]) -> Difference:
    """Return the wrong parameter nearest to the loss: what went wrong there spoils everything before it."""
    last = max(int(difference.parameter.split(".")[0]) for difference in wrong)
    nearest = [difference for difference in wrong if int(difference.parameter.split(".")[0]) == last]
    return max(nearest, key=lambda difference: difference.error)


def _guilty_layer(net: Net, right: Derived) -> str:
    """Give each layer its true input and upstream gradient; name the first, from the loss, whose backward is off.

    Copies are asked, so that the network keeps what it stored.
    """
    for place in reversed(range(len(right.inputs))):
        layer = copy.deepcopy(net.layers[place])
        kind = f"layer {place} ({type(layer).__name__})"
        dx = np.asarray(layer.backward(right.inputs[place].copy(), right.upstreams[place].copy()))
        for name, gradient in net_gradients(layer, place).items():
            if _largest(name, gradient, right.gradients[name]).error > TOLERANCE:
                return f"{kind} computes its {name.split('.')[1]} gradient wrongly"
        if place and _largest("dx", dx, _input_gradient(right, place)).error > TOLERANCE:
            return f"{kind} sends a wrong gradient back"
    return ""


def net_gradients(layer: object, place: int) -> dict[str, Array]:
    """Return the gradients that one layer stored, under the names of `Net.gradients`."""
    stored: dict[str, Array] = getattr(layer, "gradients", dict)()
    return {f"{place}.{name}": np.asarray(array) for name, array in stored.items()}


def _input_gradient(right: Derived, place: int) -> Array:
    """Return the derived ∂L/∂input of a layer, which is ∂L/∂output of the one before it."""
    return right.upstreams[place - 1]


def _largest(name: str, stored: Array, right: Array) -> Difference:
    size = np.fmax(np.abs(stored), np.abs(right))  # nan counts below as an infinite error, not as a size
    size = np.maximum(size, CANCELLED * np.max(size, initial=0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(stored == right, 0.0, np.abs(stored - right) / size)
    error = np.where(np.isnan(error), np.inf, error)
    place = np.unravel_index(int(np.argmax(error)), error.shape)
    return Difference(name, tuple(int(part) for part in place), float(error[place]))


def _forward_differs(net: Net, right: Derived, x: Array, reproduce: str) -> Verdict | None:
    """Notice a forward pass that is not the declared layers: then its gradient is another question."""
    theirs = output(net, np.asarray(net.predict(x)))
    difference = _largest("prediction", np.asarray(theirs), right.prediction)
    if difference.error <= TOLERANCE:
        return None
    return _undecided(
        f"The forward pass is not that of the declared layers: the prediction differs by {difference.error:.1e} "
        f"at {list(difference.place)}, so its gradient was not judged.",
        reproduce,
    )


def _refuted(
    net: Net,
    loss: Loss,
    x: Array,
    y: Array,
    right: Derived,
    stored: dict[str, Array],
    wrong: Difference,
    when: str,
    reproduce: str,
) -> Verdict:
    name, place = wrong.parameter, wrong.place
    value = float(np.asarray(stored[name])[place])
    layer = net.layers[int(name.split(".")[0])]
    shown = f"{name}{list(place)} ({type(layer).__name__}, layer {name.split('.')[0]})"
    if not np.isfinite(value):
        return _undecided(f"Back-propagation stored {value} as {shown} {when}.", reproduce)
    try:
        ball = enclose_gradient(net, loss, x, y, name, place)
    except NotCoveredError as error:
        return _undecided(f"{shown} differs from the derivation, but {error}.", reproduce)
    truth = Enclosure(low=float(ball.lower()), high=float(ball.upper()), text=ball.str(17))
    claim = Enclosure(low=value, high=value, text=repr(value))
    if ball.contains(value) or _close(value, truth):
        return _undecided(f"{shown} differs from the compiled derivation, not from the true value.", reproduce)
    mistake = name_mistake(np.asarray(stored[name]), right.gradients[name], net, loss, x, y, name)
    guilty = _guilty_layer(net, right)
    at = f" {when}" if when else ""
    because = (f" The fault: {guilty}." if guilty else "") + (f" Exactly this mistake: {mistake}." if mistake else "")
    return Verdict(
        status=Status.REFUTED,
        reason=f"Back-propagation stored {value:.12g} as {shown}{at}; the derivative is {ball.str(12)}.{because}",
        evidence=Counterexample(point={"parameter": name, "entry": str(list(place))}, left=claim, right=truth),
        reproduce=reproduce,
        mistake=mistake,
    )


def _close(value: float, truth: Enclosure) -> bool:
    """Tell whether a stored float is within the tolerance of the rigorous value: then nothing is wrong with it."""
    return abs(value - truth.low) <= TOLERANCE * abs(value)


def _undecided(reason: str, reproduce: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("compiled derivation",)), reproduce=reproduce
    )
