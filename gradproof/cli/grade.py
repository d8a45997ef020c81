"""`gradproof grade`: many submissions to a worksheet, in parallel."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.gradient import Isolation
from gradproof.cli.output import BadInputError, InterruptedRunError, console, print_json, writable_folder

if TYPE_CHECKING:
    from worksheets.grading import Graded


class RunCells(StrEnum):
    """Which cells of a notebook are run."""

    DEFINITIONS = "definitions"
    NEEDED = "needed"
    ALL = "all"


CODES = {"fault": 3, "refuted": 1, "unreadable": 1, "undecided": 3, "agrees": 0, "proved": 0}


def command(
    worksheet: Annotated[str, typer.Argument(help="The name of a worksheet, its Markdown source, or its key.json.")],
    submission: Annotated[list[Path], typer.Argument(help="Notebooks, Python files, folders, zips of course systems.")],
    out: Annotated[Path, typer.Option(help="The folder to write into; what it holds is not judged again.")],
    run: Annotated[
        RunCells, typer.Option(help="Cells to run: none but definitions, what a question needs, or the whole notebook.")
    ] = RunCells.NEEDED,
    cell_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit for a statement of a cell.")] = 60.0,
    call_seconds: Annotated[float, typer.Option(min=0.1, help="Time limit for a call of a function.")] = 10.0,
    isolation: Annotated[
        Isolation, typer.Option(help="limits: accept limits of time and memory alone.")
    ] = Isolation.NAMESPACES,
    processes: Annotated[int, typer.Option(min=0, help="How many at once; 0 takes all cores.")] = 0,
    dask: Annotated[str, typer.Option(metavar="ADDRESS", help="Judge on the Dask cluster of this scheduler.")] = "",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the hidden inputs; that of the folder, or a new one.")
    ] = None,
    answers: Annotated[bool, typer.Option("--answers", help="Show the right answers on the students' pages.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Grade submissions: a verdict for each question, pages for students and instructor, files for course systems."""
    from checks.submissions.grading import KeyFormatError, Settings
    from checks.submissions.sandbox import IsolationError
    from worksheets.answer_sheet import UnknownWorksheetError
    from worksheets.grading import grade
    from worksheets.grading.cluster import ClusterError, on_cluster
    from worksheets.source import SourceError

    missing = next((path for path in submission if not path.exists()), None)
    if missing is not None:
        raise BadInputError(
            f"there is no file or folder {str(missing)!r}; give notebooks, Python files, folders or zips."
        )
    writable_folder(out)
    done: Counter[str] = Counter()
    try:
        with counting_bar(done) as progress:
            graded = grade(
                worksheet, submission, out,
                settings=Settings(str(run), cell_seconds, call_seconds), isolation=str(isolation), seed=seed,
                processes=processes or _cores(), answers=answers, progress=progress,
                judge=on_cluster(dask) if dask else None,
            )  # fmt: skip
    except UnknownWorksheetError as error:
        raise BadInputError(str(error)) from error
    except SourceError as error:
        raise BadInputError(f"the worksheet cannot be read: {error.problems[0]}") from error
    except KeyFormatError as error:
        raise BadInputError(f"{worksheet!r} cannot be used: {error}.") from error
    except (IsolationError, ClusterError) as error:
        raise BadInputError(str(error)) from error
    except KeyboardInterrupt as error:
        count = sum(done.values())
        raise InterruptedRunError(
            f"interrupted; {count} submissions have their records in {out}, the same command goes on from there"
        ) from error
    except OSError as error:
        raise BadInputError(f"cannot write into {str(out)!r}: {(error.strerror or str(error)).lower()}.") from error
    if as_json:
        print_json({**graded.summary, "files": [str(path) for path in graded.files]})
    else:
        _print(graded)
    return CODES[graded.summary["status"]]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def counting_bar(done: Counter[str]) -> Iterator[Callable[[Counter[str], int, int], None]]:
    """Show how many submissions have each status on standard error, on a terminal only; names stay out of it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    errors = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=errors, transient=True, disable=not errors.is_terminal,
        redirect_stdout=sys.stdout.isatty(), redirect_stderr=False,
    )  # fmt: skip
    with bar:
        task = bar.add_task("reading", total=None)

        def tell(counts: Counter[str], finished: int, total: int) -> None:
            done.clear()
            done.update(counts)
            words = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()) if count)
            bar.update(task, description=words, completed=finished, total=total)

        yield tell


def _print(graded: "Graded") -> None:
    from rich.table import Table

    screen = console()
    table = Table(box=None, pad_edge=False)
    table.add_column("question")
    table.add_column("kind")
    for column in ("right", "not right", "no answer", "waiting", "points"):
        table.add_column(column, justify="right")
    for one in graded.questions:
        counts = [str(one[name]) for name in ("right", "wrong", "none", "waiting")]
        table.add_row(f"{one['number']} {one['id']}", one["kind"], *counts, f"{one['mean']} of {one['out_of']}")
    screen.print(table, markup=False)
    screen.print(graded.summary["reason"], markup=False, soft_wrap=True)
    for path in graded.files:
        screen.print(str(path), markup=False, soft_wrap=True)
