"""The images of both classes, drawn as the document's code draws them, with the legacy generator of NumPy."""

import numpy as np
import numpy.typing as npt

from checks.audit.found import Found

DRAWS = 400


def _noise(state: np.random.RandomState, seeded: bool, low: float = -1.0) -> npt.NDArray[np.float64]:
    if seeded:
        state.seed(0)
    return state.uniform(low, 1.0, (6, 6))


def different_noise(seeded: bool) -> int:
    """Four hundred images of class 0, with or without a seed inside of the generator, those that differ counted."""
    state = np.random.RandomState(1)
    return len({_noise(state, seeded).tobytes() for _ in range(DRAWS)})


def corners(seeded: bool, high: int) -> int:
    """The corners of four hundred squares, drawn below `high` after the noise, those that differ counted."""
    state = np.random.RandomState(1)
    found = set()
    for _ in range(DRAWS):
        _noise(state, seeded)
        found.add((state.randint(0, high), state.randint(0, high)))
    return len(found)


def places(size: int, square: int) -> int:
    """Every place where the square lies in the image, counted."""
    return (size - square + 1) ** 2


def grey_values(low: float) -> int:
    """The grey values of one noise image, those that differ counted."""
    return len(np.unique(_noise(np.random.RandomState(0), False, low)))


def new_test_images() -> int:
    """The two images for the test that do not occur among a thousand training images, counted."""
    state = np.random.RandomState(1)

    def image(label: int) -> bytes:
        pixels = _noise(state, True)
        if label:
            row, column = state.randint(0, 3), state.randint(0, 3)
            pixels[row : row + 3, column : column + 3] = 1.0
        return pixels.tobytes()

    training = {image(number % 2) for number in range(1000)}
    return sum(image(label) not in training for label in (0, 1))


def shares_of_classes(samples: int) -> Found:
    """The share of class 1 among labels that are half ones and half zeros."""
    labels = np.concatenate((np.ones(samples // 2), np.zeros(samples // 2)))
    return Found(labels.mean().item(), "the mean of the labels", rests_on=samples)
