"""Runs pdflatex in a folder of its own: no shell escape, a limit of time, the same bytes every time."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

SECONDS = 180
_ERROR = re.compile(r"^! (?P<error>.*)\n(?:.*\n)*?l\.(?P<line>\d+)(?P<read>.*)", re.MULTILINE)


class NoLatexError(RuntimeError):
    """There is no pdflatex here."""

    def __init__(self) -> None:
        super().__init__(
            "pdflatex is not installed here; install it (Debian: texlive-latex-base), or leave --pdf out: "
            "student.tex and solution.tex are written in any case"
        )


class LatexError(RuntimeError):
    """A document could not be typeset."""


def pdflatex() -> str:
    """Return the command.

    Raises
    ------
    NoLatexError
        It is not installed.
    """
    found = shutil.which("pdflatex")
    if found is None:
        raise NoLatexError
    return found


@cache
def version() -> str:
    """Return what names this pdflatex, for the cache.

    Raises
    ------
    NoLatexError
        It is not installed.
    """
    said = subprocess.run([pdflatex(), "--version"], capture_output=True, check=False).stdout  # noqa: S603 - no input
    return hashlib.sha256(said).hexdigest()[:8]


def pdf(name: str, tex: str, figures: Mapping[str, bytes], *, seconds: float = SECONDS) -> bytes:
    """Return a document as PDF.

    Parameters
    ----------
    name:
        What it is called in messages.
    tex, figures:
        The document, and its figures by their names.
    seconds:
        The limit of time.

    Raises
    ------
    NoLatexError
        There is no pdflatex.
    LatexError
        It could not be typeset; the error names the line of the document.
    """
    command = [
        pdflatex(),
        "-no-shell-escape",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-no-mktex=pk",
        "sheet.tex",
    ]
    with tempfile.TemporaryDirectory(prefix="gradproof-latex-") as folder:
        place = Path(folder)
        (place / "sheet.tex").write_text(tex, encoding="utf-8")
        for file, content in figures.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(content)
        # Paranoid: reads and writes nothing outside of the folder but TeX's own files.
        own = {"openin_any": "p", "openout_any": "p", "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
        own |= {"TEXMFVAR": str(place / "var"), "TEXMFHOME": str(place / "home"), "max_print_line": "1000"}
        try:
            done = subprocess.run(  # noqa: S603 - pdflatex on our own document
                command, cwd=place, env={**os.environ, **own}, capture_output=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise LatexError(f"{name}.tex was not typeset within {seconds:g} s") from None
        made = place / "sheet.pdf"
        if done.returncode != 0 or not made.is_file():
            raise LatexError(_reason(name, done.stdout.decode("utf-8", errors="replace")))
        return made.read_bytes()


def _reason(name: str, said: str) -> str:
    found = _ERROR.search(said)
    if found is None:
        return f"{name}.tex cannot be typeset: {' '.join(said.split())[-200:]}"
    error, read = found["error"].rstrip("."), found["read"].strip()[-60:]
    return f"{name}.tex cannot be typeset: line {found['line']}: {error}, at {read!r}"
