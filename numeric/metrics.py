"""How good predictions are: accuracy, confusions, and what follows from them.

Classes are integers from 0; ``true`` and ``predicted`` are (S,) and equally long.
"""

import numpy as np
import numpy.typing as npt

from numeric.arrays import Array


def accuracy(true: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the part of the samples, in [0, 1], that are predicted rightly.

    Parameters
    ----------
    true, predicted : array_like of int, (S,)
        Classes.

    Raises
    ------
    ValueError
        If the shapes differ, or for no sample: nothing counts as right because nothing was compared.
    """
    true, predicted = _classes(true, predicted)
    return float(np.mean(true == predicted))


def misclassified(true: npt.ArrayLike, predicted: npt.ArrayLike) -> Array:
    """Return the places of the samples predicted wrongly, in order; arguments and errors as `accuracy`."""
    true, predicted = _classes(true, predicted)
    return np.flatnonzero(true != predicted)


def confusion_matrix(true: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> Array:
    """Return how many samples of the class of the row were given the class of the column.

    Parameters
    ----------
    true, predicted : array_like of int, (S,)
        Classes from 0 to classes − 1.
    classes : int
        Their number K.

    Returns
    -------
    ndarray of int, (K, K)
        Its sum is S, its trace the number of right predictions.

    Raises
    ------
    ValueError
        If the shapes differ, for no sample, or for a class out of range.
    """
    true, predicted = _classes(true, predicted)
    for what, values in (("true", true), ("predicted", predicted)):
        if values.min() < 0 or values.max() >= classes:
            raise ValueError(f"{what} classes must lie in 0..{classes - 1}, not in {values.min()}..{values.max()}")
    counts: Array = np.bincount(true.astype(np.int64) * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes)


def recall(confusion: Array) -> Array:
    """Return for each class the part of its samples that was found.

    Parameters
    ----------
    confusion : ndarray of int, (K, K)
        From `confusion_matrix`.

    Returns
    -------
    ndarray, (K,)
        In [0, 1]; nan for a class without samples.
    """
    return _quotient(np.diag(confusion), confusion.sum(axis=1))


def precision(confusion: Array) -> Array:
    """Return for each class the part of the predictions of it that is right; nan where it was never predicted."""
    return _quotient(np.diag(confusion), confusion.sum(axis=0))


def f1(confusion: Array) -> Array:
    """Return for each class the harmonic mean of precision and recall: 2·hits / (samples + predictions)."""
    return _quotient(2 * np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1))


def top_k_accuracy(true: npt.ArrayLike, scores: npt.ArrayLike, k: int) -> float:
    """Return the part of the samples whose class is among the k that score highest.

    Parameters
    ----------
    true : array_like of int, (S,)
        Classes from 0 to K − 1.
    scores : array_like, (S, K)
        Logits or probabilities. A class that ties with the k-th place counts only if fewer than k score higher.
    k : int
        From 1 to K.

    Raises
    ------
    ValueError
        If the shapes do not fit, for no sample, a class or a k out of range.
    """
    true, scores = np.asarray(true), np.asarray(scores)
    if scores.ndim != 2 or true.shape != scores.shape[:1] or true.size == 0:
        raise ValueError(f"classes (S,) and scores (S, K) do not fit: {true.shape} and {scores.shape}")
    if not 1 <= k <= scores.shape[1]:
        raise ValueError(f"k must lie in 1..{scores.shape[1]}, not {k}")
    if true.min() < 0 or true.max() >= scores.shape[1]:
        raise ValueError(f"true classes must lie in 0..{scores.shape[1] - 1}, not in {true.min()}..{true.max()}")
    own = np.take_along_axis(scores, true[:, None].astype(np.intp), axis=1)
    # "Not at most" instead of "larger": a score that is nan never helps.
    return float(np.mean((~(scores <= own)).sum(axis=1) < k))


def _classes(true: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[Array, Array]:
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.ndim != 1 or true.shape != predicted.shape or true.size == 0:
        raise ValueError(f"true and predicted classes must both be (S,), S ≥ 1, not {true.shape} and {predicted.shape}")
    return true, predicted


def _quotient(above: Array, below: Array) -> Array:
    with np.errstate(invalid="ignore"):
        value: Array = above / below
    return value
