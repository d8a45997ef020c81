"""The errata of the course documents as a page in Markdown, made from the ledgers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.audit import Ledger, Row

BAR = "\\|"
_HEAD = """\
# What the course documents say, and what is right

This page is made by `gradproof audit --errata docs/audit.md` from the ledgers in `checks/audit/ledger/`; a test keeps
it current, and another one computes every verdict on it. [audit-ledger.md](audit-ledger.md) says how a claim is
checked, and how to add one. `gradproof audit 004` shows the proofs.
"""

_SECTIONS = {
    "wrong": ("Wrong", "the document says", "right is"),
    "imprecise": ("Imprecise: true under a condition that is not said", "the document says", "it holds so"),
    "not reproducible": ("Printed, but not reproducible from what is printed", "the document says", "why"),
    "noise": ("Noise of the scan, not counted as mistakes", "the scan says", "restored"),
}


def errata_page(ledgers: "Sequence[Ledger]") -> str:
    """Return the page: how many claims there are, and for each document those that do not hold as they stand.

    Parameters
    ----------
    ledgers:
        The ledgers, in the order of their documents.
    """
    from checks.audit import Outcome

    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.OPEN]
    lines = [_HEAD, f"| document | claims | {' | '.join(outcomes)} |", f"|---|{'---:|' * (1 + len(outcomes))}"]
    everything = [row for ledger in ledgers for row in ledger.rows]
    for name, rows in [*((f"{one.source} `{one.name}`", one.rows) for one in ledgers), ("all", tuple(everything))]:
        counts = [str(sum(row.recorded is outcome for row in rows)) for outcome in outcomes]
        lines.append(f"| {name} | {len(rows)} | {' | '.join(counts)} |")
    for ledger in ledgers:
        lines += ["", f"## {ledger.source}: {ledger.title}"]
        for outcome in outcomes:
            chosen = [row for row in ledger.rows if row.recorded is outcome]
            if str(outcome) in _SECTIONS and chosen:
                lines += ["", *_table(chosen, *_SECTIONS[str(outcome)])]
    return "\n".join(lines) + "\n"


def _table(rows: "Sequence[Row]", title: str, says: str, instead: str) -> list[str]:
    lines = [f"### {title}", "", f"| where | {says} | {instead} | how it is shown |", "|---|---|---|---|"]
    for row in rows:
        corrected = row.correction.claim if row.correction is not None else row.note
        kinds = [row.stated.check.kind, *([row.correction.check.kind] if row.correction is not None else [])]
        shown = ", ".join(f"`{kind}`" for kind in dict.fromkeys(kinds))
        note = f" {row.note}" if row.note and row.correction is not None else ""
        cells = (row.place, row.stated.claim, corrected + note, f"{shown}: `{row.name}`")
        lines.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return lines
