"""What is said of an answer, and of a whole submission: plain data, ready for JSON, without any of our own objects."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from checks.verdict import Status, gravest


@dataclass(frozen=True, kw_only=True)
class PartOutcome:
    """One of several things that a question asks for.

    Attributes
    ----------
    name, status, reason, mistake:
        What, and the verdict on it; the reason is written for the student and does not hold the right formula.
    finding:
        What was found in a word, such as "wrong shape"; "" where the status says it.
    weight:
        Its share of the points of the question; the shares add up to 1.
    earned, open:
        What of that share is given, and what a person decides.
    evidence:
        That of the verdict, for the instructor.
    claimed:
        Whether the numbers that were judged were computed in the submission's own process by the adapter of the
        worksheet, so that code which tampers with NumPy could have made them up.
    """

    name: str
    status: str
    reason: str
    mistake: str | None = None
    finding: str = ""
    weight: float = 1.0
    earned: float = 0.0
    open: float = 0.0
    evidence: Mapping[str, Any] | None = None
    claimed: bool = False


@dataclass(frozen=True, kw_only=True)
class QuestionOutcome:
    """What is said of the answer to one question.

    Attributes
    ----------
    id, number, kind, bonus:
        Of the question.
    status, reason, mistake:
        The gravest of its parts, a sentence, and a classic mistake that was matched exactly.
    points:
        What is given; None where a person decides about everything.
    out_of, open:
        What there is to get, and what of it a person still decides.
    finding:
        What was found in a word.
    how, cells, names, note:
        How the answer was found and where, as in `locate.Located`.
    answer:
        What was written, for kinds that are written or chosen.
    fingerprint:
        Equal for answers that are judged alike; "" where there is none.
    shape, size:
        For code: equal for answers that differ in names and layout alone, and how large the answer is.
    notes:
        What else is worth saying to the student.
    parts:
        The parts.
    """

    id: str
    number: str
    kind: str
    bonus: bool
    status: str
    reason: str
    mistake: str | None = None
    points: float | None = None
    out_of: float = 0.0
    open: float = 0.0
    finding: str = ""
    how: str = ""
    cells: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    answer: str = ""
    fingerprint: str = ""
    shape: str = ""
    size: int = 0
    notes: tuple[str, ...] = ()
    parts: tuple[PartOutcome, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as a dictionary for JSON."""
        return asdict(self)


def decided(
    parts: Iterable[PartOutcome], points: float, *, reason: str = "", notes: Iterable[str] = ()
) -> dict[str, Any]:
    """Return what follows for a question from its parts: status, reason, mistake, points, and the rest."""
    every = tuple(parts)
    status = gravest(Status(part.status) for part in every)
    worst = next(part for part in every if part.status == status)
    earned = round(points * sum(part.earned for part in every), 4)
    left = round(points * sum(part.open for part in every), 4)
    return {
        "status": str(status),
        "reason": reason or _sentence(every, worst),
        "mistake": next((part.mistake for part in every if part.mistake), None),
        "points": None if left and left >= points and not earned else earned,
        "open": left,
        "finding": worst.finding,
        "parts": every,
        "notes": tuple(notes),
    }


def _sentence(parts: tuple[PartOutcome, ...], worst: PartOutcome) -> str:
    if len(parts) == 1:
        return worst.reason
    right = sum(1 for part in parts if Status(part.status).earns_credit)
    if right == len(parts):
        return f"All {right} parts are right."
    name = f"{worst.name}: " if worst.name else ""
    return f"{name}{worst.reason} {right} of {len(parts)} parts {'is' if right == 1 else 'are'} right."
