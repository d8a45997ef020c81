"""Losses of a batch: a number, and its gradient by the prediction.

``reduction="mean"`` divides by the number of samples B (the length of the first axis), ``"sum"`` does not; either way
the outputs of one sample are added. Prediction and target must have one shape: NumPy would silently broadcast (B, 1)
with (B,) to (B, B).
"""

from typing import Any, Literal

import numpy as np

from numeric.arrays import Array, floating, require_shape
from numeric.functions.entropy import (
    bce_logit,
    bce_logit_dz,
    bce_prediction,
    bce_prediction_dy_hat,
    softmax_cross_entropy,
    softmax_cross_entropy_dZ,
)

Reduction = Literal["mean", "sum"]


class Loss:
    """What all losses share.

    Parameters
    ----------
    reduction : {"mean", "sum"}
        Over the samples of the batch.

    Raises
    ------
    ValueError
        For any other reduction.
    """

    def __init__(self, reduction: Reduction = "mean") -> None:
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
        _require_same(prediction, target)
        return self._reduced(bce_prediction(target, prediction))

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return (ŷ − y) / (ŷ(1 − ŷ)), divided by B for a mean, in the shape of ``prediction``."""
        _require_same(prediction, target)
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
        _require_same(prediction, target)
        return self._reduced(bce_logit(target, prediction))

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return σ(z) − y, divided by B for a mean, in the shape of ``prediction``."""
        _require_same(prediction, target)
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
        mean = softmax_cross_entropy(prediction, target)
        return mean if self.reduction == "mean" else mean * len(prediction)

    def gradient(self, prediction: Array, target: Array) -> Array:
        """Return softmax(Z) − Y, divided by B for a mean, (B, K)."""
        mean = softmax_cross_entropy_dZ(prediction, target)
        return mean if self.reduction == "mean" else mean * len(prediction)

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
        _require_same(prediction, target)
        prediction, target = floating(prediction, target)
        return prediction - target


def _require_same(prediction: Array, target: Array) -> None:
    require_shape(
        prediction.shape == target.shape and prediction.ndim > 0 and prediction.size > 0,
        f"prediction and target must have one shape (B, ...), not {prediction.shape} and {target.shape}",
    )


def _one_column(values: Array) -> Array:
    column = values.real.reshape(len(values), -1)
    require_shape(column.shape[1] == 1, f"one output a sample is needed to decide between two classes: {values.shape}")
    return column[:, 0]
