"""Classic mistakes of the backward pass of max-pooling: where the gradient of each window is sent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe

Array = npt.NDArray[Any]
Put = Callable[[Array, Array, float], None]
"""Changes a part of the result; gets that part, the window of the image there, and the gradient of the window."""

SIZES = frozenset({"size", "window", "pool", "pool_size", "kernel_size", "k", "ndim", "width"})
STRIDES = frozenset({"stride", "step", "strides", "s"})


def pooled(probe: Probe, inputs: Sequence[Array], right: Array) -> Iterator[tuple[str, Array]]:
    """Yield what comes of each mistake, if `right` is the gradient of max-pooling of one of the inputs.

    Parameters
    ----------
    probe, inputs:
        Among them the image (..., H, W), the gradient from behind (..., h, w), and perhaps the size and the stride of
        the windows.
    right:
        (..., H, W): the result that is wanted.
    """
    for image in inputs:
        for G in inputs:
            if right.ndim < 2 or image.shape != right.shape or G.ndim != image.ndim or G.shape == image.shape:
                continue
            for size, stride in _windows(probe, inputs, image, G):
                if np.allclose(_sent(image, G, size, stride, _to_the_largest), right):
                    for mistake, put in _MISTAKES.items():
                        yield mistake, _sent(image, G, size, stride, put)
                    return


def _windows(probe: Probe, inputs: Sequence[Array], image: Array, G: Array) -> Iterator[tuple[int, int]]:
    """Yield sizes and strides of windows with which the shapes fit: those that are given, else small ones."""
    given = {
        one.name.lower(): int(value)
        for one, value in zip(probe.inputs, inputs, strict=True)
        if not value.ndim and one.integer
    }
    sizes = [value for name, value in given.items() if name in SIZES] or [2, 3]
    strides = [value for name, value in given.items() if name in STRIDES] or [0, 1, 2]
    for size in sizes:
        for stride in dict.fromkeys(value or size for value in strides):
            lengths = tuple((length - size) // stride + 1 for length in image.shape[-2:])
            if size >= 1 and stride >= 1 and lengths == G.shape[-2:]:
                yield size, stride


def _sent(image: Array, G: Array, size: int, stride: int, put: Put) -> Array:
    found = np.zeros(image.shape)
    for *before, i, j in np.ndindex(*G.shape):
        rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
        place = (*before, rows, columns)
        put(found[place], image[place], float(G[(*before, i, j)]))
    return found


def _to_the_largest(part: Array, window: Array, g: float) -> None:
    part[np.unravel_index(np.argmax(window), window.shape)] += g


def _overwritten(part: Array, window: Array, g: float) -> None:
    part[np.unravel_index(np.argmax(window), window.shape)] = g


def _to_the_first(part: Array, _: Array, g: float) -> None:
    part[0, 0] += g


def _to_the_last(part: Array, _: Array, g: float) -> None:
    part[-1, -1] += g


def _to_all(part: Array, _: Array, g: float) -> None:
    part += g


def _evenly(part: Array, _: Array, g: float) -> None:
    part += g / part.size


def _to_the_smallest(part: Array, window: Array, g: float) -> None:
    part[np.unravel_index(np.argmin(window), window.shape)] += g


def _ones(part: Array, window: Array, _: float) -> None:
    part[np.unravel_index(np.argmax(window), window.shape)] += 1


_MISTAKES: dict[str, Put] = {
    "'=' for '+=' where windows overlap": _overwritten,
    "the gradient goes to the first place of each window, not to the largest entry": _to_the_first,
    "the gradient goes to the last place of each window, not to the largest entry": _to_the_last,
    "the gradient goes to every place of the window": _to_all,
    "the gradient is spread evenly over the window, as for average pooling": _evenly,
    "the gradient goes to the smallest entry of each window": _to_the_smallest,
    "the upstream gradient is not used": _ones,
}
