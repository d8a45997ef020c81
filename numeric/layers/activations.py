"""Activation functions as layers: elementwise, and the softmax of each row."""

import numpy as np

from numeric.arrays import Array
from numeric.functions.activations import (
    leaky_relu,
    leaky_relu_dx,
    relu,
    sigmoid,
    sigmoid_dx,
    tanh,
    tanh_dx,
)
from numeric.functions.entropy import softmax
from numeric.layers.base import Layer, require_same_shape


class ReLU(Layer):
    """max(0, x), elementwise, any shape; 0 is taken for the derivative at 0. Source: document 002, equation (10)."""

    def forward(self, x: Array) -> Array:
        """Return max(0, x)."""
        return relu(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy where x > 0, and 0 elsewhere."""
        require_same_shape(self, x, dy)
        dx: Array = dy * (x.real > 0)  # np.where would branch on every entry: five times the time
        return dx

    def forward_over(self, x: Array) -> Array:
        """Return max(0, x), written over ``x``, which is real and needed by nobody else."""
        return np.maximum(x, 0, out=x)

    def input_gradient_over(self, y: Array, dy: Array) -> Array:
        """Return ∂L/∂x, written over ``dy``, from the output ``y``, which is positive where the input is."""
        return np.multiply(dy, y > 0, out=dy)


class LeakyReLU(Layer):
    """x for x > 0, else slope · x, elementwise, any shape; the slope is taken for the derivative at 0.

    Parameters
    ----------
    slope : float
        For negative inputs, in (0, 1).

    Raises
    ------
    ValueError
        For a slope outside (0, 1).

    Notes
    -----
    Source: course document 004, experimentation and discussion.
    """

    def __init__(self, slope: float = 0.01) -> None:
        if not 0 < slope < 1:
            raise ValueError(f"the slope must lie between 0 and 1, not {slope}")
        self.slope = float(slope)

    def forward(self, x: Array) -> Array:
        """Return x where x > 0, and slope · x elsewhere."""
        return leaky_relu(x, self.slope)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy where x > 0, and slope · dy elsewhere."""
        require_same_shape(self, x, dy)
        dx: Array = dy * leaky_relu_dx(x, self.slope)
        return dx

    def __str__(self) -> str:
        return f"LeakyReLU {self.slope:g}"


class Sigmoid(Layer):
    """σ(x), elementwise, any shape. Source: document 002, equation (5)."""

    def forward(self, x: Array) -> Array:
        """Return σ(x)."""
        return sigmoid(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy · σ(x)σ(−x)."""
        require_same_shape(self, x, dy)
        dx: Array = dy * sigmoid_dx(x)
        return dx


class Tanh(Layer):
    """tanh x, elementwise, any shape."""

    def forward(self, x: Array) -> Array:
        """Return tanh x."""
        return tanh(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy · tanh′(x)."""
        require_same_shape(self, x, dy)
        dx: Array = dy * tanh_dx(x)
        return dx


class Softmax(Layer):
    """Probabilities e^xₖ / Σⱼ e^xⱼ of each row, (B, K) to (B, K).

    Before a cross-entropy leave it out: `numeric.losses.SoftmaxCrossEntropy` takes logits, and keeps their digits.

    Notes
    -----
    Source: course document 000, exercise 8e; the Jacobian is diag(s) − s sᵀ.
    """

    def forward(self, x: Array) -> Array:
        """Return the probabilities, (B, K), for logits ``x`` (B, K); ValueError for another number of dimensions."""
        return softmax(x)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return s ∘ (dy − Σⱼ dyⱼ sⱼ) for each row, (B, K)."""
        require_same_shape(self, x, dy)
        s = softmax(x)
        dx: Array = s * (dy - (dy * s).sum(axis=1, keepdims=True))
        return dx
