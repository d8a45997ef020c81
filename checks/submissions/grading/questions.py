"""Judges the answers of a submission to one variant of a worksheet, each by its kind; equal answers once."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from checks.answers.cells import formulas
from checks.submissions.files import Submission
from checks.submissions.grading.figures import drawing_calls
from checks.submissions.grading.fingerprints import fingerprint_of
from checks.submissions.grading.locate import Located, locate
from checks.submissions.grading.memo import Memo
from checks.submissions.grading.models import KeptModel
from checks.submissions.grading.outcome import PartOutcome, QuestionOutcome
from checks.submissions.grading.programs import ALL, DEFINITIONS, Judged, Programs, Settings, own_cells
from checks.submissions.grading.relevant import Outline
from checks.submissions.grading.totals import alone, missing, total, unreadable, with_points
from checks.submissions.grading.typed import TypedJudge
from checks.submissions.grading.values import ELLIPSIS, NOT_THERE, judge_value, plain, shown_number, typed_value
from checks.submissions.sandbox import Sandbox


class SheetJudge:
    """One variant of a worksheet, with all that is needed to judge answers to it."""

    def __init__(
        self,
        key: Mapping[str, Any],
        sandbox: Sandbox,
        typed: TypedJudge,
        memo: Memo,
        settings: Settings,
        seed: int,
    ) -> None:
        self.key, self.memo, self.settings = key, memo, settings
        self._typed = typed
        self._facts = {one["id"]: json.dumps(one, sort_keys=True) for one in key["questions"]}
        code = [one for one in key["questions"] if one["kind"] == "code"]
        self._setting = fingerprint_of(json.dumps([key["given"], code], sort_keys=True), repr(settings), str(seed))
        model = KeptModel(sandbox, seed, memo.folder, self._setting)
        self._programs = Programs(key, sandbox, model, settings)

    def grade(self, submission: Submission) -> dict[str, Any]:
        """Judge a submission; see `Grader.grade`."""
        if submission.problem:
            problem = submission.problem.removeprefix("it cannot be read: ").rstrip(".")
            return unreadable(self.key, f"The file could not be read: {problem}.")
        outline = Outline.of(own_cells(submission))
        located = locate(submission, outline, self.key["questions"])
        outcomes = [
            self._question(question, located[question["id"]], outline, submission) for question in self.key["questions"]
        ]
        failed = [f"{one.cell}, line {one.line}, cannot be read: {one.reason}" for one in outline.reading.unread]
        notes: list[str] = []
        if self.settings.run == ALL:
            ran = self._programs.whole(submission)
            failed, notes = ran.failed, ran.notes
        return total(self.key, outcomes, notes=notes, failed=failed)

    def _question(
        self, question: Mapping[str, Any], located: Located, outline: Outline, submission: Submission
    ) -> QuestionOutcome:
        judge = {
            "formula": self._typed_answer, "steps": self._typed_answer, "number": self._value, "choice": self._value,
            "code": self._code, "plot": self._plot,
        }.get(question["kind"], self._text)  # fmt: skip
        if _untouched(question, located, submission):
            found = missing("It is not written yet.", finding="not written yet")
        elif located.how == "several" and not located.names:
            found = alone("undecided", located.note or "Several things may be the answer; a person decides.")
        else:
            found = judge(question, located, outline, submission)
        return QuestionOutcome(
            id=question["id"],
            number=question["number"],
            kind=question["kind"],
            bonus=bool(question.get("bonus")),
            out_of=float(question["points"]),
            how=located.how,
            cells=located.cells,
            names=located.names,
            note=located.note,
            **with_points(found, float(question["points"])),
        )

    # -- kinds --

    def _typed_answer(
        self, question: Mapping[str, Any], located: Located, _outline: Outline, _submission: Submission
    ) -> dict[str, Any]:
        text = located.text.strip()
        answer = text if question["kind"] == "steps" else "\n".join(formulas(text))
        if not answer.strip():
            return missing("There is no answer yet.")
        name = fingerprint_of("typed", self._facts[question["id"]], answer)
        found = self.memo.get(name)
        if found is None:
            found = {"parts": [asdict(part) for part in self._typed.judge(question, located.text)]}
            self.memo.put(name, found)
        return {"parts": [PartOutcome(**part) for part in found["parts"]], "answer": text, "fingerprint": name}

    def _value(
        self, question: Mapping[str, Any], located: Located, outline: Outline, submission: Submission
    ) -> dict[str, Any]:
        name = located.names.get(question["variable"])
        if name is None:
            return missing("There is no answer yet.", located)
        value = typed_value(name, outline)
        why = ""
        if value is NOT_THERE:
            value, why = self._computed(question, located, outline, submission)
        if why:
            return alone("unreadable", why, "raises an error")
        shown = ""
        if value is not None and value is not ELLIPSIS:
            shown = str(value if isinstance(value, str | tuple) else shown_number(value))
        part = judge_value(question, value)
        return {
            "parts": [part],
            "answer": shown if part.finding != "missing" else "",
            "fingerprint": fingerprint_of("value", question["id"], shown) if shown else "",
        }

    def _computed(
        self, question: Mapping[str, Any], located: Located, outline: Outline, submission: Submission
    ) -> tuple[Any, str]:
        part = self._programs.part(question, located, outline)
        if part.runs and self.settings.run == DEFINITIONS:
            return None, "The number is computed by cells, and no cells were run."
        name = fingerprint_of(
            "computed", self._setting, self._programs.fingerprint(question, located, part, submission)
        )
        found = self.memo.get(name)
        if found is None:
            value, why = self._programs.value(located.names[question["variable"]], part, submission)
            found = {"value": plain(value), "why": why}
            self.memo.put(name, found)
        return found["value"], found["why"]

    def _code(
        self, question: Mapping[str, Any], located: Located, outline: Outline, submission: Submission
    ) -> dict[str, Any]:
        if not located.names:
            return missing("There is no answer yet.", located)
        if all(outline.is_stub(name) for name in located.names.values()):
            return missing("It is not written yet.", finding="not written yet")
        part = self._programs.part(question, located, outline)
        answer = self._programs.fingerprint(question, located, part, submission)
        name = fingerprint_of("code", self._setting, answer)
        known = self.memo.get(name)
        if known is None:
            judged = self._programs.judge(question, located, part, submission)
            if not any(one.status == "fault" for one in judged.parts):
                self.memo.put(name, asdict(judged))
        else:
            judged = Judged.of_json(known)
        return {"judged": judged, "fingerprint": answer, "shape": part.shape, "size": part.size}

    def _plot(
        self, question: Mapping[str, Any], located: Located, outline: Outline, submission: Submission
    ) -> dict[str, Any]:
        source = "\n\n".join(cell.source for cell in submission.code if cell.name in located.cells)
        calls = drawing_calls(source)
        if not calls:
            return missing("The cell draws nothing yet.", located)
        words = ", ".join(dict.fromkeys(calls))
        reason = f"The cell makes a figure ({words}); a person looks at it."
        return {**alone("undecided", reason), "answer": source, "fingerprint": fingerprint_of("plot", source)}

    def _text(
        self, question: Mapping[str, Any], located: Located, _outline: Outline, _submission: Submission
    ) -> dict[str, Any]:
        text = located.text.replace("*Your answer:*", "").strip()
        if not text:
            return missing("There is no answer yet.")
        plain = " ".join(text.split()).lower()
        reason = f"A person reads it ({len(text.split())} words)."
        return {**alone("undecided", reason), "answer": text, "fingerprint": fingerprint_of("text", plain)}


def _untouched(question: Mapping[str, Any], located: Located, submission: Submission) -> bool:
    """Tell whether the code cell of an answer is the one that students were given."""
    start = " ".join(question.get("start", "").split())
    if not start or len(located.cells) != 1:
        return False
    source = next((cell.source for cell in submission.code if cell.name == located.cells[0]), "")
    return " ".join(source.split()) == start
