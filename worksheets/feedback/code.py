"""Feedback on functions: against a formula, and against differences of the function that they are the gradient of."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from typing import Any

import numpy as np

from checks.answers import Input, Probe, judge_outputs, sample
from checks.answers.probes import named as results_of
from checks.gradients import Measurement, measure
from checks.verdict import Attempt, Counterexample, Status, Verdict
from worksheets.derived import EntryFunction, Function, TypedFunction, from_entry
from worksheets.feedback.shown import ShownVerdict, named, shown, unanswered
from worksheets.feedback.typed import draw_pair, span_of

SEED = 20260
SAMPLES = 3


def function(
    written: Callable[..., Any],
    *,
    entry: str = "",
    formula: str = "",
    given: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> ShownVerdict:
    """Judge a function by a formula, on random arrays.

    Parameters
    ----------
    written:
        The function that was written.
    entry, formula, given:
        What it should compute: an entry of the catalogue, or a formula with its declarations.
    arguments:
        The names that the formula has for its arguments, in order, where they are other ones.
    """
    known = _known(entry, formula, given)
    names = _names(written, known, arguments)
    if names is None:
        return shown(_open(_other_names(written, known)), named(written))
    probe, samples = _probe(written, known, names)
    wanted = _compiled(known, "", [one.name for one in probe.inputs])
    found = _called(written, samples)
    if isinstance(found, str):
        return unanswered(named(written), found)
    with np.errstate(all="ignore"):
        right = [results_of(wanted(*inputs)) for inputs in samples]
    verdict = judge_outputs(probe, [results_of(result) for result in found], right, samples)
    return shown(_of_formula(verdict), named(written), picture=_picture(written, wanted, probe, known, verdict))


def gradient(
    written: Callable[..., Any],
    *,
    by: str,
    entry: str = "",
    formula: str = "",
    given: Sequence[str] = (),
    of: Callable[..., Any] | None = None,
    arguments: Sequence[str] = (),
) -> ShownVerdict:
    """Judge a gradient by differences of its function.

    Parameters
    ----------
    written:
        The gradient that was written.
    by:
        The variable.
    entry, formula, given, arguments:
        As for `function`: of what it is the gradient.
    of:
        The function that was written for it; it is what the gradient is compared with. None for the formula itself.
    """
    known = _known(entry, formula, given)
    names = _names(written, known, arguments)
    if names is None:
        return shown(_open(_other_names(written, known)), named(written))
    probe, samples = _probe(written, known, names)
    found = _called(written, samples)
    if isinstance(found, str):
        return unanswered(named(written), found)
    forward = of if of is not None and not isinstance(_called(of, samples), str) else _compiled(known, "", names)
    try:
        with _quiet():
            verdict = _measured(known, written, forward, by, names, samples)
    except (TypeError, ValueError, FloatingPointError) as error:
        verdict = _open(f"{named(written)} could not be compared: {error}")
    right = _compiled(known, by, names) if len(names) == 1 else None
    verdict = _of_gradient(verdict, named(written))
    return shown(verdict, named(written), picture=_picture(written, right, probe, known, verdict))


def _measured(
    known: Function, written: Callable[..., Any], forward: Callable[..., Any], by: str, names: list[str], samples: Any
) -> Verdict:
    if isinstance(known, EntryFunction) and getattr(known.entry, "is_jacobian", False):
        right = [results_of(_compiled(known, by, names)(*inputs)) for inputs in samples]
        probe = Probe(named(written), tuple(Input(name) for name in names))
        return judge_outputs(probe, [results_of(written(*inputs)) for inputs in samples], right, samples)
    upstream = getattr(known, "upstream", "")
    elementwise = isinstance(known, TypedFunction) or not hasattr(known.entry, "indices")  # type: ignore[attr-defined]
    measured: list[Measurement] = []
    for inputs in samples:
        point = dict(zip(names, inputs, strict=True))
        claimed = np.asarray(written(*inputs))
        if claimed.shape != point[by].shape:
            return _open(
                f"{named(written)} returns shape {claimed.shape}; {point[by].shape}, the shape of {by}, is wanted."
            )
        inner, outer = _without_upstream(forward, written, names, upstream, point)
        free = {name: value for name, value in point.items() if name != upstream}
        measured.append(measure(inner, outer, free, by, elementwise=elementwise))
    return reduce(Measurement.joined, measured).verdict()


def _without_upstream(
    forward: Callable[..., Any], written: Callable[..., Any], names: list[str], upstream: str, point: dict[str, Any]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return the function as one number, Σ G ∘ value, and the gradient, both of the other arguments alone."""
    if not upstream or upstream not in names:
        return forward, written
    G = point[upstream]

    def weighted(*values: Any) -> Any:
        return np.sum(G * forward(*values))

    def backward(*values: Any) -> Any:
        rest = iter(values)
        return written(*(G if name == upstream else next(rest) for name in names))

    return weighted, backward


def _known(entry: str, formula: str, given: Sequence[str]) -> Function:
    return from_entry(entry) if entry else TypedFunction(formula, given)


def _names(written: Callable[..., Any], known: Function, arguments: Sequence[str]) -> list[str] | None:
    """Return the names that the formula has for the arguments, in the order of the function; None where it is open."""
    import inspect

    if arguments:
        return list(arguments)
    try:
        names = list(inspect.signature(written).parameters)
    except (TypeError, ValueError):
        return list(known.arguments)
    if set(names) <= set(known.arguments):
        return names
    return list(known.arguments) if len(names) == len(known.arguments) == 1 else None


def _other_names(written: Callable[..., Any], known: Function) -> str:
    wanted = ", ".join(known.arguments)
    return f"{named(written)} has arguments of other names than {wanted}: call them as in the question."


def _probe(written: Callable[..., Any], known: Function, names: Sequence[str]) -> tuple[Probe, Any]:
    described = known.inputs(names)
    probe = Probe(named(written), tuple(Input.read(name, described[name]) for name in names), samples=SAMPLES)
    return probe, sample(probe, SEED)


def _compiled(known: Function, by: str, names: Sequence[str]) -> Callable[..., Any]:
    """Return the function (by "") or a derivative as NumPy code in these arguments."""
    from derive.compilation import compile_arrays, compile_scalar

    if isinstance(known, TypedFunction):
        form = known.derivative(by).expression if by else known.value
        return compile_scalar([known.symbol(name) for name in names], form)
    assert isinstance(known, EntryFunction)
    entry: Any = known.entry
    compiled = entry.compiled_gradient[by] if by else entry.compiled_value
    own = known.arguments if by else entry.arguments
    if not hasattr(entry, "indices") or entry.stages or not by:
        return lambda *values: compiled(*(values[list(names).index(name)] for name in own))
    if entry.is_jacobian:
        return lambda *values: compiled(*(values[list(names).index(name)] for name in entry.arguments))
    target = entry.entry_of(by)
    symbols = [entry.upstream if name == known.upstream else entry.variable(name).symbol for name in names]
    return compile_arrays(symbols, getattr(target, "indices", ()), entry.textbook(by))


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what code warns of: it is no mistake, and nbgrader takes a line of standard error for one."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _called(written: Callable[..., Any], samples: Any) -> list[Any] | str:
    """Return what a function gives for each sample, or a sentence why it gives nothing."""
    found = []
    for inputs in samples:
        try:
            with _quiet():
                result = written(*(value.copy() for value in inputs))
        except NotImplementedError as error:
            return str(error) or f"{named(written)} is not written yet."
        except Exception as error:
            shapes = ", ".join(str(value.shape) for value in inputs)
            return f"{named(written)} fails for arrays of shape {shapes}: {type(error).__name__}: {error}"
        if result is None:
            return f"{named(written)} returns nothing: is there a return in it?"
        if result is ...:
            return f"{named(written)} still returns the dots."
        found.append(result)
    return found


def _picture(
    written: Callable[..., Any], right: Callable[..., Any] | None, probe: Probe, known: Function, verdict: Verdict
) -> str:
    if (
        verdict.status is not Status.REFUTED
        or right is None
        or len(probe.inputs) != 1
        or len(probe.inputs[0].shape) != 1
    ):
        return ""
    name = probe.inputs[0].name
    try:
        with _quiet():
            return draw_pair(lambda x: written(x.copy()), right, name, span_of(known, name))
    except Exception:
        return ""  # a figure is a kindness; the verdict stands without it


def _of_formula(verdict: Verdict) -> Verdict:
    from dataclasses import replace

    return replace(verdict, reason=verdict.reason.replace("the model", "the formula"))


def _of_gradient(verdict: Verdict, name: str) -> Verdict:
    """Say where a gradient is wrong, without the numbers: they stand below the sentence."""
    from dataclasses import replace

    evidence = verdict.evidence
    if not isinstance(evidence, Counterexample) or "entry" not in evidence.point:
        return verdict
    _, _, more = verdict.reason.partition(f"it is {evidence.right.text}.")
    return replace(verdict, reason=f"{name} is wrong at {evidence.point['entry']}.{more}")


def _open(reason: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("a comparison",)))
