"""`gradproof worksheet`: list and build worksheets."""

from pathlib import Path
from typing import Annotated

import typer

from gradproof.cli.output import BadInputError, console, print_json, writable_folder

app = typer.Typer(help="Student and solution notebooks.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> int:
    """List the worksheets."""
    from importlib.metadata import version

    from worksheets.answer_sheet import available

    rows = [sheet.to_json() for sheet in available()]
    if as_json:
        reason = f"{len(rows)} worksheet{'s' * (len(rows) != 1)}."
        print_json({"status": "proved", "reason": reason, "gradproof": version("gradproof"), "worksheets": rows})
        return 0
    screen = console()
    for row in rows:
        screen.print("{name}: {questions} questions, {points} points (from {source})".format(**row), markup=False)
    return 0


@app.command("build")
def build_command(
    name: Annotated[str | None, typer.Argument(help="The name of a worksheet.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Build all worksheets.")] = False,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("worksheets-out"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Write the student and the solution notebook of a worksheet to OUT/NAME."""
    from importlib.metadata import version

    from worksheets.answer_sheet import UnknownWorksheetError, available, build, find

    if every == (name is not None):
        raise BadInputError("name one worksheet, or say --all; `gradproof worksheet list` shows them.")
    try:
        names = [sheet.name for sheet in available()] if name is None else [find(name).name]
    except UnknownWorksheetError as error:
        raise BadInputError(str(error)) from error
    writable_folder(out)
    written = [build(chosen, out) / f"{kind}.ipynb" for chosen in names for kind in ("student", "solution")]
    if as_json:
        print_json(
            {
                "status": "proved",
                "reason": f"{len(written)} files written.",
                "gradproof": version("gradproof"),
                "files": [str(path) for path in written],
            }
        )
        return 0
    screen = console()
    for path in written:
        screen.print(str(path), markup=False, soft_wrap=True)
    return 0
