"""Formulas as people type them: whether two are the same, which step is the first wrong one, which mistake was made."""

from checks.formulas.asserting import assert_same_formula
from checks.formulas.derivation import Checked, NoStepsError, Step, check_steps
from checks.formulas.equality import Answer, answer, equal
from checks.formulas.judging import judge, judged
from checks.formulas.mistakes import MEANINGS, Mistake, explain
from checks.formulas.questions import QuestionError

__all__ = [
    "MEANINGS",
    "Answer",
    "Checked",
    "Mistake",
    "NoStepsError",
    "QuestionError",
    "Step",
    "answer",
    "assert_same_formula",
    "check_steps",
    "equal",
    "explain",
    "judge",
    "judged",
]
