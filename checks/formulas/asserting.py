"""The same question for a test suite: silence, or an AssertionError that says everything needed to look into it."""

from collections.abc import Iterable

from checks.formulas.equality import SECONDS, Answer, answer
from checks.verdict import Attempt, Counterexample, Misreading, Status
from derive.reading import UnreadableError


def assert_same_formula(
    left: str,
    right: str,
    given: str | Iterable[str] = (),
    *,
    seconds: float | None = SECONDS,
    allow_undecided: bool = False,
) -> None:
    """Raise AssertionError unless two typed formulas are proved equal for all values of the stated domain.

    Parameters
    ----------
    left, right:
        Formulas as LaTeX, as Python or as plain typing. `left` is believed where a mistake is named.
    given:
        One declaration or condition, or several: `a positive`, `0 < p < 1`, `W matrix(N, M)`.
    seconds:
        The time limit; None is without limit.
    allow_undecided:
        Whether to be silent where the formulas are neither proved equal nor refuted. A text that cannot be read and an
        error of ours fail all the same.

    Raises
    ------
    AssertionError
        With both formulas, the counterexample and both values there, the classic mistake, and a line that asks again.
    """
    __tracebackhide__ = True
    declared = (given,) if isinstance(given, str) else tuple(given)
    found = answer(left, right, declared, seconds=seconds)
    status = found.verdict.status
    if status is Status.PROVED or (status is Status.UNDECIDED and allow_undecided):
        return
    raise AssertionError(explained(found, seconds))


def explained(found: Answer, seconds: float | None = SECONDS) -> str:
    """Return what was found about two formulas as lines for a person."""
    verdict, evidence = found.verdict, found.verdict.evidence
    lines = [f"{verdict.status}: {verdict.reason}", f"  left:  {found.left}", f"  right: {found.right}"]
    lines += [f"  given: {'; '.join(found.given)}"] if found.given else []
    if isinstance(evidence, Counterexample):
        point = ", ".join(f"{name} = {value}" for name, value in evidence.point.items())
        lines += [f"  at {point or 'every point'}:", f"    left is  {evidence.left}", f"    right is {evidence.right}"]
    if isinstance(evidence, Misreading) and evidence.text:
        caret = UnreadableError(verdict.reason, evidence.text, evidence.column).caret()
        lines += [f"  {line}" for line in caret.split("\n")]
    if found.explanation is not None:
        lines.append(f"  mistake: {found.explanation.name}")
        lines += [f"  correct: {found.explanation.correct}"] if found.explanation.correct else []
        lines += [f"  instead: {found.explanation.instead}"] if found.explanation.instead else []
    if isinstance(evidence, Attempt):
        lines += [f"  tried: {one}" for one in evidence.tried]
    if verdict.status is Status.UNDECIDED:
        lines.append("  What is undecided does not pass: declare more of the names, allow more seconds, or accept it")
        lines.append("  with allow_undecided=True.")
    limit = "" if seconds in (None, SECONDS) else f" --seconds {seconds:g}"
    return "\n".join([*lines, f"  again: {verdict.reproduce}{limit}"])
