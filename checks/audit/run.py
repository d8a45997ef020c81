"""The audit: every row of the chosen ledgers, decided in parallel."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from checks.audit.judging import Judged, judge_row
from checks.audit.ledgers import find, ledgers
from checks.audit.row import Ledger, Outcome, Row
from checks.run import NotRun, Progress, environment
from checks.verdict import Status, gravest

LEFT_OUT = "it trains a network; leave out --quick to run it"


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    ledgers:
        The documents.
    claims:
        The rows that were decided, in the order of the ledgers.
    not_run:
        The rows that were left out, and why.
    seconds:
        Wall-clock time.
    """

    ledgers: tuple[Ledger, ...]
    claims: tuple[Judged, ...]
    not_run: tuple[NotRun, ...]
    seconds: float

    @property
    def off_record(self) -> tuple[Judged, ...]:
        """The rows whose computed outcome is not the one on record."""
        return tuple(claim for claim in self.claims if not claim.on_record)

    @property
    def status(self) -> Status:
        """`agrees` where every outcome is the one on record, else the gravest verdict of those that are not.

        That a document is wrong where the record says so is what the audit is to find, and no failure of the run.
        """
        if not self.off_record:
            return Status.AGREES
        grave = gravest(claim.verdict.status for claim in self.off_record)
        return grave if grave not in (Status.PROVED, Status.AGREES) else Status.UNDECIDED

    @property
    def reason(self) -> str:
        """One sentence over the whole."""
        counts = [(outcome, sum(claim.outcome is outcome for claim in self.claims)) for outcome in Outcome]
        shown = ", ".join(f"{count} {outcome}" for outcome, count in counts if count)
        left_out = f"; {len(self.not_run)} not run" if self.not_run else ""
        record = f"{len(self.off_record)} not as on record" if self.off_record else "all as on record"
        return f"{len(self.claims)} claims: {shown}; {record}{left_out}."

    def of(self, ledger: Ledger) -> tuple[Judged, ...]:
        """Return the decided rows of one document."""
        return tuple(claim for claim in self.claims if claim.row.ledger == ledger.name)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof audit --json` prints."""
        return {
            "status": str(self.status),
            "reason": self.reason,
            "gradproof": version("gradproof"),
            "gravest_claim": str(gravest(claim.verdict.status for claim in self.claims)) if self.claims else None,
            "outcomes": {str(one): sum(claim.outcome is one for claim in self.claims) for one in Outcome},
            "off_record": [f"{claim.row.ledger}/{claim.row.name}" for claim in self.off_record],
            "claims": [claim.to_json() for claim in self.claims],
            "not_run": [{"part": part.part, "reason": part.reason} for part in self.not_run],
            "seconds": round(self.seconds, 3),
            "environment": environment(),
        }


def audit(
    sources: Sequence[str] = (), *, quick: bool = False, processes: int | None = None, progress: Progress | None = None
) -> Audit:
    """Decide every claim of the course documents, or of some of them.

    Parameters
    ----------
    sources:
        Numbers (`004`) or names (`conv-by-hand`) of documents; all, when none is named.
    quick:
        Leave out the claims for which a network is trained.
    processes:
        How many processes decide; as many as there are processors, at most two, if None. With more than one, the main
        module must be importable again, as always with multiprocessing.
    progress:
        Called as the work goes on.

    Raises
    ------
    UnknownSourceError
        There is no such document.
    LedgerError
        A ledger cannot be read.
    """
    begun = time.perf_counter()
    named = {ledger.name: ledger for ledger in map(find, sources)}
    chosen = tuple(named.values()) if sources else ledgers()
    rows = [row for ledger in chosen for row in ledger.rows]
    found: dict[tuple[str, str], Judged | None] = {}
    with _deciding(processes or min(2, os.cpu_count() or 1), rows, quick) as decided:
        for row, judged in decided:
            found[row.ledger, row.name] = judged
            if progress is not None:
                progress(f"{row.source} {row.name}"[:24], len(found), len(rows))
    claims = tuple(judged for row in rows if (judged := found[row.ledger, row.name]) is not None)
    left_out = [row for row in rows if found[row.ledger, row.name] is None]
    not_run = tuple(NotRun(f"{row.ledger}/{row.name}", LEFT_OUT) for row in left_out)
    return Audit(chosen, claims, not_run, time.perf_counter() - begun)


def _decide(name: str, number: int, quick: bool) -> Judged | None:
    """Decide one row in a process of its own, where only names travel."""
    from numeric.threads import single_thread

    with single_thread():
        return judge_row(find(name).rows[number], quick=quick)


@contextmanager
def _deciding(processes: int, rows: Sequence[Row], quick: bool) -> Iterator[Iterator[tuple[Row, Judged | None]]]:
    numbered = [(row, find(row.ledger).rows.index(row)) for row in rows]
    if processes <= 1:
        yield ((row, _decide(row.ledger, number, quick)) for row, number in numbered)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    # Fresh processes: a forked one would share threads and BLAS state with its parent.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        waiting = {pool.submit(_decide, row.ledger, number, quick): row for row, number in numbered}
        yield ((waiting[future], future.result()) for future in as_completed(waiting))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
