"""Rows of small images: class means of Fashion-MNIST, kernels of a convolutional network."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from worksheets.report.figures.svg import Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.arrays import Array

PER_ROW = 5


def images_picture(
    name: str, images: "Sequence[Array]", titles: Sequence[str], caption: str, *, symmetric: bool = False
) -> Picture:
    """Return small grey images, five in a row, each with its title.

    Parameters
    ----------
    name:
        Of the figure, unique in the page.
    images, titles:
        The images, two-dimensional, and as many titles.
    caption:
        What stands below, HTML.
    symmetric:
        Whether 0 is the middle grey, as suits kernels.
    """
    rows = -(-len(images) // PER_ROW)
    with drawing(1.5 * PER_ROW, 1.65 * rows, rows, PER_ROW, squeeze=False) as (figure, axes):
        for place, cell in enumerate(axes.ravel()):
            cell.set_axis_off()
            if place < len(images):
                image = np.asarray(images[place])
                reach = float(np.abs(image).max()) if symmetric else None
                low = None if reach is None else -reach
                cell.imshow(image, cmap="gray", interpolation="nearest", vmin=low, vmax=reach).set_rasterized(True)
                cell.set_title(titles[place], fontsize=8)
        return picture(figure, name, f"Images: {', '.join(titles)}", caption)
