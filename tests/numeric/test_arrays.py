import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.arrays import column_sums, floating, move, row_sums


@pytest.mark.parametrize("size", [0, 1, 7, 5000])
@pytest.mark.parametrize(
    ("dtype", "other"), [(np.float64, np.float64), (np.float32, np.float32), (np.float32, np.float64)]
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_parameter_moves_in_place_whatever_its_size_type_and_order(size, dtype, other, order):
    rng = np.random.default_rng(0)
    parameter = np.array(rng.standard_normal((size, 2)), dtype, order=order)
    direction = rng.standard_normal((2, size)).astype(other).T
    wanted, same = parameter - 0.3 * direction, parameter
    before = direction.copy()
    move(parameter, 0.3, direction)
    assert parameter is same
    assert parameter.dtype == dtype
    assert parameter == pytest.approx(wanted, rel=1e-6 if dtype == np.float32 else 1e-14, abs=1e-7)
    assert np.array_equal(direction, before)


def test_a_part_of_an_array_moves_alone():
    whole = np.zeros((2, 40))
    move(whole[:, ::2], 1.0, np.ones((2, 20)))
    assert whole[:, ::2].tolist() == [[-1] * 20] * 2
    assert not whole[:, 1::2].any()


def test_a_direction_of_another_shape_is_refused_even_if_it_is_as_large():
    with pytest.raises(ValueError, match=r"shape \(2, 3\) does not fit a parameter of \(3, 2\)"):
        move(np.zeros((3, 2)), 1.0, np.ones((2, 3)))


@given(st.integers(0, 5), st.integers(0, 5), st.sampled_from([np.float32, np.float64, np.complex128]))
def test_sums_of_rows_and_columns_are_those_of_numpy(rows, columns, dtype):
    values = np.random.default_rng(0).standard_normal((rows, columns)).astype(dtype)
    for found, wanted in ((row_sums(values), values.sum(axis=1)), (column_sums(values), values.sum(axis=0))):
        assert found.dtype == dtype
        assert found == pytest.approx(wanted, rel=1e-5, abs=1e-6)
        assert found.flags.writeable


def test_arrays_of_one_type_come_back_as_they_are_and_mixed_ones_in_the_wider_type():
    a, b = np.ones(2, np.float32), np.ones(3, np.float32)
    assert floating(a, b)[0] is a
    assert [part.dtype for part in floating(a, np.ones(2))] == [np.float64, np.float64]
    assert [part.dtype for part in floating(a, [1, 2], 0.5)] == [np.float32] * 3
    assert floating(np.arange(3))[0].dtype == np.float64
