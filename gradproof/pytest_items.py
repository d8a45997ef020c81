"""The test items of the pytest plugin: a collector for each submission, an item for each question."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from _pytest._code.code import ReprFileLocation, TerminalRepr
from _pytest._io import TerminalWriter

PASSED = frozenset({"proved", "agrees"})
FOR_A_PERSON = frozenset({"undecided", "fault"})


class Grader(Protocol):
    """What grades: the in-process face of `gradproof grade`."""

    @property
    def questions(self) -> Sequence[str]:
        """The ids of the questions, in order."""

    @property
    def labels(self) -> Sequence[str]:
        """The names of the submissions, in order."""

    def grade(self, label: str) -> Mapping[str, Any]:
        """Return the object of one submission, as it stands in results.json."""

    def close(self) -> None:
        """End what it started."""


class Run:
    """A worksheet and the submissions that are graded by it.

    Parameters
    ----------
    worksheet : str
        Its name or the path of its source.
    submissions : sequence of str
        Paths.
    isolation : {"namespaces", "limits"}
        As for `gradproof grade`.
    """

    def __init__(self, worksheet: str, submissions: Sequence[str], isolation: str) -> None:
        self.worksheet, self.isolation = worksheet, isolation
        self.submissions = tuple(submissions)
        self._grader: Grader | None = None

    @property
    def grader(self) -> Grader:
        """What grades, opened when it is first asked."""
        if self._grader is None:
            self._grader = opened(self.worksheet, [Path(text) for text in self.submissions], self.isolation)
        return self._grader

    def header(self) -> str:
        """Return what is graded, in words."""
        return f"worksheet {self.worksheet}, isolation by {self.isolation}"

    def nodes(self, session: pytest.Session) -> Iterator["SubmissionNode"]:
        """Yield a collector for each submission.

        Raises
        ------
        pytest.UsageError
            The worksheet or a submission cannot be read, or nothing can be isolated here.
        """
        for label in self.grader.labels:
            yield SubmissionNode.from_parent(session, name=label, nodeid=label, grader=self.grader)

    def close(self) -> None:
        """End what was started."""
        if self._grader is not None:
            self._grader.close()
            self._grader = None


class _Opened:
    """Submissions that were read, and the grader of their worksheet."""

    def __init__(self, key: Mapping[str, Any], submissions: Sequence[Path], isolation: str) -> None:
        from checks.submissions.files import read_submissions
        from checks.submissions.grading import Grader as Judge

        self._judge = Judge(key, isolation=isolation)
        self.questions = tuple(str(question["id"]) for question in key["questions"])
        self._submissions: dict[str, Any] = {}
        for submission in read_submissions(submissions):
            taken = submission.label in self._submissions
            self._submissions[submission.path if taken else submission.label] = submission
        self.labels = tuple(self._submissions)

    def grade(self, label: str) -> Mapping[str, Any]:
        return self._judge.grade(self._submissions[label])

    def close(self) -> None:
        self._judge.close()


def opened(worksheet: str, submissions: Sequence[Path], isolation: str) -> Grader:
    """Return what grades submissions to a worksheet.

    Raises
    ------
    pytest.UsageError
        The worksheet cannot be read, or nothing can be isolated here.
    """
    from checks.submissions.grading import KeyFormatError
    from checks.submissions.sandbox import IsolationError
    from worksheets.answer_sheet import UnknownWorksheetError
    from worksheets.source import SourceError

    try:
        return _Opened(_key(worksheet), submissions, isolation)
    except (UnknownWorksheetError, SourceError, KeyFormatError, IsolationError, OSError, ValueError) as error:
        raise pytest.UsageError(f"gradproof: {error}") from error


def _key(worksheet: str) -> Mapping[str, Any]:
    """Return the answer key of a worksheet, or the one that stands in a file of its own."""
    from worksheets import library
    from worksheets.building.key import key
    from worksheets.sheet import read_source

    if worksheet.endswith(".json"):
        found: Mapping[str, Any] = json.loads(Path(worksheet).read_text(encoding="utf-8"))
        return found
    return key(read_source(library.path_of(worksheet)).resolve())


class SubmissionNode(pytest.Collector):
    """A submission; graded when its first question is run."""

    def __init__(self, *, grader: Grader, **facts: Any) -> None:
        super().__init__(**facts)
        self._grader = grader
        self._found: dict[str, Mapping[str, Any]] | None = None

    def collect(self) -> Iterator["QuestionItem"]:
        """Yield the questions of the worksheet."""
        for place, question in enumerate(self._grader.questions):
            yield QuestionItem.from_parent(self, name=question, place=place)

    def found(self, question: str) -> Mapping[str, Any]:
        """Return what was found about a question."""
        if self._found is None:
            self._found = {one["id"]: one for one in self._grader.grade(self.name)["questions"]}
        return self._found[question]


class NoCreditError(Exception):
    """A question that was not answered rightly; its report is the verdict, not a traceback."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        super().__init__(found["reason"])
        self.found = found


class QuestionItem(pytest.Item):
    """A question of a submission: it passes, fails with the sentence, or is skipped because a person decides."""

    parent: SubmissionNode

    def __init__(self, *, place: int, **facts: Any) -> None:
        super().__init__(**facts)
        self.place = place

    def runtest(self) -> None:
        """Turn the verdict into an outcome."""
        found = self.parent.found(self.name)
        status = str(found["status"])
        told = {"submission": self.parent.name, "question": self.name, **_plain(found)}
        self.user_properties.append(("gradproof", json.dumps(told, ensure_ascii=False)))
        if status in FOR_A_PERSON:
            raise pytest.skip.Exception(
                f"{self.name}: {status}, a person decides: {found['reason']}", _use_item_location=True
            )
        if status not in PASSED:
            raise NoCreditError(found)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """Return the verdict in place of a traceback."""
        if isinstance(excinfo.value, NoCreditError):
            return _Explained(self.parent.name, self.name, excinfo.value.found)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the submission, the place of the question in the worksheet, and both as a headline."""
        return self.config.invocation_params.dir / self.parent.name, self.place, f"{self.parent.name}: {self.name}"


class _Explained(TerminalRepr):
    """The verdict on a question, for the terminal and for JUnit files."""

    def __init__(self, submission: str, question: str, found: Mapping[str, Any]) -> None:
        self.found = found
        self.reprcrash = ReprFileLocation(f"{submission}: {question}", 0, f"{found['status']}: {found['reason']}")

    def toterminal(self, tw: TerminalWriter) -> None:
        for line in explained(self.found):
            tw.line(line)


def explained(found: Mapping[str, Any]) -> list[str]:
    """Return what was found about a question as lines for a person."""
    lines = [f"{found['status']}: {found['reason']}"]
    lines += [f"  mistake: {found['mistake']}"] if found.get("mistake") else []
    lines += [f"  points: {found['points']:g}{_of(found)}"]
    lines += [f"  again: {found['reproduce']}"] if found.get("reproduce") else []
    return lines


def scores(reports: Iterable[Any]) -> list[str]:
    """Return a line for each submission: its points, and how many questions wait for a person."""
    totals: dict[str, list[float]] = {}
    for report in reports:
        for name, told in getattr(report, "user_properties", ()):
            if name == "gradproof" and report.when == "call":
                found = json.loads(told)
                total = totals.setdefault(found["submission"], [0.0, 0.0, 0])
                total[0] += found["points"] or 0.0
                total[1] += found.get("out_of") or 0.0
                total[2] += found["status"] in FOR_A_PERSON
    lines = []
    for submission, (points, out_of, waiting) in sorted(totals.items()):
        person = f", {waiting:g} question{'s' * (waiting != 1)} for a person" if waiting else ""
        lines.append(f"{submission}: {points:g} of {out_of:g} points{person}")
    return lines


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("status", "points", "out_of", "reason", "mistake")
    return {key: found[key] for key in keys if key in found}


def _of(found: Mapping[str, Any]) -> str:
    return f" of {found['out_of']:g}" if found.get("out_of") else ""
