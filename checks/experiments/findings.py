"""What an experiment of the course found: tables to read, verdicts, and the material of its figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from checks.result import Result
from checks.verdict import Attempt, Comparison, Status, Verdict, gravest

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many units are done, and how many there are in all."""


@dataclass(frozen=True)
class Table:
    """A small table: its title, the headings, and the cells as they are to be read.

    Attributes
    ----------
    title:
        What the table shows, with the setting that its numbers depend on.
    columns:
        The headings.
    rows:
        Of as many cells as there are headings.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.title}: {len(row)} cells under {len(self.columns)} headings: {row}")

    def to_json(self) -> dict[str, Any]:
        """Return the table as a JSON-ready dictionary: title, columns, rows."""
        return {"title": self.title, "columns": list(self.columns), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class Options:
    """What may be chosen for an experiment.

    Attributes
    ----------
    data_dir:
        Folder with the data files of a data set that is not found elsewhere.
    download:
        Whether a data set may be downloaded.
    seeds:
        Over how many seeds an experiment that is repeated runs; None for its own number.
    """

    data_dir: Path | None = None
    download: bool = True
    seeds: int | None = None


@dataclass(frozen=True)
class Findings:
    """Everything that one experiment found.

    Attributes
    ----------
    name, title:
        The experiment.
    tables:
        Its numbers.
    results:
        One verdict for each check.
    exhibit:
        What it returned, for figures; its type depends on the experiment.
    seconds:
        Wall-clock time of the whole.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    results: tuple[Result, ...]
    exhibit: Any = field(repr=False)
    seconds: float = 0.0

    @property
    def status(self) -> Status:
        """The gravest status of all results."""
        return gravest(result.verdict.status for result in self.results)

    @property
    def reason(self) -> str:
        """One sentence over the whole."""
        counts = dict.fromkeys(Status, 0)
        for result in self.results:
            counts[result.verdict.status] += 1
        return f"{len(self.results)} checks: {', '.join(f'{n} {status}' for status, n in counts.items() if n)}."

    def to_json(self) -> dict[str, Any]:
        """Return the object that `gradproof train --json` prints."""
        from checks.run import environment

        return {
            "status": str(self.status),
            "reason": self.reason,
            "gradproof": version("gradproof"),
            "experiment": self.name,
            "title": self.title,
            "results": [result.to_json() for result in self.results],
            "tables": [table.to_json() for table in self.tables],
            "seconds": round(self.seconds, 3),
            "environment": environment(),
        }


class Counter:
    """Counts finished units for a progress display."""

    def __init__(self, progress: Progress | None, what: str, total: int) -> None:
        self._progress, self._what, self._total, self._done = progress, what, total, 0
        self._tell()

    def __call__(self, *_: object) -> None:
        """Count one more."""
        self._done += 1
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._what, self._done, self._total)


def same_numbers(
    what: str, ours: Any, theirs: Any, tolerance: float, reproduce: str, *, unit: str = "relative"
) -> Verdict:
    """Compare two arrays of numbers from different witnesses, entry by entry, in units of the largest of them.

    Parameters
    ----------
    what:
        What is compared, as the beginning of a sentence: "The gradient along the paths".
    ours, theirs:
        Arrays of one shape, at least 8 numbers.
    tolerance:
        The largest accepted difference, as a part of the largest number.
    reproduce:
        A line that shows the same again.
    unit:
        What the error is measured in.

    Returns
    -------
    Verdict
        `agrees`, else `undecided`: two floating-point programs that differ refute nothing rigorously.
    """
    import numpy as np

    left, right = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if left.shape != right.shape:
        raise ValueError(f"{what}: the shapes differ, {left.shape} and {right.shape}")
    scale = max(float(np.max(np.abs(left), initial=0.0)), float(np.max(np.abs(right), initial=0.0)), 1e-300)
    error = float(np.max(np.abs(left - right), initial=0.0)) / scale
    if not error <= tolerance:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"{what}: two witnesses differ by {error:.2e} of the largest of {left.size:,} numbers.",
            evidence=Attempt(tried=("comparison of numbers",)),
            reproduce=reproduce,
        )
    return Verdict(
        status=Status.AGREES,
        reason=f"{what} agrees in {left.size:,} numbers.",
        evidence=Comparison(compared=left.size, max_error=error, tolerance=tolerance, unit=unit),
        reproduce=reproduce,
    )


def expected(what: str, holds: bool, compared: int, reproduce: str) -> Verdict:
    """Say whether an experiment turned out as the course says: `agrees`, or `undecided` with what was seen.

    Parameters
    ----------
    what:
        What was seen, in one sentence without its full stop.
    holds:
        Whether that is what was expected.
    compared:
        On how many numbers the statement rests, at least 8 for it to agree.
    reproduce:
        A line that shows the same again.
    """
    if not holds:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"{what}; that was not expected.",
            evidence=Attempt(tried=("the experiment",)),
            reproduce=reproduce,
        )
    return Verdict(
        status=Status.AGREES,
        reason=f"{what}.",
        evidence=Comparison(compared=compared, max_error=0.0, tolerance=0.0, unit="shortfall"),
        reproduce=reproduce,
    )
