"""The judgement on a question's code: its parts, what they earn, and what is worth saying besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from checks.submissions.judging.kinds import Kind
from checks.verdict import Comparison, Status, Verdict, gravest


@dataclass(frozen=True)
class Note:
    """Something about code whose values are right, or that goes beyond them."""

    kind: Kind
    sentence: str


@dataclass(frozen=True)
class Part:
    """One result that was asked for: a function, or one of the results of a probe.

    Attributes
    ----------
    name:
        Such as `sigmoid_grad` or `linear: dW`.
    kind, verdict:
        What was found.
    weight:
        Its share of the question's points; the shares add up to 1.
    notes:
        What else is worth saying.
    convention:
        The convention in which it is right, "" for the one that was asked for.
    """

    name: str
    kind: Kind
    verdict: Verdict
    weight: float = 1.0
    notes: tuple[Note, ...] = ()
    convention: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary for JSON: that of the verdict, with name, kind, weight, notes and convention."""
        return {
            "name": self.name,
            "kind": str(self.kind),
            "weight": self.weight,
            "convention": self.convention,
            "notes": [{"kind": str(note.kind), "sentence": note.sentence} for note in self.notes],
            **self.verdict.to_json(),
        }


@dataclass(frozen=True)
class CodeJudgement:
    """What was found about a student's answer to a code question.

    Attributes
    ----------
    question:
        Its id.
    parts:
        What was asked for, each with its verdict.
    earned, open:
        Shares of the points: what the machine gives, and what a person decides on.
    gone:
        Whether the player ended: whatever is asked next needs a new one.
    seed:
        From which the inputs were drawn.
    """

    question: str
    parts: tuple[Part, ...]
    earned: float
    open: float
    gone: bool = False
    seed: int = 0

    @property
    def status(self) -> Status:
        """The gravest status of the parts."""
        return gravest(part.verdict.status for part in self.parts)

    @property
    def worst(self) -> Part:
        """The first part of the gravest status."""
        return next(part for part in self.parts if part.verdict.status is self.status)

    @property
    def kind(self) -> Kind:
        """What was found about the gravest part; among good ones, a note stands before "right"."""
        if self.worst.kind is not Kind.RIGHT:
            return self.worst.kind
        kinds = [part.kind for part in self.parts if part.kind is not Kind.RIGHT]
        return next(iter(kinds + [note.kind for note in self.notes]), Kind.RIGHT)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes on all parts, each once."""
        return tuple(dict.fromkeys(note for part in self.parts for note in part.notes))

    @property
    def mistake(self) -> str | None:
        """The name of a classic mistake that was matched exactly."""
        return next((part.verdict.mistake for part in self.parts if part.verdict.mistake), None)

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions in which parts are right, other than those that were asked for."""
        return tuple(dict.fromkeys(part.convention for part in self.parts if part.convention))

    @property
    def reason(self) -> str:
        """One or a few sentences for the student."""
        if self.status.earns_credit:
            compared = sum(part.verdict.compared or 0 for part in self.parts)
            good = self.parts[0].verdict.reason if len(self.parts) == 1 or not compared else ""
            said = [good or f"All {len(self.parts)} results agree with the model, in {compared} numbers."]
            said += [part.verdict.reason for part in self.parts if part.convention and part.verdict.reason != good]
        else:
            bad = [part for part in self.parts if not part.verdict.status.earns_credit]
            said = list(dict.fromkeys(part.verdict.reason for part in bad))[:3]
            right = len(self.parts) - len(bad)
            said += [f"{right} of {len(self.parts)} results are right."] if right else []
        return " ".join([*dict.fromkeys(said), *(note.sentence for note in self.notes)])

    @property
    def verdict(self) -> Verdict:
        """The whole as one verdict: that of the gravest part, with the reason of the whole."""
        if len(self.parts) > 1 and self.status is Status.AGREES:
            return _joined(self.reason, self.parts)
        verdict = self.worst.verdict
        return Verdict(
            status=verdict.status,
            reason=self.reason,
            evidence=verdict.evidence,
            reproduce=verdict.reproduce,
            mistake=verdict.mistake or self.mistake,
        )

    def to_json(self) -> dict[str, Any]:
        """Return a dictionary for JSON: that of the verdict, kind, earned, open, conventions, notes, parts, seed."""
        return {
            **self.verdict.to_json(),
            "kind": str(self.kind),
            "earned": self.earned,
            "open": self.open,
            "conventions": list(self.conventions),
            "notes": [{"kind": str(note.kind), "sentence": note.sentence} for note in self.notes],
            "parts": [part.to_json() for part in self.parts],
            "seed": self.seed,
        }


def _joined(reason: str, parts: Sequence[Part]) -> Verdict:
    """Return the verdict on several parts that all agree: their comparisons as one."""
    compared = [part.verdict.evidence for part in parts if isinstance(part.verdict.evidence, Comparison)]
    worst = max(compared, key=lambda one: one.max_error / one.tolerance if one.tolerance else one.max_error)
    whole = Comparison(
        compared=sum(one.compared for one in compared),
        max_error=worst.max_error,
        tolerance=worst.tolerance,
        worst_at=worst.worst_at,
    )
    return Verdict(status=Status.AGREES, reason=reason, evidence=whole)
