"""Finds the answer to each question in a submission, and says how it was found.

By the ids that worksheets and nbgrader put on cells; else by the name that was asked for, by another spelling of it, or
by its parameters; written answers else by the number of the question. What could be meant in two ways is not taken.
"""

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checks.submissions.files import Submission, Text
from checks.submissions.grading.effects import names_read
from checks.submissions.grading.names import variants
from checks.submissions.grading.relevant import Outline

WRITTEN = frozenset({"formula", "steps", "text"})
CODED = frozenset({"code", "number", "choice", "plot"})


@dataclass(frozen=True)
class Located:
    """Where the answer to a question stands.

    Attributes
    ----------
    how : str
        `metadata` (ids on the cells), `name`, `another spelling`, `parameters`, `number` (of the question, in the text
        before the answer), `several` (ambiguous: nothing was taken) or `missing`.
    cells : tuple of str
        The cells that hold it.
    names : dict
        For each name that was asked for, the name that it has in the submission.
    text : str
        A written answer.
    note : str
        What a person should know of how it was found; "" if nothing.
    until : str
        The cell up to which the notebook counts, where another question asks for the same name later; "" for all of it.
    """

    how: str
    cells: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    text: str = ""
    note: str = ""
    until: str = ""


def ids_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids that a cell carries, each once: ours, nbgrader's, and that of the notebook's format."""
    found = []
    ours, grader = metadata.get("gradproof"), metadata.get("nbgrader")
    if isinstance(ours, dict):
        found.append(ours.get("cell"))
    if isinstance(grader, dict):
        found.append(grader.get("grade_id"))
    found.append(metadata.get("id"))
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str)))


def locate(submission: Submission, outline: Outline, questions: Sequence[Mapping[str, Any]]) -> dict[str, Located]:
    """Return for each question of a key where its answer stands.

    Parameters
    ----------
    submission:
        What was handed in.
    outline:
        Of its code.
    questions:
        From the key.
    """
    asked = Counter(name for question in questions for name in wanted_names(question))
    finder = _Finder(submission, outline, asked)
    found = {}
    for place, question in enumerate(questions):
        if question["kind"] in WRITTEN:
            after = questions[place + 1] if place + 1 < len(questions) else None
            found[question["id"]] = finder.written(question, after)
        else:
            found[question["id"]] = finder.coded(question)
    return found


def wanted_names(question: Mapping[str, Any]) -> list[str]:
    """Return the names that an answer has to define so that it can be judged."""
    kind = question["kind"]
    if kind in ("number", "choice", "plot"):
        return [question["variable"]]
    if kind != "code":
        return []
    wanted = dict.fromkeys(one["name"] for one in question["functions"])
    for probe in question["probes"]:
        if probe["adapter"]:
            read = names_read(probe["adapter"])
            wanted.update(dict.fromkeys(name for name in question["defines"] if name in read))
        else:
            wanted[probe["name"]] = None
    return list(wanted)


class _Finder:
    def __init__(self, submission: Submission, outline: Outline, asked: Counter[str]) -> None:
        self.submission, self.outline, self.asked = submission, outline, asked
        self.defined = _all_bound(outline)
        self.code_of: dict[str, list[str]] = {}
        for cell, metadata in zip(submission.code, submission.code_metadata, strict=True):
            for each in ids_of(metadata):
                self.code_of.setdefault(each, []).append(cell.name)
        self.text_of: dict[str, list[Text]] = {}
        for text in submission.texts:
            for each in ids_of(text.metadata):
                self.text_of.setdefault(each, []).append(text)

    # -- code --

    def coded(self, question: Mapping[str, Any]) -> Located:
        cells = tuple(self.code_of.get(question["cells"]["answer"], ()))
        names: dict[str, str] = {}
        hows: list[str] = []
        notes: list[str] = []
        for wanted in wanted_names(question):
            how, name, note = self._name(question, wanted, cells)
            hows.append(how)
            if name:
                names[wanted] = name
            if note:
                notes.append(note)
        order = ("missing", "several", "parameters", "another spelling", "metadata", "name")
        how = next((one for one in order if one in hows), "metadata" if cells else "missing")
        if how == "name" and cells:
            how = "metadata"
        places = [place for name in names.values() for place, _ in self.outline.places(name)[-1:]]
        if how == "missing" and cells and not names:
            places = list(cells)
        shared = [name for wanted, name in names.items() if self.asked[wanted] > 1 and self._in(name, cells)]
        if shared:
            return Located("metadata", cells, names, until=cells[-1])
        return Located(how, tuple(dict.fromkeys(places or cells)), names, note=" ".join(notes))

    def _name(self, question: Mapping[str, Any], wanted: str, cells: tuple[str, ...]) -> tuple[str, str, str]:
        if wanted in self.defined:
            return "name", wanted, self._twice(wanted)
        arguments = next((one["arguments"] for one in question.get("functions", ()) if one["name"] == wanted), None)
        spellings = [name for name in variants(wanted, self.defined, self.asked) if self._takes(name, arguments)]
        if len(spellings) > 1 and cells:
            spellings = [name for name in spellings if self._in(name, cells)] or spellings
        if len(spellings) == 1:
            return "another spelling", spellings[0], f"{spellings[0]} was taken for {wanted}."
        if spellings:
            return "several", "", f"{wanted} is missing, and {_listed(spellings)} may be meant: a person decides."
        if arguments:
            same = [
                name
                for name in self.defined
                if name not in self.asked
                and self.outline.parameters(name) == arguments
                and (len(arguments) > 1 or self._in(name, cells))
            ]
            if len(same) == 1:
                return (
                    "parameters",
                    same[0],
                    f"{same[0]}({', '.join(arguments)}) was taken for {wanted}: it has the same parameters.",
                )
            if same:
                return "several", "", f"{wanted} is missing, and {_listed(same)} may be meant: a person decides."
        return "missing", "", ""

    def _twice(self, name: str) -> str:
        cells = list(dict.fromkeys(cell for cell, _ in self.outline.places(name)))
        functions = [
            one
            for one in self.outline.definitions
            if name in one.binds and isinstance(one.statement.node, ast.FunctionDef | ast.ClassDef)
        ]
        if len(functions) > 1 and len(cells) > 1:
            return f"{name} is defined in {_listed(cells, 'and')}; the last one counts."
        return ""

    def _takes(self, name: str, arguments: Sequence[str] | None) -> bool:
        """Tell whether what has a name may be called with so many arguments."""
        parameters = self.outline.parameters(name)
        return arguments is None or parameters is None or len(parameters) >= len(arguments)

    def _in(self, name: str, cells: tuple[str, ...]) -> bool:
        return any(cell in cells for cell, _ in self.outline.places(name))

    # -- text --

    def written(self, question: Mapping[str, Any], after: Mapping[str, Any] | None) -> Located:
        marked = self.text_of.get(question["cells"]["answer"], [])
        if marked:
            note = f"{len(marked)} cells carry the id of this answer; all of them were read." if marked[1:] else ""
            return Located(
                "metadata", tuple(text.name for text in marked), text="\n\n".join(t.source for t in marked), note=note
            )
        places = [place for place, text in enumerate(self.submission.texts) if _begins(text.source, question)]
        if len(places) > 1:
            cells = [self.submission.texts[place].name for place in places]
            return Located("several", tuple(cells), note=f"{_listed(cells)} may be the answer: a person decides.")
        if not places:
            return Located("missing")
        return self._after(places[0], question, after)

    def _after(self, place: int, question: Mapping[str, Any], after: Mapping[str, Any] | None) -> Located:
        """Return what stands below the number of a question, up to the next one."""
        first = self.submission.texts[place]
        rest = _without_number(first.source, question)
        taken, cells = [rest], [first.name]
        if not question.get("prompt") and _is_question(first):
            taken, cells = [], []
        for text in self.submission.texts[place + 1 :]:
            if _is_question(text) or (after is not None and _begins(text.source, after)) or _HEADING.match(text.source):
                break
            taken.append(text.source)
            cells.append(text.name)
        joined = "\n\n".join(part for part in taken if part.strip())
        if not joined:
            return Located("missing")
        number = question["number"]
        return Located("number", tuple(cells), text=joined, note=f"It was found below the number {number}.")


_HEADING = re.compile(r"\s*#{1,6}\s")


def _is_question(text: Text) -> bool:
    return any(each.endswith("-question") for each in ids_of(text.metadata))


def _begins(source: str, question: Mapping[str, Any]) -> bool:
    """Tell whether a text begins with the number of a question: `1.2 (b)`, `1.2b)`, `**1.2 b**`, or with its id."""
    return _number_of(question).match(source) is not None


def _without_number(source: str, question: Mapping[str, Any]) -> str:
    return _number_of(question).sub("", source, count=1).strip()


def _number_of(question: Mapping[str, Any]) -> re.Pattern[str]:
    section, _, part = str(question["number"]).partition(" (")
    part = part.rstrip(")")
    number = rf"{re.escape(section)}\s*\(?{re.escape(part)}\)" if part else re.escape(section)
    loose = rf"{re.escape(section)}\s*\(?{re.escape(part)}\b\)?" if part else rf"{re.escape(section)}\b"
    words = r"(?:(?:question|exercise|task|answer|problem|aufgabe)\s+)?(?:to\s+)?"
    return re.compile(
        rf"\s*[#*_>\s]*{words}(?:{number}|{loose}|{re.escape(question['id'])}\b)[*_:.)\s]*", re.IGNORECASE
    )


def _listed(words: Sequence[str], last: str = "or") -> str:
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _all_bound(outline: Outline) -> list[str]:
    """Return every name that is set at the top of a cell, by a definition or by anything else."""
    found = dict.fromkeys(outline.names())
    for one in outline.reading.statements:
        if isinstance(one.node, ast.Import | ast.ImportFrom):
            continue
        for node in ast.walk(one.node) if not isinstance(one.node, ast.FunctionDef | ast.ClassDef) else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found[node.id] = None
    return list(found)
