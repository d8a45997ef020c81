"""Questions that are answered by a number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from worksheets.kinds.question import Cell, Common, Question, function_of, read_wrong, resolved_function
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report


@dataclass
class NumberQuestion(Question):
    """A number, stored in a variable of a code cell."""

    variable: str = ""
    formula: str = ""
    formula_line: int = 0
    entry: str = ""
    function: str = ""
    given: tuple[str, ...] = ()
    by: str = ""
    at: tuple[tuple[str, str], ...] = ()
    tolerance: str = "0"
    unit: str = ""
    right: Fraction | None = None
    slack: Fraction = Fraction(0)

    BLOCKS: ClassVar[tuple[str, ...]] = ("wrong",)
    exact: ClassVar[bool] = True

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "NumberQuestion":
        what = f"the question '{common.id}'"
        entry, function, given, _ = function_of(options, report, what)
        variable = options.text("variable") or common.id.replace("-", "_")
        if not variable.isidentifier():
            report.add(
                options.line_of("variable"), f"{variable!r} is no name of a variable", "use letters, digits and _"
            )
        formula = options.text("answer")
        at = tuple((name, str(value.content)) for name, value in options.mapping("at").items())
        if not formula and not (at and (entry or function)):
            report.add(
                common.line, f"{what} has no answer", "add 'answer: 2410', or a function, 'wrt' and 'at: {x: 2}'"
            )
        tolerance = options.text("tolerance", "0")
        number = tolerance.removesuffix("%")
        try:
            if Fraction(number) < 0:
                raise ValueError
        except (ValueError, ZeroDivisionError):
            report.add(
                options.line_of("tolerance"), f"the tolerance of {what} is {tolerance!r}", "write '0.01' or '1%'"
            )
            tolerance = "0"
        by = options.text("wrt")
        return cls(
            common,
            read_wrong(blocks, report),
            variable=variable,
            formula=formula,
            formula_line=options.line_of("answer" if formula else "at"),
            entry=entry,
            function=function,
            given=given,
            by=by,
            at=at,
            tolerance=tolerance,
            unit=options.text("unit"),
        )

    def resolve(self, report: Report) -> None:
        from derive.reading import UnreadableError, read

        line = self.formula_line
        try:
            if self.formula:
                value: Any = read(self.formula).expression
            else:
                function = resolved_function(self.entry, self.function, self.given, "", report, line)
                if function is None:
                    return
                value = function.derivative(self.by).expression if self.by else self._value(function)
                places = {
                    symbol: read(dict(self.at)[str(symbol)]).expression
                    for symbol in value.free_symbols
                    if str(symbol) in dict(self.at)
                }
                value = value.subs(places)
        except (UnreadableError, ValueError) as error:
            report.add(
                line,
                f"the answer of '{self.id}' cannot be read: {error}",
                "type a formula of numbers, such as 64*32 + 32",
            )
            return
        if getattr(value, "free_symbols", {1}) or not value.is_number or not value.is_real or not value.is_finite:
            report.add(
                line, f"the answer of '{self.id}' is no number: {value}", "give every variable a value under 'at'"
            )
            return
        self.right = _fraction(value)
        number = Fraction(self.tolerance.removesuffix("%"))
        self.slack = abs(self.right) * number / 100 if self.tolerance.endswith("%") else number
        if not value.is_Rational and self.slack == 0:
            report.add(line, f"the answer of '{self.id}' has no end, and its tolerance is 0", "add 'tolerance: 0.001'")
        self.wrong = tuple((self._planted(text, place, report), mistake, place) for text, mistake, place in self.wrong)
        self.resolved = True

    def _planted(self, text: str, line: int, report: Report) -> str:
        """Return a planted wrong answer, typed as the answer is, as an exact fraction."""
        from derive.reading import UnreadableError, read

        try:
            value = read(text.strip()).expression
        except (UnreadableError, ValueError) as error:
            report.add(line, f"a wrong answer of '{self.id}' cannot be read: {error}", "type a formula of numbers")
            return text
        if getattr(value, "free_symbols", {1}) or not value.is_number or not value.is_real or not value.is_finite:
            report.add(line, f"a wrong answer of '{self.id}' is no number: {value}", "type a formula of numbers")
            return text
        return str(_fraction(value))

    @staticmethod
    def _value(function: Any) -> Any:
        return function.entry.value if hasattr(function, "entry") else function.value

    @property
    def shown(self) -> str:
        """The answer as it is written down."""
        assert self.right is not None
        return str(self.right) if self.right.denominator == 1 else f"{float(self.right):.10g}"

    def student(self) -> list[Cell]:
        unit = f" in {self.unit}" if self.unit else ""
        code = f"{self.variable} = ...  # your number{unit}"
        return [
            self.cell("answer", code, role="answer", code=True, released=f"{code}\n{self._released()}"),
            *self._checked(),
        ]

    def _checked(self) -> list[Cell]:
        from worksheets.sealing import sealed_number

        assert self.right is not None
        lines = []
        if self.common.feedback:
            seal = sealed_number(self.id, self.right, self.slack)
            lines = [f'feedback.number("{self.id}", {self.variable}, seal="{seal}")']
        reach = float(self.slack) + 1e-12 * abs(float(self.right))
        hidden = f"assert abs({self.variable} - {float(self.right)!r}) <= {reach!r}"
        return self.check_cell(lines, points=self.common.points, hidden=hidden)

    def _released(self) -> str:
        return f"### BEGIN SOLUTION\n{self.variable} = {self.shown}\n### END SOLUTION"

    def solution(self) -> list[Cell]:
        how = f"  # {self.formula}" if self.formula and self.formula != self.shown else ""
        code = self.cell("answer", f"{self.variable} = {self.shown}{how}\n{self.variable}", role="solution", code=True)
        return [*self.explanation_cells(), code, *([one for one in self._checked() if self.common.feedback])]

    def key(self) -> dict[str, Any]:
        assert self.right is not None
        return {
            "variable": self.variable,
            "answer": str(self.right),
            "tolerance": str(self.slack),
            "shown": self.shown,
            "wrong": [{"answer": text, "mistake": mistake} for text, mistake, _ in self.wrong],
        }

    def answers(self) -> Iterator[str]:
        assert self.right is not None
        yield f"{self.variable} = {self.shown}"
        if len(self.shown) >= 4:
            yield self.shown
        if self.formula and self.formula != self.shown:
            yield self.formula


def _fraction(value: Any) -> Fraction:
    """Return a number of SymPy as an exact fraction, to 30 digits where it has no end."""
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else Fraction(str(value.evalf(30)))
