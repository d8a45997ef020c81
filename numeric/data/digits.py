"""The 1,797 handwritten digits of 8x8 pixels that come with scikit-learn, as two course documents use them."""

from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array


@dataclass(frozen=True)
class Split:
    """Samples to train on and samples to test with.

    Attributes
    ----------
    train_x, test_x : ndarray, (S, 64)
        Images, one a row, row by row from the top left pixel.
    train_y, test_y : ndarray, (S, 10) one-hot or (S, 1)
        Targets.
    train_labels, test_labels : ndarray, (S,)
        The digits themselves, 0 to 9.
    """

    train_x: Array
    train_y: Array
    train_labels: Array
    test_x: Array
    test_y: Array
    test_labels: Array


def ten_classes() -> Split:
    """Return the digits as ten classes: pixels in [0, 1] (the grey values over 16), targets one-hot.

    Returns
    -------
    Split
        1,437 samples to train on, 360 to test with.

    Notes
    -----
    Source: course document 000, exercise 8h: ``train_test_split(test_size=0.2, random_state=42)``.
    """
    from sklearn.model_selection import train_test_split

    images, labels = _digits()
    train_x, test_x, train_labels, test_labels = train_test_split(images / 16.0, labels, test_size=0.2, random_state=42)
    return Split(train_x, one_hot(train_labels, 10), train_labels, test_x, one_hot(test_labels, 10), test_labels)


def two_halves(seed: int = 12345) -> Split:
    """Return the digits as two classes: 0 for the digits 0 to 4, and 1 for 5 to 9.

    Parameters
    ----------
    seed : int
        Of the generator that shuffles the samples before they are cut in two; 12345 is the document's.

    Returns
    -------
    Split
        898 samples to train on, 899 to test with; all pixels together have mean 0 and standard deviation 1; targets
        (S, 1).

    Notes
    -----
    Source: course document 002, section 1.6. Its sentence gives the label 1 to the digits 5 to 9, its code to 0 to 4;
    this follows the sentence. It normalises by mean and deviation of all pixels of all samples, and so does this.
    """
    images, labels = _digits()
    images = (images - images.mean()) / images.std()
    order = np.random.default_rng(seed).permutation(len(images))
    half = len(images) // 2
    train, test = order[:half], order[half:]
    targets = (labels >= 5).astype(np.float64)[:, None]
    return Split(images[train], targets[train], labels[train], images[test], targets[test], labels[test])


def one_hot(labels: Array, classes: int) -> Array:
    """Return the (S, classes) matrix with a 1 at the label of each row.

    Parameters
    ----------
    labels : ndarray, (S,)
        Integers from 0 to classes − 1.
    classes : int
        Number of classes.

    Raises
    ------
    ValueError
        If a label is out of range.
    """
    labels = np.asarray(labels)
    if labels.size and not (labels.min() >= 0 and labels.max() < classes):
        raise ValueError(f"labels must lie in 0..{classes - 1}, not in {labels.min()}..{labels.max()}")
    targets = np.zeros((len(labels), classes))
    targets[np.arange(len(labels)), labels] = 1
    return targets


def _digits() -> tuple[Array, Array]:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images, labels
