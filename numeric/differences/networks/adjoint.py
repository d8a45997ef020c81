"""∂L/∂input of one layer from ∂L/∂output, by tangents of its forward pass alone.

A dense layer of N inputs in a batch of B would need B·N tangents. Most layers are simpler: elementwise, the same linear
map for each row, a window that slides, rows that pass independently. Each such structure is tried as a guess, with the
few tangents that it needs, and used only if a random tangent is what the guess says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.probe import Probe, close

EXACT, COARSE = 1e-9, 1e-3
"""How close a random tangent must come to the guess, with complex steps and with central differences."""

BUDGET = 2e9
"""Output numbers that may be computed for one layer; a larger one is asked along random directions only."""

SUMS = 2.0
"""How many roundings each product of a sum is counted for."""

ULPS = 64


class NotMeasurableError(ValueError):
    """A gradient cannot be measured here: a value is not finite, or the layer is too large for its structure."""


@dataclass(frozen=True)
class Sensitivity:
    """∂L/∂a for an array a.

    Attributes
    ----------
    value : ndarray
        The gradient; at a kink the middle of all choices.
    noise : ndarray
        What rounding, in this measurement and in a right backward pass, may do to each entry (a standard deviation).
    radius : ndarray
        Half the range of the choices at kinks that lie exactly at the point; 0 elsewhere.
    """

    value: Array
    noise: Array
    radius: Array


def adjoint(
    probe: Probe, upstream: Sensitivity, unit: float, *, look_for_kinks: bool = True
) -> tuple[Sensitivity, str]:
    """Return ∂L/∂input for ∂L/∂output, and the name of the structure that was used.

    Parameters
    ----------
    probe : Probe
        The layer at its input.
    upstream : Sensitivity
        ∂L/∂output.
    unit : float
        The rounding unit of the backward pass on trial.
    look_for_kinks : bool
        Whether every right value at a kink is wanted, or the one of the branch that the forward pass takes.

    Raises
    ------
    NotMeasurableError
        If a tangent is not finite, or no structure is confirmed and the layer is too large to take entry by entry.
    """
    with np.errstate(all="ignore"):
        kinks = look_for_kinks and _kinks_here(probe)
        for name, structure in _STRUCTURES.items():
            found = structure(probe, upstream, unit, kinks)
            if found is not None:
                _require_finite(found.value, probe)
                _require_finite(found.noise, probe)
                return found, name
    raise NotMeasurableError(
        f"{probe.layer} has {probe.x.size:,} inputs that depend on each other in no way that was recognised"
    )


def variance_of(upstream: Sensitivity, unit: float) -> Array:
    """Return the variance of each product with ∂L/∂output: its own noise, one rounding, and underflow."""
    variance: Array = upstream.noise**2 + SUMS * (unit * upstream.value) ** 2 + smallest(unit) ** 2
    return variance


def deviation(variance: Array, unit: float) -> Array:
    """Return the standard deviation of a sum of products: that of its variance, and the underflow of the products."""
    noise: Array = np.sqrt(variance) + smallest(unit)
    return noise


def smallest(unit: float) -> float:
    """Return the smallest normal number of the type with this rounding unit."""
    types = (np.float64, np.float32, np.float16)
    return float(next((np.finfo(one).tiny for one in types if unit <= np.finfo(one).eps), 1e-4))


def through(terms: "Terms", upstream: Sensitivity, unit: float) -> Sensitivity:
    """Return the sums Σ J·upstream with their noise and radius; ``terms(a)`` forms Σ J·a and ``terms(a, squares)``."""
    value = terms.sum(upstream.value)
    variance = terms.squares(variance_of(upstream, unit))
    return Sensitivity(value, deviation(variance, unit), terms.sizes(upstream.radius))


@dataclass(frozen=True)
class Terms:
    """How an array of the output's shape is summed into one of the variable's shape.

    Attributes
    ----------
    sum : callable
        a ↦ Σ J·a.
    squares, sizes : callable
        The same with J² and with |J|.
    """

    sum: Callable[[Array], Array]
    squares: Callable[[Array], Array]
    sizes: Callable[[Array], Array]


def matrix_terms(forms: Callable[[Array, Array], Array], jacobian: Array) -> Terms:
    """Return the terms of ``forms(J, a)``, which is linear in both."""
    return Terms(
        lambda a: forms(jacobian, a),
        lambda a: forms(np.square(jacobian), a),
        lambda a: forms(np.abs(jacobian), a) if np.any(a) else np.zeros(forms(jacobian, a).shape),
    )


def agree(probe: Probe, left: Array, right: Array) -> bool:
    """Tell whether a measured tangent is what a guess says."""
    return close(left, right, EXACT if probe.noise == 0 else COARSE)


def _elementwise(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take all entries at once, where each output (in the order of the inputs) depends on its own input only."""
    x = probe.x
    if probe.y.size != x.size:
        return None
    slope = probe.along_input(np.ones(x.shape)).reshape(x.shape)
    v = probe.rng.standard_normal(x.shape)
    if not agree(probe, probe.along_input(v).reshape(x.shape), slope * v):
        return None
    delta = Sensitivity(*(part.reshape(x.shape) for part in (upstream.value, upstream.noise, upstream.radius)))
    reach = np.zeros(x.shape)
    if kinks:
        ones = np.ones(x.shape)
        sides = [slope, *(probe.along_input(ones, at=one).reshape(x.shape) for one in probe.beside(ones))]
        slope, reach = _hull(slope, np.min(sides, axis=0), np.max(sides, axis=0), probe)
    # s(1 − s) is right and still keeps digits only beside the largest slope, not beside a tiny one.
    rough = np.maximum(unit, probe.noise) * np.max(np.abs(slope), initial=0.0)
    noise = np.sqrt((slope * delta.noise) ** 2 + SUMS * (rough * delta.value) ** 2)
    noise += smallest(unit) * (1 + np.abs(delta.value))  # a slope, too, may underflow
    radius = np.abs(slope) * delta.radius + reach * (np.abs(delta.value) + delta.radius)
    return Sensitivity(slope * delta.value, noise, radius)


def _same_map(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take the unit vectors of one row, where each row (B, N) passes through the same linear map to (B, M)."""
    x, y = probe.x, probe.y
    if kinks or x.ndim != 2 or y.ndim != 2 or len(x) != len(y) or not probe.repeats or not probe.carries_complex(None):
        return None
    width = x.shape[1]
    if width * y.shape[1] > BUDGET or not probe.stacks():
        return None
    jacobian = probe.row_jacobian()
    v = probe.rng.standard_normal(x.shape)
    if not agree(probe, probe.along_input(v), v @ jacobian):
        return None
    return through(matrix_terms(lambda J, a: a @ J.T, jacobian), upstream, unit)


def _windows(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take all pixels at once that no window sees two of, for layers on images (B, C, H, W) with a window."""
    x, y = probe.x, probe.y
    window = window_of(probe.layer)
    if window is None or x.ndim != 4 or y.ndim != 4 or len(x) != len(y) or not probe.repeats:
        return None
    size, stride, padding, mixes = window
    channels: list[Any] = list(range(x.shape[1])) if mixes else [slice(None)]
    cost = len(channels) * size[0] * size[1] * y.size
    if cost > BUDGET:
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
    if not _balanced(probe, value, upstream.value):
        return None
    if kinks:
        value, reach = _hull(value, low, high, probe)
        radius = radius + reach
    return Sensitivity(value, deviation(variance + (probe.noise * value) ** 2, unit), radius)


def _entry_by_entry(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take the inputs one by one: all rows of the batch at once where they pass independently."""
    x, y = probe.x, probe.y
    rowwise = x.ndim > 1 and probe.stacks()
    unknowns = x[0].size if rowwise else x.size
    if unknowns * y.size > BUDGET:
        return None
    axes = tuple(range(1, y.ndim)) if rowwise else tuple(range(y.ndim))
    weights = variance_of(upstream, unit)
    values, variances, radii, sides = [], [], [], []
    for direction, tangent in zip(
        _units(x.shape, unknowns, rowwise),
        probe.along_inputs(_units(x.shape, unknowns, rowwise), unknowns),
        strict=True,
    ):
        around = [tangent, *(probe.along_input(direction, at=one) for one in probe.beside(direction))] if kinks else []
        values.append(np.sum(tangent * upstream.value, axis=axes))
        variances.append(np.sum(tangent**2 * weights, axis=axes))
        radii.append(np.sum(np.abs(tangent) * upstream.radius, axis=axes))
        sides.append([np.sum(one * upstream.value, axis=axes) for one in around])

    def laid_out(parts: list[Any]) -> Array:
        return np.array(parts).T.reshape(x.shape)

    value, radius = laid_out(values), laid_out(radii)
    noise = deviation(laid_out(variances) + (probe.noise * value) ** 2, unit)
    if kinks:
        each = [laid_out(list(side)) for side in zip(*sides, strict=True)]
        value, reach = _hull(value, np.min(each, axis=0), np.max(each, axis=0), probe)
        return Sensitivity(value, noise, radius + reach)
    if rowwise and not _balanced(probe, value, upstream.value):
        return None
    return Sensitivity(value, noise, radius)


def _units(shape: tuple[int, ...], unknowns: int, rowwise: bool) -> Iterator[Array]:
    for number in range(unknowns):
        direction = np.zeros(shape)
        direction.reshape(shape[0] if rowwise else 1, -1)[:, number] = 1
        yield direction


def _hull(value: Array, low: Array, high: Array, probe: Probe) -> tuple[Array, Array]:
    """Return middle and half width of the one-sided values where they differ, elsewhere the value and 0."""
    here = high - low > probe.jump * np.maximum(np.abs(high), np.abs(low))
    return np.where(here, (low + high) / 2, value), np.where(here, (high - low) / 2, 0.0)


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


def _balanced(probe: Probe, value: Array, upstream: Array) -> bool:
    """Tell whether ⟨J v, upstream⟩ = ⟨v, value⟩ for a random v, in each row of the batch."""
    v = probe.rng.standard_normal(value.shape)
    tangent = probe.along_input(v)
    terms = (tangent * upstream).reshape(len(upstream), -1)
    claimed = (v * value).reshape(len(value), -1)
    size = np.sqrt((terms**2).sum(axis=1) + (claimed**2).sum(axis=1))
    tolerance = EXACT if probe.noise == 0 else COARSE
    return bool(np.all(np.abs(terms.sum(axis=1) - claimed.sum(axis=1)) <= tolerance * size))


def _kinks_here(probe: Probe) -> bool:
    """Tell whether the derivative jumps at the input: a tangent changes when every entry moves a little."""
    v = probe.rng.standard_normal(probe.x.shape)
    here = probe.along_input(v)
    _require_finite(here, probe)
    largest = np.max(np.abs(here), initial=0.0)
    for moved in probe.beside(probe.rng.integers(1, ULPS, size=probe.x.shape)):
        tangent = probe.along_input(v, at=moved)
        if np.any(np.abs(tangent - here) > probe.jump * np.maximum(np.abs(here), 1e-3 * largest)):
            return True
    return False


def _require_finite(value: Array, probe: Probe) -> None:
    if not np.all(np.isfinite(value)):
        raise NotMeasurableError(f"the derivative of {probe.layer} is not finite")


_STRUCTURES: dict[str, Callable[[Probe, Sensitivity, float, bool], Sensitivity | None]] = {
    "elementwise": _elementwise,
    "the same map for each row": _same_map,
    "windows": _windows,
    "entry by entry": _entry_by_entry,
}
