"""The document's split of 70,000 images, by their numbers alone."""

from functools import cache

import numpy as np
from sklearn.model_selection import train_test_split

from numeric.arrays import Array


@cache
def _split() -> tuple[Array, Array]:
    train, test = train_test_split(np.arange(70_000), test_size=1 / 7, random_state=42)
    return train, test


def sizes() -> list[int]:
    """The images to train with, those to test with, and those in both, counted."""
    train, test = _split()
    return [len(train), len(test), len(np.intersect1d(train, test))]


def in_training(image: int) -> bool:
    """The number of the image, counted from 0, looked for among those to train with."""
    return image in _split()[0]
