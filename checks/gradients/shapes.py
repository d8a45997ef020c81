"""What a gradient is by its shape: that of one number, an elementwise derivative, a Jacobian, or ∂L for ∂L/∂value."""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.gradients.methods import Trial
from checks.gradients.question import Question
from checks.gradients.trees import Leaf, leaves

Array = npt.NDArray[Any]

NEIGHBOURS = 1e-3
REMEMBERED = 4096


class Shape(Enum):
    """How an array of numbers is the derivative of a function."""

    GRADIENT = ""
    ELEMENTWISE = "the elementwise derivative"
    JACOBIAN = "a Jacobian"
    PRODUCT = "∂L/∂argument for the given ∂L/∂value"


def shape_of(value: Array, x: Array, claimed: Array, elementwise: bool | None, weighted: bool) -> Shape | None:
    """Return what a claimed derivative must be by the shapes of value, argument and claim; None if nothing fits."""
    fits = claimed.shape == x.shape
    if weighted:
        return Shape.PRODUCT if fits else None
    if elementwise:
        return Shape.ELEMENTWISE if fits and value.shape == x.shape else None
    if value.size == 1 and fits:
        return Shape.GRADIENT
    if elementwise is None and fits and value.shape == x.shape:
        return Shape.ELEMENTWISE
    return Shape.JACOBIAN if claimed.shape == (*value.shape, *x.shape) else None


def trials(
    question: Question,
    claimed: Mapping[str, Array],
    shapes: Mapping[str, Shape | None],
    weights: Array | None,
    rng: np.random.Generator,
    mode: str,
) -> Iterator[tuple[Trial | str, str]]:
    """Yield what is to be measured, with words for what the derivative was taken for; or a sentence why it is not.

    Along random directions a derivative of an array is reduced to that of one number by random weights.
    """
    others = {leaf.path: leaf.array for name, each in question.arguments.items() for leaf in leaves(name, each)}
    for leaf in question.leaves():
        shape, right = shapes[leaf.path], claimed[leaf.path]
        assert shape is not None
        along = partial(_value_of, question, leaf)
        x = leaf.array
        if shape is Shape.ELEMENTWISE and _mixes(along, x, rng):
            yield (
                f"The value at one entry depends on other entries of {leaf.path}: its derivative is a Jacobian of "
                f"shape {(*x.shape, *x.shape)}, not {right.shape}.",
                "",
            )
            return
        if shape is Shape.GRADIENT:
            yield Trial(along, x, right, leaf.path, others, rng=rng), ""
        elif shape is Shape.PRODUCT:
            assert weights is not None
            yield Trial(_weighted(along, weights), x, right, leaf.path, others, rng=rng), shape.value
        elif mode == "directions":
            drawn = rng.standard_normal(x.shape if shape is Shape.ELEMENTWISE else right.shape[: right.ndim - x.ndim])
            product = drawn * right if shape is Shape.ELEMENTWISE else np.tensordot(drawn, right, axes=drawn.ndim)
            yield Trial(_weighted(along, drawn), x, product, leaf.path, others, rng=rng), shape.value
        elif shape is Shape.ELEMENTWISE:
            yield Trial(along, x, right, leaf.path, others, elementwise=True, rng=rng), shape.value
        else:
            remembering = _remembering(along)
            for row in np.ndindex(right.shape[: right.ndim - x.ndim]):
                part = f" for entry {list(row)} of the value" if row else ""
                one = Trial(_entry(remembering, row), x, right[row], leaf.path, others, rng=rng, part=part)
                yield one, shape.value


def _value_of(question: Question, leaf: Leaf, array: Array) -> Array:
    return question.value({leaf.path: array})


def _weighted(along: Any, weights: Array) -> Any:
    return lambda array: np.sum(along(array) * weights)


def _entry(along: Any, row: tuple[int, ...]) -> Any:
    return lambda array: np.asarray(along(array))[row]


def _remembering(along: Any) -> Any:
    """Return the function with a memory: the rows of a Jacobian ask for the same perturbed points."""
    known: dict[tuple[str, bytes], Array] = {}

    def ask(array: Array) -> Array:
        key = (str(array.dtype), array.tobytes())
        if key not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[key] = np.asarray(along(array))
        return known[key]

    return ask


def _mixes(along: Any, x: Array, rng: np.random.Generator) -> bool:
    """Tell whether an entry of the value changes when only other entries of the argument do."""
    here = np.asarray(along(x))
    for _ in range(4):
        moved = rng.random(x.shape) < 0.5
        size = np.maximum(np.abs(x), 1)
        with np.errstate(all="ignore"):
            there = np.asarray(along(np.where(moved, x + (NEIGHBOURS * size).astype(x.dtype), x)))
        if there.shape != here.shape or np.any((there != here) & ~moved & np.isfinite(there)):
            return True
    return False
