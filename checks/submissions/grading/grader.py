"""Grades a submission: finds the answer to each question, judges it by its kind, and adds up the points.

with Grader(key) as grader:
    outcome = grader.grade(submission)
"""

import contextlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from checks.submissions.files import Submission
from checks.submissions.grading.memo import Memo
from checks.submissions.grading.programs import Settings, modules_of
from checks.submissions.grading.questions import SheetJudge
from checks.submissions.grading.typed import TypedJudge
from checks.submissions.sandbox import Sandbox

VARIANTS = 16
"""How many variants of a worksheet a grader keeps ready."""


class KeyFormatError(ValueError):
    """What should be an answer key is none."""


def checked_key(found: Any) -> dict[str, Any]:
    """Return an answer key, the object of `key.json`.

    Raises
    ------
    KeyFormatError
        It is something else.
    """
    if not isinstance(found, dict) or not isinstance(found.get("questions"), list) or "worksheet" not in found:
        raise KeyFormatError("it is no answer key; `gradproof worksheet build` writes one as key.json")
    if found.get("format") != 1:
        raise KeyFormatError(f"it is an answer key of format {found.get('format')!r}; this version reads format 1")
    for question in found["questions"]:
        missing = [name for name in ("id", "kind", "number", "points", "cells") if name not in question]
        if missing:
            raise KeyFormatError(f"a question of the answer key has no {missing[0]!r}; build the worksheet again")
    return found


class Grader:
    """Judges submissions to one worksheet, one after the other.

    Parameters
    ----------
    key:
        The answer key, as `json.load` reads it.
    isolation:
        `namespaces`, or `limits` where the system has none and that is accepted.
    settings:
        How code is run.
    seed:
        Of the hidden inputs; a new one if None.
    folder:
        Where judgements are kept for other processes and later runs; None keeps them in memory.

    Attributes
    ----------
    memo : Memo
        What was judged, and how often an answer was known already.

    Raises
    ------
    KeyFormatError
        The key is none.
    IsolationError
        Submissions cannot be isolated here; nothing was run.
    """

    def __init__(
        self,
        key: Mapping[str, Any],
        *,
        isolation: str = "namespaces",
        settings: Settings | None = None,
        seed: int | None = None,
        folder: Path | None = None,
    ) -> None:
        key = checked_key(key)
        self.settings = settings or Settings()
        self.seed = secrets.randbits(32) if seed is None else seed
        self.memo = Memo(folder)
        self._resources = contextlib.ExitStack()
        self._sandbox = self._resources.enter_context(Sandbox(isolation, preload=modules_of(key)))
        self._typed = self._resources.enter_context(TypedJudge())
        self._sheets: OrderedDict[int, SheetJudge] = OrderedDict()
        self._keys = key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self._resources.close()

    def grade(self, submission: Submission, key: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Judge a submission.

        Parameters
        ----------
        submission:
            As `read_submissions` gives it.
        key:
            That of the student's own variant of the worksheet, where there are variants.

        Returns
        -------
        dict
            Ready for JSON: `status`, `reason`, `score`, `out_of`, `open` (points that a person decides about), `bonus`,
            `questions` (see `QuestionOutcome`), `notes`, `failed` (cells that failed, with `--run all`).
        """
        return self._sheet(key if key is not None else self._keys).grade(submission)

    def _sheet(self, key: Mapping[str, Any]) -> SheetJudge:
        sheet = self._sheets.get(id(key))
        if sheet is None:
            sheet = SheetJudge(checked_key(key), self._sandbox, self._typed, self.memo, self.settings, self.seed)
            self._sheets[id(key)] = sheet
            while len(self._sheets) > VARIANTS:
                self._sheets.popitem(last=False)
        return sheet
