"""`gradproof verify`: the main job."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar, writable_folder

if TYPE_CHECKING:
    from checks.run import Run

STYLES = {"proved": "green", "agrees": "green", "refuted": "red", "fault": "red", "undecided": "yellow"}


def command(
    entries: Annotated[
        list[str] | None, typer.Argument(help="Entries to check; all, and the networks, if none.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write report.html, results.json and worksheets here.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder with the four Fashion-MNIST files.")] = None,
    download: Annotated[bool, typer.Option(help="Download Fashion-MNIST if it is found nowhere.")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every check.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Derive, prove, compile and check every gradient, and watch networks train."""
    if report is not None:
        writable_folder(report)
    run = _run(entries or [], data_dir, download)
    if report is not None:
        _write_report(run, report)
    if as_json:
        print_json(run.to_json())
    else:
        _print(run, verbose, report)
    return exit_code([str(result.verdict.status) for result in run.results])


def _run(entries: list[str], data_dir: Path | None, download: bool) -> "Run":
    from checks.run import verify
    from derive.catalogue import UnknownEntryError
    from numeric.data.errors import DataError

    alone = len(entries) in (1, 2)
    processes = 1 if alone else min(2, os.cpu_count() or 1)
    try:
        with progress_bar() as progress:
            return verify(entries, data_dir=data_dir, download=download, processes=processes, progress=progress)
    except (UnknownEntryError, DataError) as error:
        raise BadInputError(str(error)) from error


def _write_report(run: "Run", folder: Path) -> None:
    from worksheets.report import ReportError, write_report

    try:
        write_report(run, folder)
    except ReportError as error:
        raise BadInputError(str(error)) from error


def _print(run: "Run", verbose: bool, report: Path | None) -> None:
    from rich.table import Table
    from rich.text import Text

    screen = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, justify in (
        ("entry", "left"),
        ("status", "left"),
        ("checks", "right"),
        ("numbers compared", "right"),
        ("seconds", "right"),
        ("verdicts", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    for part in run.parts:
        rows = [result for result in run.results if result.entry == part.name]
        worst = _gravest([str(result.verdict.status) for result in rows])
        numbers = sum(result.verdict.compared or 0 for result in rows)
        table.add_row(
            part.name,
            Text(worst, style=STYLES.get(worst, "")),
            str(len(rows)),
            f"{numbers:,}" if numbers else "",
            f"{part.seconds:.2f}",
            _counts([str(result.verdict.status) for result in rows]),
        )
        if verbose:
            for result in rows:
                status = str(result.verdict.status)
                table.add_row(
                    f"  {result.check}", Text(status, style=STYLES.get(status, "")), "", "", f"{result.seconds:.2f}",
                    result.verdict.reason,
                )  # fmt: skip
    screen.print(table)
    for result in run.results:
        if str(result.verdict.status) not in ("proved", "agrees"):
            screen.print(
                f"\n{result.entry}, {result.check}: {result.verdict.status}. {result.verdict.reason}",
                soft_wrap=True,
                markup=False,
            )
    for missing in run.not_run:
        screen.print(f"\n{missing.part} was not run: {missing.reason}", soft_wrap=True, markup=False)
    screen.print(
        f"\n{run.reason} {run.seconds:.1f} s in all, {run.peak_memory_mb:.0f} MB at most.", soft_wrap=True, markup=False
    )
    if report is not None:
        screen.print(f"Report: {report / 'report.html'}", soft_wrap=True, markup=False)


def _counts(statuses: list[str]) -> str:
    return ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(sorted(statuses, reverse=True)))


def _gravest(statuses: list[str]) -> str:
    from checks.verdict import Status, gravest

    return str(gravest(Status(status) for status in statuses))
