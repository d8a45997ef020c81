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

    from worksheets import available

    sheets = available()
    if as_json:
        rows = [
            {"name": sheet.name, "source": sheet.source, "questions": sheet.questions, "points": sheet.points}
            for sheet in sheets
        ]
        reason = f"{len(rows)} worksheet{'s' * (len(rows) != 1)}."
        print_json({"status": "proved", "reason": reason, "gradproof": version("gradproof"), "worksheets": rows})
        return 0
    screen = console()
    for sheet in sheets:
        screen.print(f"{sheet.name}: {sheet.questions} questions, {sheet.points} points ({sheet.source})", markup=False)
    return 0


@app.command("build")
def build_command(
    name: Annotated[str | None, typer.Argument(help="The name of a worksheet.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Build all worksheets.")] = False,
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("worksheets-out"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Write the student and the solution notebook of a worksheet to OUT/NAME."""
    import difflib
    from importlib.metadata import version

    from worksheets import available, build

    names = [sheet.name for sheet in available()]
    if every == (name is not None):
        raise BadInputError("name one worksheet, or say --all; `gradproof worksheet list` shows them.")
    if name is not None and name not in names:
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.3) or names
        raise BadInputError(f"there is no worksheet {name!r}; did you mean {near[0]}?")
    writable_folder(out)
    written = [path for chosen in (names if every else [str(name)]) for path in build(chosen, out)]
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
