"""The gradients of a network composed from compiled derivations: the second witness of back-propagation.

A layer is known by its class; what it does and what its derivative is come from the catalogue alone. The network's own
forward and backward passes are never asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.rounding import back
from derive import catalogue
from derive.entry import Entry
from numeric.layers import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from numeric.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
)
from numeric.net import Net

Array = npt.NDArray[Any]

ELEMENTWISE: dict[type, str] = {ReLU: "relu", LeakyReLU: "leaky_relu", Sigmoid: "sigmoid", Tanh: "tanh"}
NORMALISATION: dict[type, str] = {BatchNorm: "batch_norm", LayerNorm: "layer_norm"}

LOSSES: tuple[type[Loss], ...] = (SoftmaxCrossEntropy, BinaryCrossEntropyWithLogits, BinaryCrossEntropy, SquaredError)


class NotCoveredError(ValueError):
    """The catalogue has no derivation for this layer, loss or combination."""


@dataclass(frozen=True)
class Derived:
    """What the derivation says of one batch.

    Attributes
    ----------
    prediction:
        The output of the network, in the shape of the batch's prediction.
    gradients:
        ∂L/∂parameter by the names of `Net.gradients`, in the shapes of the parameters.
    inputs, upstreams:
        For each layer its input and ∂L/∂output; empty for the convolutional example, which is derived as a whole.
    terms, upstream_terms:
        For each gradient, and for each upstream, the sum of the absolute values of its terms, which tells rounding from
        a difference (see `checks.networks.rounding`); empty for the convolutional example.
    """

    prediction: Array
    gradients: dict[str, Array]
    inputs: tuple[Array, ...] = ()
    upstreams: tuple[Array, ...] = ()
    terms: dict[str, Array] = field(default_factory=dict)
    upstream_terms: tuple[Array, ...] = ()


def derived(net: Net, loss: Loss, x: Array, y: Array, *, masks: bool = True) -> Derived:
    """Return prediction and gradients of a network for one batch, from compiled derivations.

    Parameters
    ----------
    net:
        Layers Linear, ReLU, LeakyReLU, Sigmoid, Tanh, BatchNorm (in training), LayerNorm, Dropout in any order, or the
        convolutional example. Whatever their type, everything is computed in float64.
    loss:
        Softmax cross-entropy, binary cross-entropy on ŷ or on logits, or the squared error; mean or sum.
    x, y:
        Inputs (B, ...) and targets.
    masks:
        False leaves the derivative of every activation out: the classic mistake, for comparison.

    Raises
    ------
    NotCoveredError
        A layer or loss that the catalogue does not hold.
    """
    if any(isinstance(layer, (Conv2d, MaxPool2d, Flatten)) for layer in net.layers):
        return _conv_example(net, loss, x, y)
    inputs = [np.asarray(x, dtype=np.float64)]
    for layer in net.layers:
        inputs.append(_forward(layer, inputs[-1]))
    prediction = inputs.pop()
    upstream = loss_gradient(loss, prediction, y)
    gradients: dict[str, Array] = {}
    terms: dict[str, Array] = {}
    upstreams, upstream_terms = [upstream], [np.abs(upstream)]
    for place in reversed(range(len(net.layers))):
        layer, given = net.layers[place], inputs[place]
        steepness: Array | None = None
        if isinstance(layer, (Linear, BatchNorm, LayerNorm)):
            name, parameters = _parametric(layer, given)
            code, arguments = entry(name).compiled_gradient, (given, *parameters, upstream)
            gradients.update({f"{place}.{own}": code[own](*arguments) for own in layer.trainable})
            upstream = np.asarray(code[INPUT[name]](*arguments)) if place else upstream
        else:
            steepness = slope(layer)(given) if masks or isinstance(layer, Dropout) else np.ones_like(given)
            upstream = upstream * steepness
        own_terms, input_terms = back(layer, given, upstream_terms[-1], steepness)
        terms.update({f"{place}.{own}": array for own, array in own_terms.items()})
        upstreams.append(upstream)
        upstream_terms.append(input_terms)
    return Derived(
        prediction,
        gradients,
        tuple(inputs),
        tuple(reversed(upstreams[:-1])),
        terms,
        tuple(reversed(upstream_terms[:-1])),
    )


INPUT = {"linear_layer": "X", "batch_norm": "x", "layer_norm": "x"}
"""What the input of a layer is called in its entry; the parameters have the names of the entry."""


def _parametric(layer: Linear | BatchNorm | LayerNorm, x: Array) -> tuple[str, tuple[Any, ...]]:
    """Return the entry of a layer with parameters, and what its code takes besides the input."""
    if isinstance(layer, Linear):
        return "linear_layer", (layer.W, layer.b)
    if x.ndim != 2:
        raise NotCoveredError(f"the catalogue normalises rows and columns of (B, N), not {x.shape}")
    if isinstance(layer, BatchNorm) and not layer.training:
        raise NotCoveredError(f"the catalogue has {layer} in training, not in evaluation")
    name = next(name for kind, name in NORMALISATION.items() if isinstance(layer, kind))
    return name, (layer.gamma, layer.beta, layer.eps)


def _forward(layer: object, x: Array) -> Array:
    if isinstance(layer, (Linear, BatchNorm, LayerNorm)):
        name, parameters = _parametric(layer, x)
        return np.asarray(entry(name).compiled_value(x, *parameters))
    if isinstance(layer, Dropout):
        return np.asarray(x * _mask(layer, x))
    return np.asarray(_elementwise(layer).compiled_value(x, *_constants(layer)))


def slope(layer: object) -> Callable[[Array], Array]:
    """Return the derivative of an elementwise layer: compiled, or the mask of a dropout, which multiplies by it."""
    if isinstance(layer, Dropout):
        return lambda x: _mask(layer, x)
    code, constants = _elementwise(layer).compiled_gradient["x"], _constants(layer)
    return lambda x: np.asarray(code(x, *constants))


def _elementwise(layer: object) -> Entry:
    for kind, name in ELEMENTWISE.items():
        if isinstance(layer, kind):
            return entry(name)
    raise NotCoveredError(f"the catalogue has no derivation for the layer {layer}")


def _constants(layer: object) -> tuple[float, ...]:
    return (layer.slope,) if isinstance(layer, LeakyReLU) else ()


def _mask(layer: Dropout, x: Array) -> Array:
    """Return the layer's mask: data, not a formula; but it may hold nothing but 0 and 1 / (1 − p)."""
    mask = layer.mask(x.shape)
    kept = 1 / (1 - layer.p) if layer.training else 1.0
    if mask.shape != x.shape or not np.all((mask == 0) | (np.abs(mask - kept) <= 1e-15 * kept)):
        raise NotCoveredError(f"the mask of {layer} holds other numbers than 0 and {kept:g}")
    return mask


def loss_gradient(loss: Loss, prediction: Array, y: Array) -> Array:
    """Return ∂L/∂prediction from the compiled derivation, in its shape."""
    rows = len(prediction)
    kind = declared_loss(loss)
    if kind is SoftmaxCrossEntropy:
        mean = np.asarray(entry("softmax_cross_entropy").compiled_gradient["Z"](prediction, y))
        return mean if loss.reduction == "mean" else mean * rows
    if kind is BinaryCrossEntropyWithLogits:
        each = entry("bce_logit").compiled_gradient["z"](y, prediction)
    elif kind is BinaryCrossEntropy:
        each = entry("bce_prediction").compiled_gradient["y_hat"](y, prediction)
    elif kind is SquaredError:
        # The sum over the rows is the squared error of all entries in one row.
        each = np.reshape(entry("squared_error").compiled_gradient["x"](prediction.ravel(), y.ravel()), y.shape)
    else:
        raise NotCoveredError(f"the catalogue has no derivation for the loss {type(loss).__name__}")
    return np.asarray(each / rows if loss.reduction == "mean" else each)


def declared_loss(loss: Loss) -> type[Loss] | None:
    """Return the loss of ours whose value this one computes; None for a loss with a value of its own.

    A gradient may be overridden: that is what is judged. A value may not: it would be another function.
    """
    for kind in LOSSES:
        if isinstance(loss, kind) and type(loss).value is kind.value:
            return kind
    return None


def _conv_example(net: Net, loss: Loss, x: Array, y: Array) -> Derived:
    """Take the 15 gradients of the convolutional example from its own derivation."""
    kinds = [type(layer) for layer in net.layers]
    wanted = (Conv2d, ReLU, MaxPool2d, Flatten, Linear)
    fits = len(kinds) == len(wanted) and all(map(issubclass, kinds, wanted))
    conv, dense = net.layers[0], net.layers[-1]
    if not (
        fits
        and declared_loss(loss) is BinaryCrossEntropyWithLogits
        and loss.reduction == "mean"
        and isinstance(conv, Conv2d)
        and isinstance(dense, Linear)
        and conv.W.shape == (1, 1, 3, 3)
        and dense.W.shape == (4, 1)
        and x.shape[1:] == (1, 6, 6)
    ):
        raise NotCoveredError("of convolutional networks, the catalogue holds the example with 15 parameters only")
    arguments = (x[:, 0], y[:, 0], conv.W[0, 0], conv.b[0], dense.W.reshape(2, 2), dense.b[0])
    example = entry("conv_example")
    code = example.compiled_gradient
    slopes = np.asarray(code["z"](*arguments))
    # σ(z) − y = B ∂L/∂z, and the logit is what the derivation was made for; it is compared through the loss.
    gradients = {
        "0.W": np.reshape(code["K"](*arguments), (1, 1, 3, 3)),
        "0.b": np.reshape(code["c"](*arguments), (1,)),
        "4.W": np.reshape(code["W"](*arguments), (4, 1)),
        "4.b": np.reshape(code["d"](*arguments), (1,)),
    }
    probability = slopes * len(slopes) + y[:, 0]
    return Derived(np.reshape(probability, (-1, 1)), gradients)


def output(net: Net, prediction: Array) -> Array:
    """Return what `Derived.prediction` is to be compared with: the prediction, or its probability for the example."""
    if isinstance(net.layers[0], Conv2d):
        return np.asarray(entry("sigmoid").compiled_value(prediction))
    return prediction


@cache
def entry(name: str) -> Entry:
    """Return a catalogue entry."""
    return catalogue.load(name)
