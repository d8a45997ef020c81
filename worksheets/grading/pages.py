"""A page of feedback for each student: what was found, where, what to do; right answers only when asked for."""

import re
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from checks.answers.cells import formulas
from worksheets.building.markdown import code_html
from worksheets.building.mathml import UnknownLatexError
from worksheets.building.mathml import formula_html as formula_or_error
from worksheets.grading.run import Row
from worksheets.grading.untrusted import formula_html, markdown_html
from worksheets.grading.words import SHOWN, advice, points

CODE_SHOWN = 6_000


@cache
def environment() -> Any:
    """Return the templates; all text in them is escaped."""
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("worksheets.grading"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


@cache
def style() -> Any:
    """Return the style sheet of all pages."""
    from markupsafe import Markup

    return Markup(files("worksheets.grading").joinpath("templates/pages.css").read_text(encoding="utf-8"))  # noqa: S704


def page_name(row: Row) -> str:
    """Return the name of a student's page: the number, and of the name what may stand in one of a file."""
    plain = re.sub(r"[^A-Za-z0-9-]+", "-", row.label).strip("-")[:60]
    return f"{row.number:04}-{plain}.html" if plain else f"{row.number:04}.html"


def student_page(row: Row, outcome: dict[str, Any], key: dict[str, Any], *, answers: bool) -> str:
    """Return the page of a student.

    Parameters
    ----------
    row, outcome:
        The submission, and what was found.
    key:
        Of the student's variant of the worksheet.
    answers:
        Whether right answers are shown.
    """
    asked = {one["id"]: one for one in key["questions"]}
    return str(
        environment()
        .get_template("student.html.j2")
        .render(
            title=key.get("title") or key["worksheet"],
            name=row.label,
            style=style(),
            score=points(outcome["score"]),
            out_of=points(outcome["out_of"]),
            open=points(outcome["open"]) if outcome["open"] else "",
            reason=outcome["reason"],
            notes=[*row.notes, *outcome["notes"]],
            failed=outcome["failed"],
            questions=[_question(one, asked[one["id"]], answers) for one in outcome["questions"]],
            version=version("gradproof"),
        )
    )


def _question(found: dict[str, Any], asked: dict[str, Any], answers: bool) -> dict[str, Any]:
    several = len(found["parts"]) > 1
    return {
        "id": found["id"],
        "number": found["number"],
        "bonus": found["bonus"],
        "status": found["status"],
        "word": SHOWN[found["status"]],
        "points": points(found["points"]),
        "out_of": points(found["out_of"]),
        "reason": found["reason"],
        "notes": found["notes"],
        "parts": [
            {
                "status": part["status"],
                "word": SHOWN[part["status"]],
                "name": "" if _says(part["reason"], part["name"]) else _name(part["name"]),
                "reason": part["reason"],
            }
            for part in (found["parts"] if several else ())
        ],
        "answer": _answer(found),
        "todo": advice(found["status"], found["finding"], found["kind"]),
        "where": where(found),
        "right": _right(asked) if answers else "",
    }


def where(found: dict[str, Any]) -> str:
    """Return where an answer was found, and how where that is not plain."""
    place = f"Read from {' and '.join(found['cells'])}." if found["cells"] else ""
    return f"{place} {found['note']}".strip()


def _says(reason: str, name: str) -> bool:
    """Tell whether a sentence begins with what a part is about: `linear: dW` is the dW of Linear."""
    return bool(name) and reason.startswith(f"{name.rpartition(': ')[2]} ")


def _name(name: str) -> Any:
    from markupsafe import Markup

    if "\\" not in name:
        return name
    try:
        return Markup(formula_or_error(name, display=False))  # noqa: S704 - safe
    except UnknownLatexError:
        return name


def _answer(found: dict[str, Any]) -> Any:
    """Return what the student wrote as HTML that is safe."""
    from markupsafe import Markup

    text = found["answer"]
    if not text:
        return ""
    if found["kind"] == "formula":
        every = [one for one in formulas(text) if one]
        return Markup("".join(f"<p>{formula_html(one, display=True)}</p>" for one in every))  # noqa: S704 - safe
    if found["kind"] in ("steps", "text"):
        return Markup(markdown_html(text))  # noqa: S704 - safe
    if found["kind"] == "plot":
        return ""
    return text


def _right(asked: dict[str, Any]) -> Any:
    """Return the right answer as HTML."""
    from html import escape

    from markupsafe import Markup

    kind = asked["kind"]
    if kind in ("formula", "steps"):
        found = [f"{part['label']} = {part['references'][0]}" for part in asked["parts"]]
        return Markup("".join(f"<p>{formula_html(one, display=True)}</p>" for one in found))  # noqa: S704 - safe
    if kind == "number":
        return asked["shown"]
    if kind == "choice":
        return ", ".join(asked["right"])
    if kind in ("code", "plot"):
        return Markup(code_html(asked["model"][:CODE_SHOWN]))  # noqa: S704 - Pygments escapes
    return Markup(markdown_html(asked["model"])) if asked.get("model") else escape("")  # noqa: S704 - safe
