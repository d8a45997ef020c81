"""Gradients of callables against differences: right ones agree, wrong ones are refuted, kinks are counted."""

import numpy as np
import pytest

from checks.gradients import check_gradient
from checks.verdict import Comparison, Counterexample, Status

X = np.linspace(-3.0, 3.0, 25)
rng = np.random.default_rng(0)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_a_right_gradient_agrees_to_rounding_by_the_complex_step() -> None:
    verdict = check_gradient(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), {"x": X}, "x", elementwise=True)
    assert verdict.status is Status.AGREES
    assert "complex step" in verdict.reason
    assert verdict.max_error is not None
    assert verdict.max_error < 1e-14
    assert verdict.compared == 25


@pytest.mark.parametrize(
    "wrong",
    [
        sigmoid,
        lambda x: -sigmoid(x) * (1 - sigmoid(x)),
        lambda x: sigmoid(x) * (1 - sigmoid(x)) * 1.0005,
        lambda x: sigmoid(x) * (1 + sigmoid(x)),
        lambda x: np.where(np.arange(25) == 7, 0.0, sigmoid(x) * (1 - sigmoid(x))),
    ],
)
@pytest.mark.parametrize("method", ["central", "complex"])
def test_a_wrong_gradient_is_refuted_with_its_entry(wrong: object, method: str) -> None:
    verdict = check_gradient(sigmoid, wrong, {"x": X}, "x", elementwise=True, method=method)  # type: ignore[arg-type]
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.point["entry"].startswith("x[")
    assert {verdict.evidence.left.kind, verdict.evidence.right.kind} == {"rigorous", "estimated"}


def test_a_slope_of_2_001_fails_and_2_agrees() -> None:
    square = {"x": np.linspace(1.0, 2.0, 9)}
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, square, "x").status is Status.AGREES
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 2.001 * x, square, "x").status is Status.REFUTED


def test_a_tiny_derivative_far_out_is_judged_by_its_own_scale() -> None:
    far = {"x": np.linspace(20.0, 30.0, 11)}  # σ′ is 1e-9 to 1e-13 there: a fixed tolerance of 1e-6 sees nothing
    wrong = check_gradient(sigmoid, lambda x: 1.5 * np.exp(-x), far, "x", elementwise=True, method="complex")
    assert wrong.status is Status.REFUTED


def test_at_a_kink_any_slope_between_the_two_sides_is_accepted() -> None:
    x = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    for produced in (0.0, 0.5, 1.0):
        verdict = check_gradient(
            lambda x: np.maximum(x, 0), lambda x, v=produced: np.where(x > 0, 1.0, np.where(x < 0, 0.0, v)), {"x": x},
            "x", elementwise=True, method="central",
        )  # fmt: skip
        assert verdict.status is Status.AGREES, produced
    outside = check_gradient(
        lambda x: np.maximum(x, 0), lambda x: np.where(x > 0, 1.0, np.where(x < 0, 0.0, 1.5)), {"x": x}, "x",
        elementwise=True, method="central",
    )  # fmt: skip
    assert outside.status is Status.REFUTED


def test_a_kink_within_the_step_is_skipped_and_counted() -> None:
    x = np.array([1 + 1e-7, *np.linspace(2.0, 3.0, 9)])
    verdict = check_gradient(
        lambda x: np.abs(x - 1), lambda x: np.sign(x - 1), {"x": x}, "x", elementwise=True, method="central"
    )
    assert verdict.status is Status.AGREES
    assert isinstance(verdict.evidence, Comparison)
    assert (verdict.evidence.compared, verdict.evidence.skipped) == (9, 1)
    assert "kink" in verdict.evidence.skipped_because


def test_the_wrong_side_of_a_nearby_kink_is_not_excused() -> None:
    x = np.linspace(1.0, 2.0, 9)
    verdict = check_gradient(np.abs, lambda x: -np.sign(x), {"x": x}, "x", elementwise=True, method="central")
    assert verdict.status is Status.REFUTED


def test_fewer_than_eight_numbers_are_undecided() -> None:
    verdict = check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x, {"x": np.ones(7)}, "x")
    assert verdict.status is Status.UNDECIDED
    assert "Only 7" in verdict.reason


def test_a_gradient_of_the_wrong_shape_is_said_to_be_that() -> None:
    verdict = check_gradient(lambda x: np.sum(x**2), lambda x: 2 * x[:-1], {"x": np.ones(9)}, "x")
    assert verdict.status is Status.UNDECIDED
    assert "shape (8,), its variable (9,)" in verdict.reason


def test_nan_never_agrees() -> None:
    verdict = check_gradient(lambda x: np.sum(x**2), lambda x: np.full_like(x, np.nan), {"x": np.ones(9)}, "x")
    assert verdict.status is Status.UNDECIDED
    assert "nan" in verdict.reason


def test_a_function_that_drops_the_imaginary_part_is_not_believed() -> None:
    verdict = check_gradient(lambda x: np.sum(x.real**2 + 0 * x), lambda x: 2 * x, {"x": np.linspace(1, 2, 9)}, "x")
    assert verdict.status is Status.AGREES
    assert "central differences" in verdict.reason


def test_one_argument_of_several_is_on_trial_and_the_others_stay() -> None:
    point = {"w": rng.normal(size=(3, 4)), "x": rng.normal(size=(5, 3))}

    def f(w: np.ndarray, x: np.ndarray) -> np.ndarray:
        return np.sum(np.sin(x @ w))

    right = check_gradient(f, lambda w, x: x.T @ np.cos(x @ w), point, "w")
    swapped = check_gradient(f, lambda w, x: np.cos(x @ w) @ w.T, point, "w")
    assert right.status is Status.AGREES
    assert swapped.status is Status.UNDECIDED  # (5, 3) is the shape of x, not of w
    assert check_gradient(f, lambda w, x: np.cos(x @ w) @ w.T, point, "x").status is Status.AGREES


def test_a_gradient_that_changes_its_inputs_does_not_spoil_the_judgement() -> None:
    def greedy(x: np.ndarray) -> np.ndarray:
        x *= 2
        return x

    point = {"x": np.linspace(1.0, 2.0, 9)}
    assert check_gradient(lambda x: np.sum(x**2), greedy, point, "x").status is Status.AGREES
    assert point["x"][0] == 1.0
