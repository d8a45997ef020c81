"""Judges what code returns for one probe: each result that was asked for, or the trouble that came instead."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, judge_outputs
from checks.answers.probes import named
from checks.submissions.judging import behaviour
from checks.submissions.judging.apart import errors_of
from checks.submissions.judging.calling import Played, Trouble, results, trouble_of
from checks.submissions.judging.comparing import Found, Side, compare, numbers_of, unreadable
from checks.submissions.judging.explaining import explained, forbidden, in_another_convention
from checks.submissions.judging.judgement import Note, Part
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Expected
from checks.submissions.judging.trial import Trial
from checks.verdict import Status

Array = npt.NDArray[Any]

BY_CONVENTION = frozenset({Kind.RAISES, Kind.SIGNATURE, Kind.SHAPE, Kind.TOO_LITTLE})
"""What another convention may lead to."""


def judge_probe(trial: Trial, expected: Expected) -> list[Part]:
    """Return the parts of a probe: one for each result, or a single one where there are none.

    Parameters
    ----------
    trial:
        The code.
    expected:
        What is right.
    """
    probe = expected.probe
    if expected.fault:
        sentence = f"{probe.name} cannot be judged: {expected.fault.rstrip('.')}."
        return [_part(probe.name, unreadable(Kind.FAULT, sentence))]
    missing = trial.missing(probe)
    if missing is not None:
        return [_part(probe.name, _of_trouble(missing))]
    played = trial.play(probe, expected.samples)
    if played.trouble is not None:
        return _in_trouble(trial, expected, played.trouble)
    if probe.accept:
        return [_by_conditions(trial, expected, played)]
    by_name = _by_name(played, expected, trial.shown(probe))
    if isinstance(by_name, Trouble):
        return [_part(probe.name, _of_trouble(by_name))]
    given = {
        name: numbers_of(behaviour.shown_result(trial, expected, name), values) for name, values in by_name.items()
    }
    found = {name: _of_result(trial, expected, name, values) for name, values in given.items()}
    if trial.has_time:
        found |= behaviour.repeated(trial, expected, played.values, found)
    arrays = {name: values for name, values in given.items() if not isinstance(values, Trouble)}
    found = _in_order(trial, probe, explained(trial, expected, arrays, found))
    said: dict[str, tuple[Note, ...]] = {}
    if trial.has_time and all(one.verdict.status.earns_credit for one in found.values()):
        said = behaviour.notes(trial, expected, sorted(played.changed))
    return _parts(expected, found, said)


def _in_order(trial: Trial, probe: Probe, found: dict[str, Found]) -> dict[str, Found]:
    """Return what is found, with a word on arguments that the student has in another order, under the same names."""
    if not trial.keywords(probe):
        return found
    order = f"the arguments in the order ({', '.join(trial.parameters(probe) or ())})"
    return {
        name: Found(Kind.CONVENTION, one.verdict, order) if one.kind is Kind.RIGHT else one
        for name, one in found.items()
    }


def _parts(expected: Expected, found: Mapping[str, Found], said: Mapping[str, tuple[Note, ...]]) -> list[Part]:
    return [_part(part_name(expected.probe, name), one, said.get(name, ())) for name, one in found.items()]


def _in_trouble(trial: Trial, expected: Expected, trouble: Trouble) -> list[Part]:
    """Return the parts of a probe whose calls failed: right, if another convention makes them work."""
    whole = _of_trouble(trouble)
    if trouble.kind in BY_CONVENTION and not expected.probe.accept:
        read = in_another_convention(trial, expected, None)
        if read is not None and read.allowed:
            return _parts(expected, read.found, {})
        if read is not None:
            whole = forbidden(read, whole)
    apart = {} if trouble.gone or trouble.kind is Kind.TIME else _apart(trial, expected)
    return _parts(expected, apart, {}) if apart else [_part(expected.probe.name, whole)]


def _apart(trial: Trial, expected: Expected) -> dict[str, Found]:
    """Return what is found about each result where the adapter as a whole fails; nothing if none of them is right."""
    probe = expected.probe
    played = trial.play(probe, expected.samples) if trial.take_apart(probe) else None
    by_name = None if played is None or played.trouble else _by_name(played, expected, trial.shown(probe))
    if played is None or by_name is None or isinstance(by_name, Trouble):
        return {}
    errors, on_the_way = errors_of(played.values, expected.names)
    found: dict[str, Found] = {}
    arrays: dict[str, tuple[Array, ...]] = {}
    for name, values in by_name.items():
        numbers = numbers_of(behaviour.shown_result(trial, expected, name), values)
        error = errors.get(name)
        if error is None:
            found[name] = _of_result(trial, expected, name, numbers)
        if error is None and not isinstance(numbers, Trouble):
            arrays[name] = numbers
        # What was left as it was by a step that failed is not wrong, but not there.
        error = error or (None if name in found and found[name].verdict.status.earns_credit else on_the_way)
        said = trouble_of(error, trial.shown(probe), trial.seconds, trial.loaded) if error else None
        if said is not None:
            found[name] = _of_trouble(said)
            arrays.pop(name, None)
    if trial.has_time:
        found |= behaviour.repeated(trial, expected, played.values, found)
    right = any(one.verdict.status.earns_credit for one in found.values())
    return explained(trial, expected, arrays, found) if right else {}


def part_name(probe: Probe, result: str) -> str:
    """Return the name of the part that is about a result of a probe."""
    return f"{probe.name}: {result}" if result else probe.name


def _by_name(played: Played, expected: Expected, shown: str) -> dict[str, list[Any]] | Trouble:
    """Return the values of each result over all samples."""
    collected: dict[str, list[Any]] = {name: [] for name in expected.names}
    for value in played.values:
        parts = results(value, expected.names)
        if isinstance(parts, Trouble):
            return Trouble(parts.kind, f"{shown} {parts.sentence}.")
        for name, known in collected.items():
            known.append(parts[name])
    return collected


def _of_result(trial: Trial, expected: Expected, name: str, given: tuple[Array, ...] | Trouble) -> Found:
    probe = expected.probe
    shown = behaviour.shown_result(trial, expected, name)
    if isinstance(given, Trouble):
        return _of_trouble(given)
    side = Side(
        shown,
        given,
        tuple(one[name] for one in expected.results),
        tuple(one[name] for one in expected.noise),
        "the derivation and the model" if expected.derived else "the model",
    )
    return compare(side, probe, expected.samples, lambda number: trial.line(probe, expected.samples[number]))


def _by_conditions(trial: Trial, expected: Expected, played: Played) -> Part:
    """Judge results that need not equal the model's but fulfil conditions."""
    probe = expected.probe
    given = []
    for value in played.values:
        if value is None:
            return _part(probe.name, _of_trouble(Trouble(Kind.NONE, f"{trial.shown(probe)} gives None.")))
        given.append(named(value))
    wanted = [{condition.name: np.zeros(()) for condition in probe.accept}] * len(given)
    verdict = judge_outputs(probe, given, wanted, expected.samples)
    kind = {Status.PROVED: Kind.RIGHT, Status.REFUTED: Kind.WRONG}.get(verdict.status, Kind.NO_NUMBERS)
    return Part(probe.name, kind, verdict)


def _of_trouble(trouble: Trouble) -> Found:
    return unreadable(trouble.kind, trouble.sentence, "the value that was asked for", trouble.output[-200:])


def _part(name: str, found: Found, notes: tuple[Note, ...] = ()) -> Part:
    return Part(name, found.kind, found.verdict, notes=notes, convention=found.convention)
