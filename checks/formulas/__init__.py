"""Formulas as people type them: whether two are the same, which step is the first wrong one, which mistake was made."""

from checks.formulas.derivation import Checked, NoStepsError, Step, check_steps
from checks.formulas.equality import Answer, answer, equal
from checks.formulas.mistakes import Mistake, explain

__all__ = ["Answer", "Checked", "Mistake", "NoStepsError", "Step", "answer", "check_steps", "equal", "explain"]
