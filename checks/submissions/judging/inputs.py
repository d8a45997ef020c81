"""Hidden inputs of a probe: ordinary ones, on which the answer is unique, and special ones, that are only looked at."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Input, Probe, Samples, sample

Array = npt.NDArray[Any]

FEWEST = 3
LARGE, LARGE_ENOUGH = 800.0, 40.0
FEW_VALUES = 12
"""Whole numbers from a range of at most so many are not drawn but gone through, so that each of them comes."""


def ordinary(probe: Probe, seed: int, samples: int) -> Samples:
    """Return inputs on which a right answer is compared.

    Sizes are unequal, and one of them is 1 in the last sample; a small range of whole numbers (a stride, the size of a
    window) is gone through; in the second sample one class only is seen.
    """
    if not probe.inputs:
        return ((),) * samples
    drawn = [list(one) for one in sample(replace(probe, samples=samples), seed)]
    rng = np.random.default_rng([seed, 1])
    for place, one in enumerate(probe.inputs):
        if one.integer and not one.shape:
            _go_through(one, place, drawn, rng)
        elif (one.one_hot or (one.integer and len(one.shape) == 1)) and len(drawn) > 1:
            drawn[1][place] = np.repeat(drawn[1][place][:1], len(drawn[1][place]), axis=0)
    return tuple(tuple(one) for one in drawn)


def _go_through(one: Input, place: int, drawn: Sequence[list[Any]], rng: np.random.Generator) -> None:
    values = _whole_numbers(one)
    if not 1 < len(values) <= min(FEW_VALUES, len(drawn)):
        return
    order = rng.permutation(values)
    for number, each in enumerate(drawn):
        each[place] = np.asarray(order[number % len(order)])


def _whole_numbers(one: Input) -> list[int]:
    if one.values:
        return [int(value) for value in one.values]
    low, high = int(np.ceil(one.low)), int(np.floor(one.high))
    return [number for number in range(low, high + 1) if one.closed or one.low < number < one.high]


def is_free(one: Input) -> bool:
    """Tell whether an input takes any real number."""
    return not (one.values or one.integer or one.one_hot) and not np.isfinite(one.low) and not np.isfinite(one.high)


def is_smooth(one: Input) -> bool:
    """Tell whether an input takes real numbers, perhaps of a range."""
    return not (one.values or one.integer or one.one_hot)


def extreme(probe: Probe, samples: Samples) -> Samples:
    """Return inputs with entries of ±800 and ±40 in place of those that take any real number; () if there is none."""
    places = [place for place, one in enumerate(probe.inputs) if is_free(one)]
    if not places:
        return ()
    found = []
    for number, inputs in enumerate(samples[:FEWEST]):
        changed = list(inputs)
        place = places[number % len(places)]
        values = np.array([LARGE, -LARGE, LARGE_ENOUGH, -LARGE_ENOUGH])
        value = inputs[place]
        changed[place] = np.resize(np.roll(values, number), value.shape) if value.ndim else np.asarray(values[number])
        found.append(tuple(changed))
    return tuple(found)


def tied(probe: Probe, samples: Samples) -> Samples:
    """Return inputs in which numbers are equal, and zeros stand; () where no input takes any real number."""
    if not any(is_free(one) for one in probe.inputs):
        return ()
    return tuple(
        tuple(
            np.clip(np.round(value / 2), -1, 1) + 0.0 if is_free(one) else value
            for one, value in zip(probe.inputs, inputs, strict=True)
        )
        for inputs in samples[:FEWEST]
    )


def rounded(probe: Probe, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, ...]:
    """Return inputs that differ by half a unit of single precision: what is right in float32 differs as much."""
    return tuple(
        np.asarray(value * (1 + 2.0**-24 * rng.choice([-1.0, 1.0], size=value.shape))) if is_smooth(one) else value
        for one, value in zip(probe.inputs, inputs, strict=True)
    )
