"""A worksheet as a notebook: for students, with solutions, as nbgrader's source."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from worksheets.kinds import Cell, Question
from worksheets.sheet import IMAGES, Source

STUDENT, SOLUTION, NBGRADER, OTTER = "student", "solution", "nbgrader", "otter"
IMPORT = "from gradproof import feedback"
_IMAGE = re.compile(r"(!\[[^\]]*\]\()([^)\s]+)((?:\s[^)]*)?\))")
_CUT = re.compile(
    r"^[ \t]*### BEGIN (?P<what>SOLUTION|HIDDEN TESTS)\n.*?^[ \t]*### END (?P=what)$", re.DOTALL | re.MULTILINE
)


def cells(source: Source, version: str) -> Iterator[Cell]:
    """Yield the cells of one version of a worksheet."""
    solved = version == SOLUTION
    yield _title(source, solved=solved)
    made = list(_body(source, version))
    if any(cell.role == "check" and "feedback." in cell.source for cell in made):
        words = "# Gives feedback on your answers; works without a network.\n"
        strict = "\nfeedback.be_strict()  # a wrong answer fails its cell" if version == NBGRADER else ""
        yield Cell(id="tools", source=f"{words}{IMPORT}{strict}", role="given", code=True)
    yield from made


def _body(source: Source, version: str) -> Iterator[Cell]:
    for item in source.items:
        if not isinstance(item, Question):
            if version == SOLUTION or item.role not in ("experiment", "note"):
                yield item
            continue
        yield item.question_cell()
        if version == SOLUTION:
            yield from item.solution()
        else:
            yield from (_with_model(item, cell) if version == NBGRADER else cell for cell in item.student())


def _with_model(question: Question, cell: Cell) -> Cell:
    """Return an answer in Markdown with its model behind it, between marks: nbgrader would empty a cell without any."""
    if cell.role != "answer" or cell.code:
        return cell
    model = in_words(question)
    return replace(cell, released=f"{cell.source}\n\n### BEGIN SOLUTION\n{model}\n### END SOLUTION")


def in_words(question: Question) -> str:
    """Return what the solution of a question says in Markdown; pictures, which a release would keep, by their names."""
    parts = [cell.source for cell in question.solution() if cell.role == "solution" and not cell.code]
    return re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"*\1*", "\n\n".join(parts))


def released(made: dict[str, Any]) -> dict[str, Any]:
    """Return what students get of nbgrader's source version, for the search for answers."""
    return {**made, "cells": [{**cell, "source": _CUT.sub("", cell["source"])} for cell in made["cells"]]}


def _title(source: Source, *, solved: bool) -> Cell:
    count = len(source.questions)
    bonus = f" and {source.bonus:g} bonus points" if source.bonus else ""
    words = f"{count} question{'s' * (count != 1)}, {source.points:g} points{bonus}"
    lines = [f"# {source.title}", "", f"*{'Solutions' if solved else 'Worksheet'} `{source.name}`: {words}.*"]
    if source.about.get("summary"):
        lines += ["", source.about["summary"]]
    if source.about.get("course"):
        lines += ["", f"*After {source.about['course']}.*"]
    return Cell(id="title", source="\n".join(lines))


def notebook(source: Source, version: str) -> dict[str, Any]:
    """Return one version of a worksheet as the dictionary of an `.ipynb`, not executed, checked by nbformat.

    Parameters
    ----------
    source:
        A worksheet that was resolved.
    version:
        `student`, `solution`, or `nbgrader`: the source from which `nbgrader generate_assignment` makes a release.
    """
    return notebook_of(source, [written(source, cell, version) for cell in cells(source, version)], version)


def notebook_of(source: Source, made: list[dict[str, Any]], version: str) -> dict[str, Any]:
    """Return cells that are written as a notebook, checked by nbformat."""
    import nbformat

    found = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "gradproof": _about(source, version),
        },
        "cells": made,
    }
    nbformat.validate(nbformat.from_dict(found))
    return found


def notebook_text(made: dict[str, Any]) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _about(source: Source, version: str) -> dict[str, Any]:
    about: dict[str, Any] = {"worksheet": source.name, "version": version, "format": 1}
    if source.student:
        about["student"] = source.student
    return about


def written(source: Source, cell: Cell, version: str) -> dict[str, Any]:
    """Return a cell as it stands in a notebook of one version."""
    text, hidden = cell.source, ""
    if version == NBGRADER:
        if cell.role == "answer" and cell.released:
            text = cell.released
        if cell.role == "check" and cell.hidden:
            hidden = f"\n### BEGIN HIDDEN TESTS\n{cell.hidden}\n### END HIDDEN TESTS"
    metadata: dict[str, Any] = {"gradproof": {"cell": cell.id, "role": cell.role}}
    if cell.question:
        metadata["gradproof"]["question"] = cell.question
    if version in (STUDENT, NBGRADER):
        graded = _nbgrader(cell)
        if graded is not None:
            metadata["nbgrader"] = graded
    made: dict[str, Any] = {"cell_type": "code" if cell.code else "markdown", "id": cell.id, "metadata": metadata}
    if cell.code:
        return {**made, "source": text + hidden, "execution_count": None, "outputs": []}
    attached = _attached(source, text)
    if attached:
        made["attachments"] = attached
        text = _IMAGE.sub(lambda found: f"{found[1]}attachment:{_plain_name(found[2])}{found[3]}", text)
    return {**made, "source": text}


def _attached(source: Source, text: str) -> dict[str, dict[str, str]]:
    found = {}
    for mark in _IMAGE.finditer(text):
        name = mark[2]
        if name in source.images:
            kind = IMAGES[f".{name.rpartition('.')[2]}"]
            found[_plain_name(name)] = {kind: base64.b64encode(source.images[name]).decode("ascii")}
    return found


def _plain_name(name: str) -> str:
    return name.replace("/", "-")


def _nbgrader(cell: Cell) -> dict[str, Any] | None:
    """Return the cell metadata of nbgrader's schema 3."""
    facts: dict[str, Any] = {"schema_version": 3, "grade_id": cell.id, "task": False}
    if cell.role == "answer":
        by_hand = cell.points is not None
        facts |= {"grade": by_hand, "solution": True, "locked": False}
        return {**facts, "points": cell.points, "cell_type": "code" if cell.code else "markdown"} if by_hand else facts
    if cell.role == "check":
        graded = cell.points is not None
        facts |= {"grade": graded, "solution": False, "locked": True}
        return {**facts, "points": cell.points, "cell_type": "code"} if graded else facts
    if cell.role == "question":
        return {**facts, "grade": False, "solution": False, "locked": True}
    return None
