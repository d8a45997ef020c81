"""Generated submissions: the verdict that is right on every question, and nobody wrongly marked down."""

from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def problems(making: ModuleType, judging: ModuleType, answers: list[Any], folder: Path, count: int, seed: int) -> None:
    submissions = making.generated(answers, count, seed)
    assert len(submissions) == count
    found = judging.graded(submissions, folder)
    off = [str(one) for submission in submissions for one in judging.differences(submission, found[submission.name])]
    assert off == []
    judged = Counter(question["status"] for one in found.values() for question in one["questions"])
    assert judged.total() == 8 * count
    assert {"proved", "agrees", "refuted", "unreadable", "undecided"} <= set(judged)


@pytest.mark.usefixtures("isolated")
def test_forty_submissions_of_all_groups_get_the_right_verdicts(
    making: ModuleType, judging: ModuleType, answers: list[Any], tmp_path: Path
) -> None:
    groups = {one.group for one in making.generated(answers, 40, 3)}
    assert groups == {"mistake", "failure", "circumstance"}
    problems(making, judging, answers, tmp_path, 40, 3)


@pytest.mark.slow
@pytest.mark.usefixtures("isolated")
def test_two_hundred_submissions_get_the_right_verdicts(
    making: ModuleType, judging: ModuleType, answers: list[Any], tmp_path: Path
) -> None:
    problems(making, judging, answers, tmp_path, 200, 7)


def test_the_same_seed_makes_the_same_submissions(making: ModuleType, answers: list[Any]) -> None:
    first, second, other = (making.generated(answers, 30, seed) for seed in (1, 1, 2))
    assert [one.files for one in first] == [one.files for one in second]
    assert [one.files for one in first] != [one.files for one in other]


def test_a_wrong_verdict_is_seen(making: ModuleType, judging: ModuleType, answers: list[Any]) -> None:
    """What compares must be able to fail: verdicts that are planted wrong are told, right ones are not."""
    one = making.generated([answer for answer in answers if answer.group == "right"], 38, 1)[-1]
    assert one.group == "right"
    right = {"id": "sigmoid-code", "status": "agrees", "finding": "", "points": 2.0, "out_of": 2.0, "open": 0.0}
    right |= {"reason": "It agrees.", "mistake": None}
    assert list(judging.differences(one, {"questions": [right]})) == []
    for off in (
        {"status": "refuted"},
        {"points": 1.0},
        {"status": "undecided", "points": None, "open": 2.0},
        {"mistake": "sign"},
    ):
        assert list(judging.differences(one, {"questions": [right | off]}))


def test_a_mistake_without_its_name_is_seen(making: ModuleType, judging: ModuleType, answers: list[Any]) -> None:
    slip = next(one for one in answers if one.name == "the sign of the derivative")
    one = making.Generated("ann", "mistake", slip.name, {}, {"sigmoid-code": slip})
    found = {"id": "sigmoid-code", "status": "refuted", "finding": "wrong value", "points": 1.0, "out_of": 2.0}
    found |= {"open": 0.0, "reason": "It differs."}
    assert list(judging.differences(one, {"questions": [found | {"mistake": slip.mistake}]})) == []
    for name in (None, "sign inside the bracket"):
        (off,) = judging.differences(one, {"questions": [found | {"mistake": name}]})
        assert "and not 'inner derivative of e^(-x) forgotten (sign)'" in str(off)
