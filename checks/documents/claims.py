"""What a document of one's own claims, what became of it, and what was left out."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from checks.verdict import Status, gravest


@dataclass(frozen=True)
class Claim:
    """A claim of a document.

    Attributes
    ----------
    source:
        The name of the file.
    place:
        Where it stands, as "line 12" or "cell 3, line 2".
    claim:
        What is claimed, in the document's own formulas.
    status, reason:
        What was found. A formula is decided by the procedures for typed formulas. What code shows was seen in a run and
        is never more than `agrees`.
    """

    source: str
    place: str
    claim: str
    status: Status
    reason: str

    def to_json(self) -> dict[str, str]:
        """Return the claim for programs."""
        return {**vars(self), "status": str(self.status)}


@dataclass(frozen=True)
class LeftOut:
    """Something that looks like a claim and was not taken for one, and why."""

    source: str
    place: str
    text: str
    reason: str

    def to_json(self) -> dict[str, str]:
        """Return it for programs."""
        return dict(vars(self))


@dataclass(frozen=True)
class DocumentAudit:
    """What the audit of documents found.

    Attributes
    ----------
    claims:
        In the order of the documents.
    left_out:
        Definitions, conditions and code that was not looked at, each with the reason.
    definitions:
        How many definitions were read, with which claims were decided.
    """

    claims: tuple[Claim, ...]
    left_out: tuple[LeftOut, ...]
    definitions: int = 0

    def __add__(self, other: "DocumentAudit") -> "DocumentAudit":
        return DocumentAudit(
            self.claims + other.claims, self.left_out + other.left_out, self.definitions + other.definitions
        )

    @property
    def status(self) -> Status:
        """The gravest status of all claims; where there is none, nothing was decided."""
        return gravest(claim.status for claim in self.claims) if self.claims else Status.UNDECIDED

    @property
    def reason(self) -> str:
        """One sentence over the whole."""
        if not self.claims:
            return "No claim was found that could be checked."
        counts = [(status, sum(claim.status is status for claim in self.claims)) for status in Status]
        shown = ", ".join(f"{count} {status}" for status, count in counts if count)
        plural = "claim" if len(self.claims) == 1 else "claims"
        left_out = f"; {len(self.left_out)} left out" if self.left_out else ""
        return f"{len(self.claims)} {plural}: {shown}{left_out}."

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof audit FILE --json` prints."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "gradproof": version("gradproof"),
            "claims": [claim.to_json() for claim in self.claims],
            "left_out": [one.to_json() for one in self.left_out],
            "definitions": self.definitions,
        }
