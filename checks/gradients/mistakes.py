"""Classic mistakes of a backward pass: the one that turns the right array exactly into the wrong one."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.window_mistakes import windowed
from numeric.differences.networks.probe import strict

Array = npt.NDArray[Any]


def name_block_mistake(
    claimed: Array,
    right: Array,
    *,
    unit: float,
    x: Array,
    upstream: Array | None,
    earlier: Array | None = None,
    stale: Array | None = None,
) -> str | None:
    """Return the name of the one mistake that explains the stored gradient of a parameter exactly, or None.

    Parameters
    ----------
    claimed, right : ndarray
        The stored gradient and the measured one.
    unit : float
        The rounding unit of the backward pass.
    x : ndarray, (B, ...)
        The input of the layer.
    upstream : ndarray or None
        ∂L/∂output of the layer; None where the gradient does not follow from it as for a linear or convolutional layer.
    earlier : ndarray or None
        What the pass before, on another batch, stored.
    stale : ndarray or None
        The input of the layer in the pass before.
    """

    def candidates() -> Iterator[tuple[str, Array]]:
        yield from _factors(right, len(x))
        if earlier is not None and earlier.shape == right.shape:
            yield "not stored: left from the batch before", earlier
            yield "added to the gradient of the batch before", earlier + right
        if right.ndim == 2:
            yield "transposed", right.T
        if right.ndim == 4:
            yield "kernel flipped", right[..., ::-1, ::-1]
            yield "kernel axes swapped", right.swapaxes(2, 3)
            yield "channels swapped", right.swapaxes(0, 1)
        if upstream is not None:
            yield from _from_upstream(right, x, upstream, stale)

    return _first_match(claimed, candidates(), right, unit)


def _from_upstream(right: Array, x: Array, upstream: Array, stale: Any) -> Iterator[tuple[str, Array]]:
    if right.ndim == 2 and x.ndim == 2 and upstream.ndim == 2 and right.shape == (x.shape[1], upstream.shape[1]):
        if isinstance(stale, np.ndarray) and stale.shape == x.shape:
            yield "stale cache: the input of the batch before", stale.T @ upstream
        yield "products of sums for the sum of products", np.outer(x.sum(axis=0), upstream.sum(axis=0))
        for row, which in ((0, "first"), (-1, "last")):
            yield f"the {which} sample only", np.outer(x[row], upstream[row])
        yield "the last sample left out", x[:-1].T @ upstream[:-1]
        yield "the first sample left out", x[1:].T @ upstream[1:]
        yield "samples of the input in another order", x[::-1].T @ upstream
        yield "sign of the input lost", np.abs(x).T @ upstream
    if right.ndim == 1 and upstream.ndim in (2, 4):
        axes = tuple(axis for axis in range(upstream.ndim) if axis != 1)
        yield "mean for the sum", upstream.mean(axis=axes)
        yield "the first sample only", upstream[0].reshape(right.size, -1).sum(axis=1)
        yield "the last sample only", upstream[-1].reshape(right.size, -1).sum(axis=1)
        if upstream.ndim == 2:
            yield "sum of the input for the sum of ∂L/∂z", x.reshape(len(x), -1).sum(axis=0)
            yield "wrong axis", upstream.sum(axis=1)
        else:
            yield "one position only", upstream[:, :, 0, 0].sum(axis=0)
            yield "wrong axis", upstream.sum(axis=(1, 2, 3))


def name_layer_mistake(claimed: Array, right: Array, *, unit: float, layer: Any, x: Array, dy: Array) -> str | None:
    """Return the name of the one mistake that explains what a layer sends back for ``dy`` at ``x``, or None."""

    def candidates() -> Iterator[tuple[str, Array]]:
        if dy.size == right.size:
            through = dy.reshape(right.shape)
            y = np.asarray(layer.forward(x.copy())).reshape(right.shape)
            yield "activation mask forgotten", through
            yield "mask inverted", np.where(x > 0, 0, through)
            yield "mask of ∂L/∂y for the mask of x", np.where(through > 0, through, 0)
            yield "the output for its slope", through * y
            yield (
                "the slope at the output for the slope at the input",
                through * _slope(layer, y.reshape(x.shape), right),
            )
            yield "1 − y for 1 − y²", through * (1 - y)
            yield "1 + y² for 1 − y²", through * (1 + y * y)
            yield "1 − x² for 1 − y²", through * (1 - np.square(x).reshape(right.shape))
            yield "y(1 + y) for y(1 − y)", through * y * (1 + y)
            yield "columns before rows", through.transpose(0, *range(right.ndim - 1, 0, -1)).reshape(right.shape)
            yield "∂L/∂y forgotten", np.divide(right, through, out=np.zeros(right.shape), where=through != 0)
        W = getattr(layer, "W", None)
        if isinstance(W, np.ndarray) and W.ndim == 2 and dy.ndim == 2:
            if W.shape[0] == W.shape[1]:
                yield "transposed", dy @ W
            yield "the weight gradient sent back", x.T @ dy
        yield from windowed(right, layer, x, dy)
        yield from _factors(right, len(x))

    return _first_match(claimed, candidates(), right, unit)


def _slope(layer: Any, x: Array, right: Array) -> Array:
    """Return the slope of an elementwise layer at another point, zeros where its code carries no complex numbers."""
    try:
        with strict():
            return np.asarray(np.imag(layer.forward(x + 1e-100j)) / 1e-100).reshape(right.shape)
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return np.zeros(right.shape)


def _factors(right: Array, rows: int) -> Iterator[tuple[str, Array]]:
    yield "sign", -right
    if rows > 1:
        yield "1/B missing", right * rows
        yield "1/B doubled", right / rows
    yield "factor 2", right * 2
    yield "factor 1/2", right / 2
    yield "not computed (zero)", np.zeros_like(right)


def name_loss_mistake(claimed: Array, right: Array, *, unit: float) -> str | None:
    """Return the name of the one mistake that explains a wrong gradient of the loss, or None."""
    return _first_match(claimed, _factors(right, len(right)), right, unit)


def _first_match(claimed: Array, candidates: Iterator[tuple[str, Array]], right: Array, unit: float) -> str | None:
    for name, candidate in candidates:
        if candidate.shape == claimed.shape and _same(claimed, candidate, unit):
            return name
    if claimed.shape != right.shape:
        return None
    factor = _constant_factor(claimed, right, unit)
    if factor is not None:
        return f"right up to the constant factor {factor:.6g}"
    return pattern_of(claimed, right, unit)


def pattern_of(claimed: Array, right: Array, unit: float) -> str | None:
    """Say where a partly wrong array is wrong, if that is one entry, row or column, and what stands there."""
    scale = float(np.max(np.abs(right), initial=0.0))
    wrong = np.abs(claimed - right) > 1e7 * unit * (np.abs(right) + 1e-3 * scale)
    count = int(np.count_nonzero(wrong))
    if count in (0, wrong.size):
        return None
    if count == 1:
        where = tuple(int(part) for part in np.argwhere(wrong)[0])
        now, true = float(claimed[where]), float(right[where])
        what = (
            "not computed (zero)" if now == 0 else f"{now / true:.6g} times the right value" if true else f"{now:.6g}"
        )
        return f"one entry, {list(where)}, is {what}"
    for axis in range(right.ndim):
        rest = tuple(other for other in range(right.ndim) if other != axis)
        lines = np.flatnonzero(np.any(wrong, axis=rest))
        if len(lines) == 1 and right.shape[axis] > 1:
            part = np.take(claimed, lines[0], axis=axis)
            kind = (
                {0: "row", 1: "column"}.get(axis, f"slice of axis {axis}")
                if right.ndim == 2
                else f"slice of axis {axis}"
            )
            zero = " is not computed (zero)" if not np.any(part) else " is wrong"
            return f"{kind} {int(lines[0])}{zero}"
    return None


def _same(left: Array, right: Array, unit: float) -> bool:
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)))
    return bool(np.all(np.abs(left - right) <= 4096 * unit * scale))


def _constant_factor(claimed: Array, right: Array, unit: float) -> float | None:
    if right.size == 0:
        return None
    largest = np.unravel_index(int(np.argmax(np.abs(right))), right.shape)
    if right[largest] == 0:
        return None
    factor = float(claimed[largest] / right[largest])
    return factor if factor and right.size > 1 and _same(claimed, factor * right, unit) else None


def name_factor(claimed: Array, right: Array, allowed: Array, others: Mapping[str, Array]) -> str | None:
    """Return the classic mistake that explains the gradient of a plain function, or None.

    Every entry must be explained within what is allowed for it. ``others`` are the arguments: the length of one of
    their axes that multiplies or divides is a forgotten mean, or a mean taken twice.
    """
    if not np.all(np.isfinite(right)):
        return None
    for name, candidate, slack in _plain_candidates(claimed, right, others):
        if candidate.shape == claimed.shape and np.all(np.abs(claimed - candidate) <= slack * allowed):
            return name
    return None


def _plain_candidates(claimed: Array, right: Array, others: Mapping[str, Array]) -> Iterator[tuple[str, Array, float]]:
    """Yield name, array, and by how much the error of the measurement grows."""
    for name, factor in (("sign", -1.0), ("factor 2", 2.0), ("factor 1/2", 0.5), ("not computed (zero)", 0.0)):
        yield name, factor * right, max(1.0, abs(factor))
    lengths = {length for array in others.values() for length in (*array.shape, array.size) if length > 1}
    for length in sorted(lengths):
        yield f"factor {length}: division by the number of samples missing", right * length, length
        yield f"factor 1/{length}: divided by the number of samples once too often", right / length, 1.0
    if right.ndim == 2:
        yield "transposed", right.T, 1.0
    if right.size > 1 and np.any(right):
        largest = np.unravel_index(int(np.argmax(np.abs(right))), right.shape)
        factor = float(claimed[largest] / right[largest])
        yield f"right up to the constant factor {factor:.6g}", factor * right, max(1.0, abs(factor))
