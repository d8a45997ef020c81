"""The training loop: forward, loss, backward, look, update."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.losses import Loss
from numeric.net import Net
from numeric.optimisers import SGD, GradientDescent, Optimiser
from numeric.threads import single_thread


@dataclass(frozen=True)
class Batch:
    """What one step of training saw.

    Attributes
    ----------
    x, y : ndarray, (B, ...)
        Inputs, as the first layer got them, and targets.
    prediction : ndarray, (B, ...)
        The output of the network for ``x`` before the update.
    loss : float
        The loss of that prediction.
    """

    x: Array
    y: Array
    prediction: Array
    loss: float


@dataclass(frozen=True)
class History:
    """How a training went.

    Attributes
    ----------
    step_loss : ndarray, (S,)
        The loss of each step's batch, before its update.
    loss, accuracy : ndarray, (E,)
        For each epoch, the mean over its samples of the loss, and the part decided rightly, each sample judged when
        its batch came, before the update.
    test_loss, test_accuracy : ndarray, (E,) or (0,)
        On the test samples after each epoch; empty where none were given.
    """

    step_loss: Array
    loss: Array
    accuracy: Array
    test_loss: Array
    test_accuracy: Array


OnStep = Callable[[int, Net, Batch], object]
"""Called with the number of the step (from 0), the network and its batch, before the update."""


def train(
    net: Net,
    loss: Loss,
    x: Array,
    y: Array,
    *,
    learning_rate: float,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    on_step: OnStep | None = None,
    test: tuple[Array, Array] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> History:
    """Train a network in place.

    Parameters
    ----------
    net : Net
        The network; its parameters are changed.
    loss : Loss
        From `numeric.losses`.
    x, y : ndarray, (S, ...)
        Inputs and targets, one sample a row; not changed.
    learning_rate : float
        The step size.
    steps, epochs : int
        Exactly one of them: the number of updates, or of passes through the samples.
    batch_size : int, optional
        Samples of a step; all of them if not given.
    rng : numpy.random.Generator, optional
        Shuffles the samples; needed with ``batch_size``.
    on_step : callable, optional
        Called as ``on_step(step, net, batch)`` before each update, with the gradients of that batch in the network.
    test : (ndarray, ndarray), optional
        Samples to judge after each epoch.
    prepare : callable, optional
        Applied to the inputs of each batch (and of the test), for example to make floats of bytes: a whole data set
        in floats would take eight times the memory.

    Returns
    -------
    History
        Losses and accuracies.

    Raises
    ------
    ValueError
        For no or two of steps and epochs, for inputs and targets of different lengths or without a sample, or for a
        batch size without a generator; from layers and loss for shapes that do not fit.

    Notes
    -----
    Source: course documents 000, exercise 8h (all samples), 002, section 1.6 (minibatches).
    """
    if (steps is None) == (epochs is None):
        raise ValueError("say either how many steps or how many epochs to train")
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"inputs and targets must be equally many and not none: {len(x)} and {len(y)}")
    prepared = prepare or (lambda values: values)
    optimiser = _optimiser(learning_rate, batch_size, rng)
    step_loss: list[float] = []
    by_epoch = _Epochs(loss)
    with single_thread():
        for epoch in _epochs(optimiser, len(x), steps, epochs):
            by_epoch.begin()
            for index in epoch:
                inputs, targets = prepared(x[index]), y[index]
                prediction, trace = net.forward(inputs)
                value = float(loss.value(prediction, targets))
                net.backward(trace, loss.gradient(prediction, targets), input_gradient=False)
                if on_step is not None:
                    on_step(len(step_loss), net, Batch(inputs, targets, prediction, value))
                optimiser.update(net)
                step_loss.append(value)
                by_epoch.add(prediction, targets, value)
            by_epoch.end()
            if test is not None:
                by_epoch.judge(net.predict(prepared(test[0])), test[1])
    return by_epoch.history(step_loss)


def _optimiser(learning_rate: float, batch_size: int | None, rng: np.random.Generator | None) -> Optimiser:
    if batch_size is None:
        return GradientDescent(learning_rate)
    if rng is None:
        raise ValueError("minibatches are shuffled: give a numpy.random.Generator as rng")
    return SGD(learning_rate, batch_size, rng)


def _epochs(
    optimiser: Optimiser, samples: int, steps: int | None, epochs: int | None
) -> Iterator[Iterator[slice | Array]]:
    """Yield for each epoch the indices of its batches; with a number of steps the last epoch may be cut short."""
    if epochs is not None:
        for _ in range(epochs):
            yield optimiser.batches(samples)
        return
    left = steps or 0
    while left > 0:
        indices = list(itertools.islice(optimiser.batches(samples), left))
        left -= len(indices)
        yield iter(indices)


class _Epochs:
    """Adds up losses and hits, epoch by epoch."""

    def __init__(self, loss: Loss) -> None:
        self._loss_function = loss
        self._loss: list[float] = []
        self._accuracy: list[float] = []
        self._test_loss: list[float] = []
        self._test_accuracy: list[float] = []

    def begin(self) -> None:
        self._sum, self._hits, self._samples = 0.0, 0.0, 0

    def add(self, prediction: Array, targets: Array, value: float) -> None:
        samples = len(targets)
        self._sum += value * samples if self._loss_function.reduction == "mean" else value
        self._hits += self._loss_function.accuracy(prediction, targets) * samples
        self._samples += samples

    def end(self) -> None:
        self._loss.append(self._sum / self._samples)
        self._accuracy.append(self._hits / self._samples)

    def judge(self, prediction: Array, targets: Array) -> None:
        self._test_loss.append(float(self._loss_function.value(prediction, targets)))
        self._test_accuracy.append(self._loss_function.accuracy(prediction, targets))

    def history(self, step_loss: list[float]) -> History:
        columns = (step_loss, self._loss, self._accuracy, self._test_loss, self._test_accuracy)
        return History(*(np.array(column, dtype=np.float64) for column in columns))
