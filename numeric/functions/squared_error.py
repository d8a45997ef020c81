"""The squared distance of two vectors."""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array, floating, require_shape
from numeric.twins import twin_of


@twin_of("squared_error")
def squared_error(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ‖x − y‖² = Σⱼ (xⱼ − yⱼ)².

    Parameters
    ----------
    x, y : array_like, (m,)
        Real (or complex) vectors of one length.

    Returns
    -------
    scalar
        Non-negative.

    Raises
    ------
    ValueError
        If the shapes differ: a silent broadcast of (m, 1) with (m,) would add m² differences.

    Notes
    -----
    Source: course document 003, section 3.3.
    """
    difference = _difference(x, y)
    value: Array = np.sum(difference * difference)
    return value


@twin_of("squared_error", wrt="x")
def squared_error_dx(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    """Return ∂/∂x of `squared_error`: 2(x − y), of shape (m,); errors as there; source: document 003, section 3.3."""
    return 2 * _difference(x, y)


def _difference(x: npt.ArrayLike, y: npt.ArrayLike) -> Array:
    x, y = floating(x, y)
    require_shape(x.shape == y.shape, f"both vectors must have one shape, not {x.shape} and {y.shape}")
    return x - y
