"""Accuracies over seeds: one row of dots for each setting."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worksheets.report.figures.svg import INK, SERIES, Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.arrays import Array


def accuracies_picture(
    name: str, rows: "Sequence[tuple[str, Array]]", caption: str, *, label: str = "accuracy on images not seen"
) -> Picture:
    """Return one row of dots for each setting, a dot for each seed, a stroke at the mean.

    Parameters
    ----------
    name:
        Of the figure, unique in the page.
    rows:
        The name of each setting and its accuracies, from the top.
    caption:
        What stands below, HTML.
    label:
        Of the horizontal axis.
    """
    with drawing(7.6, 0.55 + 0.36 * len(rows)) as (figure, axes):
        for place, (_, values) in enumerate(rows):
            axes.plot(values, np.full(len(values), place), "o", color=SERIES[0], markersize=5, alpha=0.6)
            axes.plot([values.mean()] * 2, [place - 0.3, place + 0.3], color=INK, linewidth=1.4)
        axes.set_yticks(range(len(rows)), [title for title, _ in rows])
        axes.set(xlabel=label, ylim=(len(rows) - 0.5, -0.5))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        said = "; ".join(f"{title}: mean {values.mean():.3f}" for title, values in rows)
        return picture(figure, name, f"Accuracies over the seeds. {said}", caption)
