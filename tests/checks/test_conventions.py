"""Other conventions follow from one derivation by stated transformations."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from checks.conventions import check_backward_without_jacobian, check_columns, check_symmetric_units
from checks.verdict import Status
from derive import catalogue
from derive.conventions import in_columns, number_of_parameters, summed, transposed, with_bias_column
from derive.entry import ArrayEntry
from derive.matrices import matrix


def entry_of(name: str) -> ArrayEntry:
    entry = catalogue.load(name)
    assert isinstance(entry, ArrayEntry)
    return entry


def test_the_linear_layer_with_columns_as_samples() -> None:
    entry = entry_of("linear_layer")
    assert {name: str(form) for name, form in in_columns(entry).items()} == {"X": "W.T*G", "W": "G*X.T", "b": "G*1"}
    assert check_columns(entry).status is Status.PROVED


def test_the_column_forms_agree_with_numpy() -> None:
    rng = np.random.default_rng(0)
    X, W, G = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(5, 4))  # rows are samples
    entry = entry_of("linear_layer")
    row = {name: code(X, W, np.zeros(4), G) for name, code in entry.compiled_gradient.items()}
    Xc, Wc, Gc = X.T, W.T, G.T
    np.testing.assert_allclose(Wc.T @ Gc, row["X"].T)
    np.testing.assert_allclose(Gc @ Xc.T, row["W"].T)
    np.testing.assert_allclose(Gc @ np.ones(5), row["b"])


def test_a_wrong_form_is_not_turned_into_a_right_one() -> None:
    entry = entry_of("linear_layer")
    X, G = matrix(entry.arrays["X"]), matrix(entry.arrays["G"])
    wrong = {**entry.gradient, entry.entry_of("W"): -X.T * G}
    turned = in_columns(replace(entry, gradient=wrong))["W"]
    assert str(turned) == "-G*X.T"


def test_transposing_twice_gives_the_form_back() -> None:
    entry = entry_of("linear_layer")
    for name in entry.targets:
        form = entry.matrix_form(name)
        assert transposed(transposed(form)) == form


def test_the_bias_column_stands_beside_the_weights() -> None:
    columns = in_columns(entry_of("linear_layer"))
    block = with_bias_column(columns, "W", "b")
    M, N = sp.symbols("M N", integer=True, positive=True)
    assert block.shape == (M, N + 1)


def test_a_sum_over_the_batch_is_b_times_the_mean() -> None:
    B = sp.Symbol("B", integer=True, positive=True)
    form = sp.MatrixSymbol("G", 2, 3)
    assert summed(form, B) == B * form


@pytest.mark.parametrize("name", ["relu_jacobian", "identity_jacobian", "sigmoid_jacobian", "affine_jacobian"])
def test_the_backward_pass_without_a_jacobian_is_the_product_with_it(name: str) -> None:
    assert check_backward_without_jacobian(entry_of(name)).status is Status.PROVED


def test_a_wrong_jacobian_does_not_give_the_backward_pass() -> None:
    entry = entry_of("sigmoid_jacobian")
    target = entry.entry_of("x")
    for wrong in entry.wrong:
        broken = replace(entry, gradient={target: wrong.formula})
        assert check_backward_without_jacobian(broken).status is Status.UNDECIDED


def test_equal_hidden_units_stay_equal() -> None:
    entry = entry_of("shallow_network")
    assert entry.units is not None
    assert check_symmetric_units(entry, *entry.units).status is Status.PROVED


@pytest.mark.parametrize("weights", [("V", "c"), ("V", "W"), ("c", "W")])
def test_units_that_differ_in_one_weight_need_not_stay_equal(weights: tuple[str, ...]) -> None:
    entry = entry_of("shallow_network")
    assert entry.units is not None
    assert check_symmetric_units(entry, entry.units[0], weights).status is Status.UNDECIDED


@pytest.mark.parametrize(
    ("widths", "expected"), [((2, 4, 3, 1), 31), ((784, 256, 128, 10), 235_146), ((64, 32, 10), 2_410)]
)
def test_parameters_of_fully_connected_networks(widths: tuple[int, ...], expected: int) -> None:
    assert number_of_parameters(widths) == expected


def test_the_convolutional_example_has_15_parameters() -> None:
    assert (3 * 3 + 1) + number_of_parameters((4, 1)) == 15
    counted = sum(int(sp.Mul(*entry_of("conv_example").variable(name).shape)) for name in ("K", "c", "W", "d"))
    assert counted == 15


def test_the_homogeneous_form_agrees_with_numpy() -> None:
    """With columns as samples and the bias as a last column, the gradient by [W | b] is G times the inputs and ones."""
    rng = np.random.default_rng(1)
    X, W, G = rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    entry = entry_of("linear_layer")
    by_w, by_b = (entry.compiled_gradient[name](X, W, np.zeros(4), G).T for name in ("W", "b"))
    together = np.concatenate([by_w, by_b[:, np.newaxis]], axis=1)
    homogeneous = np.concatenate([X, np.ones((5, 1))], axis=1)
    np.testing.assert_allclose(together, G.T @ homogeneous)
