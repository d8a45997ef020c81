"""`gradproof audit`: every checkable claim of the course documents, or of one's own, checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradproof.cli.audited_files import audited_files, document_exit_code, print_audited
from gradproof.cli.gradient import Isolation
from gradproof.cli.output import BadInputError, console, exit_code, print_json, progress_bar, writable_folder

if TYPE_CHECKING:
    from checks.audit import Audit, Judged

STYLES = {"holds": "green", "wrong": "red", "open": "bold red"}


def command(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Documents of the course, as 004 or conv-by-hand; all, if none. Or files of your own: .md or .ipynb.",
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the claims for which a network trains.")] = False,
    errata: Annotated[Path | None, typer.Option(help="Write the errata to this Markdown file.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write audit.html and audit.json to this folder.")] = None,
    dissect: Annotated[
        Path | None, typer.Option(help="Write the dissected backward pass of document 004 to this Markdown file.")
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option(help="For a file: declare a name or a condition, such as 'x positive'.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.01, help="For a file: time limit for each formula.")] = 5.0,
    run_seconds: Annotated[float, typer.Option(min=1, help="For a file: time limit for all of its code.")] = 60.0,
    no_run: Annotated[bool, typer.Option("--no-run", help="For a file: leave its code alone.")] = False,
    isolation: Annotated[
        Isolation, typer.Option(help="For a file: 'namespaces' shields your files and network from its code.")
    ] = Isolation.NAMESPACES,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the claims that hold, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Check every claim of the course documents: each verdict is computed, and compared with that on record.

    Of a file of your own, check the formulas, asserts and printed outputs that can be read, and list the others.
    """
    from checks.documents import looks_like_a_file

    files = [source for source in sources or [] if looks_like_a_file(source)]
    if files:
        of_the_course = quick or any(path is not None for path in (errata, report, dissect))
        if len(files) != len(sources or []) or of_the_course:
            raise BadInputError(
                "files of your own stand alone, without documents of the course, --quick, --errata, --report and "
                "--dissect."
            )
        audited = audited_files(files, given or [], seconds, None if no_run else run_seconds, str(isolation))
        if as_json:
            print_json(audited.to_json())
        else:
            print_audited(audited, verbose)
        return document_exit_code([str(claim.status) for claim in audited.claims])
    if given or no_run:
        raise BadInputError("--given and --no-run are for files of your own.")
    if report is not None:
        writable_folder(report)
    found = _audit(sources or [], quick)
    if errata is not None:
        _write_errata(errata)
    if dissect is not None:
        _write_dissection(dissect, quick)
    if report is not None:
        _write_report(found, report, quick)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found, verbose)
        if report is not None:
            console().print(f"Report: {report / 'audit.html'}", soft_wrap=True, markup=False)
    return exit_code([str(found.status)])


def _audit(sources: list[str], quick: bool) -> "Audit":
    from checks.audit import LedgerError, UnknownSourceError, audit

    try:
        with progress_bar() as progress:
            return audit(sources, quick=quick, progress=progress)
    except (UnknownSourceError, LedgerError) as error:
        raise BadInputError(str(error)) from error


def _write_errata(path: Path) -> None:
    from checks.audit import ledgers
    from worksheets.errata import errata_page

    _write(path, errata_page(ledgers()))


def _write_dissection(path: Path, quick: bool) -> None:
    from checks.audit.dissection import dissect
    from worksheets.dissected import dissected_page

    found = dissect(train=not quick)
    if found.trained is None:
        raise BadInputError("the page of --dissect needs the training of conv-mistakes: leave out --quick once.")
    _write(path, dissected_page(found))


def _write_report(found: "Audit", folder: Path, quick: bool) -> None:
    from checks.audit.dissection import dissect
    from worksheets.report import ReportError, write_audit

    about_conv = any(ledger.name == "conv-by-hand" for ledger in found.ledgers)
    try:
        write_audit(found, dissect(train=not quick) if about_conv else None, folder)
    except ReportError as error:
        raise BadInputError(str(error)) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"cannot write {str(path)!r}: {(error.strerror or str(error)).lower()}.") from None


def _print(found: "Audit", verbose: bool) -> None:
    from rich.table import Table

    from checks.audit import Outcome

    screen = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("document")
    outcomes = [one for one in Outcome if one is not Outcome.OPEN or any(each.outcome is one for each in found.claims)]
    for heading in ("claims", *outcomes, "as on record"):
        table.add_column(str(heading), justify="right")
    for ledger in found.ledgers:
        claims = found.of(ledger)
        counts = [sum(claim.outcome is outcome for claim in claims) for outcome in outcomes]
        on_record = sum(claim.on_record for claim in claims)
        table.add_row(
            f"{ledger.source} {ledger.name}", str(len(claims)), *(str(count) for count in counts), str(on_record)
        )
    screen.print(table)
    for ledger in found.ledgers:
        shown = [claim for claim in found.of(ledger) if verbose or str(claim.outcome) != "holds"]
        if shown:
            screen.print(f"\n{ledger.source} {ledger.title}", markup=False, soft_wrap=True)
        for claim in shown:
            _print_claim(claim)
    for claim in found.off_record:
        row = claim.row
        screen.print(
            f"\nNot as on record: {row.source} {row.name} is {claim.outcome}, on record {row.recorded}. "
            f"{claim.verdict.status}: {claim.verdict.reason}" + _in_its_place(claim),
            markup=False,
            soft_wrap=True,
        )
    screen.print(f"\n{found.reason} {found.seconds:.1f} s.", soft_wrap=True, markup=False)


def _in_its_place(claim: "Judged") -> str:
    if claim.corrected is None:
        return ""
    return f" In its place, {claim.corrected.status}: {claim.corrected.reason}"


def _print_claim(claim: "Judged") -> None:
    from rich.text import Text

    screen, row = console(), claim.row
    head = Text.assemble((f"{claim.outcome}", STYLES.get(str(claim.outcome), "yellow")), f"  {row.name} ({row.place})")
    screen.print(head, soft_wrap=True)
    screen.print(f"    {row.stated.claim}", markup=False, soft_wrap=True)
    screen.print(f"    {claim.verdict.status}: {claim.verdict.reason}", markup=False, soft_wrap=True)
    if row.correction is not None and claim.corrected is not None:
        screen.print(f"    Instead: {row.correction.claim}", markup=False, soft_wrap=True)
        screen.print(f"    {claim.corrected.status}: {claim.corrected.reason}", markup=False, soft_wrap=True)
