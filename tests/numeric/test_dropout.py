import numpy as np
import pytest

from numeric.layers import Dropout, Linear
from numeric.losses import SquaredError
from numeric.net import Net
from numeric.optimisers import GradientDescent, Momentum


def test_a_mask_holds_zeros_and_the_reciprocal_of_what_is_kept():
    mask = Dropout(0.2, seed=0).mask((200, 100))
    assert set(np.unique(mask)) == {0.0, 1 / 0.8}
    assert (mask == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert mask.mean() == pytest.approx(1, abs=0.01)


def test_both_passes_of_an_update_see_one_mask_and_the_next_update_another():
    layer, x = Dropout(0.5, seed=1), np.ones((8, 8))
    y = layer.forward(x)
    assert np.array_equal(layer.forward(x), y)
    assert np.array_equal(layer.backward(x, np.ones_like(x)), y)
    layer.step(0.1)
    assert not np.array_equal(layer.forward(x), y)


@pytest.mark.parametrize("optimiser", [GradientDescent(0.1), Momentum(0.1)])
def test_every_optimiser_goes_on_to_the_next_mask(optimiser):
    net, x = Net([Dropout(0.5, seed=1), Linear(6, 1, np.random.default_rng(0))]), np.ones((4, 6))
    prediction, trace = net.forward(x)
    net.backward(trace, SquaredError(reduction="mean").gradient(prediction, np.zeros((4, 1))))
    before = net.layers[0].forward(x)
    optimiser.update(net)
    assert not np.array_equal(net.layers[0].forward(x), before)


def test_two_layers_with_different_seeds_drop_different_entries_and_with_one_seed_the_same():
    x = np.ones((20, 20))
    first, same, other = (Dropout(0.5, seed=seed).forward(x) for seed in (4, 4, 5))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_in_evaluation_and_without_dropping_nothing_changes():
    x = np.random.default_rng(0).standard_normal((5, 4))
    assert np.array_equal(Dropout(0.0, seed=0).forward(x), x)
    layer = Dropout(0.9, seed=0)
    layer.training = False
    assert np.array_equal(layer.forward(x), x)
    assert np.array_equal(layer.backward(x, x), x)
    assert layer.mask((2, 2)).tolist() == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Dropout(1.0, seed=0), r"must lie in \[0, 1\), not 1.0"),
        (lambda: Dropout(-0.1, seed=0), r"must lie in \[0, 1\)"),
        (lambda: Dropout(float("nan"), seed=0), r"must lie in \[0, 1\)"),
        (lambda: Dropout(0.5, seed=-1), "the seed must not be negative, not -1"),
        (lambda: Dropout(0.5, seed=0).backward(np.ones((2, 2)), np.ones(2)), r"dy must be \(2, 2\)"),
    ],
)
def test_what_does_not_fit_is_said_in_words(make, message):
    with pytest.raises(ValueError, match=message):
        make()
