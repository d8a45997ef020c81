"""784-256-128-10 with ReLUs and softmax cross-entropy, 235,146 parameters, beside scikit-learn's own network.

Both get the same images, the same numbers of units, plain minibatch descent with the same rate and batch, no momentum
and no penalty, and one thread. Only the random draws differ.
"""

import time
import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from numeric.arrays import Array
from numeric.data.digits import one_hot
from numeric.initialisers import glorot_uniform
from numeric.layers import Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.threads import single_thread
from numeric.training import History, OnStep, train

WIDTHS = (784, 256, 128, 10)


@dataclass(frozen=True)
class DeepRun:
    """Both trainings.

    Attributes
    ----------
    seed : int
        Of both.
    history : History
        Of our network.
    accuracy, peer_accuracy : float
        On the test images: ours and scikit-learn's.
    seconds, peer_seconds : float
        Wall-clock time of each training, one after the other in this order; a glance, not a benchmark.
    net : Net
        Our trained network.
    """

    seed: int
    history: History
    accuracy: float
    peer_accuracy: float
    seconds: float
    peer_seconds: float
    net: Net


def run(
    train_images: Array,
    train_labels: Array,
    test_images: Array,
    test_labels: Array,
    *,
    seed: int = 0,
    epochs: int = 3,
    batch_size: int = 64,
    learning_rate: float = 0.1,
    on_step: OnStep | None = None,
) -> DeepRun:
    """Train our network, then scikit-learn's MLPClassifier, on the same images.

    Parameters
    ----------
    train_images, test_images : ndarray of uint8, (S, 28, 28)
        Grey values; both networks get them in [0, 1].
    train_labels, test_labels : ndarray of int, (S,)
        Classes 0 to 9.
    seed : int
        Of weights and shuffling.
    epochs, batch_size, learning_rate, on_step
        As for `numeric.training.train`.

    Returns
    -------
    DeepRun
        Accuracies, times and our network.

    Raises
    ------
    ValueError
        For a batch size below 1 or a negative learning rate.
    """
    x, test_x = (images.reshape(len(images), -1) / np.float32(255) for images in (train_images, test_images))
    rng = np.random.default_rng(seed)
    net, loss = network(rng), SoftmaxCrossEntropy(reduction="mean")
    start = time.perf_counter()
    history = train(
        net,
        loss,
        x,
        one_hot(train_labels, 10).astype(np.float32),
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        on_step=on_step,
    )
    seconds = time.perf_counter() - start
    accuracy = float(np.mean(loss.decide(net.predict(test_x)) == test_labels))
    start = time.perf_counter()
    peer = _peer(x, train_labels, seed, epochs, batch_size, learning_rate)
    peer_seconds = time.perf_counter() - start
    return DeepRun(
        seed,
        history,
        accuracy,
        float(np.mean(peer.predict(test_x) == test_labels)),
        seconds,
        peer_seconds,
        net,
    )


def network(rng: np.random.Generator) -> Net:
    """Return the untrained network, (B, 784) to logits (B, 10), float32, Glorot's bound as in scikit-learn."""
    pairs = pairwise(WIDTHS)
    linear = [Linear(n_in, n_out, rng, initialiser=glorot_uniform, dtype=np.float32) for n_in, n_out in pairs]
    return Net([linear[0], ReLU(), linear[1], ReLU(), linear[2]])


def _peer(x: Array, labels: Array, seed: int, epochs: int, batch_size: int, learning_rate: float) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    peer = MLPClassifier(
        WIDTHS[1:-1],
        solver="sgd",
        alpha=0.0,
        batch_size=batch_size,
        learning_rate_init=learning_rate,
        momentum=0.0,
        nesterovs_momentum=False,
        max_iter=epochs,
        random_state=seed,
    )
    with single_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of epochs is wanted, not convergence
        return peer.fit(x, labels)
