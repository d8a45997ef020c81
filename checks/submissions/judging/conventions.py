"""Conventions that make an answer right: batch in columns, sum for mean, transposed Jacobians, other arguments, shapes.

A convention is found, never assumed: one from a short list, applied to all samples and all results alike, after which
everything agrees. Whether it is allowed is for the question to say.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.submissions.judging.calling import Trouble, as_numbers, results
from checks.submissions.judging.comparing import agrees, is_short
from checks.submissions.judging.model import Expected
from checks.submissions.judging.question import CodeQuestion
from checks.submissions.judging.solution import Results
from checks.submissions.judging.trial import Trial
from checks.submissions.judging.variants import batch_of, kind_of

Array = npt.NDArray[Any]
Given = tuple[Mapping[str, Array], ...]
Outputs = Callable[[Array, Array, int], Array | None]
"""Turns a result into the convention of the question; gets what is wanted, for its shape, and the sample's number."""

MOST_PERMUTED = 4
FREE = "free"
TOLERANCE, SHORT_TOLERANCE = 1e-6, 1e-4


@dataclass(frozen=True)
class Convention:
    """A way to read an answer.

    Attributes
    ----------
    category:
        What it is about: `batch`, `reduction`, `jacobian`, `gradient`, `bias` (which questions may prescribe), `shape`
        or `arguments`.
    value:
        The convention, in words that follow "right with".
    prescribed:
        The value of the question's convention that this one is, "" if it has no name there.
    is_plain:
        Whether nothing else can have been meant: a sum for a mean or another axis may as well be a mistake.
    """

    category: str
    value: str
    prescribed: str = ""
    is_plain: bool = True

    def is_allowed(self, question: CodeQuestion) -> bool | None:
        """Tell whether the question allows the convention; None where it does not say, and a mistake looks the same."""
        wanted = question.conventions.get(self.category)
        if wanted is None:
            return True if self.is_plain else None
        return wanted in (self.prescribed, FREE)


@dataclass(frozen=True)
class Reading:
    """A convention that fits, and the results read with it."""

    convention: Convention
    given: Given


def readings(trial: Trial, expected: Expected, given: Given | None) -> Iterator[Reading]:
    """Yield the conventions with which all results of a probe agree with the model on all samples.

    Parameters
    ----------
    trial, expected:
        The code and what is right.
    given:
        What came for the hidden inputs; None if the calls failed.
    """
    if given is not None:
        for convention, outputs in _of_outputs(trial, expected):
            yield from _fitting(convention, _mapped(given, expected, outputs), expected)
    for convention, samples, outputs in _of_inputs(trial, expected, failed=given is None):
        if not trial.has_time:
            return
        came = _called(trial, expected, samples)
        if came is not None:
            yield from _fitting(convention, _mapped(came, expected, outputs), expected)


def same_but_for_shape(given: Sequence[Array], wanted: Sequence[Array]) -> bool:
    """Tell whether results differ by axes of length 1 only: a column or a row for a vector, a vector for a number."""
    return all(
        one.size == right.size and np.squeeze(one).shape == np.squeeze(right).shape
        for one, right in zip(given, wanted, strict=True)
    ) and agree([one.reshape(right.shape) for one, right in zip(given, wanted, strict=True)], wanted)


def shape_matters(expected: Expected, name: str) -> bool:
    """Tell whether the form of a result is the point of the question.

    It is where the author plants a wrong answer that differs in nothing else, and where the result only rearranges the
    numbers of an input.
    """
    wanted = [one[name] for one in expected.results]
    if any(same_but_for_shape([one[name] for one in wrong], wanted) for wrong in _planted(expected, name)):
        return True
    return all(
        any(
            value.size == right.size and np.array_equal(np.sort(value, axis=None), np.sort(right, axis=None))
            for value in inputs
        )
        for inputs, right in zip(expected.samples, wanted, strict=True)
    )


def agree(given: Sequence[Array], wanted: Sequence[Array]) -> bool:
    """Tell whether results agree: exactly, as far as their format goes."""
    return agrees(given, wanted, SHORT_TOLERANCE, 1.0) if is_short(given) else agrees(given, wanted, TOLERANCE)


def _planted(expected: Expected, name: str) -> Iterator[Results]:
    for wrong in expected.planted.values():
        if all(name in one for one in wrong):
            yield wrong


def _fitting(convention: Convention, read: Given | None, expected: Expected) -> Iterator[Reading]:
    if read is None:
        return
    for name in expected.names:
        wanted = [one[name] for one in expected.results]
        got = [one[name] for one in read]
        if not (agree(got, wanted) or (not shape_matters(expected, name) and same_but_for_shape(got, wanted))):
            return
    yield Reading(convention, read)


def _mapped(given: Given, expected: Expected, outputs: Outputs) -> Given | None:
    read = []
    for number, (came, wanted) in enumerate(zip(given, expected.results, strict=True)):
        turned = {name: outputs(came[name], wanted[name], number) for name in expected.names}
        found = {name: value for name, value in turned.items() if value is not None}
        if len(found) < len(turned):
            return None
        read.append(found)
    return tuple(read)


# -- what may be done to results ---------------------------------------------------------------------------------------


def _as_it_is(came: Array, _wanted: Array, _number: int) -> Array:
    return came


def _transposed(came: Array, wanted: Array, _number: int) -> Array | None:
    """Return matrices transposed; vectors and numbers as they are, a row or column for a vector flat."""
    if wanted.ndim < 2 <= came.ndim and came.size == wanted.size:
        return came.reshape(wanted.shape)
    return came.T if came.ndim == 2 else came


def _of_outputs(trial: Trial, expected: Expected) -> Iterator[tuple[Convention, Outputs]]:
    question, probe = trial.question, expected.probe
    if _is_jacobian(question, expected):
        yield Convention("jacobian", "a Jacobian whose rows are inputs", "rows are inputs"), _transposed
        diagonal = Convention("jacobian", "the diagonal of the Jacobian alone")
        yield diagonal, lambda came, wanted, _: np.diag(came) if came.ndim == 1 and wanted.ndim == 2 else None
    elif any(asked.by and asked.name == probe.name for asked in question.asked):
        yield Convention("jacobian", "a Jacobian for the derivative of each entry"), _diagonal
    batch = batch_of(probe)
    if batch:
        lengths = [_sizes(probe, inputs)[batch] for inputs in expected.samples]
        if len(set(lengths)) > 1:
            total = Convention("reduction", f"the sum over {batch} for the mean", "sum", is_plain=False)
            yield total, lambda came, _, number: came / lengths[number]
            mean = Convention("reduction", f"the mean over {batch} for the sum", "mean", is_plain=False)
            yield mean, lambda came, _, number: came * lengths[number]


def _diagonal(came: Array, wanted: Array, _number: int) -> Array | None:
    """Return the diagonal of a matrix that has nothing beside it."""
    if came.ndim != 2 or came.shape != (wanted.size, wanted.size) or np.any(came - np.diag(np.diag(came)) != 0):
        return None
    return np.diag(came).reshape(wanted.shape)


def _is_jacobian(question: CodeQuestion, expected: Expected) -> bool:
    if "jacobian" in question.conventions:
        return True
    entry = str((question.of or {}).get("entry", ""))
    return entry.endswith("_jacobian") and all(value.ndim == 2 for one in expected.results for value in one.values())


def _sizes(probe: Probe, inputs: Sequence[Array]) -> dict[str, int]:
    return {
        name: length
        for one, value in zip(probe.inputs, inputs, strict=True)
        for name, length in zip(one.shape, value.shape, strict=True)
    }


# -- what may be done to inputs ----------------------------------------------------------------------------------------


def _of_inputs(trial: Trial, expected: Expected, *, failed: bool) -> Iterator[tuple[Convention, Samples, Outputs]]:
    probe = expected.probe
    if not probe.adapter:
        yield from _other_order(trial, expected)
    yield from _columns(trial, expected, failed=failed)
    if not probe.adapter:
        yield from _bias_in_weights(trial, expected)
        yield from _of_the_output(expected)


def _columns(trial: Trial, expected: Expected, *, failed: bool) -> Iterator[tuple[Convention, Samples, Outputs]]:
    """Yield samples in columns: of all matrices or of those that hold samples, biases as columns or as they are."""
    probe, batch = expected.probe, batch_of(expected.probe)
    matrices = sum(len(one.shape) == 2 for one in probe.inputs)
    prescribed = trial.question.conventions.get("batch", "rows")
    if not matrices or prescribed == "none" or any(shape_matters(expected, name) for name in expected.names):
        return
    other = "rows" if prescribed == "columns" else "columns"
    # Of a single matrix, samples in columns cannot be told from the wrong axis.
    convention = Convention("batch", f"samples in {other}", other, is_plain=failed and matrices > 1)
    for every in (True, False):
        for upright in (True, False):
            samples = []
            for inputs in expected.samples:
                turned = []
                for one, value in zip(probe.inputs, inputs, strict=True):
                    if value.ndim == 2 and (every or batch in one.shape):
                        turned.append(np.ascontiguousarray(value.T))
                    elif value.ndim == 1 and upright and batch not in one.shape:
                        turned.append(value[:, None])
                    else:
                        turned.append(value)
                samples.append(tuple(turned))
            yield convention, tuple(samples), _transposed
            if not every:
                yield convention, tuple(samples), _transposed_where_needed


def _transposed_where_needed(came: Array, wanted: Array, number: int) -> Array | None:
    return came if came.shape == wanted.shape else _transposed(came, wanted, number)


def _other_order(trial: Trial, expected: Expected) -> Iterator[tuple[Convention, Samples, Outputs]]:
    """Yield the arguments in other orders, where the student gave them names of their own."""
    probe, count = expected.probe, len(expected.probe.inputs)
    names = trial.parameters(probe)
    if not 2 <= count <= MOST_PERMUTED or names is None or set(names) & {one.name for one in probe.inputs}:
        return
    for order in permutations(range(count)):
        if order != tuple(range(count)):
            said = ", ".join(probe.inputs[place].name for place in order)
            moved = [(probe.inputs[place], probe.inputs[here]) for here, place in enumerate(order) if place != here]
            plain = not any(one.shape == other.shape and kind_of(one) == kind_of(other) for one, other in moved)
            yield (
                Convention("arguments", f"the arguments in the order ({said})", is_plain=plain),
                tuple(tuple(inputs[place] for place in order) for inputs in expected.samples),
                _as_it_is,
            )


def _bias_in_weights(trial: Trial, expected: Expected) -> Iterator[tuple[Convention, Samples, Outputs]]:
    """Yield the bias as the last row or column of W, for one argument less."""
    probe = expected.probe
    names = trial.parameters(probe)
    if names is None or len(names) != len(probe.inputs) - 1:
        return
    for w, b in ((w, b) for w in range(len(probe.inputs)) for b in range(len(probe.inputs))):
        W, bias = probe.inputs[w], probe.inputs[b]
        if len(W.shape) != 2 or len(bias.shape) != 1 or bias.shape[0] not in W.shape:
            continue
        axis = 0 if bias.shape[0] == W.shape[1] else 1
        stacked = [
            np.concatenate([inputs[w], np.expand_dims(inputs[b], axis)], axis=axis) for inputs in expected.samples
        ]
        samples = tuple(
            tuple(both if place == w else value for place, value in enumerate(inputs) if place != b)
            for inputs, both in zip(expected.samples, stacked, strict=True)
        )
        which = "row" if axis == 0 else "column"
        convention = Convention("bias", f"the bias in the last {which} of {W.name}", f"last {which} of W")
        yield convention, samples, _as_it_is


def _of_the_output(expected: Expected) -> Iterator[tuple[Convention, Samples, Outputs]]:
    """Yield the function's value in place of its argument: a derivative may be written as a function of the output."""
    if expected.outputs:
        convention = Convention("gradient", "the derivative as a function of the output", "of the output", False)
        yield convention, expected.outputs, _as_it_is


def _called(trial: Trial, expected: Expected, samples: Samples) -> Given | None:
    played = trial.play(expected.probe, samples)
    if played.trouble is not None:
        return None
    found = []
    for value in played.values:
        parts = results(value, expected.names)
        if isinstance(parts, Trouble):
            return None
        numbers = {name: as_numbers(parts[name]) for name in expected.names}
        arrays = {name: one for name, one in numbers.items() if not isinstance(one, Trouble)}
        if len(arrays) < len(numbers):
            return None
        found.append(arrays)
    return tuple(found)
