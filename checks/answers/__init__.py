"""Judges single answers of a worksheet: typed formulas and derivations, numbers, choices, and code through probes.

What needs the algebra of SymPy is loaded when it is first used: a grader of code and numbers does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from checks.answers.inputs import Input, InputError, draw
from checks.answers.plain import judge_choice, judge_number
from checks.answers.probes import Condition, Outputs, Probe, Samples, judge_outputs, sample

if TYPE_CHECKING:
    from checks.answers.typed import judge_formula, judge_steps

__all__ = [
    "Condition",
    "Input",
    "InputError",
    "Outputs",
    "Probe",
    "Samples",
    "draw",
    "judge_choice",
    "judge_formula",
    "judge_number",
    "judge_outputs",
    "judge_steps",
    "sample",
]


def __getattr__(name: str) -> Any:
    if name not in ("judge_formula", "judge_steps"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("checks.answers.typed"), name)
