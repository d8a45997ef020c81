"""Derivatives by computing the function alone: central differences and the complex step.

Central differences use the step h = ε^⅓ · max(|x|, scale), at which truncation (about h²) and rounding (about ε/h)
balance, and the step that the machine really takes, (x + h) − x. The complex step Im f(x + ih)/h subtracts nothing
and is exact to rounding, for functions that carry complex numbers and branch on the real part only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating

COMPLEX_STEP = 1e-200
"""So small that its square vanishes beside anything, and far above the smallest double, 2·10⁻³⁰⁸."""

Place = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """A numerical derivative.

    Attributes
    ----------
    value : ndarray
        The derivative; for a gradient in the shape of the variable.
    error : ndarray
        An estimate (no bound) of the absolute error of each value, in the same shape.
    steps : ndarray
        The step taken for each value, in the units of the variable.
    """

    value: Array
    error: Array
    steps: Array


@dataclass(frozen=True)
class StepSweep:
    """Relative errors of three numerical derivatives, one for each step size: the arrays are (S,)."""

    steps: Array
    forward: Array
    central: Array
    complex_step: Array


def central(
    f: Callable[[Array], Any], x: npt.ArrayLike, *, scale: float = 1.0, at: Sequence[Place] | None = None
) -> Difference:
    """Return the gradient of a scalar-valued function by central differences.

    Parameters
    ----------
    f : callable
        Takes an array like ``x`` (a fresh one each time) and returns one real number.
    x : array_like
        The point, of any shape, finite.
    scale : float
        The size, in units of ``x``, below which the step no longer shrinks with |x|.
    at : sequence of index tuples, optional
        Only these elements, given as for ``x[index]``; the results then have the shape (len(at),).

    Returns
    -------
    Difference
        In the shape of ``x``. The error compares the steps h and h/2, adds the rounding of f, and is large beside a
        kink: 4 calls of ``f`` for each element and one more.

    Raises
    ------
    ValueError
        If ``f`` returns more than one number, or ``scale`` is not positive.

    Notes
    -----
    Source: W. H. Press et al., Numerical Recipes, section 5.7; the truncation error of step h is 4/3 of the difference
    between the results of h and h/2.
    """
    (x,) = floating(x)
    places = list(np.ndindex(x.shape)) if at is None else list(at)
    steps = np.array([step_at(x[place], scale) for place in places], dtype=x.dtype)
    value, error = np.empty((2, len(places)), dtype=np.float64)
    here = _one_number(f(x.copy()))
    for number, (place, step) in enumerate(zip(places, steps, strict=True)):

        def along(moved: Any, place: Place = place) -> Any:
            return _one_number(f(_replaced(x, place, moved)))

        value[number], error[number] = _two_steps(along, x[place], step, here)
    shape = x.shape if at is None else (len(places),)
    return Difference(_as(x, value, shape), _as(x, error, shape), steps.reshape(shape))


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
        [_imaginary(f(_replaced(x.astype(np.complex128), place, x[place] + 1j * step))) / step for place in places],
        dtype=np.float64,
    )
    shape = x.shape if at is None else (len(places),)
    return _exact_to_rounding(x, value.reshape(shape), step)


def directional(
    f: Callable[[Array], Any], x: npt.ArrayLike, direction: npt.ArrayLike, *, scale: float = 1.0
) -> Difference:
    """Return the derivative of t ↦ f(x + t·direction) at t = 0 by central differences.

    Parameters
    ----------
    f : callable
        Takes an array like ``x`` and returns one real number.
    x, direction : array_like
        The point and the direction, of one shape. The direction need not have length 1; the result is linear in it.
    scale : float
        The size, in units of ``x``, below which the step no longer shrinks with |x|.

    Returns
    -------
    Difference
        Scalars; ``steps`` is the step in t. 5 calls of ``f``.

    Raises
    ------
    ValueError
        If the shapes differ, the direction is zero, or ``f`` returns more than one number.

    Notes
    -----
    The step moves the largest component of the direction as `central` would.
    """
    x, direction = _point_and_direction(x, direction)
    longest = np.max(np.abs(direction))
    step = step_at(np.max(np.abs(x)), scale) / longest
    value, error = _two_steps(
        lambda t: _one_number(f(x + t * direction)), x.dtype.type(0), step, _one_number(f(x.copy()))
    )
    return Difference(_as(x, value, ()), _as(x, error, ()), np.asarray(step))


def directional_complex_step(
    f: Callable[[Array], Any], x: npt.ArrayLike, direction: npt.ArrayLike, *, step: float = COMPLEX_STEP
) -> Difference:
    """Return the derivative of t ↦ f(x + t·direction) at t = 0 by the complex step, with one call of ``f``.

    Parameters and errors as `directional` and `complex_step`.
    """
    x, direction = _point_and_direction(x, direction)
    value = _imaginary(f(x + 1j * step * direction.astype(np.complex128))) / step
    return _exact_to_rounding(x, np.asarray(value), step)


def central_elementwise(f: Callable[[Array], Any], x: npt.ArrayLike, *, scale: float = 1.0) -> Difference:
    """Return f′ at each element of ``x`` by central differences, for a vectorised function of one variable.

    Parameters
    ----------
    f : callable
        Takes an array and returns an array of the same shape, element by element.
    x : array_like
        Real, any shape.
    scale : float
        The size, in units of ``x``, below which the step no longer shrinks with |x|.

    Returns
    -------
    Difference
        In the shape of ``x``; 5 calls of ``f`` in all.

    Raises
    ------
    ValueError
        If ``f`` changes the shape.
    """
    (x,) = floating(x)
    steps = step_at(x, scale)
    value, error = _two_steps(lambda moved: _same_shape(f(moved), x), x, steps, _same_shape(f(x.copy()), x))
    return Difference(_as(x, value, x.shape), _as(x, error, x.shape), steps)


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
    result = _same_shape(f(x + np.complex128(1j * step)), x)
    _require_complex(result)
    return _exact_to_rounding(x, result.imag / step, step)


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
    _require_complex(result)
    errors = [np.abs(approximation / derivative - 1) for approximation in (forward, centred, result.imag / steps)]
    return StepSweep(steps, *errors)


def step_at(x: Array, scale: float = 1.0) -> Array:
    """Return the step ε^⅓ · max(|x|, scale) of central differences, rounded so that (x + h) − x is h.

    Parameters
    ----------
    x : ndarray
        Real, any shape; ε is the rounding unit of its type.
    scale : float
        Positive, in units of ``x``.

    Returns
    -------
    ndarray
        In the shape and type of ``x``.

    Raises
    ------
    ValueError
        If ``scale`` is not positive.
    """
    if not scale > 0:
        raise ValueError(f"scale must be positive, not {scale}")
    (x,) = floating(x)
    wanted = np.cbrt(np.finfo(x.dtype).eps) * np.maximum(np.abs(x), x.dtype.type(scale))
    step: Array = (x + wanted) - x
    return step


def _two_steps(f: Callable[[Any], Any], x: Array, step: Array, here: Any) -> tuple[Array, Array]:
    """Return the central difference of step h and an estimate of its error; ``here`` is f(x).

    Three things make the error: truncation, seen by comparing h with h/2; rounding of f; and a kink. Where f is smooth
    the two one-sided slopes come twice as close when h is halved; what they fail to close is a kink's doing, and the
    derivative lies within half of it.
    """
    up, down, up_half, down_half = f(x + step), f(x - step), f(x + step / 2), f(x - step / 2)
    whole = (up - down) / ((x + step) - (x - step))
    half = (up_half - down_half) / ((x + step / 2) - (x - step / 2))
    rounding = np.finfo(np.asarray(step).dtype).eps * np.maximum(np.abs(up), np.abs(down)) / step
    gap = np.abs((up - here) - (here - down)) / step
    gap_half = np.abs((up_half - here) - (here - down_half)) / (step / 2)
    kink = np.maximum(2 * gap_half - gap, 0) / 2
    return whole, 4 / 3 * np.abs(whole - half) + rounding + kink


def _replaced(x: Array, place: Place, value: Any) -> Array:
    copy = x.copy()
    copy[place] = value
    return copy


def _one_number(result: Any) -> Any:
    array = np.asarray(result)
    if array.size != 1:
        raise ValueError(f"the function must return one number, not an array of shape {array.shape}")
    return array.astype(np.float64).reshape(()) if array.dtype.kind != "c" else array.reshape(())


def _imaginary(result: Any) -> Any:
    number = _one_number(result)
    _require_complex(number)
    return number.imag


def _require_complex(result: Array) -> None:
    if result.dtype.kind != "c":
        raise TypeError("the function returned real numbers: it does not carry the imaginary step")


def _same_shape(result: Any, x: Array) -> Array:
    array = np.asarray(result)
    if array.shape != x.shape:
        raise ValueError(f"the function must work element by element: shape {x.shape} became {array.shape}")
    return array


def _point_and_direction(x: npt.ArrayLike, direction: npt.ArrayLike) -> tuple[Array, Array]:
    x, direction = floating(x, direction)
    if x.shape != direction.shape or not np.any(direction):
        raise ValueError(f"the direction must be non-zero and of the shape {x.shape} of the point")
    return x, direction


def _as(x: Array, values: Any, shape: Place) -> Array:
    return np.asarray(values, dtype=x.dtype).reshape(shape)


def _exact_to_rounding(x: Array, value: Array, step: float) -> Difference:
    error = np.finfo(x.dtype).eps * np.abs(value)
    return Difference(_as(x, value, value.shape), _as(x, error, value.shape), np.full(value.shape, step))
