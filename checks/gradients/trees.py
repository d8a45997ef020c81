"""Arguments in any containers: numbers, arrays, dictionaries and lists of them, nested; torch and jax arrays too.

torch and jax are never imported: an array of theirs can only come from somebody who has.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Leaf:
    """One array inside an argument.

    Attributes
    ----------
    path : str
        How Python reaches it: ``W``, ``params['W']``, ``layers[0]``.
    array : ndarray
        Its values: a copy, as a NumPy array.
    keys : tuple
        The keys of the containers on the way to it.
    """

    path: str
    array: Array
    keys: tuple[Any, ...] = ()

    @property
    def real(self) -> bool:
        """Whether it can be differentiated by: real floating numbers."""
        return self.array.dtype.kind == "f"


def leaves(path: str, value: Any, keys: tuple[Any, ...] = ()) -> Iterator[Leaf]:
    """Yield the arrays inside a value, in order; what is no number is passed over."""
    children = _children(value)
    if children is not None:
        for key, child in children:
            yield from leaves(f"{path}[{key!r}]", child, (*keys, key))
        return
    array, _ = _as_array(value)
    if array is not None:
        yield Leaf(path, array, keys)


def rebuilt(path: str, value: Any, arrays: Mapping[str, Array]) -> Any:
    """Return a value like the given one with fresh arrays, those named in ``arrays`` replaced."""
    children = _children(value)
    if children is None:
        array, back = _as_array(value)
        if array is None:
            return value
        return back(np.array(arrays[path])) if path in arrays else back(array)
    parts = [rebuilt(f"{path}[{key!r}]", child, arrays) for key, child in children]
    if isinstance(value, Mapping):
        return {key: part for (key, _), part in zip(children, parts, strict=True)}
    if hasattr(value, "_fields"):
        return type(value)(*parts)
    return type(value)(parts)


def to_numpy(value: Any) -> Array:
    """Return any array or number as a NumPy array; torch tensors are detached.

    Raises
    ------
    TypeError
        If it is no array of numbers.
    """
    array, _ = _as_array(value)
    if array is None:
        array = np.asarray(value)
    if array.dtype.kind not in "fciub":
        raise TypeError(f"expected numbers, not {type(value).__name__}")
    return array


def _children(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the entries of a container with their keys, or None for a leaf; a list of plain numbers is an array."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, (list, tuple)) and not _numbers(value):
        return list(enumerate(value))
    return None


def _numbers(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) > 0 and all(_numbers(child) for child in value)
    return isinstance(value, Number) and not isinstance(value, np.generic)


def _as_array(value: Any) -> tuple[Array | None, Callable[[Array], Any]]:
    if isinstance(value, np.ndarray):
        return (value.copy(), lambda array: array) if value.dtype.kind in "fciub" else (None, lambda array: array)
    if isinstance(value, (Number, np.generic)) or (isinstance(value, (list, tuple)) and _numbers(value)):
        return np.asarray(value), lambda array: array if array.ndim else array[()]
    kind = type(value).__module__.split(".")[0]
    if kind == "torch" and hasattr(value, "detach"):
        torch = sys.modules["torch"]
        return np.array(value.detach().cpu().numpy()), lambda array: torch.from_numpy(np.array(array))
    if kind in ("jax", "jaxlib") and hasattr(value, "__array__"):
        jax = sys.modules["jax"]
        return np.array(value), jax.numpy.asarray
    return None, lambda array: array
