"""The verdict: one frozen type for every question that the project answers.

A verdict says what was found (`status`), in one sentence (`reason`), with the evidence that carries it and a line that
reproduces it. A verdict whose evidence does not carry its status cannot be constructed: there is no `refuted` without a
counterexample whose two enclosures are disjoint, and no `agrees` on fewer than eight compared points. A verdict has no
truth value, because "not refuted" is not "right".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MINIMUM_COMPARED = 8


class Status(StrEnum):
    """What was found, in the six words of the design."""

    PROVED = "proved"
    AGREES = "agrees"
    REFUTED = "refuted"
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"
    FAULT = "fault"

    @property
    def earns_credit(self) -> bool | None:
        """True or False where the machine decides, None where a person does."""
        return {Status.PROVED: True, Status.AGREES: True, Status.REFUTED: False, Status.UNREADABLE: False}.get(self)


_GRAVITY = (
    Status.FAULT,
    Status.REFUTED,
    Status.UNREADABLE,
    Status.UNDECIDED,
    Status.AGREES,
    Status.PROVED,
)


def gravest(statuses: Iterable[Status]) -> Status:
    """Return the gravest of several statuses: fault, refuted, unreadable, undecided, agrees, proved.

    Raises
    ------
    ValueError
        There is nothing to compare: an empty run has no verdict, and certainly not a good one.
    """
    found = set(statuses)
    if not found:
        raise ValueError("nothing was judged, so there is no verdict")
    return next(status for status in _GRAVITY if status in found)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Why two things are equal for all values of the stated domain."""

    procedure: str
    domain: str = ""
    generators: tuple[str, ...] = ()
    rewritings: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    regions: int = 1
    axioms: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.procedure:
            raise ValueError("a proof names its decision procedure")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was compared in numbers, and how far apart the two sides were at most."""

    compared: int
    max_error: float
    tolerance: float
    unit: str = "relative"
    skipped: int = 0
    skipped_because: str = ""
    worst_at: str = ""

    def __post_init__(self) -> None:
        if not self.max_error <= self.tolerance:  # also catches nan
            raise ValueError(f"the largest error {self.max_error} exceeds the tolerance {self.tolerance}")
        if self.skipped and not self.skipped_because:
            raise ValueError("points that were skipped need a reason")


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """An interval that contains a value: `rigorous` for a ball or exact number, `estimated` for an error estimate."""

    low: float
    high: float
    text: str
    kind: str = "rigorous"

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"[{self.low}, {self.high}] is not an interval")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, kw_only=True)
class Counterexample:
    """A concrete point at which the two sides differ, with an enclosure of each side."""

    point: Mapping[str, str]
    left: Enclosure
    right: Enclosure
    disjoint: bool = field(default=False)

    def __post_init__(self) -> None:
        # Balls that are closer than float spacing are disjoint all the same; whoever knows that from exact arithmetic
        # says `disjoint`. Otherwise the two intervals show it by themselves.
        if not (self.disjoint or self.left.high < self.right.low or self.right.high < self.left.low):
            raise ValueError("the two enclosures overlap: this point refutes nothing")


@dataclass(frozen=True, kw_only=True)
class Misreading:
    """Where a text could not be read: the text, the column (from 0) and what was expected."""

    text: str
    column: int
    expected: str = ""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What was tried before giving up."""

    tried: tuple[str, ...]


Evidence = Proof | Comparison | Counterexample | Misreading | Attempt | None

_CARRIED_BY: dict[Status, tuple[type, ...]] = {
    Status.PROVED: (Proof,),
    Status.AGREES: (Comparison,),
    Status.REFUTED: (Counterexample,),
    Status.UNREADABLE: (Misreading,),
    Status.UNDECIDED: (Attempt,),
    Status.FAULT: (Attempt, type(None)),
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """An answer with its evidence. Made by the functions of `checks`, never by hand from a Boolean.

    Attributes
    ----------
    status:
        One of the six words of `Status`.
    reason:
        One sentence for a person.
    evidence:
        What carries the status; its type follows from the status.
    reproduce:
        A line that shows the same again, for a shell or for Python.
    mistake:
        The name of a classic mistake that was matched exactly, or None.
    """

    status: Status
    reason: str
    evidence: Evidence = None
    reproduce: str = ""
    mistake: str | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a verdict needs a sentence")
        if not isinstance(self.evidence, _CARRIED_BY[self.status]):
            wanted = " or ".join(kind.__name__ for kind in _CARRIED_BY[self.status])
            raise ValueError(f"{self.status} needs {wanted} as its evidence, not {type(self.evidence).__name__}")
        if isinstance(self.evidence, Comparison) and self.evidence.compared < MINIMUM_COMPARED:
            raise ValueError(
                f"agreement on {self.evidence.compared} points says too little; at least {MINIMUM_COMPARED} are needed"
            )

    def __bool__(self) -> bool:
        raise TypeError(
            "a verdict is not true or false: ask for verdict.status, which may also be 'undecided' or 'fault'"
        )

    @property
    def compared(self) -> int | None:
        """How many numbers were compared, where numbers were."""
        return self.evidence.compared if isinstance(self.evidence, Comparison) else None

    @property
    def max_error(self) -> float | None:
        """The largest error seen, where numbers were compared."""
        return self.evidence.max_error if isinstance(self.evidence, Comparison) else None

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as a JSON-ready dictionary: `status`, `reason`, `evidence`, `reproduce`, `mistake`."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "evidence": _plain(self.evidence),
            "reproduce": self.reproduce,
            "mistake": self.mistake,
        }


def _plain(evidence: Evidence) -> dict[str, Any] | None:
    if evidence is None:
        return None
    if isinstance(evidence, Counterexample):
        return {
            "kind": "counterexample",
            "point": dict(evidence.point),
            "left": str(evidence.left),
            "right": str(evidence.right),
            "enclosures": sorted({evidence.left.kind, evidence.right.kind}),
        }
    plain = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(evidence).items()
        if value != ""
    }
    return {"kind": type(evidence).__name__.lower(), **plain}
