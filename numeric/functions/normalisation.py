"""Batch and layer normalisation: y = γ (x − μ)/√(σ² + ε) + β, μ and σ² of each column or of each row.

Both are one formula; only the axes differ over which mean and variance are taken.
"""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating, require_shape
from numeric.twins import twin_of

Axes = tuple[int, ...]


def standardised(x: Array, axes: Axes, eps: npt.ArrayLike) -> tuple[Array, Array]:
    """Return u = (x − μ)/√(σ² + ε) and 1/√(σ² + ε), with mean and (biased) variance over the axes.

    Parameters
    ----------
    x : ndarray
        Real or complex; the variance is the mean of (x − μ)², without an absolute value, so that it stays analytic.
    axes : tuple of int
        Over which mean and variance are taken.
    eps : float
        Positive.

    Returns
    -------
    (ndarray, ndarray)
        u in the shape of ``x``, and the factor with lengths 1 along the axes.
    """
    centred = x - x.mean(axis=axes, keepdims=True)
    factor: Array = 1 / np.sqrt((centred * centred).mean(axis=axes, keepdims=True) + eps)
    return centred * factor, factor


def standardised_back(u: Array, factor: Array, du: Array, axes: Axes) -> Array:
    """Return ∂L/∂x for ``du`` = ∂L/∂u: (du − mean(du) − u · mean(du · u)) · factor, in the shape of ``u``.

    Notes
    -----
    Mean and variance depend on x too: the first mean is the way through μ, the second the way through σ².
    """
    dx: Array = (du - du.mean(axis=axes, keepdims=True) - u * (du * u).mean(axis=axes, keepdims=True)) * factor
    return dx


@twin_of("batch_norm")
def batch_norm(x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike) -> Array:
    """Return γ (x − μ)/√(σ² + ε) + β with mean and variance of each column.

    Parameters
    ----------
    x : array_like, (B, N)
        Inputs, one sample a row.
    gamma, beta : array_like, (N,)
        Scale and shift of each feature.
    eps : float
        Positive.

    Returns
    -------
    ndarray, (B, N)
        Real, or complex where an argument is.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    Source: S. Ioffe and C. Szegedy, Batch normalization (2015), algorithm 1.
    """
    return _forward(x, gamma, beta, eps, 0)


@twin_of("batch_norm", wrt="x")
def batch_norm_dx(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂x, (B, N), for G = ∂L/∂y (B, N); shapes, errors and source as `batch_norm`, section 3."""
    return _by_x(x, gamma, beta, eps, G, 0)


@twin_of("batch_norm", wrt="gamma")
def batch_norm_dgamma(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂γ = Σ G ∘ u over the rows, (N,); the rest as `batch_norm_dx`."""
    return _by_gamma(x, gamma, beta, eps, G, 0)


@twin_of("batch_norm", wrt="beta")
def batch_norm_dbeta(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂β, the sum of the rows of G, (N,); the rest as `batch_norm_dx`."""
    return _by_beta(x, gamma, beta, eps, G)


@twin_of("layer_norm")
def layer_norm(x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike) -> Array:
    """Return γ (x − μ)/√(σ² + ε) + β with mean and variance of each row; the rest as `batch_norm`.

    Notes
    -----
    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization (2016), equation (4).
    """
    return _forward(x, gamma, beta, eps, 1)


@twin_of("layer_norm", wrt="x")
def layer_norm_dx(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂x, (B, N), for G = ∂L/∂y (B, N); shapes, errors and source as `layer_norm`."""
    return _by_x(x, gamma, beta, eps, G, 1)


@twin_of("layer_norm", wrt="gamma")
def layer_norm_dgamma(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂γ = Σ G ∘ u over the rows, (N,); the rest as `layer_norm_dx`."""
    return _by_gamma(x, gamma, beta, eps, G, 1)


@twin_of("layer_norm", wrt="beta")
def layer_norm_dbeta(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    """Return ∂L/∂β, the sum of the rows of G, (N,); the rest as `layer_norm_dx`."""
    return _by_beta(x, gamma, beta, eps, G)


def _forward(x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, axis: int) -> Array:
    x, gamma, beta, eps = _fitting(x, gamma, beta, eps)
    y: Array = gamma * standardised(x, (axis,), eps)[0] + beta
    return y


def _by_x(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike, axis: int
) -> Array:
    x, gamma, _, eps, G = _fitting_upstream(x, gamma, beta, eps, G)
    u, factor = standardised(x, (axis,), eps)
    return standardised_back(u, factor, G * gamma, (axis,))


def _by_gamma(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike, axis: int
) -> Array:
    x, _, _, eps, G = _fitting_upstream(x, gamma, beta, eps, G)
    value: Array = (G * standardised(x, (axis,), eps)[0]).sum(axis=0)
    return value


def _by_beta(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> Array:
    value: Array = _fitting_upstream(x, gamma, beta, eps, G)[-1].sum(axis=0)
    return value


def _fitting(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike
) -> tuple[Array, Array, Array, Array]:
    x, gamma, beta, eps = floating(x, gamma, beta, eps)
    require_shape(
        x.ndim == 2 and x.size > 0 and gamma.shape == beta.shape == x.shape[1:] and eps.shape == (),
        f"x (B, N), gamma (N,), beta (N,) and eps () do not fit: {x.shape}, {gamma.shape}, {beta.shape}, {eps.shape}",
    )
    return x, gamma, beta, eps


def _fitting_upstream(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, eps: npt.ArrayLike, G: npt.ArrayLike
) -> tuple[Array, Array, Array, Array, Array]:
    x, gamma, beta, eps = _fitting(x, gamma, beta, eps)
    x, gamma, beta, eps, G = floating(x, gamma, beta, eps, G)
    require_shape(G.shape == x.shape, f"G must be {x.shape}, not {G.shape}")
    return x, gamma, beta, eps, G
