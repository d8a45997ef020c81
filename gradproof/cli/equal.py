"""`gradproof equal`: whether two formulas are the same."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar

if TYPE_CHECKING:
    from checks.formulas import Answer


def command(
    left: Annotated[str | None, typer.Argument(metavar="LEFT", help="A formula: LaTeX, Python or plain.")] = None,
    right: Annotated[str | None, typer.Argument(metavar="RIGHT", help="The formula to compare it with.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option(help="Declare a name or a condition: 'a positive', '0 < p < 1', 'W matrix(N, M)'."),
    ] = None,
    pairs: Annotated[Path | None, typer.Option(help='A file of JSON lines {"left", "right", "given": [...]}.')] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="Write the certificate of what is proved to this file, for `gradproof replay`.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="Time limit for each pair.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Decide whether two formulas are equal for all values: proved, refuted with a point, or undecided."""
    if pairs is not None:
        if left is not None:
            raise BadInputError("give two formulas or --pairs FILE, not both.")
        if certificate is not None:
            raise BadInputError(
                "with --pairs, each object that is printed holds its certificate; leave --certificate out."
            )
        return _pairs(pairs, seconds, given or [])
    if left is None or right is None:
        raise BadInputError("two formulas are needed: gradproof equal LEFT RIGHT, or --pairs FILE.")
    from checks.formulas import answer

    found = answer(left, right, given or [], seconds=seconds)
    status = str(found.verdict.status)
    if certificate is not None:
        _write(found, certificate)
    if as_json:
        print_json(_object(found.to_json()))
    if status == "unreadable":
        if not as_json:
            raise BadInputError(found.verdict.reason)
        print(f"gradproof: {' '.join(found.verdict.reason.split())}", file=sys.stderr)
    elif not as_json:
        _print(found)
    return exit_code([status])


def _write(found: "Answer", path: Path) -> None:
    """Write the certificate, or say on standard error why there is none."""
    if found.certificate is None:
        why = found.without_certificate or f"the verdict is '{found.verdict.status}'"
        print(f"gradproof: no certificate was written: {why}.", file=sys.stderr)
        return
    try:
        path.write_text(json.dumps(found.certificate, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {(error.strerror or str(error)).lower()}.") from None


def _object(found: dict[str, Any]) -> dict[str, Any]:
    from importlib.metadata import version

    return {"status": found.pop("status"), "reason": found.pop("reason"), "gradproof": version("gradproof"), **found}


def _print(found: "Answer") -> None:
    screen = console()

    def say(text: str) -> None:
        screen.print(text, markup=False, soft_wrap=True)

    say(f"{found.verdict.status}: {found.verdict.reason}")
    facts = found.to_json()
    if facts["counterexample"] is not None:
        point = ", ".join(f"{name} = {value}" for name, value in facts["counterexample"]["point"].items())
        say(f"At:        {point or 'every point'}")
        say(f"Left:      {facts['counterexample']['left']}")
        say(f"Right:     {facts['counterexample']['right']}")
    for line in mistake_lines(facts):
        say(line)
    say(f"Procedure: {found.procedure}")
    if found.without_certificate:
        say(f"No certificate: {found.without_certificate}")
    for sentence in found.ambiguities:
        say(f"Read:      {sentence}")


def mistake_lines(facts: dict[str, Any]) -> list[str]:
    """Return what is told about a mistake: its name and what was done, the correct step, what was written instead."""
    found = facts["explanation"]
    if found is None:
        return []
    lines = [f"Mistake:   {facts['mistake']}: {found['sentence']}"]
    if found["correct_step"]:
        lines.append(f"Correct:   {found['correct_step']}")
    if found["instead"]:
        lines.append(f"Instead:   {found['instead']}")
    if found["also"]:
        lines.append(f"Or else:   {', '.join(found['also'])} (the same formula comes of each)")
    return lines


def _pairs(path: Path, seconds: float, given: list[str]) -> int:
    from checks.formulas.pairs import answers

    lines = read_lines(path)
    total = sum(1 for line in lines if line.strip())
    if not total:
        raise BadInputError(f"{str(path)!r} holds no pairs; write one JSON object a line.")
    if given:
        raise BadInputError('with --pairs, declarations stand in the file: {"left": …, "right": …, "given": [...]}.')
    statuses = []
    with progress_bar() as progress:
        progress("pairs", 0, total)
        for done, found in enumerate(answers(lines, seconds=seconds), start=1):
            statuses.append(str(found["status"]))
            print(json.dumps(_object(found), ensure_ascii=False, allow_nan=False), flush=done % 50 == 0)
            progress("pairs", done, total)
    return exit_code(statuses)


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, or say in one line why it cannot be read.

    Raises
    ------
    BadInputError
        There is no such file, it is a folder, or it is no text.
    """
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise BadInputError(f"there is no file {str(path)!r}.") from None
    except IsADirectoryError:
        raise BadInputError(f"{str(path)!r} is a folder; give a file.") from None
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise BadInputError(f"{str(path)!r} is no text in UTF-8 (line {number}).") from None
    except OSError as error:
        raise BadInputError(f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}.") from None
