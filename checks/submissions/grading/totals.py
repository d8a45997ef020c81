"""Adds up: what follows for a question from its parts, and for a submission from its questions."""

from collections.abc import Mapping
from typing import Any

from checks.submissions.grading.locate import Located
from checks.submissions.grading.outcome import PartOutcome, QuestionOutcome, decided
from checks.verdict import Status, gravest


def total(
    key: Mapping[str, Any], outcomes: list[QuestionOutcome], *, notes: list[str], failed: list[str]
) -> dict[str, Any]:
    """Return the outcome of a submission from those of its questions."""
    statuses = [Status(one.status) for one in outcomes]
    score = sum(one.points or 0.0 for one in outcomes)
    left = sum(one.open for one in outcomes)
    right = sum(1 for one in outcomes if Status(one.status).earns_credit)
    waiting = sum(1 for one in outcomes if Status(one.status).earns_credit is None)
    reason = f"{right} of {len(outcomes)} questions are right"
    reason += f", {waiting} wait for a person." if waiting else "."
    return {
        "status": str(gravest(statuses)) if statuses else "undecided",
        "reason": reason,
        "score": round(score, 4),
        "out_of": float(key["points"]),
        "bonus": float(key.get("bonus") or 0.0),
        "open": round(left, 4),
        "questions": [one.to_json() for one in outcomes],
        "notes": notes,
        "failed": failed,
    }


def unreadable(key: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the outcome of a submission that cannot be read: every question is, and the reason is told."""
    outcomes = [
        QuestionOutcome(
            id=one["id"], number=one["number"], kind=one["kind"], bonus=bool(one.get("bonus")), status="unreadable",
            reason=reason, points=0.0, out_of=float(one["points"]), finding="unreadable file", how="missing",
        )
        for one in key["questions"]
    ]  # fmt: skip
    return {**total(key, outcomes, notes=[], failed=[]), "status": "unreadable", "reason": reason}


def with_points(found: Mapping[str, Any], points: float) -> dict[str, Any]:
    """Return the facts of a question's outcome: from parts, or from what came of code."""
    kept = {name: found[name] for name in ("answer", "fingerprint", "shape", "size") if name in found}
    judged = found.get("judged")
    if judged is None:
        return {**decided(found["parts"], points), **kept}
    facts = decided(judged.parts, points, reason=judged.reason, notes=judged.notes)
    earned, left = round(points * judged.earned, 4), round(points * judged.open, 4)
    facts |= {"points": None if left >= points and not earned else earned, "open": left, "finding": judged.finding}
    return {**facts, **kept}


def missing(reason: str, located: Located | None = None, *, finding: str = "missing") -> dict[str, Any]:
    """Return what is said where there is no answer."""
    words = f"{reason[:-1]}: {located.note}" if located is not None and located.note else reason
    return alone("unreadable", words, finding)


def alone(status: str, reason: str, finding: str = "") -> dict[str, Any]:
    """Return what is said in one sentence, without parts."""
    left = 1.0 if status in ("undecided", "fault") else 0.0
    return {"parts": [PartOutcome(name="", status=status, reason=reason, finding=finding, open=left)]}
