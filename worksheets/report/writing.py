"""Write the report into a folder so that at no moment a file is half-written."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.audit import Audit
    from checks.audit.dissection import Dissection
    from checks.experiments import Findings
    from checks.run import Run

PAGE, RESULTS, WORKSHEETS = "report.html", "results.json", "worksheets"


class ReportError(OSError):
    """The report could not be written; one sentence says why and how to mend it."""

    def __str__(self) -> str:
        return str(self.args[0])


def write_report(run: "Run", folder: Path, *, progress: Callable[[str], None] | None = None) -> Path:
    """Write `report.html`, `results.json`, the worksheets and the certificates (`proofs/`) into a folder.

    Everything is made in a hidden folder inside the target, so on the same disk, and then moved into place file by
    file, each in one step: a reader finds a whole file or the one that was there before. The page comes last.

    Parameters
    ----------
    run:
        What was found.
    folder:
        Where to; it is made if it is missing. Other files in it are left alone.
    progress:
        Called with what is being made.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ReportError
        The folder cannot be made or written to.
    """
    say = progress or (lambda _: None)
    _put_in_place(Path(folder), lambda made: _make(run, made, say))
    return Path(folder) / PAGE


def write_experiment(findings: "Findings", folder: Path) -> Path:
    """Write `NAME.html` and `NAME.json` of an experiment into a folder, as `write_report` does.

    Parameters
    ----------
    findings:
        What the experiment found.
    folder:
        Where to; it is made if it is missing. Other files in it are left alone.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ReportError
        The folder cannot be made or written to.
    """
    page = f"{findings.name}.html"
    _put_in_place(Path(folder), lambda made: _make_experiment(findings, made, page))
    return Path(folder) / page


def write_audit(found: "Audit", dissection: "Dissection | None", folder: Path) -> Path:
    """Write `audit.html` and `audit.json` into a folder, as `write_report` does.

    Parameters
    ----------
    found:
        What the audit found.
    dissection:
        The backward pass of document 004, for the page.
    folder:
        Where to; it is made if it is missing. Other files in it are left alone.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ReportError
        The folder cannot be made or written to.
    """
    _put_in_place(Path(folder), lambda made: _make_audit(found, dissection, made))
    return Path(folder) / "audit.html"


def _put_in_place(folder: Path, make: Callable[[Path], None]) -> None:
    with _complaining(folder):
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".report-", dir=folder))
    try:
        with _complaining(folder):
            make(made)
            for file in _in_order(made):
                target = folder / file.relative_to(made)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(file, target)
    except BaseException:
        shutil.rmtree(folder if is_new else made, ignore_errors=True)
        raise
    shutil.rmtree(made, ignore_errors=True)


def _make_experiment(findings: "Findings", made: Path, page: str) -> None:
    import json

    from checks.run import json_ready
    from worksheets.report.experiment import experiment_page

    text = json.dumps(json_ready(findings.to_json()), ensure_ascii=False, allow_nan=False)
    (made / f"{findings.name}.json").write_text(text + "\n", encoding="utf-8")
    (made / page).write_text(experiment_page(findings), encoding="utf-8")


def _make_audit(found: "Audit", dissection: "Dissection | None", made: Path) -> None:
    import json

    from checks.run import json_ready
    from worksheets.report.audited import audit_page

    text = json.dumps(json_ready(found.to_json()), ensure_ascii=False, allow_nan=False)
    (made / "audit.json").write_text(text + "\n", encoding="utf-8")
    (made / "audit.html").write_text(audit_page(found, dissection), encoding="utf-8")


def _make(run: "Run", made: Path, say: Callable[[str], None]) -> None:
    from checks.run import json_text
    from worksheets import answer_sheet
    from worksheets.proofs import FOLDER, write_proofs
    from worksheets.report.page import page

    say("results.json")
    (made / RESULTS).write_text(json_text(run) + "\n", encoding="utf-8")
    names = [sheet.name for sheet in answer_sheet.available()]
    for name in names:
        say(f"worksheet {name}")
        answer_sheet.build(name, made / WORKSHEETS)
    say(FOLDER)
    marks = write_proofs(_entries(run), made)
    say("report.html")
    (made / PAGE).write_text(page(run, worksheets=names, marks=marks), encoding="utf-8")


def _entries(run: "Run") -> list[str]:
    """Return the entries of the catalogue that were checked, in its order."""
    from derive import catalogue

    checked = {result.entry for result in run.results}
    return [name for name in catalogue.names() if name in checked]


def _in_order(made: Path) -> list[Path]:
    """Return all files, the page last: whoever sees the new page finds everything that it names."""
    return sorted(
        (path for path in made.rglob("*") if path.is_file()),
        key=lambda path: (path.suffix == ".html" and path.parent == made, path),
    )


@contextmanager
def _complaining(folder: Path) -> Iterator[None]:
    """Turn what the operating system says into one sentence with a way out."""
    try:
        yield
    except (FileExistsError, NotADirectoryError) as error:
        where = error.filename or folder
        raise ReportError(f"{where} is a file, not a folder: name a folder for the report.") from error
    except PermissionError as error:
        raise ReportError(
            f"the report cannot be written to {folder}: permission denied; name a folder that you may write to."
        ) from error
    except OSError as error:
        raise ReportError(
            f"the report cannot be written to {folder}: {error.strerror or error}; free space or name another folder."
        ) from error
