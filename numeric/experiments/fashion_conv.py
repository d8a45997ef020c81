"""A small convolutional network on Fashion-MNIST, in float32.

5x5 kernels with stride 2, ReLU, 3x3 kernels, ReLU, 2x2 max-pooling, and a linear layer: 5,386 parameters. Batches of
32, rate 0.1, He's bound.
"""

from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.digits import one_hot
from numeric.data.fashion import FashionMNIST
from numeric.experiments.fashion import normaliser_of
from numeric.initialisers import he_uniform
from numeric.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.training import History, OnStep, train

JUDGED_AT_ONCE = 500
"""Images of the test: their patches would take too much memory all together."""


@dataclass(frozen=True)
class FashionConvRun:
    """One training.

    Attributes
    ----------
    seed : int
        Of the generator that drew the weights and shuffled the images.
    history : History
        Loss and accuracy for each epoch, on training images.
    accuracy : float
        On the 10,000 test images.
    predictions : ndarray, (10000,)
        The class given to each test image.
    kernels : ndarray, (8, 5, 5)
        What the first layer looks for in the end.
    net : Net
        The trained network.
    """

    seed: int
    history: History
    accuracy: float
    predictions: Array
    kernels: Array
    net: Net


def run(
    data: FashionMNIST,
    *,
    seed: int = 0,
    epochs: int = 3,
    batch_size: int = 32,
    learning_rate: float = 0.1,
    on_step: OnStep | None = None,
) -> FashionConvRun:
    """Train the network on all 60,000 images.

    Parameters
    ----------
    data : FashionMNIST
        The images.
    seed : int
        Of the generator for weights and shuffling.
    epochs, batch_size, learning_rate, on_step
        As for `numeric.training.train`; the batch's inputs are (B, 1, 28, 28).

    Returns
    -------
    FashionConvRun
        History, test result and network.

    Raises
    ------
    ValueError
        For a batch size below 1 or a negative learning rate.
    """
    normaliser = normaliser_of(data.train_images)

    def prepare(images: Array) -> Array:
        return normaliser(images).astype(np.float32).reshape(-1, 1, 28, 28)

    rng = np.random.default_rng(seed)
    net, loss = network(rng), SoftmaxCrossEntropy(reduction="mean")
    history = train(
        net,
        loss,
        data.train_images,
        one_hot(data.train_labels, 10).astype(np.float32),
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        on_step=on_step,
        prepare=prepare,
    )
    parts = range(0, len(data.test_images), JUDGED_AT_ONCE)
    predictions = np.concatenate(
        [loss.decide(net.predict(prepare(data.test_images[start : start + JUDGED_AT_ONCE]))) for start in parts]
    )
    accuracy = float(np.mean(predictions == data.test_labels))
    return FashionConvRun(seed, history, accuracy, predictions, net.parameters()["0.W"][:, 0].copy(), net)


def network(rng: np.random.Generator) -> Net:
    """Return the untrained network, (B, 1, 28, 28) to logits (B, 10), float32."""
    narrow = np.float32
    return Net(
        [
            Conv2d(1, 8, 5, rng, stride=2, initialiser=he_uniform, dtype=narrow),
            ReLU(),
            Conv2d(8, 16, 3, rng, initialiser=he_uniform, dtype=narrow),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Linear(400, 10, rng, dtype=narrow),
        ]
    )
