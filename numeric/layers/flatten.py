"""From images to rows."""

from numeric.arrays import Array
from numeric.layers.base import Layer


class Flatten(Layer):
    """(B, ...) to (B, N), row by row."""

    def forward(self, x: Array) -> Array:
        """Return ``x`` as one row for each sample."""
        return x.reshape(len(x), -1)

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy in the shape of ``x``; ValueError if the sizes differ."""
        return dy.reshape(x.shape)
