"""How the error of three numerical derivatives depends on the step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from numeric.differences.steps import require_complex


@dataclass(frozen=True)
class StepSweep:
    """Relative errors of three numerical derivatives, one for each step size: the arrays are (S,)."""

    steps: Array
    forward: Array
    central: Array
    complex_step: Array


def step_size_sweep(f: Callable[[Array], Any], x: float, derivative: float, exponents: npt.ArrayLike) -> StepSweep:
    """Return how far three numerical derivatives are from the true one, for the steps 10^exponent.

    Parameters
    ----------
    f : callable
        A vectorised function of one variable that carries complex numbers.
    x : float
        The point.
    derivative : float
        The true derivative there; not zero.
    exponents : array_like, (S,)
        Decimal exponents of the steps, for example ``np.arange(-20, 0)``.

    Returns
    -------
    StepSweep
        |approximation − derivative| / |derivative| for forward differences, central differences and the complex step.

    Raises
    ------
    ValueError
        If the derivative is zero, where no relative error exists.
    TypeError
        If ``f`` does not carry complex numbers.

    Notes
    -----
    The steps are taken as they are and not as represented: the figure shows what the textbook formula does.
    """
    if derivative == 0:
        raise ValueError("the derivative is zero: choose a point where it is not")
    steps = 10.0 ** np.asarray(exponents, dtype=np.float64)
    point = np.full_like(steps, x)
    forward = (f(point + steps) - f(point)) / steps
    centred = (f(point + steps) - f(point - steps)) / (2 * steps)
    result = np.asarray(f(point + 1j * steps))
    require_complex(result)
    errors = [np.abs(approximation / derivative - 1) for approximation in (forward, centred, result.imag / steps)]
    return StepSweep(steps, *errors)
