"""The complex step Im f(x + ih)/h: it subtracts nothing, so it is exact to rounding.

For functions that carry complex numbers, are analytic where they do not branch, and branch on the real part only.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating
from numeric.differences.steps import (
    Difference,
    Place,
    as_like,
    one_number,
    point_and_direction,
    replaced,
    require_complex,
    same_shape,
)

COMPLEX_STEP = 1e-200
"""So small that its square vanishes beside anything, and far above the smallest double, 2·10⁻³⁰⁸."""


def complex_step(
    f: Callable[[Array], Any], x: npt.ArrayLike, *, step: float = COMPLEX_STEP, at: Sequence[Place] | None = None
) -> Difference:
    """Return the gradient of a scalar-valued function by the complex step Im f(x + ih)/h.

    Parameters
    ----------
    f : callable
        Takes a complex array like ``x`` (a fresh one each time) and returns one complex number. It must be analytic
        where it does not branch, and branch on the real part; ``abs`` and ``conj`` would give a wrong answer.
    x : array_like
        The point, real, of any shape.
    step : float
        The imaginary step.
    at : sequence of index tuples, optional
        Only these elements; the results then have the shape (len(at),).

    Returns
    -------
    Difference
        In the shape of ``x``; one call of ``f`` for each element. The error stated is one rounding of the value.

    Raises
    ------
    TypeError
        If ``f`` returns a real number: it did not carry the imaginary part.
    ValueError
        If ``f`` returns more than one number.

    Notes
    -----
    Source: W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40
    (1998).
    """
    (x,) = floating(x)
    places = list(np.ndindex(x.shape)) if at is None else list(at)
    value = np.array(
        [_imaginary(f(replaced(x.astype(np.complex128), place, x[place] + 1j * step))) / step for place in places],
        dtype=np.float64,
    )
    shape = x.shape if at is None else (len(places),)
    return _exact_to_rounding(x, value.reshape(shape), step)


def directional_complex_step(
    f: Callable[[Array], Any], x: npt.ArrayLike, direction: npt.ArrayLike, *, step: float = COMPLEX_STEP
) -> Difference:
    """Return the derivative of t ↦ f(x + t·direction) at t = 0 by the complex step, with one call of ``f``.

    Parameters and errors as `directional` and `complex_step`.
    """
    x, direction = point_and_direction(x, direction)
    value = _imaginary(f(x + 1j * step * direction.astype(np.complex128))) / step
    return _exact_to_rounding(x, np.asarray(value), step)


def complex_step_elementwise(f: Callable[[Array], Any], x: npt.ArrayLike, *, step: float = COMPLEX_STEP) -> Difference:
    """Return f′ at each element of ``x`` by the complex step, for a vectorised function of one variable.

    Parameters as `central_elementwise`; ``f`` must carry complex numbers as for `complex_step`. One call of ``f``.

    Raises
    ------
    TypeError
        If ``f`` returns real numbers.
    ValueError
        If ``f`` changes the shape.
    """
    (x,) = floating(x)
    result = same_shape(f(x + np.complex128(1j * step)), x)
    require_complex(result)
    return _exact_to_rounding(x, result.imag / step, step)


def _imaginary(result: Any) -> Any:
    number = one_number(result)
    require_complex(number)
    return number.imag


def _exact_to_rounding(x: Array, value: Array, step: float) -> Difference:
    error = np.finfo(x.dtype).eps * np.abs(value)
    return Difference(as_like(x, value, value.shape), as_like(x, error, value.shape), np.full(value.shape, step))
