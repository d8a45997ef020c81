"""Extrapolated differences, steps by order, and the Taylor test."""

import numpy as np
import pytest

from numeric.differences import central, richardson, step_at, taylor_test

EPS = np.finfo(np.float64).eps


@pytest.mark.parametrize("order", [1, 2, 4, 8])
def test_a_step_follows_the_order_and_is_what_the_machine_adds(order):
    x = np.array([0.0, 1.0, -300.0])
    step = step_at(x, 0.5, order=order)
    assert np.array_equal((x + step) - x, step)
    assert step == pytest.approx(EPS ** (1 / (order + 1)) * np.array([0.5, 1.0, 300.0]), rel=1e-4)


def test_an_order_must_be_positive():
    with pytest.raises(ValueError, match="order must be positive"):
        step_at(np.float64(1.0), order=0)


@pytest.mark.parametrize("x", [-3.0, 0.3, 2.0, 40.0])
@pytest.mark.parametrize(
    ("f", "derivative"), [(np.sin, np.cos), (np.exp, np.exp), (np.arctan, lambda x: 1 / (1 + x * x))]
)
def test_extrapolation_gains_digits_over_central_differences_and_states_its_error(f, derivative, x):
    found = richardson(f, x)
    error = abs(float(found.value) - derivative(x))
    assert error <= 3 * float(found.error)
    assert error <= 1e-11 * max(abs(derivative(x)), abs(f(x)))
    assert float(found.error) <= 0.1 * float(central(f, x).error) + 1e-12 * abs(f(x))


def test_extrapolation_takes_arrays_and_chosen_elements():
    x = np.linspace(0.5, 2.0, 6).reshape(2, 3)
    assert richardson(lambda v: np.sum(v**3), x).value == pytest.approx(3 * x**2, rel=1e-11)
    assert richardson(lambda v: np.sum(v**3), x, at=[(1, 2)]).value == pytest.approx([12.0], rel=1e-11)


def test_extrapolation_says_so_where_the_function_is_not_defined():
    assert richardson(lambda v: np.sum(np.log(v)) if np.all(v > 0) else np.nan, np.array([1e-9])).error == np.inf


def test_extrapolation_refuses_a_function_of_many_values_and_a_scale_of_zero():
    with pytest.raises(ValueError, match="must return one number"):
        richardson(lambda v: v, np.zeros(2))
    with pytest.raises(ValueError, match="scale must be positive"):
        richardson(np.sum, np.ones(2), scale=0.0)


def quartic(x):
    return np.sum(x**4) + np.sum(np.sin(x))


def test_the_remainder_of_a_right_gradient_is_of_order_two_and_of_a_wrong_one_of_order_one():
    rng = np.random.default_rng(1)
    x, v = rng.standard_normal((2, 7))
    right = 4 * x**3 + np.cos(x)
    assert taylor_test(quartic, x, right, v).order == pytest.approx(2, abs=0.05)
    assert taylor_test(quartic, x, 1.01 * right, v).order == pytest.approx(1, abs=0.1)


def test_a_linear_function_leaves_no_remainder_to_tell_an_order_from():
    x = np.linspace(1, 2, 5)
    found = taylor_test(np.sum, x, np.ones(5), np.ones(5))
    assert np.isnan(found.order)
    assert np.all(found.remainders <= found.noise)


@pytest.mark.parametrize(("gradient", "message"), [(np.ones(3), "gradient must have the shape"), (np.ones(2), None)])
def test_shapes_must_fit_for_a_taylor_test(gradient, message):
    if message:
        with pytest.raises(ValueError, match=message):
            taylor_test(np.sum, np.ones(2), gradient, np.ones(2))
    with pytest.raises(ValueError, match="non-zero and of the shape"):
        taylor_test(np.sum, np.ones(2), np.ones(2), np.zeros(2))
