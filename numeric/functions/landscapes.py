"""Functions of two variables on which the course walks down, and up.

All formulas are elementwise: ``x`` and ``y`` broadcast, and every gradient has the full broadcast shape.
"""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, matching
from numeric.twins import twin_of


@twin_of("wave")
def wave(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return x² + y² + x(y + 2) + cos 3x, a bowl with ripples and several local minima.

    Parameters
    ----------
    x, y : array_like of float
        Real, any shapes that broadcast.

    Returns
    -------
    ndarray
        The broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 002, equation (1).
    """
    x, y = matching(x, y)
    value: Array = x * x + y * y + x * (y + 2) + np.cos(3 * x)
    return value


@twin_of("wave", wrt="x")
def wave_dx(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂x of `wave`: 2x + y + 2 − 3 sin 3x. Shapes and errors as there; source: 002, equation (2)."""
    x, y = matching(x, y)
    value: Array = 2 * x + y + 2 - 3 * np.sin(3 * x)
    return value


@twin_of("wave", wrt="y")
def wave_dy(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂y of `wave`: x + 2y. Shapes and errors as there; source: 002, equation (3)."""
    x, y = matching(x, y)
    value: Array = x + 2 * y
    return value


@twin_of("bowl")
def bowl(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return 3(x − 1)² + y² + 4, whose only minimum is 4 at (1, 0).

    Parameters
    ----------
    x, y : array_like of float
        Real, any shapes that broadcast.

    Returns
    -------
    ndarray
        The broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 000, exercise 4.
    """
    x, y = matching(x, y)
    value: Array = 3 * (x - 1) ** 2 + y * y + 4
    return value


@twin_of("bowl", wrt="x")
def bowl_dx(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂x of `bowl`: 6(x − 1). Shapes and errors as there; source: 000, exercise 4a."""
    x, y = matching(x, y)
    return 6 * (x - 1)


@twin_of("bowl", wrt="y")
def bowl_dy(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂y of `bowl`: 2y. Shapes and errors as there; source: 000, exercise 4a."""
    x, y = matching(x, y)
    return 2 * y


@twin_of("mountain")
def mountain(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return 4000 − 3(x − 10)² − (y − 3)², a mountain with its top, 4000, at (10, 3).

    Parameters
    ----------
    x, y : array_like of float
        Real (metres), any shapes that broadcast.

    Returns
    -------
    ndarray
        The height (metres), in the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.

    Notes
    -----
    Source: course document 000, exercise 5a.
    """
    x, y = matching(x, y)
    value: Array = 4000 - 3 * (x - 10) ** 2 - (y - 3) ** 2
    return value


@twin_of("mountain", wrt="x")
def mountain_dx(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂x of `mountain`: −6(x − 10). Shapes and errors as there; source: 000, exercise 5."""
    x, y = matching(x, y)
    return -6 * (x - 10)


@twin_of("mountain", wrt="y")
def mountain_dy(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂y of `mountain`: −2(y − 3). Shapes and errors as there; source: 000, exercise 5."""
    x, y = matching(x, y)
    return -2 * (y - 3)
