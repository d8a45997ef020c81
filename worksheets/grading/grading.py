"""The whole: judge, then write results, pages and files for course systems."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.submissions.grading import Settings
from worksheets.grading import workers
from worksheets.grading.gradebooks import TABLES, Gradebooks
from worksheets.grading.gradescope import result_text, write_autograder
from worksheets.grading.overview import Overview
from worksheets.grading.pages import page_name, student_page
from worksheets.grading.results import summary, write_results
from worksheets.grading.run import Progress, Row, Run, judge_all
from worksheets.grading.sheet import Sheet
from worksheets.grading.whole import write_if_new


@dataclass(frozen=True)
class Graded:
    """What a run gave: the run, its summary, a line for each question, and the files that were written."""

    run: Run
    summary: dict[str, Any]
    questions: list[dict[str, Any]]
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
    return write_all(run, out, answers=answers)


def write_all(run: Run, out: Path, *, answers: bool = False) -> Graded:
    """Write every file of a run, going once through its submissions, one at a time."""
    key, whole = run.sheet.key(), summary(run)
    pages, results = out / "feedback", out / "gradescope" / "results"
    written: set[str] = set()
    with Overview(out, key) as overview, Gradebooks(out, key) as tables:

        def each() -> Iterator[tuple[Row, dict[str, Any]]]:
            for row, outcome in run.outcomes():
                name = page_name(row)
                written.add(Path(name).stem)
                page = student_page(row, outcome, run.sheet.key(row.student), answers=answers)
                write_if_new(pages / name, page)
                write_if_new(results / f"{Path(name).stem}.json", result_text(outcome))
                overview.add(row, outcome)
                tables.add(row, outcome)
                yield row, outcome

        write_results(run, each(), out / "results.json")
        front = overview.write(whole)
        questions = overview.questions()
    write_autograder(out / "gradescope" / "autograder", key)
    for old in (*pages.glob("*.html"), *results.glob("*.json")):
        if old.stem not in written:
            old.unlink()  # of a submission that was there in an earlier run
    files = (front, pages, out / "results.json", *(out / f"{name}.csv" for name in TABLES), out / "gradescope")
    return Graded(run, whole, questions, files)
