"""Says why results are not right: another convention, a factor, or a mistake that is known by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.submissions.judging import mistakes
from checks.submissions.judging.behaviour import shown_result
from checks.submissions.judging.comparing import Found, Side, compare
from checks.submissions.judging.conventions import Convention, Given, readings, same_but_for_shape, shape_matters
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Expected
from checks.submissions.judging.trial import Trial
from checks.verdict import Attempt, Status, Verdict

Array = npt.NDArray[Any]

EXPLAINED = frozenset({Kind.WRONG, Kind.SHAPE, Kind.NOT_FINITE})


@dataclass(frozen=True)
class Read:
    """Results in another convention: what was found with it, and whether the question allows it."""

    convention: Convention
    found: dict[str, Found]
    allowed: bool
    sentence: str


def explained(
    trial: Trial, expected: Expected, given: Mapping[str, Sequence[Array]], found: Mapping[str, Found]
) -> dict[str, Found]:
    """Return what is found about the results of a probe, with the reason for those that are not right.

    Parameters
    ----------
    trial, expected:
        The code and what is right.
    given:
        For each result what came, for each sample; results that are no numbers are not in it.
    found:
        What the comparison said.
    """
    open_ = {name: one for name, one in found.items() if one.kind in EXPLAINED and name in given}
    if not open_:
        return dict(found)
    told = dict(found)
    for name, one in open_.items():
        mistake = mistakes.planted(expected, name, given[name])
        if mistake:
            told[name] = _named(one, Kind.MISTAKE, mistake)
        elif one.kind is Kind.SHAPE:
            told[name] = _of_shape(trial, expected, name, given[name], one)
    left = {name for name in open_ if told[name] is found[name]}
    if not left:
        return told
    if left == set(open_) and set(given) == set(found):
        whole = tuple({name: given[name][number] for name in given} for number in range(len(expected.samples)))
        read = in_another_convention(trial, expected, whole)
        if read is not None:
            return read.found if read.allowed else {name: forbidden(read, one) for name, one in found.items()}
    for name in left:
        why = mistakes.explain(expected, name, given[name])
        if why is not None:
            told[name] = _named(found[name], *why)
    return told


def in_another_convention(trial: Trial, expected: Expected, given: Given | None) -> Read | None:
    """Return the results in the first convention that makes all of them right; None if none does.

    Parameters
    ----------
    given:
        What came for the hidden inputs; None if the calls failed.
    """
    for reading in readings(trial, expected, given):
        convention = reading.convention
        allowed = convention.is_allowed(trial.question)
        told: dict[str, Found] = {}
        for name in expected.names:
            side = Side(
                shown_result(trial, expected, name),
                tuple(
                    np.reshape(one[name], right[name].shape)
                    for one, right in zip(reading.given, expected.results, strict=True)
                ),
                tuple(one[name] for one in expected.results),
                tuple(one[name] for one in expected.noise),
            )
            right = compare(side, expected.probe, expected.samples)
            if not right.verdict.status.earns_credit:
                return None
            told[name] = _allowed(right, side.shown, convention) if allowed else _left_open(side.shown, convention)
        wanted = trial.question.conventions.get(convention.category)
        asked = f"the question asks for {wanted}" if wanted else "the question counts that as wrong"
        return Read(convention, told, allowed is not False, f"It would be right with {convention.value}; {asked}.")
    return None


def _allowed(right: Found, shown: str, convention: Convention) -> Found:
    sentence = f"{shown} is right with {convention.value}."
    return Found(Kind.CONVENTION, replace(right.verdict, reason=sentence), convention.value)


def _left_open(shown: str, convention: Convention) -> Found:
    sentence = f"{shown} is right with {convention.value}, of which the question says nothing: a person decides."
    verdict = Verdict(status=Status.UNDECIDED, reason=sentence, evidence=Attempt(tried=("other conventions",)))
    return Found(Kind.CONVENTION, verdict, convention.value)


def forbidden(read: Read, one: Found) -> Found:
    """Return what is said where the question prescribes another convention: the verdict stands, and is explained."""
    if one.verdict.status.earns_credit:
        return one
    reason = f"{read.sentence} {one.verdict.reason}"
    return Found(Kind.CONVENTION, replace(one.verdict, reason=reason), read.convention.value)


def _of_shape(trial: Trial, expected: Expected, name: str, given: Sequence[Array], one: Found) -> Found:
    """Return what is found about a result of another shape: right all the same, if that is only a matter of form."""
    wanted = [result[name] for result in expected.results]
    if not same_but_for_shape(given, wanted):
        return one
    if shape_matters(expected, name):
        verdict = one.verdict
        return Found(Kind.SHAPE, replace(verdict, reason=f"{verdict.reason} The numbers are right."))
    shape = next(came.shape for came, right in zip(given, wanted, strict=True) if came.shape != right.shape)
    as_wanted = next(right.shape for came, right in zip(given, wanted, strict=True) if came.shape != right.shape)
    side = Side(
        shown_result(trial, expected, name),
        tuple(came.reshape(right.shape) for came, right in zip(given, wanted, strict=True)),
        tuple(wanted),
        tuple(result[name] for result in expected.noise),
    )
    right = compare(side, expected.probe, expected.samples)
    if not right.verdict.status.earns_credit:
        return one
    return _allowed(right, side.shown, Convention("shape", f"the shape {shape} for {as_wanted}"))


def _named(one: Found, kind: Kind, mistake: str) -> Found:
    """Return what was found with the name of its mistake."""
    verdict: Verdict = one.verdict
    said = f"{verdict.reason} The mistake: {mistake}."
    return Found(kind, replace(verdict, reason=said, mistake=mistake))
