"""Arrays on which the compiled code of an entry is tried: seeded random ones, and the extremes of each range."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from checks.derivations import size_choices
from derive.entry import ArrayEntry, Entry, ScalarEntry, Variable

Arrays = dict[str, npt.NDArray[Any]]

EXTREMES = (-800.0, -40.0, -1e-8, 0.0, 1e-8, 40.0, 800.0)
EXTREME_PROBABILITIES = (1e-300, 1e-8, 0.25, 0.5, 1 - 2.0**-30, 1 - 2.0**-53)
LABELS = (0.0, 0.25, 1.0)


def random_points(entry: ScalarEntry, *, seed: int, count: int = 64) -> Arrays:
    """Return `count` random values for each variable, inside its range, of shape (count,)."""
    rng = np.random.default_rng(seed)
    return {variable.name: _random(variable.values, rng, (count,)) for variable in entry.variables}


def random_arrays(entry: ArrayEntry, *, seed: int) -> tuple[Arrays, Mapping[sp.Symbol, int]]:
    """Return random arrays of unequal sizes for an array entry, and the sizes; smaller ones where there are stages."""
    rng = np.random.default_rng(seed)
    numbers = size_choices(entry)[-1].items()
    sizes = {size: number + 2 if entry.stages else 3 * number for size, number in numbers}
    return {variable.name: _array(entry, variable, sizes, rng) for variable in entry.variables}, sizes


def upstream(entry: ArrayEntry, sizes: Mapping[sp.Symbol, int], *, seed: int) -> npt.NDArray[Any] | None:
    """Return a random upstream gradient, or None for an entry that is a loss."""
    if entry.upstream is None:
        return None
    shape = _shape(entry.upstream.shape, sizes)
    return np.random.default_rng(seed).normal(size=shape)


def extreme_points(entry: ScalarEntry) -> Arrays:
    """Return every combination of the extreme values of the variables, each of shape (count,)."""
    choices = [variable.extremes or _extremes(variable.values) for variable in entry.variables]
    combined = np.array(list(product(*choices)), dtype=float)
    return {variable.name: combined[:, place] for place, variable in enumerate(entry.variables)}


def extreme_arrays(entry: ArrayEntry) -> Iterator[tuple[Arrays, Mapping[sp.Symbol, int]]]:
    """Yield arrays of which one holds extreme values beside whole numbers, and the others whole numbers; and sizes."""
    sizes = size_choices(entry)[0]
    rng = np.random.default_rng(7)
    real = [variable.name for variable in entry.variables if variable.shape and not is_label(variable)]
    for extreme in (*EXTREMES, 1000.0):
        for chosen in real:
            arrays = {variable.name: _array(entry, variable, sizes, rng, whole=True) for variable in entry.variables}
            arrays[chosen].flat[:: max(2, arrays[chosen].size // 3)] = extreme
            yield arrays, sizes


def is_label(variable: Variable) -> bool:
    """Tell whether a variable is a label or target probability, whose values are given and not computed."""
    return bool(variable.values == sp.Interval(0, 1)) or variable.extremes == LABELS


def _array(
    entry: ArrayEntry, variable: Variable, sizes: Mapping[sp.Symbol, int], rng: np.random.Generator, whole: bool = False
) -> npt.NDArray[Any]:
    shape = _shape(variable.shape, sizes)
    if is_label(variable) and entry.conditions:  # rows that sum to 1: one-hot labels
        labels = np.zeros(shape)
        labels[np.arange(shape[0]), rng.integers(shape[1], size=shape[0])] = 1.0
        return labels
    if is_label(variable):
        return rng.integers(2, size=shape).astype(float)
    if variable.values != sp.S.Reals:
        return _random(variable.values, rng, shape)
    return rng.integers(-4, 5, size=shape).astype(float) if whole else rng.normal(size=shape)


def _shape(shape: tuple[sp.Expr, ...], sizes: Mapping[sp.Symbol, int]) -> tuple[int, ...]:
    return tuple(int(sp.sympify(extent, strict=True).subs(dict(sizes))) for extent in shape)


def _random(values: sp.Set, rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    if isinstance(values, sp.Interval) and values.start.is_finite and values.end.is_finite:
        low, high = float(values.start), float(values.end)
        return low + (high - low) * rng.uniform(0.02, 0.98, size=shape)
    if isinstance(values, sp.Interval) and values.start.is_finite:
        return float(values.start) + rng.exponential(size=shape) + 0.01
    return rng.normal(scale=3.0, size=shape)


def _extremes(values: sp.Set) -> tuple[float, ...]:
    if values == sp.Interval(0, 1):
        return LABELS
    if values == sp.Interval.open(0, 1):
        return EXTREME_PROBABILITIES
    return EXTREMES


def describe(entry: Entry, arrays: Arrays, place: int) -> str:
    """Say which point a flat index of scalar samples is: `x = 0.5, y = 1`."""
    return ", ".join(f"{name} = {arrays[name].flat[place]:.17g}" for name in entry.arguments)
