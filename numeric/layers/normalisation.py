"""Batch and layer normalisation."""

import math

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from numeric.functions.normalisation import standardised, standardised_back
from numeric.layers.base import Layer, require_same_shape


class _Normalisation(Layer):
    """What both share: scale and shift, and the two passes over the axes that a subclass names."""

    trainable = ("gamma", "beta")
    gamma: Array
    beta: Array
    dgamma: Array
    dbeta: Array

    def __init__(self, shape: tuple[int, ...], eps: float, dtype: npt.DTypeLike) -> None:
        if not shape or min(shape) < 1:
            raise ValueError(f"a normalisation needs at least one feature, not {shape}")
        if not eps > 0:
            raise ValueError(f"eps must be positive, not {eps}")
        self.gamma, self.beta = np.ones(shape, dtype=dtype), np.zeros(shape, dtype=dtype)
        self.eps = float(eps)

    def _axes(self, x: Array) -> tuple[int, ...]:
        """Return the axes over which mean and variance are taken; ValueError if the shape does not fit."""
        raise NotImplementedError

    def _along(self, parameter: Array, x: Array) -> Array:
        """Return a parameter in a shape that broadcasts against ``x``."""
        return parameter

    def _standardised(self, x: Array) -> tuple[Array, Array]:
        return standardised(x, self._axes(x), self.eps)

    def forward(self, x: Array) -> Array:
        """Return γu + β in the shape of ``x``; ValueError if the shape does not fit."""
        u, _ = self._standardised(x)
        y: Array = self._along(self.gamma, x) * u + self._along(self.beta, x)
        return y

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dγ = Σ dy ∘ u and dβ = Σ dy, sums over all but the axes of the parameters."""
        require_same_shape(self, x, dy)
        u, _ = self._standardised(x)
        others = self._summed(x)
        self.dgamma, self.dbeta = (dy * u).sum(axis=others), dy.sum(axis=others)

    def _summed(self, x: Array) -> tuple[int, ...]:
        """Return the axes that the parameters do not have."""
        raise NotImplementedError

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, in the shape of ``x``."""
        require_same_shape(self, x, dy)
        u, factor = self._standardised(x)
        return standardised_back(u, factor, dy * self._along(self.gamma, x), self._axes(x))


class BatchNorm(_Normalisation):
    """y = γ (x − μ)/√(σ² + ε) + β for each feature of (B, N), or for each channel of (B, C, H, W).

    While training, μ and σ² are mean and variance over the batch (and all pixels); in evaluation they are the running
    statistics, and y is an affine function of each entry by itself.

    Parameters
    ----------
    features : int
        Number N of features, or C of channels.
    eps : float
        Positive.
    momentum : float
        How much of a batch's statistics enters the running ones at each update, in (0, 1].
    dtype : dtype
        Of the parameters and running statistics.

    Attributes
    ----------
    gamma, beta, dgamma, dbeta : ndarray, (N,)
        Scale and shift, which start at 1 and 0, and their gradients.
    running_mean, running_var : ndarray, (N,)
        Start at 0 and 1. They move when `advance` is called after an update, by the statistics of the last batch that
        a backward pass in training saw: (1 − momentum) · old + momentum · new, the new variance with n − 1 for n.

    Raises
    ------
    ValueError
        For no feature, an eps that is not positive or a momentum outside (0, 1].

    Notes
    -----
    A batch of one sample has variance 0: then y = β, and nothing is sent back.
    Source: S. Ioffe and C. Szegedy, Batch normalization (2015), algorithms 1 and 2, section 3.2 for images.
    """

    def __init__(
        self, features: int, *, eps: float = 1e-5, momentum: float = 0.1, dtype: npt.DTypeLike = np.float64
    ) -> None:
        super().__init__((features,), eps, dtype)
        if not 0 < momentum <= 1:
            raise ValueError(f"the momentum of the running statistics must lie in (0, 1], not {momentum}")
        self.momentum = float(momentum)
        self.running_mean, self.running_var = np.zeros(features, dtype=dtype), np.ones(features, dtype=dtype)
        self._seen: tuple[Array, Array] | None = None

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dγ and dβ, and in training keep mean and variance of the batch for `advance`."""
        super().store_gradients(x, dy)
        if self.training:
            axes = self._axes(x)
            count = math.prod(x.shape[axis] for axis in axes)
            self._seen = x.mean(axis=axes), x.var(axis=axes) * (count / max(count - 1, 1))

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, in the shape of ``x``."""
        if self.training:
            return super().input_gradient(x, dy)
        require_same_shape(self, x, dy)
        dx: Array = dy * self._along(self.gamma, x) * self._standardised(x)[1]
        return dx

    def advance(self) -> None:
        """Move the running statistics towards those of the last batch."""
        if self._seen is None:
            return
        for running, new in zip((self.running_mean, self.running_var), self._seen, strict=True):
            np.add(running, self.momentum * (new - running), out=running)
        self._seen = None

    def _standardised(self, x: Array) -> tuple[Array, Array]:
        if self.training:
            return super()._standardised(x)
        self._axes(x)
        factor = 1 / np.sqrt(self._along(self.running_var, x) + self.eps)
        return (x - self._along(self.running_mean, x)) * factor, factor

    def _axes(self, x: Array) -> tuple[int, ...]:
        if x.ndim not in (2, 4) or x.shape[1] != len(self.gamma) or x.size == 0:
            raise ValueError(f"{self} takes (B, {len(self.gamma)}) or (B, {len(self.gamma)}, H, W), not {x.shape}")
        return (0,) if x.ndim == 2 else (0, 2, 3)

    def _summed(self, x: Array) -> tuple[int, ...]:
        return self._axes(x)

    def _along(self, parameter: Array, x: Array) -> Array:
        return parameter if x.ndim == 2 else parameter[:, None, None]

    def __str__(self) -> str:
        return f"BatchNorm {len(self.gamma)}"


class LayerNorm(_Normalisation):
    """y = γ (x − μ)/√(σ² + ε) + β with mean and variance of each sample over all its features.

    Parameters
    ----------
    shape : int or tuple of int
        Shape of a sample: N for (B, N), or (C, H, W) for images.
    eps : float
        Positive.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    gamma, beta, dgamma, dbeta : ndarray
        Scale and shift, in the shape of a sample, which start at 1 and 0, and their gradients.

    Raises
    ------
    ValueError
        For no feature or an eps that is not positive.

    Notes
    -----
    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization (2016), equation (4).
    """

    def __init__(self, shape: int | tuple[int, ...], *, eps: float = 1e-5, dtype: npt.DTypeLike = np.float64) -> None:
        super().__init__((shape,) if isinstance(shape, int) else tuple(shape), eps, dtype)

    def _axes(self, x: Array) -> tuple[int, ...]:
        if x.shape[1:] != self.gamma.shape or len(x) == 0:
            raise ValueError(f"{self} takes {('B', *self.gamma.shape)}, not {x.shape}".replace("'", ""))
        return tuple(range(1, x.ndim))

    def _summed(self, x: Array) -> tuple[int, ...]:
        return (0,)

    def __str__(self) -> str:
        return f"LayerNorm {'x'.join(str(length) for length in self.gamma.shape)}"
