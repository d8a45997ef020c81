import inspect
import math
from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import twins
from numeric.functions.activations import identity, log_sigmoid, relu, relu_dx, sigmoid, sigmoid_dx, tanh, tanh_dx
from numeric.functions.convolution import conv_example, conv_example_dc, conv_example_dK, conv_example_dW
from numeric.functions.entropy import (
    bce_logit,
    bce_logit_dz,
    bce_prediction,
    bce_prediction_dy_hat,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_dZ,
)
from numeric.functions.landscapes import bowl, bowl_dx, bowl_dy, mountain, mountain_dx, wave, wave_dx, wave_dy
from numeric.functions.linear import linear_layer, linear_layer_db, linear_layer_dW, linear_layer_dX
from numeric.functions.neuron import neuron_sigmoid, neuron_sigmoid_dw
from numeric.functions.squared_error import squared_error, squared_error_dx

getcontext().prec = 60
EXTREMES = (-800.0, -40.0, -1e-8, 0.0, 1e-8, 40.0, 800.0)
PAIRS = [(name, variable) for name in twins.names() for variable in twins.twin(name).gradients]


def _sigmoid(x: float) -> Decimal:
    return 1 / (1 + (-Decimal(x)).exp())


def _ulps(found: float, exact: Decimal) -> float:
    nearest = float(exact)
    return abs(found - nearest) / math.ulp(nearest)


@pytest.mark.parametrize(("name", "variable"), PAIRS)
@pytest.mark.parametrize("seed", range(5))
def test_every_gradient_agrees_with_complex_step_and_central_differences(name, variable, seed, twin_discrepancies):
    by_complex_step, by_central = twin_discrepancies(name, variable, seed)
    assert by_complex_step <= 1
    assert by_central <= 1


@pytest.mark.parametrize(("name", "variable"), PAIRS)
def test_a_gradient_that_is_one_part_in_a_hundred_thousand_off_is_noticed(name, variable, twin_discrepancies):
    # A seed where the ReLU is alive and no gradient is zero.
    by_complex_step, by_central = max(
        twin_discrepancies(name, variable, seed, lambda gradient: gradient * (1 + 1e-5)) for seed in range(3)
    )
    assert by_complex_step > 1
    assert by_central > 1


@pytest.mark.parametrize("x", EXTREMES)
def test_sigmoid_and_its_derivative_are_right_to_the_last_digits_at_the_extremes(x):
    exact = _sigmoid(x)
    assert _ulps(sigmoid(x), exact) <= 2
    assert _ulps(sigmoid_dx(x), exact * _sigmoid(-x)) <= 3
    assert _ulps(log_sigmoid(x), exact.ln()) <= 2


@pytest.mark.parametrize("x", EXTREMES)
def test_tanh_and_its_derivative_are_right_to_the_last_digits_at_the_extremes(x):
    double = _sigmoid(2 * x)
    assert _ulps(tanh(x), 2 * double - 1) <= 2
    assert _ulps(tanh_dx(x), 4 * double * _sigmoid(-2 * x)) <= 4


@pytest.mark.parametrize("z", EXTREMES)
@pytest.mark.parametrize("y", [0, 1])
def test_cross_entropy_by_the_logit_keeps_its_digits_where_the_answer_is_right(y, z):
    assert _ulps(bce_logit(y, z), -_sigmoid(z if y else -z).ln()) <= 2
    assert _ulps(bce_logit_dz(y, z), _sigmoid(z) - y) <= 2


@pytest.mark.parametrize("z", EXTREMES)
@pytest.mark.parametrize("label", [0, 1])
def test_the_neuron_keeps_its_digits_at_the_extremes(z, label):
    error = _sigmoid(z) - label
    assert _ulps(neuron_sigmoid(1.0, z, 0.0, label), error * error) <= 4
    assert _ulps(neuron_sigmoid_dw(1.0, z, 0.0, label), 2 * error * _sigmoid(z) * _sigmoid(-z) * Decimal(z)) <= 6


def test_softmax_cross_entropy_is_right_for_large_logits():
    Z = [[1000.0, 1000.0, 0.0]]
    assert softmax(Z).tolist() == [[0.5, 0.5, 0.0]]
    assert _ulps(softmax_cross_entropy(Z, [[1, 0, 0]]), Decimal(2).ln()) <= 1
    assert softmax_cross_entropy_dZ(Z, [[0, 0, 1]]).tolist() == [[0.5, 0.5, -1.0]]


def test_softmax_cross_entropy_keeps_the_digits_of_a_tiny_loss():
    rest = 2 * (-Decimal(40)).exp()
    assert _ulps(softmax_cross_entropy([[40.0, 0.0, 0.0]], [[1, 0, 0]]), (1 + rest).ln()) <= 2
    assert _ulps(softmax_cross_entropy_dZ([[40.0, 0.0, 0.0]], [[1, 0, 0]])[0, 0], -rest / (1 + rest)) <= 2


def test_cross_entropy_of_a_certain_prediction_follows_zero_log_zero_is_zero():
    assert [float(bce_prediction(y, p)) for y, p in ((0, 0), (1, 1), (0, 1), (1, 0))] == [0, 0, math.inf, math.inf]
    assert [float(bce_prediction_dy_hat(y, p)) for y, p in ((0, 0), (1, 1), (0, 1), (1, 0))] == [
        1,
        -1,
        math.inf,
        -math.inf,
    ]


def test_a_certain_right_answer_costs_plus_zero():
    assert math.copysign(1, bce_prediction(0, 0.0)) == 1
    assert math.copysign(1, bce_logit(1, 800.0)) == 1


def test_the_kink_of_relu_has_derivative_zero_and_nan_is_passed_on():
    assert relu_dx([-1.0, 0.0, 2.0]).tolist() == [0, 0, 1]
    assert np.isnan(relu(np.nan))
    assert np.isnan(relu_dx(np.nan))


# Printed values of the course documents.


def test_activations_give_the_values_of_document_003():
    assert relu([-1, 0, 1]).tolist() == [0, 0, 1]
    assert identity([-1, 0, 1]).tolist() == [-1, 0, 1]


def test_a_single_neuron_gives_the_6_of_document_003():
    x, w = np.array([[-1.0, 0.0, 1.0]]), np.array([[1.0], [2.0], [3.0]])
    assert relu(linear_layer(x, w, [4.0])).tolist() == [[6]]


def test_the_affine_map_gives_the_3_of_document_003():
    assert linear_layer([[-1, 0, 0.5, 1, 1.5]], np.ones((5, 1)), [1.0]).tolist() == [[3]]


def test_two_layers_of_ones_give_the_1_6_11_of_document_003():
    hidden = relu(linear_layer([[-1.0], [0.0], [1.0]], np.ones((1, 5)), np.ones(5)))
    assert linear_layer(hidden, np.ones((5, 1)), [1.0]).tolist() == [[1], [6], [11]]


def test_the_jacobian_of_the_affine_map_is_that_of_document_003():
    W = np.array([[1, -2, -3], [-5, -6, 7]]).T  # there the weights stand in rows
    x = np.array([[-1.0, 0.0, 2.0]])
    jacobian = [linear_layer_dX(x, W, np.zeros(2), upstream[None])[0].tolist() for upstream in np.eye(2)]
    assert jacobian == [[1, -2, -3], [-5, -6, 7]]


def test_the_squared_error_gives_the_values_of_document_003():
    assert (squared_error([1], [2]), squared_error_dx([1], [2]).tolist()) == (1, [-2])
    assert (squared_error([-1, 0, 1], [1, 1, 2]), squared_error_dx([-1, 0, 1], [1, 1, 2]).tolist()) == (6, [-4, -2, -2])


def test_the_mountain_has_the_heights_of_document_000():
    assert (mountain(0, 0), mountain(10, 3), mountain_dx(10, 3)) == (3691, 4000, 0)


def test_the_bowl_has_its_minimum_at_one_zero():
    assert (bowl(1, 0), bowl_dx(1, 0), bowl_dy(1, 0)) == (4, 0, 0)


def test_the_wave_at_three_two_is_as_computed_by_hand():
    assert wave(3, 2) == pytest.approx(25 + math.cos(9), rel=1e-15)
    assert (wave_dx(0, 1), wave_dy(3, 2)) == (3, 7)


def test_the_2_3_1_network_gives_the_printed_outputs_of_document_000():
    draw = np.random.RandomState(0)
    W1, b1, W2, b2 = draw.randn(3, 2), 0.2 * draw.randn(3, 1), draw.randn(1, 3), 0.2 * draw.randn(1, 1)
    x = np.array([[1, -1], [0, 0], [1, 0], [0, 1], [1, 1]])
    output = linear_layer(relu(linear_layer(x, W1.T, b1[:, 0])), W2.T, b2[:, 0])
    assert np.round(output[:, 0], 4).tolist() == [4.8974, 0.2302, 3.7771, 0.713, 2.8429]


def test_the_dense_bias_of_the_convolutional_example_has_the_printed_gradient_of_document_004():
    # The two printed numbers agree to seven digits only; the scan is poor.
    assert float(bce_logit_dz(1, -4.352467795139205)) == pytest.approx(-0.9872885318022069, rel=2e-7)


# The convolutional example, by loops.


def _loops(X, y, K, c, W, d):
    losses = []
    for image, label in zip(X, y, strict=True):
        maps = [[float(np.sum(image[i : i + 3, j : j + 3] * K) + c) for j in range(4)] for i in range(4)]
        pooled = [
            [max(max(0.0, maps[2 * i + u][2 * j + v]) for u in (0, 1) for v in (0, 1)) for j in (0, 1)] for i in (0, 1)
        ]
        z = sum(W[i][j] * pooled[i][j] for i in (0, 1) for j in (0, 1)) + d
        p = 1 / (1 + math.exp(-z))
        losses.append(-(label * math.log(p) + (1 - label) * math.log(1 - p)))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("seed", range(5))
def test_the_convolutional_example_agrees_with_plain_loops(seed, points_of):
    arguments = points_of("conv_example", seed)
    assert conv_example(*arguments) == pytest.approx(_loops(*arguments), rel=1e-12)


def test_a_tie_in_the_pool_goes_to_the_first_winner_row_by_row():
    X = np.zeros((1, 6, 6))
    X[0, 0, 1] = X[0, 1, 0] = 5.0
    X[0, 0, 2] = 1.0  # only the patch of the first winner sees this pixel
    K = np.zeros((3, 3))
    K[0, 0] = 1.0  # the map is the upper left part of the image: (0, 1) and (1, 0) tie
    first_only = np.array([[1.0, 0.0], [0.0, 0.0]])
    gradient = conv_example_dK(X, [1], K, 0.0, first_only, 0.0)
    assert gradient.tolist() == (bce_logit_dz(1, 5.0) * X[0, 0:3, 1:4]).tolist()
    assert gradient.tolist() != (bce_logit_dz(1, 5.0) * X[0, 1:4, 0:3]).tolist()


def test_a_dead_map_moves_neither_kernel_nor_its_bias():
    X, y = np.ones((2, 6, 6)), [0, 1]
    arguments = (X, y, -np.ones((3, 3)), 0.0, np.ones((2, 2)), 0.3)
    assert not conv_example_dK(*arguments).any()
    assert conv_example_dc(*arguments) == 0
    assert not conv_example_dW(*arguments).any()


# Types and shapes.


def _upstream(twin, arguments):
    takes = inspect.signature(next(iter(twin.gradients.values()))).parameters
    return [np.ones_like(twin.function(*arguments))] if "G" in takes else []


@pytest.mark.parametrize("name", twins.names())
def test_single_precision_stays_single_and_double_stays_double(name, points_of):
    twin = twins.twin(name)
    for dtype in (np.float32, np.float64):
        arguments = [np.asarray(a) if a.dtype.kind == "i" else np.asarray(a, dtype) for a in points_of(name)]
        assert twin.function(*arguments).dtype == dtype
        upstream = _upstream(twin, arguments)
        assert {variable: g(*arguments, *upstream).dtype for variable, g in twin.gradients.items()} == dict.fromkeys(
            twin.gradients, dtype
        )


@pytest.mark.parametrize("name", twins.names())
def test_arguments_are_left_as_they_were(name, points_of):
    twin, arguments = twins.twin(name), points_of(name)
    before = [argument.copy() for argument in arguments]
    twin.function(*arguments)
    upstream = _upstream(twin, arguments)
    for gradient in twin.gradients.values():
        gradient(*arguments, *upstream)
    assert all(np.array_equal(a, b) for a, b in zip(arguments, before, strict=True))


@given(shape=st.lists(st.integers(0, 4), max_size=3).map(tuple))
@settings(max_examples=30, deadline=None)
def test_elementwise_functions_and_gradients_keep_any_shape(shape):
    x = np.linspace(-3, 3, int(np.prod(shape))).reshape(shape)
    for function in (sigmoid, sigmoid_dx, relu, relu_dx, identity, tanh, tanh_dx):
        assert np.shape(function(x)) == shape
    for two in (wave, wave_dx, wave_dy, bowl, bowl_dx, bowl_dy, bce_logit, bce_logit_dz):
        assert np.shape(two(0.5, x)) == shape
        assert np.shape(two(x, 0.5)) == shape


@given(B=st.integers(1, 5), N=st.integers(1, 5), M=st.integers(1, 5), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_gradients_of_the_linear_layer_have_the_shapes_of_their_variables(B, N, M, seed):
    rng = np.random.default_rng(seed)
    X, W, b, G = (rng.standard_normal(shape) for shape in ((B, N), (N, M), (M,), (B, M)))
    assert linear_layer(X, W, b).shape == (B, M)
    assert linear_layer_dX(X, W, b, G).shape == X.shape
    assert linear_layer_dW(X, W, b, G).shape == W.shape
    assert linear_layer_db(X, W, b, G).shape == b.shape


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: linear_layer(np.ones((2, 3)), np.ones((2, 3)), np.ones(3)), "do not fit: (2, 3), (2, 3), (3,)"),
        (lambda: linear_layer_dW(np.ones((2, 3)), np.ones((3, 4)), np.ones(4), np.ones((2, 3))), "G must be (B, M)"),
        (lambda: squared_error(np.ones((3, 1)), np.ones(3)), "one shape, not (3, 1) and (3,)"),
        (lambda: softmax_cross_entropy(np.ones((2, 3)), np.ones(3)), "both be (B, K), not (2, 3) and (3,)"),
        (lambda: softmax(np.ones(3)), "must be (B, K), not (3,)"),
        (lambda: conv_example(np.ones((6, 6)), 1, np.ones((3, 3)), 0, np.ones((2, 2)), 0), "must be (B, 6, 6)"),
        (lambda: conv_example(np.ones((2, 6, 6)), 1, np.ones((3, 3)), 0, np.ones((2, 2)), 0), "labels must be (B,)"),
        (lambda: conv_example(np.ones((1, 6, 6)), [1], np.ones((3, 3)), 0, np.ones(4), 0), "must be (2, 2), not (4,)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below, without regular expressions
        call()
    assert message in str(caught.value)
