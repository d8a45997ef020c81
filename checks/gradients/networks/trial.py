"""Run the network on trial once, on a copy, with a witness at each layer that sees what goes in and comes out."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.differences.networks.record import Record, get_parameter, parameter_names, stored_gradient
from numeric.net import Net

Array = npt.NDArray[Any]


class TrialError(Exception):
    """The code on trial raised an error, or gave what no backward pass gives; the message names the layer."""


class WrongShapeError(TrialError):
    """A layer sent back an array of another shape than its input."""

    def __init__(self, who: str, sent: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        super().__init__(f"{who} sends back an array of shape {sent} for its input of shape {wanted}")
        self.who, self.sent, self.wanted = who, sent, wanted


@dataclass(frozen=True)
class Change:
    """An array that a pass changed in place.

    Attributes
    ----------
    who, what : str
        Such as ``layer 1 (ReLU), backward`` and ``its input x``.
    where : tuple of int
        One entry that changed.
    before, after : float
        Its values.
    harmless : bool
        Whether nobody reads the array again: ∂L/∂y on the way back.
    """

    who: str
    what: str
    where: tuple[int, ...]
    before: float
    after: float
    harmless: bool = False

    def __str__(self) -> str:
        at = list(self.where) if self.where else ""
        return f"{self.who} changes {self.what} in place (entry {at} from {self.before:.6g} to {self.after:.6g})"


@dataclass(frozen=True)
class Trial:
    """What one backward pass did.

    Attributes
    ----------
    passed : Record
        The layers and their inputs, for the measurement.
    gradients : dict
        What the backward pass stored, by place and name, such as ``"0.W"``.
    received : dict
        ∂L/∂output as each layer was given it, by place.
    changes : list of Change
        What was changed in place.
    earlier : Trial or None
        The pass on another batch that ran before: what is left of it shows as a stale cache.
    """

    passed: Record
    gradients: dict[str, Array]
    received: dict[int, Array]
    changes: list[Change]
    earlier: "Trial | None" = None


def run(net: Any, loss: Any, x: Array, y: Array, rng: np.random.Generator) -> Trial:
    """Train nothing, but pass twice: first another batch, so that leftovers show, then the batch itself.

    Parameters
    ----------
    net : Net or sequence of layers
        It is copied; nothing of it changes.
    loss : Loss
        With ``gradient(prediction, target)``.
    x, y : ndarray, (B, ...)
        The batch.
    rng : numpy.random.Generator
        Draws the other batch.

    Raises
    ------
    TrialError
        The code raised an error, stored no gradient, or the network is no chain of its layers.
    """
    net = copy.deepcopy(Net(list(net)) if isinstance(net, Sequence) else net)
    net.layers = list(net.layers)
    size = float(np.sqrt(np.mean(np.square(x)))) or 1.0
    other = (x[::-1] + 0.25 * size * rng.standard_normal(x.shape)).astype(x.dtype)
    earlier = _pass(net, loss, other, y[::-1].copy(), None, rehearsal=True)
    return _pass(net, loss, x.copy(), y.copy(), earlier, rehearsal=False)


def _pass(net: Any, loss: Any, x: Array, y: Array, earlier: Trial | None, *, rehearsal: bool) -> Trial:
    """Pass forward and backward once; a rehearsal is not watched for changes and keeps no copies of the layers."""
    plain = list(net.layers)
    changes: list[Change] = []
    watched = [_Watched(layer, place, changes, rehearsal) for place, layer in enumerate(plain)]
    before = {} if rehearsal else _parameters(plain)
    kept = x.copy(), y.copy()
    net.layers = watched
    try:
        with np.errstate(all="ignore"):
            output, trace = _forward(net, x, watched)
            final = np.array(output)
            try:
                dy = np.asarray(loss.gradient(output, y))
            except Exception as error:
                raise TrialError(f"the gradient of the loss failed: {type(error).__name__}: {error}") from error
            _note(changes, "the loss, gradient", "the prediction", final, np.asarray(output))
            _backward(net, trace, dy)
    finally:
        net.layers = plain
    if not changes:
        for what, was, now in (("its input x", kept[0], x), ("the target y", kept[1], y)):
            _note(changes, "the network", what, was, now)
    if not rehearsal:
        for full, now in _parameters(plain, copied=False).items():
            place, name = full.split(".", maxsplit=1)
            _note(changes, str(watched[int(place)]), f"its parameter {name}", before.get(full), now)
    passed = Record(
        tuple(one.pristine for one in watched), tuple(one.given for one in watched if one.given is not None), final
    )
    received = {one.place: one.received for one in watched if one.received is not None}
    return Trial(passed, _gradients(plain, watched), received, changes, earlier)


def _forward(net: Any, x: Array, watched: list["_Watched"]) -> tuple[Any, Any]:
    try:
        output, trace = net.forward(x)
    except TrialError:
        raise
    except Exception as error:
        raise TrialError(f"forward of the network failed: {type(error).__name__}: {error}") from error
    outputs = [one.sent for one in watched]
    given = [one.given for one in watched[1:]] + [np.asarray(output)]
    for left, right in zip(outputs, given, strict=True):
        if left is None or right is None or not np.array_equal(left, right, equal_nan=True):
            raise TrialError("the output of the network is not that of its layers one after the other")
    return output, trace


def _backward(net: Any, trace: Any, dy: Array) -> None:
    try:
        net.backward(trace, dy)
    except TrialError:
        raise
    except Exception as error:
        raise TrialError(f"backward of the network failed: {type(error).__name__}: {error}") from error


def _parameters(layers: list[Any], *, copied: bool = True) -> dict[str, Array]:
    return {
        f"{place}.{name}": get_parameter(layer, name).copy() if copied else get_parameter(layer, name)
        for place, layer in enumerate(layers)
        for name in parameter_names(layer)
    }


def _gradients(layers: list[Any], watched: list["_Watched"]) -> dict[str, Array]:
    gradients = {}
    for place, layer in enumerate(layers):
        for name in parameter_names(layer):
            try:
                gradients[f"{place}.{name}"] = np.array(stored_gradient(layer, name))
            except (AttributeError, KeyError, RuntimeError) as error:
                raise TrialError(f"{watched[place]} stored no gradient of {name}") from error
    return gradients


class _Watched:
    """A layer that notes what it was given and whether it changed that; everything else is the layer's own."""

    def __init__(self, layer: Any, place: int, changes: list[Change], rehearsal: bool) -> None:
        self.layer, self.place, self.changes, self.rehearsal = layer, place, changes, rehearsal
        self.pristine: Any = None
        self.given: Array | None = None
        self.sent: Array | None = None
        self.received: Array | None = None

    def __getattr__(self, name: str) -> Any:
        if name == "layer":  # before __init__, while copying
            raise AttributeError(name)
        return getattr(self.layer, name)

    def forward(self, x: Array) -> Array:
        if self.given is not None:
            raise TrialError(f"{self} is passed more than once")
        self.pristine = None if self.rehearsal else copy.deepcopy(self.layer)
        self.given = np.array(x)
        y = np.asarray(self._called(self.layer.forward, "forward", x))
        self.sent = y.copy()
        _note(self.changes, f"{self}, forward", "its input x", self.given, x)
        return y

    def backward(self, x: Array, dy: Array) -> Array:
        kept, self.received = np.array(x), np.array(dy)
        dx = np.asarray(self._called(self.layer.backward, "backward", x, dy))
        _note(self.changes, f"{self}, backward", "its input x", kept, x)
        _note(self.changes, f"{self}, backward", "its argument dy", self.received, dy, harmless=True)
        if dx.shape != kept.shape and self.place:
            raise WrongShapeError(str(self), dx.shape, kept.shape)
        return dx

    def __str__(self) -> str:
        return f"layer {self.place} ({type(self.layer).__name__})"

    def _called(self, method: Any, name: str, *arguments: Array) -> Any:
        try:
            return method(*arguments)
        except Exception as error:
            raise TrialError(f"{name} of {self} failed: {type(error).__name__}: {error}") from error


def _note(
    changes: list[Change], who: str, what: str, before: Array | None, after: Array, *, harmless: bool = False
) -> None:
    if before is None or np.array_equal(before, after, equal_nan=True):
        return
    if before.shape != after.shape:
        changes.append(Change(who, f"the shape of {what}", (), float(before.size), float(after.size)))
        return
    where = tuple(int(part) for part in np.argwhere(before != after)[0])
    changes.append(Change(who, what, where, float(before[where]), float(after[where]), harmless))
