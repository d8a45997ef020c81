"""The whole: judge, then write results, pages and files for course systems."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.submissions.grading import Settings
from worksheets.grading import workers
from worksheets.grading.pages import page_name, student_page, write_page
from worksheets.grading.results import summary, write_results
from worksheets.grading.run import Progress, Row, Run, judge_all
from worksheets.grading.sheet import Sheet


@dataclass(frozen=True)
class Graded:
    """What a run gave: the run, its summary, and the files that were written."""

    run: Run
    summary: dict[str, Any]
    files: tuple[Path, ...]


def grade(
    worksheet: str,
    submissions: Sequence[Path],
    out: Path,
    *,
    settings: Settings | None = None,
    isolation: str = "namespaces",
    seed: int | None = None,
    processes: int = 1,
    answers: bool = False,
    progress: Progress | None = None,
    judge: workers.Judge | None = None,
) -> Graded:
    """Grade submissions to a worksheet and write everything into a folder.

    Parameters
    ----------
    worksheet:
        The name of a built-in worksheet, its source (`.md`), or an answer key (`.json`).
    submissions:
        Notebooks, Python files, folders, zips.
    out:
        The folder; what was judged into it before is not judged again.
    settings, isolation, seed, processes, progress, judge:
        As for `judge_all`.
    answers:
        Whether the students' pages show the right answers.

    Raises
    ------
    UnknownWorksheetError, KeyFormatError, SourceError
        There is no such worksheet, or it cannot be read.
    IsolationError
        Submissions cannot be isolated here; nothing was run.
    """
    run = judge_all(
        Sheet.of(worksheet), submissions, out,
        settings=settings, isolation=isolation, seed=seed, processes=processes, progress=progress, judge=judge,
    )  # fmt: skip
    return Graded(run, summary(run), tuple(write_all(run, out, answers=answers)))


def write_all(run: Run, out: Path, *, answers: bool = False) -> list[Path]:
    """Write every file of a run; return the paths of those that a person looks for."""
    results, pages = out / "results.json", out / "feedback"
    written: set[str] = set()

    def each() -> Iterator[tuple[Row, dict[str, Any]]]:
        for row, outcome in run.outcomes():
            page = student_page(row, outcome, run.sheet.key(row.student), answers=answers)
            write_page(pages / page_name(row), page)
            written.add(page_name(row))
            yield row, outcome

    write_results(run, each(), results)
    for old in pages.glob("*.html"):
        if old.name not in written:
            old.unlink()  # of a submission that was there in an earlier run
    return [results, pages]
