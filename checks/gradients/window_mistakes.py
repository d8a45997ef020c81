"""Classic mistakes in the backward pass of layers with a window: convolutions and pooling."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.differences.networks.windows import scattered

Array = npt.NDArray[Any]


def windowed(right: Array, layer: Any, x: Array, dy: Array) -> Iterator[tuple[str, Array]]:
    """Yield what a convolution or a pooling layer sends back with each of their classic mistakes."""
    if right.ndim != 4:
        return
    for axis, along in ((2, "rows"), (3, "columns")):
        for shift in (1, -1):
            yield f"window off by one along the {along}", np.roll(right, shift, axis=axis)
    W = getattr(layer, "W", None)
    if isinstance(W, np.ndarray) and W.ndim == 4:
        for name, kernel in (("kernel flipped", W[..., ::-1, ::-1]), ("kernel axes swapped", W.swapaxes(2, 3))):
            if kernel.shape == W.shape:
                yield name, scattered(kernel, dy, right.shape, layer.stride, layer.padding)
        return
    if not hasattr(layer, "winners"):
        return
    winners, size, stride = np.asarray(layer.winners(x)), layer.size, layer.stride
    shares: dict[str, Callable[[int], Array]] = {
        "'=' for '+=' where windows overlap": lambda place: np.where(winners == place, dy, 0),
        "spread over the whole window": lambda place: dy,
        "spread evenly over the window": lambda place: dy / (size[0] * size[1]),
        "to the first place of each window": lambda place: dy if place == 0 else 0 * dy,
        "to the last place of each window": lambda place: dy if place == size[0] * size[1] - 1 else 0 * dy,
    }
    for name, share in shares.items():
        if name.startswith("'='"):
            for hit in (None, winners):
                yield name, _pooled(right.shape, size, stride, dy.shape[2:], share, overwrite=True, hit=hit)
        else:
            yield name, _pooled(right.shape, size, stride, dy.shape[2:], share)
    yield "'=' for '+=' where windows overlap", _assigned(right.shape, winners, size, stride, dy)
    losers = np.asarray(layer.winners(-x))
    yield (
        "to the smallest of each window",
        _pooled(right.shape, size, stride, dy.shape[2:], lambda place: np.where(losers == place, dy, 0)),
    )


def _assigned(shape: tuple[int, ...], winners: Array, size: Any, stride: Any, dy: Array) -> Array:
    """Return what is left when each window, row by row, overwrites the place of its winner."""
    dx = np.zeros(shape)
    samples, channels = np.ogrid[: shape[0], : shape[1]]
    for i, j in np.ndindex(*dy.shape[2:]):
        u, v = np.divmod(winners[:, :, i, j], size[1])
        dx[samples, channels, i * stride[0] + u, j * stride[1] + v] = dy[:, :, i, j]
    return dx


def _pooled(
    shape: tuple[int, ...],
    size: Any,
    stride: Any,
    outputs: Any,
    share: Callable[[int], Array],
    *,
    overwrite: bool = False,
    hit: Array | None = None,
) -> Array:
    """Return the sum of the shares of each place of the window; or, overwritten, the last (where it is a hit)."""
    dx = np.zeros(shape)
    for place, (u, v) in enumerate(np.ndindex(*size)):
        seen = dx[:, :, u : u + stride[0] * outputs[0] : stride[0], v : v + stride[1] * outputs[1] : stride[1]]
        if overwrite:
            seen[...] = share(place) if hit is None else np.where(hit == place, share(place), seen)
        else:
            seen += share(place)
    return dx
