"""Feedback in the notebook: verdicts on visible questions, shown as HTML or as plain text. Works without a network.

What a notebook holds of a question is public: the function to differentiate, by which variable, and for numbers and
choices a seal (see `worksheets.sealing`). The right answer is derived when a check runs and is not shown. That is no
secret from somebody who wants it: who has gradproof can derive the same function. Feedback is for practice; credit
comes from the grader, which asks more and keeps its questions to itself.
"""

from worksheets.feedback.code import function, gradient
from worksheets.feedback.figures import plot
from worksheets.feedback.shown import ShownVerdict, be_strict
from worksheets.feedback.typed import choice, formula, number, steps

__all__ = ["ShownVerdict", "be_strict", "choice", "formula", "function", "gradient", "number", "plot", "steps"]
