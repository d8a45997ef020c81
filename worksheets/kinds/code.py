"""Questions that are answered by code: functions, classes, or variables that a cell sets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from worksheets.derived import EntryFunction, Function, TypedFunction, UnderivableError
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
from worksheets.source.options import Options, Value
from worksheets.source.problems import Report, did_you_mean

CONVENTIONS = {
    "batch": ("rows", "columns", "none", "free"),
    "reduction": ("sum", "mean", "none", "free"),
    "gradient": ("of the input", "of the output", "free"),
    "bias": ("apart", "last column of W", "none", "free"),
    "jacobian": ("rows are outputs", "rows are inputs", "free"),
}
FREE = "free"
"""Any convention will do."""

_SIGNATURE = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<arguments>[^()]*)\)")
_ROLE = re.compile(r"value|derivative by (?P<by>[A-Za-z_]\w*)")


@dataclass(frozen=True)
class Asked:
    """A function that a student writes.

    Attributes
    ----------
    name, arguments:
        Its signature.
    by:
        The variable of the derivative that it is; "" for the function itself.
    line:
        Where it is declared.
    """

    name: str
    arguments: tuple[str, ...]
    by: str
    line: int

    @property
    def signature(self) -> str:
        """The signature as it is written."""
        return f"{self.name}({', '.join(self.arguments)})"


@dataclass(frozen=True)
class ProbeSource:
    """A probe as the author declared it; `checks.answers.Probe` is made of it.

    `proof` maps results to "value" or a variable of the entry, `names` maps names of the entry to those of the probe.
    """

    name: str
    adapter: str
    inputs: dict[str, str]
    accept: tuple[str, ...]
    tolerance: float
    samples: int
    state: bool
    entry: str
    proof: dict[str, str]
    names: dict[str, str]
    line: int


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
        asked = _asked(options.mapping("functions"), report, what)
        names = {name: str(value.content) for name, value in options.mapping("names").items()}
        conventions = _conventions(options.mapping("conventions"), report, what)
        solution = one_body(blocks, "solution", report)
        start = one_body(blocks, "starter", report)
        probes = tuple(_probe(block, report, what) for block in bodies(blocks, "probe"))
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
            _python(solution, report)
        if start is not None:
            _python(start, report)
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
            source = self.written or self._model()
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
        self.planted = [*self._mistakes(), *((code, mistake) for code, mistake, _ in self.wrong)]
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
                self._as_probe(probe)
            except (InputError, ValueError) as error:
                report.add(probe.line, str(error), "correct the probe")

    # -- what follows from the function --

    def _check_signature(self, asked: Asked, report: Report) -> None:
        assert self.of is not None
        known = self.of.arguments
        for argument in asked.arguments:
            if self._own(argument) not in known:
                remedy = did_you_mean(argument, known)
                report.add(
                    asked.line,
                    f"{asked.signature} takes {argument!r}, of which the function knows nothing",
                    f"{remedy}; or map it under 'names'",
                )
        if asked.by and asked.by not in self.of.targets:
            report.add(asked.line, f"there is no derivative by {asked.by!r}", did_you_mean(asked.by, self.of.targets))

    def _own(self, argument: str) -> str:
        """Return the name that the entry has for an argument of the signature."""
        back = {mine: theirs for theirs, mine in self.names.items()}
        return back.get(argument, argument)

    def _model(self) -> str:
        parts = [self._source(asked) for asked in self.asked]
        return _joined(parts)

    def _source(self, asked: Asked, form: Any = None) -> str:
        assert self.of is not None
        arguments = [self._own(argument) for argument in asked.arguments]
        if isinstance(self.of, EntryFunction):
            source = (
                self.of.derivative_source(asked.name, arguments, asked.by, form)
                if asked.by
                else self.of.value_source(asked.name, arguments)
            )
        else:
            assert isinstance(self.of, TypedFunction)
            derived = (
                form if form is not None else self.of.derivative(asked.by).expression if asked.by else self.of.value
            )
            source = self.of.source(asked.name, arguments, derived)
        for mine, theirs in zip(asked.arguments, arguments, strict=True):
            source = re.sub(rf"\b{theirs}\b", mine, source) if mine != theirs else source
        return source

    def _mistakes(self) -> list[tuple[str, str]]:
        """Return wrong codes: each function in turn replaced by a typical wrong answer, the others right."""
        from derive.compilation import NotCompilable

        found = []
        for asked in self.asked:
            if not asked.by or self.of is None:
                continue
            for mistake in self.of.derivative(asked.by).mistakes:
                if mistake.expression is None:
                    continue
                try:
                    wrong = self._source(asked, mistake.expression)
                except (UnderivableError, NotCompilable):
                    continue
                found.append((_joined([self.model_source, wrong]), f"{asked.name}: {mistake.mistake}"))
        return found

    # -- probes --

    def all_probes(self) -> list[Any]:
        """Return the probes: one for each function that was asked for, and those of the author."""
        found = []
        for asked in self.asked:
            if any(probe.name == asked.name for probe in self.probes):
                continue
            found.append(self._of_function(asked))
        return [*found, *(self._as_probe(probe) for probe in self.probes)]

    def _of_function(self, asked: Asked) -> Any:
        from checks.answers import Input, Probe

        assert self.of is not None
        own = [self._own(argument) for argument in asked.arguments]
        described = self.of.inputs(own)
        inputs = tuple(Input.read(mine, described[theirs]) for mine, theirs in zip(asked.arguments, own, strict=True))
        return Probe(asked.name, inputs)

    @staticmethod
    def _as_probe(probe: ProbeSource) -> Any:
        from checks.answers import Condition, Input, Probe

        return Probe(
            name=probe.name,
            inputs=tuple(Input.read(name, text) for name, text in probe.inputs.items()),
            adapter=probe.adapter,
            accept=tuple(Condition.read(text) for text in probe.accept),
            tolerance=probe.tolerance,
            samples=probe.samples,
            state=probe.state,
        )

    # -- cells --

    def student(self) -> list[Cell]:
        by_hand, by_test = (None, self.common.points) if self.hidden else (self.common.points, None)
        answer = self.cell("answer", self.start, role="answer", code=True, released=self.release, points=by_hand)
        return [answer, *self.check_cell(self._visible(), points=by_test, hidden=self.hidden)]

    def _visible(self) -> list[str]:
        if self.of is None:
            return []
        lines = []
        values = {asked.name: asked for asked in self.asked if not asked.by}
        public = self.of.public
        fact = f'entry="{public["entry"]}"' if "entry" in public else _formula_fact(public)
        for asked in self.asked:
            names = _names_fact(asked.arguments, [self._own(argument) for argument in asked.arguments])
            if not asked.by:
                lines.append(f"feedback.function({asked.name}, {fact}{names})")
                continue
            forward = next((value for value in values.values() if value.arguments == asked.arguments), None)
            of = f", of={forward.name}" if forward is not None else ""
            lines.append(f'feedback.gradient({asked.name}, by="{self._theirs(asked.by)}", {fact}{of}{names})')
        return lines

    def _theirs(self, by: str) -> str:
        return by

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


def _asked(found: dict[str, Value], report: Report, what: str) -> tuple[Asked, ...]:
    asked = []
    for text, value in found.items():
        signature = _SIGNATURE.fullmatch(text.strip())
        role = _ROLE.fullmatch(str(value.content or "").strip())
        if signature is None:
            report.add(value.line, f"{text!r} of {what} is no signature", "write 'sigmoid_grad(x): derivative by x'")
        elif role is None:
            report.add(value.line, f"{text!r} of {what} is {value.content!r}", "write 'value' or 'derivative by x'")
        else:
            arguments = tuple(word.strip() for word in signature["arguments"].split(",") if word.strip())
            if not all(argument.isidentifier() for argument in arguments):
                report.add(
                    value.line, f"the arguments of {text!r} are no names", "write 'sigmoid_grad(x): derivative by x'"
                )
            asked.append(Asked(signature["name"], arguments, role["by"] or "", value.line))
    return tuple(asked)


def _conventions(found: dict[str, Value], report: Report, what: str) -> dict[str, str]:
    for name, value in found.items():
        if name not in CONVENTIONS:
            report.add(value.line, f"{what} has no convention {name!r}", did_you_mean(name, CONVENTIONS))
        elif value.content not in CONVENTIONS[name]:
            report.add(
                value.line,
                f"the convention {name!r} of {what} is {value.content!r}",
                f"write one of: {', '.join(CONVENTIONS[name])}",
            )
    return {name: str(value.content) for name, value in found.items()}


def _probe(block: Block, report: Report, what: str) -> ProbeSource:
    here = report.within(block.file)
    options = Options(block.options, here, f"the probe '{block.argument}'")
    inputs = {name: str(value.content) for name, value in options.mapping("inputs").items()}
    proof = {name: str(value.content) for name, value in options.mapping("proof").items()}
    names = {name: str(value.content) for name, value in options.mapping("names").items()}
    samples = options.number("samples", 4.0 if inputs else 1.0) or 0
    tolerance = options.number("tolerance", 1e-6) or 0
    entry = options.text("entry")
    accept = tuple(text for text, _ in options.texts("accept"))
    state = options.yes("state", default=bool(accept) and not inputs)
    options.finish()
    if not block.argument.isidentifier():
        here.add(
            block.line, f"a probe of {what} has no name", "write the name of the function: '{probe} linear_backward'"
        )
    if not 1 <= samples <= 64 or samples != int(samples):
        here.add(options.line_of("samples"), "'samples' is no count", "write a whole number from 1 to 64")
        samples = 1
    if not 0 < tolerance < 1:
        here.add(options.line_of("tolerance"), "'tolerance' is not between 0 and 1", "write for example 1e-6")
    if proof and not entry:
        here.add(options.line_of("proof"), "a 'proof' without an entry", "add 'entry: NAME' to the probe")
    if block.body.strip():
        _python(block, report)
    return ProbeSource(
        block.argument,
        block.body,
        inputs,
        accept,
        float(tolerance),
        int(samples),
        state,
        entry,
        proof,
        names,
        block.line,
    )


def _python(block: Block, report: Report) -> None:
    try:
        regions(block.body)
    except RegionError as error:
        report.within(block.file).add(block.body_line + error.line, str(error), f"correct the {{{block.name}}}")


def _joined(parts: Sequence[str]) -> str:
    """Join pieces of code; their imports stand once, at the top."""
    imports: dict[str, None] = {}
    rest = []
    for part in parts:
        lines = part.strip("\n").split("\n")
        imports |= dict.fromkeys(line for line in lines if re.match(r"(import|from) ", line))
        rest.append("\n".join(line for line in lines if not re.match(r"(import|from) ", line)).strip("\n"))
    head = "\n".join(imports) + "\n\n\n" if imports else ""
    return head + "\n\n\n".join(rest)


def _formula_fact(public: dict[str, Any]) -> str:
    given = f", given={public['given']!r}" if public["given"] else ""
    return f"formula={public['formula']!r}{given}"


def _names_fact(mine: Sequence[str], theirs: Sequence[str]) -> str:
    return "" if list(mine) == list(theirs) else f", arguments={list(theirs)!r}"
