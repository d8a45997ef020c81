"""The gradient by the kernel: which images could have given the printed one."""

from itertools import product

import numpy as np
import numpy.typing as npt

from checks.audit.computations.conv_by_hand.forward import exact
from checks.audit.computations.conv_by_hand.printed_values import KERNEL_GRADIENT, RELU_GRADIENT
from checks.audit.found import Found

Image = npt.NDArray[np.float64]
INTENSITIES, VALUES = (1.0, 6.0), (0.0, 1.0, 5.0)
"""The scan leaves open how far the noise reaches (1 is the default, the size of the image may be passed) and the value
of the square (0.0 is read)."""


def correlated(image: Image) -> Image:
    """Return the image (6, 6), cross-correlated with the printed gradient (4, 4): (3, 3)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4))
    found: Image = np.einsum("pqij,ij->pq", windows, np.array(exact(RELU_GRADIENT), dtype=float))
    return found


def gradients() -> list[Found]:
    """The printed gradient by z1, with each image that the document's generator makes as far as the scan shows it."""
    found = []
    for intensity, value in product(INTENSITIES, VALUES):
        state = np.random.RandomState(0)
        image = state.uniform(-intensity, intensity, (6, 6))
        row, column = state.randint(0, 3), state.randint(0, 3)
        image[row : row + 3, column : column + 3] = value
        how = "images with the document's seed, with noise and squares as far as the scan shows them"
        found.append(Found(correlated(image).tolist(), how))
    return found


def distance_of_seeded_images() -> Found:
    """How far the nearest image with the seeded noise stays from the printed gradient, in its worst entry at least.

    Range of the noise, value and place of the square are free: for each place the nearest is a problem of least
    squares, and the largest of nine differences is a third of their norm at least.
    """
    printed = np.array(exact(KERNEL_GRADIENT), dtype=float).ravel()
    noise = np.random.RandomState(0).uniform(0.0, 1.0, (6, 6))
    nearest = []
    for row, column in product(range(4), range(4)):
        square = np.zeros((6, 6))
        square[row : row + 3, column : column + 3] = 1.0
        around = 1.0 - square
        made = np.stack([correlated(part).ravel() for part in (around, around * noise, square)], axis=1)
        best, *_ = np.linalg.lstsq(made, printed, rcond=None)
        nearest.append(float(np.linalg.norm(made @ best - printed)) / 3)
    return Found(min(nearest), "the nearest of all ranges, values and 16 places, by least squares", rests_on=9 * 16)
