"""Compare what a backward pass stored with what the derivation says, parameter by parameter, entry by entry."""

import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.copies import again, is_single, rows_at_kinks
from checks.networks.derived import Derived, NotCoveredError, derived, output
from checks.networks.mistakes import name_mistake
from checks.networks.rigorous import enclose_gradient
from checks.verdict import Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from numeric.layers import BatchNorm
from numeric.losses import Loss
from numeric.net import Net

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Digits:
    """How close is close enough: the relative error that passes, and when an entry has lost digits.

    Attributes
    ----------
    tolerance:
        Of the error, relative to the size of the entry.
    cancelled:
        Below this part of the largest entry of its block, or of the sum of its absolute terms, an entry has lost
        digits: then the size of those counts.
    """

    tolerance: float
    cancelled: float


DOUBLE = Digits(1e-10, 1e-4)
SINGLE = Digits(1e-3, 1e-2)
"""For a float32 network, which can agree in its own digits but is only ever refuted in float64."""


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
        A network after forward and backward, before the update. Of a float32 network the derivation is computed in
        float64; where it differs, a copy of the network in float64 is judged.
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
    digits = SINGLE if is_single(net) else DOUBLE
    forward = _forward_differs(net, right, x, digits, reproduce)
    if forward is not None:
        return forward
    found = [
        _largest(name, np.asarray(stored[name]), array, right.terms.get(name), digits)
        for name, array in right.gradients.items()
    ]
    wrong = [difference for difference in found if not difference.error <= digits.tolerance]
    if wrong:
        return _differ(net, loss, x, y, right, wrong, when, reproduce)
    compared = sum(array.size for array in right.gradients.values())
    worst = max(found, key=lambda difference: difference.error)
    return Verdict(
        status=Status.AGREES,
        reason=f"All {compared:,} gradients of back-propagation agree with the derivation{' ' + when if when else ''}.",
        evidence=Comparison(
            compared=compared,
            max_error=worst.error,
            tolerance=digits.tolerance,
            worst_at=f"{worst.parameter}{list(worst.place)}",
        ),
        reproduce=reproduce,
    )


def _differ(
    net: Net,
    loss: Loss,
    x: Array,
    y: Array,
    right: Derived,
    wrong: list[Difference],
    when: str,
    reproduce: str,
) -> Verdict:
    """Say what a difference means: rounding, a choice at a kink, or a mistake."""
    if is_single(net):
        return _judged_in_double(net, loss, x, y, wrong, when, reproduce)
    at_kinks = rows_at_kinks(net, right)
    if np.any(at_kinks):
        return _judged_away_from_kinks(net, loss, x, y, at_kinks, when, reproduce)
    return _refuted(net, loss, x, y, right, net.gradients(), _first_on_the_way_back(wrong), when, reproduce)


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
            if _largest(name, gradient, right.gradients[name], right.terms.get(name)).error > DOUBLE.tolerance:
                return f"{kind} computes its {name.split('.')[1]} gradient wrongly"
        if place and _largest("dx", dx, right.upstreams[place - 1], right.upstream_terms[place - 1]).error > (
            DOUBLE.tolerance
        ):
            return f"{kind} sends a wrong gradient back"
    return ""


def net_gradients(layer: object, place: int) -> dict[str, Array]:
    """Return the gradients that one layer stored, under the names of `Net.gradients`."""
    stored: dict[str, Array] = getattr(layer, "gradients", dict)()
    return {f"{place}.{name}": np.asarray(array) for name, array in stored.items()}


def _judged_in_double(
    net: Net, loss: Loss, x: Array, y: Array, wrong: list[Difference], when: str, reproduce: str
) -> Verdict:
    """Judge a copy of a float32 network in float64: rounding is not a mistake."""
    verdict = check_network(again(net, loss, x, y), loss, x, y, when=when, reproduce=reproduce)
    worst = _first_on_the_way_back(wrong)
    if verdict.status is not Status.AGREES:
        return replace(verdict, reason=f"Judged in float64: {verdict.reason}")
    return _undecided(
        f"The float32 gradient {worst.parameter}{list(worst.place)} differs by {worst.error:.1e}; the same code agrees "
        "in float64, so this may be rounding.",
        reproduce,
    )


def _judged_away_from_kinks(
    net: Net, loss: Loss, x: Array, y: Array, at_kinks: Array, when: str, reproduce: str
) -> Verdict:
    """Leave out the samples with a pre-activation of zero, where several gradients are right, and judge the others."""
    others = (
        f"{np.count_nonzero(at_kinks)} of {len(x)} samples stand at a kink of a ReLU, where several values are right"
    )
    if np.all(at_kinks) or any(isinstance(layer, BatchNorm) for layer in net.layers):
        return _undecided(f"The gradients differ, but {others}.", reproduce)
    x, y = np.asarray(x)[~at_kinks], np.asarray(y)[~at_kinks]
    verdict = check_network(again(net, loss, x, y), loss, x, y, when=when, reproduce=reproduce)
    if verdict.status is Status.AGREES:
        return _undecided(f"The gradients differ, but {others}; over the other samples they agree.", reproduce)
    return replace(verdict, reason=f"Without those samples at a kink of a ReLU: {verdict.reason}")


def _largest(name: str, stored: Array, right: Array, terms: Array | None, digits: Digits = DOUBLE) -> Difference:
    size = np.fmax(np.abs(stored), np.abs(right))  # nan counts below as an infinite error, not as a size
    size = np.maximum(size, digits.cancelled * np.max(size, initial=0.0))
    if terms is not None:
        size = np.maximum(size, digits.cancelled * terms)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(stored == right, 0.0, np.abs(stored - right) / size)
    error = np.where(np.isnan(error), np.inf, error)
    place = np.unravel_index(int(np.argmax(error)), error.shape)
    return Difference(name, tuple(int(part) for part in place), float(error[place]))


def _forward_differs(net: Net, right: Derived, x: Array, digits: Digits, reproduce: str) -> Verdict | None:
    """Notice a forward pass that is not the declared layers: then its gradient is another question."""
    theirs = output(net, np.asarray(net.predict(x)))
    difference = _largest("prediction", np.asarray(theirs), right.prediction, None, digits)
    if difference.error <= digits.tolerance:
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
    return abs(value - truth.low) <= DOUBLE.tolerance * abs(value)


def _undecided(reason: str, reproduce: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("compiled derivation",)), reproduce=reproduce
    )
