"""Inputs changed as a mistake would change them: what the model returns for these is the answer with that mistake."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Input, Probe, Samples
from checks.submissions.judging.inputs import is_free

Array = npt.NDArray[Any]

UPSTREAM = frozenset(
    {"g", "dy", "dout", "dz", "da", "grad", "grad_output", "upstream", "gradient", "delta", "dl_dy", "dldy", "d_out"}
)
"""Names, in lower case, of the gradient that comes from behind."""


def is_upstream(one: Input) -> bool:
    """Tell whether an input is the gradient that comes from behind."""
    return one.name.lower() in UPSTREAM and bool(one.shape) and is_free(one)


def variants(probe: Probe, samples: Samples) -> Iterator[tuple[str, Samples]]:
    """Yield mistakes, each with the inputs that lead the model to it.

    Parameters
    ----------
    probe, samples:
        What is asked, and the hidden inputs.
    """
    for place, one in enumerate(probe.inputs):
        if is_upstream(one):
            yield f"the upstream gradient {one.name} is not used", _changed(samples, place, np.ones_like)
        for mistake, change in _changes(one, [inputs[place] for inputs in samples]):
            yield mistake, _changed(samples, place, change)
    for first, second in combinations(range(len(probe.inputs)), 2):
        a, b = probe.inputs[first], probe.inputs[second]
        if a.shape == b.shape and kind_of(a) == kind_of(b):
            yield f"{a.name} and {b.name} are exchanged", tuple(_swapped(inputs, first, second) for inputs in samples)
    yield from _of_the_batch(probe, samples)


def at_the_output(
    probe: Probe, samples: Samples, right: Sequence[Mapping[str, Array]]
) -> Iterator[tuple[str, Samples]]:
    """Yield inputs in which a result of the same shape stands for one of them: a slope taken at the output."""
    if not any(is_upstream(one) for one in probe.inputs):
        return
    for place, one in enumerate(probe.inputs):
        if not is_free(one) or is_upstream(one) or not one.shape:
            continue
        for name in right[0]:
            if all(results[name].shape == inputs[place].shape for inputs, results in zip(samples, right, strict=True)):
                changed = tuple(
                    (*inputs[:place], results[name], *inputs[place + 1 :])
                    for inputs, results in zip(samples, right, strict=True)
                )
                yield f"{name} stands for {one.name}: the slope is taken at the output", changed


def batch_of(probe: Probe) -> str:
    """Return the name of the size that counts the samples: the first one of the first array; "" if there is none."""
    first = next((one.shape[0] for one in probe.inputs if one.shape), "")
    return "" if first.isdigit() else first


def _changes(one: Input, values: Sequence[Array]) -> Iterator[tuple[str, Callable[[Array], Array]]]:
    if one.integer and not one.shape:
        yield f"{one.name} is one too large", lambda value: value + 1
        yield f"{one.name} is one too small", lambda value: value - 1
        yield f"{one.name} is not used: 1 stands for it", np.ones_like
    if not is_free(one):
        return
    yield f"the sign of {one.name} is wrong", np.negative
    yield f"{one.name} is left out", np.zeros_like
    if len(one.shape) >= 2:
        yield f"{one.name} is turned by 180 degrees", lambda value: value[..., ::-1, ::-1]
        if all(value.shape[-1] == value.shape[-2] for value in values):
            yield f"{one.name} is transposed", lambda value: value.swapaxes(-1, -2)


def _of_the_batch(probe: Probe, samples: Samples) -> Iterator[tuple[str, Samples]]:
    batch = batch_of(probe)
    members = [place for place, one in enumerate(probe.inputs) if one.shape[:1] == (batch,)]
    if not batch or not any(len(probe.inputs[place].shape) > 1 for place in members):
        return
    parts: dict[str, Callable[[Array], Array]] = {
        "only the first sample is used": lambda value: value[:1],
        "only the last sample is used": lambda value: value[-1:],
        "the last sample is left out": lambda value: value[:-1] if len(value) > 1 else value,
        "the first sample is left out": lambda value: value[1:] if len(value) > 1 else value,
    }
    for mistake, part in parts.items():
        yield (
            mistake,
            tuple(
                tuple(part(value) if place in members else value for place, value in enumerate(inputs))
                for inputs in samples
            ),
        )


def _changed(samples: Samples, place: int, change: Callable[[Array], Array]) -> Samples:
    return tuple((*inputs[:place], np.asarray(change(inputs[place])), *inputs[place + 1 :]) for inputs in samples)


def _swapped(inputs: tuple[Array, ...], first: int, second: int) -> tuple[Array, ...]:
    found = list(inputs)
    found[first], found[second] = found[second], found[first]
    return tuple(found)


def kind_of(one: Input) -> tuple[Any, ...]:
    """Return which values an input takes."""
    return (one.low, one.high, one.values, one.integer, one.one_hot)
