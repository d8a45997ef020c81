"""Digits 0–4 against 5–9 with the four networks of course document 002, section 1.6, over several seeds.

One layer; 64-32-1 with a ReLU; the same without it; and a deep one with four linear layers and ReLUs between them. The
document leaves the setting to the student. Chosen here for all: rate 0.1, batches of 32, 50 epochs, Glorot's bound.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.digits import Split, two_halves
from numeric.layers import Linear, ReLU, Sigmoid
from numeric.losses import BinaryCrossEntropy
from numeric.net import Net
from numeric.training import History, OnStep, train

ARCHITECTURES = ("one layer", "ReLU", "two linear layers", "four layers")
LEARNING_RATE = 0.1
BATCH_SIZE = 32
EPOCHS = 50


@dataclass(frozen=True)
class Comparison:
    """The same data learned by one architecture from several seeds.

    Attributes
    ----------
    architecture : str
        One of `ARCHITECTURES`.
    parameters : int
        Of the network.
    train_accuracies, test_accuracies : ndarray, (n,)
        At the end, for each seed.
    history : History
        Of the first seed.
    """

    architecture: str
    parameters: int
    train_accuracies: Array
    test_accuracies: Array
    history: History


def run(
    n: int = 10, *, progress: Callable[[], object] | None = None, on_step: Callable[[str], OnStep] | None = None
) -> tuple[Comparison, ...]:
    """Train all four architectures from n seeds each.

    Parameters
    ----------
    n : int
        Number of seeds, 0 to n − 1; positive.
    progress : callable, optional
        Called after each training.
    on_step : callable, optional
        Given the architecture's name, returns what `numeric.training.train` calls; used for seed 0 only.

    Returns
    -------
    tuple of Comparison
        In the order of `ARCHITECTURES`.

    Raises
    ------
    ValueError
        If ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"at least one seed is needed, not {n}")
    data = two_halves()
    return tuple(_compared(name, n, data, progress, on_step) for name in ARCHITECTURES)


def network(architecture: str, rng: np.random.Generator) -> Net:
    """Return an untrained network, (B, 64) to probabilities (B, 1).

    Raises
    ------
    ValueError
        For a name that is none of `ARCHITECTURES`.
    """
    if architecture == "one layer":
        return Net([Linear(64, 1, rng), Sigmoid()])
    if architecture == "ReLU":
        return Net([Linear(64, 32, rng), ReLU(), Linear(32, 1, rng), Sigmoid()])
    if architecture == "two linear layers":
        return Net([Linear(64, 32, rng), Linear(32, 1, rng), Sigmoid()])
    if architecture == "four layers":
        hidden = (Linear(64, 32, rng), ReLU(), Linear(32, 32, rng), ReLU(), Linear(32, 32, rng), ReLU())
        return Net([*hidden, Linear(32, 1, rng), Sigmoid()])
    raise ValueError(f"{architecture!r} is none of {', '.join(ARCHITECTURES)}")


def _compared(
    architecture: str,
    n: int,
    data: Split,
    progress: Callable[[], object] | None,
    on_step: Callable[[str], OnStep] | None,
) -> Comparison:
    histories = []
    for seed in range(n):
        rng = np.random.default_rng(seed)
        net = network(architecture, rng)
        histories.append(
            train(
                net,
                BinaryCrossEntropy(reduction="mean"),
                data.train_x,
                data.train_y,
                learning_rate=LEARNING_RATE,
                epochs=EPOCHS,
                batch_size=BATCH_SIZE,
                rng=rng,
                on_step=on_step(architecture) if on_step is not None and seed == 0 else None,
                test=(data.test_x, data.test_y),
            )
        )
        if progress is not None:
            progress()
    return Comparison(
        architecture,
        sum(array.size for array in net.parameters().values()),
        np.array([history.accuracy[-1] for history in histories]),
        np.array([history.test_accuracy[-1] for history in histories]),
        histories[0],
    )
