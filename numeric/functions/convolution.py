# ruff: noqa: N802 - the entry has six parameters, and their names are those of the field
"""The convolutional example with 15 parameters: 6x6 image, 3x3 kernel, ReLU, 2x2 max-pool, dense, cross-entropy.

Correlation (the kernel is not turned over), no padding, stride 1, then windows of the pool side by side.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from numeric.arrays import Array, floating, require_shape
from numeric.functions.activations import relu, relu_dx
from numeric.functions.entropy import bce_logit, bce_logit_dz
from numeric.twins import twin_of


class _Pass(NamedTuple):
    """The intermediate values of one forward pass over B images."""

    patches: Array  # (B, 4, 4, 3, 3)
    maps: Array  # (B, 4, 4) before the ReLU
    winners: Array  # (B, 2, 2) place 0..3 in the window, row by row
    pooled: Array  # (B, 2, 2)
    logits: Array  # (B,)
    labels: Array  # (B,)


@twin_of("conv_example")
def conv_example(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> Array:
    """Return the mean cross-entropy of the network over a batch of images.

    Each image: correlation with ``K`` plus ``c`` (4x4), ReLU, maximum of each of the four 2x2 windows, Σ W ∘ pool + d,
    and the binary cross-entropy of the sigmoid of that logit.

    Parameters
    ----------
    X : array_like, (B, 6, 6)
        Images.
    y : array_like, (B,)
        Labels, 1 where the image holds a square and 0 where it does not (or probabilities in [0, 1]).
    K : array_like, (3, 3)
        Kernel.
    c : float
        Bias of the convolution.
    W : array_like, (2, 2)
        Dense weights, laid out as the pooled map.
    d : float
        Bias of the dense layer.

    Returns
    -------
    scalar
        Non-negative.

    Raises
    ------
    ValueError
        If a shape is not as above.

    Notes
    -----
    Source: course document 004, the architecture table and the forward pass.
    """
    X, y, K, c, W, d = _fitting(X, y, K, c, W, d)
    forward = _forward(X, y, K, c, W, d)
    value: Array = np.asarray(bce_logit(y, forward.logits)).mean()
    return value


@twin_of("conv_example", wrt="K")
def conv_example_dK(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> Array:
    """Return ∂/∂K of `conv_example`, (3, 3): the correlation of the images with the gradient of the map.

    Only the winner of each window is moved by the kernel, the first one row by row at a tie, and only where the map
    is positive. Shapes and errors as `conv_example`; source: course document 004, backward pass, corrected: its
    printed gradient of the pooled map is (σ(z) − y) times the pooled map, where the dense weights belong.
    """
    X, y, K, c, W, d = _fitting(X, y, K, c, W, d)
    forward = _forward(X, y, K, c, W, d)
    value: Array = np.tensordot(_map_gradient(forward, W), forward.patches, axes=3)
    return value


@twin_of("conv_example", wrt="c")
def conv_example_dc(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> Array:
    """Return ∂/∂c of `conv_example`, a scalar: the sum of the gradient of the map; the rest as `conv_example_dK`."""
    X, y, K, c, W, d = _fitting(X, y, K, c, W, d)
    value: Array = np.sum(_map_gradient(_forward(X, y, K, c, W, d), W))
    return value


@twin_of("conv_example", wrt="W")
def conv_example_dW(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> Array:
    """Return ∂/∂W of `conv_example`, (2, 2): mean of (σ(z) − y) times the pooled map.

    Shapes and errors as `conv_example`; source: course document 004, backward pass of the dense layer.
    """
    X, y, K, c, W, d = _fitting(X, y, K, c, W, d)
    forward = _forward(X, y, K, c, W, d)
    value: Array = np.tensordot(_logit_gradient(forward), forward.pooled, axes=1)
    return value


@twin_of("conv_example", wrt="d")
def conv_example_dd(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> Array:
    """Return ∂/∂d of `conv_example`, a scalar: mean of σ(z) − y; the rest as `conv_example_dW`."""
    X, y, K, c, W, d = _fitting(X, y, K, c, W, d)
    value: Array = np.sum(_logit_gradient(_forward(X, y, K, c, W, d)))
    return value


def _fitting(
    X: npt.ArrayLike, y: npt.ArrayLike, K: npt.ArrayLike, c: npt.ArrayLike, W: npt.ArrayLike, d: npt.ArrayLike
) -> tuple[Array, Array, Array, Array, Array, Array]:
    X, y, K, c, W, d = floating(X, y, K, c, W, d)
    require_shape(
        X.ndim == 3 and X.shape[1:] == (6, 6) and X.size > 0, f"images must be (B, 6, 6), B ≥ 1, not {X.shape}"
    )
    require_shape(y.shape == X.shape[:1], f"labels must be (B,) = {X.shape[:1]}, not {y.shape}")
    require_shape(K.shape == (3, 3), f"the kernel must be (3, 3), not {K.shape}")
    require_shape(W.shape == (2, 2), f"the dense weights must be (2, 2), not {W.shape}")
    require_shape(c.shape == () and d.shape == (), f"both biases must be scalars, not {c.shape} and {d.shape}")
    return X, y, K, c, W, d


def _windows(maps: Array) -> Array:
    """Return the four 2x2 windows of each 4x4 map, each flattened row by row: (B, 2, 2, 4)."""
    return maps.reshape(-1, 2, 2, 2, 2).swapaxes(2, 3).reshape(-1, 2, 2, 4)


def _forward(X: Array, y: Array, K: Array, c: Array, W: Array, d: Array) -> _Pass:
    patches = sliding_window_view(X, (3, 3), axis=(1, 2))
    maps = np.tensordot(patches, K, axes=2) + c
    windows = _windows(relu(maps))
    winners = np.argmax(windows.real, axis=-1)  # the first of equal values
    pooled = np.take_along_axis(windows, winners[..., None], axis=-1)[..., 0]
    logits = np.tensordot(pooled, W, axes=2) + d
    return _Pass(patches, maps, winners, pooled, logits, y)


def _logit_gradient(forward: _Pass) -> Array:
    """Return ∂(mean loss)/∂z for each image, (B,)."""
    return bce_logit_dz(forward.labels, forward.logits) / len(forward.logits)


def _map_gradient(forward: _Pass, W: Array) -> Array:
    """Return ∂(mean loss)/∂map, (B, 4, 4), zero but at the positive winners."""
    by_pooled = _logit_gradient(forward)[:, None, None] * W
    at_winner = np.arange(4) == forward.winners[..., None]
    by_window = np.where(at_winner, by_pooled[..., None], 0)
    by_map = by_window.reshape(-1, 2, 2, 2, 2).swapaxes(2, 3).reshape(-1, 4, 4)
    return by_map * relu_dx(forward.maps)
