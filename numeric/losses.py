"""Losses of a batch: a number, and its gradient by the prediction.

Every loss is made with ``reduction="mean"``, which divides by the number of samples B (the length of the first axis),
or with ``reduction="sum"``, which does not; there is no silent choice. Either way the outputs of one sample are added.
Prediction and target must have one shape: NumPy would silently broadcast (B, 1) with (B,) to (B, B). The target takes
the type of the prediction: a float32 network with float64 labels stays in float32.
"""

from typing import Any, Literal

import numpy as np

from numeric.arrays import Array
from numeric.functions.entropy import (
    bce_logit,
    bce_logit_dz,
    bce_prediction,
    bce_prediction_dy_hat,
    softmax_cross_entropy_at_once,
)

Reduction = Literal["mean", "sum"]


class Loss:
    """What all losses share.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Over the samples of the batch; to be said, by name.

    Raises
    ------
    ValueError
        For any other reduction.
    """

    def __init__(self, *, reduction: Reduction) -> None:
        if reduction not in ("mean", "sum"):
            raise ValueError(f"reduction must be 'mean' or 'sum', not {reduction!r}")
        self.reduction = reduction

    def value(self, prediction: Array, target: Array) -> Any:
        """Return the loss of the batch, a NumPy scalar (complex if the prediction is).

        Parameters
        ----------
        prediction, target : ndarray, (B, ...)
            Of one shape.

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        raise NotImplementedError

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return the gradient of `value` by the prediction, in its shape; errors as there."""
        raise NotImplementedError

    def judge(self, prediction: Array, target: Array) -> tuple[Any, Array, Array]:
        """Return loss, gradient and the classes (B,) that the prediction stands for: what training asks of a batch.

        Shapes and errors as `value`. A loss may override it to do shared work once.
        """
        return self.value(prediction, target), self.gradient(prediction, target), self.decide(prediction)

    def decide(self, prediction: Array) -> Array:
        """Return the class that each row of the prediction (B, ...) stands for, (B,) integers."""
        raise NotImplementedError

    def accuracy(self, prediction: Array, target: Array) -> float:
        """Return the part of the samples, in [0, 1], for which prediction and target stand for one class."""
        return float(np.mean(self.decide(prediction) == self.decide_target(target)))

    def decide_target(self, target: Array) -> Array:
        """Return the class of each row of the target (B, ...), (B,) integers."""
        return self.decide(target)

    def _reduced(self, losses: Array) -> Any:
        total = np.sum(losses)
        return total / len(losses) if self.reduction == "mean" else total

    def _divided(self, gradient: Array) -> Array:
        return gradient / len(gradient) if self.reduction == "mean" else gradient


class BinaryCrossEntropy(Loss):
    """−(y ln ŷ + (1 − y) ln(1 − ŷ)) of probabilities ŷ in [0, 1]; class 1 where ŷ > ½.

    Source: course document 002, equation (12). `numeric.functions.entropy.bce_prediction` tells of ŷ = 0 and 1.
    """

    def value(self, prediction: Array, target: Array) -> Any:
        """Return the loss of ŷ = ``prediction`` for y = ``target``, of one shape (B, ...) or ValueError."""
        prediction, target = _fitting(prediction, target)
        return self._reduced(bce_prediction(target, prediction))

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return (ŷ − y) / (ŷ(1 − ŷ)), divided by B for a mean, in the shape of ``prediction``."""
        prediction, target = _fitting(prediction, target)
        return self._divided(bce_prediction_dy_hat(target, prediction))

    def decide(self, prediction: Array) -> Array:
        """Return 1 where ŷ > ½, for (B,) or (B, 1)."""
        value: Array = _one_column(prediction) > 0.5
        return value


class BinaryCrossEntropyWithLogits(Loss):
    """The cross-entropy of ŷ = σ(z), by the logit z; class 1 where z > 0.

    Source: course document 002, equations (5) and (12).
    """

    def value(self, prediction: Array, target: Array) -> Any:
        """Return the loss of the logits ``prediction`` for y = ``target``, of one shape (B, ...) or ValueError."""
        prediction, target = _fitting(prediction, target)
        return self._reduced(bce_logit(target, prediction))

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return σ(z) − y, divided by B for a mean, in the shape of ``prediction``."""
        prediction, target = _fitting(prediction, target)
        return self._divided(bce_logit_dz(target, prediction))

    def decide(self, prediction: Array) -> Array:
        """Return 1 where z > 0, for (B,) or (B, 1)."""
        value: Array = _one_column(prediction) > 0
        return value

    def decide_target(self, target: Array) -> Array:
        """Return 1 where y > ½: the target is a probability, not a logit."""
        value: Array = _one_column(target) > 0.5
        return value


class SoftmaxCrossEntropy(Loss):
    """−Σₖ Yₖ ln softmax(Z)ₖ of logits Z (B, K); the class is the place of the largest.

    Source: course document 000, exercise 8e.
    """

    def value(self, prediction: Array, target: Array) -> Any:
        """Return the loss of the logits (B, K) for targets (B, K) whose rows sum to 1; ValueError for other shapes."""
        return self._at_once(prediction, target)[0]

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return softmax(Z) − Y, divided by B for a mean, (B, K)."""
        return self._at_once(prediction, target)[1]

    def judge(self, prediction: Array, target: Array) -> tuple[Any, Array, Array]:
        """Return loss, gradient and classes (B,) from one pass over the exponentials; shapes and errors as `value`."""
        if self._is_plain():
            return self._at_once(prediction, target)
        return super().judge(prediction, target)

    def _at_once(self, prediction: Array, target: Array) -> tuple[Any, Array, Array]:
        prediction, target = _fitting(prediction, target)
        if prediction.ndim != 2:
            raise ValueError(f"logits and targets must both be (B, K), not {prediction.shape} and {target.shape}")
        value, gradient, classes = softmax_cross_entropy_at_once(prediction, target)
        if self.reduction == "mean":
            return value, gradient, classes
        return value * len(prediction), gradient * len(prediction), classes

    def _is_plain(self) -> bool:
        """Tell whether nothing of this loss was replaced: what somebody else wrote must be seen to run."""
        return type(self) is SoftmaxCrossEntropy and vars(self).keys() == {"reduction"}

    def decide(self, prediction: Array) -> Array:
        """Return the place of the largest entry of each row."""
        largest: Array = np.argmax(prediction.real, axis=1)
        return largest


class SquaredError(Loss):
    """Σⱼ (xⱼ − yⱼ)² for each row; the class is the nearest integer for one column, else the place of the largest.

    Source: course document 003, section 3.3 (the loss) and 4.1 (the class by rounding).
    """

    def value(self, prediction: Array, target: Array) -> Any:
        """Return the loss for ``prediction`` and ``target`` of one shape (B, ...) or ValueError."""
        difference = self._difference(prediction, target)
        return self._reduced(difference * difference)

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return 2(x − y), divided by B for a mean, in the shape of ``prediction``."""
        return self._divided(2 * self._difference(prediction, target))

    def decide(self, prediction: Array) -> Array:
        """Return the nearest integer for (B,) and (B, 1), the place of the largest entry for (B, K)."""
        if prediction.ndim == 2 and prediction.shape[1] > 1:
            largest: Array = np.argmax(prediction.real, axis=1)
            return largest
        return np.rint(_one_column(prediction)).astype(np.int64)

    def _difference(self, prediction: Array, target: Array) -> Array:
        prediction, target = _fitting(prediction, target)
        return prediction - target


def _fitting(prediction: Array, target: Array) -> tuple[Array, Array]:
    """Return both in the (inexact) type of the prediction; ValueError unless they have one shape (B, ...)."""
    if prediction.shape != target.shape or prediction.ndim == 0 or prediction.size == 0:
        raise ValueError(
            f"prediction and target must have one shape (B, ...), not {prediction.shape} and {target.shape}"
        )
    if prediction.dtype.kind not in "fc":
        prediction = prediction.astype(np.float64)
    if target.dtype != prediction.dtype:
        target = target.astype(np.result_type(prediction, target) if target.dtype.kind == "c" else prediction.dtype)
    return prediction, target


def _one_column(values: Array) -> Array:
    column = values.real.reshape(len(values), -1)
    if column.shape[1] != 1:
        raise ValueError(f"one output a sample is needed to decide between two classes: {values.shape}")
    return column[:, 0]
