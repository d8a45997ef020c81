"""What one part of an answer says about another: a gradient of a wrong forward pass, a result that only overflows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Probe, Samples
from checks.submissions.judging.calling import Trouble, as_numbers, gone, results
from checks.submissions.judging.comparing import unreadable
from checks.submissions.judging.forward import Call, Relation, is_gradient
from checks.submissions.judging.judgement import Part
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Expected
from checks.submissions.judging.probing import judge_probe, part_name
from checks.submissions.judging.trial import Trial
from checks.submissions.sandbox import PlayerGoneError
from checks.verdict import Status

Array = npt.NDArray[Any]
Judged = list[tuple[Expected, list[Part]]]

_FOLLOWING = frozenset(
    {Kind.RAISES, Kind.SHAPE, Kind.NOT_FINITE, Kind.UNSTABLE, Kind.NONE, Kind.NOT_WRITTEN, Kind.MISTAKE}
)
"""What a wrong answer to an earlier question may lead to, besides a wrong value."""


def drawn(trial: Trial, judged: Judged) -> Judged:
    """Return the parts of all probes, with what follows from the others."""
    judged = [
        (expected, [_of_own_forward(trial, judged, expected, part) for part in parts]) for expected, parts in judged
    ]
    judged = [
        (expected, [_only_unstable(trial, judged, expected, part) for part in parts]) for expected, parts in judged
    ]
    return _of_earlier_answers(trial, judged)


def _of_earlier_answers(trial: Trial, judged: Judged) -> Judged:
    """Leave to a person what is right with the model's answers to earlier questions in place of the student's."""
    earlier = trial.question.earlier(keep=trial.names.values())
    if not earlier or not trial.has_time or not any(_may_follow(part) for _, parts in judged for part in parts):
        return judged
    try:
        trial.player.load(earlier, more=True)
    except PlayerGoneError as error:
        trial.gone = gone(error, "the submission")
        return judged
    return [(expected, _again(trial, expected, parts)) for expected, parts in judged]


def _may_follow(part: Part) -> bool:
    return part.verdict.status is Status.REFUTED or part.kind in _FOLLOWING


def _again(trial: Trial, expected: Expected, parts: list[Part]) -> list[Part]:
    if not any(_may_follow(part) for part in parts):
        return parts
    now = {part.name: part for part in judge_probe(trial, expected)}
    if not all(part.verdict.status.earns_credit for part in now.values()):
        return parts
    found = []
    for part in parts:
        if not _may_follow(part):
            found.append(part)
            continue
        why = "It is right with the model's answers to earlier questions: the mistake was made there."
        one = unreadable(Kind.EARLIER, f"{why} {part.verdict.reason}")
        found.append(replace(part, kind=one.kind, verdict=one.verdict))
    return found


def _of_own_forward(trial: Trial, judged: Judged, expected: Expected, part: Part) -> Part:
    """Leave a gradient to a person that is wrong, but right for the student's own wrong function."""
    if part.verdict.status is not Status.REFUTED:
        return part
    for relation in expected.relations:
        if part.name != part_name(expected.probe, relation.gradient):
            continue
        inside = relation.value in expected.names
        value = part_name(expected.probe, relation.value) if inside else relation.value
        probe = expected.probe if inside else _probe_of(judged, relation.value)
        wrong = [
            one for _, parts in judged for one in parts if one.name == value and one.verdict.status is Status.REFUTED
        ]
        if probe is None or not wrong:
            continue
        given = _given(trial, expected, relation.gradient)
        if given is None or not is_gradient(
            relation, expected.samples, given, _call(trial, probe, relation, inside=inside)
        ):
            continue
        of = f"{relation.value} of {trial.shown(probe)}" if inside else trial.own(relation.value)
        by = expected.probe.inputs[relation.place].name
        sentence = (
            f"{trial.shown(expected.probe)} gives the derivative by {by} of the student's own {of}, which is wrong: "
            f"the mistake is made once, before it. {part.verdict.reason}"
        )
        found = unreadable(Kind.OWN_FORWARD, sentence)
        return replace(part, kind=found.kind, verdict=found.verdict)
    return part


def _probe_of(judged: Judged, name: str) -> Probe | None:
    return next((expected.probe for expected, _ in judged if expected.probe.name == name), None)


def _given(trial: Trial, expected: Expected, name: str) -> Sequence[Array] | None:
    came = _arrays(trial, expected.probe, expected.names, expected.samples)
    return None if came is None else [one[name] for one in came]


def _call(trial: Trial, probe: Probe, relation: Relation, *, inside: bool) -> Call:
    def call(samples: Samples) -> Sequence[Mapping[str, Array]] | None:
        names = None if inside else ("",)
        came = _arrays(trial, probe, names, samples)
        if came is None:
            return None
        return came if inside else [{relation.value: one[""]} for one in came]

    return call


def _arrays(trial: Trial, probe: Probe, names: Sequence[str] | None, samples: Samples) -> list[dict[str, Array]] | None:
    played = trial.play(probe, samples)
    if played.trouble is not None:
        return None
    found = []
    for value in played.values:
        wanted = list(value) if names is None and isinstance(value, Mapping) else list(names or ("",))
        parts = results(value, wanted)
        if isinstance(parts, Trouble):
            return None
        numbers = {name: as_numbers(parts[name]) for name in wanted}
        arrays = {name: np.asarray(one, dtype=float) for name, one in numbers.items() if not isinstance(one, Trouble)}
        if len(arrays) < len(numbers):
            return None
        found.append(arrays)
    return found


def _only_unstable(trial: Trial, judged: Judged, expected: Expected, part: Part) -> Part:
    """Call a result unstable that is no number for one probe, and right for another one of the same functions."""
    if part.kind is not Kind.NOT_FINITE:
        return part
    functions = trial.question.wanted_by(expected.probe)
    for other, parts in judged:
        same = other is not expected and trial.question.wanted_by(other.probe) == functions
        if same and all(one.verdict.status.earns_credit for one in parts):
            return replace(part, kind=Kind.UNSTABLE)
    return part
