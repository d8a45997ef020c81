"""Feedback on formulas, derivations, numbers and choices."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from time import localtime, strftime
from typing import Any

from checks.answers import judge_formula, judge_steps
from checks.answers.cells import formulas
from checks.formulas import MEANINGS
from checks.verdict import Attempt, Counterexample, Enclosure, Misreading, Proof, Status, Verdict
from worksheets.derived import Derivative, Function, TypedFunction, UnderivableError, from_entry
from worksheets.feedback.saved import cell_text, notebook_path
from worksheets.feedback.shown import ShownVerdict, shown, unanswered
from worksheets.sealing import opens_choice, opens_number

POINTS = 201
_DIFFERS = "Your formula differs from what is asked"
_STEP = re.compile(r"(Step .*? is the first wrong one[^.]*\.)")
_END = re.compile(r"(All \d+ steps hold)")
_WORDS = re.compile(r"(?:\b[Aa]\b|\b[A-Za-z]{3,}\b|\b(?:by|is|in|of|on|or|to|up)\b|\d+|[ ,:'’-])+")
"""A sentence without a formula."""


def formula(
    question: str,
    *,
    of: str = "",
    by: str,
    given: Sequence[str] = (),
    entry: str = "",
    answer: str | None = None,
    part: int = 0,
) -> ShownVerdict:
    """Judge the formula that was typed into the answer cell of a question.

    Parameters
    ----------
    question:
        The id of the question; its answer cell is read from the saved notebook.
    of, given, entry:
        The function to differentiate, typed with its declarations, or an entry of the catalogue.
    by:
        The variable.
    answer:
        The formula itself, where no notebook can be read.
    part:
        Which of several formulas of the question.
    """
    title = f"{question}{f', formula {part + 1}' if part else ''}"
    text, remark = _typed(question, answer, part)
    if text is None:
        return unanswered(title, remark, lenient=True)
    function, wanted = _wanted(of, by, given, entry)
    verdict = judge_formula(text, wanted.references, wanted.given, asked=wanted.asked)
    remark = f"{_read_so(text, wanted.given)} {remark}".strip() if verdict.status is Status.REFUTED else remark
    return shown(
        _for_students(verdict, remark, wanted.references),
        title,
        picture=_drawn(function, wanted, text, verdict),
        lenient=True,
    )


def steps(
    question: str,
    *,
    of: str = "",
    by: str,
    given: Sequence[str] = (),
    entry: str = "",
    answer: str | None = None,
    at_least: int = 1,
) -> ShownVerdict:
    """Judge the derivation that was typed into the answer cell of a question; the parameters are those of `formula`."""
    text, remark = (answer, "") if answer is not None else _cell(question)
    if text is None or r"\text{?}" in text:
        return unanswered(
            question, remark or "Put a formula in place of each question mark, and save the notebook.", lenient=True
        )
    _, wanted = _wanted(of, by, given, entry)
    verdict = judge_steps(text, wanted.references, wanted.given, at_least=at_least)
    sides = ("left of =", "right of =") if verdict.reason.startswith("Step") else ("yours", "right")
    return shown(_for_students(verdict, remark, wanted.references), question, lenient=True, sides=sides)


def number(question: str, value: Any, *, seal: str) -> ShownVerdict:
    """Judge a number by its seal, which says right or wrong and no more."""
    if value is ... or value is None:
        return unanswered(question, "Put your number in place of the dots.")
    try:
        exact = Fraction(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, OverflowError):
        verdict = Verdict(
            status=Status.UNREADABLE, reason=f"{value!r} is no number.", evidence=Misreading(text=str(value), column=0)
        )
        return shown(verdict, question)
    right = opens_number(question, exact, seal)
    return shown(_sealed(right, f"{float(exact):.10g}"), question, sides=())


def choice(question: str, chosen: Any, *, seal: str) -> ShownVerdict:
    """Judge a choice by its seal, which says right or wrong and no more."""
    if chosen is ... or chosen is None or chosen == "":
        return unanswered(question, "Put a letter in place of the dots.")
    letters = sorted({letter for letter in "".join(map(str, chosen)).lower() if letter.isalpha()})
    return shown(_sealed(opens_choice(question, letters, seal), ", ".join(letters)), question, sides=())


def _sealed(right: bool, said: str) -> Verdict:
    if right:
        return Verdict(status=Status.PROVED, reason=f"{said} is right.", evidence=Proof(procedure="the sealed answer"))
    unequal = Counterexample(
        point={"your answer": said},
        left=Enclosure(low=0.0, high=0.0, text=said),
        right=Enclosure(low=1.0, high=1.0, text="another one"),
    )
    return Verdict(status=Status.REFUTED, reason=f"{said} is not right.", evidence=unequal)


def _typed(question: str, answer: str | None, part: int) -> tuple[str | None, str]:
    if answer is not None:
        return answer, ""
    text, remark = _cell(question)
    if text is None:
        return None, remark
    found = formulas(text)
    if part >= len(found):
        return (
            None,
            f"The answer cell holds {len(found)} formulas between dollar signs; number {part + 1} is missing. {remark}",
        )
    if not found[part]:
        return None, f"There is still a question mark in the answer cell. {remark}"
    return found[part], remark


def _cell(question: str) -> tuple[str | None, str]:
    """Return the text of the answer cell of a question, and when it was saved."""
    path = notebook_path()
    if path is None:
        return None, 'The notebook\'s file was not found. Type your formula into the check: answer=r"…".'
    text = cell_text(path, f"{question}-answer")
    if text is None:
        return None, f"The answer cell of {question} is not in {path.name}."
    return text, f"Read from {path.name} as saved at {strftime('%H:%M:%S', localtime(path.stat().st_mtime))}."


def _wanted(of: str, by: str, given: Sequence[str], entry: str) -> tuple[Function, Derivative]:
    try:
        function = from_entry(entry) if entry else TypedFunction(of, given)
        return function, function.derivative(by)
    except UnderivableError as error:
        raise ValueError(f"this check cannot be used as it stands: {error}") from None


def _for_students(verdict: Verdict, remark: str, references: Sequence[str] = ()) -> Verdict:
    """Put a verdict on (right, yours) into the order and the words of a student; what would show the answer goes."""
    evidence, reason = verdict.evidence, verdict.reason
    if isinstance(evidence, Counterexample) and verdict.status is Status.REFUTED:
        differ, evidence = _where_it_differs(reason, evidence)
        at = ", ".join(f"{name} = {value}" for name, value in evidence.point.items())
        reason = f"{differ}{f' at {at}' if at else ''}. {_mistake(verdict)}".strip()
    if isinstance(evidence, Attempt):
        evidence = Attempt(tried=())
    if isinstance(evidence, Misreading) and evidence.text in references:
        reason, evidence = "Your formula cannot be compared with what is asked.", Attempt(tried=())
        verdict = replace(verdict, status=Status.UNDECIDED, evidence=evidence)
    if verdict.status is Status.UNREADABLE:
        reason = f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith('.') else '.'}"
    return replace(verdict, evidence=evidence, reason=f"{reason} {remark}".strip(), reproduce="")


def _where_it_differs(reason: str, evidence: Counterexample) -> tuple[str, Counterexample]:
    """Return what differs, and the point with the student's side first; both sides of a step are the student's."""
    step = _STEP.match(reason)
    if step:
        return f"{step[1]} Its two sides differ", evidence
    swapped = Counterexample(point=evidence.point, left=evidence.right, right=evidence.left, disjoint=evidence.disjoint)
    end = _END.match(reason)
    return (f"{end[1]}, but the last formula differs from what is asked" if end else _DIFFERS), swapped


def _mistake(verdict: Verdict) -> str:
    """Return which classic mistake it is: in general words where its own hold a formula, maybe a part of the answer."""
    meaning = MEANINGS.get(verdict.mistake or "")
    if meaning is None:
        return ""
    *_, own = verdict.reason.removesuffix(".").split(". ")
    said = own if _WORDS.fullmatch(own) and not own.startswith(("Different", "This rests")) else meaning
    return f"{said[:1].upper()}{said[1:]}."


def _read_so(text: str, given: Sequence[str]) -> str:
    from derive.reading import UnreadableError, Vocabulary, read

    try:
        ambiguities = read(text, Vocabulary.from_declarations(given)).ambiguities
    except UnreadableError:
        return ""
    return f"How yours was read: {'; '.join(ambiguities[:3])}." if ambiguities else ""


def _drawn(function: Function, wanted: Derivative, text: str, verdict: Verdict) -> str:
    """Return both curves where a formula of one variable is wrong."""
    if verdict.status is not Status.REFUTED:
        return ""
    import sympy as sp

    from derive.compilation import NotCompilable, compile_scalar
    from derive.reading import UnreadableError, read

    try:
        mine = read(text).expression
        symbols = sorted(set(mine.free_symbols) | set(wanted.expression.free_symbols), key=str)
        if len({str(symbol) for symbol in symbols}) != 1 or not all(
            isinstance(symbol, sp.Symbol) for symbol in symbols
        ):
            return ""
        name = str(symbols[0])
        return draw_pair(
            lambda x: _at(compile_scalar, mine, x),
            lambda x: _at(compile_scalar, wanted.expression, x),
            name,
            span_of(function, name),
        )
    except (UnreadableError, NotCompilable, ValueError, TypeError, AttributeError, ArithmeticError):
        return ""


def _at(compile_scalar: Any, formula: Any, x: Any) -> Any:
    (symbol,) = formula.free_symbols or (None,)
    return compile_scalar([symbol], formula)(x) if symbol is not None else float(formula) + 0 * x


def span_of(function: Function, name: str) -> tuple[float, float]:
    """Return the range over which a function of one variable is drawn: its domain, −4 to 4 for all reals."""
    from checks.answers import Input

    one = Input.read(name, function.inputs([name])[name])
    bounded = one.high - one.low < 1e6
    return (one.low + 0.02 * (one.high - one.low), one.high - 0.02 * (one.high - one.low)) if bounded else (-4.0, 4.0)


def draw_pair(mine: Any, right: Any, variable: str, span: tuple[float, float]) -> str:
    """Return an SVG of two functions of one variable."""
    import numpy as np

    from worksheets.feedback.curves import curves

    x = np.linspace(*span, POINTS)
    with np.errstate(all="ignore"):
        pair = [("right", right(x)), ("yours", mine(x))]
    return curves(x, [(name, np.broadcast_to(np.asarray(y, dtype=float), x.shape)) for name, y in pair], variable)
