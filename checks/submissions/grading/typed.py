"""Judges formulas and derivations that students typed, in a process with limits; what it says shows no right answer."""

import json
import re
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from checks.answers.cells import PLACEHOLDER, formulas
from checks.bounded import Bounded, EndedError, LateError
from checks.submissions.grading.outcome import PartOutcome

SECONDS = 5.0
PATIENCE = 20.0
"""Beyond the limits of the comparisons, before the process is ended."""

MEMORY = 1536
LENGTH = 20_000


class TypedJudge:
    """Judges typed answers; equal ones once.

    Parameters
    ----------
    seconds:
        The limit for one comparison.
    memory:
        The limit in MiB of the process that compares.
    """

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self._process = Bounded("checks.submissions.grading.typed_worker", memory=memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    def judge(self, question: Mapping[str, Any], text: str) -> list[PartOutcome]:
        """Return the outcome of each part of a question of kind `formula` or `steps`.

        Parameters
        ----------
        question:
            From the key.
        text:
            The Markdown of the answer.
        """
        parts = question["parts"]
        weight = 1 / len(parts)
        if len(text) > LENGTH:
            reason = f"The answer has {len(text):,} characters; a formula has fewer."
            return [_unreadable(part["label"], reason, weight) for part in parts]
        if question["kind"] == "steps":
            if not text.strip() or PLACEHOLDER.search(text) or not formulas(text):
                return [_unreadable("", "There is no answer yet.", weight)]
            return [self._outcome(question, parts[0], text, "", weight)]
        answers, problem = matched(formulas(text), parts, text)
        if problem:
            return [
                PartOutcome(name=part["label"], status="undecided", reason=problem, weight=weight, open=weight)
                for part in parts
            ]
        return [
            self._outcome(question, part, answer, part["label"] if len(parts) > 1 else "", weight)
            if answer
            else _unreadable(part["label"] if len(parts) > 1 else "", "There is no answer yet.", weight)
            for part, answer in zip(parts, answers, strict=True)
        ]

    def _outcome(
        self, question: Mapping[str, Any], part: Mapping[str, Any], text: str, name: str, weight: float
    ) -> PartOutcome:
        wrong = [[one["answer"], one["mistake"]] for one in part.get("wrong", ())]
        if len(question["parts"]) == 1:
            wrong += [[one["answer"], one["mistake"]] for one in question.get("wrong", ())]
        asked = {
            "kind": question["kind"], "text": text, "references": part["references"], "given": part["given"],
            "asked": part.get("asked", ""), "wrong": wrong, "at_least": question.get("at_least", 1),
            "seconds": self.seconds,
        }  # fmt: skip
        try:
            limit = PATIENCE + self.seconds * (2 + 2 * len(part["references"])) + 2.0 * len(wrong)
            found = json.loads(self._process.ask(json.dumps(asked), limit))
        except LateError:
            found = _open("The comparison took too long.")
        except EndedError:
            found = _open("The comparison needs more memory than it may have.")
        return _for_students(found, part["references"], name, weight, is_steps=question["kind"] == "steps")


def matched(answers: Sequence[str], parts: Sequence[Mapping[str, Any]], text: str) -> tuple[list[str], str]:
    """Return for each part the formula that answers it, or why that cannot be said.

    Parameters
    ----------
    answers:
        The formulas of the cell, in order.
    parts:
        What was asked for.
    text:
        The cell.
    """
    if len(answers) == len(parts):
        return list(answers), ""
    if len(answers) < len(parts) and len(parts) > 1 and answers:
        return [""] * len(parts), f"{len(parts)} formulas are wanted and {len(answers)} were found; a person decides."
    if not answers:
        return [""] * len(parts), ""
    if len(parts) == 1:
        # Working before the result: the result stands last, or behind the label of the question.
        labelled = [
            answer
            for answer, left in zip(answers, _left_sides(text), strict=False)
            if left == _plain(parts[0]["label"])
        ]
        return [labelled[-1] if labelled else answers[-1]], ""
    by_label = dict(zip(_left_sides(text), answers, strict=False))
    labels = [_plain(part["label"]) for part in parts]
    if all(label in by_label for label in labels):
        return [by_label[label] for label in labels], ""
    return [""] * len(parts), f"{len(parts)} formulas are wanted and {len(answers)} were found; a person decides."


_DISPLAYED = re.compile(r"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\begin\{(?:align|equation|gather)\*?\}(.+?)\\end\{", re.DOTALL)


def _left_sides(text: str) -> list[str]:
    found = [next(part for part in match.groups() if part is not None) for match in _DISPLAYED.finditer(text)]
    return [_plain(one.partition("=")[0]) if "=" in one else "" for one in found]


def _plain(label: str) -> str:
    return re.sub(r"[\s{}&]|\\(?:mathcal|mathrm|left|right|displaystyle|,|;|!|dfrac|tfrac)", "", label).replace(
        "\\frac", ""
    )


def _unreadable(name: str, reason: str, weight: float) -> PartOutcome:
    return PartOutcome(name=name, status="unreadable", reason=reason, finding="missing", weight=weight)


def _open(reason: str) -> dict[str, Any]:
    return {"status": "undecided", "reason": f"{reason} A person decides.", "evidence": None, "mistake": None}


def _for_students(
    found: Mapping[str, Any], references: Sequence[str], name: str, weight: float, *, is_steps: bool
) -> PartOutcome:
    """Put a verdict on (right, yours) into the words of a student; the right formula is in none of them."""
    status, evidence, reason = found["status"], found["evidence"], str(found["reason"])
    if status == "unreadable" and evidence and evidence.get("text") in references:
        status, evidence, reason = (
            "undecided",
            None,
            "Your formula cannot be compared with what is asked; a person decides.",
        )
    if status == "refuted":
        reason = _refuted(reason, evidence or {}, is_steps=is_steps)
        if found["mistake"]:
            reason += f" It looks like this mistake: {found['mistake']}."
    elif status == "undecided" and not is_steps:
        reason = "It could be neither proved nor refuted that your formula is right; a person decides."
    elif status == "proved":
        reason = reason if is_steps else "It is right, proved for all values."
    elif status == "unreadable":
        reason = f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
    return PartOutcome(
        name=name,
        status=status,
        reason=reason,
        mistake=found["mistake"],
        weight=weight,
        earned=weight if status in ("proved", "agrees") else 0.0,
        open=weight if status in ("undecided", "fault") else 0.0,
        evidence=evidence,
    )


def _refuted(reason: str, evidence: Mapping[str, Any], *, is_steps: bool) -> str:
    at = ", ".join(f"{name} = {value}" for name, value in evidence.get("point", {}).items())
    at = f" at {at}" if at else ""
    left, right = _shown(evidence.get("left", "")), _shown(evidence.get("right", ""))
    if is_steps and reason.startswith("Step"):
        return f"{reason.partition('.')[0]}. The two sides differ{at}: {left} against {right}."
    head = "All steps hold, but they end in another formula than the answer: it" if is_steps else "Your formula"
    return f"{head} differs from what is asked{at}: yours gives {right}, right is {left}."


def _shown(enclosure: str) -> str:
    """Return the number in an enclosure with the digits that help."""
    inner = re.fullmatch(r"\[?([-+]?[\d.]+(?:e[-+]?\d+)?)(?: \+/- .*\])?", enclosure)
    try:
        return f"{float(inner[1]):.6g}" if inner else enclosure
    except ValueError:
        return enclosure
