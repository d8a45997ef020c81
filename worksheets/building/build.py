"""Builds worksheets: from the cache where nothing changed, in parallel where something did."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from worksheets import answer_sheet, library
from worksheets.building import cache, latex, pool
from worksheets.building.files import DOCUMENTS, Files, Progress, make, with_pdf, write
from worksheets.sheet import Source, read_source
from worksheets.source import Problem, SourceError

STUDENT = re.compile(r"[A-Za-z0-9][\w.@+-]{0,63}")


@dataclass(frozen=True)
class Job:
    """A worksheet to build, for everybody (student "") or for one student.

    Attributes
    ----------
    path, student:
        The source, and whose variant.
    pdf:
        Whether the documents are wanted as PDF, too.
    made:
        The other files, where they have been made before.
    """

    path: Path
    student: str = ""
    pdf: bool = False
    made: Files | None = None


@dataclass(frozen=True)
class Built:
    """What became of a worksheet.

    Attributes
    ----------
    name, student:
        Which one.
    files:
        What stands in the folder now.
    cached, changed:
        Whether it came from the cache, and whether anything was written.
    error:
        Why it could not be built; what was there before is untouched then.
    """

    name: str
    student: str = ""
    files: tuple[Path, ...] = ()
    cached: bool = False
    changed: bool = False
    error: Exception | None = None
    problems: tuple[Problem, ...] = field(default=())


def build(
    names: Sequence[str],
    out_dir: Path,
    *,
    students: Sequence[str] = (),
    pdf: bool = False,
    progress: Progress | None = None,
    workers: int = 2,
) -> list[Built]:
    """Write the files of worksheets into `out_dir/NAME`, those of students into `out_dir/NAME/students/STUDENT`.

    Parameters
    ----------
    names:
        Names of built-in worksheets, or paths of sources.
    out_dir:
        The folder for worksheets.
    students:
        Whose variants are wanted; without any, the one for everybody.
    pdf:
        Whether to typeset `student.tex` and `solution.tex`, too.
    progress:
        Called with what is being done, how much is done, and how much there is.
    workers:
        How many processes at once.

    Returns
    -------
    list of Built
        In order; one that could not be built says why.

    Raises
    ------
    UnknownWorksheetError
        There is no such worksheet.
    NoLatexError
        A PDF is wanted, and there is no pdflatex.
    """
    typeset = f"-pdf-{latex.version()}" if pdf else ""
    found: dict[int, Built] = {}
    sources: dict[int, tuple[Job, Source]] = {}
    jobs: list[tuple[str, Job | None]] = []
    for name in names:
        if any(sheet.name == name for sheet in answer_sheet.available()):
            jobs.append((name, None))
        else:
            path = library.path_of(name)
            jobs += [(path.stem, Job(path, student, pdf)) for student in (students or ("",))]
    for place, (name, job) in enumerate(jobs):
        if job is None:
            folder = answer_sheet.build(name, out_dir)
            found[place] = Built(name, files=tuple(sorted(folder.glob("*.ipynb"))), changed=True)
            continue
        try:
            source = read_source(job.path, student=job.student)
        except SourceError as error:
            found[place] = Built(name, job.student, error=error, problems=error.problems)
            continue
        kept = cache.find(cache.name_of(source) + typeset)
        if kept is not None:
            found[place] = _written(source, kept, out_dir, cached=True)
        else:
            made = cache.find(cache.name_of(source)) if pdf else None
            sources[place] = (replace(job, made=made), source)
    outcomes = pool.run(make_job, [job for job, _ in sources.values()], progress, workers=workers) if sources else []
    for (place, (job, source)), outcome in zip(sources.items(), outcomes, strict=True):
        if outcome.result is None:
            problems = outcome.error.problems if isinstance(outcome.error, SourceError) else ()
            found[place] = Built(source.name, job.student, error=outcome.error, problems=problems)
            continue
        cache.keep(cache.name_of(source) + typeset, outcome.result)
        if pdf and job.made is None:
            plain = {name: content for name, content in outcome.result.items() if not name.endswith(".pdf")}
            cache.keep(cache.name_of(source), plain)
        found[place] = _written(source, outcome.result, out_dir, cached=False)
    return [found[place] for place in range(len(jobs))]


def make_job(job: Job, progress: Progress) -> Files:
    """Return the files of a worksheet; the work that is done in parallel."""
    made = job.made or make(read_source(job.path, student=job.student).resolve(), progress=progress)
    return with_pdf(made) if job.pdf else made


def folder_of(source: Source, out_dir: Path) -> Path:
    """Return where a worksheet is built to."""
    folder = Path(out_dir) / source.name
    return folder / "students" / source.student if source.student else folder


def _written(source: Source, files: Files, out_dir: Path, *, cached: bool) -> Built:
    folder = folder_of(source, out_dir)
    try:
        changed = write(files, folder)
        if changed and "student.pdf" not in files:
            for name in DOCUMENTS:  # a PDF of an older source
                (folder / f"{name}.pdf").unlink(missing_ok=True)
    except OSError as error:
        return Built(source.name, source.student, error=error)
    return Built(source.name, source.student, tuple(folder / name for name in files), cached, changed)
