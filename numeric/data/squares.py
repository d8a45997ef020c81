"""6x6 images that hold a 3x3 square, or only noise."""

from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array


@dataclass(frozen=True)
class Squares:
    """Images and labels.

    Attributes
    ----------
    images : ndarray, (S, 6, 6)
        Grey values.
    labels : ndarray, (S,)
        1 where the image holds a square, 0 where it is only noise.
    """

    images: Array
    labels: Array


def squares(
    samples: int, rng: np.random.Generator, *, low: float = -1.0, high: float = 1.0, value: float = 1.0
) -> Squares:
    """Draw images of the two classes, each with probability one half.

    Parameters
    ----------
    samples : int
        Number S of images.
    rng : numpy.random.Generator
        Draws labels, noise and places.
    low, high : float
        The noise is independent and uniform on [low, high) in every pixel.
    value : float
        The grey value of all nine pixels of a square; its upper left corner lies in rows and columns 0 to 3, each of
        the 16 places equally likely. By default a square is as bright as the brightest noise: no single pixel gives
        it away.

    Returns
    -------
    Squares
        Images and labels.

    Raises
    ------
    ValueError
        If ``samples`` is negative or ``high`` is below ``low``.

    Notes
    -----
    Source: course document 004, problem description; it leaves the noise and the value open, and its code draws the
    corner from 0 to 2 only (as far as the scan can be read), so that 7 of the 16 places never occur.
    """
    if samples < 0 or high < low:
        raise ValueError(f"samples must not be negative and low not above high: {samples}, {low}, {high}")
    labels = rng.integers(2, size=samples)
    images = rng.uniform(low, high, size=(samples, 6, 6))
    corners = rng.integers(4, size=(samples, 2))
    pixels = np.arange(6)
    from_corner = pixels - corners[..., None]  # (S, 2, 6): how far each row and column is from the corner
    inside = (from_corner >= 0) & (from_corner < 3)
    square = inside[:, 0, :, None] & inside[:, 1, None, :] & (labels == 1)[:, None, None]
    images[square] = value
    return Squares(images, labels)
