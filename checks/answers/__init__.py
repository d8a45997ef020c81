"""Judges single answers of a worksheet: typed formulas and derivations, numbers, choices, and code through probes."""

from checks.answers.inputs import Input, InputError, draw
from checks.answers.probes import Condition, Outputs, Probe, Samples, judge_outputs, sample
from checks.answers.typed import judge_choice, judge_formula, judge_number, judge_steps

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
