import numpy as np
import pytest

from numeric.descent import descend
from numeric.functions.landscapes import bowl, bowl_dx, bowl_dy, wave, wave_dx, wave_dy


def test_one_step_is_the_gradient_times_the_learning_rate():
    path = descend(bowl, bowl_dx, bowl_dy, (2.5, 1.5), learning_rate=0.1, steps=1)
    assert path.points == pytest.approx(np.array([[2.5, 1.5], [2.5 - 0.9, 1.5 - 0.3]]))
    assert path.values == pytest.approx([bowl(2.5, 1.5), bowl(1.6, 1.2)])


def test_both_coordinates_move_at_once():
    path = descend(wave, wave_dx, wave_dy, (3, 2), learning_rate=0.1, steps=1)
    assert path.points[1] == pytest.approx([3 - 0.1 * float(wave_dx(3, 2)), 2 - 0.1 * float(wave_dy(3, 2))])


def test_the_step_size_decays_from_the_first_step_on():
    # The condition of document 002 for a schedule.
    x = descend(wave, wave_dx, wave_dy, (0.123, 0.456), learning_rate=0.01, steps=2, decay=0.1).points[:, 0]
    assert abs(x[1] - x[0]) > 5 * abs(x[2] - x[1])


def test_ascending_is_descending_on_the_negative():
    up = descend(bowl, bowl_dx, bowl_dy, (1, 1), learning_rate=0.1, steps=5, ascend=True)
    down = descend(bowl, bowl_dx, bowl_dy, (1, 1), learning_rate=-0.1, steps=5)
    assert np.array_equal(up.points, down.points)


def test_a_walk_that_leaves_the_map_ends_at_its_last_point_on_it():
    path = descend(bowl, bowl_dx, bowl_dy, (2, 1), learning_rate=1.0, steps=10_000, limit=100.0)
    assert path.diverged
    assert np.abs(path.points).max() <= 100
    assert len(path.points) == len(path.values) < 10


def test_no_step_leaves_the_start():
    path = descend(bowl, bowl_dx, bowl_dy, (2, 1), learning_rate=0.1, steps=0)
    assert (path.points.tolist(), path.diverged) == ([[2, 1]], False)


def test_a_negative_number_of_steps_is_refused():
    with pytest.raises(ValueError, match="must not be negative, not -1"):
        descend(bowl, bowl_dx, bowl_dy, (2, 1), learning_rate=0.1, steps=-1)
