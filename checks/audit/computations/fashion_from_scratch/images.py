"""Statistics of Fashion-MNIST, or of scikit-learn's digits where it is not on the machine."""

from functools import cache

import numpy as np

from checks.audit.found import Found, trains
from numeric.arrays import Array
from numeric.data import fashion
from numeric.data.errors import DataMissing

USED = 10_000


@cache
def _data() -> fashion.FashionMNIST:
    return fashion.load(download=False)


@cache
def _sample() -> tuple[Array, str]:
    """Return every fourth pixel of each row and column of some images as rows, and what they are."""
    try:
        images, name = _data().train_images[:USED, ::4, ::4], f"the first {USED:,} images, every fourth pixel each way"
    except DataMissing:
        from sklearn.datasets import load_digits

        images, name = load_digits().images, "scikit-learn's digits, since Fashion-MNIST is not on this machine"
    pixels = images.reshape(len(images), -1).astype(float)
    return pixels[:, pixels.std(axis=0) > 0], name


def _normalised(way: str) -> tuple[Array, str]:
    pixels, name = _sample()
    if way == "one mean and one deviation":
        return (pixels - pixels.mean()) / pixels.std(), name
    centred = pixels - pixels.mean(axis=0)
    if way == "each pixel by itself":
        return centred / centred.std(axis=0), name
    values, directions = np.linalg.eigh(np.cov(centred.T, bias=True))
    return centred @ directions / np.sqrt(values), name


def whole(of: str) -> Found:
    """The mean or the deviation of all pixels together, after one mean is taken away and one deviation divided by."""
    pixels, name = _normalised("one mean and one deviation")
    value = float(pixels.mean() if of == "mean" else pixels.std())
    return Found(value, f"the {of} of all pixels of {name}", rests_on=pixels.size)


def off_standard(way: str) -> Found:
    """How far, at most, the mean of a pixel lies from 0 or its deviation from 1, normalised in this way."""
    pixels, name = _normalised(way)
    off = max(np.max(np.abs(pixels.mean(axis=0))), np.max(np.abs(pixels.std(axis=0) - 1)))
    return Found(float(off), f"mean and deviation of each pixel of {name}, normalised: {way},", rests_on=len(pixels))


def largest_correlation(way: str) -> Found:
    """The largest correlation of two pixels, normalised in this way."""
    pixels, name = _normalised(way)
    off = np.abs(np.corrcoef(pixels.T) - np.eye(pixels.shape[1]))
    return Found(float(off.max()), f"the largest correlation in {name}, normalised: {way},", rests_on=len(pixels))


@trains
def repeated_labels() -> Found:
    """The share of the training images whose label is that of the image before."""
    labels = _data().train_labels
    same = float(np.mean(labels[1:] == labels[:-1]))
    return Found(same, "the share of the images with the label of the one before", rests_on=len(labels))


@trains
def in_both_parts() -> int:
    """The test images that are among the training images, to the byte, counted."""
    data = _data()
    known = {image.tobytes() for image in data.train_images}
    return sum(image.tobytes() in known for image in data.test_images)


@trains
def ambiguous() -> int:
    """The training images that stand twice with two labels, counted."""
    data, seen = _data(), dict[bytes, int]()
    pairs = zip(data.train_images, data.train_labels, strict=True)
    return sum(seen.setdefault(image.tobytes(), int(label)) != label for image, label in pairs)


@trains
def best_constant() -> Found:
    """The share of the test images that a single label for all gets right at best."""
    counts = np.bincount(_data().test_labels, minlength=10)
    return Found(float(counts.max() / counts.sum()), "the largest class of the test images", rests_on=int(counts.sum()))
