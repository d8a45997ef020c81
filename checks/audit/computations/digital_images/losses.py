"""Softmax and cross-entropy as the document writes them, in double precision: where they fail, and what they select."""

from fractions import Fraction

import numpy as np

from checks.audit.found import Found
from numeric.arrays import Array


def _softmax(logits: Array) -> Array:
    e = np.exp(logits)
    found: Array = e / np.sum(e, axis=0, keepdims=True)
    return found


def _kind(values: Array) -> str:
    if np.any(np.isnan(values)):
        return "not a number"
    return "infinite" if np.any(np.isinf(values)) else "numbers"


def softmax(logits: list[int]) -> Found:
    """The softmax of these logits as it is written, in double precision."""
    with np.errstate(all="ignore"):
        p = _softmax(np.array(logits, dtype=np.float64)[:, None])
    found = "probabilities" if abs(float(p.sum()) - 1) < 1e-9 else f"{_kind(p)} with the sum {p.sum():.3g}"
    return Found(found, f"the softmax as it is written, for the logits {logits}, in double precision,")


def loss(logits: list[int], label: int) -> Found:
    """The loss as it is written for these logits and the class, in double precision."""
    with np.errstate(all="ignore"):
        value = -np.log(_softmax(np.array(logits, dtype=np.float64)[:, None])[label])
    how = f"the loss as it is written, for the logits {logits} and the class {label}, in double precision,"
    return Found(_kind(value), how)


def zero_probability(form: str) -> Found:
    """The loss of a prediction that is certain and right, as a sum over the classes or by selection."""
    p, y = np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0])
    with np.errstate(all="ignore"):
        value = -np.sum(y * np.log(p)) if form == "sum" else -np.log(p[np.argmax(y)])
    how = f"the loss of the probabilities 0, 1, 0 for the second class, by {form}, in double precision,"
    return Found(_kind(np.array([value])), how)


def selected(samples: str) -> Found:
    """The probabilities that the selection takes from ten classes and eight samples, when these are rows or columns."""
    labels = np.array([3, 1, 4, 1, 5, 9, 2, 6])
    p = np.arange(80.0).reshape(10, 8)
    Y = np.eye(10)[labels]
    Y = Y.T if samples == "columns" else Y
    how = f"eight samples with their one-hot labels as {samples}, and the document's selection of probabilities,"
    try:
        found = p[Y.argmax(axis=0), np.arange(8)]
    except IndexError:
        return Found("IndexError", how)
    right = bool(np.array_equal(found, [p[label, place] for place, label in enumerate(labels)]))
    return Found("those of the classes" if right else "others", how)


def sums(axis: int) -> Found:
    """The samples, in columns, whose probabilities have the sum 1 when the softmax sums along this axis, counted."""
    e = np.exp(np.random.default_rng(0).normal(size=(10, 100)))
    p = e / np.sum(e, axis=axis, keepdims=True)
    right = int(np.sum(np.abs(p.sum(axis=0) - 1) < 1e-9))
    return Found(right, f"100 samples in columns, the softmax along axis {axis}, sums of 1 counted,", rests_on=100)


def share_of_the_sum(samples: int) -> Found:
    """The loss of the code over the sum of the losses of all samples, for predictions that are all alike."""
    p = np.full((10, samples), 0.1)
    mean = np.mean(-np.log(p[np.zeros(samples, dtype=int), np.arange(samples)]))
    each = -np.log(0.1)
    share = Fraction(round(float(mean / each) * 10**9), 10**9) / samples
    return Found(share, f"{samples} samples with the same loss, by the code's formula,", rests_on=samples)


def relu_slope(at: int, side: str) -> Found:
    """Whether the mask z > 0 is the slope of ReLU, on one side of a point, in whole numbers."""
    step = {"right": 1, "left": -1}[side]
    slope = (max(0, at + step) - max(0, at)) // step
    return Found(slope == int(at > 0), f"the slope of ReLU to the {side} of {at}, held against the mask z > 0")


def relu_of(function: str) -> Found:
    """The vector (−3, −1, 0, 1, 3), put through ReLU or through the unfinished function of the exercise."""
    vector = np.array([-3, -1, 0, 1, 3])
    found = np.maximum(0, vector) if function == "ReLU" else 0 * vector
    return Found(found.tolist(), f"{function} of the vector of five whole numbers")
