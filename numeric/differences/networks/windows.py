"""∂L/∂input of layers on images (B, C, H, W) that look through a window: correlations and pooling."""

from itertools import product
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from numeric.arrays import Array
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.sensitivity import (
    BUDGET,
    Sensitivity,
    agree,
    balanced,
    deviation,
    hull,
    matrix_terms,
    through,
    variance_of,
)

CHEAP = 1e7
"""Output numbers up to which a layer is taken entry by entry, whatever quicker structure it may have."""


def by_windows(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take all pixels at once that no window sees two of, for layers on images (B, C, H, W) with a window."""
    x, y = probe.x, probe.y
    window = window_of(probe.layer)
    if window is None or x.ndim != 4 or y.ndim != 4 or len(x) != len(y) or not probe.repeats:
        return None
    size, stride, padding, mixes = window
    channels: list[Any] = list(range(x.shape[1])) if mixes else [slice(None)]
    if len(channels) * size[0] * size[1] * y.size > (CHEAP if mixes else BUDGET):
        return None
    rows, columns = (np.arange(y.shape[2 + axis]) * stride[axis] - padding[axis] for axis in (0, 1))
    parts = [np.zeros(x.shape) for _ in range(3)]
    low, high = np.zeros(x.shape), np.zeros(x.shape)
    for channel, u, v in product(channels, range(size[0]), range(size[1])):
        direction = np.zeros(x.shape)
        direction[:, channel, u :: size[0], v :: size[1]] = 1
        seen_rows, seen_columns = rows + (u - rows) % size[0], columns + (v - columns) % size[1]
        inside = np.outer(
            (seen_rows >= 0) & (seen_rows < x.shape[2]), (seen_columns >= 0) & (seen_columns < x.shape[3])
        )
        grid = np.ix_(np.clip(seen_rows, 0, x.shape[2] - 1), np.clip(seen_columns, 0, x.shape[3] - 1))
        tangent = np.where(inside, probe.along_input(direction), 0.0)
        around = [tangent]
        if kinks:
            around += [np.where(inside, probe.along_input(direction, at=one), 0.0) for one in probe.beside(direction)]
        noise = tangent**2 * variance_of(upstream, unit)
        each = [t * upstream.value for t in around]
        slack = np.max(np.abs(around), axis=0) * upstream.radius
        for target, terms in zip(
            (*parts, low, high),
            (each[0], noise, slack, np.min(each, axis=0), np.max(each, axis=0)),
            strict=True,
        ):
            summed = terms.sum(axis=1) if mixes else terms
            np.add.at(target, (slice(None), channel, *grid), summed)
    value, variance, radius = parts
    if not balanced(probe, value, upstream.value):
        return None
    if kinks:
        value, reach = hull(value, low, high, probe)
        radius = radius + reach
    return Sensitivity(value, deviation(variance + (probe.noise * value) ** 2, unit), radius)


def by_correlation(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Hand each output's share back to the pixels that it saw, for a layer that correlates with a kernel W and no more.

    Taking the pixels as `by_windows` does is exact, too, but costs a pass for each place and channel of the kernel.
    """
    x, y, kernel = probe.x, probe.y, getattr(probe.layer, "W", None)
    window = window_of(probe.layer)
    if kinks or window is None or x.ndim != 4 or y.ndim != 4 or not isinstance(kernel, np.ndarray) or kernel.ndim != 4:
        return None
    size, stride, padding, _ = window
    padded = [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2]
    v = probe.rng.standard_normal(x.shape)
    patches = windows_of(np.pad(v, padded), size, stride)
    if patches is None or y.shape != (len(x), len(kernel), *patches.shape[2:4]) or kernel.shape[1] != x.shape[1]:
        return None
    if not agree(probe, probe.along_input(v), correlated(patches, kernel)):
        return None
    return through(matrix_terms(lambda J, a: scattered(J, a, x.shape, stride, padding), kernel), upstream, unit)


def windows_of(padded: Array, size: tuple[int, int], stride: tuple[int, int]) -> Array | None:
    """Return the patches (B, C, Ho, Wo, kh, kw) of padded images (B, C, H, W), None if they are smaller than one."""
    if padded.shape[2] < size[0] or padded.shape[3] < size[1]:
        return None
    patches: Array = sliding_window_view(padded, size, axis=(2, 3))[:, :, :: stride[0], :: stride[1]]
    return patches


def correlated(patches: Array, kernel: Array) -> Array:
    """Return the correlation (B, F, Ho, Wo) of patches (B, C, Ho, Wo, kh, kw) with a kernel (F, C, kh, kw)."""
    return np.moveaxis(np.tensordot(patches, kernel, axes=((1, 4, 5), (1, 2, 3))), -1, 1)


def scattered(
    kernel: Array, dy: Array, shape: tuple[int, ...], stride: tuple[int, int], padding: tuple[int, int]
) -> Array:
    """Return, for images of a shape (B, C, H, W), what each output of a correlation hands to the pixels that it saw."""
    (above, left), (rows, columns) = padding, dy.shape[2:]
    padded = np.zeros((*shape[:2], shape[2] + 2 * above, shape[3] + 2 * left))
    for u, v in np.ndindex(*kernel.shape[2:]):
        share = np.moveaxis(np.tensordot(dy, kernel[:, :, u, v], axes=(1, 0)), -1, 1)
        padded[:, :, u : u + stride[0] * rows : stride[0], v : v + stride[1] * columns : stride[1]] += share
    return padded[:, :, above : above + shape[2], left : left + shape[3]]


def window_of(layer: object) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], bool] | None:
    """Return window size, stride, padding and whether channels mix, of a layer that has them; else None."""
    stride = getattr(layer, "stride", None)
    if stride is None:
        return None
    padding = pair(getattr(layer, "padding", 0))
    kernel = getattr(layer, "W", None)
    if isinstance(kernel, np.ndarray) and kernel.ndim == 4:
        return (kernel.shape[2], kernel.shape[3]), pair(stride), padding, True
    size = getattr(layer, "size", None)
    return None if size is None else (pair(size), pair(stride), padding, False)


def pair(value: Any) -> tuple[int, int]:
    """Return one number twice, or two numbers."""
    return (int(value), int(value)) if np.ndim(value) == 0 else (int(value[0]), int(value[1]))
