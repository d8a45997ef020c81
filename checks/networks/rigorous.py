"""Gradients of a network as rigorous enclosures, for the moment in which a stored gradient is called wrong.

Floats are rational numbers, so weights and batch are taken exactly, and the derived formulas are evaluated in Arb
matrices. That is slow beside NumPy and is done only for a counterexample.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, ctx

from checks.networks.derived import NotCoveredError, declared_loss
from checks.networks.rigorous_layers import backward, forward, matrix, positive, sigma, standardised
from numeric.layers import BatchNorm, Conv2d, LayerNorm, Linear
from numeric.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
)
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
        inputs = [matrix(x)]
        for layer in net.layers:
            inputs.append(forward(layer, inputs[-1]))
        upstream = _loss_gradient(loss, inputs[-1], y)
        for position in reversed(range(number + 1, len(net.layers))):
            upstream = backward(net.layers[position], inputs[position], upstream)
        rows = range(len(x))
        if parameter.endswith((".b", ".beta")):
            return sum((upstream[row, place[0]] for row in rows), arb(0))
        layer = net.layers[number]
        if isinstance(layer, (BatchNorm, LayerNorm)):
            u, _ = standardised(layer, inputs[number])
            return sum((u[row, place[0]] * upstream[row, place[0]] for row in rows), arb(0))
        return sum((inputs[number][row, place[0]] * upstream[row, place[1]] for row in rows), arb(0))


def _loss_gradient(loss: Loss, prediction: arb_mat, y: Array) -> arb_mat:
    rows, columns = prediction.nrows(), prediction.ncols()
    share = arb(1) / rows if loss.reduction == "mean" else arb(1)
    target = matrix(np.reshape(y, (rows, columns)))
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
            slopes = [sigma(value) - truth for value, truth in zip(given, wanted, strict=True)]
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
    kernel = matrix(conv.W[0, 0])
    bias, weights, offset = arb(float(conv.b[0])), [arb(float(w)) for w in dense.W[:, 0]], arb(float(dense.b[0]))
    total = arb(0)
    for image, label in zip(x[:, 0], y[:, 0], strict=True):
        pixels = matrix(image)
        winners = [_winner(pixels, kernel, bias, pool) for pool in range(4)]
        logit = offset + sum((w * value for w, (value, _) in zip(weights, winners, strict=True)), arb(0))
        slope = (sigma(logit) - arb(float(label))) / len(x)
        total += slope * _conv_factor(parameter, place, winners, weights, pixels)
    return total


def _winner(pixels: arb_mat, kernel: arb_mat, bias: arb, pool: int) -> tuple[arb, tuple[int, int] | None]:
    best: tuple[arb, tuple[int, int]] | None = None
    for cell in range(4):
        row, column = 2 * (pool // 2) + cell // 2, 2 * (pool % 2) + cell % 2
        value = bias + sum((kernel[a, g] * pixels[row + a, column + g] for a in range(3) for g in range(3)), arb(0))
        if best is None or positive(value - best[0]):
            best = (value, (row, column))
    assert best is not None
    return best if positive(best[0]) else (arb(0), None)


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
