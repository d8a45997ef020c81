"""Reads a worksheet: its front matter, then its directives, one after the other."""

import re
from pathlib import Path

from worksheets.kinds import KINDS, Cell
from worksheets.sheet.content import Section, Source
from worksheets.sheet.images import pictured
from worksheets.sheet.questions import COMMON, LONGEST_NAME, NAME, QuestionReader
from worksheets.sheet.sums import add_up
from worksheets.source.blocks import Block, cut, front_matter, included, inside, read_text
from worksheets.source.options import Options
from worksheets.source.parameters import draw, filled_in, read_parameters
from worksheets.source.problems import Report, did_you_mean

FORMAT = 1
_SECTION = re.compile(r"(?P<number>\d+(?:\.\d+)*)\.?\s+(?P<title>.*)")
_POINTS = re.compile(r"\((?P<points>\d+(?:\.\d+)?) points?(?P<bonus>, bonus)?\)")
_TOP = ("question", "code-cell", "include", "note", "solution-note")


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
        options, body, line = front_matter(text, report)
        name = options.text("name") or path.stem
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
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
        self.questions = QuestionReader(self.found)

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
                self.found.items.append(Cell(id=f"text-{counts['text']}", source=pictured(block, self.found, report)))
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
                    Cell(id=f"text-{counts['text']}", source=pictured(block, self.found, report), role="note")
                )
            elif block.name == "question":
                question = self.questions.read(block, report)
                if question is not None:
                    self.found.items.append(question)
            else:
                inner = block.name in COMMON or any(block.name in kind.BLOCKS for kind in KINDS.values())
                remedy = "put it into a {question}" if inner else did_you_mean(block.name, _TOP)
                report.add(block.line, f"a {{{block.name}}} directive cannot stand here", remedy)
        add_up(self.found, self.points_line, self.report)
        return self.found

    def _heading(self, block: Block, report: Report) -> None:
        number = len(self.found.items) + len(self.found.sections)
        self.found.items.append(Cell(id=f"section-{number}", source=f"{'#' * block.level} {block.argument}"))
        section = _SECTION.fullmatch(block.argument)
        claimed = _POINTS.search(block.argument)
        if section is not None:
            self.questions.begin_section(section["number"])
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


def _without_magics(source: str) -> str:
    return "\n".join("" if line.startswith("%") else line for line in source.split("\n"))
