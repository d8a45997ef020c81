"""What checking a worksheet finds: one line for each thing that was checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from checks.verdict import Attempt, Proof, Status, Verdict, gravest


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: the question ("" for the whole), what about it, what was found, and the line."""

    question: str
    check: str
    status: Status
    reason: str
    line: int = 0

    @classmethod
    def of(cls, question: str, check: str, verdict: Verdict, line: int) -> "Finding":
        """Return what a verdict says."""
        return cls(question, check, verdict.status, verdict.reason, line)

    def to_json(self) -> dict[str, Any]:
        """Return `{question, check, status, reason, line}`."""
        return {**asdict(self), "status": str(self.status)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Finding":
        """Return the finding that `to_json` wrote."""
        return cls(**{**found, "status": Status(found["status"])})


@dataclass(frozen=True)
class Checked:
    """A worksheet that was checked: what was found, and the seconds of each cell of the solution."""

    name: str
    path: str
    findings: tuple[Finding, ...]
    times: dict[str, float] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """The gravest status of all findings."""
        return gravest(finding.status for finding in self.findings)


def held(reason: str) -> Verdict:
    """Return that something holds which was carried out in full."""
    return Verdict(
        status=Status.PROVED, reason=f"{reason[:1].upper()}{reason[1:]}.", evidence=Proof(procedure="carried out")
    )


def undecided(reason: str) -> Verdict:
    """Return that something is open, and why."""
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("the check",)))


def fault(reason: str) -> Verdict:
    """Return that something in the worksheet is wrong."""
    return Verdict(status=Status.FAULT, reason=reason, evidence=Attempt(tried=("the check",)))
