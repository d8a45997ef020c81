"""Softmax and what is computed from it, along one axis of an array."""

import numpy as np
import numpy.typing as npt

from derive.compilation.floats import Floats, divided, sum_error


def log_softmax(Z: Floats, axis: int) -> Floats:
    """Return ln softmax(Z) along an axis, shape of Z.

    It is z − top − log1p(Σ e^(z − top) over the others), so that ln p keeps its digits where p rounds to 1
    (scipy.special.log_softmax does not).
    """
    _, _, (rest, rest_lacks), _ = _weights(Z, axis)
    return np.asarray((Z - Z.max(axis=axis, keepdims=True)) - np.log1p(rest + rest_lacks))


def softmax(Z: Floats, axis: int) -> Floats:
    """Return softmax(Z) along an axis, shape of Z, each probability to two units in its own last place or so."""
    weights, lacking, rest, _ = _weights(Z, axis)
    return _shared_out(weights, weights * lacking, *rest)


def softmax_minus(Z: Floats, Y: npt.ArrayLike, axis: int) -> Floats:
    """Return softmax(Z) − Y as p (1 − y) − y (1 − p), where 1 − p is the sum of the other probabilities.

    Z and Y broadcast. Nothing cancels at y = 0 and y = 1, so that p − 1 keeps its digits where p rounds to 1.
    """
    weights, lacking, (rest, rest_lacks), place = _weights(Z, axis)
    total = 1 + rest
    others = total - weights
    others_lack = sum_error(total, -weights, others) + ((rest - (total - 1)) + rest_lacks) - weights * lacking
    np.put_along_axis(others, place, rest, axis=axis)
    np.put_along_axis(others_lack, place, rest_lacks, axis=axis)
    labels = np.asarray(Y, dtype=float)
    top = weights * (1 - labels) - labels * others
    return _shared_out(top, weights * lacking * (1 - labels) - labels * others_lack, rest, rest_lacks)


def _shared_out(top: Floats, top_lacks: Floats, rest: Floats, rest_lacks: Floats) -> Floats:
    """Return (top + top_lacks) / (1 + rest + rest_lacks)."""
    total = 1 + rest
    first, low = divided(top, total, (rest - (total - 1)) + rest_lacks)
    return np.asarray(first + (low + top_lacks / total))


def _weights(Z: Floats, axis: int) -> tuple[Floats, Floats, tuple[Floats, Floats], npt.NDArray[np.intp]]:
    """Return e^(z − top), what its exponent lacks, the sum of the others and what that lacks, and the place of the top.

    The top itself is the first that is largest; its weight, 1, is not in the sum.
    """
    place = np.expand_dims(Z.argmax(axis=axis), axis)
    top = np.take_along_axis(Z, place, axis=axis)
    below = Z - top
    # The rounding error of z − top, exactly (Knuth's TwoSum): without it e^(−700) would be off by 700 roundings.
    with np.errstate(invalid="ignore"):
        error = sum_error(Z, -top, below)
    error[~np.isfinite(error)] = 0  # z − top overflowed, and e^(z − top) is 0
    weights = np.exp(below)
    others = weights.copy()
    np.put_along_axis(others, place, 0, axis=axis)
    rest = others.sum(axis=axis, keepdims=True), (others * error).sum(axis=axis, keepdims=True)
    return weights, error, rest, place
