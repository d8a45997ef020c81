# ruff: noqa: N815 - dW is the gradient of W
"""The linear layer."""

from typing import Self

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, column_sums, floating, require_shape
from numeric.initialisers import Initialiser, glorot_uniform
from numeric.layers.base import Layer


class Linear(Layer):
    """The linear layer y = xW + b, one sample a row.

    Parameters
    ----------
    n_in, n_out : int
        Numbers of inputs N and outputs M.
    rng : numpy.random.Generator
        Draws the weights.
    initialiser : callable
        How they are drawn; the bias starts at zero.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    W, dW : ndarray, (N, M)
        Weights and their gradient xᵀ dy.
    b, db : ndarray, (M,)
        Bias and its gradient, the sum of the rows of dy.

    Notes
    -----
    Source: course document 002, task 1.4; gradients from task 1.2 (m).
    """

    trainable = ("W", "b")
    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self,
        n_in: int,
        n_out: int,
        rng: np.random.Generator,
        *,
        initialiser: Initialiser = glorot_uniform,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        self.W = initialiser((n_in, n_out), n_in, n_out, rng).astype(dtype, copy=False)
        self.b = np.zeros(n_out, dtype=dtype)

    @classmethod
    def of(cls, W: npt.ArrayLike, b: npt.ArrayLike) -> Self:
        """Return a layer with copies of the given weights (N, M) and bias (M,).

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        W, b = floating(W, b)
        require_shape(W.ndim == 2 and b.shape == W.shape[1:], f"W (N, M) and b (M,) do not fit: {W.shape}, {b.shape}")
        layer = cls.__new__(cls)
        layer.W, layer.b = W.copy(), b.copy()
        return layer

    def forward(self, x: Array) -> Array:
        """Return xW + b, (B, M), for ``x`` (B, N); ValueError if the shapes do not fit."""
        if x.ndim != 2 or x.shape[1] != len(self.W):
            raise ValueError(f"{self} takes (B, {len(self.W)}), not {x.shape}")
        y: Array = x @ self.W
        if y.dtype != self.b.dtype:  # a complex step may sit in x, W or b alone
            return y + self.b
        y += self.b
        return y

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dW = xᵀ dy and db = Σ dy, for ``x`` (B, N) and ``dy`` (B, M); ValueError if the shapes do not fit."""
        if dy.shape != (len(x), self.W.shape[1]):
            raise ValueError(f"{self}: dy must be {(len(x), self.W.shape[1])}, not {dy.shape}")
        self.dW = x.T @ dy
        self.db = column_sums(dy)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy Wᵀ, (B, N)."""
        dx: Array = dy @ self.W.T
        return dx

    def __str__(self) -> str:
        return f"Linear {self.W.shape[0]}x{self.W.shape[1]}"
