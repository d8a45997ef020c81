"""Planted errors in back-propagation are caught, located and named; right networks agree."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from checks.networks import check_network
from checks.networks.training import Watcher, check_conv, check_halves
from checks.verdict import Comparison, Counterexample, Status, Verdict
from numeric.experiments import conv
from numeric.layers import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from numeric.losses import (
    BinaryCrossEntropy,
    BinaryCrossEntropyWithLogits,
    Loss,
    SoftmaxCrossEntropy,
    SquaredError,
)
from numeric.net import Net

Array = np.ndarray


class NegatedWeights(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW = -self.dW


class MeanedTwice(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW = self.dW / len(x)


class MissingMean(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW = self.dW * len(x)


class TransposedWeights(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW = np.ascontiguousarray(self.dW.T)


class MeanOfTheBias(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.db = dy.mean(axis=0)


class OneEntryOff(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW[1, 2] *= 1 + 1e-6


class StaleCache(Linear):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x[::-1], dy)


class WeightsSentBackUntransposed(Linear):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy @ self.W


class NoMask(ReLU):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy


class MaskOfTheWrongSign(ReLU):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * (x < 0)


class SigmoidForItsDerivative(Sigmoid):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * self.forward(x)


def trained_once(layers: list[object], loss: Loss, outputs: int, seed: int = 0) -> tuple[Net, Array, Array]:
    """Run one forward and backward pass on a random batch of 24 rows with 6 features."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(24, 6))
    y = np.eye(outputs)[rng.integers(outputs, size=24)] if outputs > 1 else rng.integers(2, size=(24, 1)).astype(float)
    net = Net(layers)  # type: ignore[arg-type]
    prediction, trace = net.forward(x)
    net.backward(trace, loss.gradient(prediction, y))
    return net, x, y


def judged(layers: list[object], loss: Loss, outputs: int) -> Verdict:
    net, x, y = trained_once(layers, loss, outputs)
    return check_network(net, loss, x, y)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    ("loss", "outputs", "last"),
    [
        (SoftmaxCrossEntropy(reduction="mean"), 4, []),
        (SoftmaxCrossEntropy(reduction="sum"), 4, []),
        (BinaryCrossEntropyWithLogits(reduction="mean"), 1, []),
        (BinaryCrossEntropyWithLogits(reduction="sum"), 1, []),
        (BinaryCrossEntropy(reduction="mean"), 1, [Sigmoid()]),
    ],
)
@pytest.mark.parametrize("activation", [ReLU, Sigmoid, Tanh])
def test_right_networks_agree(loss: Loss, outputs: int, last: list[object], activation: Callable[[], object]) -> None:
    verdict = judged([Linear(6, 6, rng()), activation(), Linear(6, outputs, rng()), *last], loss, outputs)
    assert verdict.status is Status.AGREES, verdict.reason
    assert verdict.compared == 6 * 6 + 6 + 6 * outputs + outputs


PLANTED = [
    (NegatedWeights, "sign", "W"),
    (MeanedTwice, "1/B doubled", "W"),
    (MissingMean, "1/B missing", "W"),
    (TransposedWeights, "transposed", "W"),
    (MeanOfTheBias, "1/B doubled", "b"),
    (OneEntryOff, None, "W"),
    (StaleCache, None, "W"),
]


@pytest.mark.parametrize(("kind", "mistake", "parameter"), PLANTED)
@pytest.mark.parametrize("place", [0, 2])
def test_a_planted_error_in_a_linear_layer_is_caught_located_and_named(
    kind: type[Linear], mistake: str | None, parameter: str, place: int
) -> None:
    layers: list[object] = [Linear(6, 6, rng()), Tanh(), Linear(6, 6, rng())]
    layers[place] = kind(6, 6, rng())
    verdict = judged(layers, SoftmaxCrossEntropy(reduction="mean"), 6)
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.point["parameter"] == f"{place}.{parameter}"
    assert verdict.evidence.right.kind == "rigorous"
    assert f"layer {place} ({kind.__name__}) computes its {parameter} gradient wrongly" in verdict.reason
    assert verdict.mistake == mistake


@pytest.mark.parametrize("kind", [NoMask, MaskOfTheWrongSign])
def test_a_wrong_mask_is_caught_and_the_layer_named(kind: type[ReLU]) -> None:
    verdict = judged([Linear(6, 6, rng()), kind(), Linear(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4)
    assert verdict.status is Status.REFUTED
    assert f"layer 1 ({kind.__name__}) sends a wrong gradient back" in verdict.reason
    assert verdict.mistake == ("activation mask forgotten" if kind is NoMask else None)


def test_weights_sent_back_untransposed_are_caught() -> None:
    verdict = judged(
        [Linear(6, 6, rng()), ReLU(), WeightsSentBackUntransposed(6, 6, rng())],
        SoftmaxCrossEntropy(reduction="mean"),
        6,
    )
    assert verdict.status is Status.REFUTED
    assert "layer 2 (WeightsSentBackUntransposed) sends a wrong gradient back" in verdict.reason


def test_the_sigmoid_for_its_derivative_is_caught() -> None:
    verdict = judged(
        [Linear(6, 6, rng()), SigmoidForItsDerivative(), Linear(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4
    )
    assert verdict.status is Status.REFUTED
    assert "layer 1 (SigmoidForItsDerivative)" in verdict.reason


def test_a_wrong_shape_is_said_to_be_that() -> None:
    verdict = judged(
        [TransposedWeights(6, 5, rng()), ReLU(), Linear(5, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4
    )
    assert verdict.status is Status.UNDECIDED
    assert "0.W has shape (5, 6), the parameter (6, 5)" in verdict.reason


def test_nan_in_a_gradient_never_agrees() -> None:
    net, x, y = trained_once([Linear(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4)
    net.layers[0].dW[2, 1] = np.nan  # type: ignore[attr-defined]
    verdict = check_network(net, SoftmaxCrossEntropy(reduction="mean"), x, y)
    assert verdict.status is Status.UNDECIDED
    assert "nan" in verdict.reason


def test_a_forward_pass_that_is_not_the_declared_layer_is_noticed() -> None:
    class Doubled(Linear):
        def forward(self, x: Array) -> Array:
            return 2 * super().forward(x)

    verdict = judged([Doubled(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4)
    assert verdict.status is Status.UNDECIDED
    assert "forward pass is not that of the declared layers" in verdict.reason


class QuarticLoss(SquaredError):  # noqa: N818 - an error to be made small, not one to be raised
    """A loss that the catalogue does not hold, though it descends from one that it does."""

    def value(self, prediction: Array, target: Array) -> float:
        return float(np.sum((prediction - target) ** 4) / len(prediction))

    def gradient(self, prediction: Array, target: Array) -> Array:
        return 4 * (prediction - target) ** 3 / len(prediction)


def test_what_the_catalogue_does_not_hold_is_undecided() -> None:
    assert judged([Linear(6, 4, rng())], QuarticLoss(reduction="mean"), 4).status is Status.UNDECIDED


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_network_with_the_squared_error_agrees_and_half_its_gradient_is_refuted(reduction: str) -> None:
    layers = [Linear(6, 5, rng()), ReLU(), Linear(5, 4, rng())]
    assert judged(layers, SquaredError(reduction=reduction), 4).status is Status.AGREES  # type: ignore[arg-type]

    class HalvedLoss(SquaredError):  # noqa: N818 - as above
        def gradient(self, prediction: Array, target: Array) -> Array:
            return super().gradient(prediction, target) / 2

    x, y = rng().normal(size=(7, 6)), rng().normal(size=(7, 4))
    net = Net(layers)
    prediction, trace = net.forward(x)
    net.backward(trace, HalvedLoss(reduction=reduction).gradient(prediction, y))  # type: ignore[arg-type]
    verdict = check_network(net, SquaredError(reduction=reduction), x, y)  # type: ignore[arg-type]
    assert verdict.status is Status.REFUTED
    assert verdict.mistake == "factor 1/2"


def test_a_layer_that_the_catalogue_does_not_hold_is_undecided() -> None:
    verdict = judged([Linear(6, 4, rng()), Softmax()], SquaredError(reduction="mean"), 4)
    assert verdict.status is Status.UNDECIDED
    assert "no derivation for the layer Softmax" in verdict.reason


# The layers between.


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    "between",
    [
        lambda: [LeakyReLU(0.2)],
        lambda: [BatchNorm(6), ReLU()],
        lambda: [LayerNorm(6), Tanh()],
        lambda: [ReLU(), Dropout(0.3, seed=2)],
        lambda: [BatchNorm(6), LeakyReLU(), Dropout(0.5, seed=1), LayerNorm(6), Sigmoid()],
    ],
)
@pytest.mark.parametrize("kind", [SoftmaxCrossEntropy, SquaredError])
def test_right_networks_of_all_layers_agree(
    kind: type[Loss], between: Callable[[], list[object]], reduction: Literal["mean", "sum"]
) -> None:
    loss = kind(reduction=reduction)
    verdict = judged([Linear(6, 6, rng()), *between(), Linear(6, 4, rng())], loss, 4)
    assert verdict.status is Status.AGREES, verdict.reason


class MeanTakenForAConstant(BatchNorm):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * self.gamma / np.sqrt(x.var(axis=0) + self.eps)


class WrongAxis(LayerNorm):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return BatchNorm(x.shape[1]).input_gradient(x, dy)


class InputForStandardised(BatchNorm):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dgamma = (dy * x).sum(axis=0)


class MeanForTheShift(LayerNorm):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dbeta = dy.mean(axis=0)


class SlopeZero(LeakyReLU):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * (x > 0)


class AnotherMask(Dropout):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * np.roll(self.mask(x.shape), 1, axis=1)


class ScaleForgotten(Dropout):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * (self.mask(x.shape) > 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: MeanTakenForAConstant(6), "layer 1 (MeanTakenForAConstant) sends a wrong gradient back"),
        (lambda: WrongAxis(6), "layer 1 (WrongAxis) sends a wrong gradient back"),
        (lambda: InputForStandardised(6), "layer 1 (InputForStandardised) computes its gamma gradient wrongly"),
        (lambda: MeanForTheShift(6), "layer 1 (MeanForTheShift) computes its beta gradient wrongly"),
        (lambda: SlopeZero(0.2), "layer 1 (SlopeZero) sends a wrong gradient back"),
        (lambda: AnotherMask(0.5, seed=0), "layer 1 (AnotherMask) sends a wrong gradient back"),
        (lambda: ScaleForgotten(0.5, seed=0), "layer 1 (ScaleForgotten) sends a wrong gradient back"),
    ],
)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_planted_error_in_a_layer_between_is_caught_and_located(
    wrong: Callable[[], object], words: str, reduction: Literal["mean", "sum"]
) -> None:
    loss = SquaredError(reduction=reduction)
    verdict = judged([Linear(6, 6, rng()), wrong(), Tanh(), Linear(6, 4, rng())], loss, 4)
    assert verdict.status is Status.REFUTED, verdict.reason
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.right.kind == "rigorous"
    assert words in verdict.reason


def test_a_batch_norm_in_evaluation_is_not_taken_for_one_in_training() -> None:
    layer = BatchNorm(6)
    layer.training = False
    verdict = judged([Linear(6, 6, rng()), layer, Linear(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4)
    assert verdict.status is Status.UNDECIDED
    assert "BatchNorm 6 in training, not in evaluation" in verdict.reason


def test_a_mask_that_is_no_mask_is_not_taken_for_one() -> None:
    class Soft(Dropout):
        def mask(self, shape: tuple[int, ...], dtype: object = np.float64) -> Array:
            return np.full(shape, 0.5)

    verdict = judged([Linear(6, 6, rng()), Soft(0.5, seed=0)], SquaredError(reduction="mean"), 6)
    assert verdict.status is Status.UNDECIDED
    assert "holds other numbers than 0 and 2" in verdict.reason


# Types and kinks.


def in_single(layers: list[object]) -> tuple[Net, Loss, Array, Array]:
    loss, generator = SoftmaxCrossEntropy(reduction="mean"), np.random.default_rng(0)
    x = generator.normal(size=(24, 6)).astype(np.float32)
    y = np.eye(4, dtype=np.float32)[generator.integers(4, size=24)]
    net = Net(layers)  # type: ignore[arg-type]
    prediction, trace = net.forward(x)
    net.backward(trace, loss.gradient(prediction, y))
    return net, loss, x, y


@pytest.mark.parametrize("between", [ReLU(), BatchNorm(6, dtype=np.float32), Dropout(0.5, seed=0)])
def test_a_right_network_in_single_precision_agrees_within_its_digits(between: object) -> None:
    made = in_single([Linear(6, 6, rng(), dtype=np.float32), between, Linear(6, 4, rng(), dtype=np.float32)])
    verdict = check_network(*made)
    assert verdict.status is Status.AGREES, verdict.reason
    assert isinstance(verdict.evidence, Comparison)
    assert 1e-12 < verdict.evidence.max_error < verdict.evidence.tolerance == 1e-3


def test_a_wrong_network_in_single_precision_is_refuted_in_double() -> None:
    verdict = check_network(
        *in_single([MissingMean(6, 6, rng(), dtype=np.float32), ReLU(), Linear(6, 4, rng(), dtype=np.float32)])
    )
    assert verdict.status is Status.REFUTED
    assert verdict.reason.startswith("Judged in float64: ")
    assert verdict.mistake == "1/B missing"


def test_what_differs_in_single_precision_alone_may_be_rounding() -> None:
    net, loss, x, y = in_single([Linear(6, 4, rng(), dtype=np.float32)])
    net.layers[0].dW[1, 1] *= 1.5  # type: ignore[attr-defined]
    verdict = check_network(net, loss, x, y)
    assert verdict.status is Status.UNDECIDED
    assert "0.W[1, 1] differs" in verdict.reason
    assert "may be rounding" in verdict.reason


class OneAtTheKink(ReLU):
    """Takes 1, which is as right as 0, for the slope at 0."""

    def input_gradient(self, x: Array, dy: Array) -> Array:
        return dy * (x >= 0)


def at_a_kink(relu: ReLU, zero_rows: int) -> tuple[Net, Loss, Array, Array]:
    loss, generator = SquaredError(reduction="sum"), np.random.default_rng(0)
    x, y = generator.normal(size=(12, 6)), generator.normal(size=(12, 2))
    x[:zero_rows] = 0  # and the bias is zero too: every pre-activation of these samples is
    net = Net([Linear(6, 6, rng()), relu, Linear(6, 2, rng())])
    prediction, trace = net.forward(x)
    net.backward(trace, loss.gradient(prediction, y))
    return net, loss, x, y


@pytest.mark.parametrize("zero_rows", [1, 12])
def test_another_choice_at_a_kink_is_not_refuted(zero_rows: int) -> None:
    assert check_network(*at_a_kink(ReLU(), zero_rows)).status is Status.AGREES
    verdict = check_network(*at_a_kink(OneAtTheKink(), zero_rows))
    assert verdict.status is Status.UNDECIDED
    assert f"{zero_rows} of 12 samples stand at a kink" in verdict.reason


def test_a_mistake_beside_a_kink_is_refuted_over_the_other_samples() -> None:
    verdict = check_network(*at_a_kink(NoMask(), 1))
    assert verdict.status is Status.REFUTED
    assert verdict.reason.startswith("Without those samples at a kink of a ReLU: ")
    assert "layer 1 (NoMask) sends a wrong gradient back" in verdict.reason


class FlippedKernel(Conv2d):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.dW = self.dW[..., ::-1, ::-1].copy()


class SumOfTheImage(Conv2d):
    def store_gradients(self, x: Array, dy: Array) -> None:
        super().store_gradients(x, dy)
        self.db = np.array([x.sum()])


class EveryCellWins(MaxPool2d):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        return np.repeat(np.repeat(dy, 2, axis=2), 2, axis=3)


class FirstCellWins(MaxPool2d):
    def input_gradient(self, x: Array, dy: Array) -> Array:
        routed = np.zeros_like(x)
        routed[:, :, ::2, ::2] = dy
        return routed


def conv_net(**replaced: object) -> tuple[Net, Array, Array]:
    generator = np.random.default_rng(5)
    layers: list[object] = [
        replaced.get("conv", Conv2d)(1, 1, 3, generator),  # type: ignore[operator]
        replaced.get("relu", ReLU)(),  # type: ignore[operator]
        replaced.get("pool", MaxPool2d)(2),  # type: ignore[operator]
        Flatten(),
        replaced.get("dense", Linear)(4, 1, generator),  # type: ignore[operator]
    ]
    x, y = generator.normal(size=(16, 1, 6, 6)), generator.integers(2, size=(16, 1)).astype(float)
    net = Net(layers)  # type: ignore[arg-type]
    prediction, trace = net.forward(x)
    net.backward(trace, BinaryCrossEntropyWithLogits(reduction="mean").gradient(prediction, y))
    return net, x, y


@pytest.mark.parametrize(
    "replaced",
    [
        {"conv": FlippedKernel}, {"conv": SumOfTheImage}, {"pool": EveryCellWins}, {"pool": FirstCellWins},
        {"relu": NoMask}, {"dense": NegatedWeights}, {"dense": MissingMean},
    ],
    ids=lambda replaced: next(iter(replaced.values())).__name__,
)  # fmt: skip
def test_planted_errors_in_the_convolutional_example_are_caught(replaced: dict[str, object]) -> None:
    verdict = check_network(*reordered(conv_net(**replaced)))
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.right.kind == "rigorous"


def test_the_flipped_kernel_is_named() -> None:
    assert check_network(*reordered(conv_net(conv=FlippedKernel))).mistake == "kernel flipped"


def test_the_right_convolutional_example_agrees() -> None:
    verdict = check_network(*reordered(conv_net()))
    assert verdict.status is Status.AGREES
    assert verdict.compared == 15


def reordered(made: tuple[Net, Array, Array]) -> tuple[Net, Loss, Array, Array]:
    net, x, y = made
    return net, BinaryCrossEntropyWithLogits(reduction="mean"), x, y


def test_two_real_trainings_agree_at_every_moment() -> None:
    for check in (check_halves, check_conv):
        _, rows = check()
        assert {row.verdict.status for row in rows} == {Status.AGREES}


def test_a_planted_error_is_caught_while_a_network_trains_on_squares() -> None:
    generator = np.random.default_rng(0)
    data = conv.squares(64, generator)
    x, y = conv.as_batch(data)
    net = conv.network(generator)
    net.layers[0] = SumOfTheImage.of(net.layers[0].W, net.layers[0].b)  # type: ignore[attr-defined]
    watcher = Watcher(BinaryCrossEntropyWithLogits(reduction="mean"), frozenset({0, 3}), "again")
    conv.train(net, watcher.loss, x, y, learning_rate=1e-4, steps=4, batch_size=16, rng=generator, on_step=watcher)
    assert watcher.gradients().status is Status.REFUTED
    assert watcher.directions().status is Status.UNDECIDED  # the third opinion differs too, without a formula


def test_a_training_that_ends_before_its_moments_does_not_agree() -> None:
    watcher = Watcher(SoftmaxCrossEntropy(reduction="mean"), frozenset({0, 99}), "again")
    watcher.verdicts.append(judged([Linear(6, 4, rng())], SoftmaxCrossEntropy(reduction="mean"), 4))
    assert watcher.gradients().status is Status.UNDECIDED
