"""What code does besides returning right values: changes its inputs, differs from call to call, loops, overflows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, draw
from checks.answers.inputs import sizes_of
from checks.submissions.judging import inputs as drawing
from checks.submissions.judging.calling import Trouble, as_numbers, results
from checks.submissions.judging.comparing import DOUBT, Found, Side, agrees, counterexample, is_short
from checks.submissions.judging.judgement import Note
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Expected
from checks.submissions.judging.trial import Trial
from checks.verdict import Status

Array = npt.NDArray[Any]

FEW, MANY = 8, 64
"""Lengths of a batch between which the count of bytecodes of vectorised code does not change."""

STEPS = 3.0
"""So many bytecodes for each further sample are a loop; code that is vectorised takes none."""
REPEATED = 1e-9


def notes(trial: Trial, expected: Expected, changed: Sequence[int]) -> dict[str, tuple[Note, ...]]:
    """Return what is worth saying about right answers to a probe, for each result; the first has what is about all."""
    probe = expected.probe
    said: dict[str, list[Note]] = {name: [] for name in expected.names}
    first = said[expected.names[0]]
    if changed:
        which = " and ".join(probe.inputs[place].name for place in sorted(changed) if place < len(probe.inputs))
        sentence = f"{trial.shown(probe)} changes its input {which}: whoever calls it loses the old values."
        first.append(Note(Kind.CHANGED, sentence))
    _at_extremes(trial, expected, said)
    _at_ties(trial, expected, said)
    first += _loops(trial, probe)
    return {name: tuple(found) for name, found in said.items()}


def repeated(trial: Trial, expected: Expected, first: Sequence[Any], judged: Mapping[str, Found]) -> dict[str, Found]:
    """Call again with the first inputs; return what is found about each result that is another one then.

    Parameters
    ----------
    first:
        What the calls gave for the samples.
    judged:
        What was found about the results so far: a refutation stays one, and is explained.
    """
    probe, samples = expected.probe, expected.samples[:1]
    later = [trial.play(probe, samples) for _ in range(2)]
    if any(played.trouble is not None for played in later):
        return {}
    values = [first[0], *(played.values[0] for played in later)]
    found: dict[str, Found] = {}
    for name, before_that in judged.items():
        numbers = [one for value in values if not isinstance(one := _result(value, expected, name), Trouble)]
        if len(numbers) < len(values) or len({one.shape for one in numbers}) > 1:
            continue
        before, again, once_more = (np.asarray(one, dtype=float) for one in numbers)
        if _same(before, again) and _same(again, once_more):
            continue
        kept = _same(again, once_more) or _same(once_more - again, before)
        kind = Kind.STATE if kept else Kind.RANDOM
        shown = shown_result(trial, expected, name)
        verdict = before_that.verdict
        if verdict.status.earns_credit:
            right = expected.results[0][name]
            wrong = next(
                (one for one in (again, once_more) if one.shape == right.shape and not _near(one, right)), None
            )
            if wrong is None:
                continue
            verdict = counterexample(Side(shown, (wrong,), (right,)), 0, probe, samples)
        if verdict.status is Status.REFUTED:
            why = "it keeps something of the calls before" if kept else "equal inputs do not give equal results"
            sentence = f"{shown} is not always the same: {why}. {verdict.reason}"
            found[name] = Found(kind, replace(verdict, reason=sentence))
    return found


def _at_extremes(trial: Trial, expected: Expected, said: dict[str, list[Note]]) -> None:
    """Look at large inputs, for which the model is finite: no points hang on what the question did not ask for."""
    probe = expected.probe
    for inputs, right in zip(expected.extreme, expected.at_extreme, strict=True):
        played = trial.play(probe, (inputs,))
        large = " and ".join(
            one.name
            for one, value in zip(probe.inputs, inputs, strict=True)
            if value.size and float(np.max(np.abs(value))) >= drawing.LARGE_ENOUGH
        )
        if played.trouble is not None:
            if played.trouble.kind is Kind.RAISES:
                sentence = f"For large {large} (±800) it fails: {played.trouble.sentence}"
                said[expected.names[0]].append(Note(Kind.UNSTABLE, sentence))
            return
        for name, notes in said.items():
            value = _result(played.values[0], expected, name)
            if isinstance(value, Trouble) or value.shape != right[name].shape:
                continue
            shown = shown_result(trial, expected, name)
            if any(note.kind is Kind.UNSTABLE for note in notes):
                continue
            if not np.all(np.isfinite(value.astype(float))):
                notes.append(Note(Kind.UNSTABLE, f"{shown} is not finite for large {large} (±800); the model is."))
            elif not agrees((value,), (right[name],), DOUBT) and not is_short((value,)):
                sentence = f"{shown} is wrong for large {large} (±800), though right for ordinary numbers."
                notes.append(Note(Kind.UNSTABLE, sentence))


def _at_ties(trial: Trial, expected: Expected, said: dict[str, list[Note]]) -> None:
    for inputs, right in zip(expected.tied, expected.at_ties, strict=True):
        played = trial.play(expected.probe, (inputs,))
        if played.trouble is not None:
            return
        for name, notes in said.items():
            value = _result(played.values[0], expected, name)
            if isinstance(value, Trouble) or value.shape != right[name].shape:
                continue
            if not agrees((value,), (right[name],), DOUBT) and not any(note.kind is Kind.TIES for note in notes):
                shown = shown_result(trial, expected, name)
                notes.append(Note(Kind.TIES, f"{shown} differs from the model where numbers are equal or zero."))


def _loops(trial: Trial, probe: Probe) -> Iterator[Note]:
    """Count bytecodes for a short and a long batch: a count does not depend on how busy the machine is."""
    batch = next(
        (size for one in probe.inputs if len(one.shape) > 1 or len(probe.inputs) == 1 for size in one.shape[:1]), ""
    )
    if not batch or batch.isdigit():
        return
    counts = []
    for length in (FEW, MANY):
        sizes = {size: length if size == batch else 4 + place for place, size in enumerate(sizes_of(probe.inputs))}
        rng = np.random.default_rng(length)
        counts.append(trial.count(probe, [draw(one, sizes, rng) for one in probe.inputs]))
    few, many = counts
    steps = (many - few) / (MANY - FEW) if few and many else 0.0
    if steps >= STEPS:
        sentence = (
            f"{trial.shown(probe)} goes through samples one by one: each takes {steps:.0f} further steps of Python."
        )
        yield Note(Kind.SLOW, sentence)


def _result(value: Any, expected: Expected, name: str) -> Array | Trouble:
    parts = results(value, expected.names)
    return parts if isinstance(parts, Trouble) else as_numbers(parts[name])


def _near(one: Array, other: Array) -> bool:
    return bool(np.all(np.isfinite(one))) and _same(one, other, DOUBT)


def _same(one: Array, other: Array, tolerance: float = REPEATED) -> bool:
    return one.shape == other.shape and agrees((one,), (np.asarray(other, dtype=float),), tolerance)


def shown_result(trial: Trial, expected: Expected, name: str) -> str:
    """Return the name of a result in sentences."""
    shown = trial.shown(expected.probe)
    if not name:
        return shown
    return f"result {int(name) + 1} of {shown}" if name.isdigit() else f"{name} of {shown}"
