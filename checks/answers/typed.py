"""Judges answers that are typed: formulas, derivations, numbers, choices."""

from collections.abc import Collection, Sequence
from fractions import Fraction

from checks.formulas import answer
from checks.formulas.derivation import NoStepsError, check_steps
from checks.formulas.equality import SECONDS
from checks.verdict import Attempt, Counterexample, Enclosure, Misreading, Proof, Status, Verdict
from derive.reading import UnreadableError


def judge_formula(
    text: str,
    references: Sequence[str],
    given: Sequence[str] = (),
    *,
    asked: str = "",
    seconds: float | None = SECONDS,
) -> Verdict:
    """Judge a typed formula by the right answer, which may be known in several notations.

    Parameters
    ----------
    text:
        What was typed: LaTeX, Python or plain.
    references:
        The right answer, for instance as a matrix product and by indices; one that fits is enough.
    given:
        Declarations and conditions.
    asked:
        What was asked, such as `d/dx (sin(3x))`: mistakes in the rules of differentiation can be named with it.
    seconds:
        The time limit for each comparison.

    Returns
    -------
    Verdict
        `proved` or `refuted` where any reference decides, otherwise what the first one says.
    """
    if not text.strip():
        return Verdict(
            status=Status.UNREADABLE, reason="There is no answer yet.", evidence=Misreading(text="", column=0)
        )
    found: list[Verdict] = []
    for reference in references:
        verdict = answer(reference, text, given, seconds=seconds).verdict
        if verdict.status is Status.REFUTED and asked:
            explained = answer(asked, text, given, seconds=seconds).verdict
            return explained if explained.status is Status.REFUTED and explained.mistake else verdict
        if verdict.status in (Status.PROVED, Status.REFUTED):
            return verdict
        found.append(verdict)
    return next((verdict for verdict in found if verdict.status is not Status.UNREADABLE), found[0])


def judge_steps(
    text: str,
    references: Sequence[str],
    given: Sequence[str] = (),
    *,
    at_least: int = 1,
    seconds: float | None = SECONDS,
) -> Verdict:
    """Judge a written derivation: every step alone, its end by the right answer, and how many steps it has.

    Parameters
    ----------
    text:
        The derivation, as for `gradproof steps`.
    references, given, seconds:
        As for `judge_formula`, about the last formula of the chain.
    at_least:
        The number of steps that are asked for.
    """
    try:
        checked = check_steps(text, given, seconds=seconds)
    except NoStepsError as error:
        return Verdict(status=Status.UNREADABLE, reason=f"{error}.", evidence=Misreading(text=text[:200], column=0))
    except (UnreadableError, ValueError) as error:
        return Verdict(status=Status.UNREADABLE, reason=str(error), evidence=Misreading(text=text[:200], column=0))
    steps = [step.answer.verdict for step in checked.steps]
    wrong = next((verdict for verdict in steps if verdict.status is not Status.PROVED), None)
    if wrong is not None:
        return Verdict(
            status=wrong.status,
            reason=checked.reason,
            evidence=wrong.evidence,
            reproduce=wrong.reproduce,
            mistake=wrong.mistake,
        )
    end = judge_formula(_last_formula(checked.steps[-1].text), references, given, seconds=seconds)
    if end.status is not Status.PROVED:
        return Verdict(
            status=end.status,
            reason=f"All {len(steps)} steps hold, but the last formula is not the answer: {end.reason}",
            evidence=end.evidence,
            reproduce=end.reproduce,
            mistake=end.mistake,
        )
    if len(steps) < at_least:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The result is right; it stands there after {len(steps)} of at least {at_least} steps.",
            evidence=Attempt(tried=tuple(step.text for step in checked.steps)),
        )
    return Verdict(
        status=Status.PROVED, reason=f"All {len(steps)} steps hold and lead to the answer.", evidence=end.evidence
    )


def _last_formula(step: str) -> str:
    return step.rpartition(" = ")[2]


def judge_number(value: float | int | str, right: Fraction | float, tolerance: Fraction | float) -> Verdict:
    """Judge a number: |value − right| ≤ tolerance, decided in exact arithmetic on the numbers as given."""
    try:
        given = Fraction(str(value)) if isinstance(value, str) else Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError, TypeError):
        return Verdict(
            status=Status.UNREADABLE,
            reason=f"{value!r} is no finite number.",
            evidence=Misreading(text=str(value), column=0),
        )
    middle, slack = Fraction(right), Fraction(tolerance)
    if abs(given - middle) <= slack:
        within = "it is exactly the answer" if given == middle else f"it lies within {float(slack):.3g} of the answer"
        return Verdict(
            status=Status.PROVED,
            reason=f"{float(given):.10g} is right: {within}.",
            evidence=Proof(procedure="comparison of rational numbers"),
        )
    low, high = float(middle - slack), float(middle + slack)
    return Verdict(
        status=Status.REFUTED,
        reason=f"{float(given):.10g} is not the answer.",
        evidence=Counterexample(
            point={"number": f"{float(given):.17g}"},
            left=Enclosure(low=float(given), high=float(given), text=f"{float(given):.17g}"),
            right=Enclosure(low=low, high=high, text=f"[{low:.10g}, {high:.10g}]"),
            disjoint=True,
        ),
    )


def judge_choice(chosen: Collection[str], right: Collection[str], options: Sequence[str]) -> Verdict:
    """Judge a choice of one or several options, each named by its letter."""
    unknown = [letter for letter in chosen if letter not in options]
    if unknown or not chosen:
        reason = (
            f"{unknown[0]!r} is no option; the options are {', '.join(options)}."
            if unknown
            else "Nothing is chosen yet."
        )
        return Verdict(status=Status.UNREADABLE, reason=reason, evidence=Misreading(text=", ".join(chosen), column=0))
    for letter in options:
        yours, ours = letter in chosen, letter in right
        if yours != ours:
            said = {True: "chosen", False: "not chosen"}
            return Verdict(
                status=Status.REFUTED,
                reason=f"Option {letter} is {said[yours]}." if len(right) == 1 else "The choice is not right.",
                evidence=Counterexample(
                    point={"option": letter},
                    left=Enclosure(low=float(yours), high=float(yours), text=said[yours]),
                    right=Enclosure(low=float(ours), high=float(ours), text=said[ours]),
                ),
            )
    return Verdict(
        status=Status.PROVED,
        reason=f"{', '.join(sorted(chosen))} is right.",
        evidence=Proof(procedure="comparison of letters"),
    )
