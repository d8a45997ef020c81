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
        On the test samples after each epoch, evaluated; the loss is their mean. Empty where none were given.
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
    learning_rate: float | None = None,
    optimiser: Optimiser | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    rng: np.random.Generator | None = None,
    on_step: OnStep | None = None,
    test: tuple[Array, Array] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> History:
    """Train a network in place, on one thread; afterwards its layers are in the mode of evaluation.

    Parameters
    ----------
    net : Net
        The network; its parameters are changed.
    loss : Loss
        From `numeric.losses`.
    x, y : ndarray, (S, ...)
        Inputs and targets, one sample a row; not changed.
    learning_rate : float
        The step size of plain gradient descent; or else
    optimiser : Optimiser
        From `numeric.optimisers`, which also says how many samples a step takes.
    steps, epochs : int
        Exactly one of them: the number of updates, or of passes through the samples.
    batch_size : int, optional
        With ``learning_rate``: samples of a step; all of them if not given.
    rng : numpy.random.Generator, optional
        With ``learning_rate``: shuffles the samples; needed with ``batch_size``.
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
        For no or two of steps and epochs, or of learning rate and optimiser, for inputs and targets of different
        lengths or without a sample, or for a batch size without a generator; from layers and loss for shapes that do
        not fit.

    Notes
    -----
    Source: course documents 000, exercise 8h (all samples), 002, section 1.6 (minibatches).
    """
    if (steps is None) == (epochs is None):
        raise ValueError("say either how many steps or how many epochs to train")
    if len(x) != len(y) or len(x) == 0:
        raise ValueError(f"inputs and targets must be equally many and not none: {len(x)} and {len(y)}")
    if optimiser is None:
        chosen = _plain(learning_rate, batch_size, rng)
    elif (learning_rate, batch_size, rng) == (None, None, None):
        chosen = optimiser
    else:
        raise ValueError("an optimiser has its own learning rate, batch size and generator: give it alone")
    record = _Record(loss, y, test)
    net.set_training(True)
    over = net.overwritable()
    with single_thread():
        for epoch in _epochs(chosen, len(x), steps, epochs):
            for index in epoch:
                inputs, targets = _taken(x, index), _taken(y, index)
                if prepare is not None:
                    inputs = prepare(inputs)
                prediction, trace = net.forward(inputs, over=over)
                value, gradient, classes = loss.judge(prediction, targets)
                net.backward(trace, gradient, input_gradient=False, over=over)
                if on_step is not None:
                    on_step(len(record.step_loss), net, Batch(inputs, targets, prediction, float(value)))
                chosen.update(net)
                record.add(classes, index, float(value))
            record.end_epoch()
            if test is not None:
                with net.evaluating():
                    record.judge(net.predict(prepare(test[0]) if prepare is not None else test[0]))
    net.set_training(False)
    return record.history()


def _plain(learning_rate: float | None, batch_size: int | None, rng: np.random.Generator | None) -> Optimiser:
    if learning_rate is None:
        raise ValueError("say the learning rate, or give an optimiser")
    if batch_size is None:
        return GradientDescent(learning_rate)
    if rng is None:
        raise ValueError("minibatches are shuffled: give a numpy.random.Generator as rng")
    return SGD(learning_rate, batch_size, rng)


def _taken(samples: Array, index: slice | Array) -> Array:
    """Return the samples of a batch; for a list of places `take` is faster than an index."""
    return samples[index] if isinstance(index, slice) else samples.take(index, axis=0)


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


class _Record:
    """Adds up losses and hits, epoch by epoch."""

    def __init__(self, loss: Loss, y: Array, test: tuple[Array, Array] | None) -> None:
        self._loss = loss
        self._classes = loss.decide_target(y)  # once for all epochs
        self._test_target = None if test is None else test[1]
        self.step_loss: list[float] = []
        self._mean_loss: list[float] = []
        self._accuracy: list[float] = []
        self._test_loss: list[float] = []
        self._test_accuracy: list[float] = []
        self._begin()

    def _begin(self) -> None:
        self._decided: list[Array] = []
        self._wanted: list[Array] = []
        self._sizes: list[int] = []

    def add(self, classes: Array, index: slice | Array, value: float) -> None:
        self.step_loss.append(value)
        self._decided.append(classes)
        self._wanted.append(self._classes[index])
        self._sizes.append(len(classes))

    def end_epoch(self) -> None:
        samples = sum(self._sizes)
        losses = self.step_loss[-len(self._sizes) :]
        if self._loss.reduction == "mean":
            losses = [value * size for value, size in zip(losses, self._sizes, strict=True)]
        decided, wanted = (
            parts[0] if len(parts) == 1 else np.concatenate(parts) for parts in (self._decided, self._wanted)
        )
        self._mean_loss.append(sum(losses) / samples)
        self._accuracy.append(int(np.count_nonzero(decided == wanted)) / samples)
        self._begin()

    def judge(self, prediction: Array) -> None:
        """Judge the test samples. The mean over them, whatever the loss that is trained adds up."""
        assert self._test_target is not None
        value = float(self._loss.value(prediction, self._test_target))
        self._test_loss.append(value if self._loss.reduction == "mean" else value / len(prediction))
        self._test_accuracy.append(self._loss.accuracy(prediction, self._test_target))

    def history(self) -> History:
        columns = (self.step_loss, self._mean_loss, self._accuracy, self._test_loss, self._test_accuracy)
        return History(*(np.array(column, dtype=np.float64) for column in columns))
