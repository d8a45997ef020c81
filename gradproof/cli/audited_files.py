"""What `gradproof audit FILE` does with documents of one's own, and prints."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradproof.cli.output import BadInputError, console, exit_code, progress_bar

if TYPE_CHECKING:
    from checks.documents import DocumentAudit


def document_exit_code(statuses: list[str]) -> int:
    """Return 1 if anything was refuted, 3 if anything stays open or there was nothing to decide, else 0.

    A formula that cannot be read is listed as such; the file was read all the same, and is no bad input.
    """
    codes = {3 if status == "unreadable" else exit_code([status]) for status in statuses}
    return 1 if 1 in codes else 3 if 3 in codes or not codes else 0


def audited_files(
    files: list[str], given: list[str], seconds: float, run_seconds: float | None, isolation: str
) -> "DocumentAudit":
    """Check the documents, or say in one line why that cannot be done.

    Raises
    ------
    BadInputError
        A file or a declaration cannot be read, or code cannot be isolated here.
    """
    from checks.documents import DocumentAudit, DocumentError, audit_document
    from checks.formulas.declared import declared
    from checks.submissions.sandbox import IsolationError
    from derive.reading import UnreadableError

    whole = DocumentAudit((), ())
    try:
        declared(given)
        with progress_bar() as progress:
            for file in files:
                whole += audit_document(
                    Path(file),
                    given,
                    seconds=seconds,
                    run_seconds=run_seconds or 1.0,
                    run=run_seconds is not None,
                    isolation=isolation,
                    progress=progress,
                )
    except UnreadableError as error:
        raise BadInputError(f"--given {error.text!r}: {error.message}.") from error
    except (DocumentError, IsolationError) as error:
        raise BadInputError(f"{error}.") from error
    return whole


def print_audited(found: "DocumentAudit", verbose: bool) -> None:
    """Print a line for each claim, and the reason of each that does not hold, or of all."""
    screen = console()

    def say(text: str) -> None:
        screen.print(text, markup=False, soft_wrap=True)

    sources = {claim.source for claim in found.claims} | {one.source for one in found.left_out}
    several = len(sources) > 1
    for claim in found.claims:
        where = f"{claim.source}, {claim.place}" if several else claim.place
        say(f"{where:16}  {claim.status:10}  {claim.claim}")
        if verbose or str(claim.status) not in ("proved", "agrees"):
            say(f"    {claim.reason}")
    if found.left_out:
        say("\nNot taken for claims:")
    for one in found.left_out:
        where = f"{one.source}, {one.place}" if several else one.place
        say(f"{where:16}  {one.text}: {one.reason}" if one.text else f"{where:16}  {one.reason}")
    say(f"\n{found.status}: {found.reason}")
