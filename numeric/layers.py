# ruff: noqa: N815 - dW is the gradient of W
"""Layers with a hand-written forward and backward pass.

A layer keeps no input: ``backward(x, dy)`` is given the input again, so that a pass can be repeated or checked.
Neither pass changes its arguments. Parameters are attributes (``W``, ``b``) with gradients beside them (``dW``,
``db``). The forward passes also carry the complex numbers of a complex step and branch on the real part.
Images are (B, C, H, W): sample, channel, row, column.
"""

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from numeric.arrays import Array, floating, require_shape
from numeric.functions.activations import relu, sigmoid, sigmoid_dx, tanh, tanh_dx
from numeric.initialisers import Initialiser, glorot_uniform

Pair = int | tuple[int, int]
"""One number for rows and columns, or one for each."""


class Layer:
    """What all layers share. A layer with parameters names them in ``trainable``."""

    trainable: ClassVar[tuple[str, ...]] = ()

    def forward(self, x: Array) -> Array:
        """Return the output for the input ``x``."""
        raise NotImplementedError

    def backward(self, x: Array, dy: Array) -> Array:
        """Store the gradients of the parameters and return ∂L/∂x.

        Parameters
        ----------
        x : ndarray
            The input of the forward pass.
        dy : ndarray
            ∂L/∂y, in the shape of the output.

        Returns
        -------
        ndarray
            ∂L/∂x, in the shape of ``x``.

        Raises
        ------
        ValueError
            If a shape does not fit.
        """
        self.store_gradients(x, dy)
        return self.input_gradient(x, dy)

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store the gradients of the parameters for input ``x`` and ``dy`` = ∂L/∂y; nothing without parameters."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x in the shape of ``x`` for ``dy`` = ∂L/∂y."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Array]:
        """Return the parameters by name: the arrays themselves, not copies."""
        return {name: getattr(self, name) for name in self.trainable}

    def gradients(self) -> dict[str, Array]:
        """Return the gradients that the last backward pass stored, by the name of the parameter.

        Raises
        ------
        RuntimeError
            If no backward pass has run.
        """
        try:
            return {name: getattr(self, f"d{name}") for name in self.trainable}
        except AttributeError as error:
            raise RuntimeError(f"{self}: run backward before asking for gradients") from error

    def step(self, learning_rate: float) -> None:
        """Move each parameter, in place, by −learning_rate times its gradient.

        Raises
        ------
        RuntimeError
            If no backward pass has run.
        """
        for name, gradient in self.gradients().items():
            parameter = getattr(self, name)
            parameter -= learning_rate * gradient

    def __str__(self) -> str:
        return type(self).__name__


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
        require_shape(x.ndim == 2 and x.shape[1] == len(self.W), f"{self} takes (B, {len(self.W)}), not {x.shape}")
        y: Array = x @ self.W + self.b  # not in place: a complex step may sit in either parameter
        return y

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dW = xᵀ dy and db = Σ dy, for ``x`` (B, N) and ``dy`` (B, M); ValueError if the shapes do not fit."""
        wanted = (len(x), self.W.shape[1])
        require_shape(dy.shape == wanted, f"{self}: dy must be {wanted}, not {dy.shape}")
        self.dW = x.T @ dy
        self.db = dy.sum(axis=0)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy Wᵀ, (B, N)."""
        dx: Array = dy @ self.W.T
        return dx

    def __str__(self) -> str:
        return f"Linear {self.W.shape[0]}x{self.W.shape[1]}"


class ReLU(Layer):
    """max(0, x), elementwise, any shape; 0 is taken for the derivative at 0. Source: document 002, equation (10)."""

    def forward(self, x: Array) -> Array:
        """Return max(0, x)."""
        return relu(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy where x > 0, and 0 elsewhere."""
        _require_same(self, x, dy)
        return np.where(x.real > 0, dy, 0)  # the same as dy · ReLU′(x), four times faster


class Sigmoid(Layer):
    """σ(x), elementwise, any shape. Source: document 002, equation (5)."""

    def forward(self, x: Array) -> Array:
        """Return σ(x)."""
        return sigmoid(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy · σ(x)σ(−x)."""
        _require_same(self, x, dy)
        return dy * sigmoid_dx(x)


class Tanh(Layer):
    """tanh x, elementwise, any shape."""

    def forward(self, x: Array) -> Array:
        """Return tanh x."""
        return tanh(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy · tanh′(x)."""
        _require_same(self, x, dy)
        return dy * tanh_dx(x)


class Flatten(Layer):
    """(B, ...) to (B, N), row by row."""

    def forward(self, x: Array) -> Array:
        """Return ``x`` as one row for each sample."""
        return x.reshape(len(x), -1)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy in the shape of ``x``; ValueError if the sizes differ."""
        return dy.reshape(x.shape)


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
        kernel = _pair(size, "kernel size", 1)
        area = kernel[0] * kernel[1]
        self.W = initialiser((filters, channels, *kernel), channels * area, filters * area, rng).astype(
            dtype, copy=False
        )
        self.b = np.zeros(filters, dtype=dtype)
        self.stride = _pair(stride, "stride", 1)
        self.padding = _pair(padding, "padding", 0)

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
        layer.stride = _pair(stride, "stride", 1)
        layer.padding = _pair(padding, "padding", 0)
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
        y = np.tensordot(self._patches(x), self.W, axes=((1, 4, 5), (1, 2, 3)))
        return np.moveaxis(y + self.b, -1, 1)

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store dW, the correlation of the images with ``dy`` (B, F, Ho, Wo), and db, its sum for each filter.

        Raises
        ------
        ValueError
            If the shapes do not fit.
        """
        patches = self._patches(x)
        wanted = (len(x), len(self.W), *patches.shape[2:4])
        require_shape(dy.shape == wanted, f"{self}: dy must be {wanted}, not {dy.shape}")
        self.dW = np.tensordot(dy, patches, axes=((0, 2, 3), (0, 2, 3)))
        self.db = dy.sum(axis=(0, 2, 3))

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, (B, C, H, W): every output hands its share to the pixels that it saw."""
        shares = np.moveaxis(np.tensordot(dy, self.W, axes=(1, 0)), 3, 1)  # (B, C, Ho, Wo, kh, kw)
        (above, left), (rows, columns) = self.padding, x.shape[2:]
        padded = np.zeros((*x.shape[:2], rows + 2 * above, columns + 2 * left), dtype=shares.dtype)
        for u, v in np.ndindex(*self.W.shape[2:]):
            _seen(padded, u, v, self.stride, dy.shape[2:])[...] += shares[..., u, v]
        return padded[:, :, above : above + rows, left : left + columns]

    def _patches(self, x: Array) -> Array:
        """Return the (B, C, Ho, Wo, kh, kw) patches that the kernels see, a view of the padded images."""
        channels = self.W.shape[1]
        require_shape(x.ndim == 4 and x.shape[1] == channels, f"{self} takes (B, {channels}, H, W), not {x.shape}")
        above, left = self.padding
        if above or left:
            x = np.pad(x, ((0, 0), (0, 0), (above, above), (left, left)))
        return _windows(x, (self.W.shape[2], self.W.shape[3]), self.stride, self)

    def __str__(self) -> str:
        filters, channels, rows, columns = self.W.shape
        return f"Conv2d {channels}->{filters}, kernel {rows}x{columns}, stride {self.stride}, padding {self.padding}"


class MaxPool2d(Layer):
    """The largest value of each window; at a tie the first one row by row is the winner and takes the gradient.

    Parameters
    ----------
    size : int or (int, int)
        Rows and columns of a window.
    stride : int or (int, int), optional
        Distance of the windows, the size if not given; a smaller one makes them overlap. What does not fill a window
        at the lower and right edges is left out.

    Raises
    ------
    ValueError
        For a size or stride below 1.

    Notes
    -----
    Source: course document 004 (2x2, stride 2). The winner's choice at a tie is an element of the Clarke
    subdifferential.
    """

    def __init__(self, size: Pair, stride: Pair | None = None) -> None:
        self.size = _pair(size, "window size", 1)
        self.stride = self.size if stride is None else _pair(stride, "stride", 1)

    def forward(self, x: Array) -> Array:
        """Return the maxima, (B, C, Ho, Wo) with Ho = (H − rows) // stride + 1, for ``x`` (B, C, H, W).

        Raises
        ------
        ValueError
            If ``x`` has not four dimensions or is smaller than a window.
        """
        windows = self._flat_windows(x)
        winners = np.argmax(windows.real, axis=-1, keepdims=True)
        return np.take_along_axis(windows, winners, axis=-1)[..., 0]

    def winners(self, x: Array) -> Array:
        """Return the place of each winner in its window, counted row by row: integers, (B, C, Ho, Wo)."""
        places: Array = np.argmax(self._flat_windows(x).real, axis=-1)
        return places

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, (B, C, H, W): each winner takes the gradient of its window; shares add up in an overlap."""
        winners = self.winners(x)
        _require_same(self, winners, dy)
        dx = np.zeros(x.shape, dtype=dy.dtype)
        for place, (u, v) in enumerate(np.ndindex(*self.size)):
            _seen(dx, u, v, self.stride, winners.shape[2:])[...] += np.where(winners == place, dy, 0)
        return dx

    def _flat_windows(self, x: Array) -> Array:
        require_shape(x.ndim == 4, f"{self} takes (B, C, H, W), not {x.shape}")
        windows = _windows(x, self.size, self.stride, self)
        return windows.reshape(*windows.shape[:4], -1)

    def __str__(self) -> str:
        return f"MaxPool2d {self.size[0]}x{self.size[1]}, stride {self.stride}"


def _pair(value: Pair, what: str, least: int) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else value
    if min(pair) < least:
        raise ValueError(f"{what} must be at least {least}, not {value}")
    return pair


def _windows(x: Array, size: tuple[int, int], stride: tuple[int, int], layer: Layer) -> Array:
    require_shape(
        x.shape[2] >= size[0] and x.shape[3] >= size[1],
        f"{layer}: a window of {size[0]}x{size[1]} does not fit into {x.shape[2]}x{x.shape[3]}",
    )
    return sliding_window_view(x, size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]


def _seen(x: Array, u: int, v: int, stride: tuple[int, int], outputs: tuple[int, ...]) -> Array:
    """Return the view of those pixels that stand at place (u, v) of the windows, (B, C, Ho, Wo)."""
    rows, columns = outputs
    return x[:, :, u : u + stride[0] * rows : stride[0], v : v + stride[1] * columns : stride[1]]


def _require_same(layer: Layer, x: Array, dy: Array) -> None:
    require_shape(x.shape == dy.shape, f"{layer}: dy must be {x.shape}, not {dy.shape}")
