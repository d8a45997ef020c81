"""Array functions that neither NumPy nor SciPy has with all digits kept; compiled source calls them `stable`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def log_softmax(Z: Floats, axis: int) -> Floats:
    """Return ln softmax(Z) along an axis, shape of Z.

    It is z − top − log1p(Σ e^(z − top) over the others), so that ln p keeps its digits where p rounds to 1
    (scipy.special.log_softmax does not).
    """
    _, rest, _ = _weights(Z, axis)
    return np.asarray((Z - Z.max(axis=axis, keepdims=True)) - np.log1p(rest))


def softmax(Z: Floats, axis: int) -> Floats:
    """Return softmax(Z) along an axis, shape of Z, each probability to a few units in its own last place."""
    weights, rest, _ = _weights(Z, axis)
    return weights / (1 + rest)


def softmax_minus(Z: Floats, Y: npt.ArrayLike, axis: int) -> Floats:
    """Return softmax(Z) − Y as p (1 − y) − y (1 − p), where 1 − p is the sum of the other probabilities.

    Z and Y broadcast. Nothing cancels at y = 0 and y = 1, so that p − 1 keeps its digits where p rounds to 1.
    """
    weights, rest, place = _weights(Z, axis)
    total = 1 + rest
    others = total - weights
    np.put_along_axis(others, place, rest, axis=axis)
    labels = np.asarray(Y, dtype=float)
    return np.asarray((weights * (1 - labels) - labels * others) / total)


def _weights(Z: Floats, axis: int) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    """Return e^(z − top), the sum of these without the top itself (axis kept), and the place of the (first) top."""
    place = np.expand_dims(Z.argmax(axis=axis), axis)
    top = np.take_along_axis(Z, place, axis=axis)
    below = Z - top
    # The rounding error of z − top, exactly (Knuth's TwoSum): without it e^(−700) would be off by 700 roundings.
    back = below + top
    with np.errstate(invalid="ignore"):
        error = (Z - back) + (-top - (below - back))
    error[~np.isfinite(error)] = 0  # z − top overflowed, and e^(z − top) is 0
    weights = np.exp(below)
    weights += weights * error
    others = weights.copy()
    np.put_along_axis(others, place, 0, axis=axis)
    return weights, others.sum(axis=axis, keepdims=True), place


def windows(
    X: Floats, axes: Sequence[int], steps: Sequence[int], sizes: Sequence[int], starts: Sequence[int]
) -> Floats:
    """Return the read-only view V[t₀, t₁, …] = X[…, starts[d] + Σ steps[m]·t_m over the m with axes[m] = d, …].

    Raises
    ------
    ValueError
        An index would leave X.
    """
    low, high = list(starts), list(starts)
    for axis, step, size in zip(axes, steps, sizes, strict=True):
        low[axis] += min(0, step * (size - 1))
        high[axis] += max(0, step * (size - 1))
    for axis, length in enumerate(X.shape):
        if low[axis] < 0 or high[axis] >= length:
            raise ValueError(f"indices {low[axis]}…{high[axis]} leave axis {axis}, which has {length} elements")
    corner = X[tuple(slice(start, None) for start in starts)]
    strides = [step * X.strides[axis] for axis, step in zip(axes, steps, strict=True)]
    return np.lib.stride_tricks.as_strided(corner, shape=tuple(sizes), strides=strides, writeable=False)


def times_exp(p: npt.ArrayLike, v: Floats) -> Floats:
    """Return p·e^v, p and v broadcast; where e^v would be subnormal it is multiplied in by two factors that are not."""
    result = p * np.exp(v)
    low = v < -700
    if np.any(low):
        result = np.where(low, p * np.exp(-700.0) * np.exp(np.minimum(v + 700, 0)), result)
    return np.asarray(result)
