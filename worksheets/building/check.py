"""Checks a worksheet as its author would wish: every formula proved, every model right, every wrong answer caught."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checks.answers import Outputs, Probe, judge_formula, judge_number, judge_outputs, judge_steps, sample
from checks.answers.probes import Samples
from checks.verdict import Attempt, Status, Verdict, gravest
from worksheets.building.build import Job
from worksheets.building.execution import ExecutionError, NoKernelError, execute
from worksheets.building.files import Progress
from worksheets.building.hidden import setup_before
from worksheets.building.leaks import leaks, strings_of
from worksheets.building.notebook import SOLUTION, STUDENT, notebook
from worksheets.building.running import Played, RunError, play
from worksheets.derived import EntryFunction, TypedFunction
from worksheets.kinds import Question
from worksheets.kinds.choice import ChoiceQuestion
from worksheets.kinds.code import CodeQuestion, ProbeSource
from worksheets.kinds.formula import FormulaQuestion, StepsQuestion
from worksheets.kinds.number import NumberQuestion
from worksheets.sheet import Source, read_source

SEED = 20261
SLOW = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing that was checked: the question, what about it, the verdict on that, and the line of the source."""

    question: str
    check: str
    verdict: Verdict
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return `{question, check, status, reason, line}`."""
        return {
            "question": self.question,
            "check": self.check,
            "status": str(self.verdict.status),
            "reason": self.verdict.reason,
            "line": self.line,
        }


@dataclass(frozen=True)
class Checked:
    """A worksheet that was checked: what was found, and the seconds of each cell of the solution."""

    name: str
    path: str
    findings: tuple[Finding, ...]
    times: dict[str, float] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """The gravest status of all findings."""
        return gravest(finding.verdict.status for finding in self.findings)


def check_job(job: Job, progress: Progress) -> Checked:
    """Check a worksheet; the work that is done in parallel."""
    return check(job.path, student=job.student, progress=progress)


def check(path: Path, *, student: str = "", progress: Progress | None = None, run: bool = True) -> Checked:
    """Check a worksheet.

    Parameters
    ----------
    path, student:
        The source, and whose variant.
    progress:
        Called with what is being done, how much is done, and how much there is.
    run:
        Whether to run the solution notebook, too.

    Raises
    ------
    SourceError
        The source cannot be read.
    """
    say = progress or (lambda *_: None)
    source = read_source(path, student=student).resolve()
    findings: list[Finding] = []
    total = 2 * len(source.questions) + 1
    for number, question in enumerate(source.questions):
        say(question.id, number, total)
        findings += [
            Finding(question.id, what, verdict, question.common.line) for what, verdict in _about(source, question)
        ]
    times: dict[str, float] = {}
    solution = notebook(source, SOLUTION)
    if run:
        started = len(source.questions)
        try:
            times = execute(
                solution, progress=lambda what, n, of: say(what, started + (started * n) // max(of, 1), total)
            )
            findings.append(
                Finding("", "the solution runs", _held(f"all {len(times)} code cells of the solution run"), 1)
            )
            findings += _slow(times)
        except ExecutionError as error:
            line = next((q.common.line for q in source.questions if error.cell.startswith(f"{q.id}-")), 1)
            findings.append(Finding("", "the solution runs", _fault(str(error)), line))
        except NoKernelError as error:
            findings.append(Finding("", "the solution runs", _fault(str(error)), 1))
    findings += _leaks(source)
    return Checked(source.name, source.path.name, tuple(findings), times)


def _about(source: Source, question: Question) -> Iterator[tuple[str, Verdict]]:
    if isinstance(question, FormulaQuestion):
        yield from _formulas(question)
    elif isinstance(question, CodeQuestion):
        yield from _code(source, question)
    elif isinstance(question, NumberQuestion):
        yield from _number(question)
    elif isinstance(question, ChoiceQuestion):
        yield "the choice", _held(f"{len(question.right)} of {len(question.options)} options are right")
    else:
        yield "the question", _held("a person grades it; its rubric adds up")


# -- formulas --


def _formulas(question: FormulaQuestion) -> Iterator[tuple[str, Verdict]]:
    from checks.derivations import check_steps as check_entry
    from checks.derivations import check_typed
    from derive.typed_function import TypedFunction as Typed

    for function, one in zip(question.functions, question.found, strict=True):
        what = f"∂/∂{one.by}"
        if isinstance(function, EntryFunction):
            yield f"{what} is proved", check_entry(function.entry)
        elif isinstance(function, TypedFunction) and function.is_scalar:
            yield (
                f"{what} is proved",
                check_typed(Typed(function.value, function.symbol(one.by), function.vocabulary.domain)),
            )
        else:
            yield f"{what} is proved", _steps_hold(function, one)
        for reference in one.references:
            yield f"{what} can be read back", judge_formula(reference, one.references, one.given)
        wrong = [(mistake.formula, mistake.mistake) for mistake in one.mistakes if mistake.formula]
        planted = [(text, mistake) for text, mistake, _ in question.wrong] if len(question.found) == 1 else []
        yield from _all_refuted(what, [*wrong, *planted], one)
    if isinstance(question, StepsQuestion) and question.chain and question.found:
        one = question.found[0]
        yield (
            "the derivation of the author",
            judge_steps(question.chain, one.references, one.given, at_least=question.at_least),
        )


def _steps_hold(function: Any, one: Any) -> Verdict:
    """Judge a derivation in index notation: every step alone, and the whole by SymPy's derivative."""
    import sympy as sp

    from checks.formulas.arrays import decide
    from checks.formulas.declared import declared
    from checks.verdict import Proof
    from derive.derivation import D

    def carried_out(formula: Any) -> Any:
        return formula.replace(lambda node: isinstance(node, D), lambda node: sp.diff(node.expression, node.variable))

    given = declared(one.given)
    sides = [(step.rule, step.before, step.after) for step in one.derivation.steps]
    sides.append(("the whole", sides[0][1], one.expression))
    for number, (rule, before, after) in enumerate(sides, start=1):
        verdict = decide(carried_out(before), carried_out(after), given, ())
        if verdict.status is not Status.PROVED:
            return _open(f"step {number} ({rule}) could not be proved: {verdict.reason}")
    return Verdict(
        status=Status.PROVED,
        reason=f"All {len(sides) - 1} steps hold, each decided alone, and SymPy's derivative is the same.",
        evidence=Proof(procedure="canonical index form, step by step"),
    )


def _all_refuted(what: str, wrong: list[tuple[str, str]], one: Any) -> Iterator[tuple[str, Verdict]]:
    refuted = 0
    for text, mistake in wrong:
        verdict = judge_formula(text, one.references, one.given)
        if verdict.status is Status.REFUTED:
            refuted += 1
        elif verdict.status is Status.PROVED:
            yield f"{what}, wrong: {mistake}", _fault(f"the planted wrong answer {text!r} is right")
        else:
            yield (
                f"{what}, wrong: {mistake}",
                _open(f"the planted wrong answer {text!r} is not refuted: {verdict.reason}"),
            )
    if wrong and refuted == len(wrong):
        yield f"{what}, wrong answers", _held(f"all {refuted} planted wrong answers are refuted")
    elif not wrong:
        yield f"{what}, wrong answers", _open("no wrong answer is planted, so nothing shows that the check bites")


# -- numbers --


def _number(question: NumberQuestion) -> Iterator[tuple[str, Verdict]]:
    assert question.right is not None
    yield "the number", judge_number(question._shown, question.right, max(question.slack, abs(question.right) / 10**9))
    for text, mistake, _ in question.wrong:
        verdict = judge_number(text.strip(), question.right, question.slack)
        held = verdict.status is Status.REFUTED
        yield (
            f"wrong: {mistake}",
            _held(f"{text.strip()} is refuted")
            if held
            else _fault(f"the planted wrong answer {text.strip()} is right"),
        )


# -- code --


def _code(source: Source, question: CodeQuestion) -> Iterator[tuple[str, Verdict]]:
    probes: list[tuple[Probe, Samples]] = [(probe, sample(probe, SEED)) for probe in question.all_probes()]
    sources = [question.model_source, *(code for code, _ in question.planted)]
    try:
        played = play(setup_before(source, question), sources, probes)
    except RunError as error:
        yield "the model runs", _fault(str(error))
        return
    model, wrong = played[0], played[1:]
    for (probe, samples), found in zip(probes, model, strict=True):
        yield from _model(question, probe, samples, found)
    if any(found.error for found in model):
        return
    caught = 0
    for (_, mistake), tried in zip(question.planted, wrong, strict=True):
        verdicts = [
            _open(one.error) if one.error else judge_outputs(probe, one.outputs, right.outputs, samples)
            for (probe, samples), one, right in zip(probes, tried, model, strict=True)
        ]
        if any(verdict.status.earns_credit is not True for verdict in verdicts):
            caught += 1
        else:
            yield f"wrong: {mistake}", _fault(f"the planted wrong answer ({mistake}) passes every check")
    if caught == len(question.planted):
        yield "wrong answers", _held(f"all {caught} planted wrong answers are caught")


def _model(question: CodeQuestion, probe: Probe, samples: Samples, found: Played) -> Iterator[tuple[str, Verdict]]:
    if found.error:
        yield f"{probe.name}: the model", _fault(f"the model solution fails: {found.error}")
        return
    asked = next((asked for asked in question.asked if asked.name == probe.name), None)
    declared = next((one for one in question.probes if one.name == probe.name), None)
    if declared is not None and declared.proof:
        yield f"{probe.name}: the model against {declared.entry}", _against_entry(declared, probe, samples, found)
    elif asked is not None and question.of is not None:
        yield f"{probe.name}: the model against its formula", _against_function(question, asked, probe, samples, found)
    else:
        verdict = judge_outputs(probe, found.outputs, found.outputs, samples) if probe.accept else _sound(probe, found)
        yield f"{probe.name}: the model runs", verdict


def _sound(probe: Probe, found: Played) -> Verdict:
    """Judge results that nothing else is known of: they have to be numbers."""
    import numpy as np

    values = [
        np.asarray(value, dtype=float) for outputs in found.outputs for value in outputs.values() if value is not None
    ]
    if not values or not all(np.all(np.isfinite(value)) for value in values):
        return _fault(f"{probe.name} of the model returns nothing, or values that are not finite")
    return _held(
        f"{probe.name} of the model returns {sum(value.size for value in values)} finite numbers; no entry proves them"
    )


def _against_function(question: CodeQuestion, asked: Any, probe: Probe, samples: Samples, found: Played) -> Verdict:
    from checks.answers.probes import named
    from worksheets.feedback.code import _compiled

    assert question.of is not None
    names = [question._own(argument) for argument in asked.arguments]
    compiled = _compiled(question.of, asked.by, names)
    return judge_outputs(probe, found.outputs, [named(compiled(*inputs)) for inputs in samples], samples)


def _against_entry(declared: ProbeSource, probe: Probe, samples: Samples, found: Played) -> Verdict:
    from worksheets.derived import UnderivableError, from_entry
    from worksheets.feedback.code import _compiled

    try:
        function = from_entry(declared.entry)
    except UnderivableError as error:
        return _fault(str(error))
    names = [one.name for one in probe.inputs]
    wanted: list[Outputs] = []
    back = {mine: theirs for theirs, mine in declared.names.items()}
    known = [
        (place, back.get(name, name)) for place, name in enumerate(names) if back.get(name, name) in function.arguments
    ]
    for inputs in samples:
        results = {}
        for output, part in declared.proof.items():
            by = "" if part == "value" else part
            compiled = _compiled(function, by, [name for _, name in known])
            results[output] = compiled(*(inputs[place] for place, _ in known))
        wanted.append(results)
    return judge_outputs(probe, found.outputs, wanted, samples)


# -- the whole --


def _slow(times: dict[str, float]) -> Iterator[Finding]:
    for cell, seconds in times.items():
        if seconds > SLOW:
            yield Finding("", f"time of {cell}", _open(f"the cell takes {seconds:.0f} s; a student waits as long"), 1)


def _leaks(source: Source) -> list[Finding]:
    found = leaks(source, strings_of(notebook(source, STUDENT)))
    if not found:
        return [Finding("", "students' files", _held("no answer stands in the student notebook"), 1)]
    return [
        Finding(question, "students' files", _fault(f"the answer {answer!r} stands in {place}"), 1)
        for question, place, answer in found
    ]


def _held(reason: str) -> Verdict:
    from checks.verdict import Proof

    return Verdict(
        status=Status.PROVED, reason=f"{reason[:1].upper()}{reason[1:]}.", evidence=Proof(procedure="carried out")
    )


def _open(reason: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("the check",)))


def _fault(reason: str) -> Verdict:
    return Verdict(status=Status.FAULT, reason=reason, evidence=Attempt(tried=("the check",)))


def timed(work: Any) -> tuple[Any, float]:
    """Return the result of a call and its seconds."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun
