import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.differences import central, complex_step
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
    loss = loss(reduction=reduction)
    exact = complex_step(lambda moved: loss.value(moved, target), prediction).value
    assert loss.gradient(prediction, target) == pytest.approx(exact, rel=1e-13, abs=1e-15)


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_the_sum_is_the_mean_times_the_number_of_samples(loss, prediction, target):
    assert loss(reduction="sum").value(prediction, target) == pytest.approx(
        3 * loss(reduction="mean").value(prediction, target)
    )


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_single_precision_is_kept(loss, prediction, target):
    prediction, target = prediction.astype(np.float32), target.astype(np.float32)
    assert loss(reduction="mean").value(prediction, target).dtype == np.float32
    assert loss(reduction="mean").gradient(prediction, target).dtype == np.float32


@pytest.mark.parametrize("loss", [BinaryCrossEntropy, BinaryCrossEntropyWithLogits, SquaredError])
def test_a_column_is_not_silently_broadcast_against_a_row(loss):
    for use in (loss(reduction="mean").value, loss(reduction="mean").gradient):
        with pytest.raises(ValueError, match=r"one shape \(B, \.\.\.\), not \(3, 1\) and \(3,\)"):
            use(np.full((3, 1), 0.5), np.ones(3))


def test_both_cross_entropies_agree_through_the_sigmoid():
    z = np.array([[-3.0], [0.5], [2.0]])
    by_logit = BinaryCrossEntropyWithLogits(reduction="mean").value(z, LABELS)
    assert BinaryCrossEntropy(reduction="mean").value(1 / (1 + np.exp(-z)), LABELS) == pytest.approx(
        by_logit, rel=1e-14
    )


def test_each_loss_decides_in_its_own_way():
    column = np.array([[-0.2], [0.4], [1.7]])
    assert BinaryCrossEntropy(reduction="mean").decide(column).tolist() == [0, 0, 1]
    assert BinaryCrossEntropyWithLogits(reduction="mean").decide(column).tolist() == [0, 1, 1]
    assert SquaredError(reduction="mean").decide(column).tolist() == [0, 0, 2]
    assert SquaredError(reduction="mean").decide(np.eye(3)).tolist() == [0, 1, 2]
    assert BinaryCrossEntropyWithLogits(reduction="mean").accuracy(column, LABELS) == 1
    assert SoftmaxCrossEntropy(reduction="mean").accuracy(np.eye(3), np.eye(3)[[0, 1, 1]]) == pytest.approx(2 / 3)


def test_two_classes_are_decided_from_one_output_only():
    with pytest.raises(ValueError, match="one output a sample"):
        BinaryCrossEntropy(reduction="mean").decide(np.ones((2, 2)))


def test_an_unknown_reduction_is_refused():
    with pytest.raises(ValueError, match="'mean' or 'sum', not 'none'"):
        SquaredError(reduction="none")


@pytest.mark.parametrize("loss", [BinaryCrossEntropy, BinaryCrossEntropyWithLogits, SoftmaxCrossEntropy, SquaredError])
def test_mean_or_sum_must_be_said_by_name(loss):
    with pytest.raises(TypeError, match="reduction"):
        loss()
    with pytest.raises(TypeError):
        loss("mean")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_value_gradient_and_classes_together_are_what_they_are_alone(loss, prediction, target, reduction):
    made = loss(reduction=reduction)
    value, gradient, _ = made.judge(prediction, target)
    assert value == made.value(prediction, target)
    assert np.array_equal(gradient, made.gradient(prediction, target))


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_the_target_takes_the_type_of_the_prediction(loss, prediction, target):
    made = loss(reduction="mean")
    for wide in (target, target.astype(np.int64)):
        value, gradient, _ = made.judge(prediction.astype(np.float32), wide)
        assert (value.dtype, gradient.dtype) == (np.float32, np.float32)


@pytest.mark.parametrize(("loss", "prediction", "target"), CASES)
def test_neither_argument_is_changed_in_any_memory_layout(loss, prediction, target):
    made = loss(reduction="sum")
    for order in ("C", "F"):
        one, other = np.array(prediction, order=order), np.array(target, order=order)
        value, gradient, _ = made.judge(one, other)
        assert value == pytest.approx(made.value(prediction, target), rel=1e-15)
        assert gradient == pytest.approx(made.gradient(prediction, target), rel=1e-15)
        assert np.array_equal(one, prediction)
        assert np.array_equal(other, target)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_eight_hundred_are_neither_lost_nor_infinite(dtype):
    z = np.array([[800.0], [-800.0], [800.0], [-800.0]], dtype)
    y = np.array([[1.0], [0.0], [0.0], [1.0]], dtype)
    value, gradient, _ = BinaryCrossEntropyWithLogits(reduction="sum").judge(z, y)
    assert value == 1600
    assert gradient[:, 0].tolist() == [0, 0, 1, -1]
    Z = np.array([[800.0, -800.0, 0.0], [800.0, 800.0, -800.0]], dtype)
    value, gradient, _ = SoftmaxCrossEntropy(reduction="sum").judge(Z, np.eye(3, dtype=dtype)[[1, 0]])
    assert value == pytest.approx(1600 + np.log(2))
    assert gradient.tolist() == [[1, -1, 0], [-0.5, 0.5, 0]]


def test_a_certain_probability_costs_nothing_where_it_is_right_and_infinity_where_it_is_wrong():
    loss = BinaryCrossEntropy(reduction="sum")
    assert loss.value(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 0
    assert loss.value(np.array([0.0]), np.array([1.0])) == np.inf


def test_the_gradient_keeps_its_digits_beside_a_confident_right_answer():
    z = 60.0
    gradient = SoftmaxCrossEntropy(reduction="sum").gradient(np.array([[z, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]))
    rest = 2 * np.exp(-z)
    assert gradient[0].tolist() == pytest.approx(
        [-rest / (1 + rest), rest / 2 / (1 + rest), rest / 2 / (1 + rest)], rel=1e-15
    )


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_softmax_cross_entropy_of_any_shape_agrees_with_central_differences(B, K, seed):
    rng = np.random.default_rng(seed)
    Z, Y = rng.uniform(-3, 3, (B, K)), rng.dirichlet(np.ones(K), size=B)
    loss = SoftmaxCrossEntropy(reduction="mean")
    found = central(lambda moved: loss.value(moved, Y), Z)
    assert loss.gradient(Z, Y) == pytest.approx(found.value, abs=1e-8)
    assert loss.gradient(Z, Y).sum(axis=1) == pytest.approx(0, abs=1e-14)


def test_a_softmax_loss_with_a_gradient_of_its_own_is_judged_by_it():
    class Wrong(SoftmaxCrossEntropy):
        def gradient(self, prediction, target):
            return -super().gradient(prediction, target)

    Z, Y = np.random.default_rng(0).standard_normal((3, 4)), np.eye(4)[:3]
    right = SoftmaxCrossEntropy(reduction="mean")
    assert np.array_equal(Wrong(reduction="mean").judge(Z, Y)[1], -right.gradient(Z, Y))
    patched = SoftmaxCrossEntropy(reduction="mean")
    patched.gradient = lambda prediction, target: prediction
    assert np.array_equal(patched.judge(Z, Y)[1], Z)
