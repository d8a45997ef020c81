"""Checks formulas and derivations: every step holds, the answer reads as itself, every planted wrong one is refuted."""

from collections.abc import Iterator
from typing import Any

from checks.answers import judge_formula, judge_steps
from checks.verdict import Proof, Status, Verdict
from worksheets.checking.findings import fault, held, undecided
from worksheets.derived import Derivative, EntryFunction, Function, TypedFunction
from worksheets.kinds.formula import FormulaQuestion, StepsQuestion


def check_formulas(question: FormulaQuestion) -> Iterator[tuple[str, Verdict]]:
    """Yield what was checked about the formulas of a question, with a verdict on each."""
    for function, one in zip(question.functions, question.found, strict=True):
        what = f"∂/∂{one.by}"
        yield f"{what} is proved", _proved(function, one)
        for reference in one.references:
            yield f"{what} can be read back", judge_formula(reference, one.references, one.given)
        wrong = [(mistake.formula, mistake.mistake) for mistake in one.mistakes if mistake.formula]
        planted = [(text, mistake) for text, mistake, _ in question.wrong] if len(question.found) == 1 else []
        yield from _all_refuted(what, [*wrong, *planted], one)
    if len(question.found) > 1:
        yield from _planted_among_several(question)
    if isinstance(question, StepsQuestion) and question.chain and question.found:
        one = question.found[0]
        yield (
            "the derivation of the author",
            judge_steps(question.chain, one.references, one.given, at_least=question.at_least),
        )


def _proved(function: Function, one: Derivative) -> Verdict:
    from checks.derivations import check_steps, check_typed
    from derive.typed_function import TypedFunction as Typed

    if isinstance(function, EntryFunction):
        return check_steps(function.entry)
    if isinstance(function, TypedFunction) and function.is_scalar:
        return check_typed(Typed(function.value, function.symbol(one.by), function.vocabulary.domain))
    return _steps_hold(one)


def _steps_hold(one: Derivative) -> Verdict:
    """Judge a derivation in index notation: every step alone, and the whole by SymPy's derivative."""
    import sympy as sp

    from checks.formulas.arrays import decide
    from checks.formulas.declared import declared
    from derive.derivation import D

    def carried_out(formula: Any) -> Any:
        return formula.replace(lambda node: isinstance(node, D), lambda node: sp.diff(node.expression, node.variable))

    given = declared(one.given)
    sides = [(step.rule, step.before, step.after) for step in one.derivation.steps]
    sides.append(("the whole", sides[0][1], one.expression))
    for number, (rule, before, after) in enumerate(sides, start=1):
        verdict = decide(carried_out(before), carried_out(after), given, ())
        if verdict.status is not Status.PROVED:
            return undecided(f"step {number} ({rule}) could not be proved: {verdict.reason}")
    return Verdict(
        status=Status.PROVED,
        reason=f"All {len(sides) - 1} steps hold, each decided alone, and SymPy's derivative is the same.",
        evidence=Proof(procedure="canonical index form, step by step"),
    )


def _all_refuted(what: str, wrong: list[tuple[str, str]], one: Derivative) -> Iterator[tuple[str, Verdict]]:
    refuted = 0
    for text, mistake in wrong:
        verdict = judge_formula(text, one.references, one.given)
        if verdict.status is Status.REFUTED:
            refuted += 1
        elif verdict.status is Status.PROVED:
            yield f"{what}, wrong: {mistake}", fault(f"the planted wrong answer {text!r} is right")
        else:
            yield (
                f"{what}, wrong: {mistake}",
                undecided(f"the planted wrong answer {text!r} is not refuted: {verdict.reason}"),
            )
    if wrong and refuted == len(wrong):
        yield f"{what}, wrong answers", held(f"all {refuted} planted wrong answers are refuted")
    elif not wrong:
        yield f"{what}, wrong answers", undecided("no wrong answer is planted, so nothing shows that the check bites")


def _planted_among_several(question: FormulaQuestion) -> Iterator[tuple[str, Verdict]]:
    """Judge the author's wrong answers where there are several formulas: each is wrong for one of them at least.

    The derivative by another variable is a good wrong answer, and right in another place of the same question.
    """
    for text, mistake, _ in question.wrong:
        found = {one.by: judge_formula(text, one.references, one.given) for one in question.found}
        refuted = [f"∂/∂{by}" for by, verdict in found.items() if verdict.status is Status.REFUTED]
        what = f"wrong: {mistake}"
        if refuted:
            yield what, held(f"the planted wrong answer is refuted for {', '.join(refuted)}")
        elif any(verdict.status is Status.PROVED for verdict in found.values()):
            yield what, fault(f"the planted wrong answer {text!r} is right, and refuted for no formula of the question")
        else:
            reason = next(iter(found.values())).reason
            yield what, undecided(f"the planted wrong answer {text!r} is refuted for no formula: {reason}")
