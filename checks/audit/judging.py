"""The verdict on a row: the claim is decided, and, where it does not hold, the statement that is put in its place."""

import time
from dataclasses import dataclass
from typing import Any

from checks.audit import kinds
from checks.audit.computations import trains
from checks.audit.row import CORRECTIONS, Outcome, Row, Statement
from checks.verdict import Attempt, Status, Verdict
from derive.reading import UnreadableError

_GOOD = (Status.PROVED, Status.AGREES)


@dataclass(frozen=True)
class Judged:
    """A row with what was computed.

    Attributes
    ----------
    row:
        The claim.
    verdict:
        On the claim as the document makes it.
    corrected:
        On the statement in its place, where there is one.
    outcome:
        What becomes of the claim, by the verdicts alone.
    seconds:
        The time it took.
    """

    row: Row
    verdict: Verdict
    corrected: Verdict | None
    outcome: Outcome
    seconds: float

    @property
    def on_record(self) -> bool:
        """Whether the computed outcome is the one on record."""
        return self.outcome is self.row.recorded

    def to_json(self) -> dict[str, Any]:
        """Return the row of `gradproof audit --json`."""
        row = self.row
        found: dict[str, Any] = {
            "source": row.source,
            "place": row.place,
            "claim": row.stated.claim,
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "id": f"{row.ledger}/{row.name}",
            "lines": row.lines,
            "formal": formula(row.stated),
            "check": row.stated.check.to_json(),
            "outcome": str(self.outcome),
            "recorded": str(row.recorded),
            "on_record": self.on_record,
            "evidence": self.verdict.to_json()["evidence"],
            "correction": None,
            "note": row.note,
            "worksheet": list(row.worksheet),
            "seconds": round(self.seconds, 3),
        }
        if row.correction is not None and self.corrected is not None:
            found["correction"] = {
                "claim": row.correction.claim,
                "formal": formula(row.correction),
                "check": row.correction.check.to_json(),
                "status": str(self.corrected.status),
                "reason": self.corrected.reason,
                "evidence": self.corrected.to_json()["evidence"],
            }
        return found


def formula(statement: Statement) -> str:
    """Return the formula of a statement, or "": as the ledger has it, else the two sides of what is compared."""
    if statement.formal:
        return statement.formal
    value = statement.check.value
    if statement.check.kind == "equal" and isinstance(value, list):
        return " = ".join(map(str, value))
    return ""


def judge_row(row: Row, *, quick: bool = False) -> Judged | None:
    """Decide a claim.

    Parameters
    ----------
    row:
        The claim.
    quick:
        Leave out what trains: None is returned then.

    Returns
    -------
    Judged
        With an outcome that is computed. An error of ours, or of the ledger, is the verdict `fault`.
    """
    statements = [row.stated] if row.correction is None else [row.stated, row.correction]
    if quick and any(_trains(row, statement) for statement in statements):
        return None
    begun = time.perf_counter()
    verdict = _decided(row.stated, row)
    corrected = _decided(row.correction, row) if row.correction is not None else None
    outcome = _outcome(row, verdict, corrected)
    return Judged(row, verdict, corrected, outcome, time.perf_counter() - begun)


def _trains(row: Row, statement: Statement) -> bool:
    try:
        return trains(row.ledger, statement.check)
    except kinds.CheckError:
        return False  # it will be said as a fault


def _decided(statement: Statement, row: Row) -> Verdict:
    from checks.formulas import QuestionError
    from checks.formulas.equality import unreadable

    try:
        return kinds.load(statement.check.kind).judge(statement.check, row.ledger)
    except UnreadableError as error:
        return unreadable(error)
    except QuestionError as error:
        reason = f"The question of this row cannot be asked: {error}"
    except Exception as error:
        reason = f"The check of this row failed: {type(error).__name__}: {error}"
    tried = (statement.check.kind,)
    return Verdict(status=Status.FAULT, reason=" ".join(reason.split()), evidence=Attempt(tried=tried))


def _outcome(row: Row, verdict: Verdict, corrected: Verdict | None) -> Outcome:
    """Return what the verdicts alone say; a refuted claim without a statement in its place that holds stays open."""
    if corrected is None:
        if verdict.status in _GOOD:
            return Outcome.HOLDS
        left_open = row.stated.check.kind == "irreproducible" and verdict.status is Status.UNDECIDED
        return Outcome.NOT_REPRODUCIBLE if left_open else Outcome.OPEN
    if verdict.status in _GOOD:
        return Outcome.HOLDS
    if corrected.status not in _GOOD or verdict.status is not Status.REFUTED:
        return Outcome.OPEN
    return CORRECTIONS[_put_in_place(row)]


def _put_in_place(row: Row) -> str:
    return next(key for key, outcome in CORRECTIONS.items() if outcome is row.recorded)
