"""One row of the ledger: a claim that a document makes, where it stands, how it is checked, and what is on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Value = None | bool | int | str | list["Value"] | dict[str, "Value"]
"""What a ledger can say. Numbers with a point or an exponent stay text, so that `0.10` keeps its last digit."""


class Outcome(StrEnum):
    """What becomes of a claim."""

    HOLDS = "holds"
    WRONG = "wrong"
    IMPRECISE = "imprecise"
    NOT_REPRODUCIBLE = "not reproducible"
    NOISE = "noise"
    OPEN = "open"


CORRECTIONS: Mapping[str, Outcome] = {
    "right": Outcome.WRONG,
    "condition": Outcome.IMPRECISE,
    "restored": Outcome.NOISE,
}
"""What a refuted claim needs to have an outcome: the right version, the condition under which it holds, or the text
before it was scanned. Each is a claim of its own, and has to hold."""


@dataclass(frozen=True)
class Check:
    """How a claim is decided: the name of the kind of check, its main value, and the other keys beside it."""

    kind: str
    value: Value
    options: Mapping[str, Value]

    def to_json(self) -> dict[str, Any]:
        """Return the check as it stands in the ledger."""
        return {self.kind: self.value, **self.options}


@dataclass(frozen=True)
class Statement:
    """A claim in our own words, in a formula where it has one, and its check."""

    claim: str
    check: Check
    formal: str = ""


@dataclass(frozen=True)
class Row:
    """A claim of a document.

    Attributes
    ----------
    ledger:
        The name of the ledger, which is that of the worksheet of the document: `conv-by-hand`.
    source:
        The number of the document: `004`.
    name:
        The name of the row, once in its ledger.
    lines, section:
        Where the claim stands: lines of the document's plain text, `21` or `21-22`, and the section in our own words.
    stated:
        What the document claims.
    recorded:
        The outcome on record; the computed one is compared with it, and never taken from it.
    correction:
        For a claim that does not hold: the statement that does.
    note:
        What a reader should know besides.
    worksheet:
        The questions of the worksheet that rest on it.
    """

    ledger: str
    source: str
    name: str
    lines: str
    section: str
    stated: Statement
    recorded: Outcome
    correction: Statement | None = None
    note: str = ""
    worksheet: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the claim stands, in words."""
        plural = "lines" if "-" in self.lines else "line"
        return f"{plural} {self.lines}, {self.section}" if self.lines else self.section


@dataclass(frozen=True)
class Ledger:
    """All claims of one document."""

    name: str
    source: str
    title: str
    rows: tuple[Row, ...]
