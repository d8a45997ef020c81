"""Why an answer is wrong: classic mistakes are made on purpose, and one is named where it gives this very answer."""

from checks.formulas.mistakes.explaining import explain, indexed_problem, scalar_problem, still_asked
from checks.formulas.mistakes.looking import look_for_mistake
from checks.formulas.mistakes.names import MEANINGS
from checks.formulas.mistakes.problem import Mistake, Problem
from checks.formulas.mistakes.shapes import entry_of, mistake_of_shape

__all__ = [
    "MEANINGS",
    "Mistake",
    "Problem",
    "entry_of",
    "explain",
    "indexed_problem",
    "look_for_mistake",
    "mistake_of_shape",
    "scalar_problem",
    "still_asked",
]
