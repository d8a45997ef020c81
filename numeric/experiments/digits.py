"""Handwritten digits, 64-32-10 with a ReLU and softmax cross-entropy, as in course document 000, exercise 8h."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.data.digits import Split, ten_classes
from numeric.functions.entropy import softmax
from numeric.layers import Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.training import History, OnStep, train

LEARNING_RATE = 0.1
HIDDEN = 32


@dataclass(frozen=True)
class DigitsRun:
    """One training on the digits.

    Attributes
    ----------
    steps : int
        Number of full-batch steps.
    history : History
        Loss and accuracy on the training samples; an epoch is a step.
    correct, total : int
        Test samples decided rightly, and all of them (360).
    accuracy : float
        Their quotient.
    predictions : ndarray, (360,)
        The digit given to each test sample.
    probabilities : ndarray, (360, 10)
        The softmax of the output for each.
    misclassified : ndarray, (360 − correct,)
        Places of the test samples decided wrongly.
    net : Net
        The trained network.
    data : Split
        The samples.
    """

    steps: int
    history: History
    correct: int
    total: int
    accuracy: float
    predictions: Array
    probabilities: Array
    misclassified: Array
    net: Net
    data: Split


@dataclass(frozen=True)
class SeedStudy:
    """The test accuracy for several fresh seeds.

    Attributes
    ----------
    seeds : tuple of int
        Of the generators that drew the weights.
    accuracies : ndarray, (n,)
        For each seed.
    mean, sd : float
        Mean and standard deviation (divisor n − 1; 0 for a single seed).
    """

    seeds: tuple[int, ...]
    accuracies: Array
    mean: float
    sd: float


def document_run(steps: int = 100, *, on_step: OnStep | None = None) -> DigitsRun:
    """Repeat the document's training number for number: 306 of 360 after 100 steps.

    Parameters
    ----------
    steps : int
        Full-batch steps with learning rate 0.1.
    on_step : callable, optional
        As for `numeric.training.train`.

    Returns
    -------
    DigitsRun
        History, test result and network.

    Notes
    -----
    The document seeds NumPy's old global generator with 0 and draws 13 numbers in exercise 6a before the weights; its
    samples are columns, ours rows, so the weights are transposed. A generator of our own with that seed draws the same
    numbers and leaves the global one alone.
    """
    legacy = np.random.RandomState(0)  # the document's stream, to the number
    for shape in ((3, 2), (3, 1), (1, 3), (1, 1)):
        legacy.randn(*shape)
    first = legacy.randn(HIDDEN, 64) * 0.1
    second = legacy.randn(10, HIDDEN) * 0.1
    return _run(first.T, second.T, ten_classes(), steps, on_step)


def seeded_run(seed: int, steps: int = 100, *, on_step: OnStep | None = None) -> DigitsRun:
    """Train as `document_run` does, with weights drawn (normal, deviation 0.1) from a fresh generator.

    Parameters and result as there; ``seed`` is that of ``numpy.random.default_rng``.
    """
    return _seeded(seed, steps, ten_classes(), on_step)


def fresh_seeds(n: int = 20, steps: int = 100, *, first_seed: int = 0) -> SeedStudy:
    """Return the spread of the test accuracy over n fresh seeds.

    Parameters
    ----------
    n : int
        Number of seeds, positive.
    steps : int
        Full-batch steps for each.
    first_seed : int
        The seeds are ``first_seed, first_seed + 1, ...``.

    Returns
    -------
    SeedStudy
        Accuracies, mean and standard deviation.

    Raises
    ------
    ValueError
        If ``n`` is not positive.
    """
    if n < 1:
        raise ValueError(f"at least one seed is needed, not {n}")
    data = ten_classes()
    seeds = tuple(range(first_seed, first_seed + n))
    return _spread(seeds, (_seeded(seed, steps, data, None).accuracy for seed in seeds))


def _spread(seeds: tuple[int, ...], accuracies: Iterable[float]) -> SeedStudy:
    values = np.fromiter(accuracies, dtype=np.float64)
    sd = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return SeedStudy(seeds, values, float(values.mean()), sd)


def _seeded(seed: int, steps: int, data: Split, on_step: OnStep | None) -> DigitsRun:
    rng = np.random.default_rng(seed)
    first = 0.1 * rng.standard_normal((64, HIDDEN))
    second = 0.1 * rng.standard_normal((HIDDEN, 10))
    return _run(first, second, data, steps, on_step)


def _run(first: Array, second: Array, data: Split, steps: int, on_step: OnStep | None) -> DigitsRun:
    net = Net([Linear.of(first, np.zeros(HIDDEN)), ReLU(), Linear.of(second, np.zeros(10))])
    loss = SoftmaxCrossEntropy(reduction="mean")
    history = train(net, loss, data.train_x, data.train_y, learning_rate=LEARNING_RATE, steps=steps, on_step=on_step)
    logits = net.predict(data.test_x)
    predictions = loss.decide(logits)
    misclassified = np.flatnonzero(predictions != data.test_labels)
    total = len(predictions)
    correct = total - len(misclassified)
    return DigitsRun(
        steps, history, correct, total, correct / total, predictions, softmax(logits), misclassified, net, data
    )
