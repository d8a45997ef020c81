"""∂L/∂a with its noise, and the sums of products by which it passes through a layer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.differences.networks.probe import Probe, close

EXACT, COARSE = 1e-13, 1e-3
"""How close a random tangent must come to the guess, with complex steps and with central differences."""

BUDGET = 2e9
"""Output numbers that may be computed for one layer; a larger one is asked along random directions only."""

SUMS = 2.0
"""How many roundings each product of a sum is counted for."""


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


def through(terms: Terms, upstream: Sensitivity, unit: float) -> Sensitivity:
    """Return the sums Σ J·upstream with their noise and radius; ``terms(a)`` forms Σ J·a and ``terms(a, squares)``."""
    value = terms.sum(upstream.value)
    variance = terms.squares(variance_of(upstream, unit))
    return Sensitivity(value, deviation(variance, unit), terms.sizes(upstream.radius))


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


def hull(value: Array, low: Array, high: Array, probe: Probe) -> tuple[Array, Array]:
    """Return middle and half width of the one-sided values where they differ, elsewhere the value and 0."""
    here = high - low > probe.jump * np.maximum(np.abs(high), np.abs(low))
    return np.where(here, (low + high) / 2, value), np.where(here, (high - low) / 2, 0.0)


def balanced(probe: Probe, value: Array, upstream: Array, *, by_row: bool = True) -> bool:
    """Tell whether ⟨J v, upstream⟩ = ⟨v, value⟩ for a random v, in each row of the batch or in all."""
    rows = len(value) if by_row else 1
    v = probe.rng.standard_normal(value.shape)
    terms = (probe.along_input(v) * upstream).reshape(rows, -1)
    claimed = (v * value).reshape(rows, -1)
    size = np.sqrt((terms**2).sum(axis=1) + (claimed**2).sum(axis=1))
    tolerance = EXACT if probe.noise == 0 else COARSE
    return bool(np.all(np.abs(terms.sum(axis=1) - claimed.sum(axis=1)) <= tolerance * size))
