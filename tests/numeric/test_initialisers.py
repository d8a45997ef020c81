import numpy as np
import pytest

from numeric.initialisers import glorot_uniform, he_uniform, unit_uniform, xavier_uniform, zeros


@pytest.mark.parametrize(
    ("initialiser", "bound"),
    [(xavier_uniform, np.sqrt(3 / 300)), (glorot_uniform, np.sqrt(6 / 500)), (he_uniform, np.sqrt(6 / 300))],
)
def test_weights_fill_the_interval_and_have_the_variance_of_the_uniform_density(initialiser, bound):
    W = initialiser((300, 200), 300, 200, np.random.default_rng(0))
    assert W.shape == (300, 200)
    assert 0.999 * bound < np.abs(W).max() <= bound
    assert W.var() == pytest.approx(bound**2 / 3, rel=0.02)


def test_xavier_keeps_the_variance_one_through_a_linear_layer():
    rng = np.random.default_rng(1)
    x = rng.uniform(-np.sqrt(3), np.sqrt(3), (100, 1000))
    assert (x @ xavier_uniform((1000, 1000), 1000, 1000, rng)).std() == pytest.approx(1, rel=0.02)


def test_unit_weights_are_positive_and_zeros_are_zero():
    rng = np.random.default_rng(0)
    W = unit_uniform((50,), 1, 1, rng)
    assert 0 <= W.min() < W.max() < 1
    assert zeros((2, 2), 1, 1, rng).tolist() == [[0, 0], [0, 0]]


def test_the_same_seed_draws_the_same_weights():
    first, second = (glorot_uniform((3, 3), 3, 3, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_layer_without_units_is_refused():
    with pytest.raises(ValueError, match="at least one unit, not 0"):
        xavier_uniform((0, 3), 0, 3, np.random.default_rng(0))
