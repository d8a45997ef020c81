"""∂L/∂input of one layer from ∂L/∂output, by tangents of its forward pass alone.

A dense layer of N inputs in a batch of B would need B·N tangents. Most layers are simpler: elementwise, the same linear
map for each row, a window that slides, rows that pass independently. Each such structure is tried as a guess, with the
few tangents that it needs, and used only if a random tangent is what the guess says.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.probe import Probe
from numeric.differences.networks.sensitivity import (
    BUDGET,
    SUMS,
    NotMeasurableError,
    Sensitivity,
    agree,
    balanced,
    deviation,
    hull,
    matrix_terms,
    smallest,
    through,
    variance_of,
)
from numeric.differences.networks.windows import CHEAP, by_correlation, by_windows

ULPS = 64
PROBES = 8


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
        slope, reach = hull(slope, np.min(sides, axis=0), np.max(sides, axis=0), probe)
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
    weights: Any = getattr(probe.layer, "W", None)
    if len(x) == 1 and np.shape(weights) != (x.shape[1], y.shape[1]):
        return None  # one row passes through one linear map, whatever the layer: that shows nothing
    width = x.shape[1]
    if width * y.shape[1] > BUDGET or not probe.stacks():
        return None
    jacobian = probe.row_jacobian()
    v = probe.rng.standard_normal(x.shape)
    if not agree(probe, probe.along_input(v), v @ jacobian):
        return None
    return through(matrix_terms(lambda J, a: a @ J.T, jacobian), upstream, unit)


def _symmetric(probe: Probe, upstream: Sensitivity, unit: float, kinks: bool) -> Sensitivity | None:
    """Take the tangent along ∂L/∂output itself, where the Jacobian is S or diag(γ)S with a symmetric S.

    So it is for normalisation and softmax. Only where taking the inputs one by one costs too much: the noise of each
    entry is estimated from a few tangents along random signs.
    """
    x, y = probe.x, probe.y
    unknowns = x[0].size if x.ndim > 1 and probe.stacks() else x.size
    if kinks or x.shape != y.shape or np.any(upstream.radius) or unknowns * y.size <= CHEAP:
        return None
    scales = [np.ones(())]
    gamma = getattr(probe.layer, "gamma", None)
    if isinstance(gamma, np.ndarray) and np.all(gamma) and gamma.shape == x.shape[1:]:
        scales.append(gamma)
    for scale in scales:
        value = probe.along_input(scale * upstream.value) / scale
        if all(balanced(probe, value, upstream.value, by_row=False) for _ in range(PROBES)):
            break
    else:
        return None
    shakes = [other.along_input(scale * upstream.value) / scale - value for other in probe.shaken(unit)]
    spread = np.sqrt(variance_of(upstream, unit))
    signs = (probe.rng.choice([-1.0, 1.0], size=x.shape) for _ in range(PROBES))
    squares = [(probe.along_input(scale * sign * spread) / scale) ** 2 for sign in signs]
    noise = deviation(2 * np.mean(squares, axis=0) + np.mean(squares) + _variance(probe, value, shakes), unit)
    return Sensitivity(value, noise, np.zeros(x.shape))


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
    steepest = np.zeros(len(x) if rowwise else ())
    for direction, tangent in zip(
        _units(x.shape, unknowns, rowwise),
        probe.along_inputs(_units(x.shape, unknowns, rowwise), unknowns),
        strict=True,
    ):
        around = [tangent, *(probe.along_input(direction, at=one) for one in probe.beside(direction))] if kinks else []
        steepest = np.maximum(steepest, np.max(np.abs(tangent), axis=axes, initial=0.0))
        values.append(np.sum(tangent * upstream.value, axis=axes))
        variances.append(np.sum(tangent**2 * weights, axis=axes))
        radii.append(np.sum(np.abs(tangent) * upstream.radius, axis=axes))
        sides.append([np.sum(one * upstream.value, axis=axes) for one in around])

    def laid_out(parts: list[Any]) -> Array:
        return np.array(parts).T.reshape(x.shape)

    value, radius = laid_out(values), laid_out(radii)
    shakes = (
        []
        if y.ndim == 0
        else [
            laid_out(
                [
                    np.sum(tangent * upstream.value, axis=axes)
                    for tangent in other.along_inputs(_units(x.shape, unknowns, rowwise), unknowns)
                ]
            )
            - value
            for other in probe.shaken(unit)
        ]
    )
    # Where slopes cancel, as in a normalisation, rounding is that of the steepest slope.
    rough = SUMS * unit * steepest * np.sqrt(np.sum(np.square(upstream.value), axis=axes))
    noise = deviation(laid_out(variances) + _variance(probe, value, shakes), unit)
    noise = noise + rough.reshape(-1, *[1] * (x.ndim - 1)) if rowwise else noise + rough
    if kinks:
        each = [laid_out(list(side)) for side in zip(*sides, strict=True)]
        value, reach = hull(value, np.min(each, axis=0), np.max(each, axis=0), probe)
        return Sensitivity(value, noise, radius + reach)
    return Sensitivity(value, noise, radius)


def _variance(probe: Probe, value: Array, shakes: list[Array]) -> Array:
    """Return the variance by central differences, and by rounding inside a layer that subtracts, as normalisation."""
    variance: Array = (probe.noise * value) ** 2
    return variance + np.mean(np.square(shakes), axis=0) if shakes else variance


def _units(shape: tuple[int, ...], unknowns: int, rowwise: bool) -> Iterator[Array]:
    for number in range(unknowns):
        direction = np.zeros(shape)
        direction.reshape(shape[0] if rowwise else 1, -1)[:, number] = 1
        yield direction


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
    "windows": by_windows,
    "correlation": by_correlation,
    "symmetric": _symmetric,
    "entry by entry": _entry_by_entry,
}
