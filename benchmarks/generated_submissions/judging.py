"""Grades generated submissions and compares what was found with what should be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generated_submissions.making import SHEET, Generated, written


@dataclass(frozen=True)
class Difference:
    """A verdict that is not among those that are right to give."""

    submission: str
    theme: str
    question: str
    answer: str
    what: str

    def __str__(self) -> str:
        return f"{self.submission} ({self.theme}) {self.question}, {self.answer}: {self.what}"


def answer_key() -> dict[str, Any]:
    """Return the answer key of the worksheet."""
    from worksheets.building.key import key
    from worksheets.sheet import read_source

    return key(read_source(SHEET).resolve())


def graded(
    submissions: Sequence[Generated], folder: Path, *, isolation: str = "namespaces", seed: int = 11
) -> dict[str, Mapping[str, Any]]:
    """Return what was found about each submission, by the student's name."""
    from checks.submissions.files import read_submissions
    from checks.submissions.grading import Grader, Settings

    found = {}
    settings = Settings(cell_seconds=5.0, call_seconds=3.0)
    with Grader(answer_key(), isolation=isolation, settings=settings, seed=seed) as grader:
        for one, path in zip(submissions, written(submissions, folder), strict=True):
            (read,) = read_submissions([path])
            found[one.name] = grader.grade(read)
    return found


def differences(submission: Generated, found: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what was found and is not right to find."""
    for question in found["questions"]:
        answer = submission.answers[question["id"]]
        low, high = (share * question["out_of"] for share in answer.share)
        what = []
        if question["status"] not in answer.statuses:
            what.append(f"{question['status']} and not {' or '.join(sorted(answer.statuses))}: {question['reason']}")
        elif answer.findings and question["finding"] not in answer.findings:
            what.append(f"{question['finding']!r} and not {' or '.join(sorted(answer.findings))}: {question['reason']}")
        if answer.mistake and question["mistake"] != answer.mistake:
            what.append(f"the mistake {question['mistake']!r} and not {answer.mistake!r}: {question['reason']}")
        if answer.group == "right" and question["mistake"]:
            what.append(f"the mistake {question['mistake']!r} in a right answer: {question['reason']}")
        highest = (question["points"] or 0.0) + question["open"]
        if not (low - 1e-9 <= highest and (question["points"] or 0.0) <= high + 1e-9):
            what.append(
                f"{question['points']} of {question['out_of']} points, {question['open']} open: {question['reason']}"
            )
        for each in what:
            yield Difference(submission.name, submission.theme, question["id"], answer.name, each)
