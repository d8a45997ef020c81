"""A question that is answered by code: what it reads, shows and solves, and what it gives to the grader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from worksheets.derived import EntryFunction, Function, UnderivableError
from worksheets.kinds.code.declared import (
    FREE,
    Asked,
    ProbeSource,
    check_python,
    read_asked,
    read_conventions,
    read_probe,
)
from worksheets.kinds.code.probing import as_probe, probe_of_function
from worksheets.kinds.code.visible import feedback_lines
from worksheets.kinds.code.written import function_source, joined, wrong_sources
from worksheets.kinds.question import (
    Cell,
    Common,
    Question,
    bodies,
    function_of,
    one_body,
    read_wrong,
    resolved_function,
)
from worksheets.kinds.regions import RegionError, defined, model, parsed, regions, released, starter
from worksheets.source.blocks import Block
from worksheets.source.options import Options
from worksheets.source.problems import Report, did_you_mean


@dataclass
class CodeQuestion(Question):
    """Functions, classes or variables in a code cell."""

    entry: str = ""
    function: str = ""
    given: tuple[str, ...] = ()
    function_line: int = 0
    asked: tuple[Asked, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    conventions: dict[str, str] = field(default_factory=dict)
    written: str = ""
    written_line: int = 0
    given_start: str = ""
    probes: tuple[ProbeSource, ...] = ()
    of: Function | None = None
    model_source: str = ""
    start: str = ""
    release: str = ""
    hidden: str = ""
    planted: list[tuple[str, str]] = field(default_factory=list)
    redefines: tuple[str, ...] = ()

    BLOCKS: ClassVar[tuple[str, ...]] = ("solution", "starter", "probe", "wrong")

    @classmethod
    def read(cls, common: Common, options: Options, blocks: Sequence[Block], report: Report) -> "CodeQuestion":
        what = f"the question '{common.id}'"
        entry, function, given, line = function_of(options, report, what)
        asked = read_asked(options.mapping("functions"), report, what)
        names = {name: str(value.content) for name, value in options.mapping("names").items()}
        conventions = read_conventions(options.mapping("conventions"), report, what)
        solution = one_body(blocks, "solution", report)
        start = one_body(blocks, "starter", report)
        probes = tuple(read_probe(block, report, what) for block in bodies(blocks, "probe"))
        if (entry or function) and not asked:
            report.add(
                line, f"{what} does not say which functions to write", "add 'functions:' with 'sigmoid(x): value'"
            )
        if asked and not (entry or function):
            report.add(
                options.line_of("functions"),
                f"{what} does not say what its functions are",
                "add 'entry: NAME' or 'function: FORMULA'",
            )
        if not asked and solution is None:
            report.add(
                common.line, f"{what} has no model solution", "name an entry and 'functions:', or write a {solution}"
            )
        if not asked and solution is not None and not probes:
            report.add(
                common.line, f"{what} has nothing that checks it", "add a {probe}: what to call, with which inputs"
            )
        if solution is not None:
            check_python(solution, report)
        if start is not None:
            check_python(start, report)
        return cls(
            common,
            read_wrong(blocks, report),
            entry=entry,
            function=function,
            given=given,
            function_line=line,
            asked=asked,
            names=names,
            conventions=conventions,
            written=solution.body if solution is not None else "",
            written_line=solution.body_line if solution is not None else common.line,
            given_start=start.body if start is not None else "",
            probes=probes,
            redefines=tuple(name for name, _ in options.texts("redefines")),
        )

    def resolve(self, report: Report) -> None:
        from derive.compilation import NotCompilable

        if self.entry or self.function:
            self.of = resolved_function(self.entry, self.function, self.given, "", report, self.function_line)
            if self.of is None:
                return
        for asked in self.asked:
            self._check_signature(asked, report)
        if report.problems:
            return
        try:
            source = self.written or self._written()
        except (UnderivableError, NotCompilable) as error:
            report.add(self.function_line, f"no code follows for '{self.id}': {error}", "write a {solution}")
            return
        try:
            self.model_source = model(source)
            self.start = self.given_start or starter(source)
            self.release = released(source, self.given_start)
        except RegionError as error:
            report.add(
                self.written_line + error.line,
                str(error),
                "put '# begin solution' and '# end solution' around the answer",
            )
            return
        self.planted = [*self._typical_mistakes(), *((code, mistake) for code, mistake, _ in self.wrong)]
        self._check_parts(report)
        if not self.planted and not report.problems:
            report.add(
                self.common.line,
                f"'{self.id}' plants no wrong answer",
                "add a {wrong} answer, so that it is seen that the check bites",
            )
        self.resolved = True

    def _check_parts(self, report: Report) -> None:
        """Note what does not fit together: names, wrong answers that are no code, probes that are not understood."""
        from checks.answers import InputError

        known = defined(self.model_source)
        for asked in self.asked:
            if asked.name not in known:
                message = f"the solution of '{self.id}' does not define {asked.name}"
                report.add(self.written_line, message, did_you_mean(asked.name, known))
        for name in self.redefines:
            if name not in known:
                message = f"'{self.id}' redefines {name}, which its solution does not define"
                report.add(self.common.line, message, did_you_mean(name, known))
        for code, _, line in self.wrong:
            try:
                parsed(code)
            except RegionError as error:
                report.add(line + 1 + error.line, str(error), "write the wrong answer as a whole cell")
        for probe in self.probes:
            try:
                as_probe(probe)
            except (InputError, ValueError) as error:
                report.add(probe.line, str(error), "correct the probe")

    # -- what follows from the function --

    def _check_signature(self, asked: Asked, report: Report) -> None:
        assert self.of is not None
        known = self.of.arguments
        for argument in asked.arguments:
            if self.name_in_function(argument) not in known:
                remedy = did_you_mean(argument, known)
                report.add(
                    asked.line,
                    f"{asked.signature} takes {argument!r}, of which the function knows nothing",
                    f"{remedy}; or map it under 'names'",
                )
        if asked.by and asked.by not in self.of.targets:
            report.add(asked.line, f"there is no derivative by {asked.by!r}", did_you_mean(asked.by, self.of.targets))

    def name_in_function(self, argument: str) -> str:
        """Return the name that the entry has for an argument of the signature."""
        back = {mine: theirs for theirs, mine in self.names.items()}
        return back.get(argument, argument)

    def _written(self) -> str:
        assert self.of is not None
        return joined([function_source(self.of, asked, self._names_of(asked)) for asked in self.asked])

    def _names_of(self, asked: Asked) -> list[str]:
        return [self.name_in_function(argument) for argument in asked.arguments]

    def _typical_mistakes(self) -> list[tuple[str, str]]:
        """Return wrong codes: each function in turn replaced by a typical wrong answer, the others right."""
        if self.of is None:
            return []
        return [
            (joined([self.model_source, wrong]), mistake)
            for asked in self.asked
            for wrong, mistake in wrong_sources(self.of, asked, self._names_of(asked))
        ]

    # -- probes --

    def all_probes(self) -> list[Any]:
        """Return the probes: one for each function that was asked for, and those of the author."""
        found = []
        for asked in self.asked:
            if any(probe.name == asked.name for probe in self.probes):
                continue
            found.append(self._probe_of(asked))
        return [*found, *(as_probe(probe) for probe in self.probes)]

    def _probe_of(self, asked: Asked) -> Any:
        assert self.of is not None
        return probe_of_function(self.of, asked, self._names_of(asked))

    # -- cells --

    def student(self) -> list[Cell]:
        by_hand, by_test = (None, self.common.points) if self.hidden else (self.common.points, None)
        answer = self.cell("answer", self.start, role="answer", code=True, released=self.release, points=by_hand)
        return [answer, *self.check_cell(self._visible(), points=by_test, hidden=self.hidden)]

    def _visible(self) -> list[str]:
        names = {asked.name: self._names_of(asked) for asked in self.asked}
        return [] if self.of is None else feedback_lines(self.of, self.asked, names)

    def question_cell(self) -> Cell:
        cell = super().question_cell()
        if not self.conventions:
            return cell
        words = "; ".join(f"{name}: {value}" for name, value in self.conventions.items() if value != FREE)
        if not words:
            return cell
        return self.cell("question", f"{cell.source}\n\n*Convention — {words}.*", role="question")

    def solution(self) -> list[Cell]:
        code = self.cell("answer", self.model_source, role="solution", code=True)
        return [*self.explanation_cells(), code, *self.check_cell(self._visible())]

    def key(self) -> dict[str, Any]:
        return {
            "functions": [
                {
                    "name": asked.name,
                    "arguments": list(asked.arguments),
                    "role": f"derivative by {asked.by}" if asked.by else "value",
                }
                for asked in self.asked
            ],
            "defines": list(defined(self.model_source)),
            "of": self.of.public if self.of is not None else None,
            "names": dict(self.names),
            "conventions": dict(self.conventions),
            "model": self.model_source,
            "probes": [probe.to_json() for probe in self.all_probes()],
            "wrong": [{"source": source, "mistake": mistake} for source, mistake in self.planted],
        }

    def public(self) -> Iterator[str]:
        from derive.rendering import latex

        if self.of is not None:
            value = self.of.entry.value if isinstance(self.of, EntryFunction) else self.of.value  # type: ignore[attr-defined]
            yield from (str(value), latex(value))

    def answers(self) -> Iterator[str]:
        """Yield the lines of the answer that stand in no part of the starter, and the derivatives as formulas."""
        from derive.rendering import latex

        for asked in self.asked:
            if asked.by and self.of is not None:
                derived = self.of.derivative(asked.by)
                yield from derived.references
                yield latex(derived.expression, getattr(derived.owner, "symbol_names", {}))
        shown = {line.strip() for line in self.start.split("\n")}
        source = self.written or self.model_source
        lines = source.split("\n")
        for region in regions(source):
            for line in lines[region.first : region.last]:
                text = line.strip()
                if len(text) >= 12 and text not in shown and not text.startswith("#"):
                    yield text
