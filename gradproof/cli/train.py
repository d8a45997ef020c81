"""`gradproof train`: networks that train on real data while their gradients are checked."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar


class Network(StrEnum):
    """The networks of the course."""

    DIGITS = "digits"
    FASHION = "fashion"
    CONV = "conv"


def command(
    network: Annotated[Network, typer.Argument(help="digits (10 classes, and 0-4 / 5-9), fashion, or conv.")],
    data_dir: Annotated[Path | None, typer.Option(help="Folder with the four Fashion-MNIST files.")] = None,
    download: Annotated[bool, typer.Option(help="Download Fashion-MNIST if it is found nowhere.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Train a network and compare its back-propagation with the derivation at several moments."""
    from checks.run import NETWORKS, run_networks
    from numeric.data.errors import DataError

    names = [name for name in NETWORKS if name == network or (network == Network.DIGITS and name == "halves")]
    try:
        with progress_bar() as progress:
            run = run_networks(names, data_dir=data_dir, download=download, progress=progress)
    except DataError as error:
        raise BadInputError(str(error)) from error
    if as_json:
        print_json(run.to_json())
    else:
        screen = console()
        for result in run.results:
            line = f"{result.entry:8} {result.check:24} {result.verdict.status:9} {result.verdict.reason}"
            screen.print(line, soft_wrap=True, markup=False)
        screen.print(f"\n{run.reason} {run.seconds:.1f} s.", soft_wrap=True, markup=False)
    return exit_code([str(result.verdict.status) for result in run.results])
