"""Gradients of a network as rigorous enclosures, for the moment in which a stored gradient is called wrong.

Floats are rational numbers, so weights and batch are taken exactly, and the derived formulas are evaluated in Arb
matrices. That is slow beside NumPy and is done only for a counterexample.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, ctx

from checks.networks.derived import NotCoveredError, declared_loss
from numeric.layers import Conv2d, Linear, ReLU, Sigmoid, Tanh
from numeric.losses import BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Loss, SoftmaxCrossEntropy, SquaredError
from numeric.net import Net

Array = npt.NDArray[Any]

BITS = 160


def enclose_gradient(net: Net, loss: Loss, x: Array, y: Array, parameter: str, place: tuple[int, ...]) -> arb:
    """Return a ball that contains the derivative of the loss by one entry of one parameter.

    Parameters
    ----------
    net, loss, x, y:
        As for `checks.networks.derived.derived`.
    parameter, place:
        The name as in `Net.gradients`, and the index of the entry.

    Raises
    ------
    NotCoveredError
        A layer or loss that is not in the catalogue, or a mask that the precision cannot decide.
    """
    with ctx.workprec(BITS):
        if isinstance(net.layers[0], Conv2d):
            return _conv_example(net, x, y, parameter, place)
        number = int(parameter.split(".", maxsplit=1)[0])
        inputs = [_matrix(x)]
        for layer in net.layers:
            inputs.append(_forward(layer, inputs[-1]))
        upstream = _loss_gradient(loss, inputs[-1], y)
        for position in reversed(range(number + 1, len(net.layers))):
            upstream = _backward(net.layers[position], inputs[position], upstream)
        rows = range(len(x))
        if parameter.endswith(".b"):
            return sum((upstream[row, place[0]] for row in rows), arb(0))
        return sum((inputs[number][row, place[0]] * upstream[row, place[1]] for row in rows), arb(0))


def _matrix(array: Array) -> arb_mat:
    return arb_mat([[arb(float(value)) for value in row] for row in array])


def _forward(layer: object, x: arb_mat) -> arb_mat:
    if isinstance(layer, Linear):
        product = x * _matrix(layer.W)
        bias = [arb(float(value)) for value in layer.b]
        return _map(product, lambda value, column: value + bias[column])
    if isinstance(layer, ReLU):
        return _map(x, lambda value, _: value if _positive(value) else arb(0))
    if isinstance(layer, Sigmoid):
        return _map(x, lambda value, _: _sigma(value))
    if isinstance(layer, Tanh):
        return _map(x, lambda value, _: value.tanh())
    raise NotCoveredError(f"no rigorous evaluation of the layer {layer}")


def _backward(layer: object, x: arb_mat, upstream: arb_mat) -> arb_mat:
    if isinstance(layer, Linear):
        return upstream * _matrix(layer.W).transpose()
    if isinstance(layer, ReLU):
        slopes = _map(x, lambda value, _: arb(1) if _positive(value) else arb(0))
    elif isinstance(layer, Sigmoid):
        slopes = _map(x, lambda value, _: _sigma(value) * _sigma(-value))
    elif isinstance(layer, Tanh):
        slopes = _map(x, lambda value, _: 1 - value.tanh() ** 2)
    else:
        raise NotCoveredError(f"no rigorous evaluation of the layer {layer}")
    return arb_mat(
        [[upstream[row, column] * slopes[row, column] for column in range(x.ncols())] for row in range(x.nrows())]
    )


def _loss_gradient(loss: Loss, prediction: arb_mat, y: Array) -> arb_mat:
    rows, columns = prediction.nrows(), prediction.ncols()
    share = arb(1) / rows if loss.reduction == "mean" else arb(1)
    target = _matrix(np.reshape(y, (rows, columns)))
    kind = declared_loss(loss)
    result = []
    for row in range(rows):
        given = [prediction[row, column] for column in range(columns)]
        wanted = [target[row, column] for column in range(columns)]
        if kind is SoftmaxCrossEntropy:
            powers = [value.exp() for value in given]
            whole = sum(powers, arb(0))
            slopes = [power / whole - truth for power, truth in zip(powers, wanted, strict=True)]
        elif kind is BinaryCrossEntropyWithLogits:
            slopes = [_sigma(value) - truth for value, truth in zip(given, wanted, strict=True)]
        elif kind is BinaryCrossEntropy:
            slopes = [(value - truth) / (value * (1 - value)) for value, truth in zip(given, wanted, strict=True)]
        elif kind is SquaredError:
            slopes = [2 * (value - truth) for value, truth in zip(given, wanted, strict=True)]
        else:
            raise NotCoveredError(f"no rigorous evaluation of the loss {type(loss).__name__}")
        result.append([slope * share for slope in slopes])
    return arb_mat(result)


def _conv_example(net: Net, x: Array, y: Array, parameter: str, place: tuple[int, ...]) -> arb:
    """Evaluate one of the 15 derivatives, image by image, over the winners of the four pools."""
    conv, dense = net.layers[0], net.layers[-1]
    assert isinstance(conv, Conv2d)
    assert isinstance(dense, Linear)
    kernel = _matrix(conv.W[0, 0])
    bias, weights, offset = arb(float(conv.b[0])), [arb(float(w)) for w in dense.W[:, 0]], arb(float(dense.b[0]))
    total = arb(0)
    for image, label in zip(x[:, 0], y[:, 0], strict=True):
        pixels = _matrix(image)
        winners = [_winner(pixels, kernel, bias, pool) for pool in range(4)]
        logit = offset + sum((w * value for w, (value, _) in zip(weights, winners, strict=True)), arb(0))
        slope = (_sigma(logit) - arb(float(label))) / len(x)
        total += slope * _conv_factor(parameter, place, winners, weights, pixels)
    return total


def _winner(pixels: arb_mat, kernel: arb_mat, bias: arb, pool: int) -> tuple[arb, tuple[int, int] | None]:
    best: tuple[arb, tuple[int, int]] | None = None
    for cell in range(4):
        row, column = 2 * (pool // 2) + cell // 2, 2 * (pool % 2) + cell % 2
        value = bias + sum((kernel[a, g] * pixels[row + a, column + g] for a in range(3) for g in range(3)), arb(0))
        if best is None or _positive(value - best[0]):
            best = (value, (row, column))
    assert best is not None
    return best if _positive(best[0]) else (arb(0), None)


def _conv_factor(
    parameter: str,
    place: tuple[int, ...],
    winners: list[tuple[arb, tuple[int, int] | None]],
    weights: list[arb],
    pixels: arb_mat,
) -> arb:
    if parameter == "4.b":
        return arb(1)
    if parameter == "4.W":
        return winners[place[0]][0]
    alive = [(weight, cell) for weight, (_, cell) in zip(weights, winners, strict=True) if cell is not None]
    if parameter == "0.b":
        return sum((weight for weight, _ in alive), arb(0))
    return sum((weight * pixels[cell[0] + place[2], cell[1] + place[3]] for weight, cell in alive), arb(0))


def _map(matrix: arb_mat, change: Any) -> arb_mat:
    return arb_mat(
        [[change(matrix[row, column], column) for column in range(matrix.ncols())] for row in range(matrix.nrows())]
    )


def _sigma(value: arb) -> arb:
    return 1 / (1 + (-value).exp())


def _positive(value: arb) -> bool:
    if value > 0:
        return True
    if value <= 0:
        return False
    raise NotCoveredError("a pre-activation is too close to zero to tell its sign")
