"""Makes all files of a worksheet in memory, and writes them so that at no moment one is half-written."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from worksheets.building.execution import execute
from worksheets.building.hidden import add_hidden_tests
from worksheets.building.key import key, key_text
from worksheets.building.latex import FigureError, document, pdf
from worksheets.building.leaks import leaks, strings_of, strings_of_page
from worksheets.building.mathml import UnknownLatexError
from worksheets.building.notebook import NBGRADER, SOLUTION, STUDENT, cells, notebook, notebook_text, released
from worksheets.building.otter import master
from worksheets.building.page import page
from worksheets.sheet import Source
from worksheets.source import Problem, SourceError

Progress = Callable[[str, int, int], None]
Files = dict[str, bytes]

DOCUMENTS = ("student", "solution")


class LeakError(RuntimeError):
    """What students get holds an answer; nothing is written."""


def make(source: Source, *, progress: Progress | None = None) -> Files:
    """Return every file of a worksheet by its name.

    Parameters
    ----------
    source:
        A worksheet that was resolved.
    progress:
        Called with what is being done, how much is done, and how much there is.

    Raises
    ------
    ExecutionError
        A cell of the solution fails.
    LeakError
        A student's file would hold an answer.
    SourceError
        A formula cannot be shown on a page.
    """
    say = progress or (lambda *_: None)
    say("hidden tests", 0, 1)
    tests = add_hidden_tests(source)
    student, solution = notebook(source, STUDENT), notebook(source, SOLUTION)
    nbgrader, otter = notebook(source, NBGRADER), master(source, tests)
    execute(solution, progress=say)
    html_of = {cell.id: cell.html for cell in cells(source, SOLUTION) if cell.html}
    try:
        pages = {
            "student.html": page(source, student, solved=False, html_of={}),
            "solution.html": page(source, solution, solved=True, html_of=html_of),
        }
        student_tex, student_figures = document(source, student, solved=False)
        solution_tex, solution_figures = document(source, solution, solved=True)
    except UnknownLatexError as error:
        raise SourceError([Problem(source.path.name, 1, str(error), "write it with commands of amsmath")]) from None
    except FigureError as error:
        raise SourceError([Problem(source.path.name, 1, str(error), "save it again as .png or .svg")]) from None
    seen = [*strings_of(student), *strings_of(released(nbgrader)), ("student.tex", student_tex)]
    seen += strings_of_page("student.html", pages["student.html"])
    seen += [(f"{name}-visible", one.shapes) for name, one in tests.items()]
    found = leaks(source, seen)
    if found:
        question, place, answer = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise LeakError(
            f"students would see an answer of '{question}' in {place}: {answer!r}{more}; take it out of the source"
        )
    texts = {
        "student.ipynb": notebook_text(student),
        "solution.ipynb": notebook_text(solution),
        "key.json": key_text(key(source)),
        f"nbgrader/{source.name}.ipynb": notebook_text(nbgrader),
        f"otter/{source.name}.ipynb": notebook_text(otter),
        "student.tex": student_tex,
        "solution.tex": solution_tex,
        **pages,
    }
    return {name: text.encode("utf-8") for name, text in texts.items()} | student_figures | solution_figures


def with_pdf(files: Files) -> Files:
    """Return the files of a worksheet with its documents as PDF.

    Raises
    ------
    NoLatexError
        There is no pdflatex.
    LatexError
        A document could not be typeset.
    """
    figures = {name: content for name, content in files.items() if name.endswith(".png")}
    made = {f"{name}.pdf": pdf(name, files[f"{name}.tex"].decode("utf-8"), figures) for name in DOCUMENTS}
    return {**files, **made}


def seen_by_students(source: Source) -> list[tuple[str, str]]:
    """Return every text that students get to see with its place: of their notebook, and of its page.

    Raises
    ------
    UnknownLatexError
        A formula cannot be shown on a page.
    """
    student = notebook(source, STUDENT)
    shown = page(source, student, solved=False, html_of={})
    return [*strings_of(student), *strings_of_page("student.html", shown)]


def write(files: Mapping[str, bytes], folder: Path) -> bool:
    """Write files into a folder; each is made beside it and moved into its place in one step.

    Parameters
    ----------
    files:
        The contents by name.
    folder:
        It is made if it is missing; other files in it are left alone.

    Returns
    -------
    bool
        Whether anything changed; files that are there already stay untouched.
    """
    changed = {name: content for name, content in files.items() if not _is(folder / name, content)}
    if not changed:
        return False
    is_new = not folder.exists()
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".build-{folder.name}-", dir=folder.parent))
    try:
        for name, content in changed.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for name in changed:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(made / name, target)
    except BaseException:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return True


def _is(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
