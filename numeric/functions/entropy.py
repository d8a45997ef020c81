# ruff: noqa: N802 - Z is the name of the field
"""Cross-entropy losses: by the prediction, by the logit, and after a softmax.

All are written so that no two large numbers of opposite sign are added: the loss of a confident, right answer is
tiny, and its digits are the ones which a gradient check looks at.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import xlog1py, xlogy

from numeric.arrays import Array, floating, matching, require_shape, row_sums
from numeric.functions.activations import log_sigmoid, sigmoid
from numeric.twins import twin_of


@twin_of("bce_prediction")
def bce_prediction(y: npt.ArrayLike, y_hat: npt.ArrayLike) -> Array:
    """Return the binary cross-entropy −(y ln ŷ + (1 − y) ln(1 − ŷ)), elementwise.

    Parameters
    ----------
    y : array_like
        Labels (or target probabilities) in [0, 1].
    y_hat : array_like
        Predicted probabilities in [0, 1], of a shape that broadcasts with ``y``.

    Returns
    -------
    ndarray
        Non-negative, in the broadcast shape. 0·ln 0 counts as 0, so a certain, right answer costs 0 and a certain,
        wrong one ``inf``; outside the domain the value is ``nan``.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 002, equation (12).
    """
    y, y_hat = matching(y, y_hat)
    # Zero minus the sum, not the negated sum: a certain, right answer costs 0 and not −0.
    value: Array = 0 - (xlogy(y, y_hat) + xlog1py(1 - y, -y_hat))
    return value


@twin_of("bce_prediction", wrt="y_hat")
def bce_prediction_dy_hat(y: npt.ArrayLike, y_hat: npt.ArrayLike) -> Array:
    """Return ∂/∂ŷ of `bce_prediction`: (ŷ − y) / (ŷ(1 − ŷ)).

    Shapes and errors as `bce_prediction`. At the labels 0 and 1 one of the two terms is absent, and the rest stays
    finite at the certain, right answer; at the certain, wrong one the value is ±``inf``.

    Notes
    -----
    Source: by differentiating equation (12) of course document 002.
    """
    y, y_hat = matching(y, y_hat)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        between = (y_hat - y) / y_hat / (1 - y_hat)
        return np.where(y == 0, 1 / (1 - y_hat), np.where(y == 1, -1 / y_hat, between))[()]


@twin_of("bce_logit")
def bce_logit(y: npt.ArrayLike, z: npt.ArrayLike) -> Array:
    """Return the binary cross-entropy of ŷ = σ(z): −(y ln σ(z) + (1 − y) ln σ(−z)), elementwise.

    Parameters
    ----------
    y : array_like
        Labels (or target probabilities) in [0, 1].
    z : array_like
        Logits, finite reals (or complex), of a shape that broadcasts with ``y``.

    Returns
    -------
    ndarray
        Non-negative, finite, in the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    ln(1 + eᶻ) − yz is shorter, but at z = 40, y = 1 it gives 0 where the loss is 4·10⁻¹⁸; here both terms have one
    sign. Source: equations (5) and (12) of course document 002.
    """
    y, z = matching(y, z)
    value: Array = 0 - (y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z))
    return value


@twin_of("bce_logit", wrt="z")
def bce_logit_dz(y: npt.ArrayLike, z: npt.ArrayLike) -> Array:
    """Return ∂/∂z of `bce_logit`, which is σ(z) − y; shapes and errors as there.

    Notes
    -----
    Source: equations (5) and (12) of course document 002 by the chain rule.
    """
    y, z = matching(y, z)
    return sigmoid_minus(z, y)


def sigmoid_minus(z: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return σ(z) − y, elementwise, keeping its digits where σ(z) rounds to y = 1.

    Parameters
    ----------
    z, y : array_like
        Real (or complex), of shapes that broadcast.

    Returns
    -------
    ndarray
        The broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    σ(z) − y = (1 − y)σ(z) − yσ(−z), because σ(z) + σ(−z) = 1. For y = 1 only −σ(−z) remains.
    """
    z, y = matching(z, y)
    value: Array = (1 - y) * sigmoid(z) - y * sigmoid(-z)
    return value


@twin_of("softmax_cross_entropy")
def softmax_cross_entropy(Z: npt.ArrayLike, Y: npt.ArrayLike) -> Array:
    """Return the mean over the rows of −Σₖ Yₖ ln softmax(Z)ₖ.

    Parameters
    ----------
    Z : array_like, (B, K)
        Logits, finite reals (or complex); one sample a row.
    Y : array_like, (B, K)
        Target probabilities, mostly one-hot; each row sums to 1.

    Returns
    -------
    scalar
        Non-negative.

    Raises
    ------
    ValueError
        If the shapes differ or are not (B, K) with B, K ≥ 1.

    Notes
    -----
    Source: course document 000, exercise 8e.
    """
    value: Array = softmax_cross_entropy_at_once(*_logits_and_targets(Z, Y))[0]
    return value


@twin_of("softmax_cross_entropy", wrt="Z")
def softmax_cross_entropy_dZ(Z: npt.ArrayLike, Y: npt.ArrayLike) -> Array:
    """Return ∂/∂Z of `softmax_cross_entropy`: (softmax(Z) − Y) / B, of shape (B, K); domain and errors as there.

    Notes
    -----
    Source: course document 000, exercise 8h (``dZ2`` and the factor 1/m).
    """
    return softmax_cross_entropy_at_once(*_logits_and_targets(Z, Y))[1]


def softmax_cross_entropy_at_once(Z: Array, Y: Array) -> tuple[Any, Array, Array]:
    """Return `softmax_cross_entropy`, its gradient by Z, and the likeliest classes, which share all exponentials.

    Parameters
    ----------
    Z, Y : ndarray, (B, K)
        As there, already in one inexact type; B and K are not 0, which is not looked at again.

    Returns
    -------
    (scalar, ndarray (B, K), ndarray of int (B,))
        Mean loss, gradient, and the place of the largest logit of each row.
    """
    largest, winner, shifted, others, rest = _shifted_exponentials(Z)
    # ln Σ e^(z − max) = ln(1 + rest) ≥ 0 ≥ z − max: the difference adds two numbers of one sign.
    losses = np.subtract(np.log1p(rest)[:, None], shifted, out=shifted)
    value: Any = np.vdot(Y, losses) / len(Z)
    label, whole = Y.take(winner), 1 + rest
    others /= whole[:, None]
    others -= Y
    # The largest probability is 1 − rest/(1 + rest); beside a label of 1 the plain difference would lose its digits.
    others.put(winner, (1 - label) - rest / whole)
    others /= len(Z)
    return value, others, largest


def softmax(Z: npt.ArrayLike) -> Array:
    """Return e^zₖ / Σⱼ e^zⱼ for each row.

    Parameters
    ----------
    Z : array_like, (B, K)
        Logits, finite reals (or complex).

    Returns
    -------
    ndarray, (B, K)
        Rows of probabilities; logits (1000, 1000, 0) give (½, ½, 0).

    Raises
    ------
    ValueError
        If ``Z`` has not two dimensions.

    Notes
    -----
    Source: course document 000, exercise 8e.
    """
    (Z,) = floating(Z)
    require_shape(Z.ndim == 2 and Z.size > 0, f"logits must be (B, K), not {Z.shape}")
    _, winner, _, others, rest = _shifted_exponentials(Z)
    others.put(winner, 1)
    others /= (1 + rest)[:, None]
    return others


def _logits_and_targets(Z: npt.ArrayLike, Y: npt.ArrayLike) -> tuple[Array, Array]:
    Z, Y = floating(Z, Y)
    if not (Z.ndim == 2 and Z.size > 0 and Z.shape == Y.shape):
        raise ValueError(f"logits and targets must both be (B, K), not {Z.shape} and {Y.shape}")
    return Z, Y


def _shifted_exponentials(Z: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Return place and flat place (B,) of one maximum, z − max (B, K), its exponential with 0 there, row sums (B,).

    scipy.special.log_softmax forms ln(1 + rest) with the 1 inside the sum, so that a small rest is lost.
    """
    largest = Z.real.argmax(axis=1)  # six times faster than max(axis=1), and the place is needed anyway
    winner = largest + _row_starts(*Z.shape)
    shifted = Z - Z.take(winner)[:, None]
    others = np.exp(shifted)
    others.put(winner, 0)
    return largest, winner, shifted, others, row_sums(others)


@lru_cache(maxsize=64)
def _row_starts(rows: int, columns: int) -> Array:
    starts = np.arange(0, rows * columns, columns)
    starts.flags.writeable = False  # there is one for everybody
    return starts
