"""`gradproof prove`: certificates that the Coq kernel checks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar, writable_folder

if TYPE_CHECKING:
    from checks.kernel import CheckedTheorem, Coq
    from derive.certificates import Certificate

DEFAULT_FOLDER = Path("proofs")


def command(
    entries: Annotated[list[str] | None, typer.Argument(help="Entries to write certificates for; all if none.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write the .v files and _CoqProject here; 'proofs' without --check.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Let Coq's kernel check them.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Check again what was found before.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="How many certificates to check at once.")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="Time limit for each certificate.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Write each derivative as a theorem with a proof, and let Coq's kernel check it."""
    from derive.catalogue import UnknownEntryError, load, names
    from derive.certificates import certificate

    try:
        chosen = [load(name) for name in dict.fromkeys(entries or names())]
    except UnknownEntryError as error:
        raise BadInputError(str(error)) from error
    coq = installed(seconds) if check else None
    certificates = [certificate(entry) for entry in chosen]
    folder = out if out is not None or check else DEFAULT_FOLDER
    files = [] if folder is None else write(certificates, folder)
    rows = [] if coq is None else checked(certificates, coq, fresh=fresh, jobs=jobs)
    if as_json:
        print_json(_object(rows, files, coq))
    else:
        _print(rows, files, certificates, coq, folder)
    return exit_code([str(row.verdict.status) for row in rows])


def installed(seconds: float = 60.0) -> "Coq":
    """Return Coq with a time limit for each file, or say in one line how to install it.

    Raises
    ------
    BadInputError
        Coq is not installed.
    """
    from dataclasses import replace

    from checks.kernel import CoqMissingError, find_coq

    try:
        return replace(find_coq(), seconds=seconds)
    except CoqMissingError as error:
        raise BadInputError(f"{error}.") from error


def checked(
    certificates: "list[Certificate]", coq: "Coq", *, fresh: bool = False, jobs: int | None = None
) -> "list[CheckedTheorem]":
    """Check certificates with a progress bar.

    Raises
    ------
    BadInputError
        The installed Coq cannot read our library.
    """
    from checks.kernel import LibraryError, check_certificates

    try:
        with progress_bar() as progress:
            return check_certificates(certificates, coq, processes=jobs, fresh=fresh, progress=progress)
    except LibraryError as error:
        raise BadInputError(f"{error}.") from error


def write(certificates: "list[Certificate]", folder: Path) -> list[Path]:
    """Write certificates, our library and `_CoqProject` into a folder.

    Raises
    ------
    BadInputError
        Nothing can be written there.
    """
    from derive.certificates import write_folder

    return write_folder(certificates, writable_folder(folder))


def _object(rows: "list[CheckedTheorem]", files: list[Path], coq: "Coq | None") -> dict[str, Any]:
    from importlib.metadata import version

    status, reason = _whole(rows, files, coq)
    return {
        "status": status,
        "reason": reason,
        "gradproof": version("gradproof"),
        "coq": None if coq is None else coq.version,
        "results": [row.to_json() for row in rows],
        "files": [str(file) for file in files],
    }


def _whole(rows: "list[CheckedTheorem]", files: list[Path], coq: "Coq | None") -> tuple[str, str]:
    from checks.verdict import gravest

    if coq is None:
        return "undecided", f"{len(files)} files written; nothing was checked: say --check."
    if not rows:
        return "undecided", "There was nothing to check."
    accepted = [row.entry for row in rows if str(row.verdict.status) == "proved"]
    proved, entries = len(accepted), len(set(accepted))
    left = f"; {len(rows) - proved} not" if proved < len(rows) else ""
    words = f"{proved} theorem{'s' * (proved != 1)} of {entries} entr{'y' if entries == 1 else 'ies'}"
    reason = f"{words} accepted by the kernel of Coq {coq.version}{left}."
    return str(gravest(row.verdict.status for row in rows)), reason


def _print(
    rows: "list[CheckedTheorem]",
    files: list[Path],
    certificates: "list[Certificate]",
    coq: "Coq | None",
    folder: Path | None,
) -> None:
    screen = console()

    def say(text: str) -> None:
        screen.print(text, markup=False, soft_wrap=True)

    for row in rows:
        what = row.theorem or f"∂/∂{row.target}"
        say(f"{row.entry:22} {row.verdict.status:9} {what}")
        if str(row.verdict.status) != "proved":
            say(f"{'':22} {row.verdict.reason}")
    if coq is None:
        for one in certificates:
            for target, reason in one.missing.items():
                say(f"{one.name}, {target}: no theorem yet; {reason}")
    else:
        axioms = sorted({axiom for row in rows for axiom in row.to_json()["axioms"]})
        if axioms:
            say(f"\nAxioms used: {', '.join(axioms)}.")
    say(("\n" if rows else "") + _whole(rows, files, coq)[1])
    if folder is not None:
        say(f"Scripts: {folder}")
