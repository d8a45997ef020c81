"""Tables for course systems: Canvas, Moodle, nbgrader, and one with the points of each question."""

import csv
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Self

from worksheets.grading.run import Row
from worksheets.grading.whole import whole_file
from worksheets.grading.words import points

TABLES = ("canvas", "moodle", "nbgrader", "points")

Line = Callable[[Row, dict[str, Any]], list[str]]

_CANVAS_ID = re.compile(r"[^_]+(?:_LATE)?_(\d+)_\d+_.+", re.IGNORECASE)
_MOODLE_ID = re.compile(r".+_(\d+)_assignsubmission_(?:file|onlinetext)_?")

NBGRADER = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip
MOODLE = (
    "Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip


class Gradebooks:
    """Writes the tables, a line for each submission, into a folder; they take their places when the block ends well."""

    def __init__(self, out: Path, key: dict[str, Any]) -> None:
        self._out, self._key = out, key
        self._stack = ExitStack()
        self._tables: list[tuple[Any, Line]] = []

    def __enter__(self) -> Self:
        title = str(self._key.get("title") or self._key["worksheet"])
        possible = points(self._key["points"])
        questions = self._key["questions"]
        self._open("canvas.csv", self._canvas, ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title])
        self._tables[-1][0].writerow(["    Points Possible", "", "", "", "", possible])
        self._open("moodle.csv", self._moodle, MOODLE)
        self._open("nbgrader.csv", self._nbgrader, NBGRADER)
        self._open("points.csv", self._points, ["submission", "score", "open", "out_of", *(q["id"] for q in questions)])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, row: Row, outcome: dict[str, Any]) -> None:
        """Write the lines of a submission."""
        for table, line in self._tables:
            table.writerow([harmless(cell) for cell in line(row, outcome)])

    def _open(self, name: str, line: Line, head: Any) -> None:
        file = self._stack.enter_context(whole_file(self._out / name, newline=""))
        table = csv.writer(file)
        table.writerow(head)
        self._tables.append((table, line))

    def _canvas(self, row: Row, outcome: dict[str, Any]) -> list[str]:
        return [row.label, _id_of(_CANVAS_ID, row.path), "", "", "", points(outcome["score"])]

    def _moodle(self, row: Row, outcome: dict[str, Any]) -> list[str]:
        number = _id_of(_MOODLE_ID, row.path)
        identifier = f"Participant {number}" if number else ""
        left = f" {points(outcome['open'])} more points wait for a person." if outcome["open"] else ""
        comment = f"{outcome['reason']}{left}"
        score, whole = points(outcome["score"]), points(outcome["out_of"])
        return [identifier, row.label, "", "", score, whole, "Yes", "", "", comment]

    def _nbgrader(self, row: Row, outcome: dict[str, Any]) -> list[str]:
        score, whole = str(outcome["score"]), str(outcome["out_of"])
        return [self._key["worksheet"], "", "", row.student or row.label, "", "", "", score, "0.0", score, whole]

    def _points(self, row: Row, outcome: dict[str, Any]) -> list[str]:
        every = {one["id"]: one["points"] for one in outcome["questions"]}
        each = ["" if every.get(one["id"]) is None else points(every[one["id"]]) for one in self._key["questions"]]
        return [row.label, points(outcome["score"]), points(outcome["open"]), points(outcome["out_of"]), *each]


def harmless(cell: str) -> str:
    """Return the text of a cell so that no spreadsheet takes it for a formula: labels come from files of students."""
    return f"'{cell}" if re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell) else cell


def _id_of(pattern: re.Pattern[str], path: str) -> str:
    """Return the number of a student that a course system put into the name of a file or folder."""
    for part in reversed(PurePath(path).parts):
        found = pattern.fullmatch(part)
        if found:
            return found[1]
    return ""
