# ruff: noqa: N815 - dW is the gradient of W
"""Convolution of images, by one matrix product for many windows.

All pixels that stand at one place of their windows are copied into one row of a matrix (C·kh·kw, windows); the kernels
(F, C·kh·kw) times this matrix are the outputs. The samples are taken in pieces, so that the matrix stays small: that
bounds the memory for any batch, and on the way back it stays in the processor's cache.
"""

from collections.abc import Iterator
from typing import Self

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating, require_shape
from numeric.initialisers import Initialiser, glorot_uniform
from numeric.layers.base import Layer
from numeric.layers.windows import Pair, inside, output_size, padded, pair, places

FORWARD_BYTES, BACKWARD_BYTES = 4 << 20, 1 << 19
"""Size of the matrix of windows: measured, see benchmarks/training_speed.py."""


class Conv2d(Layer):
    """Correlation of images with F kernels, plus a bias for each; the kernels are not turned over.

    y[n, f, i, j] = b[f] + Σ W[f, c, u, v] · x[n, c, i·stride + u − padding, j·stride + v − padding]

    Parameters
    ----------
    channels, filters : int
        Channels C of the input and number F of kernels.
    size : int or (int, int)
        Rows and columns (kh, kw) of a kernel.
    rng : numpy.random.Generator
        Draws the kernels.
    stride : int or (int, int)
        Positive.
    padding : int or (int, int)
        Rows and columns of zeros added on each side.
    initialiser : callable
        How the kernels are drawn, with n_in = C·kh·kw and n_out = F·kh·kw; the bias starts at zero.
    dtype : dtype
        Of the parameters.

    Attributes
    ----------
    W, dW : ndarray, (F, C, kh, kw)
        Kernels and their gradient.
    b, db : ndarray, (F,)
        Bias and its gradient.

    Raises
    ------
    ValueError
        For a stride or size below 1 or a negative padding.

    Notes
    -----
    Source: course document 004 (one channel, one 3x3 kernel), and for stride, padding and channels the definition
    above.
    """

    trainable = ("W", "b")
    W: Array
    b: Array
    dW: Array
    db: Array

    def __init__(
        self,
        channels: int,
        filters: int,
        size: Pair,
        rng: np.random.Generator,
        *,
        stride: Pair = 1,
        padding: Pair = 0,
        initialiser: Initialiser = glorot_uniform,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        kernel = pair(size, "kernel size", 1)
        area = kernel[0] * kernel[1]
        self.W = initialiser((filters, channels, *kernel), channels * area, filters * area, rng).astype(
            dtype, copy=False
        )
        self.b = np.zeros(filters, dtype=dtype)
        self.stride = pair(stride, "stride", 1)
        self.padding = pair(padding, "padding", 0)

    @classmethod
    def of(cls, W: npt.ArrayLike, b: npt.ArrayLike, *, stride: Pair = 1, padding: Pair = 0) -> Self:
        """Return a layer with copies of the given kernels (F, C, kh, kw) and bias (F,).

        Raises
        ------
        ValueError
            If the shapes do not fit, or for a stride below 1 or a negative padding.
        """
        W, b = floating(W, b)
        require_shape(
            W.ndim == 4 and b.shape == W.shape[:1], f"W (F, C, kh, kw) and b (F,) do not fit: {W.shape}, {b.shape}"
        )
        layer = cls.__new__(cls)
        layer.W, layer.b = W.copy(), b.copy()
        layer.stride = pair(stride, "stride", 1)
        layer.padding = pair(padding, "padding", 0)
        return layer

    def forward(self, x: Array) -> Array:
        """Return the correlation, (B, F, Ho, Wo) with Ho = (H + 2·padding − kh) // stride + 1.

        Parameters
        ----------
        x : ndarray, (B, C, H, W)
            Images.

        Raises
        ------
        ValueError
            If the channels differ or the padded image is smaller than the kernel.
        """
        windows = self._windows(x)
        kernels = self.W.reshape(len(self.W), -1)
        y = np.empty((len(x), len(kernels), *windows), dtype=np.result_type(x, kernels, self.b))
        by_filter = y.swapaxes(0, 1)
        bias = self.b[:, None, None, None]
        for piece, matrix in self._pieces(x, windows, FORWARD_BYTES):
            product = (kernels @ matrix).reshape(len(kernels), -1, *windows)
            np.add(product, bias, out=by_filter[:, piece])
        return y

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dW, the correlation of the images with ``dy`` (B, F, Ho, Wo), and db, its sum for each filter.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        windows = self._windows(x)
        if dy.shape != (len(x), len(self.W), *windows):
            raise ValueError(f"{self}: dy must be {(len(x), len(self.W), *windows)}, not {dy.shape}")
        kernels = self.W.reshape(len(self.W), -1)
        dW = np.zeros(kernels.shape, dtype=np.result_type(x, dy))
        by_filter = dy.swapaxes(0, 1)
        for piece, matrix in self._pieces(x, windows, BACKWARD_BYTES):
            dW += by_filter[:, piece].reshape(len(kernels), -1) @ matrix.T
        self.dW = dW.reshape(self.W.shape)
        self.db = dy.sum(axis=(0, 2, 3))

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, (B, C, H, W): every output hands its share to the pixels that it saw."""
        windows, kernels = self._windows(x), self.W.reshape(len(self.W), -1)
        (above, left), (rows, columns) = self.padding, x.shape[2:]
        wide = np.zeros((*x.shape[:2], rows + 2 * above, columns + 2 * left), dtype=np.result_type(dy, kernels))
        by_channel, by_filter = wide.swapaxes(0, 1), dy.swapaxes(0, 1)
        for piece in self._samples(x, windows, BACKWARD_BYTES):
            shares = kernels.T @ by_filter[:, piece].reshape(len(kernels), -1)
            shares = shares.reshape(*self.W.shape[1:], -1, *windows)  # (C, kh, kw, b, Ho, Wo)
            for u, v, seen in places(by_channel[:, piece], self._size, self.stride, windows):
                np.add(seen, shares[:, u, v], out=seen)
        return inside(wide, self.padding)

    @property
    def _size(self) -> tuple[int, int]:
        return self.W.shape[2], self.W.shape[3]

    def _windows(self, x: Array) -> tuple[int, int]:
        channels = self.W.shape[1]
        if x.ndim != 4 or x.shape[1] != channels:
            raise ValueError(f"{self} takes (B, {channels}, H, W), not {x.shape}")
        return output_size(x, self._size, self.stride, self.padding, self)

    def _samples(self, x: Array, windows: tuple[int, int], most_bytes: int) -> Iterator[slice]:
        """Yield pieces of the batch whose matrices of windows are not larger than that, or single samples."""
        one = x.itemsize * self.W[0].size * windows[0] * windows[1]
        count = max(1, most_bytes // one)
        for start in range(0, len(x), count):
            yield slice(start, min(start + count, len(x)))

    def _pieces(self, x: Array, windows: tuple[int, int], most_bytes: int) -> Iterator[tuple[slice, Array]]:
        """Yield for each piece of the batch the matrix (C·kh·kw, b·Ho·Wo) of what the kernels see.

        The matrix is written anew for the next piece.
        """
        by_channel = padded(x, self.padding).swapaxes(0, 1)
        memory: Array | None = None
        for piece in self._samples(x, windows, most_bytes):
            samples = piece.stop - piece.start
            if memory is None or memory.shape[3] != samples:
                memory = np.empty((*self.W.shape[1:], samples, *windows), dtype=x.dtype)
            for u, v, seen in places(by_channel[:, piece], self._size, self.stride, windows):
                memory[:, u, v] = seen
            yield piece, memory.reshape(self.W[0].size, -1)

    def __str__(self) -> str:
        filters, channels, rows, columns = self.W.shape
        return f"Conv2d {channels}->{filters}, kernel {rows}x{columns}, stride {self.stride}, padding {self.padding}"
