import numpy as np
import pytest

from numeric.differences import complex_step
from numeric.losses import BinaryCrossEntropy, BinaryCrossEntropyWithLogits, SoftmaxCrossEntropy, SquaredError

RNG = np.random.default_rng(0)
LABELS = np.array([[0.0], [1.0], [1.0]])
CASES = [
    (BinaryCrossEntropy, RNG.uniform(0.1, 0.9, (3, 1)), LABELS),
    (BinaryCrossEntropyWithLogits, RNG.standard_normal((3, 1)), LABELS),
    (SoftmaxCrossEntropy, RNG.standard_normal((3, 4)), np.eye(4)[[2, 0, 3]]),
    (SquaredError, RNG.standard_normal((3, 2)), RNG.standard_normal((3, 2))),
]


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_every_gradient_agrees_with_the_complex_step(loss, prediction, target, reduction):
    loss = loss(reduction)
    exact = complex_step(lambda moved: loss.value(moved, target), prediction).value
    assert loss.gradient(prediction, target) == pytest.approx(exact, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_the_sum_is_the_mean_times_the_number_of_samples(loss, prediction, target):
    assert loss("sum").value(prediction, target) == pytest.approx(3 * loss("mean").value(prediction, target))


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_single_precision_is_kept(loss, prediction, target):
    prediction, target = prediction.astype(np.float32), target.astype(np.float32)
    assert loss().value(prediction, target).dtype == np.float32
    assert loss().gradient(prediction, target).dtype == np.float32


@pytest.mark.parametrize("loss", [BinaryCrossEntropy, BinaryCrossEntropyWithLogits, SquaredError])
def test_a_column_is_not_silently_broadcast_against_a_row(loss):
    for use in (loss().value, loss().gradient):
        with pytest.raises(ValueError, match=r"one shape \(B, \.\.\.\), not \(3, 1\) and \(3,\)"):
            use(np.full((3, 1), 0.5), np.ones(3))


def test_both_cross_entropies_agree_through_the_sigmoid():
    z = np.array([[-3.0], [0.5], [2.0]])
    by_logit = BinaryCrossEntropyWithLogits().value(z, LABELS)
    assert BinaryCrossEntropy().value(1 / (1 + np.exp(-z)), LABELS) == pytest.approx(by_logit, rel=1e-14)


def test_each_loss_decides_in_its_own_way():
    column = np.array([[-0.2], [0.4], [1.7]])
    assert BinaryCrossEntropy().decide(column).tolist() == [0, 0, 1]
    assert BinaryCrossEntropyWithLogits().decide(column).tolist() == [0, 1, 1]
    assert SquaredError().decide(column).tolist() == [0, 0, 2]
    assert SquaredError().decide(np.eye(3)).tolist() == [0, 1, 2]
    assert BinaryCrossEntropyWithLogits().accuracy(column, LABELS) == 1
    assert SoftmaxCrossEntropy().accuracy(np.eye(3), np.eye(3)[[0, 1, 1]]) == pytest.approx(2 / 3)


def test_two_classes_are_decided_from_one_output_only():
    with pytest.raises(ValueError, match="one output a sample"):
        BinaryCrossEntropy().decide(np.ones((2, 2)))


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match="'mean' or 'sum', not 'none'"):
        SquaredError("none")
