"""`gradproof equal`: whether two formulas are the same."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, InterruptedRunError, console, exit_code, progress_bar

if TYPE_CHECKING:
    from checks.bounded import Bounded

GRACE = 2.0
"""Seconds beyond the limit after which the process that decides is ended, whatever it is doing."""


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
    memory: Annotated[int, typer.Option(min=256, help="Limit in MB on the memory of the process that decides.")] = 1024,
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
        return _pairs(pairs, seconds, memory, given or [])
    if left is None or right is None:
        raise BadInputError("two formulas are needed: gradproof equal LEFT RIGHT, or --pairs FILE.")
    line = json.dumps({"left": left, "right": right, "given": given or []})
    with _process(memory) as process:
        found = _answer(process, 1, line, seconds)
    status = str(found["status"])
    if certificate is not None:
        _write(found, certificate)
    if as_json:
        print(_as_line(_object(found)))
    if status == "unreadable":
        if not as_json:
            raise BadInputError(found["reason"])
        print(f"gradproof: {' '.join(found['reason'].split())}", file=sys.stderr)
    elif not as_json:
        _print(found)
    return exit_code([status])


def _write(found: dict[str, Any], path: Path) -> None:
    """Write the certificate, or say on standard error why there is none."""
    if found["certificate"] is None:
        why = found.get("without_certificate") or f"the verdict is '{found['status']}'"
        print(f"gradproof: no certificate was written: {why}.", file=sys.stderr)
        return
    try:
        path.write_text(json.dumps(found["certificate"], ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {(error.strerror or str(error)).lower()}.") from None


def _object(found: dict[str, Any]) -> dict[str, Any]:
    from importlib.metadata import version

    first = {"status": found["status"], "reason": found["reason"], "gradproof": version("gradproof")}
    return {**first, **{key: value for key, value in found.items() if key not in first}}


def _as_line(found: dict[str, Any]) -> str:
    """Write an object as one line; what standard output cannot take, such as half a character, stays an escape."""
    line = json.dumps(found, ensure_ascii=False, allow_nan=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return json.dumps(found, allow_nan=False)
    return line


def _print(found: dict[str, Any]) -> None:
    screen = console()

    def say(text: str) -> None:
        screen.print(text, markup=False, soft_wrap=True)

    say(f"{found['status']}: {found['reason']}")
    if found["counterexample"] is not None:
        point = ", ".join(f"{name} = {value}" for name, value in found["counterexample"]["point"].items())
        say(f"At:        {point or 'every point'}")
        say(f"Left:      {found['counterexample']['left']}")
        say(f"Right:     {found['counterexample']['right']}")
    for line in mistake_lines(found):
        say(line)
    say(f"Procedure: {found['procedure']}")
    if found.get("without_certificate"):
        say(f"No certificate: {found['without_certificate']}")
    for sentence in found["ambiguities"]:
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


# -- the process that decides ------------------------------------------------------------------------


def _process(memory: int) -> "Bounded":
    from checks.bounded import Bounded

    process = Bounded("checks.formulas.worker", memory=memory)
    process.start()
    return process


def _answer(process: "Bounded", number: int, line: str, seconds: float) -> dict[str, Any]:
    """Return the object for a line of a file of pairs, whatever becomes of the process that decides."""
    from checks.bounded import EndedError, LateError

    try:
        # Half of the limit again may go into the search for the mistake; what is left is grace for a busy machine.
        found: dict[str, Any] = json.loads(process.ask(json.dumps([number, line, seconds]), 1.5 * seconds + GRACE))
    except LateError:
        reason, tried = f"the time limit of {seconds:g} s was reached", "the time ran out"
    except EndedError as error:
        if not process.answered:
            raise BadInputError(f"the process that decides cannot start: {error}") from None
        reason, tried = f"it takes more than {process.memory} MB of memory", "the memory ran out"
    else:
        return found
    return {
        **json.loads(line),
        "status": "undecided",
        "reason": f"Neither proved nor refuted: {reason}.",
        "procedure": tried,
        "counterexample": None,
        "mistake": None,
        "explanation": None,
        "ambiguities": [],
        "certificate": None,
    }


def _pairs(path: Path, seconds: float, memory: int, given: list[str]) -> int:
    if given:
        raise BadInputError('with --pairs, declarations stand in the file: {"left": …, "right": …, "given": [...]}.')
    lines = [(number, line) for number, line in enumerate(_lines(path), start=1) if line.strip()]
    if not lines:
        raise BadInputError(f"{str(path)!r} holds no pairs; write one JSON object a line.")
    statuses: list[str] = []
    try:
        with _process(memory) as process, progress_bar() as progress:
            progress("pairs", 0, len(lines))
            for number, line in lines:
                found = _answer(process, number, line, seconds)
                with _uninterrupted():
                    print(_as_line({**_object(found), "line": number}), flush=True)
                    statuses.append(str(found["status"]))
                progress("pairs", len(statuses), len(lines))
    except KeyboardInterrupt:
        raise InterruptedRunError(f"interrupted after {len(statuses)} of {len(lines)} pairs") from None
    return exit_code(statuses)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until a line is written, so that a file of answers never ends in half of one."""
    # A mask of the signal would not do: another thread could take it, and Python interrupts this one all the same.
    waiting: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if waiting:
        raise KeyboardInterrupt


def _lines(path: Path) -> list[str]:
    """Return the lines of a file; bytes that are no text stay visible as such, for the answer to the line."""
    return _read(path).decode("utf-8-sig", "surrogateescape").split("\n")


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file, or say in one line why it cannot be read.

    Raises
    ------
    BadInputError
        There is no such file, it is a folder, or it is no text.
    """
    try:
        return _read(path).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError as error:
        number = error.object[: error.start].count(b"\n") + 1
        raise BadInputError(f"{str(path)!r} is no text in UTF-8 (line {number}).") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInputError(f"there is no file {str(path)!r}.") from None
    except IsADirectoryError:
        raise BadInputError(f"{str(path)!r} is a folder; give a file.") from None
    except OSError as error:
        raise BadInputError(f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}.") from None
