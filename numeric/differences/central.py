"""Central differences: two calls of the function for each derivative, and two more for an estimate of the error.

The step h = ε^⅓ · max(|x|, scale) is where truncation (about h²) and rounding (about ε/h) balance, and the step that
the machine really takes is (x + h) − x.
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
    same_shape,
    step_at,
)


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
    here = one_number(f(x.copy()))
    for number, (place, step) in enumerate(zip(places, steps, strict=True)):

        def along(moved: Any, place: Place = place) -> Any:
            return one_number(f(replaced(x, place, moved)))

        value[number], error[number] = two_steps(along, x[place], step, here)
    shape = x.shape if at is None else (len(places),)
    return Difference(as_like(x, value, shape), as_like(x, error, shape), steps.reshape(shape))


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
    x, direction = point_and_direction(x, direction)
    longest = np.max(np.abs(direction))
    step = step_at(np.max(np.abs(x)), scale) / longest
    value, error = two_steps(lambda t: one_number(f(x + t * direction)), x.dtype.type(0), step, one_number(f(x.copy())))
    return Difference(as_like(x, value, ()), as_like(x, error, ()), np.asarray(step))


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
    value, error = two_steps(lambda moved: same_shape(f(moved), x), x, steps, same_shape(f(x.copy()), x))
    return Difference(as_like(x, value, x.shape), as_like(x, error, x.shape), steps)


def two_steps(f: Callable[[Any], Any], x: Array, step: Array, here: Any) -> tuple[Array, Array]:
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
