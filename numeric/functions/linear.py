# ruff: noqa: N802 - X and W are the names of the field
"""The linear layer Y = XW + b with one sample a row."""

import numpy.typing as npt

from numeric.arrays import Array, floating, require_shape
from numeric.twins import twin_of


@twin_of("linear_layer")
def linear_layer(X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return XW + b.

    Parameters
    ----------
    X : array_like, (B, N)
        One sample a row.
    W : array_like, (N, M)
        Weights.
    b : array_like, (M,)
        Bias, added to every row.

    Returns
    -------
    ndarray, (B, M)
        Real, or complex where an argument is.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    Source: course document 002, equation (14), for a batch of rows.
    """
    X, W, b = _fitting(X, W, b)
    return X @ W + b


@twin_of("linear_layer", wrt="X")
def linear_layer_dX(X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike, G: npt.ArrayLike) -> Array:
    """Return ∂L/∂X = G Wᵀ, (B, N), for G = ∂L/∂Y (B, M); the rest as `linear_layer`; source: 002, task 1.2 (m)."""
    X, W, b, G = _fitting_upstream(X, W, b, G)
    return G @ W.T


@twin_of("linear_layer", wrt="W")
def linear_layer_dW(X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike, G: npt.ArrayLike) -> Array:
    """Return ∂L/∂W = Xᵀ G, (N, M), for G = ∂L/∂Y (B, M); the rest as `linear_layer`; source: 002, task 1.2 (m)."""
    X, W, b, G = _fitting_upstream(X, W, b, G)
    return X.T @ G


@twin_of("linear_layer", wrt="b")
def linear_layer_db(X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike, G: npt.ArrayLike) -> Array:
    """Return ∂L/∂b, the sum of the rows of G = ∂L/∂Y, (M,); the rest as `linear_layer`; source: 002, task 1.2 (m)."""
    X, W, b, G = _fitting_upstream(X, W, b, G)
    value: Array = G.sum(axis=0)
    return value


def _fitting(X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Array, Array, Array]:
    X, W, b = floating(X, W, b)
    require_shape(
        X.ndim == 2 and W.ndim == 2 and X.shape[1] == W.shape[0] and b.shape == W.shape[1:],
        f"X (B, N), W (N, M) and b (M,) do not fit: {X.shape}, {W.shape}, {b.shape}",
    )
    return X, W, b


def _fitting_upstream(
    X: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike, G: npt.ArrayLike
) -> tuple[Array, Array, Array, Array]:
    X, W, b = _fitting(X, W, b)
    X, W, b, G = floating(X, W, b, G)
    require_shape(G.shape == (X.shape[0], W.shape[1]), f"G must be (B, M) = {(X.shape[0], W.shape[1])}, not {G.shape}")
    return X, W, b, G
