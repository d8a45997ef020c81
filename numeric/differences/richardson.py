"""Central differences of high order, extrapolated until they settle: nearly all digits without complex numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.differentiate import derivative

from numeric.arrays import Array, floating
from numeric.differences.steps import Difference, Place, as_like, one_number, replaced

FIRST_STEP = 0.05
"""Of the size of the point; SciPy halves it until the result has settled or the error no longer falls."""

SETTLED = 1e-12


def richardson(
    f: Callable[[Array], Any], x: npt.ArrayLike, *, scale: float = 1.0, at: Sequence[Place] | None = None
) -> Difference:
    """Return the gradient of a smooth, scalar-valued function by extrapolated central differences.

    Parameters
    ----------
    f : callable
        Takes an array like ``x`` (a fresh one each time) and returns one real number. It must be smooth around the
        point, over a distance of a few hundredths of it: `central` reaches less far.
    x : array_like
        The point, of any shape, finite.
    scale : float
        The size, in units of ``x``, below which the first step no longer shrinks with |x|.
    at : sequence of index tuples, optional
        Only these elements; the results then have the shape (len(at),).

    Returns
    -------
    Difference
        In the shape of ``x``; ``steps`` are the first ones. About 20 calls of ``f`` for each element. Where the
        iteration did not settle the error is infinite.

    Raises
    ------
    ValueError
        If ``f`` returns more than one number, or ``scale`` is not positive.

    Notes
    -----
    This is `scipy.differentiate.derivative` (order 8, step halved until the result settles), element by element. The
    estimate of the error is the change by the last refinement plus the rounding of f over the last step.
    """
    if not scale > 0:
        raise ValueError(f"scale must be positive, not {scale}")
    (x,) = floating(x)
    places = list(np.ndindex(x.shape)) if at is None else list(at)
    point = np.array([x[place] for place in places], dtype=np.float64)
    steps = FIRST_STEP * np.maximum(np.abs(point), scale)
    value, error = np.empty((2, len(places)))
    size = np.abs(one_number(f(x.copy())))
    unit = np.finfo(x.dtype).eps
    for number, place in enumerate(places):

        def along(moved: Array, place: Place = place) -> Array:
            return np.array([one_number(f(replaced(x, place, one))) for one in moved.ravel()]).reshape(moved.shape)

        wanted = {"rtol": SETTLED, "atol": 8 * unit * float(size) / steps[number]}
        found = derivative(along, point[number], initial_step=steps[number], tolerances=wanted)
        last = steps[number] * 0.5 ** max(int(found.nit) - 1, 0)
        value[number] = found.df
        error[number] = found.error + 2 * unit * (size / last + np.abs(found.df))
    shape = x.shape if at is None else (len(places),)
    error[~np.isfinite(value)] = np.inf
    return Difference(as_like(x, value, shape), as_like(x, error, shape), steps.reshape(shape))
