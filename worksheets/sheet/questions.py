"""A {question} directive: its name, its kind, its points, and what all kinds have in common."""

import re

from worksheets.kinds import KINDS, Common, Question
from worksheets.sheet.content import Source
from worksheets.sheet.images import pictured
from worksheets.source.blocks import Block, cut
from worksheets.source.options import Options
from worksheets.source.problems import Report, did_you_mean

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LONGEST_NAME = 40
COMMON = ("hint", "check", "note", "explanation")
"""The directives that stand in questions of all kinds."""
_NEXT_QUESTION = re.compile(r"^[:`]{3,}\{question\}\s*(?P<name>.*)$", re.MULTILINE)


class QuestionReader:
    """Reads one question after another, and letters them within their section."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ids: dict[str, int] = {}
        self.section = ""
        self.letter = 0

    def begin_section(self, number: str) -> None:
        """Letter the questions that follow from (a) on."""
        self.section, self.letter = number, 0

    def read(self, block: Block, report: Report) -> Question | None:
        """Return a question; None, with a problem noted, where it cannot be read."""
        what = f"the question '{block.argument}'" if block.argument else "a question"
        if not NAME.fullmatch(block.argument) or len(block.argument) > LONGEST_NAME:
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
        allowed = (*COMMON, *KINDS[kind].BLOCKS)
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
            pictured(one, self.source, report) if one.name == "prose" else f"{'#' * one.level} {one.argument}"
            for one in inner
            if one.name in ("prose", "heading")
        )
        if not prompt.strip():
            report.add(block.line, f"{what} asks nothing", "write what is asked behind its options")

        def texts(name: str) -> tuple[str, ...]:
            return tuple(pictured(one, self.source, report) for one in inner if one.name == name)

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
