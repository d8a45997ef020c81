"""Expressions and derivations as LaTeX, MathML and plain text, set as a textbook would."""

from derive.rendering.derivations import (
    derivation_json,
    derivation_latex,
    derivation_mathml,
    derivation_text,
    derivative_mathml,
    matrix_form_json,
)
from derive.rendering.expressions import equation_mathml, index_ranges, label_mathml, latex, mathml, text

__all__ = [
    "derivation_json",
    "derivation_latex",
    "derivation_mathml",
    "derivation_text",
    "derivative_mathml",
    "equation_mathml",
    "index_ranges",
    "label_mathml",
    "latex",
    "mathml",
    "matrix_form_json",
    "text",
]
