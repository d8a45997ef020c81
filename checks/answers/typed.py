"""Judges formulas and derivations that are typed."""

from collections.abc import Sequence

from checks.formulas import answer
from checks.formulas.derivation import NoStepsError, check_steps
from checks.formulas.equality import SECONDS
from checks.verdict import Attempt, Misreading, Status, Verdict
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
