"""Windows that move over images: what convolution and pooling share.

Work is done place by place of the window, not window by window: all pixels that stand at one place of their windows
are one strided view, so NumPy moves them in long runs.
"""

from collections.abc import Iterator

import numpy as np

from numeric.arrays import Array

Pair = int | tuple[int, int]
"""One number for rows and columns, or one for each."""


def pair(value: Pair, what: str, least: int) -> tuple[int, int]:
    """Return (rows, columns); ValueError, which says what it is, for a number below the least."""
    both = (value, value) if isinstance(value, int) else value
    if min(both) < least:
        raise ValueError(f"{what} must be at least {least}, not {value}")
    return both


def output_size(
    x: Array, size: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int], layer: object
) -> tuple[int, int]:
    """Return how many windows (Ho, Wo) lie below and beside each other; ValueError where not one fits."""
    rows, columns = x.shape[2] + 2 * padding[0], x.shape[3] + 2 * padding[1]
    if rows < size[0] or columns < size[1]:
        raise ValueError(f"{layer}: a window of {size[0]}x{size[1]} does not fit into {rows}x{columns}")
    return (rows - size[0]) // stride[0] + 1, (columns - size[1]) // stride[1] + 1


def padded(x: Array, padding: tuple[int, int]) -> Array:
    """Return the images (B, C, H, W) with rows and columns of zeros around them; themselves for no padding."""
    above, left = padding
    if not (above or left):
        return x
    wide = np.zeros((*x.shape[:2], x.shape[2] + 2 * above, x.shape[3] + 2 * left), dtype=x.dtype)
    inside(wide, padding)[...] = x
    return wide


def inside(wide: Array, padding: tuple[int, int]) -> Array:
    """Return the view of padded images without their padding."""
    above, left = padding
    return wide[..., above : wide.shape[-2] - above, left : wide.shape[-1] - left]


def places(
    x: Array, size: tuple[int, int], stride: tuple[int, int], windows: tuple[int, int]
) -> Iterator[tuple[int, int, Array]]:
    """Yield each place (u, v) of a window, row by row, with the view (..., Ho, Wo) of the pixels that stand there."""
    for u, v in np.ndindex(*size):
        yield (
            u,
            v,
            x[..., u : u + stride[0] * windows[0] : stride[0], v : v + stride[1] * windows[1] : stride[1]],
        )
