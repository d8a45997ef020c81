"""The training as the printed code does it, with all of its mistakes, in our own words."""

from itertools import product

import numpy as np
import numpy.typing as npt

from checks.audit.found import Found, trains

Image = npt.NDArray[np.float64]
RATE = 0.001
SAMPLES = (100, 1000)
FIRST_WEIGHTS = (1, 2, 3)
"""The number of training images is not printed, and the weights of the dense layer are drawn before any seed."""


@trains
def final_probabilities() -> list[Found]:
    """The probabilities of class 0 for both images of the test after the training as printed, for what is left open."""
    found = []
    for samples, seed in product(SAMPLES, FIRST_WEIGHTS):
        how = "training as the code is printed, with numbers of images and first weights that it leaves open"
        found.append(Found(_probabilities(samples, seed), how, rests_on=samples))
    return found


def _probabilities(samples: int, seed: int) -> list[float]:
    first, state = np.random.RandomState(seed), np.random.RandomState(0)
    weights, dense_bias = first.uniform(-1, 1, 4), first.uniform()
    _image(state, 1)  # the image of the annotated pass, which seeds
    kernel, bias = state.uniform(-1, 1, (3, 3)), state.uniform()
    labels = np.repeat([1, 0], samples // 2)
    state.shuffle(labels)
    for label in labels:
        image = _image(state, label)
        z1, pooled, probability = _forward(image, kernel, bias, weights, dense_bias)
        delta = probability - label
        sent = delta * pooled  # the weight gradient, where δ times the weights belongs
        rows = np.zeros((4, 4))
        for window, value in zip(product(range(2), range(2)), sent, strict=True):
            rows[list(window)] = value
        through = rows * (z1 > 0)
        dense_bias += RATE * delta
        weights = weights + RATE * sent
        kernel = kernel + RATE * _correlated(image, through)
        bias += RATE * image.sum()
    return [float(1 - _forward(_image(state, label), kernel, bias, weights, dense_bias)[2]) for label in (0, 1)]


def _image(state: np.random.RandomState, label: int) -> Image:
    state.seed(0)
    image = state.uniform(-1, 1, (6, 6))
    if label:
        row, column = state.randint(0, 3), state.randint(0, 3)
        image[row : row + 3, column : column + 3] = 1.0
    return image


def _forward(image: Image, kernel: Image, bias: float, weights: Image, dense_bias: float) -> tuple[Image, Image, float]:
    z1 = _correlated(image, kernel) + bias
    pooled = np.maximum(z1, 0).reshape(2, 2, 2, 2).max(axis=(1, 3)).ravel()
    return z1, pooled, float(1 / (1 + np.exp(-(weights @ pooled + dense_bias))))


def _correlated(image: Image, kernel: Image) -> Image:
    found: Image = np.einsum("pqij,ij->pq", np.lib.stride_tricks.sliding_window_view(image, kernel.shape), kernel)
    return found
