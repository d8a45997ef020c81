"""What all kinds of questions share."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from worksheets.derived import Function, TypedFunction, UnderivableError, from_entry
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report

ROLES = ("text", "given", "question", "answer", "check", "solution", "experiment", "note")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a notebook before it is written.

    Attributes
    ----------
    id:
        Its id, the same in every version and every build.
    source:
        Its text.
    role:
        One of `ROLES`.
    code:
        Whether it is a code cell.
    question:
        The id of the question that it belongs to.
    points:
        The points that nbgrader gives for it; None where it is not graded there.
    released:
        For an answer cell, the model with nbgrader's marks; the source then is what students get.
    hidden:
        For a check cell, tests that only the grader runs.
    html:
        Markup of our own to show in its place on a page.
    """

    id: str
    source: str
    role: str = "text"
    code: bool = False
    question: str = ""
    points: float | None = None
    released: str = ""
    hidden: str = ""
    html: str = ""


@dataclass(frozen=True, kw_only=True)
class Common:
    """What every question has.

    Attributes
    ----------
    id, kind, points:
        Its name, its kind, what it is worth.
    bonus:
        Whether its points come on top of the total.
    section, part:
        The number of its section and its letter there.
    prompt:
        What is asked, in Markdown.
    hints, notes:
        Help that a student may open, and remarks that stand below the question.
    checks:
        Visible checks that the author wrote, as code.
    feedback:
        Whether students get a verdict on this question in the notebook.
    explanation:
        What the solution says besides, in Markdown.
    line, file:
        Where it stands in the source.
    """

    id: str
    kind: str
    points: float
    bonus: bool
    section: str
    part: str
    prompt: str
    hints: tuple[str, ...]
    notes: tuple[str, ...]
    checks: tuple[str, ...]
    feedback: bool
    explanation: str
    line: int
    file: str

    @property
    def number(self) -> str:
        """Its number in the worksheet, such as 1.2 (b)."""
        return f"{self.section} ({self.part})".strip()


@dataclass
class Question:
    """A question that was read; `resolve` makes what follows from it."""

    common: Common
    wrong: tuple[tuple[str, str, int], ...] = ()
    resolved: bool = field(default=False)

    BLOCKS: ClassVar[tuple[str, ...]] = ()
    """The directives that may stand in it, besides those of all kinds."""

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "Question":
        """Return the question of a directive; problems are noted in the report."""
        raise NotImplementedError

    def resolve(self, report: Report) -> None:
        """Derive what follows; a function that cannot be read or derived is noted as a problem."""

    def student(self) -> list[Cell]:
        """Return the cells in which a student answers, after the question itself."""
        raise NotImplementedError

    def solution(self) -> list[Cell]:
        """Return the cells of the solution, after the question itself."""
        raise NotImplementedError

    def key(self) -> dict[str, Any]:
        """Return what the grader needs besides what all questions have."""
        raise NotImplementedError

    def answers(self) -> Iterator[str]:
        """Yield every way in which the answer could be written down, to search a student's notebook for it."""
        raise NotImplementedError

    exact: ClassVar[bool] = False
    """Whether an answer is searched for however short it is."""

    def public(self) -> Iterator[str]:
        """Yield texts of the question itself in which an answer may stand without being given away."""
        yield from ()

    # -- what kinds share --

    @property
    def id(self) -> str:
        """The name of the question."""
        return self.common.id

    def cell(self, purpose: str, source: str, **facts: Any) -> Cell:
        """Return a cell of this question."""
        return Cell(id=f"{self.id}-{purpose}", source=source.rstrip("\n"), question=self.id, **facts)

    def question_cell(self) -> Cell:
        """Return the cell that asks, with hints to open."""
        common = self.common
        points = f"{common.points:g} point{'s' * (common.points != 1)}{', bonus' * common.bonus}"
        lines = [f"**{common.number}** *({points})* {common.prompt}"]
        lines += ["\n> **Note.** " + note.replace("\n", "\n> ") for note in common.notes]
        for hint in common.hints:
            lines.append(f"\n<details><summary>Hint</summary>\n\n{hint}\n\n</details>")
        return self.cell("question", "\n".join(lines), role="question")

    def explanation_cells(self) -> list[Cell]:
        """Return the author's explanation for the solution."""
        return [self.cell("explanation", self.common.explanation, role="solution")] if self.common.explanation else []

    def check_cell(self, lines: Sequence[str], *, points: float | None = None, hidden: str = "") -> list[Cell]:
        """Return the cell with the visible checks: those that follow from the question and those of the author."""
        code = [*(lines if self.common.feedback else ()), *self.common.checks]
        if not code and points is None:
            return []
        source = "\n".join(code) if code else "# This question is checked when it is graded."
        return [self.cell("check", source, role="check", code=True, points=points, hidden=hidden)]


def function_of(options: Options, report: Report, what: str) -> tuple[str, str, tuple[str, ...], int]:
    """Return the entry, the typed function, its declarations, and the line of what a question is about."""
    entry, function = options.text("entry"), options.text("function")
    given = tuple(text for text, _ in options.texts("given", separator=";"))
    line = options.line_of("entry" if entry else "function")
    if entry and function:
        report.add(line, f"{what} has both 'entry' and 'function'", "keep the one that it is about")
    return entry, function, given, line


def resolved_function(
    entry: str, function: str, given: Sequence[str], label: str, report: Report, line: int
) -> Function | None:
    """Return the function of a question; None, with a problem noted, where it cannot be had."""
    try:
        return from_entry(entry) if entry else TypedFunction(function, given, label or "f")
    except UnderivableError as error:
        remedy = (
            "write the name of an entry of `gradproof derive`"
            if entry
            else "type it as for `gradproof equal`, and declare its names under 'given'"
        )
        report.add(line, str(error), remedy)
        return None


def bodies(blocks: Sequence[Block], name: str) -> list[Block]:
    """Return the directives of a name."""
    return [block for block in blocks if block.name == name]


def one_body(blocks: Sequence[Block], name: str, report: Report) -> Block | None:
    """Return the one directive of a name, None where there is none; a second one is a problem."""
    found = bodies(blocks, name)
    if len(found) > 1:
        report.within(found[1].file).add(found[1].line, f"a second {{{name}}} in one question", "keep one of them")
    return found[0] if found else None


def read_wrong(blocks: Sequence[Block], report: Report) -> tuple[tuple[str, str, int], ...]:
    """Return the planted wrong answers: the answer, the mistake, the line."""
    found = []
    for block in bodies(blocks, "wrong"):
        if not block.argument:
            report.within(block.file).add(
                block.line, "a {wrong} answer without its mistake", "name it: '{wrong} sign of the gradient'"
            )
        elif not block.body.strip():
            report.within(block.file).add(block.line, "an empty {wrong} answer", "write the wrong answer into it")
        else:
            found.append((block.body.strip("\n"), block.argument, block.line))
    return tuple(found)


def undecorated(text: str) -> str:
    """Return a text without the decoration of a formula: sizes of brackets, small spaces, braces around one sign."""
    text = re.sub(r"\\(?:left|right|displaystyle|,|;|!|quad|cdot|mathrm|text)\b|\\[,;! ]", "", text)
    text = re.sub(r"\\[dt]frac\b", r"\\frac", text).replace("$", " ")
    return re.sub(r"\{\s*(\w)\s*\}", r"\1", text)


def squeezed(text: str) -> str:
    """Return a text without what does not matter in a formula: its decoration, and spaces."""
    return re.sub(r"\s+", "", undecorated(text))
