"""Questions that a person grades: a model answer, a rubric, and an experiment that backs the answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from worksheets.kinds.question import Cell, Common, Question, bodies, one_body
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report

_CRITERION = re.compile(r"- (?P<points>\d+(?:\.\d+)?) points?: (?P<text>.*(?:\n  .*)*)")


@dataclass
class TextQuestion(Question):
    """An answer in words."""

    model: str = ""
    rubric: tuple[tuple[float, str], ...] = ()
    experiments: tuple[str, ...] = ()

    BLOCKS: ClassVar[tuple[str, ...]] = ("answer", "rubric", "experiment")

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "TextQuestion":
        what = f"the question '{common.id}'"
        model = one_body(blocks, "answer", report)
        if model is None or not model.body.strip():
            report.add(common.line, f"{what} has no model answer", "write it into an {answer} directive")
        rubric_block = one_body(blocks, "rubric", report)
        rubric = tuple(
            (float(found["points"]), " ".join(found["text"].split()))
            for found in (_CRITERION.finditer(rubric_block.body) if rubric_block is not None else ())
        )
        line = rubric_block.line if rubric_block is not None else common.line
        if not rubric:
            report.add(line, f"{what} has no rubric", "write '- 1 point: says that …' into a {rubric} directive")
        elif sum(points for points, _ in rubric) != common.points:
            total = sum(points for points, _ in rubric)
            report.add(
                line, f"the rubric of {what} adds up to {total:g}, not to {common.points:g} points", "make them equal"
            )
        experiments = tuple(block.body for block in bodies(blocks, "experiment"))
        return cls(common, model=model.body if model is not None else "", rubric=rubric, experiments=experiments)

    def student(self) -> list[Cell]:
        answer = self.cell("answer", "*Your answer:*\n", role="answer", points=self.common.points)
        return [answer, *self.check_cell([])]

    def solution(self) -> list[Cell]:
        criteria = "\n".join(f"- {points:g} point{'s' * (points != 1)}: {text}" for points, text in self.rubric)
        cells = [
            self.cell("answer", f"{self.model}\n\n*Rubric*\n\n{criteria}", role="solution"),
            *self.explanation_cells(),
        ]
        cells += self.check_cell([])
        for number, code in enumerate(self.experiments, start=1):
            cells.append(self.cell(f"experiment-{number}", code, role="experiment", code=True))
        return cells

    def key(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "rubric": [{"points": points, "text": text} for points, text in self.rubric],
            "experiments": list(self.experiments),
        }

    def answers(self) -> Iterator[str]:
        for sentence in re.split(r"(?<=[.!?:])\s+", self.model):
            if len(sentence) > 30:
                yield sentence
        for _, text in self.rubric:
            if len(text) > 20:
                yield text
        yield from self.experiments
