import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric.differences import (
    central,
    central_elementwise,
    complex_step,
    complex_step_elementwise,
    directional,
    directional_complex_step,
    step_at,
    step_size_sweep,
)
from numeric.functions.activations import sigmoid, sigmoid_dx

EPS = np.finfo(np.float64).eps


@given(st.floats(-1e12, 1e12), st.floats(1e-3, 1e3))
@settings(deadline=None)
def test_the_step_is_what_the_machine_really_adds_and_follows_the_scale(x, scale):
    step = step_at(np.float64(x), scale)
    assert (x + step) - x == step
    assert step == pytest.approx(EPS ** (1 / 3) * max(abs(x), scale), rel=1e-4)


def test_the_gradient_of_a_quadratic_form_is_found_in_any_shape():
    x = np.arange(6.0).reshape(2, 3) - 2.5
    for method in (central, complex_step):
        found = method(lambda v: np.sum(v**2 * np.arange(6).reshape(2, 3)), x)
        assert found.value.shape == found.error.shape == found.steps.shape == (2, 3)
        assert found.value == pytest.approx(2 * x * np.arange(6).reshape(2, 3), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("x", [-30.0, -3.0, 0.1, 2.0, 30.0])
@pytest.mark.parametrize(
    ("f", "derivative"),
    [(np.sin, np.cos), (np.exp, np.exp), (sigmoid, sigmoid_dx), (lambda x: x**3, lambda x: 3 * x**2)],
)
def test_the_stated_error_is_honest(f, derivative, x):
    for found in (central(f, x), central_elementwise(f, x)):
        assert abs(found.value - derivative(x)) <= 3 * found.error
    assert abs(complex_step(f, x).value - derivative(x)) <= 4 * EPS * abs(derivative(x))


def test_central_differences_stay_accurate_at_a_large_scale():
    found = central(lambda x: x**2, 1e8)
    assert found.value == pytest.approx(2e8, rel=1e-9)


def test_the_error_grows_visibly_at_a_kink():
    for x in (0.0, 1e-7, -3e-6, 5e-6):
        found = central(np.abs, x)
        assert found.error >= 0.9 * abs(found.value - (np.sign(x) or 1)) > 0.05
    assert central(np.abs, 1e-4).error < 1e-9


def test_only_the_chosen_elements_are_computed():
    x, calls = np.arange(4.0), []

    def f(v):
        calls.append(1)
        return np.sum(v**2)

    assert central(f, x, at=[(3,), (1,)]).value == pytest.approx([6, 2])
    assert len(calls) == 9
    assert complex_step(f, x, at=[(3,), (1,)]).value.tolist() == [6, 2]


def test_directional_derivatives_are_the_gradient_times_the_direction():
    rng = np.random.default_rng(5)
    x, direction = rng.standard_normal((2, 3, 4))

    def f(v):
        return np.sum(np.sin(v) * v)

    wanted = np.sum((np.cos(x) * x + np.sin(x)) * direction)
    found = directional(f, x, direction)
    assert abs(found.value - wanted) <= 3 * found.error
    assert directional_complex_step(f, x, direction).value == pytest.approx(wanted, rel=1e-14)


def test_elementwise_variants_agree_with_the_gradient_of_the_sum():
    x = np.linspace(-3, 3, 7)
    assert central_elementwise(np.tanh, x).value == pytest.approx(
        central(lambda v: np.tanh(v).sum(), x).value, rel=1e-9
    )
    assert complex_step_elementwise(np.tanh, x).value == pytest.approx(1 - np.tanh(x) ** 2, rel=1e-14)


def test_a_wrong_derivative_is_outside_the_stated_error():
    # The old fixed tolerance of 1e-6 let a wrong derivative of the sigmoid pass at 26 of 64 points.
    x = np.linspace(-30, 30, 64)
    found = complex_step_elementwise(sigmoid, x)
    wrong = sigmoid(x) * (1 + sigmoid(-x))
    assert np.all(np.abs(found.value - wrong) > 100 * found.error)


def test_single_precision_in_gives_single_precision_out():
    x = np.linspace(-1, 1, 5, dtype=np.float32)
    for found in (
        central(lambda v: np.sum(v * v), x),
        complex_step(lambda v: np.sum(v * v), x),
        central_elementwise(np.sin, x),
        complex_step_elementwise(np.sin, x),
        directional(lambda v: np.sum(v * v), x, x),
    ):
        assert found.value.dtype == found.error.dtype == np.float32
    assert central(lambda v: np.sum(v * v), x).value == pytest.approx(2 * x, abs=1e-3)


def test_a_function_that_writes_into_its_argument_does_no_harm():
    x = np.arange(3.0)

    def careless(v):
        v *= 2
        return np.sum(v**2)

    assert central(careless, x).value == pytest.approx(8 * np.arange(3.0))
    assert complex_step(careless, x).value.tolist() == [0, 8, 16]
    assert x.tolist() == [0, 1, 2]


def test_a_function_of_many_values_is_refused():
    for method in (central, complex_step):
        with pytest.raises(ValueError, match=r"must return one number, not an array of shape \(2,\)"):
            method(lambda v: v, np.zeros(2))


def test_a_function_that_drops_the_imaginary_part_is_refused():
    with pytest.raises(TypeError, match="does not carry the imaginary step"):
        complex_step(lambda v: np.sum(v.real), np.ones(2))
    with pytest.raises(TypeError, match="does not carry the imaginary step"):
        complex_step_elementwise(np.abs, np.ones(2))


def test_a_function_that_changes_the_shape_is_not_elementwise():
    with pytest.raises(ValueError, match=r"shape \(2,\) became \(\)"):
        central_elementwise(np.sum, np.ones(2))


@pytest.mark.parametrize("direction", [np.zeros(2), np.ones(3)])
def test_a_direction_must_fit_and_lead_somewhere(direction):
    with pytest.raises(ValueError, match="non-zero and of the shape"):
        directional(np.sum, np.ones(2), direction)


def test_a_scale_must_be_positive():
    with pytest.raises(ValueError, match="scale must be positive"):
        central(np.sum, np.ones(2), scale=0.0)


def test_the_sweep_shows_where_each_method_is_best():
    exponents = np.arange(-20, 0)
    sweep = step_size_sweep(np.exp, 1.0, np.exp(1.0), exponents)
    assert exponents[np.argmin(sweep.forward)] in range(-9, -6)
    assert exponents[np.argmin(sweep.central)] in range(-7, -3)
    assert sweep.forward[0] == sweep.central[0] == 1  # a step that is rounded away
    assert np.max(sweep.complex_step[:12]) < 4 * EPS
    assert np.min(sweep.central) < np.min(sweep.forward) / 100


def test_a_sweep_needs_a_derivative_that_is_not_zero():
    with pytest.raises(ValueError, match="the derivative is zero"):
        step_size_sweep(np.cos, 0.0, 0.0, [-5])
