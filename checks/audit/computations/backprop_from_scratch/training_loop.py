"""The data, the network and the loop that trains it, done again with the document's seed and order of draws."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from sklearn.datasets import load_digits

from checks.audit.found import Found
from numeric.arrays import Array

SEED = 12345
EPOCHS = 25


def images(classes: int) -> Found:
    """The images that scikit-learn loads when it is asked for so many of its classes, counted."""
    return Found(len(load_digits(n_class=classes).data), f"counting the images of {classes} classes in scikit-learn")


def classes_loaded() -> int:
    """The classes among the images that scikit-learn loads when it is not asked for some, counted."""
    return len(np.unique(load_digits().target))


def pixels() -> list[int]:
    """The shapes of one image and of its vector."""
    digits = load_digits()
    return [*digits.images[0].shape, *digits.data[0].shape]


def labels(below_five: bool) -> list[int]:
    """The labels that a comparison with 5 gives to the digits 0 to 9."""
    digits = np.arange(10)
    return [int(label) for label in (digits < 5 if below_five else digits >= 5)]


def ends(standardised: bool) -> list[arb]:
    """The least and the greatest pixel, less the mean and by the deviation, or by their range, in Arb balls."""
    grey = load_digits().data
    whole = grey.astype(np.int64)
    assert np.array_equal(whole, grey)
    least, greatest = int(whole.min()), int(whole.max())
    shift, scale = Fraction(least), arb(greatest - least)
    if standardised:
        mean = Fraction(int(whole.sum()), whole.size)
        variance = Fraction(int((whole**2).sum()), whole.size) - mean**2
        shift, scale = mean, (arb(variance.numerator) / variance.denominator).sqrt()
    return [arb((end - shift).numerator) / (end - shift).denominator / scale for end in (least, greatest)]


def split() -> list[int]:
    """The sizes of both halves, and the images in both of them, counted."""
    order = np.random.default_rng(SEED).permutation(1797)
    half = int(len(order) * 0.5)
    train, test = order[:half], order[half:]
    return [len(train), len(test), len(np.intersect1d(train, test))]


def images_used(samples: int, size: int) -> int:
    """The images in whole minibatches, counted."""
    return sum(size for start in range(0, samples, size) if start + size <= samples)


def orders(epochs: int) -> int:
    """The ways in which the training images are cut into minibatches over so many epochs, those that differ counted."""
    rng = np.random.default_rng(SEED)
    train = rng.permutation(1797)[:898]
    seen = set()
    for _ in range(epochs):
        seen.add(b"|".join(train[start : start + 10].tobytes() for start in range(0, 890, 10)))
    return len(seen)


def epoch(samples: int, size: int) -> str:
    """The mean loss of an epoch: a sum over the minibatches, by their number."""
    steps, loss = samples // size, 0.0
    for _ in range(steps):
        loss += 1.0
    try:
        loss / steps
    except ZeroDivisionError:
        return "ZeroDivisionError"
    return "a mean"


def mean_of_means() -> list[Fraction]:
    """The mean of 890 numbers less the mean of the means of its minibatches of 10, in fractions."""
    values = [Fraction(number * number % 97) for number in range(890)]
    means = [sum(values[start : start + 10], Fraction(0)) / 10 for start in range(0, 890, 10)]
    return [sum(values, Fraction(0)) / 890 - sum(means, Fraction(0)) / len(means)]


def label_column(inside: bool) -> str:
    """The labels of a minibatch with `None` inside of the brackets or behind them, compared with ½."""
    y = np.ones(898)
    cut: Any = y[0:10, None] if inside else (y[0:10], None)
    try:
        return str((cut > 0.5).shape)
    except TypeError:
        return "TypeError"


def history_lengths(indented: bool) -> list[int]:
    """The entries of the history of training and test after 25 epochs."""
    history: dict[str, list[float]] = {"train": [], "test": []}
    for _ in range(EPOCHS):
        for entries in history.values():
            if indented:
                entries.append(0.0)
    if not indented:
        entries.append(0.0)
    return [len(entries) for entries in history.values()]


def output_shape(batch: int) -> tuple[int, ...]:
    """The shape of what the network makes of a batch of images, with arrays of ones."""
    hidden = np.maximum(0, np.ones((batch, 64)) @ np.ones((64, 32)) + np.ones(32))
    return (hidden @ np.ones((32, 1)) + np.ones(1)).shape


def net_derivatives() -> list[int]:
    """The parameters of two linear layers whose derivative, from the inputs stored, is the quotient; all of them."""
    rng = np.random.default_rng(SEED)
    x, weights = rng.integers(-5, 6, (3, 4)), rng.integers(-5, 6, (3, 2))
    parameters = [rng.integers(-5, 6, shape) for shape in ((4, 5), (5,), (5, 2), (2,))]

    def forward() -> tuple[Array, list[Array]]:
        trace, value = [], x
        for W, b in ((parameters[0], parameters[1]), (parameters[2], parameters[3])):
            trace.append(value)
            value = value @ W + b
        return value, trace

    _, trace = forward()
    dy, gradients = weights, []
    for stored, W in ((trace[1], parameters[2]), (trace[0], parameters[0])):
        gradients += [dy.sum(axis=0), stored.T @ dy]
        dy = dy @ W.T
    right = 0
    for parameter, gradient in zip(parameters, gradients[::-1], strict=True):
        for place in np.ndindex(parameter.shape):
            before = int(np.sum(weights * forward()[0]))
            parameter[place] += 1  # the output is linear in each single parameter: the quotient is exact
            right += int(np.sum(weights * forward()[0])) - before == gradient[place]
            parameter[place] -= 1
    return [right, sum(parameter.size for parameter in parameters)]


def different_units(zero: str) -> Found:
    """The hidden units that differ after one step on 898 numbers drawn, with these parameters zero, counted."""
    rng = np.random.default_rng(SEED)
    V, c, W = rng.uniform(-0.25, 0.25, (64, 32)), np.zeros(32), rng.uniform(-0.4, 0.4, (32, 1))
    if zero == "weights":
        V, W = np.zeros_like(V), np.zeros_like(W)
    x, y = rng.normal(size=(898, 64)), rng.integers(0, 2, (898, 1))
    z = x @ V + c
    delta = 1 / (1 + np.exp(-np.maximum(0, z) @ W)) - y
    hidden = delta @ W.T * (z > 0)
    moved = np.vstack([V - 0.001 * x.T @ hidden, c - 0.001 * hidden.sum(axis=0)])
    return Found(len(np.unique(moved, axis=1).T), "one step of a 64-32-1 network", rests_on=898)
