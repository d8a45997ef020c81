"""Classic mistakes of code: the one thing done wrong that gives exactly what came, on all samples."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe
from checks.submissions.judging.conventions import agree
from checks.submissions.judging.factors import factor_between
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Expected
from checks.submissions.judging.pooling import pooled
from checks.submissions.judging.variants import is_upstream

Array = npt.NDArray[Any]
Candidates = Callable[[Sequence[Array], Array, Mapping[str, Array]], Iterable[tuple[str, Array]]]
"""Returns mistakes and what comes of them, from inputs, the right result, and all right results."""


def explain(expected: Expected, name: str, given: Sequence[Array]) -> tuple[Kind, str] | None:
    """Return the mistake that explains a result exactly, and whether it is only a factor; None if none does.

    Parameters
    ----------
    expected:
        What is right.
    name:
        The result.
    given:
        What came, for each sample.
    """
    wanted = [one[name] for one in expected.results]
    found = planted(expected, name, given) or _underived(expected, given)
    if found:
        return Kind.MISTAKE, found
    factor = factor_between(expected, given, wanted)
    if factor is not None:
        return Kind.FACTOR, factor
    if all(one.shape == right.shape and not np.any(one) for one, right in zip(given, wanted, strict=True)):
        return Kind.MISTAKE, "it is not computed: all zeros"
    found = _named(expected, name, given, lambda inputs, right, _: pooled(expected.probe, inputs, right))
    if found:
        return Kind.MISTAKE, found
    for mistake, results in expected.variants.items():
        wrong = [one[name] for one in results if name in one]
        if len(wrong) == len(given) and _matches(given, wrong):
            return Kind.MISTAKE, mistake
    found = _named(
        expected, name, given, lambda inputs, right, results: _candidates(expected.probe, inputs, right, name, results)
    )
    return (Kind.MISTAKE, found) if found else None


def _named(expected: Expected, name: str, given: Sequence[Array], candidates: Candidates) -> str:
    """Return the first mistake whose array is what came in every sample; "" if there is none."""
    wanted = [one[name] for one in expected.results]
    found = [
        dict(candidates(inputs, right, results))
        for inputs, right, results in zip(expected.samples, wanted, expected.results, strict=True)
    ]
    return next(
        (
            mistake
            for mistake in found[0]
            if all(mistake in one for one in found) and _matches(given, [one[mistake] for one in found])
        ),
        "",
    )


def planted(expected: Expected, name: str, given: Sequence[Array]) -> str:
    """Return the mistake of the author's planted wrong answer that gives the same; "" if there is none."""
    for mistake, results in expected.planted.items():
        wrong = [one[name] for one in results if name in one]
        if len(wrong) == len(given) and _matches(given, wrong):
            return mistake.partition(": ")[2] if mistake.startswith(f"{expected.probe.name}: ") else mistake
    return ""


def _underived(expected: Expected, given: Sequence[Array]) -> str:
    """Return that the function came where its derivative was asked for; "" if it did not."""
    values = [
        value
        for inputs, outputs in zip(expected.samples, expected.outputs, strict=False)
        for asked, value in zip(inputs, outputs, strict=True)
        if value is not asked
    ]
    came = len(values) == len(given) > 0 and _matches(given, values)
    return "the function instead of its derivative" if came else ""


def _matches(given: Sequence[Array], wrong: Sequence[Array]) -> bool:
    """Tell whether what came is the wrong answer in all samples."""
    return all(one.shape == other.shape for one, other in zip(given, wrong, strict=True)) and agree(given, wrong)


# -- what else may have been returned ----------------------------------------------------------------------------------


def _candidates(
    probe: Probe, inputs: Sequence[Array], right: Array, name: str, results: Mapping[str, Array]
) -> Iterator[tuple[str, Array]]:
    if right.ndim == 2:
        yield "it is transposed", right.T
        yield "it is turned by 180 degrees", right[::-1, ::-1]
    for one, value in zip(probe.inputs, inputs, strict=True):
        if is_upstream(one):
            yield from _with_upstream(one.name, value, right)
    for other, value in results.items():
        if other != name:
            yield f"{other} stands in its place", value
    for one, value in zip(probe.inputs, inputs, strict=True):
        yield f"the input {one.name} is returned as it is", np.asarray(value, dtype=float)
    yield from _elementwise(right)
    for axis in range(right.ndim):
        yield f"it is summed over axis {axis}", right.sum(axis=axis)
        yield (
            f"the mean over axis {axis} is taken",
            right.mean(axis=axis) if right.shape[axis] else right.sum(axis=axis),
        )
    if right.ndim > 1:
        yield "it is summed over all axes", right.sum()


def _with_upstream(name: str, G: Array, right: Array) -> Iterator[tuple[str, Array]]:
    if G.shape == right.shape:
        with np.errstate(all="ignore"):
            slope = np.where(G != 0, right / np.where(G != 0, G, 1), 0.0)
        yield f"{name} is passed on without the derivative of the function", G
        yield f"{name} is not multiplied with", slope
        yield f"{name} is multiplied with twice", right * G
        yield f"{name} is added for multiplied", slope + G
        if np.all((slope == 0) | (slope == 1)):
            yield "the mask is the wrong way round", G * (1 - slope)
            yield f"the mask is taken from {name}", G * (G > 0)
    if G.ndim == 2 and right.ndim == 1 and np.allclose(G.sum(axis=0), right):
        yield "the sum goes over the wrong axis", G.sum(axis=1)
        yield "the mean for the sum", G.mean(axis=0)
        yield "the first sample only", G[0]
        yield "the sum goes over both axes", G.sum()
        yield "it is not summed over the samples", G


def _elementwise(right: Array) -> Iterator[tuple[str, Array]]:
    if right.size and np.array_equal(right, np.round(right)):
        yield "counted from 1", right + 1
        yield "counted from 0", right - 1
    yield "the square is forgotten: its root is returned", np.sqrt(np.abs(right))
    yield "it is squared", right**2
    yield "1 minus it is returned", 1 - right
    yield "its absolute value is returned", np.abs(right)
    yield "negative values are set to zero", np.maximum(right, 0)
    if np.all(right > 0):
        yield "its logarithm is returned", np.log(right)
    if np.all(right != 0):
        yield "its reciprocal is returned", 1 / right
    if np.all(np.abs(right) < 100):
        yield "its exponential is returned", np.exp(right)
