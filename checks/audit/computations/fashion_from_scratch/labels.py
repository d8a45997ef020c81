"""Labels as numbers and as vectors, and what the outputs of the network can be."""

import numpy as np
from scipy.special import softmax

from checks.audit.found import Found
from numeric.experiments.fashion_per_image import network

INPUTS = 100


def place_of_one(label: int, counted_from: int) -> int:
    """The place of the 1 in the vector of a label."""
    return int(np.argmax(np.eye(10)[label])) + counted_from


def recovered() -> int:
    """The ten labels that are the place of the largest entry of their vector, counted."""
    return int(np.sum(np.argmax(np.eye(10), axis=1) == np.arange(10)))


def distances(vectors: bool) -> int:
    """The squared distances between two different labels that differ, for numbers or for vectors, counted."""
    points = np.eye(10, dtype=int) if vectors else np.arange(10)[:, None]
    return len({int(np.sum((a - b) ** 2)) for i, a in enumerate(points) for b in points[:i]})


def probability_vectors(softmaxed: bool) -> Found:
    """The outputs of the network 784-50-10 with its first weights that are probabilities, for 100 inputs, counted."""
    y = network("classification", 0).predict(np.random.default_rng(0).normal(size=(INPUTS, 784)))
    y = softmax(y, axis=1) if softmaxed else y
    fine = int(np.sum((y >= 0).all(axis=1) & (y <= 1).all(axis=1) & (abs(y.sum(axis=1) - 1) < 1e-9)))
    how = f"{INPUTS} outputs of the network{' with a softmax' if softmaxed else ''}, those that are probabilities,"
    return Found(fine, how, rests_on=INPUTS)
