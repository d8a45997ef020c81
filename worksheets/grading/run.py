"""Judges submissions: what was judged before is taken from its record, the rest is judged in parallel."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.submissions.files import Submission, count_submissions, read_submissions
from checks.submissions.grading import Settings
from worksheets.grading import workers
from worksheets.grading.records import Records
from worksheets.grading.sheet import Sheet

Progress = Callable[[Counter[str], int, int], None]
"""Told how many submissions have each status, how many are done, and how many there are."""


@dataclass(frozen=True)
class Row:
    """A submission in the lists: all that is kept of it in memory.

    Attributes
    ----------
    number:
        Its place, from 1: logs name it by that and not by the student.
    label, path, student:
        Whose it is, where it was found, and whose variant of the worksheet it is.
    record:
        The name of its record.
    notes:
        What reading it left out, and why.
    """

    number: int
    label: str
    path: str
    student: str
    record: str
    notes: tuple[str, ...] = ()


@dataclass
class Run:
    """A run: its rows, and what became of them.

    Attributes
    ----------
    rows:
        In the order in which submissions were found.
    judged, known:
        How many were judged in this run, and how many had a record.
    counts:
        How many submissions have each status.
    """

    sheet: Sheet
    records: Records
    rows: list[Row] = field(default_factory=list)
    judged: int = 0
    known: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    """How many submissions there are of each label: a second one gets a number."""
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Outcomes that are our own fault: not kept, so that the next run tries again."""

    def outcomes(self) -> Iterator[tuple[Row, dict[str, Any]]]:
        """Yield each row with its outcome, read from the disk one at a time."""
        for row in self.rows:
            found = self.faults.get(row.record) or self.records.read(row.record)
            if found is not None:
                yield row, found


def judge_all(
    sheet: Sheet,
    paths: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    isolation: str = "namespaces",
    seed: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    judge: workers.Judge | None = None,
) -> Run:
    """Judge submissions that have no record yet in `out`, and keep a record of each.

    Parameters
    ----------
    sheet:
        The worksheet.
    paths:
        Files, folders and archives.
    out:
        The folder of the run.
    settings, isolation, seed:
        As for `checks.submissions.grading.Grader`; the seed of the last run into `out` if None.
    processes:
        How many at once; 1 judges in this process.
    progress:
        Told of each submission that is done.
    judge:
        Judges elsewhere, for instance on a cluster.

    Raises
    ------
    IsolationError
        Submissions cannot be isolated here; nothing was run.
    KeyboardInterrupt
        What was judged until then has its record.
    """
    settings = settings or Settings()
    run = Run(sheet, Records(out, sheet, settings, seed))
    total = count_submissions(paths)
    say = progress or (lambda *_: None)
    setup = workers.Setup(sheet.key(), isolation, settings, run.records.seed, run.records.answers)
    pending: Counter[str] = Counter()

    def told(status: str, times: int = 1) -> None:
        run.counts[status] += times
        say(run.counts, sum(run.counts.values()), max(total, len(run.rows)))

    def missing() -> Iterator[workers.Job]:
        for submission in read_submissions(paths):
            row = _row(run, submission)
            run.rows.append(row)
            if row.record in pending:
                pending[row.record] += 1  # equal to one that is being judged
                continue
            known = run.faults.get(row.record) or run.records.read(row.record)
            if known is not None:
                run.known += 1
                told(known["status"])
                continue
            pending[row.record] = 1
            yield workers.Job(row.record, submission, sheet.key(row.student) if row.student else None)

    todo = missing()
    first = next(todo, None)
    if first is not None:
        if judge is None:
            judge = workers.here if processes == 1 else _in_processes(processes)
        for job, outcome in judge(setup, _chained(first, todo)):
            if outcome.get("transient"):
                run.faults[job.record] = outcome
            else:
                run.records.keep(job.record, outcome)
            run.judged += 1
            told(outcome["status"], pending.pop(job.record))
    return run


def _chained(first: workers.Job, rest: Iterable[workers.Job]) -> Iterator[workers.Job]:
    yield first
    yield from rest


def _in_processes(number: int) -> workers.Judge:
    def judge(setup: workers.Setup, jobs: Iterable[workers.Job]) -> Iterator[tuple[workers.Job, workers.Outcome]]:
        return workers.parallel(setup, jobs, number)

    return judge


def _row(run: Run, submission: Submission) -> Row:
    run.labels[submission.label] += 1
    times = run.labels[submission.label]
    label = submission.label if times == 1 else f"{submission.label} ({times})"
    student = run.sheet.student_of(submission.metadata)
    record = run.records.name(submission, student)
    return Row(len(run.rows) + 1, label, submission.path, student, record, submission.notes)
