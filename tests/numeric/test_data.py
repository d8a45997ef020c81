import numpy as np
import pytest

from numeric.data.digits import one_hot, ten_classes, two_halves
from numeric.data.squares import squares


def test_the_digits_are_split_as_in_document_000():
    data = ten_classes()
    assert (data.train_x.shape, data.train_y.shape) == ((1437, 64), (1437, 10))
    assert (data.test_x.shape, data.test_y.shape) == ((360, 64), (360, 10))
    assert (data.train_x.min(), data.train_x.max()) == (0, 1)
    assert np.array_equal(data.test_y.argmax(axis=1), data.test_labels)
    assert data.test_labels[:5].tolist() == [6, 9, 3, 7, 2]


def test_the_halves_are_split_as_in_document_002_with_label_one_for_five_to_nine():
    data = two_halves()
    assert (data.train_x.shape, data.test_x.shape) == ((898, 64), (899, 64))
    assert np.array_equal(data.train_y[:, 0] == 1, data.train_labels >= 5)
    pixels = np.concatenate([data.train_x, data.test_x])
    assert (pixels.mean(), pixels.std()) == pytest.approx((0, 1), abs=1e-12)


def test_labels_outside_the_classes_are_refused():
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.2, not in 0\.\.3"):
        one_hot(np.array([0, 3]), 3)


def test_squares_lie_at_all_sixteen_places_and_only_in_their_class():
    data = squares(2000, np.random.default_rng(0), value=9.0)
    bright = data.images == 9.0
    assert np.array_equal(bright.sum(axis=(1, 2)), 9 * data.labels)
    places = {tuple(np.argwhere(image)[0]) for image in bright[data.labels == 1]}
    assert places == {(row, column) for row in range(4) for column in range(4)}
    for image in bright[data.labels == 1][:50]:
        row, column = np.argwhere(image)[0]
        assert image[row : row + 3, column : column + 3].all()


def test_noise_fills_its_interval():
    data = squares(500, np.random.default_rng(1), low=0.0, high=0.5, value=1.0)
    noise = data.images[data.labels == 0]
    assert 0 <= noise.min() < 0.01
    assert 0.49 < noise.max() < 0.5
    assert data.labels.mean() == pytest.approx(0.5, abs=0.07)


def test_the_same_seed_draws_the_same_squares():
    first, second = (squares(20, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first.images, second.images)
    assert np.array_equal(first.labels, second.labels)


def test_noise_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="low not above high"):
        squares(1, np.random.default_rng(0), low=1.0, high=0.0)
