"""Judges a student's code for a question: every probe, on all samples, against the model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from checks.submissions.judging import consequences
from checks.submissions.judging.calling import CALL_SECONDS
from checks.submissions.judging.judgement import CodeJudgement, Part
from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.model import Model
from checks.submissions.judging.probing import judge_probe
from checks.submissions.judging.question import CodeQuestion
from checks.submissions.judging.trial import Trial
from checks.submissions.sandbox import Loaded, Player

WHOLE = 1.0
DIGITS = 12
FORMS = frozenset({"shape", "shapes"})
"""Results that say the form of another result: both are right together, or earn nothing."""


def judge_code(
    question: CodeQuestion,
    model: Model,
    player: Player,
    loaded: Loaded,
    names: Mapping[str, str] | None = None,
    *,
    seconds: float = CALL_SECONDS,
) -> CodeJudgement:
    """Judge the answer to a code question.

    Parameters
    ----------
    question:
        What was asked.
    model:
        What is right.
    player, loaded:
        The student's code, loaded (and run, where `question.needs_run`). The player is used up: its module holds more
        than the student's code afterwards.
    names:
        For each name that is asked for, the one under which the submission has it, where that is another one.
    seconds:
        The time limit of a single call.

    Returns
    -------
    CodeJudgement
        With one part for each result that was asked for. `gone` says that the player has ended.
    """
    with np.errstate(all="ignore"):  # what the code returns may be anything
        known = model.expected(question)
        trial = Trial(question, player, loaded, dict(names or {}), seconds)
        trial.prepare()
        judged = consequences.drawn(trial, [(expected, judge_probe(trial, expected)) for expected in known])
    parts: list[Part] = []
    for expected, found in judged:
        parts += _weighted(found, 1 / len(known), together=bool(FORMS & set(expected.names)))
    return CodeJudgement(
        question.id,
        tuple(parts),
        earned=_earned(question, parts),
        open=round(sum(part.weight for part in parts if part.verdict.status.earns_credit is None), DIGITS),
        gone=trial.gone is not None,
        seed=model.seed,
    )


def _weighted(found: Sequence[Part], share: float, *, together: bool) -> list[Part]:
    """Return the parts of a probe with equal shares; those that are right only together lose theirs to the wrong."""
    lacking = [part for part in found if not part.verdict.status.earns_credit] if together else []
    bearing = lacking or found
    return [replace(part, weight=share / len(bearing) if part in bearing else 0.0) for part in found]


def _earned(question: CodeQuestion, parts: Sequence[Part]) -> float:
    """Return the share of the points: what is right earns its share, less what the question makes findings cost."""
    earned = sum(part.weight for part in parts if part.verdict.status.earns_credit)
    kinds = {note.kind for part in parts for note in part.notes} | {part.kind for part in parts}
    cost = sum(question.costs.get(str(kind), 0.0) for kind in kinds if kind is not Kind.RIGHT)
    return round(min(WHOLE, max(0.0, earned - cost)), DIGITS)
