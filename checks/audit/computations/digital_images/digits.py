"""The images, their labels, their split and the first weights, with the document's seeds."""

from fractions import Fraction
from functools import cache

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder

from checks.audit.computations.digital_images.landscape import draw
from checks.audit.found import Found
from numeric.arrays import Array


@cache
def images() -> tuple[Array, Array]:
    """Return the grey values, (1797, 64), and the labels."""
    grey, labels = load_digits(return_X_y=True)
    return grey, labels


@cache
def split() -> tuple[Array, Array, Array, Array]:
    """Return the images to train and to test with, as rows in [0, 1], and their labels."""
    grey, labels = images()
    found: tuple[Array, Array, Array, Array] = tuple(
        train_test_split(grey / 16.0, labels, test_size=0.2, random_state=42)
    )
    return found


def first_weights(networks_before: int) -> tuple[Array, Array]:
    """Return V (32, 64) and W (10, 32), drawn after seed 0 and after so many networks of the landscape."""
    random = np.random.RandomState(0)
    for _ in range(networks_before):
        draw(3, random)
    return 0.1 * random.randn(32, 64), 0.1 * random.randn(10, 32)


def first_image() -> list[list[Fraction]]:
    """The first image of scikit-learn's digits over 16, in fractions."""
    grey = images()[0][0].astype(int).reshape(8, 8)
    return [[Fraction(int(pixel), 16) for pixel in row] for row in grey]


def ends() -> list[Fraction]:
    """The least and the greatest grey value of all images, over 16, in fractions."""
    grey = images()[0].astype(int)
    return [Fraction(int(grey.min()), 16), Fraction(int(grey.max()), 16)]


def vector() -> list[list[int]]:
    """The shapes of an image of scikit-learn's digits and of its vector."""
    return [list(load_digits().images[0].shape), list(images()[0][0].shape)]


def shapes() -> list[list[int]]:
    """The shapes of all images and of their one-hot labels by scikit-learn's encoder."""
    grey, labels = images()
    return [list(grey.shape), list(OneHotEncoder(sparse_output=False).fit_transform(labels.reshape(-1, 1)).shape)]


def one_hot(label: int) -> Found:
    """The row that scikit-learn's encoder gives to a label of the digits."""
    labels = images()[1]
    rows = OneHotEncoder(sparse_output=False).fit_transform(labels.reshape(-1, 1))
    row = rows[int(np.flatnonzero(labels == label)[0])]
    return Found([int(entry) for entry in row], f"the encoder fitted to the digits, for the label {label},")


def at_their_index(labels: list[int]) -> Found:
    """The labels whose 1 stands at the index of their class, by an encoder fitted to these labels, counted."""
    rows = OneHotEncoder(sparse_output=False).fit_transform(np.array(labels).reshape(-1, 1))
    right = sum(int(np.argmax(row)) == label for row, label in zip(rows, labels, strict=True))
    return Found(
        right, f"an encoder fitted to the labels {labels[0]} to {labels[-1]}, those with their 1 in place counted,"
    )


def split_shapes() -> list[list[int]]:
    """The shapes of the images to train and to test with, in columns."""
    train, test, _, _ = split()
    return [list(train.T.shape), list(test.T.shape)]


def in_both() -> Found:
    """The test images that are also among the images to train with, pixel for pixel, counted."""
    train, test, _, _ = split()
    known = {image.tobytes() for image in train}
    return Found(
        sum(image.tobytes() in known for image in test), f"{len(test)} test images looked for among the others"
    )


def same_again(seeded: bool) -> Found:
    """Two splits of the images' numbers, compared."""
    numbers, seed = np.arange(1797), 42 if seeded else None
    first, second = (train_test_split(numbers, test_size=0.2, random_state=seed)[0] for _ in range(2))
    how = f"two splits {'with' if seeded else 'without'} random_state, compared,"
    return Found(bool(np.array_equal(first, second)), how)


def weights_drawn() -> int:
    """The first weights that are not zero, counted."""
    return sum(int(np.count_nonzero(array)) for array in first_weights(1))


def parameters() -> list[list[int]]:
    """The shapes that the sizes 64, 32 and 10 give to weights and biases for images in columns."""
    shapes = []
    for inputs, outputs in ((64, 32), (32, 10)):
        shapes += [[outputs, inputs], [outputs, 1]]
    return shapes


def mistakes_of_memory(part: str) -> Found:
    """The images decided wrongly by the nearest of those to train with, in whole numbers, counted."""
    train, test, labels, truth = ((16 * array).astype(np.int64) if array.ndim == 2 else array for array in split())
    asked, real = (train, labels) if part == "train" else (test, truth)
    distances = (train**2).sum(axis=1) - 2 * asked @ train.T  # less what does not depend on the image that is near
    wrong = int(np.sum(labels[np.argmin(distances, axis=1)] != real))
    return Found(wrong, f"the label of the nearest of {len(train)} images, mistakes among the {part} images counted,")
