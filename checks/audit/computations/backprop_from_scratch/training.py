"""Deeper networks on the digits, trained with the settings of our own experiment."""

from itertools import pairwise

import numpy as np

from checks.audit.found import Found, trains
from numeric.arrays import Array
from numeric.data.digits import two_halves
from numeric.experiments.halves_architectures import BATCH_SIZE, EPOCHS, LEARNING_RATE
from numeric.layers import Layer, Linear, ReLU, Sigmoid
from numeric.losses import BinaryCrossEntropy
from numeric.net import Net
from numeric.training import train

SEEDS = 8


@trains
def gain(widths: list[int], shallow: list[int], activations: bool) -> Found:
    """The test accuracy of a network with these widths less that of a shallower one, in the mean over 8 seeds."""
    data = two_halves()

    def accuracy(sizes: list[int], seed: int) -> float:
        rng, layers = np.random.default_rng(seed), list[Layer]()
        for inputs, outputs in pairwise(sizes):
            layers += [Linear(inputs, outputs, rng), *([ReLU()] if activations else [])]
        layers = [*(layers[:-1] if activations else layers), Sigmoid()]
        history = train(
            Net(layers),
            BinaryCrossEntropy(reduction="mean"),
            data.train_x,
            data.train_y,
            learning_rate=LEARNING_RATE,
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
            rng=rng,
            test=(data.test_x, data.test_y),
        )
        return float(history.test_accuracy[-1])

    gains = [accuracy(widths, seed) - accuracy(shallow, seed) for seed in range(SEEDS)]
    how = f"the mean difference of the test accuracy over {SEEDS} seeds"
    return Found(float(np.mean(gains)), how, rests_on=SEEDS * len(data.test_y))


@trains
def reported_less_real(learning_rate: str) -> Found:
    """The training loss of the first epoch as it is reported, less that of the same images after the epoch."""
    data, rng = two_halves(), np.random.default_rng(12345)
    x, y = data.train_x[:890], 1 - data.train_y[:890]  # the document's code gives the label 1 to the digits 0 to 4

    def as_printed(shape: tuple[int, ...], n_in: int, n_out: int, rng: np.random.Generator) -> Array:
        bound = np.sqrt(6 / (n_in * n_out))
        return rng.uniform(-bound, bound, size=shape)

    first, last = Linear(64, 32, rng, initialiser=as_printed), Linear(32, 1, rng, initialiser=as_printed)
    net, loss = Net([first, ReLU(), last, Sigmoid()]), BinaryCrossEntropy(reduction="sum")
    reported = 0.0
    for start in range(0, len(x), 10):
        batch, labels = x[start : start + 10], y[start : start + 10]
        prediction, trace = net.forward(batch)
        reported += float(loss.value(prediction, labels)) / len(x)
        net.backward(trace, loss.gradient(prediction, labels), input_gradient=False)
        net.step(float(learning_rate))
    afterwards = float(loss.value(net.predict(x), y)) / len(x)
    return Found(reported - afterwards, "one epoch with the document's seed and minibatches of 10", rests_on=len(x))
