"""What every formula does first: bring its arguments to one floating type without changing them."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
"""An array of floats or, under a complex step, of complex numbers; a NumPy scalar where the input was scalar."""


def floating(*values: npt.ArrayLike) -> tuple[Array, ...]:
    """Bring the values to one common inexact type.

    Integer and boolean values (labels, mostly) do not widen the result: ``float32`` logits with ``int64`` labels give
    ``float32``. Without any inexact value the type is ``float64``. Python numbers adapt to the arrays beside them.

    Parameters
    ----------
    *values : array_like
        Numbers or arrays of any shapes.

    Returns
    -------
    tuple of ndarray
        The same values, each in its own shape, in one type. They may share memory with the input: do not write.

    Raises
    ------
    TypeError, ValueError
        From NumPy, for values that are not numbers.
    """
    parts = [value if isinstance(value, (bool, int, float, complex)) else np.asarray(value) for value in values]
    inexact = [
        part
        for part in parts
        if isinstance(part, (float, complex)) or (isinstance(part, np.ndarray) and part.dtype.kind in "fc")
    ]
    dtype = np.result_type(*inexact) if inexact else np.dtype(np.float64)
    return tuple(np.asarray(part).astype(dtype, copy=False) for part in parts)


def matching(*values: npt.ArrayLike) -> tuple[Array, ...]:
    """Bring the values to one inexact type and to one shape by NumPy's broadcasting.

    Elementwise gradients use it, so that even a derivative which does not mention an argument has the full shape.

    Parameters
    ----------
    *values : array_like
        Numbers or arrays whose shapes broadcast.

    Returns
    -------
    tuple of ndarray
        Read-only views, all of the broadcast shape.

    Raises
    ------
    ValueError
        If the shapes do not broadcast.
    """
    return tuple(np.broadcast_arrays(*floating(*values)))


def require_shape(condition: bool, message: str) -> None:
    """Raise ``ValueError`` with the message unless the condition on shapes holds."""
    if not condition:
        raise ValueError(message)
