"""The audit of one document: its formulas in one process, its code in another."""

from collections.abc import Sequence
from pathlib import Path

from checks.documents.claims import Claim, DocumentAudit, LeftOut
from checks.documents.code import check_code
from checks.documents.formulas import Formulas
from checks.documents.source import Code, Prose, Skipped, read_document
from checks.run import Progress

SECONDS = 5.0
RUN_SECONDS = 60.0
MEMORY = 1024


def audit_document(
    path: Path,
    given: Sequence[str] = (),
    *,
    seconds: float = SECONDS,
    run_seconds: float = RUN_SECONDS,
    memory: int = MEMORY,
    isolation: str = "namespaces",
    run: bool = True,
    progress: Progress | None = None,
) -> DocumentAudit:
    """Check what can be checked in a Markdown file or a notebook.

    Parameters
    ----------
    path:
        The file.
    given:
        Declarations, such as `x positive`; lines `given: …` of the document are added.
    seconds, memory:
        The time limit for each formula, and the memory in MiB of the process that decides.
    run_seconds:
        How long all code together may run.
    isolation:
        As for `checks.submissions.sandbox.Sandbox`.
    run:
        Whether the code is run; if not, asserts and outputs are left out.
    progress:
        Called as the work goes on.

    Returns
    -------
    DocumentAudit
        Claims and what was left out, formulas first.

    Raises
    ------
    DocumentError
        The file cannot be read.
    IsolationError
        The system has not what isolation needs.
    """
    document = read_document(path)
    prose = [piece for piece in document.pieces if isinstance(piece, Prose)]
    code = [piece for piece in document.pieces if isinstance(piece, Code)]
    found = DocumentAudit(
        (), tuple(_skipped(document.name, piece) for piece in document.pieces if isinstance(piece, Skipped))
    )
    with Formulas(document.name, given, seconds=seconds, memory=memory) as formulas:
        for number, piece in enumerate(prose):
            if progress is not None:
                progress(f"{document.name}"[:24], number, len(prose) + 1)
            found += formulas.check(piece)
    if not run:
        reason = "the code was not run (--no-run)"
        return found + DocumentAudit(
            (), tuple(LeftOut(document.name, _place(one.place, one.first), "code", reason) for one in code)
        )
    claims: list[Claim]
    claims, left_out = check_code(document.name, code, seconds=run_seconds, isolation=isolation)
    return found + DocumentAudit(tuple(claims), tuple(left_out))


def _skipped(name: str, piece: Skipped) -> LeftOut:
    return LeftOut(name, _place(piece.place, piece.line), piece.text[:200], piece.reason)


def _place(place: str, line: int) -> str:
    return ", ".join(([place] if place else []) + ([f"line {line}"] if line else [])) or "the document"
