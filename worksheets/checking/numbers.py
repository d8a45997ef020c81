"""Checks numbers: the answer reads as itself, and every planted wrong one is refuted."""

from collections.abc import Iterator

from checks.answers import judge_number
from checks.verdict import Status, Verdict
from worksheets.checking.findings import fault, held
from worksheets.kinds.number import NumberQuestion


def check_number(question: NumberQuestion) -> Iterator[tuple[str, Verdict]]:
    """Yield what was checked about a number, with a verdict on each."""
    assert question.right is not None
    yield "the number", judge_number(question.shown, question.right, max(question.slack, abs(question.right) / 10**9))
    for text, mistake, _ in question.wrong:
        verdict = judge_number(text.strip(), question.right, question.slack)
        held_up = verdict.status is Status.REFUTED
        yield (
            f"wrong: {mistake}",
            held(f"{text.strip()} is refuted")
            if held_up
            else fault(f"the planted wrong answer {text.strip()} is right"),
        )
