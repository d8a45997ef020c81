"""Fashion-MNIST exactly as course document 003 trains on it: the first 10,000 images, one image a step, a squared loss.

Four architectures of section 4: the regression of the label's number (784-50-1 with a ReLU), the same without the
ReLU (the linear baseline), the classification with ten outputs (784-50-10), and a wider one (784-200-10).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from numeric.arrays import Array
from numeric.data.digits import one_hot
from numeric.data.fashion import FashionMNIST
from numeric.experiments.fashion import normaliser_of
from numeric.layers import Linear, ReLU
from numeric.losses import SquaredError
from numeric.net import Net
from numeric.threads import single_thread
from numeric.training import Batch, OnStep

Architecture = Literal["regression", "linear", "classification", "wide"]
ARCHITECTURES: tuple[Architecture, ...] = ("regression", "linear", "classification", "wide")

IMAGES = 10_000
EPOCHS = 2
LEARNING_RATE = 0.001


@dataclass(frozen=True)
class PerImageRun:
    """One training.

    Attributes
    ----------
    architecture : str
        One of `ARCHITECTURES`.
    seed : int
        Of NumPy's old generator, as the document seeds it, that drew the weights.
    accuracies : ndarray, (E,)
        On the test images after each epoch.
    predictions : ndarray, (T,)
        The class given to each test image at the end.
    net : Net
        The trained network.
    """

    architecture: Architecture
    seed: int
    accuracies: Array
    predictions: Array
    net: Net

    @property
    def accuracy(self) -> float:
        """On the test images at the end."""
        return float(self.accuracies[-1])


@dataclass(frozen=True)
class Spread:
    """The final test accuracy of one architecture for several seeds: mean, deviation (divisor n − 1), extremes."""

    architecture: Architecture
    accuracies: Array

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.accuracies.mean())

    @property
    def sd(self) -> float:
        """The standard deviation, 0 for a single seed."""
        return float(self.accuracies.std(ddof=1)) if len(self.accuracies) > 1 else 0.0


def run(
    data: FashionMNIST,
    architecture: Architecture,
    seed: int = 0,
    *,
    images: int = IMAGES,
    on_step: OnStep | None = None,
) -> PerImageRun:
    """Train one architecture: two passes through the images in their order, one at a time, rate 0.001.

    Parameters
    ----------
    data : FashionMNIST
        The images. All training images are normalised by their common mean and deviation; the first ``images`` are
        used, of the training and of the test images.
    architecture : str
        One of `ARCHITECTURES`.
    seed : int
        0 is the document's.
    images : int
        Number of images.
    on_step : callable, optional
        As for `numeric.training.train`; a batch is one image.

    Returns
    -------
    PerImageRun
        Accuracy after each epoch, final predictions, network.

    Raises
    ------
    ValueError
        For another architecture.

    Notes
    -----
    Source: course document 003, sections 3.1 (weights uniform on ±√(3/m), biases zero), 3.3 (squared loss), 3.5 and 4.
    The document says that the images are shuffled; its code takes them in their order, and so does this.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"{architecture!r} is none of the architectures {', '.join(ARCHITECTURES)}")
    normaliser = normaliser_of(data.train_images)
    x, labels = normaliser(data.train_images[:images]), data.train_labels[:images]
    test_x, test_labels = normaliser(data.test_images[:images]), data.test_labels[:images]
    one_output = architecture in ("regression", "linear")
    y = labels[:, None].astype(np.float64) if one_output else one_hot(labels, 10)
    net, loss, decide = (
        network(architecture, seed),
        SquaredError(reduction="mean"),
        decide_number if one_output else decide_class,
    )
    accuracies = []
    with single_thread():
        for epoch in range(EPOCHS):
            _pass(net, loss, x, y, epoch * len(x), on_step)
            predictions = decide(net.predict(test_x))
            accuracies.append(float(np.mean(predictions == test_labels)))
    return PerImageRun(architecture, seed, np.array(accuracies), predictions, net)


def network(architecture: Architecture, seed: int) -> Net:
    """Return the untrained network with the document's draws: NumPy's old generator, rows for outputs."""
    hidden = 200 if architecture == "wide" else 50
    outputs = 1 if architecture in ("regression", "linear") else 10
    legacy = np.random.RandomState(seed)  # the document's stream, to the number
    first, last = (
        Linear.of(legacy.uniform(-np.sqrt(3 / n_in), np.sqrt(3 / n_in), (n_out, n_in)).T, np.zeros(n_out))
        for n_in, n_out in ((784, hidden), (hidden, outputs))
    )
    return Net([first, last] if architecture == "linear" else [first, ReLU(), last])


def decide_number(prediction: Array) -> Array:
    """Return the nearest integer from 0 to 9 for each prediction (S, 1): the document clips and then rounds."""
    nearest: Array = np.rint(np.clip(prediction[:, 0], 0, 9)).astype(np.int64)
    return nearest


def decide_class(prediction: Array) -> Array:
    """Return the place of the largest of the ten numbers of each prediction (S, 10)."""
    largest: Array = np.argmax(prediction, axis=1)
    return largest


def _pass(net: Net, loss: SquaredError, x: Array, y: Array, first_step: int, on_step: OnStep | None) -> None:
    for place in range(len(x)):
        inputs, targets = x[place : place + 1], y[place : place + 1]
        prediction, trace = net.forward(inputs)
        net.backward(trace, loss.gradient(prediction, targets), input_gradient=False)
        if on_step is not None:
            value = float(loss.value(prediction, targets))
            on_step(first_step + place, net, Batch(inputs, targets, prediction, value))
        net.step(LEARNING_RATE)
