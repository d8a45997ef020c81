"""The convolutional example of course document 004 with one mistake in its backward pass at a time.

Each network computes the right output; only its backward pass is wrong, in one place. The first four mistakes stand in
the document's own code; the last is another classic one. How well a network learns in spite of its mistake is
measured here; that the gradient check finds it is another room's work.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.squares import squares
from numeric.experiments.conv import as_batch, network
from numeric.layers import Conv2d, Layer, Linear, MaxPool2d
from numeric.losses import BinaryCrossEntropyWithLogits
from numeric.net import Net
from numeric.training import train


class LinearSendingWeightGradient(Linear):
    """Sends back dy · x, its weight gradient, where dy Wᵀ belongs; for one output."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return dy · x, (B, N), for ``dy`` (B, 1)."""
        return x * dy


class ConvSummingImageForBias(Conv2d):
    """Takes the sum of the image's pixels for the gradient of the bias, whatever arrives from behind."""

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store the right dW, and the sum of ``x`` over the batch as db."""
        super().store_gradients(x, dy)
        self.db = np.full_like(self.db, x.sum() / len(x))


class PoolSendingToRows(MaxPool2d):
    """Writes each window's gradient over whole rows: indexing by a list of two numbers takes two rows, not one cell."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x in which later windows overwrite the rows named by the two coordinates of the window."""
        dx = np.zeros(x.shape, dtype=dy.dtype)
        for row, column in np.ndindex(*dy.shape[2:]):
            # The place of the window, where that of its winner belongs; so the document's printed matrix comes out.
            dx[:, :, [row, column]] = dy[:, :, row, column, None, None]
        return dx


class PoolSendingToFirst(MaxPool2d):
    """Hands each window's gradient to its first cell, not to its winner."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        """Return ∂L/∂x with the gradient of a window in its upper left cell."""
        dx = np.zeros(x.shape, dtype=dy.dtype)
        rows, columns = dy.shape[2:]
        dx[:, :, : rows * self.stride[0] : self.stride[0], : columns * self.stride[1] : self.stride[1]] = dy
        return dx


class LinearClimbing(Linear):
    """Has the other sign in its own gradients, so that its steps climb; what it sends back is right."""

    def store_gradients(self, x: Array, dy: Array) -> None:
        """Store −dW and −db."""
        super().store_gradients(x, dy)
        self.dW, self.db = -self.dW, -self.db


MISTAKES: dict[str, dict[int, type[Layer]]] = {
    "none": {},
    "weight gradient sent back": {4: LinearSendingWeightGradient},
    "sum of X for the bias": {0: ConvSummingImageForBias},
    "sign": {4: LinearClimbing},
    "pool writes whole rows": {2: PoolSendingToRows},
    "pool sends to the first cell": {2: PoolSendingToFirst},
}
"""For each mistake the layer that makes it, by its place."""


@dataclass(frozen=True)
class Mistaken:
    """How a network with one mistake learns.

    Attributes
    ----------
    mistake : str
        A key of `MISTAKES`.
    accuracies : ndarray, (n,)
        On 1,000 fresh images after the training, for each seed.
    """

    mistake: str
    accuracies: Array


def run(
    n: int = 20,
    *,
    samples: int = 2000,
    epochs: int = 15,
    batch_size: int = 32,
    learning_rate: float = 0.3,
    progress: Callable[[], object] | None = None,
) -> tuple[Mistaken, ...]:
    """Train the example with each mistake alone, in the setting of `numeric.experiments.conv`.

    Parameters
    ----------
    n : int
        Number of seeds, 0 to n − 1; positive. Every mistake sees the same images and first weights.
    samples, epochs, batch_size, learning_rate
        As there.
    progress : callable, optional
        Called after each training.

    Returns
    -------
    tuple of Mistaken
        In the order of `MISTAKES`.

    Raises
    ------
    ValueError
        If ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"at least one seed is needed, not {n}")
    found = []
    for mistake in MISTAKES:
        accuracies = []
        for seed in range(n):
            rng = np.random.default_rng(seed)
            training, fresh = squares(samples, rng), squares(1000, rng)
            net, loss = mistaken(network(rng), mistake), BinaryCrossEntropyWithLogits(reduction="mean")
            with np.errstate(over="ignore", invalid="ignore"):  # a training that runs away is a result here
                train(
                    net,
                    loss,
                    *as_batch(training),
                    learning_rate=learning_rate,
                    epochs=epochs,
                    batch_size=batch_size,
                    rng=rng,
                )
                x, y = as_batch(fresh)
                accuracies.append(loss.accuracy(net.predict(x), y))
            if progress is not None:
                progress()
        found.append(Mistaken(mistake, np.array(accuracies)))
    return tuple(found)


def mistaken(net: Net, mistake: str) -> Net:
    """Return the example with the given weights (shared, not copied) and one mistake in its backward pass.

    Raises
    ------
    KeyError
        For a name that is not in `MISTAKES`.
    """
    layers = list(net.layers)
    for place, kind in MISTAKES[mistake].items():
        layer = kind.__new__(kind)
        vars(layer).update(vars(layers[place]))
        layers[place] = layer
    return Net(layers)
