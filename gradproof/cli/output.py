"""What commands say: one line for bad input, tables for people, one JSON object for programs, exit codes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from checks.run import Progress

WIDTH = 110


class BadInputError(Exception):
    """The person gave something that cannot be used; the message says what, and how to mend it."""


class InterruptedRunError(Exception):
    """Ctrl-C came; the message says how far the command got."""


EXIT_CODES = {"proved": 0, "agrees": 0, "refuted": 1, "unreadable": 2, "undecided": 3, "fault": 3}


def exit_code(statuses: Iterator[str] | list[str]) -> int:
    """Return 1 if anything was refuted, else 2 for unreadable, 3 for undecided or faults, 0 when all is well."""
    codes = {EXIT_CODES[status] for status in statuses}
    return next((code for code in (1, 2, 3) if code in codes), 0)


def say_bad_input(message: str, as_json: bool) -> None:
    """Write one line to standard error, and the same as an object to standard output for programs."""
    line = " ".join(message.split())
    print(f"gradproof: {line}", file=sys.stderr)
    if as_json:
        from importlib.metadata import version

        print(json.dumps({"status": "unreadable", "reason": line, "gradproof": version("gradproof")}))


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object; numbers that JSON does not have become null."""
    from checks.run import json_ready

    print(json.dumps(json_ready(value), ensure_ascii=False, allow_nan=False))


def console() -> "Console":
    """Return a console for standard output: colours on a terminal only, a readable width elsewhere."""
    from rich.console import Console

    plain = Console()
    return plain if plain.is_terminal else Console(width=WIDTH, no_color=True, highlight=False)


@contextmanager
def progress_bar() -> "Iterator[Progress]":
    """Show a progress bar on standard error while the block runs, on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # What is printed goes above the bar where both share a terminal; redirected to a file it must stay in the file.
    bar = Progress(
        *columns,
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=False,
    )
    with bar:
        task = bar.add_task("", total=None)

        def tell(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield tell


def writable_folder(folder: Path) -> Path:
    """Return the folder, made if need be, or say why nothing can be written there.

    Raises
    ------
    BadInputError
        The path is a file, or the system does not let us write.
    """
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except FileExistsError:
        reason = "it is a file; give the name of a folder"
    except NotADirectoryError:
        reason = "part of its path is a file; give the name of a folder"
    except OSError as error:
        reason = f"{(error.strerror or str(error)).lower()}; choose a folder that you may write to"
    raise BadInputError(f"cannot write into {str(folder)!r}: {reason}.")
