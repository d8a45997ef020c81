"""Set the compiled code of an entry beside its hand-written twin, and both beside differences."""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients import Measurement, measure
from checks.samples import Arrays, extreme_points, random_arrays, random_points, upstream
from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Counterexample, Enclosure, Status, Verdict
from derive.entry import ArrayEntry, Entry, ScalarEntry
from numeric.twins import Twin, twin

SEED = 20260101
TOLERANCE = 1e-12
CANCELLED = 1e-3


def check_differences(entry: Entry, method: str) -> Verdict | None:
    """Judge the compiled derivatives by differences of the hand-written function (of the compiled one without a twin).

    Returns
    -------
    Verdict or None
        The gravest over all variables; None when `method` is `complex` and the function carries no complex numbers.
    """
    measurements = []
    for name in entry.targets:
        for function, gradient, point, elementwise in _trials(entry, name):
            try:
                measurements.append(
                    measure(
                        function, gradient, point, name, elementwise=elementwise, method=method, reproduce=_again(entry)
                    )
                )
            except TypeError:
                if method == "complex":
                    return None  # the function does not carry complex numbers
                raise
    return reduce(Measurement.joined, measurements).verdict(_again(entry))


def _again(entry: Entry) -> str:
    return f"gradproof verify {entry.name}"


def check_twin(entry: Entry) -> Verdict | None:
    """Compare compiled and hand-written code, function and every gradient; None where there is no twin."""
    hand = twin(entry.name)
    if hand is None:
        return None
    compared, worst, worst_at = 0, 0.0, ""
    for arrays, dy in _points(entry):
        values = [arrays[name] for name in entry.arguments]
        with_upstream = values if dy is None else [*values, dy]
        pairs: list[tuple[str, Any, Any]] = [("function", entry.compiled_value(*values), hand.function(*values))]
        pairs += [
            (f"gradient by {name}", entry.compiled_gradient[name](*with_upstream), formula(*with_upstream))
            for name, formula in hand.gradients.items()
        ]
        for what, ours, theirs in pairs:
            left, right = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
            if left.shape != right.shape:
                raise ValueError(f"{what}: compiled shape {left.shape}, hand-written {right.shape}")
            error = _relative(left, right, whole_array=isinstance(entry, ArrayEntry))
            compared += left.size
            if error.size and not float(np.max(error)) <= TOLERANCE:
                return _differ(entry, what, left, right, error)
            if error.size and float(np.max(error)) > worst:
                worst, worst_at = float(np.max(error)), what
    return Verdict(
        status=Status.AGREES,
        reason=f"Compiled and hand-written code agree in {compared} numbers.",
        evidence=Comparison(compared=compared, max_error=worst, tolerance=TOLERANCE, worst_at=worst_at),
        reproduce=f"gradproof verify {entry.name}",
    )


def _relative(left: npt.NDArray[Any], right: npt.NDArray[Any], *, whole_array: bool) -> npt.NDArray[Any]:
    """Return the error relative to the larger side; two equal infinities, and values below 1e-300, agree.

    In an array that sums products, an entry may cancel to next to nothing: there the size of the array counts.
    """
    with np.errstate(invalid="ignore"):
        gap = np.where(left == right, 0.0, np.abs(left - right))
        size = np.maximum(np.abs(left), np.abs(right))
    if whole_array and size.size:
        size = np.maximum(size, CANCELLED * np.max(size))
    return np.asarray(gap / np.maximum(size, 1e-300))


def _differ(entry: Entry, what: str, left: Any, right: Any, error: Any) -> Verdict:
    place = np.unravel_index(int(np.argmax(error)), error.shape)
    ours, theirs = float(left[place]), float(right[place])
    shown = f"{what}, entry {[int(part) for part in place]}"
    reproduce = f"gradproof verify {entry.name}"
    if not (np.isfinite(ours) and np.isfinite(theirs)):
        return Verdict(
            status=Status.FAULT,
            reason=f"{shown}: compiled code gives {ours}, hand-written code {theirs}.",
            evidence=Attempt(tried=("compiled against hand-written code",)),
            reproduce=reproduce,
        )
    return Verdict(
        status=Status.REFUTED,
        reason=f"{shown}: compiled code gives {ours:.17g}, hand-written code {theirs:.17g}.",
        evidence=Counterexample(
            point={"at": shown},
            left=Enclosure(low=ours, high=ours, text=repr(ours)),
            right=Enclosure(low=theirs, high=theirs, text=repr(theirs)),
        ),
        reproduce=reproduce,
    )


def _points(entry: Entry) -> list[tuple[Arrays, npt.NDArray[Any] | None]]:
    if isinstance(entry, ScalarEntry):
        return [(random_points(entry, seed=SEED), None), (extreme_points(entry), None)]
    assert isinstance(entry, ArrayEntry)
    return [_arrays(entry, seed) for seed in (SEED, SEED + 1, SEED + 2)]


def _arrays(entry: ArrayEntry, seed: int) -> tuple[Arrays, npt.NDArray[Any] | None]:
    arrays, sizes = random_arrays(entry, seed=seed)
    return arrays, upstream(entry, sizes, seed=seed + 100)


Trial = tuple[Callable[..., Any], Callable[..., Any], Arrays, bool]


def _trials(entry: Entry, name: str) -> Iterator[Trial]:
    """Yield function, compiled gradient, point, and whether they work entry by entry; nothing for inner targets."""
    hand: Twin | None = twin(entry.name)
    function: Callable[..., Any] = hand.function if hand is not None else entry.compiled_value
    gradient = entry.compiled_gradient[name]
    if isinstance(entry, ScalarEntry):
        yield function, gradient, random_points(entry, seed=SEED), True
        return
    assert isinstance(entry, ArrayEntry)
    if name not in entry.arguments:
        return  # ∂L/∂z of an inner array: not an argument of the function
    if entry.is_jacobian:
        yield from _rows_of_jacobian(entry, name)
        return
    single = not entry.variable(name).shape
    for shift in range(MINIMUM_COMPARED if single else 1):
        arrays, dy = _arrays(entry, SEED + shift)
        if dy is None:
            yield function, gradient, arrays, False
        else:
            yield _weighted(function, dy), _with_upstream(gradient, dy), arrays, False


def _rows_of_jacobian(entry: ArrayEntry, name: str) -> Iterator[Trial]:
    """Yield one trial for each entry of the value: a row of the Jacobian is its gradient."""
    arrays, _ = _arrays(entry, SEED)
    value = np.asarray(entry.compiled_value(*arrays.values()))
    rows = list(np.ndindex(value.shape))
    for place in (rows[0], rows[len(rows) // 2], rows[-1]):
        yield (
            lambda *values, place=place: entry.compiled_value(*values)[place],
            lambda *values, place=place: entry.compiled_gradient[name](*values)[place],
            arrays,
            False,
        )


def _weighted(function: Callable[..., Any], dy: npt.NDArray[Any]) -> Callable[..., Any]:
    return lambda *values: np.sum(function(*values) * dy)


def _with_upstream(gradient: Callable[..., Any], dy: npt.NDArray[Any]) -> Callable[..., Any]:
    return lambda *values: gradient(*values, dy)
