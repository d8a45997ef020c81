# ruff: noqa: E741 - l is the label's name in the entry
"""A single neuron with one input, a sigmoid and a squared error."""

import numpy.typing as npt

from numeric.arrays import Array, matching
from numeric.functions.activations import sigmoid_dx
from numeric.functions.entropy import sigmoid_minus
from numeric.twins import twin_of


@twin_of("neuron_sigmoid")
def neuron_sigmoid(w: npt.ArrayLike, x: npt.ArrayLike, b: npt.ArrayLike, l: npt.ArrayLike) -> Array:
    """Return (σ(wx + b) − l)², elementwise.

    Parameters
    ----------
    w, x, b, l : array_like
        Weight, input, bias and label; real, of shapes that broadcast. A label is mostly in [0, 1].

    Returns
    -------
    ndarray
        Non-negative, in the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 003, the last of the paper and pencil questions, with the sigmoid for h.
    """
    w, x, b, l = matching(w, x, b, l)
    error = sigmoid_minus(w * x + b, l)
    return error * error


@twin_of("neuron_sigmoid", wrt="w")
def neuron_sigmoid_dw(w: npt.ArrayLike, x: npt.ArrayLike, b: npt.ArrayLike, l: npt.ArrayLike) -> Array:
    """Return ∂/∂w of `neuron_sigmoid`: 2(σ(z) − l) σ′(z) x with z = wx + b; shapes, errors and source as there."""
    w, x, b, l = matching(w, x, b, l)
    return _by_pre_activation(w, x, b, l) * x


@twin_of("neuron_sigmoid", wrt="x")
def neuron_sigmoid_dx(w: npt.ArrayLike, x: npt.ArrayLike, b: npt.ArrayLike, l: npt.ArrayLike) -> Array:
    """Return ∂/∂x of `neuron_sigmoid`: 2(σ(z) − l) σ′(z) w with z = wx + b; shapes, errors and source as there."""
    w, x, b, l = matching(w, x, b, l)
    return _by_pre_activation(w, x, b, l) * w


@twin_of("neuron_sigmoid", wrt="b")
def neuron_sigmoid_db(w: npt.ArrayLike, x: npt.ArrayLike, b: npt.ArrayLike, l: npt.ArrayLike) -> Array:
    """Return ∂/∂b of `neuron_sigmoid`: 2(σ(z) − l) σ′(z) with z = wx + b; shapes, errors and source as there."""
    w, x, b, l = matching(w, x, b, l)
    return _by_pre_activation(w, x, b, l)


def _by_pre_activation(w: Array, x: Array, b: Array, label: Array) -> Array:
    z = w * x + b
    return 2 * sigmoid_minus(z, label) * sigmoid_dx(z)
