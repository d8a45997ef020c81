"""A worksheet as its source says it: sections, prose, given code, questions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from worksheets.kinds import KINDS, Cell, Common, Question
from worksheets.source.blocks import Block, cut, front_matter, included, inside, read_text
from worksheets.source.options import Options
from worksheets.source.parameters import Drawn, Parameter, draw, filled_in, read_parameters
from worksheets.source.problems import Report, did_you_mean

FORMAT = 1
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SECTION = re.compile(r"(?P<number>\d+(?:\.\d+)*)\.?\s+(?P<title>.*)")
_POINTS = re.compile(r"\((?P<points>\d+(?:\.\d+)?) points?(?P<bonus>, bonus)?\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\((?P<name>[^)\s]+)[^)]*\)")
_NEXT_QUESTION = re.compile(r"^[:`]{3,}\{question\}\s*(?P<name>.*)$", re.MULTILINE)
_COMMON = ("hint", "check", "note", "explanation")
_TOP = ("question", "code-cell", "include", "note", "solution-note")
LONGEST_NAME = 40
IMAGES = {".png": "image/png", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Section:
    """A heading with points: its number, its title, what it claims, and its line."""

    number: str
    title: str
    points: float | None
    line: int
    file: str


@dataclass
class Source:
    """A worksheet that was read.

    Attributes
    ----------
    name, title, path:
        What it is called and where it stands.
    points, seed:
        The points that it claims in all, without bonus; the seed of its parameters.
    about:
        The other words of the front matter: `course`, `summary`, `author`.
    parameters, student, values:
        What differs from student to student, whose worksheet this is ("" for everybody's), and the values drawn.
    items:
        Cells of prose and given code, and questions, in order.
    sections:
        The headings, in order.
    images:
        The bytes of each image that the prose shows, by its name.
    files:
        Every file that was read, for the cache.
    """

    name: str
    title: str
    path: Path
    points: float
    seed: int
    about: dict[str, str]
    parameters: tuple[Parameter, ...]
    student: str
    values: dict[str, Drawn]
    items: list[Cell | Question] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The questions in order."""
        return tuple(item for item in self.items if isinstance(item, Question))

    @property
    def counted(self) -> float:
        """The sum of the points of all questions that are no bonus."""
        return sum(question.common.points for question in self.questions if not question.common.bonus)

    @property
    def bonus(self) -> float:
        """The sum of the points of the bonus questions."""
        return sum(question.common.points for question in self.questions if question.common.bonus)

    def resolve(self) -> "Source":
        """Derive what follows from each question.

        Raises
        ------
        SourceError
            A function cannot be read or derived.
        """
        report = Report(self.path.name)
        for question in self.questions:
            own = Report(question.common.file)
            if not question.resolved:
                question.resolve(own)
            report.problems += own.problems
        report.finish()
        return self


def read_source(path: Path, *, student: str = "") -> Source:
    """Read a worksheet.

    Parameters
    ----------
    path:
        The Markdown file; what it includes has to stand in its folder.
    student:
        Whose variant of the parameters is wanted; "" for the common one.

    Returns
    -------
    Source
        With all questions read; `resolve` derives their answers.

    Raises
    ------
    SourceError
        Something is wrong with it; the error lists every problem with its line.
    """
    path = Path(path)
    report = Report(path.name)
    text = read_text(path, report, 1, path.name)
    if text is None:
        report.finish()
        raise AssertionError
    reader = _Reader(path, text.replace("\r\n", "\n"), report, student)
    source = reader.source()
    report.finish()
    return source


class _Reader:
    def __init__(self, path: Path, text: str, report: Report, student: str) -> None:
        self.path = path
        self.folder = path.parent
        self.report = report
        self.ids: dict[str, int] = {}
        self.section = ""
        self.letter = 0
        options, body, line = front_matter(text, report)
        name = options.text("name") or path.stem
        if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            report.add(
                options.line_of("name"), f"{name!r} is no name of a worksheet", "use small letters, digits and '-'"
            )
        title = options.required("title", "Gradients by hand")
        if "points" not in options:
            options.required("points", "10")
        points = options.number("points", 0.0) or 0.0
        seed = options.number("seed", 0.0) or 0.0
        if seed != int(seed) or seed < 0:
            report.add(options.line_of("seed"), "the seed is no whole number", "write for example 'seed: 2026'")
        about = {word: options.text(word) for word in ("summary", "course", "author", "language") if word in options}
        parameters = read_parameters(options.mapping("parameters"), report)
        version = options.number("format", float(FORMAT))
        if version != FORMAT:
            report.add(
                options.line_of("format"),
                f"the format of the source is {version:g}",
                f"this gradproof reads format {FORMAT}",
            )
        options.finish()
        self.points_line = options.line_of("points")
        values = draw(parameters, name, int(seed), student)
        body = filled_in(body, values, report, line)
        self.found = Source(name, title, path, points, int(seed), about, parameters, student, values, files=[path])

        def prepare(text: str, inner: Report) -> str:
            return filled_in(text.replace("\r\n", "\n"), values, inner, 1)

        self.blocks = included(cut(body, report, line=line), self.folder, report, (path.resolve(),), prepare)

    def source(self) -> Source:
        counts = {"text": 0, "code": 0}
        for block in self.blocks:
            if block.file != self.path.name and self.folder / block.file not in self.found.files:
                self.found.files.append(self.folder / block.file)
            report = self.report.within(block.file)
            if block.name == "heading":
                self._heading(block, report)
            elif block.name == "prose":
                counts["text"] += 1
                self.found.items.append(Cell(id=f"text-{counts['text']}", source=self._pictured(block, report)))
            elif block.name == "code-cell":
                counts["code"] += 1
                self._given(block, report, counts["code"])
            elif block.name == "note":
                counts["text"] += 1
                text = "> **Note.** " + block.body.replace("\n", "\n> ")
                self.found.items.append(Cell(id=f"text-{counts['text']}", source=text))
            elif block.name == "solution-note":
                counts["text"] += 1
                self.found.items.append(
                    Cell(id=f"text-{counts['text']}", source=self._pictured(block, report), role="note")
                )
            elif block.name == "question":
                question = self._question(block, report)
                if question is not None:
                    self.found.items.append(question)
            else:
                inner = block.name in _COMMON or any(block.name in kind.BLOCKS for kind in KINDS.values())
                remedy = "put it into a {question}" if inner else did_you_mean(block.name, _TOP)
                report.add(block.line, f"a {{{block.name}}} directive cannot stand here", remedy)
        self._sums()
        return self.found

    def _heading(self, block: Block, report: Report) -> None:
        number = len(self.found.items) + len(self.found.sections)
        self.found.items.append(Cell(id=f"section-{number}", source=f"{'#' * block.level} {block.argument}"))
        section = _SECTION.fullmatch(block.argument)
        claimed = _POINTS.search(block.argument)
        if section is not None:
            self.section, self.letter = section["number"], 0
            if any(section["number"] == other.number for other in self.found.sections):
                report.add(block.line, f"a second section {section['number']}", "number the sections one by one")
        points = float(claimed["points"]) if claimed is not None else None
        self.found.sections.append(
            Section(section["number"] if section else "", block.argument, points, block.line, block.file)
        )

    def _given(self, block: Block, report: Report, number: int) -> None:
        from worksheets.kinds.regions import RegionError, parsed

        options = Options(block.options, report, "the {code-cell}")
        source = block.body
        name = options.text("file")
        if name:
            if source.strip():
                report.add(block.line, "a {code-cell} with both a file and code", "keep one of them")
            path = inside(self.folder, name, report, options.line_of("file"))
            text = read_text(path, report, options.line_of("file"), name) if path is not None else None
            source = filled_in(text or "", self.found.values, report.within(name), 1)
            if path is not None and text is not None:
                self.found.files.append(path)
        solution_only = options.text("show", "always")
        if solution_only not in ("always", "solution"):
            report.add(options.line_of("show"), f"'show' is {solution_only!r}", "write 'always' or 'solution'")
        options.finish()
        if not source.strip() and not name:
            report.add(block.line, "an empty {code-cell}", "write code into it, or take it out")
        try:
            parsed(_without_magics(source))
        except RegionError as error:
            report.add(block.body_line + error.line, str(error), "correct the code")
        role = "given" if solution_only == "always" else "experiment"
        self.found.items.append(Cell(id=f"given-{number}", source=source.strip("\n"), role=role, code=True))

    def _question(self, block: Block, report: Report) -> Question | None:
        what = f"the question '{block.argument}'" if block.argument else "a question"
        if not _NAME.fullmatch(block.argument) or len(block.argument) > LONGEST_NAME:
            report.add(
                block.line,
                f"{what} has no proper name",
                "write '{question} sigmoid-gradient': small letters, digits and '-', at most 40",
            )
        elif block.argument in self.ids:
            report.add(
                block.line,
                f"a second question '{block.argument}' (first on line {self.ids[block.argument]})",
                "give it a name of its own",
            )
        self.ids.setdefault(block.argument, block.line)
        options = Options(block.options, report, what)
        kind = options.required("kind", "formula")
        next_one = _NEXT_QUESTION.search(block.body)
        if next_one is not None:
            message = f"{what} is not closed before the question '{next_one['name']}' begins"
            report.add(block.line, message, "close it with a line ::::")
            return None
        inner = cut(block.body, report, line=block.body_line)
        if kind not in KINDS:
            if kind:
                report.add(
                    options.line_of("kind"), f"{what} is of the unknown kind {kind!r}", did_you_mean(kind, KINDS)
                )
            return None
        allowed = (*_COMMON, *KINDS[kind].BLOCKS)
        for one in inner:
            if one.name not in ("prose", "heading", *allowed):
                report.add(
                    one.line,
                    f"a {{{one.name}}} directive in a question of kind {kind}",
                    did_you_mean(one.name, allowed),
                )
            elif (
                one.name not in ("prose", "heading", "hint", "note", "explanation")
                and not one.body.strip()
                and one.name != "probe"
            ):
                report.add(one.line, f"an empty {{{one.name}}} directive", "fill it in, or take it out")
        common = self._common(block, kind, options, inner, report)
        question = KINDS[kind].read(
            common, options, [one for one in inner if one.name not in ("prose", "heading")], report
        )
        options.finish()
        return question

    def _common(self, block: Block, kind: str, options: Options, inner: list[Block], report: Report) -> Common:
        what = f"the question '{block.argument}'"
        if "points" not in options:
            options.required("points", "1")
        points = options.number("points", 0.0) or 0.0
        if points < 0 or points * 4 != int(points * 4):
            report.add(
                options.line_of("points"), f"{what} has {points:g} points", "write points from 0 on, in quarters"
            )
        self.letter += 1
        part = options.text("part")
        if part:
            if not re.fullmatch(r"[a-z]", part) or ord(part) - ord("a") + 1 < self.letter:
                report.add(
                    options.line_of("part"),
                    f"the part {part!r} of {what} is out of order",
                    "write one small letter, behind the last one",
                )
            else:
                self.letter = ord(part) - ord("a") + 1
        prompt = "\n\n".join(
            self._pictured(one, report) if one.name == "prose" else f"{'#' * one.level} {one.argument}"
            for one in inner
            if one.name in ("prose", "heading")
        )
        if not prompt.strip():
            report.add(block.line, f"{what} asks nothing", "write what is asked behind its options")

        def texts(name: str) -> tuple[str, ...]:
            return tuple(self._pictured(one, report) for one in inner if one.name == name)

        for one in inner:
            if one.name == "check":
                from worksheets.kinds.regions import RegionError, parsed

                try:
                    parsed(one.body)
                except RegionError as error:
                    report.add(one.body_line + error.line, str(error), "correct the {check}")
        return Common(
            id=block.argument or "question",
            kind=kind,
            points=points,
            bonus=options.yes("bonus"),
            section=self.section,
            part=chr(ord("a") + self.letter - 1) if self.letter <= 26 else str(self.letter),
            prompt=prompt,
            hints=texts("hint"),
            notes=texts("note"),
            checks=tuple(one.body for one in inner if one.name == "check"),
            feedback=options.yes("feedback", default=kind in ("formula", "steps", "code", "plot")),
            explanation="\n\n".join(texts("explanation")),
            line=block.line,
            file=block.file,
        )

    def _pictured(self, block: Block, report: Report) -> str:
        """Read the images of a text; a picture from the network or from outside the folder is a problem."""
        for found in _IMAGE.finditer(block.body):
            name = found["name"]
            line = block.body_line + block.body[: found.start()].count("\n")
            if re.match(r"[a-z]+:", name):
                report.add(line, f"the image {name!r} is not in the folder of the source", "put a copy of it there")
                continue
            path = inside(self.folder, name, report, line)
            if path is None:
                continue
            if path.suffix not in IMAGES:
                report.add(line, f"the image {name!r} is neither .png nor .svg", "convert it")
                continue
            try:
                self.found.images[name] = path.read_bytes()
                self.found.files.append(path)
            except OSError as error:
                report.add(
                    line,
                    f"the image {name!r} cannot be read: {error.strerror or error}",
                    "write its name from the folder of the source on",
                )
        return block.body

    def _sums(self) -> None:
        found = self.found
        if not found.questions:
            self.report.add(1, "the worksheet asks no question", "add a {question} directive")
        if found.questions and found.points != found.counted:
            self.report.add(
                self.points_line,
                f"the front matter says {found.points:g} points, the questions have {found.counted:g}",
                "make them equal; bonus questions do not count",
            )
        for section in found.sections:
            if section.points is None or not section.number:
                continue
            inside_it = [
                q
                for q in found.questions
                if (q.common.section == section.number or q.common.section.startswith(f"{section.number}."))
                and not q.common.bonus
            ]
            total = sum(question.common.points for question in inside_it)
            if total != section.points:
                self.report.within(section.file).add(
                    section.line,
                    f"section {section.number} says {section.points:g} points, its questions have {total:g}",
                    "make them equal; bonus questions do not count",
                )


def _without_magics(source: str) -> str:
    return "\n".join("" if line.startswith("%") else line for line in source.split("\n"))


def cells_of(source: Source) -> Iterator[tuple[Any, bool]]:
    """Yield each item and whether it is a question."""
    for item in source.items:
        yield item, isinstance(item, Question)
