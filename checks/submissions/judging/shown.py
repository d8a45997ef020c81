"""Inputs in words: for sentences, and for the point of a counterexample."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe

Array = npt.NDArray[Any]

SHOWN_ENTRIES = 12


def point(probe: Probe, inputs: Sequence[Array]) -> dict[str, str]:
    """Return inputs as texts: whole if they are short, else their shapes."""
    return {one.name: text_of(value) for one, value in zip(probe.inputs, inputs, strict=True)}


def text_of(value: Array) -> str:
    """Return an array as a text: whole if it is short, else its shape."""
    if value.ndim == 0:
        return f"{value[()]:.9g}"
    if value.size > SHOWN_ENTRIES:
        return f"array of shape {value.shape}"
    return " ".join(np.array2string(value, precision=9, separator=", ", max_line_width=10_000).split())


def for_inputs(probe: Probe, inputs: Sequence[Array]) -> str:
    """Return words that say for which inputs, where that can be said shortly."""
    shapes = [f"{one.name} {value.shape}" for one, value in zip(probe.inputs, inputs, strict=True) if value.ndim]
    numbers = [
        f"{one.name} = {value[()]:.6g}" for one, value in zip(probe.inputs, inputs, strict=True) if not value.ndim
    ]
    if not probe.inputs:
        return ""
    if len(shapes) == 1 and inputs[0].size <= 4 and not numbers:
        return f" for {probe.inputs[0].name} = {text_of(np.round(inputs[0], 4))}"
    said = ([f"shapes {', '.join(shapes)}"] if shapes else []) + numbers
    return f" for {', '.join(said)}"
