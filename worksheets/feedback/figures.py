"""Feedback on figures: whether the curves are there that were asked for, and whether the axes say what they show."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from checks.verdict import Attempt, Comparison, Status, Verdict
from worksheets.feedback.shown import ShownVerdict, shown, unanswered

TOLERANCE = 1e-3
FEWEST = 8


def plot(figure: Any, *, curves: Sequence[str] = (), labels: bool = True) -> ShownVerdict:
    """Judge a matplotlib figure by the formulas whose curves should be in it.

    Parameters
    ----------
    figure:
        The figure that was drawn.
    curves:
        Formulas of one variable; each should be a line of the figure.
    labels:
        Whether every axis should have a label.
    """
    if figure is ... or figure is None or not hasattr(figure, "axes"):
        return unanswered("figure", "Draw a figure and keep it: figure, axes = plt.subplots().")
    axes = list(figure.axes)
    lines = [np.asarray(line.get_xydata(), dtype=float) for one in axes for line in one.get_lines()]
    if not axes or not (lines or any(one.collections or one.images or one.patches for one in axes)):
        return unanswered("figure", "Nothing is drawn in the figure yet.")
    compared, largest = 0, 0.0
    for curve in curves:
        errors = [error for line in lines if (error := _error(curve, line)) is not None]
        if not errors or min(errors)[0] > TOLERANCE:
            return shown(_open(f"No line of the figure shows {curve}."), "figure", last_word=True)
        compared, largest = compared + min(errors)[1], max(largest, min(errors)[0])
    if labels and not all(one.get_xlabel() or one.get_title() for one in axes):
        return shown(_open("An axis has neither label nor title: say what it shows."), "figure", last_word=True)
    if not curves:
        return shown(_open("There is a figure; a person looks at it."), "figure", lenient=True)
    return shown(
        Verdict(
            status=Status.AGREES,
            reason=f"The figure shows {' and '.join(curves)}.",
            evidence=Comparison(compared=compared, max_error=largest, tolerance=TOLERANCE),
        ),
        "figure",
    )


def _error(curve: str, line: Any) -> tuple[float, int] | None:
    """Return the largest error of a line, relative to the curve, and at how many points; None for too few."""
    from derive.compilation import compile_scalar
    from derive.reading import read

    x, y = line[:, 0], line[:, 1]
    if len(x) < FEWEST or np.ptp(x) == 0:
        return None
    expression = read(curve).expression
    symbols = list(expression.free_symbols)
    with np.errstate(all="ignore"):
        wanted = compile_scalar(symbols, expression)(x) if symbols else np.full_like(x, float(expression))
    usable = np.isfinite(wanted) & np.isfinite(y)
    if np.count_nonzero(usable) < FEWEST:
        return None
    scale = max(float(np.max(np.abs(wanted[usable]))), 1e-12)
    return float(np.max(np.abs(wanted - y)[usable])) / scale, int(np.count_nonzero(usable))


def _open(reason: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("the lines of the figure",)))
