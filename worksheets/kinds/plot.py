"""Questions that are answered by a figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from worksheets.kinds.question import Cell, Common, Question, one_body
from worksheets.kinds.regions import RegionError, defined, model, regions, released, starter
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report


@dataclass
class PlotQuestion(Question):
    """A figure in a variable of a code cell; its curves are compared with formulas, the rest a person looks at."""

    variable: str = "figure"
    curves: tuple[tuple[str, int], ...] = ()
    labels: bool = True
    written: str = ""
    start: str = ""

    BLOCKS: ClassVar[tuple[str, ...]] = ("solution", "starter")

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "PlotQuestion":
        what = f"the question '{common.id}'"
        variable = options.text("variable", "figure")
        curves = options.texts("curves", separator=";")
        labels = options.yes("labels", default=True)
        solution = one_body(blocks, "solution", report)
        begun = one_body(blocks, "starter", report)
        if solution is None:
            report.add(common.line, f"{what} has no model solution", "draw the figure in a {solution}")
        else:
            try:
                regions(solution.body)
            except RegionError as error:
                report.add(solution.body_line + error.line, str(error), "correct the {solution}")
        if not variable.isidentifier():
            report.add(
                options.line_of("variable"), f"{variable!r} is no name of a variable", "write for example 'figure'"
            )
        return cls(
            common,
            variable=variable,
            curves=curves,
            labels=labels,
            written=solution.body if solution is not None else "",
            start=begun.body if begun is not None else "",
        )

    def resolve(self, report: Report) -> None:
        from derive.reading import UnreadableError, read

        for curve, line in self.curves:
            try:
                value = read(curve).expression
            except UnreadableError as error:
                report.add(
                    line, f"the curve {curve!r} cannot be read: {error.message}", "type it as for `gradproof equal`"
                )
                continue
            if len(value.free_symbols) > 1:
                report.add(line, f"the curve {curve!r} has several variables", "write a formula in one")
        self.resolved = True

    def student(self) -> list[Cell]:
        start = self.start or starter(self.written)
        if self.variable not in defined(start) or f"{self.variable} = ..." in start:
            start = f"{self.variable}, axes = plt.subplots()\n# draw here"
        compared = self.curves and self.common.feedback
        by_hand, by_test = (None, self.common.points) if compared else (self.common.points, None)
        released_too = released(self.written, self.start)
        answer = self.cell("answer", start, role="answer", code=True, released=released_too, points=by_hand)
        return [answer, *self.check_cell(self._visible(), points=by_test)]

    def _visible(self) -> list[str]:
        curves = f", curves={[curve for curve, _ in self.curves]!r}" if self.curves else ""
        return [f"feedback.plot({self.variable}{curves}, labels={self.labels})"]

    def solution(self) -> list[Cell]:
        code = self.cell("answer", model(self.written), role="solution", code=True)
        return [*self.explanation_cells(), code, *self.check_cell(self._visible())]

    def key(self) -> dict[str, Any]:
        return {
            "variable": self.variable,
            "curves": [curve for curve, _ in self.curves],
            "labels": self.labels,
            "model": model(self.written),
        }

    def answers(self) -> Iterator[str]:
        shown = {line.strip() for line in self.student()[0].source.split("\n")}
        for line in model(self.written).split("\n"):
            if len(line.strip()) >= 20 and line.strip() not in shown:
                yield line.strip()
