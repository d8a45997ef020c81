"""The layers of a network in Arb matrices, one row for each sample: forward, and ∂L/∂input from ∂L/∂output.

Written from the definitions, and not from the code of `numeric`: the backward pass of a normalisation is the sum over
its Jacobian (δᵢⱼ − 1/n − uᵢuⱼ/n)/√s, entry by entry.
"""

from collections.abc import Callable
from typing import Any

import numpy.typing as npt
from flint import arb, arb_mat

from checks.networks.derived import NotCoveredError
from numeric.layers import BatchNorm, Dropout, LayerNorm, LeakyReLU, Linear, ReLU, Sigmoid, Tanh

Array = npt.NDArray[Any]


def matrix(array: Array) -> arb_mat:
    """Return an array (R, C) of floats exactly."""
    return arb_mat([[arb(float(value)) for value in row] for row in array])


def forward(layer: object, x: arb_mat) -> arb_mat:
    """Return the output (B, M) of a layer for its input (B, N).

    Raises
    ------
    NotCoveredError
        A layer without a rigorous evaluation, or a pre-activation whose sign the precision does not decide.
    """
    if isinstance(layer, Linear):
        bias = [arb(float(value)) for value in layer.b]
        return _each(x * matrix(layer.W), lambda value, _, column: value + bias[column])
    if isinstance(layer, (BatchNorm, LayerNorm)):
        gamma, beta = ([arb(float(value)) for value in part] for part in (layer.gamma, layer.beta))
        u, _ = standardised(layer, x)
        return _each(u, lambda value, _, column: gamma[column] * value + beta[column])
    if isinstance(layer, Dropout):
        return _each(x, _times_mask(layer, x))
    if isinstance(layer, (ReLU, LeakyReLU)):
        slope = arb(layer.slope) if isinstance(layer, LeakyReLU) else arb(0)
        return _each(x, lambda value, *_: value if positive(value) else slope * value)
    if isinstance(layer, Sigmoid):
        return _each(x, lambda value, *_: sigma(value))
    if isinstance(layer, Tanh):
        return _each(x, lambda value, *_: value.tanh())
    raise NotCoveredError(f"no rigorous evaluation of the layer {layer}")


def backward(layer: object, x: arb_mat, upstream: arb_mat) -> arb_mat:
    """Return ∂L/∂input (B, N) of a layer from its input and ∂L/∂output (B, M); errors as `forward`."""
    if isinstance(layer, Linear):
        return upstream * matrix(layer.W).transpose()
    if isinstance(layer, (BatchNorm, LayerNorm)):
        return _through_normalisation(layer, x, upstream)
    if isinstance(layer, Dropout):
        return _each(upstream, _times_mask(layer, x))
    if isinstance(layer, (ReLU, LeakyReLU)):
        slope = arb(layer.slope) if isinstance(layer, LeakyReLU) else arb(0)
        slopes = _each(x, lambda value, *_: arb(1) if positive(value) else slope)
    elif isinstance(layer, Sigmoid):
        slopes = _each(x, lambda value, *_: sigma(value) * sigma(-value))
    elif isinstance(layer, Tanh):
        slopes = _each(x, lambda value, *_: 1 - value.tanh() ** 2)
    else:
        raise NotCoveredError(f"no rigorous evaluation of the layer {layer}")
    return _each(upstream, lambda value, row, column: value * slopes[row, column])


def standardised(layer: BatchNorm | LayerNorm, x: arb_mat) -> tuple[arb_mat, list[arb]]:
    """Return u = (x − μ)/√s (B, N), and √s of each column (batch) or row (layer), with s = variance + ε."""
    if isinstance(layer, BatchNorm) and not layer.training:
        raise NotCoveredError(f"{layer} is evaluated, not trained")
    by_row = isinstance(layer, LayerNorm)
    lines = _lines(x, by_row)
    means = [sum(line, arb(0)) / len(line) for line in lines]
    spreads = [
        (sum(((value - mean) ** 2 for value in line), arb(0)) / len(line) + arb(layer.eps)).sqrt()
        for line, mean in zip(lines, means, strict=True)
    ]
    own = _own(by_row)
    u = _each(x, lambda value, row, column: (value - means[own(row, column)]) / spreads[own(row, column)])
    return u, spreads


def _through_normalisation(layer: BatchNorm | LayerNorm, x: arb_mat, upstream: arb_mat) -> arb_mat:
    by_row = isinstance(layer, LayerNorm)
    gamma = [arb(float(value)) for value in layer.gamma]
    u, spreads = standardised(layer, x)
    du = _each(upstream, lambda value, _, column: value * gamma[column])
    u_lines, du_lines, own = _lines(u, by_row), _lines(du, by_row), _own(by_row)

    def entry(value: arb, row: int, column: int) -> arb:
        line = own(row, column)
        others = zip(u_lines[line], du_lines[line], strict=True)
        shares = sum(((1 + u[row, column] * other) * slope for other, slope in others), arb(0))
        return (value - shares / len(u_lines[line])) / spreads[line]

    return _each(du, entry)


def _lines(x: arb_mat, by_row: bool) -> list[list[arb]]:
    """Return the rows, or the columns."""
    along = x if by_row else x.transpose()
    return [[along[line, place] for place in range(along.ncols())] for line in range(along.nrows())]


def _own(by_row: bool) -> Callable[[int, int], int]:
    return (lambda row, _: row) if by_row else (lambda _, column: column)


def _times_mask(layer: Dropout, x: arb_mat) -> Callable[[arb, int, int], arb]:
    mask = matrix(layer.mask((x.nrows(), x.ncols())))
    return lambda value, row, column: value * mask[row, column]


def _each(values: arb_mat, change: Callable[[arb, int, int], arb]) -> arb_mat:
    return arb_mat(
        [
            [change(values[row, column], row, column) for column in range(values.ncols())]
            for row in range(values.nrows())
        ]
    )


def sigma(value: arb) -> arb:
    """Return σ(value)."""
    return 1 / (1 + (-value).exp())


def positive(value: arb) -> bool:
    """Tell whether a value is positive; NotCoveredError where the precision does not decide."""
    if value > 0:
        return True
    if value <= 0:
        return False
    raise NotCoveredError("a pre-activation is too close to zero to tell its sign")
