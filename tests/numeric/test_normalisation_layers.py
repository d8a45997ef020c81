import copy

import numpy as np
import pytest

from numeric.layers import BatchNorm, LayerNorm, Linear
from numeric.losses import SquaredError
from numeric.net import Net
from numeric.optimisers import Adam, GradientDescent


def _batch(seed=0, shape=(6, 3)):
    return 2 + 3 * np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("shape", [(64, 3), (16, 3, 2, 5)])
def test_in_training_every_feature_leaves_with_mean_zero_and_variance_one(shape):
    y = BatchNorm(3, eps=1e-12).forward(_batch(shape=shape))
    axes = (0, 2, 3)[: 1 if len(shape) == 2 else 3]
    assert y.mean(axis=axes) == pytest.approx(0, abs=1e-12)
    assert y.var(axis=axes) == pytest.approx(1, rel=1e-10)


def test_in_training_a_sample_depends_on_the_others_and_in_evaluation_it_does_not():
    layer, x = BatchNorm(3), _batch()
    other = x.copy()
    other[1:] += 1
    assert not np.allclose(layer.forward(x)[0], layer.forward(other)[0])
    layer.training = False
    assert np.array_equal(layer.forward(x)[0], layer.forward(other)[0])


def test_running_statistics_move_once_for_each_update_and_not_with_the_passes():
    layer, x = BatchNorm(3, momentum=0.25), _batch()
    for _ in range(3):
        layer.backward(x, np.ones_like(layer.forward(x)))
    assert layer.running_mean.tolist() == [0, 0, 0]
    layer.step(0.0)
    assert layer.running_mean == pytest.approx(0.25 * x.mean(axis=0))
    assert layer.running_var == pytest.approx(0.75 + 0.25 * x.var(axis=0, ddof=1))
    moved = layer.running_mean.copy()
    layer.advance()  # no batch was seen since
    assert np.array_equal(layer.running_mean, moved)


def test_evaluation_leaves_the_running_statistics_alone():
    layer, x = BatchNorm(3), _batch()
    layer.training = False
    layer.backward(x, np.ones_like(layer.forward(x)))
    layer.step(0.1)
    assert layer.running_mean.tolist() == [0, 0, 0]
    assert layer.running_var.tolist() == [1, 1, 1]


@pytest.mark.parametrize("optimiser", [GradientDescent(0.1), Adam(0.1)])
def test_every_optimiser_moves_the_running_statistics(optimiser):
    rng = np.random.default_rng(0)
    net, x = Net([Linear(3, 2, rng), BatchNorm(2)]), _batch()
    loss, y = SquaredError(reduction="mean"), np.zeros((6, 2))
    prediction, trace = net.forward(x)
    net.backward(trace, loss.gradient(prediction, y))
    inner = net.layers[0].forward(x)
    optimiser.update(net)
    assert net.layers[1].running_mean == pytest.approx(0.1 * inner.mean(axis=0))


def test_a_long_training_on_one_batch_makes_both_modes_agree():
    layer, x = BatchNorm(3, eps=1e-9, momentum=0.5), _batch()
    for _ in range(60):
        layer.backward(x, np.zeros_like(x))
        layer.step(0.0)
    trained = layer.forward(x)
    layer.training = False
    assert layer.forward(x) * np.sqrt(6 / 5) == pytest.approx(trained, rel=1e-6)  # n − 1 for n


def test_one_sample_is_its_own_mean_and_sends_nothing_back():
    layer = BatchNorm(3)
    layer.beta += 7
    x = _batch(shape=(1, 3))
    assert layer.forward(x).tolist() == [[7, 7, 7]]
    assert layer.backward(x, np.ones((1, 3))).tolist() == [[0, 0, 0]]
    layer.step(0.0)
    assert np.isfinite(layer.running_var).all()


def test_layer_norm_takes_each_sample_by_itself_in_both_modes():
    layer, x = LayerNorm((3, 2)), _batch(shape=(4, 3, 2))
    alone = np.concatenate([layer.forward(sample[None]) for sample in x])
    assert layer.forward(x) == pytest.approx(alone, rel=1e-14)
    layer.training = False
    assert layer.forward(x) == pytest.approx(alone, rel=1e-14)


def test_a_checked_copy_of_a_layer_is_left_as_it_was():
    layer, x = BatchNorm(3), _batch()
    before = copy.deepcopy(vars(layer))
    layer.forward(x)
    assert all(np.array_equal(before[name], value) for name, value in vars(layer).items() if name != "_seen")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: BatchNorm(0), "at least one feature"),
        (lambda: LayerNorm(()), "at least one feature"),
        (lambda: BatchNorm(3, eps=0), "eps must be positive, not 0"),
        (lambda: LayerNorm(3, eps=float("nan")), "eps must be positive, not nan"),
        (lambda: BatchNorm(3, momentum=0), r"must lie in \(0, 1\], not 0"),
        (lambda: BatchNorm(3).forward(np.ones((2, 4))), r"BatchNorm 3 takes \(B, 3\) or \(B, 3, H, W\), not \(2, 4\)"),
        (lambda: BatchNorm(3).forward(np.ones((0, 3))), "BatchNorm 3 takes"),
        (lambda: BatchNorm(3).forward(np.ones((2, 3, 4))), "BatchNorm 3 takes"),
        (lambda: LayerNorm((2, 3)).forward(np.ones((2, 3))), r"LayerNorm 2x3 takes \(B, 2, 3\), not \(2, 3\)"),
        (lambda: LayerNorm(3).backward(np.ones((2, 3)), np.ones((2, 1))), r"LayerNorm 3: dy must be \(2, 3\)"),
    ],
)
def test_what_does_not_fit_is_said_in_words(make, message):
    with pytest.raises(ValueError, match=message):
        make()
