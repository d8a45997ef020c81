"""What all numerical derivatives share: their result, the step that suits a point, and the shape of the function."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating

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


def step_at(x: Array, scale: float = 1.0, *, order: int = 2) -> Array:
    """Return the step ε^(1/(order + 1)) · max(|x|, scale), rounded so that (x + h) − x is h.

    Parameters
    ----------
    x : ndarray
        Real, any shape; ε is the rounding unit of its type.
    scale : float
        Positive, in units of ``x``.
    order : int
        Of the truncation error in h: 1 for forward differences, 2 for central ones, 4 after one extrapolation.

    Returns
    -------
    ndarray
        In the shape and type of ``x``.

    Raises
    ------
    ValueError
        If ``scale`` or ``order`` is not positive.

    Notes
    -----
    Truncation of about h^order and rounding of about ε/h balance there. Source: W. H. Press et al., Numerical Recipes,
    section 5.7.
    """
    if not scale > 0:
        raise ValueError(f"scale must be positive, not {scale}")
    if order < 1:
        raise ValueError(f"order must be positive, not {order}")
    (x,) = floating(x)
    unit = np.finfo(x.dtype).eps
    root = np.cbrt(unit) if order == 2 else unit ** x.dtype.type(1 / (order + 1))
    wanted = root * np.maximum(np.abs(x), x.dtype.type(scale))
    step: Array = (x + wanted) - x
    return step


def replaced(x: Array, place: Place, value: Any) -> Array:
    """Return a copy of ``x`` with one element replaced."""
    copy = x.copy()
    copy[place] = value
    return copy


def one_number(result: Any) -> Any:
    """Return the one number that a function gave, real or complex; ValueError for more than one."""
    array = np.asarray(result)
    if array.size != 1:
        raise ValueError(f"the function must return one number, not an array of shape {array.shape}")
    return array.astype(np.float64).reshape(()) if array.dtype.kind != "c" else array.reshape(())


def require_complex(result: Array) -> None:
    """Raise TypeError if a function lost the imaginary part."""
    if result.dtype.kind != "c":
        raise TypeError("the function returned real numbers: it does not carry the imaginary step")


def same_shape(result: Any, x: Array) -> Array:
    """Return the result as an array; ValueError unless it has the shape of ``x``."""
    array = np.asarray(result)
    if array.shape != x.shape:
        raise ValueError(f"the function must work element by element: shape {x.shape} became {array.shape}")
    return array


def point_and_direction(x: npt.ArrayLike, direction: npt.ArrayLike) -> tuple[Array, Array]:
    """Return point and direction in one type; ValueError if the direction does not fit or is zero."""
    x, direction = floating(x, direction)
    if x.shape != direction.shape or not np.any(direction):
        raise ValueError(f"the direction must be non-zero and of the shape {x.shape} of the point")
    return x, direction


def as_like(x: Array, values: Any, shape: Place) -> Array:
    """Return values in the type of ``x`` and the given shape."""
    return np.asarray(values, dtype=x.dtype).reshape(shape)
