"""Judges answers that need no algebra: numbers and choices."""

from collections.abc import Collection, Sequence
from fractions import Fraction

from checks.verdict import Counterexample, Enclosure, Misreading, Proof, Status, Verdict


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
