"""∂L/∂parameter of one layer from ∂L/∂output, by tangents of its forward pass alone.

For z = xW + b it is xᵀ ∂L/∂z and the sum of the rows of ∂L/∂z, for a convolution the correlation: formulas that hold
for a layer whose output moves by xV when W moves along V. That is looked at with a random V before one is used.
"""

from collections.abc import Callable

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.record import get_parameter
from numeric.differences.networks.sensitivity import (
    BUDGET,
    NotMeasurableError,
    Sensitivity,
    Terms,
    agree,
    deviation,
    matrix_terms,
    through,
    variance_of,
)
from numeric.differences.networks.windows import correlated, window_of, windows_of

ENTRY_BY_ENTRY = "entry by entry"


def block(probe: Probe, name: str, upstream: Sensitivity, unit: float) -> tuple[Sensitivity, str]:
    """Return ∂L/∂parameter for ∂L/∂output, and the name of the structure that was used.

    Parameters
    ----------
    probe : Probe
        The layer at its input.
    name : str
        Of the parameter.
    upstream : Sensitivity
        ∂L/∂output.
    unit : float
        The rounding unit of the backward pass on trial.

    Raises
    ------
    NotMeasurableError
        If no structure is confirmed and the parameter is too large to take entry by entry, or a value is not finite.
    """
    parameter = get_parameter(probe.layer, name)
    direction = probe.rng.standard_normal(parameter.shape)
    with np.errstate(all="ignore"):
        tangent = probe.along_parameter(name, direction)
        if not np.all(np.isfinite(tangent)):
            raise NotMeasurableError(f"the derivative of {probe.layer} by {name} is not finite")
        for structure, guess in _STRUCTURES.items():
            found = guess(probe, parameter.shape)
            if found is not None and agree(probe, tangent, found[0](direction)):
                return _finite(through(found[1], upstream, unit), probe, name), structure
        return _finite(_entry_by_entry(probe, name, parameter.shape, upstream, unit), probe, name), ENTRY_BY_ENTRY


def _finite(found: Sensitivity, probe: Probe, name: str) -> Sensitivity:
    if np.all(np.isfinite(found.value)) and np.all(np.isfinite(found.noise)):
        return found
    raise NotMeasurableError(f"the derivative of {probe.layer} by {name} is not finite")


Guess = tuple[Callable[[Array], Array], Terms]
"""How the output moves with a direction of the parameter, and how ∂L/∂output is summed into the gradient."""


def _product(probe: Probe, shape: tuple[int, ...]) -> Guess | None:
    """Return xV and xᵀδ, for x (B, N) and V (N, M)."""
    x = probe.x
    if len(shape) != 2 or x.ndim != 2 or probe.y.shape != (len(x), shape[1]) or x.shape[1] != shape[0]:
        return None
    return (lambda v: x @ v), matrix_terms(lambda J, a: J.T @ a, x)


def _addition(probe: Probe, shape: tuple[int, ...]) -> Guess | None:
    """Return v for each row, and the sum of the rows of δ, for v (M,); on images (B, M, H, W) v is one for each map."""
    y = probe.y
    if len(shape) != 1 or y.ndim not in (2, 4) or y.shape[1] != shape[0]:
        return None
    axes = (0, *range(2, y.ndim))

    def rows(a: Array) -> Array:
        return np.asarray(a.sum(axis=axes))

    return (lambda v: np.broadcast_to(v.reshape(-1, *[1] * (y.ndim - 2)), y.shape)), Terms(rows, rows, rows)


def _correlation(probe: Probe, shape: tuple[int, ...]) -> Guess | None:
    """Return the correlation of the images with V (F, C, kh, kw), and of the images with δ."""
    window, x = window_of(probe.layer), probe.x
    if window is None or len(shape) != 4 or x.ndim != 4 or probe.y.ndim != 4 or x.shape[1] != shape[1]:
        return None
    size, stride, padding, _ = window
    patches = windows_of(np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2)), size, stride)
    if patches is None or (len(x), shape[0], *patches.shape[2:4]) != probe.y.shape:
        return None
    terms = matrix_terms(lambda J, a: np.tensordot(a, J, axes=((0, 2, 3), (0, 2, 3))), patches)
    return (lambda v: correlated(patches, v)), terms


def _entry_by_entry(probe: Probe, name: str, shape: tuple[int, ...], upstream: Sensitivity, unit: float) -> Sensitivity:
    size = int(np.prod(shape))
    if size * max(probe.y.size, probe.x.size) > BUDGET:
        raise NotMeasurableError(
            f"{probe.layer} does not move with {name} ({size:,} numbers) as a linear or convolutional layer does"
        )
    value, variance, radius = np.zeros(size), np.zeros(size), np.zeros(size)
    weights = variance_of(upstream, unit)
    for number in range(size):
        direction = np.zeros(size)
        direction[number] = 1
        tangent = probe.along_parameter(name, direction.reshape(shape))
        value[number] = np.sum(tangent * upstream.value)
        shakes = [
            np.sum(other.along_parameter(name, direction.reshape(shape)) * upstream.value) - value[number]
            for other in probe.shaken(unit)
        ]
        variance[number] = np.sum(tangent**2 * weights) + (probe.noise * value[number]) ** 2
        variance[number] += np.mean(np.square(shakes))
        radius[number] = np.sum(np.abs(tangent) * upstream.radius)
    return Sensitivity(*(part.reshape(shape) for part in (value, deviation(variance, unit), radius)))


_STRUCTURES: dict[str, Callable[[Probe, tuple[int, ...]], Guess | None]] = {
    "x transposed times ∂L/∂z": _product,
    "sum of ∂L/∂z": _addition,
    "correlation of x and ∂L/∂z": _correlation,
}
