"""A forward pass on record: for each layer what it was given, and a copy of it as it was just before."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.arrays import Array


@dataclass(frozen=True)
class Record:
    """One forward pass, layer by layer.

    Attributes
    ----------
    layers : tuple
        A copy of each layer, taken just before its forward pass, so that a random layer draws the same again.
    inputs : tuple of ndarray
        The input of each layer, (B, ...), in the type in which the network computes.
    output : ndarray
        The prediction.
    """

    layers: tuple[Any, ...]
    inputs: tuple[Array, ...]
    output: Array


def record(layers: Sequence[Any], x: Array) -> Record:
    """Run the layers, one after the other, on the batch ``x`` (B, ...) and record them; they are changed by it."""
    before, inputs = [], []
    for layer in layers:
        before.append(copy.deepcopy(layer))
        inputs.append(x.copy())
        x = np.asarray(layer.forward(x))
    return Record(tuple(before), tuple(inputs), x.copy())


def parameter_names(layer: object) -> list[str]:
    """Return the names of a layer's parameters: what it says itself, or each array ``a`` with a ``da`` beside it."""
    if hasattr(layer, "parameters"):
        return list(layer.parameters())
    return [
        name
        for name, value in vars(layer).items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and f"d{name}" in vars(layer)
    ]


def parts_of(full: str) -> tuple[int, str]:
    """Return the place of the layer and the name of the parameter that ``"0.W"`` stands for."""
    place, name = full.split(".", maxsplit=1)
    return int(place), name


def get_parameter(layer: object, name: str) -> Array:
    """Return a parameter: the array itself."""
    return np.asarray(layer.parameters()[name] if hasattr(layer, "parameters") else getattr(layer, name))


def set_parameter(layer: object, name: str, value: Array) -> None:
    """Give a layer another array for a parameter; TypeError where it only takes numbers into the array it has."""
    if hasattr(layer, name):
        setattr(layer, name, value)
        return
    array = get_parameter(layer, name)
    if np.iscomplexobj(value) and not np.iscomplexobj(array):
        raise TypeError(f"the parameter {name} cannot be replaced by a complex array")
    array[...] = value


def stored_gradient(layer: object, name: str) -> Array:
    """Return the gradient that the last backward pass stored; AttributeError or KeyError where there is none."""
    return np.asarray(layer.gradients()[name] if hasattr(layer, "gradients") else getattr(layer, f"d{name}"))


def widened(layer: Any) -> Any:
    """Return a copy of a layer with its parameters in double precision."""
    wide = copy.deepcopy(layer)
    for name in parameter_names(wide):
        array = get_parameter(wide, name)
        if array.dtype.kind == "f" and array.dtype != np.float64:
            set_parameter(wide, name, array.astype(np.float64))
    return wide
