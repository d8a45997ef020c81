"""Questions that are answered by a formula, or by a derivation, in a Markdown cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from worksheets.derived import Derivative, EntryFunction, Function, TypedFunction, UnderivableError
from worksheets.kinds.question import Cell, Common, Question, function_of, one_body, read_wrong, resolved_function
from worksheets.source.blocks import Block
from worksheets.source.options import Options, Value
from worksheets.source.problems import Report

PLACEHOLDER = r"\text{?}"


@dataclass(frozen=True)
class Wanted:
    """One formula that is asked for: a derivative, or an expression to bring into another form."""

    by: str
    entry: str
    function: str
    given: tuple[str, ...]
    answer: str
    label: str
    line: int
    function_line: int


@dataclass
class FormulaQuestion(Question):
    """One or several formulas, typed as LaTeX in a Markdown cell."""

    wanted: tuple[Wanted, ...] = ()
    found: list[Derivative] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)

    BLOCKS: ClassVar[tuple[str, ...]] = ("wrong",)

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "FormulaQuestion":
        what = f"the question '{common.id}'"
        entry, function, given, line = function_of(options, report, what)
        label = options.text("label")
        answer = options.text("answer")
        wanted: list[Wanted] = []
        for by, at in options.texts("wrt"):
            wanted.append(Wanted(by, entry, function, given, answer, label, at, line))
        answers = options.value("answers")
        if answers is not None:
            wanted += _listed(answers, Wanted("", entry, function, given, "", label, line, line), report, what)
        if not wanted:
            report.add(common.line, f"{what} asks for no formula", "say by which variable: 'wrt: x', or list 'answers'")
        for one in wanted:
            if not one.entry and not one.function:
                report.add(line, f"{what} says of nothing to differentiate", "add 'entry: NAME' or 'function: FORMULA'")
                break
        if answer and len(wanted) > 1:
            report.add(
                options.line_of("answer"), f"{what} has one 'answer' for several formulas", "list 'answers' instead"
            )
        return cls(common, read_wrong(blocks, report), wanted=tuple(wanted))

    def resolve(self, report: Report) -> None:
        for wanted in self.wanted:
            function = resolved_function(
                wanted.entry, wanted.function, wanted.given, wanted.label, report, wanted.function_line
            )
            if function is None:
                continue
            try:
                self.found.append(function.derivative(wanted.by, wanted.answer))
                self.functions.append(function)
            except UnderivableError as error:
                report.add(wanted.line, str(error), "correct the variable, the function or the answer")
        self.resolved = True

    def student(self) -> list[Cell]:
        lines = ["*Your answer: put your formula in place of each question mark.*", ""]
        lines += [f"$${one.label} = {PLACEHOLDER}$$\n" for one in self.found]
        answer = self.cell("answer", "\n".join(lines), role="answer", points=self.common.points)
        return [answer, *self.check_cell(self._check())]

    def _check(self) -> list[str]:
        facts = [_public(function, one) for function, one in zip(self.functions, self.found, strict=True)]
        if len(facts) == 1:
            return [f'feedback.formula("{self.id}", {facts[0]})']
        return [f'feedback.formula("{self.id}", part={place}, {fact})' for place, fact in enumerate(facts)]

    def solution(self) -> list[Cell]:
        text = "\n\n".join(one.latex for one in self.found)
        html = "".join(one.html for one in self.found)
        return [self.cell("answer", text, role="solution", html=html), *self.explanation_cells(), *self._ran_checks()]

    def _ran_checks(self) -> list[Cell]:
        if not self.common.feedback:
            return []
        lines = []
        for place, (function, one) in enumerate(zip(self.functions, self.found, strict=True)):
            part = f"part={place}, " if len(self.found) > 1 else ""
            lines.append(
                f'feedback.formula("{self.id}", {part}answer={_quoted(one.references[0])}, {_public(function, one)})'
            )
        return self.check_cell(lines)

    def key(self) -> dict[str, Any]:
        return {
            "parts": [
                {
                    "label": one.label,
                    "by": one.by,
                    "asked": one.asked,
                    "of": function.public,
                    "references": list(one.references),
                    "given": list(one.given),
                    "wrong": [
                        {"answer": wrong.formula, "mistake": wrong.mistake} for wrong in one.mistakes if wrong.formula
                    ],
                }
                for function, one in zip(self.functions, self.found, strict=True)
            ],
            "wrong": [{"answer": text, "mistake": mistake} for text, mistake, _ in self.wrong],
        }

    def public(self) -> Iterator[str]:
        from derive.rendering import latex

        for function in self.functions:
            value = function.entry.value if isinstance(function, EntryFunction) else function.value  # type: ignore[attr-defined]
            yield from (str(value), latex(value), *([function.text] if isinstance(function, TypedFunction) else ()))

    def answers(self) -> Iterator[str]:
        from derive.rendering import latex, text

        for function, one in zip(self.functions, self.found, strict=True):
            names = getattr(one.owner, "symbol_names", {})
            yield from one.references
            yield latex(one.expression, names)
            yield text(one.expression, names)
            yield str(one.expression)
            if isinstance(function, TypedFunction) and function.is_scalar:
                yield function.source("f", function.arguments, one.expression).rpartition("return ")[2]


@dataclass
class StepsQuestion(FormulaQuestion):
    """A derivation, one step after the other, in a Markdown cell."""

    at_least: int = 2
    chain: str = ""

    BLOCKS: ClassVar[tuple[str, ...]] = ("wrong", "derivation")

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "StepsQuestion":
        at_least = options.number("at least", 2.0)
        found = FormulaQuestion.read.__func__(cls, common, options, blocks, report)  # type: ignore[attr-defined]
        if at_least is None or not 1 <= at_least <= 50 or at_least != int(at_least):
            report.add(
                options.line_of("at least"), "'at least' is no number of steps", "write a whole number from 1 on"
            )
            at_least = 2.0
        found.at_least = int(at_least)
        chain = one_body(blocks, "derivation", report)
        found.chain = chain.body if chain is not None else ""
        if len(found.wanted) > 1:
            report.add(
                common.line,
                f"the question '{common.id}' asks for several derivations",
                "make each a question of its own",
            )
        return found  # type: ignore[no-any-return]

    def student(self) -> list[Cell]:
        label = self.found[0].label if self.found else "f'"
        lines = [
            "*Your derivation: one step a line.*",
            "",
            "$$",
            rf"\begin{{aligned}}{label}",
            rf"&= {PLACEHOLDER} \\",
            rf"&= {PLACEHOLDER}",
            r"\end{aligned}",
            "$$",
        ]
        answer = self.cell("answer", "\n".join(lines), role="answer", points=self.common.points)
        return [answer, *self.check_cell(self._check())]

    def _check(self) -> list[str]:
        facts = [_public(function, one) for function, one in zip(self.functions, self.found, strict=True)]
        return [f'feedback.steps("{self.id}", {fact})' for fact in facts]

    def _ran_checks(self) -> list[Cell]:
        return []

    def solution(self) -> list[Cell]:
        if not self.chain:
            return super().solution()
        return [self.cell("answer", self.chain, role="solution"), *self.explanation_cells()]

    def key(self) -> dict[str, Any]:
        return {**super().key(), "at_least": self.at_least, "derivation": self.chain}


def _listed(answers: Value, common: Wanted, report: Report, what: str) -> list[Wanted]:
    """Return the formulas of a list; what an item does not say is as in `common`."""
    if not isinstance(answers.content, list):
        report.add(answers.line, f"'answers' of {what} is no list", "write '- wrt: x_i' on a line for each formula")
        return []
    wanted = []
    for item in answers.content:
        own = Options(item, report, f"an answer of {what}")
        by = own.required("wrt", "x_i")
        given = tuple(text for text, _ in own.texts("given", separator=";")) or common.given
        entry, function = own.text("entry"), own.text("function")
        of = entry or function
        line = own.line_of("entry" if entry else "function") if of else common.function_line
        wanted.append(
            Wanted(
                by=by,
                entry=entry if of else common.entry,
                function=function if of else common.function,
                given=given,
                answer=own.text("answer"),
                label=own.text("label") or common.label,
                line=own.line_of("wrt"),
                function_line=line,
            )
        )
        own.finish()
    return wanted


def _public(function: Function, one: Derivative) -> str:
    """Return what the check may know: of what, and by what; never the answer."""
    if "entry" in function.public:
        return f'entry="{function.public["entry"]}", by="{one.by}"'
    given = f", given={list(function.given)!r}" if function.given else ""
    return f"of={_quoted(function.public['formula'])}, by={_quoted(one.by)}{given}"


def _quoted(text: str) -> str:
    return f'r"{text}"' if '"' not in text and not text.endswith("\\") else repr(text)
