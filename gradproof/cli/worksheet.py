"""`gradproof worksheet`: list, begin, build and check worksheets."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar, writable_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worksheets.building.build import Built
    from worksheets.building.pool import Outcome
    from worksheets.checking import Checked
    from worksheets.source import Problem

app = typer.Typer(
    help="Student and solution notebooks, answer keys and pages from one source.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
WORKERS = 2


@app.command("list")
def list_command(as_json: Json = False) -> int:
    """List the worksheets."""
    from worksheets import library
    from worksheets.answer_sheet import available
    from worksheets.sheet import read_source
    from worksheets.source import SourceError

    rows = []
    for name in library.names():
        try:
            source = read_source(library.path_of(name))
        except SourceError as error:
            raise BadInputError(f"the worksheet {name!r} cannot be read: {error.problems[0]}") from error
        row = {
            "name": name,
            "source": source.path.name,
            "questions": len(source.questions),
            "points": _number(source.points),
        }
        rows.append({**row, "bonus": _number(source.bonus), "title": source.title})
    rows += [sheet.to_json() for sheet in available()]
    if as_json:
        _print({"status": "proved", "reason": f"{_count(len(rows), 'worksheet')}.", "worksheets": rows})
        return 0
    screen = console()
    for row in rows:
        screen.print("{name}: {questions} questions, {points} points (from {source})".format(**row), markup=False)
    return 0


@app.command("new")
def new_command(
    file: Annotated[Path, typer.Argument(help="The Markdown file to begin.")],
    as_json: Json = False,
) -> int:
    """Begin a worksheet: write an example that shows every kind of question, with comments."""
    from worksheets import library

    if file.suffix != ".md":
        raise BadInputError(f"{file.name!r} is no Markdown file; give it a name that ends in .md.")
    if file.exists():
        raise BadInputError(f"{file} is there already; choose another name, or remove it first.")
    if not file.parent.is_dir():
        raise BadInputError(f"there is no folder {str(file.parent)!r}; make it first.")
    try:
        file.write_text(library.example(file.stem), encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"cannot write {file}: {(error.strerror or str(error)).lower()}.") from error
    if as_json:
        _print({"status": "proved", "reason": f"{file} written.", "files": [str(file)]})
    else:
        print(f"{file} written; build it with: gradproof worksheet build {file}")
    return 0


@app.command("build")
def build_command(
    name: Annotated[list[str] | None, typer.Argument(help="Names of worksheets, or Markdown files.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Build all worksheets.")] = False,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("worksheets-out"),
    student: Annotated[list[str] | None, typer.Option(help="Build the variant of this student; repeatable.")] = None,
    students: Annotated[Path | None, typer.Option(help="A file with one student a line.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Typeset student.pdf and solution.pdf with pdflatex.")] = False,
    as_json: Json = False,
) -> int:
    """Write notebooks, key, pages and LaTeX of worksheets to OUT/NAME."""
    from worksheets.answer_sheet import UnknownWorksheetError
    from worksheets.building.build import build
    from worksheets.building.latex import NoLatexError

    names = _names(name, every)
    whose = _students(student or [], students)
    writable_folder(out)
    try:
        with progress_bar() as progress:
            built = build(names, out, students=whose, pdf=pdf, progress=progress, workers=WORKERS)
    except (UnknownWorksheetError, NoLatexError) as error:
        raise BadInputError(str(error)) from error
    return _say_built(built, as_json)


@app.command("check")
def check_command(
    name: Annotated[list[str] | None, typer.Argument(help="Names of worksheets, or Markdown files.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Check all worksheets.")] = False,
    student: Annotated[str, typer.Option(help="Check the variant of this student.")] = "",
    times: Annotated[bool, typer.Option("--times", help="Show the seconds of each cell.")] = False,
    as_json: Json = False,
) -> int:
    """Prove every formula of a worksheet, run every model and see every planted wrong answer fail."""
    from worksheets import library
    from worksheets.answer_sheet import UnknownWorksheetError
    from worksheets.building import pool
    from worksheets.building.build import Job
    from worksheets.checking import check_job

    try:
        jobs = [Job(library.path_of(one), student) for one in _names(name, every, of_catalogue=False)]
    except UnknownWorksheetError as error:
        raise BadInputError(str(error)) from error
    with progress_bar() as progress:
        outcomes = pool.run(check_job, jobs, progress, workers=WORKERS)
    return _say_checked([job.path.name for job in jobs], outcomes, times, as_json)


def _names(names: list[str] | None, every: bool, *, of_catalogue: bool = True) -> list[str]:
    from worksheets import library
    from worksheets.answer_sheet import available

    if every == bool(names):
        raise BadInputError("name worksheets, or say --all; `gradproof worksheet list` shows them.")
    if names:
        return list(dict.fromkeys(names))
    return [*library.names(), *((sheet.name for sheet in available()) if of_catalogue else ())]


def _students(named: list[str], file: Path | None) -> list[str]:
    from worksheets.building.build import STUDENT

    students = list(named)
    if file is not None:
        try:
            students += [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(f"cannot read {file}: {error}; give a text file with one student a line.") from error
    for student in students:
        if not STUDENT.fullmatch(student) or ".." in student:
            raise BadInputError(
                f"{student!r} cannot name a folder; use letters, digits, '.', '@', '_' and '-', at most 64."
            )
    return list(dict.fromkeys(students))


def _say_built(built: "Sequence[Built]", as_json: bool) -> int:
    failed = [one for one in built if one.error is not None]
    problems = [problem for one in failed for problem in one.problems]
    written = [str(path) for one in built for path in one.files]
    if as_json:
        reason = f"{_count(len(written), 'file')} written." if not failed else _failure(failed[0])
        print_this: dict[str, Any] = {
            "status": "unreadable" if failed else "proved",
            "reason": reason,
            "files": written,
        }
        _print({**print_this, "problems": [problem.to_json() for problem in problems]})
    else:
        screen = console()
        for path in written:
            screen.print(path, markup=False, soft_wrap=True)
    for one in failed:
        _say_problems(one.problems)
        print(f"gradproof: {_failure(one)}", file=sys.stderr)
    return 2 if failed else 0


def _failure(one: "Built") -> str:
    if one.problems:
        reason = f"{_count(len(one.problems), 'problem')} in its source"
    else:
        reason = " ".join(str(one.error).split())
    return f"{one.name} was not built: {reason}; what was there before is untouched."


def _say_checked(names: list[str], outcomes: "Sequence[Outcome[Checked]]", times: bool, as_json: bool) -> int:
    from worksheets.source import SourceError

    statuses: list[str] = []
    rows: list[dict[str, Any]] = []
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome.result is None:
            statuses.append("unreadable")
            problems = outcome.error.problems if isinstance(outcome.error, SourceError) else ()
            rows.append({"name": name, "status": "unreadable", "problems": [problem.to_json() for problem in problems]})
            _say_problems(problems)
            reason = (
                f"{_count(len(problems), 'problem')} in its source"
                if problems
                else " ".join(str(outcome.error).split())
            )
            print(f"gradproof: {name} cannot be checked: {reason}.", file=sys.stderr)
            continue
        found = outcome.result
        statuses += [str(finding.status) for finding in found.findings]
        rows.append(
            {
                "name": found.name,
                "status": str(found.status),
                "findings": [finding.to_json() for finding in found.findings],
                "seconds": found.times,
            }
        )
        if not as_json:
            _print_findings(found, times)
    if as_json:
        bad = sum(status not in ("proved", "agrees") for status in statuses)
        reason = f"{_count(len(statuses), 'finding')}, {bad} of them open or wrong."
        worst = next((s for s in ("fault", "refuted", "unreadable", "undecided", "agrees") if s in statuses), "proved")
        _print({"status": worst, "reason": reason, "worksheets": rows})
    return (
        2
        if "unreadable" in statuses
        else exit_code(["refuted" if status == "fault" else status for status in statuses])
    )


def _print_findings(found: "Checked", times: bool) -> None:
    from rich.table import Table

    screen = console()
    table = Table(box=None, pad_edge=False, title=found.name, title_justify="left")
    for column in ("line", "question", "check", "status", "reason"):
        table.add_column(column, overflow="fold", no_wrap=column == "status")
    for finding in found.findings:
        status = str(finding.status)
        table.add_row(str(finding.line), finding.question, finding.check, status, finding.reason)
    screen.print(table, markup=False)
    good = sum(str(finding.status) in ("proved", "agrees") for finding in found.findings)
    seconds = sum(found.times.values())
    screen.print(f"{found.name}: {good} of {len(found.findings)} findings hold; the solution ran in {seconds:.1f} s.")
    if times:
        for cell, seconds in sorted(found.times.items(), key=lambda item: -item[1]):
            screen.print(f"  {seconds:6.2f} s  {cell}", markup=False)


def _say_problems(problems: "Sequence[Problem]") -> None:
    for problem in problems:
        print(problem, file=sys.stderr)


def _print(found: dict[str, Any]) -> None:
    from importlib.metadata import version

    print_json({"gradproof": version("gradproof"), **found})


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value
