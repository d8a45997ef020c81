"""The Taylor test: with a right gradient, what a first-order expansion leaves falls with the square of the step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array
from numeric.differences.steps import one_number, point_and_direction

ROUNDING = 32
"""A remainder below so many roundings of f says nothing of the order."""


@dataclass(frozen=True)
class TaylorTest:
    """Remainders |f(x + hv) − f(x) − h·slope| for halved steps: the arrays are (S,).

    Attributes
    ----------
    steps, remainders : ndarray, (S,)
        The steps h and what remains at each.
    orders : ndarray, (S − 1,)
        log₂ of the ratio of neighbouring remainders; nan where one of them is lost in the rounding of f.
    order : float
        The median of the last half of the orders that can be told; nan for fewer than three, as for a linear function.
    noise : float
        The rounding of f below which a remainder is not used.
    """

    steps: Array
    remainders: Array
    orders: Array
    order: float
    noise: float


def taylor_test(
    f: Callable[[Array], Any],
    x: npt.ArrayLike,
    gradient: npt.ArrayLike,
    direction: npt.ArrayLike,
    *,
    first: float = 2.0**-3,
    count: int = 16,
) -> TaylorTest:
    """Return the remainders of the first-order expansion of ``f`` along a direction.

    Parameters
    ----------
    f : callable
        Takes an array like ``x`` and returns one real number.
    x, gradient, direction : array_like
        The point, the gradient on trial and the direction, of one shape.
    first : float
        The first step, of the size of the point (at least 1) over the length of the direction.
    count : int
        How many steps, each half of the one before.

    Returns
    -------
    TaylorTest
        The order is near 2 for a right gradient and 1 for a wrong one, where f is smooth and not linear.

    Raises
    ------
    ValueError
        If the shapes differ, the direction is zero, or ``f`` returns more than one number.

    Notes
    -----
    Source: P. E. Farrell et al., Automated derivation of the adjoint of high-level transient finite element programs,
    SIAM Journal on Scientific Computing 35 (2013), section 4.
    """
    x, direction = point_and_direction(x, direction)
    gradient = np.asarray(gradient)
    if gradient.shape != x.shape:
        raise ValueError(f"the gradient must have the shape {x.shape} of the point, not {gradient.shape}")
    size = max(1.0, float(np.linalg.norm(x))) / float(np.linalg.norm(direction))
    steps = first * size * 0.5 ** np.arange(count)
    slope = float(np.sum(gradient * direction))
    here = float(one_number(f(x.copy())))
    values = np.array([float(one_number(f(x + x.dtype.type(h) * direction))) for h in steps])
    remainders = np.abs(values - here - steps * slope)
    noise = ROUNDING * float(np.finfo(x.dtype).eps) * (abs(here) + steps * abs(slope) + np.finfo(float).tiny)
    seen = remainders > noise
    with np.errstate(divide="ignore", invalid="ignore"):
        orders = np.where(seen[:-1] & seen[1:], np.log2(remainders[:-1] / remainders[1:]), np.nan)
    told = orders[np.isfinite(orders)]
    order = float(np.median(told[len(told) // 2 :])) if len(told) >= 3 else float("nan")
    return TaylorTest(steps, remainders, orders, order, float(np.max(noise)))
