"""`gradproof train`: the experiments of the course, run while their gradients are checked."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar, writable_folder

if TYPE_CHECKING:
    from checks.experiments import Findings


class Name(StrEnum):
    """The experiments; `checks.experiments.EXPERIMENTS` says what they are (a test keeps the two lists the same)."""

    WAVE = "wave"
    MOUNTAIN = "mountain"
    LANDSCAPE = "landscape"
    RING = "ring"
    DIGITS = "digits"
    HALVES = "halves"
    FASHION = "fashion"
    FASHION_DOCUMENTED = "fashion-documented"
    MNIST = "mnist"
    FASHION_DEEP = "fashion-deep"
    FASHION_CONV = "fashion-conv"
    CONV = "conv"
    CONV_RATES = "conv-rates"
    CONV_MISTAKES = "conv-mistakes"


def command(
    experiment: Annotated[
        Name,
        typer.Argument(
            help="wave, mountain: descent and ascent; landscape, ring: piecewise-linear networks; digits, halves; "
            "fashion, fashion-documented, fashion-deep, fashion-conv; mnist; conv, conv-rates, conv-mistakes.",
            show_choices=False,
            metavar="EXPERIMENT",
        ),
    ],
    report: Annotated[Path | None, typer.Option(help="Write EXPERIMENT.html and EXPERIMENT.json here.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, help="Over how many seeds, where it is repeated.")] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with the four files of Fashion-MNIST (or MNIST).")
    ] = None,
    download: Annotated[bool, typer.Option(help="Download the data if they are found nowhere.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Run an experiment of the course and compare its gradients with the derivation at several moments."""
    from checks.experiments import EXPERIMENTS, Options, run
    from numeric.data.errors import DataError

    if seeds is not None and not EXPERIMENTS[experiment].repeated:
        repeated = ", ".join(name for name, each in EXPERIMENTS.items() if each.repeated)
        raise BadInputError(f"{experiment} is not repeated over seeds; --seeds is for {repeated}.")
    if report is not None:
        writable_folder(report)
    try:
        with progress_bar() as progress:
            findings = run(experiment, Options(data_dir, download, seeds), progress=progress)
    except DataError as error:
        raise BadInputError(str(error)) from error
    if report is not None:
        _write(findings, report)
    if as_json:
        print_json(findings.to_json())
    else:
        _print(findings, report)
    return exit_code([str(result.verdict.status) for result in findings.results])


def _write(findings: "Findings", folder: Path) -> None:
    from worksheets.report import ReportError, write_experiment

    try:
        write_experiment(findings, folder)
    except ReportError as error:
        raise BadInputError(str(error)) from error


def _print(findings: "Findings", report: Path | None) -> None:
    from rich.table import Table
    from rich.text import Text

    screen = console()
    screen.print(f"{findings.title}\n", markup=False)
    for table in findings.tables:
        screen.print(Text(table.title))
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for place, heading in enumerate(table.columns):
            shown.add_column(heading, justify="left" if place == 0 else "right", overflow="fold")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        screen.print(shown)
        screen.print()
    for result in findings.results:
        line = f"{result.verdict.status:9} {result.check}: {result.verdict.reason}"
        screen.print(line, soft_wrap=True, markup=False)
    screen.print(f"\n{findings.reason} {findings.seconds:.1f} s.", soft_wrap=True, markup=False)
    if report is not None:
        screen.print(f"Report: {report / f'{findings.name}.html'}", soft_wrap=True, markup=False)
