"""The largest errors of compiled scalar code over sweeps of all finite floats, as a table."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy as sp

from checks.precision import Ledger, compare, scalar_codes
from checks.samples import LABELS, is_label
from derive.entry import ScalarEntry, Variable


@dataclass(frozen=True)
class Worst:
    """The largest error of one compiled function over a sweep: which function, in ulp, where, of how many points."""

    function: str
    ulp: float
    at: str
    compared: int


def sweep_precision(entry: ScalarEntry, *, count: int, seed: int) -> tuple[Worst, ...]:
    """Measure a scalar entry over all finite floats of its domain, one row for the function and each derivative.

    Parameters
    ----------
    entry:
        An entry that compiles.
    count:
        Magnitudes for each variable, spaced evenly in the logarithm over all finite floats of its range, each with
        both signs where the range has them; the other variables take a few values each, chosen at random.
    seed:
        Of the places between the even ones, and of that choice.

    Raises
    ------
    FloatingPointError
        The compiled code meets an invalid operation or a division by zero, of which NumPy would warn.
    """
    rng = np.random.default_rng(seed)
    swept = [_swept(entry, variable, count, rng) for variable in entry.variables if not _is_listed(variable)]
    names = entry.arguments
    arrays = {name: np.concatenate([part[name] for part in swept]) for name in names}
    rows = []
    for what, code, formula in scalar_codes(entry):
        ledger = Ledger(entry)
        with np.errstate(all="raise"):
            compare(entry, ledger, what, code, formula, arrays)
        rows.append(Worst(what, ledger.worst, ledger.worst_at.partition(" at ")[2], ledger.compared))
    return tuple(rows)


def _is_listed(variable: Variable) -> bool:
    """Tell whether all values of a variable are tried: it is a label, or has finitely many."""
    return is_label(variable) or isinstance(variable.values, sp.FiniteSet)


def _few(variable: Variable) -> tuple[float, ...]:
    """Return a few values of a variable: all that a label has, else ordinary numbers of its range."""
    if is_label(variable):
        return LABELS
    if isinstance(variable.values, sp.FiniteSet):
        return tuple(map(float, variable.values))
    ordinary = (-8.0, -1.0, -0.3, 1e-3, 0.125, 0.7, 1.0, 3.5, 40.0)
    return tuple(value for value in ordinary if sp.Rational(value) in variable.values)


def _swept(entry: ScalarEntry, swept: Variable, count: int, rng: np.random.Generator) -> dict[str, npt.NDArray[Any]]:
    values = np.fromiter(_magnitudes(swept, count, rng), float)
    return {
        variable.name: values if variable is swept else rng.choice(_few(variable), values.size)
        for variable in entry.variables
    }


def _magnitudes(variable: Variable, count: int, rng: np.random.Generator) -> Iterator[float]:
    """Yield floats of the range of a variable: small and large ones, and ones close to the ends of an interval."""
    limits = np.finfo(float)
    places = (np.arange(count) + rng.uniform(size=count)) / count
    smallest, largest = math.log2(float(limits.smallest_subnormal)), math.log2(float(limits.max))
    exponents = smallest + (largest - smallest) * places[:-1]
    sizes = [np.array([2.0**exponent for exponent in exponents.tolist()]), 10.0 ** (-3 + 6 * places), 760 * places]
    sizes += [1 - 2.0 ** (-53 * places), np.array([limits.smallest_subnormal, limits.tiny, 0.0, 1.0, limits.max])]
    sizes += [np.array([1 - 2.0**-53])]
    for size in np.unique(np.concatenate(sizes)):
        for value in (float(size), -float(size)):
            if sp.Rational(value) in variable.values:
                yield value
