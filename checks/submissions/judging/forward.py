"""Is a gradient right for the student's own forward pass? A wrong forward and its right backward are told apart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.submissions.judging.inputs import is_smooth
from checks.submissions.judging.variants import is_upstream

Array = npt.NDArray[Any]
Call = Callable[[Samples], Sequence[Mapping[str, Array]] | None]
"""Returns the results of code for inputs; None where it fails."""

STEP = 1e-5
TOLERANCE = 1e-4
DIRECTIONS = 2
POINTS = 3


@dataclass(frozen=True)
class Relation:
    """That one result is the gradient of another one.

    Attributes
    ----------
    value, gradient:
        The names of the results.
    place:
        Of the input that it is the gradient by.
    upstream:
        The place of the gradient from behind; None for the derivative of each entry, or of a single number.
    """

    value: str
    gradient: str
    place: int
    upstream: int | None = None


def relations(probe: Probe, samples: Samples, right: Sequence[Mapping[str, Array]], call: Call) -> tuple[Relation, ...]:
    """Return which results of the model are gradients of which: those of a fitting name that differences confirm."""
    return tuple(
        relation
        for relation in _possible(probe, right[0], samples[0])
        if is_gradient(relation, samples, [one[relation.gradient] for one in right], call)
    )


def is_gradient(relation: Relation, samples: Samples, gradients: Sequence[Array], call: Call) -> bool:
    """Tell whether arrays are the gradient of a result, by central differences along random directions.

    Parameters
    ----------
    relation:
        Which result, and by which input.
    samples, gradients:
        Inputs, and for each of them the array in question.
    call:
        The code whose result it is.

    Returns
    -------
    bool
        False also where the code fails, or where all gradients are zero: then nothing is shown.
    """
    rng = np.random.default_rng(0)
    if not any(np.any(one) for one in gradients[:POINTS]):
        return False
    for inputs, gradient in list(zip(samples, gradients, strict=True))[:POINTS]:
        x = inputs[relation.place]
        if gradient.shape != x.shape or not np.all(np.isfinite(gradient)):
            return False
        for _ in range(DIRECTIONS):
            V = rng.normal(size=x.shape)
            step = STEP * max(1.0, float(np.max(np.abs(x), initial=0.0)))
            moved = [
                (*inputs[: relation.place], np.asarray(x + sign * step * V), *inputs[relation.place + 1 :])
                for sign in (1, -1)
            ]
            came = call(tuple(moved))
            if came is None:
                return False
            plus, minus = (np.asarray(one[relation.value], dtype=float) for one in came)
            if plus.shape != minus.shape or not _agrees((plus - minus) / (2 * step), gradient, V, inputs, relation):
                return False
    return True


def _agrees(slope: Array, gradient: Array, V: Array, inputs: Sequence[Array], relation: Relation) -> bool:
    if relation.upstream is not None:
        G = inputs[relation.upstream]
        if G.shape != slope.shape:
            return False
        measured, claimed = np.sum(G * slope), np.sum(gradient * V)
        scale = np.sum(np.abs(gradient * V))
    elif slope.size == 1 and gradient.size > 1:
        measured, claimed = slope.reshape(()), np.sum(gradient * V)
        scale = np.sum(np.abs(gradient * V))
    elif slope.shape == gradient.shape:
        measured, claimed = slope, gradient * V
        scale = np.max(np.abs(claimed), initial=0.0)
    else:
        return False
    return bool(np.all(np.abs(measured - claimed) <= TOLERANCE * max(float(scale), 1e-9)))


def _possible(probe: Probe, results: Mapping[str, Array], inputs: Sequence[Array]) -> Iterator[Relation]:
    """Yield relations that names and shapes suggest: `dW` is the gradient of something by `W`."""
    upstream = [place for place, one in enumerate(probe.inputs) if is_upstream(one)]
    for name, gradient in results.items():
        for place, one in enumerate(probe.inputs):
            if not is_smooth(one) or place in upstream or gradient.shape != inputs[place].shape:
                continue
            if not _is_by(name, one.name):
                continue
            for other, value in results.items():
                if other == name:
                    continue
                if value.size == 1 and gradient.size > 1:
                    yield Relation(other, name, place)
                for behind in upstream:
                    if inputs[behind].shape == value.shape:
                        yield Relation(other, name, place, behind)


def _is_by(result: str, variable: str) -> bool:
    words = result.lower()
    return words.endswith(variable.lower()) and words != variable.lower() and words[0] in "dg"
