"""scikit-learn's classifier with the document's settings, on numbers of our own: what it stores and returns."""

import warnings
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

from checks.audit.found import Found
from numeric.arrays import Array

IMAGES = 100
SETTINGS: dict[str, Any] = {
    "hidden_layer_sizes": (256, 128),
    "activation": "relu",
    "solver": "adam",
    "batch_size": 64,
    "learning_rate_init": 1e-3,
    "max_iter": 6,
}


def images() -> tuple[Array, Array]:
    """Return a hundred drawn images of 784 pixels as rows, (100, 784), and their labels, ten of each digit."""
    return np.random.default_rng(0).uniform(size=(IMAGES, 784)), np.arange(IMAGES) % 10


@cache
def fitted() -> MLPClassifier:
    """Return the classifier after six iterations on the drawn images."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged, which does not matter here
        return MLPClassifier(**SETTINGS, random_state=0).fit(*images())


def _phi() -> Array:
    """Return Φ by the document's formula in columns, (10, 100)."""
    h, last = images()[0].T, len(fitted().coefs_) - 1
    for layer, (V, b) in enumerate(zip(fitted().coefs_, fitted().intercepts_, strict=True)):
        z = V.T @ h + b[:, None]
        h = np.maximum(0, z) if layer < last else z
    return h


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=0))
    return np.asarray(e / e.sum(axis=0))


def weight_shapes(transposed: bool) -> Found:
    """The shapes of the weights that the classifier stores, or of their transposes."""
    shapes = [list(V.T.shape if transposed else V.shape) for V in fitted().coefs_]
    return Found(shapes, f"the weights stored by scikit-learn's classifier{', transposed,' if transposed else ''}")


def bias_sizes() -> list[int]:
    """The sizes of the biases that scikit-learn's classifier stores."""
    return [b.size for b in fitted().intercepts_]


def affine_maps() -> int:
    """The affine maps of scikit-learn's classifier, counted by its weights."""
    return len(fitted().coefs_)


def weights_of_each_layer() -> list[int]:
    """The weights that scikit-learn's classifier stores for each layer, counted."""
    return [V.size for V in fitted().coefs_]


def parameters() -> int:
    """The weights and biases that scikit-learn's classifier stores, counted."""
    return sum(array.size for array in (*fitted().coefs_, *fitted().intercepts_))


def probability_vectors(softmax: bool) -> Found:
    """The images for which Φ, or its softmax, is a vector of probabilities, counted."""
    output = _softmax(_phi()) if softmax else _phi()
    sums = np.abs(output.sum(axis=0) - 1) < 1e-9
    what = "the softmax of Φ" if softmax else "Φ"
    how = f"those of {IMAGES} drawn images counted for which {what} has no negative entry and the sum 1"
    return Found(int(np.sum(sums & (output.min(axis=0) >= 0))), how, rests_on=IMAGES)


def off_the_probabilities(softmax: bool) -> Found:
    """The largest difference between what predict_proba returns and Φ, or its softmax."""
    output = _softmax(_phi()) if softmax else _phi()
    found = float(np.max(np.abs(output.T - fitted().predict_proba(images()[0]))))
    what = "the softmax of Φ" if softmax else "Φ"
    return Found(found, f"the largest difference of {what} and predict_proba on {IMAGES} images", rests_on=10 * IMAGES)


def largest_is_predicted() -> Found:
    """The images for which predict returns the place of the largest entry of Φ, counted."""
    same = int(np.sum(np.argmax(_phi(), axis=0) == fitted().predict(images()[0])))
    how = f"those of {IMAGES} drawn images counted whose prediction is the place of Φ's largest entry"
    return Found(same, how, rests_on=IMAGES)


def accepted(rows: int, columns: int) -> Found:
    """One image with this shape, given to the classifier."""
    how = f"one image as a {rows} × {columns} array, given to the classifier,"
    try:
        fitted().predict(images()[0][0].reshape(rows, columns))
    except ValueError:
        return Found("ValueError", how)
    return Found("predicted", how)


def shapes_for_one_image(index: str) -> Found:
    """The shapes of one image, taken with this index, and of what predict_proba returns for it."""
    x = images()[0]
    one = x[2:3] if index == "2:3" else x[2]
    how = f"the image with the index {index}, and predict_proba of it,"
    try:
        return Found(f"{one.shape}, {fitted().predict_proba(one).shape}", how)
    except ValueError:
        return Found(f"{one.shape}, ValueError", how)


def column_is_class(labels: list[int]) -> Found:
    """The columns of predict_proba that stand at the place of their label, counted."""
    x, _ = images()
    y = np.resize(labels, IMAGES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classifier = MLPClassifier((4,), max_iter=1, random_state=0).fit(x, y)
    places = enumerate(classifier.classes_.tolist())
    how = f"the labels {labels[0]} to {labels[-1]}, columns at the place of their label counted,"
    return Found(sum(place == label for place, label in places), how)


def score(right: int) -> Found:
    """What score returns for images of which so many are right."""
    x, _ = images()
    y = fitted().predict(x)
    y[right:] = (y[right:] + 1) % 10
    value = Fraction(round(float(fitted().score(x, y)) * 10**9), 10**9)
    return Found(value, f"score for {right} right predictions of {IMAGES}", rests_on=IMAGES)


def shown() -> str:
    """What scikit-learn shows of a classifier with the document's settings, in one line."""
    return " ".join(repr(MLPClassifier(**SETTINGS, verbose=True)).split())
