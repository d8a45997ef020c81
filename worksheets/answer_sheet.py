"""Answer worksheets made from the catalogue: a notebook for students and one with solutions, from one source."""

import difflib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worksheets.questions import Question


@dataclass(frozen=True)
class Worksheet:
    """A worksheet that can be built.

    Attributes
    ----------
    name:
        What it is called; the folder that it is built into.
    source:
        What it is made from.
    entries:
        The entries of the catalogue that it asks about, in order.
    """

    name: str
    source: str
    entries: tuple[str, ...]

    def questions(self) -> tuple[Question, ...]:
        """Return its questions, in order."""
        from derive import catalogue

        return tuple(Question(number, catalogue.load(entry)) for number, entry in enumerate(self.entries, start=1))

    @property
    def points(self) -> int:
        """The points of all questions."""
        return sum(question.points for question in self.questions())

    def to_json(self) -> dict[str, Any]:
        """Return `{name, source, questions, points}`, as `worksheet list --json` prints it."""
        return {"name": self.name, "source": self.source, "questions": len(self.entries), "points": self.points}


_SHEETS = (
    Worksheet(
        "course-gradients",
        "the catalogue of entries",
        (
            "wave",
            "sigmoid",
            "relu",
            "bce_prediction",
            "bce_logit",
            "softmax_cross_entropy",
            "linear_layer",
            "neuron_sigmoid",
        ),
    ),
)


class UnknownWorksheetError(LookupError):
    """There is no worksheet of this name; the message offers the nearest ones."""


def available() -> tuple[Worksheet, ...]:
    """Return the worksheets that can be built."""
    return _SHEETS


def build(name: str, out_dir: Path) -> Path:
    """Write `student.ipynb`, `solution.ipynb` and the certificates of a worksheet into the folder `out_dir/name`.

    Both are written under other names first and then renamed: a build that fails leaves older notebooks as they were.
    Building twice gives the same bytes.

    Parameters
    ----------
    name:
        Of a worksheet in `available()`.
    out_dir:
        The folder for worksheets; it is made if it is missing.

    Returns
    -------
    Path
        The folder `out_dir/name`.

    Raises
    ------
    UnknownWorksheetError
        There is no such worksheet.
    OSError
        The folder cannot be written to.
    """
    from worksheets.proofs import write_proofs

    sheet = find(name)
    written = {f"{kind}.ipynb": notebook_text(sheet, solution=kind == "solution") for kind in ("student", "solution")}
    folder = Path(out_dir) / sheet.name
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".build-", dir=folder) as temporary:
        for file, text in written.items():
            (Path(temporary) / file).write_text(text, encoding="utf-8")
        for file in written:
            os.replace(Path(temporary) / file, folder / file)
    write_proofs(sheet.entries, folder)
    return folder


def notebook_text(sheet: Worksheet, *, solution: bool) -> str:
    """Return one version of a worksheet as the text of an `.ipynb` file, checked by nbformat."""
    import nbformat

    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "gradproof": {"worksheet": sheet.name, "version": "solution" if solution else "student"},
        },
        "cells": list(_cells(sheet, solution=solution)),
    }
    nbformat.validate(nbformat.from_dict(notebook))
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cells(sheet: Worksheet, *, solution: bool) -> Iterator[dict[str, Any]]:
    from worksheets import cells
    from worksheets.figure_cells import figure

    questions = sheet.questions()
    yield cells.title(sheet.name, questions, solution=solution)
    yield cells.tools()
    for question in questions:
        yield cells.question(question)
        yield cells.given_function(question)
        for derivative in question.derivatives:
            yield cells.derivation(question, derivative.target, solution=solution)
            yield cells.answer(question, derivative, solution=solution)
            yield cells.check(question, derivative)
        drawn = figure(question)
        if drawn is not None:
            yield drawn


def find(name: str) -> Worksheet:
    """Return the worksheet of this name.

    Raises
    ------
    UnknownWorksheetError
        There is none; the message offers the nearest names.
    """
    found = next((sheet for sheet in _SHEETS if sheet.name == name), None)
    if found is None:
        names = [sheet.name for sheet in _SHEETS]
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.4)
        offer = f"did you mean {' or '.join(near)}?" if near else f"the worksheets are {', '.join(names)}"
        raise UnknownWorksheetError(f"there is no worksheet {name!r}; {offer}")
    return found
