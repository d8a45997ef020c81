"""The mean image of each class of Fashion-MNIST, mean and deviation of all pixels: course document 003, section 1."""

from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.fashion import FashionMNIST


@dataclass(frozen=True)
class ClassMeans:
    """What the training images look like on average.

    Attributes
    ----------
    images : ndarray, (10, 28, 28)
        The mean image of each class, in grey values 0 to 255.
    all_images : ndarray, (28, 28)
        The mean of all training images.
    counts : ndarray of int, (10,)
        Training images of each class.
    mean, sd : float
        Of all training pixels.
    nearest_mean_accuracy : float
        The part of the test images whose nearest class mean (Euclidean) is that of their own class: what the means
        alone are worth.
    """

    images: Array
    all_images: Array
    counts: Array
    mean: float
    sd: float
    nearest_mean_accuracy: float


def run(data: FashionMNIST) -> ClassMeans:
    """Return the means of the training images.

    Parameters
    ----------
    data : FashionMNIST
        The images.
    """
    counts = np.bincount(data.train_labels, minlength=10)
    pixels = data.train_images.reshape(len(data.train_images), -1)
    sums = np.stack([pixels[data.train_labels == label].sum(axis=0, dtype=np.int64) for label in range(10)])
    means = sums / counts[:, None]
    test = data.test_images.reshape(len(data.test_images), -1).astype(np.float64)
    # |x − m|² = |x|² − 2x·m + |m|², and |x|² is the same for all classes.
    distances = (means * means).sum(axis=1) - 2 * test @ means.T
    return ClassMeans(
        means.reshape(10, 28, 28),
        (sums.sum(axis=0) / counts.sum()).reshape(28, 28),
        counts,
        float(data.train_images.mean()),
        float(data.train_images.std()),
        float(np.mean(np.argmin(distances, axis=1) == data.test_labels)),
    )
