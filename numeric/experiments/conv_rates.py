"""How the convolutional example of course document 004 depends on its learning rate and first weights, over seeds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.squares import squares
from numeric.experiments.conv import as_batch, network
from numeric.initialisers import Initialiser, symmetric_uniform, unit_uniform
from numeric.losses import BinaryCrossEntropyWithLogits
from numeric.training import train

RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
FIRST_WEIGHTS: dict[str, Initialiser] = {"[0, 1)": unit_uniform, "[-1, 1)": symmetric_uniform}
"""What the document's text says, and what its code does."""


@dataclass(frozen=True)
class Setting:
    """One rate and one way to draw the first weights.

    Attributes
    ----------
    learning_rate : float
        The step size.
    first_weights : str
        A key of `FIRST_WEIGHTS`: the interval on which all 13 weights are uniform; biases start at zero.
    accuracies : ndarray, (n,)
        On 1,000 fresh images, for each seed.
    """

    learning_rate: float
    first_weights: str
    accuracies: Array


def run(
    n: int = 20,
    *,
    samples: int = 2000,
    epochs: int = 15,
    batch_size: int = 32,
    progress: Callable[[], object] | None = None,
) -> tuple[Setting, ...]:
    """Train the example from n seeds for every rate and both ways to draw the first weights.

    Parameters
    ----------
    n : int
        Number of seeds, 0 to n − 1; positive. All settings see the same images.
    samples, epochs, batch_size
        As in `numeric.experiments.conv.run`; the noise is uniform on [−1, 1) and squares have the value 1.
    progress : callable, optional
        Called after each training.

    Returns
    -------
    tuple of Setting
        For each way to draw the weights all rates, in order.

    Raises
    ------
    ValueError
        If ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"at least one seed is needed, not {n}")
    found = []
    for name, initialiser in FIRST_WEIGHTS.items():
        for rate in RATES:
            accuracies = []
            for seed in range(n):
                rng = np.random.default_rng(seed)
                training, fresh = squares(samples, rng), squares(1000, rng)
                net, loss = network(rng, initialiser=initialiser), BinaryCrossEntropyWithLogits(reduction="mean")
                x, y = as_batch(training)
                train(net, loss, x, y, learning_rate=rate, epochs=epochs, batch_size=batch_size, rng=rng)
                x, y = as_batch(fresh)
                accuracies.append(loss.accuracy(net.predict(x), y))
                if progress is not None:
                    progress()
            found.append(Setting(rate, name, np.array(accuracies)))
    return tuple(found)
