"""Which samples a step looks at, and the step itself."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from numeric.arrays import Array
from numeric.net import Net


class Optimiser(Protocol):
    """What `numeric.training` asks of an optimiser."""

    def batches(self, samples: int) -> Iterator[slice | Array]:
        """Yield the index of each batch of one epoch over so many samples."""

    def update(self, net: Net) -> None:
        """Move the parameters by the gradients that the net holds."""


class GradientDescent:
    """Each step looks at all samples: θ ← θ − η ∇L.

    Parameters
    ----------
    learning_rate : float
        The step size η, not negative.

    Raises
    ------
    ValueError
        For a negative or undefined learning rate.

    Notes
    -----
    Source: course document 000, exercises 5c and 8f.
    """

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = _checked_rate(learning_rate)

    def batches(self, samples: int) -> Iterator[slice | Array]:
        """Yield one index that takes all samples, without a copy."""
        yield slice(None)

    def update(self, net: Net) -> None:
        """Move the parameters by −η times their gradients."""
        net.step(self.learning_rate)


class SGD:
    """Stochastic gradient descent: each step looks at a small batch of the shuffled samples.

    Parameters
    ----------
    learning_rate : float
        The step size η, not negative.
    batch_size : int
        Samples in a batch; the last batch of an epoch is smaller where they do not divide.
    rng : numpy.random.Generator
        Shuffles the samples anew for each epoch.

    Raises
    ------
    ValueError
        For a negative or undefined learning rate or a batch size below 1.

    Notes
    -----
    Source: course documents 002, section 1.6, and 003, section 3.5.
    """

    def __init__(self, learning_rate: float, batch_size: int, rng: np.random.Generator) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, not {batch_size}")
        self.learning_rate = _checked_rate(learning_rate)
        self.batch_size = batch_size
        self.rng = rng

    def batches(self, samples: int) -> Iterator[slice | Array]:
        """Yield the indices (batch_size,) of each batch of one epoch; every sample comes once."""
        order = self.rng.permutation(samples)
        for start in range(0, samples, self.batch_size):
            yield order[start : start + self.batch_size]

    def update(self, net: Net) -> None:
        """Move the parameters by −η times their gradients."""
        net.step(self.learning_rate)


def _checked_rate(learning_rate: float) -> float:
    if not learning_rate >= 0:
        raise ValueError(f"the learning rate must not be negative, not {learning_rate}")
    return learning_rate
