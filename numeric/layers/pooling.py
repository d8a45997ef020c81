"""The largest value of each window of an image."""

import numpy as np

from numeric.arrays import Array
from numeric.layers.base import Layer, require_same_shape
from numeric.layers.windows import Pair, output_size, pair, places


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
        self.size = pair(size, "window size", 1)
        self.stride = self.size if stride is None else pair(stride, "stride", 1)

    def forward(self, x: Array) -> Array:
        """Return the maxima, (B, C, Ho, Wo) with Ho = (H − rows) // stride + 1, for ``x`` (B, C, H, W).

        Raises
        ------
        ValueError
            If ``x`` has not four dimensions or is smaller than a window.
        """
        cells = self._cells(x)
        largest = cells[0].copy()
        for cell in cells[1:]:
            if x.dtype.kind == "c":
                np.copyto(largest, cell, where=cell.real > largest.real)
            else:
                np.maximum(largest, cell, out=largest)
        return largest

    def winners(self, x: Array) -> Array:
        """Return the place of each winner in its window, counted row by row: integers, (B, C, Ho, Wo)."""
        cells = self._cells(x.real)
        largest = cells[0].copy()
        winners = np.zeros(largest.shape, dtype=np.intp)
        for place, cell in enumerate(cells[1:], start=1):
            larger = cell > largest  # not "at least": an equal value that comes later does not win
            winners[larger] = place
            np.copyto(largest, cell, where=larger)
        return winners

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x, (B, C, H, W): each winner takes the gradient of its window; shares add up in an overlap."""
        largest = self.forward(x)
        require_same_shape(self, largest, dy)
        dx = np.zeros(x.shape, dtype=dy.dtype)
        open_windows = np.ones(largest.shape, dtype=bool)  # those whose winner is not found yet
        for (_, _, taken), cell in zip(places(dx, self.size, self.stride, dy.shape[2:]), self._cells(x), strict=True):
            wins = (cell == largest) & open_windows
            open_windows ^= wins
            np.add(taken, dy * wins, out=taken)
        return dx

    def _cells(self, x: Array) -> list[Array]:
        """Return for each place of a window, row by row, the view (B, C, Ho, Wo) of the pixels that stand there."""
        if x.ndim != 4:
            raise ValueError(f"{self} takes (B, C, H, W), not {x.shape}")
        windows = output_size(x, self.size, self.stride, (0, 0), self)
        return [cell for _, _, cell in places(x, self.size, self.stride, windows)]

    def __str__(self) -> str:
        return f"MaxPool2d {self.size[0]}x{self.size[1]}, stride {self.stride}"
