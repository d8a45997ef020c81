"""The function on trial, and its derivative by the method that suits it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.kinks import SHRINKS
from numeric.differences import (
    Difference,
    central,
    central_elementwise,
    complex_step,
    complex_step_elementwise,
    directional,
    directional_complex_step,
    richardson,
    step_at,
    two_steps,
)
from numeric.differences.steps import one_number

Array = npt.NDArray[Any]

CENTRAL_TOLERANCE = 1e-6
COMPLEX_TOLERANCE = 1e-12
NOISE = 20.0
DOUBT = 1e-4
SETTLED = 1e-6
SCALES = (1e-3, 1e-6, 1e3)
COMPLEX, CENTRAL, RICHARDSON = "the complex step", "central differences", "Richardson extrapolation"
METHODS = ("auto", "complex", "central", "richardson")


@dataclass(frozen=True)
class Trial:
    """One array of a gradient on trial.

    Attributes
    ----------
    along :
        The function of that array alone: one number, or, if `elementwise`, an array of its shape.
    x, claimed :
        The array and the gradient by it.
    wrt :
        What it is called.
    others :
        The other arrays of the point by name, for the counterexample.
    elementwise :
        Whether the function works entry by entry.
    rng :
        Draws the direction that shows whether imaginary parts are carried.
    part :
        Which part of the function's value it is, for a row of a Jacobian.
    """

    along: Callable[[Array], Any]
    x: Array
    claimed: Array
    wrt: str
    others: Mapping[str, Array]
    elementwise: bool = False
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))
    part: str = ""


def precision_of(x: Array, claimed: Array) -> float:
    """Return the coarser rounding unit of point and claim, 0 for double precision."""
    unit = max(float(np.finfo(array.dtype).eps) for array in (x, claimed) if array.dtype.kind == "f")
    return unit if unit > 2.0**-50 else 0.0


def differences_of(trial: Trial, method: str) -> tuple[str, Difference]:
    """Return the name of the method that was used, and the derivative by every entry.

    Raises
    ------
    ValueError
        For an unknown method.
    TypeError
        If the complex step is asked for and the function does not carry it.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    if method in ("auto", "complex"):
        try:
            with np.errstate(all="ignore"):
                step = complex_step_elementwise if trial.elementwise else complex_step
                difference = step(trial.along, trial.x)
            # A function that drops the imaginary part on the way returns a derivative of zero: ask the other witness.
            if method == "complex" or (np.all(np.isfinite(difference.value)) and _confirmed(trial, difference)):
                return COMPLEX, difference
        except Exception:  # somebody else's code, which need not carry complex numbers
            if method == "complex":
                raise
    with np.errstate(all="ignore"):
        if method == "richardson" and not trial.elementwise:
            return RICHARDSON, richardson(trial.along, trial.x)
        return CENTRAL, _settled(trial)


def _settled(trial: Trial) -> Difference:
    """Return central differences; where their estimated error is large, those of the scale at which it is least."""
    take = central_elementwise if trial.elementwise else central
    found = take(trial.along, trial.x)
    size = float(np.max(np.abs(found.value), initial=0.0, where=np.isfinite(found.value)))
    for factor in SCALES:
        bad = ~(found.error <= SETTLED * (np.abs(found.value) + 1e-3 * size))
        if not np.any(bad):
            break
        if trial.elementwise:
            other = central_elementwise(trial.along, trial.x, scale=factor)
            better = bad & (~np.isfinite(found.error) | (other.error < found.error))
        else:
            places = [tuple(int(part) for part in place) for place in np.argwhere(bad)]
            part = central(trial.along, trial.x, scale=factor, at=places)
            other = Difference(*(array.copy() for array in (found.value, found.error, found.steps)))
            for target, source in zip(
                (other.value, other.error, other.steps), (part.value, part.error, part.steps), strict=True
            ):
                target[bad] = source
            better = bad & (~np.isfinite(found.error) | (other.error < found.error))
        found = Difference(
            *(
                np.where(better, new, old)
                for new, old in (
                    (other.value, found.value),
                    (other.error, found.error),
                    (other.steps, found.steps),
                )
            )
        )
    return found


def _confirmed(trial: Trial, difference: Difference) -> bool:
    """Tell whether complex steps and central differences mean the same derivative."""
    if not trial.elementwise and trial.x.size > 1:
        direction = trial.rng.standard_normal(trial.x.shape).astype(trial.x.dtype)
        once = directional(trial.along, trial.x, direction)
        exact = float(np.sum(difference.value * direction))
        size = abs(exact) + abs(float(once.value))
        if float(once.error) <= DOUBT * size and abs(exact - float(once.value)) <= DOUBT * size:
            return True
    check = (central_elementwise if trial.elementwise else central)(trial.along, trial.x)
    close = np.abs(check.value - difference.value) <= DOUBT * (np.abs(check.value) + np.abs(difference.value)) + (
        NOISE * check.error
    )
    return bool(np.mean(close) > 0.5)


def along_direction(trial: Trial, direction: Array, method: str) -> tuple[str, float, float]:
    """Return the name of the method, the derivative along a direction, and the estimate of its error."""
    if method in ("auto", "complex"):
        try:
            with np.errstate(all="ignore"):
                exact = directional_complex_step(trial.along, trial.x, direction)
                check = directional(trial.along, trial.x, direction)
            size = abs(float(exact.value)) + abs(float(check.value))
            if method == "complex" or abs(float(exact.value - check.value)) <= DOUBT * size + NOISE * float(
                check.error
            ):
                return COMPLEX, float(exact.value), float(exact.error)
        except Exception:  # somebody else's code, which need not carry complex numbers
            if method == "complex":
                raise
    return CENTRAL, *_settled_along(trial, direction)


def _settled_along(trial: Trial, direction: Array) -> tuple[float, float]:
    """Return the derivative and its error by central differences, of the step at which the error is least."""
    best, least = float("nan"), float("inf")
    longest = float(np.max(np.abs(direction)))

    def along(t: Any) -> Any:
        return one_number(trial.along(trial.x + (t * direction).astype(trial.x.dtype)))

    with np.errstate(all="ignore"):
        here = along(0.0)
        for shrink in SHRINKS:
            step = step_at(np.max(np.abs(trial.x))) / longest * shrink
            value, error = two_steps(along, trial.x.dtype.type(0), step, here)
            if error < least:
                best, least = float(value), float(error)
            if least <= SETTLED * abs(best):
                break
    return best, least
