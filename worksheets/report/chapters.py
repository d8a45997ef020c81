"""What the page shows of each entry: formulas, derivations, verdicts, code, wrong answers, sources."""

import ast
import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.result import Result
    from checks.verdict import Enclosure
    from derive.entry import Entry, Kink, Limit, Variable

Math = str
"""A `<math>` element."""


@dataclass(frozen=True)
class Derived:
    """One derivative (or statement): the equation with the textbook form, the matrix form and the derivation."""

    target: str
    equation: Math
    matrix_form: Math
    steps: int
    derivation: str
    ranges: str


@dataclass(frozen=True)
class Refuted:
    """A typical wrong answer: what it claims, the mistake, and what refutes it."""

    equation: Math
    mistake: str
    refutation: str
    status: str


@dataclass(frozen=True)
class Name:
    """A variable: how it is typeset, its shape, its meaning and its values."""

    symbol: Math
    shape: str
    meaning: str
    values: str


@dataclass(frozen=True)
class Section:
    """All that the page shows of one entry."""

    name: str
    title: str
    status: str
    function: Sequence[Math]
    remarks: Sequence[str]
    variables: Sequence[Name]
    derived: Sequence[Derived]
    kinks: Sequence[str]
    limits: Sequence[str]
    rows: "Sequence[Result]"
    source_code: str
    wrong: Sequence[Refuted]
    source: Sequence[str]


@dataclass(frozen=True)
class Chapter:
    """A chapter of the catalogue with those entries that were checked."""

    name: str
    title: str
    sections: Sequence[Section]


def chapters(results: "Iterable[Result]") -> list[Chapter]:
    """Return the chapters of the catalogue, each with the entries that the run checked, in order."""
    from derive import catalogue

    by_entry: dict[str, list[Result]] = {}
    for result in results:
        by_entry.setdefault(result.entry, []).append(result)
    found = []
    for name in catalogue.CHAPTERS:
        entries = [entry for entry in catalogue.names() if catalogue.chapter(entry) == name and entry in by_entry]
        if entries:
            title = (importlib.import_module(f"derive.catalogue.{name}").__doc__ or name).strip().rstrip(".")
            found.append(Chapter(name, title, [section(catalogue.load(entry), by_entry[entry]) for entry in entries]))
    return found


def section(entry: "Entry", rows: "Sequence[Result]") -> Section:
    """Return what the page shows of an entry."""
    from checks.verdict import gravest

    return Section(
        name=entry.name,
        title=entry.title,
        status=str(gravest(row.verdict.status for row in rows)),
        function=_function(entry),
        remarks=_remarks(entry),
        variables=[_variable(entry, variable) for variable in entry.variables],
        derived=[_derived(entry, name) for name in entry.targets],
        kinks=[entry.kinks] if isinstance(entry.kinks, str) else [_kink(entry, kink) for kink in entry.kinks],
        limits=[entry.limits] if isinstance(entry.limits, str) else [_limit(entry, limit) for limit in entry.limits],
        rows=rows,
        source_code=_source_code(entry),
        wrong=_wrong_answers(entry),
        source=entry.source,
    )


def _function(entry: "Entry") -> list[Math]:
    from derive.entry import ArrayEntry, ScalarEntry
    from derive.rendering import equation_mathml

    names = entry.symbol_names
    if isinstance(entry, ScalarEntry):
        return [equation_mathml(entry.label, entry.value, names, display=True)]
    if not isinstance(entry, ArrayEntry):
        return []
    shown = [equation_mathml(entry.label, entry.scalar, names, display=True)]
    shown += [equation_mathml(stage.entry, stage.formula, names, display=True) for stage in entry.stages]
    return shown


def _remarks(entry: "Entry") -> list[str]:
    from derive.entry import ArrayEntry
    from derive.rendering import mathml

    if not isinstance(entry, ArrayEntry):
        return []
    remarks = []
    if entry.upstream is not None:
        upstream = mathml(entry.upstream.label)
        remarks.append(f"{upstream} is the gradient of the loss by the output, which arrives from behind.")
    for stage in entry.stages:
        through, adjoint = mathml(stage.entry), mathml(stage.adjoint.label)
        remarks.append(f"The derivation goes through {through}: {adjoint} is the derivative of the loss by it.")
    for defined, meaning in entry.definitions:
        remarks.append(f"{mathml(defined)} stands for {mathml(meaning)}.")
    if entry.selection is not None:
        chosen = mathml(entry.selection[0])
        remarks.append(f"{chosen} is 1 where max-pooling finds the largest value and it is positive, else 0.")
    return remarks + [f"Given: {mathml(condition, entry.symbol_names)}." for condition in entry.conditions]


def _variable(entry: "Entry", variable: "Variable") -> Name:
    from derive.rendering import mathml, text

    symbol = mathml(getattr(variable.symbol, "label", variable.symbol), entry.symbol_names)
    shape = f"({', '.join(text(size) for size in variable.shape)})" if variable.shape else ""
    return Name(symbol, shape, variable.meaning, _values(variable))


def _values(variable: "Variable") -> str:
    import sympy as sp

    from derive.rendering import text

    values = variable.values
    if values == sp.S.Reals:
        return "real"
    if values == sp.S.Naturals:
        return "1, 2, 3, …"
    if isinstance(values, sp.Interval):
        left, right = "(" if values.left_open else "[", ")" if values.right_open else "]"
        return f"in {left}{text(values.start)}, {text(values.end)}{right}"
    return f"in {values}"


def _derived(entry: "Entry", name: str) -> Derived:
    from derive.entry import ArrayEntry
    from derive.rendering import derivation_mathml, derivative_mathml, index_ranges, mathml, text

    derivation = entry.derivation(name)
    form = entry.matrix_form(name) if isinstance(entry, ArrayEntry) else None
    # Every index that a reader meets on the way runs from 0; say over how many.
    ranges: dict[str, set[str]] = {}
    for step in derivation.steps:
        for size, found in index_ranges(step.before).items():
            ranges.setdefault(text(size - 1), set()).update(found)
    return Derived(
        target=name,
        equation=derivative_mathml(entry, name, entry.textbook(name)),
        matrix_form=mathml(form, entry.symbol_names) if form is not None else "",
        steps=len(derivation.steps),
        derivation=derivation_mathml(entry, derivation),
        ranges="; ".join(f"{', '.join(sorted(found))} = 0 … {last}" for last, found in sorted(ranges.items())),
    )


def _kink(entry: "Entry", kink: "Kink") -> str:
    from markupsafe import escape

    from derive.rendering import mathml

    where = str(escape(kink.where)) if isinstance(kink.where, str) else f"where {mathml(kink.where)} is 0"
    low, high = (mathml(end) for end in kink.interval)
    return f"{where}: every value from {low} to {high} is accepted; ours is {mathml(kink.produced)}"


def _limit(entry: "Entry", limit: "Limit") -> str:
    import sympy as sp

    from derive.rendering import derivative_mathml, label_mathml, mathml

    names = entry.symbol_names
    if limit.of:
        target = next(name for name in entry.targets if limit.of == name or limit.of.startswith(f"{name}_"))
        place = limit.of.removeprefix(target).strip("_").replace("_", ", ")
        what = derivative_mathml(entry, target) + (f" at entry {place}" if place else "")
    else:
        what = label_mathml(entry.label)
    side = {"+": " from above", "-": " from below"}.get(limit.side, "")
    given = ", ".join(f"{mathml(symbol, names)} = {mathml(value, names)}" for symbol, value in limit.given.items())
    towards = f"{mathml(limit.variable, names)} → {mathml(sp.sympify(limit.to, strict=True), names)}{side}"
    return f"{what} → {mathml(limit.value, names)} as {towards}" + (f", for {given}" if given else "")


def _wrong_answers(entry: "Entry") -> list[Refuted]:
    from checks.derivations import refutation
    from checks.verdict import Counterexample
    from derive.rendering import derivative_mathml

    shown = []
    for wrong in entry.wrong:
        verdict = refutation(entry, wrong.of, wrong.formula)
        sentence = verdict.reason
        if isinstance(verdict.evidence, Counterexample):
            point = ", ".join(f"{name} = {value}" for name, value in verdict.evidence.point.items())
            right, this = (_middle(side) for side in (verdict.evidence.left, verdict.evidence.right))
            sentence = f"at {point} the right value is {right}, this gives {this}"
        claimed = derivative_mathml(entry, wrong.of, wrong.formula, sign="≠")
        shown.append(Refuted(claimed, wrong.mistake, sentence, str(verdict.status)))
    return shown


def _middle(enclosure: "Enclosure") -> str:
    """Return the middle of an enclosure in six digits, for reading; the whole of it is in results.json."""
    return f"{(enclosure.low + enclosure.high) / 2:.6g}".replace("-", "−")


def _source_code(entry: "Entry") -> str:
    """Return the compiled code of function and derivatives, each import and each function once; "" without code."""
    if not entry.compilable:
        return ""
    try:
        sources = [entry.compiled_value.source, *(code.source for code in entry.compiled_gradient.values())]
    except NotImplementedError:
        return ""
    imports: dict[str, None] = {}
    functions: dict[str, None] = {}
    for source in sources:
        for node in ast.parse(source).body:
            kind = imports if isinstance(node, (ast.Import, ast.ImportFrom)) else functions
            kind[ast.get_source_segment(source, node) or ""] = None
    return "\n".join(imports) + ("\n\n\n" if imports else "") + "\n\n\n".join(functions) + "\n"
