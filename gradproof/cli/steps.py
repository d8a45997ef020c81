"""`gradproof steps`: the first wrong step of a written derivation."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.equal import mistake_lines, read_lines
from gradproof.cli.output import BadInputError, console, exit_code, print_json

if TYPE_CHECKING:
    from checks.formulas import Checked


def command(
    file: Annotated[Path, typer.Argument(help="A text, Markdown or LaTeX file, a notebook, or - for standard input.")],
    given: Annotated[
        list[str] | None, typer.Option(help="Declare a name or a condition, such as 'sum_k y_k = 1'.")
    ] = None,
    cell: Annotated[int | None, typer.Option(help="Only this cell of a notebook, counted from 1.")] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="Time limit for each step.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Check each step of a written derivation alone; name the first wrong one, and say whether the end is right."""
    from checks.formulas import check_steps
    from derive.reading import UnreadableError

    try:
        checked = check_steps(_text(file, cell), given or [], seconds=seconds)
    except UnreadableError as error:
        where = f" (character {error.column + 1} of {error.text!r})" if error.text else ""
        raise BadInputError(f"{error.message}{where}") from error
    except ValueError as error:
        raise BadInputError(f"{str(file)!r} cannot be checked: {error}.") from error
    if as_json:
        from importlib.metadata import version

        found = checked.to_json()
        print_json(
            {"status": found.pop("status"), "reason": found.pop("reason"), "gradproof": version("gradproof"), **found}
        )
    else:
        _print(checked)
    return exit_code([str(checked.status)])


def _text(file: Path, cell: int | None) -> str | list[tuple[str, str]]:
    text = sys.stdin.read() if str(file) == "-" else "\n".join(read_lines(file))
    if file.suffix != ".ipynb":
        if cell is not None:
            raise BadInputError("--cell is for notebooks only.")
        return text
    from checks.formulas.written import cells_of_notebook

    cells = cells_of_notebook(text)
    if cell is not None:
        chosen = [one for one in cells if one[0] == f"cell {cell}"]
        if not chosen:
            raise BadInputError(f"{str(file)!r} has no Markdown cell {cell}.")
        return chosen
    return cells


def _print(checked: "Checked") -> None:
    screen = console()

    def say(text: str) -> None:
        screen.print(text, markup=False, soft_wrap=True)

    for number, step in enumerate(checked.steps, start=1):
        place = f"{step.place}, line {step.line}" if step.place else f"line {step.line}"
        say(f"{number:3}  {place:10}  {step.answer.verdict.status:10}  {' '.join(step.text.split())}")
        if step.condition:
            say(f"     holds because {step.condition} was given")
        if str(step.answer.verdict.status) != "proved":
            say(f"     {step.reason}")
            for line in mistake_lines(step.answer.to_json()):
                say(f"     {line}")
    status, reason = checked.final
    say(f"\n{checked.status}: {checked.reason}")
    say(f"End: {status}. {reason}")
