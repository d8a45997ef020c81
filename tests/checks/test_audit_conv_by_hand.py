"""Computations of document 004's ledger that could say "wrong" or "not reproducible": planted truths are found."""

import numpy as np
import pytest

from checks.audit import Outcome, find, judge_row
from checks.audit.computations.conv_by_hand import backward, kernel, printed_code, printed_values, step, training
from checks.audit.computations.conv_by_hand.forward import exact
from checks.audit.row import Check

ROWS = {row.name: row for row in find("004").rows}


def test_the_printed_gradient_after_the_relu_is_the_one_that_the_ledger_restores() -> None:
    assert exact(printed_values.RELU_GRADIENT) == backward.through_relu()


def test_a_gradient_that_was_made_from_a_seeded_image_is_found_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.RandomState(0).uniform(-2.0, 2.0, (6, 6))
    image[0:3, 1:4] = 5.0
    made = [[f"{value:.2f}" for value in row] for row in kernel.correlated(image).tolist()]
    monkeypatch.setattr(kernel, "KERNEL_GRADIENT", made)
    assert kernel.distance_of_seeded_images().value < 0.2
    made[1][2] = f"{float(made[1][2]) + 20:.2f}"
    assert kernel.distance_of_seeded_images().value > 0.2


def test_a_kernel_gradient_of_an_image_that_the_scan_allows_would_hold() -> None:
    allowed = [[f"{value:.2f}" for value in row] for row in kernel.gradients()[3].value]
    row = ROWS["kernel-gradient-values"]
    check = Check(row.stated.check.kind, row.stated.check.value, {**row.stated.check.options, "is": allowed})
    judged = judge_row(type(row)(**{**vars(row), "stated": type(row.stated)(row.stated.claim, check)}))
    assert judged is not None
    assert judged.outcome is Outcome.HOLDS


def test_a_weight_is_in_reach_up_to_one_step_beyond_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step, "UPDATED", ["-1.57", "0.5", "0.99"])
    assert step.in_reach(1) == "all"
    assert step.in_reach(-1) == "all but -1.57"
    assert step.in_reach(-1, negated=["-1.57"]) == "all"
    monkeypatch.setattr(step, "UPDATED", ["-1.59"])
    assert step.in_reach(1) == "all but -1.59"


def test_the_printed_code_gives_other_probabilities_for_other_first_weights_and_the_same_for_the_same() -> None:
    once, again, other = (printed_code._probabilities(10, seed) for seed in (1, 1, 2))
    assert once == again != other
    assert all(0 <= value <= 1 for value in [*once, *other])


def test_where_every_pixel_is_negative_the_leaky_relu_keeps_the_gradients_that_the_relu_loses() -> None:
    assert training.derivatives_alive_when_dead().value == 1
    assert training.derivatives_alive_when_dead(leaky=True).value == 15


def test_networks_that_die_are_counted_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "TRAININGS", 8)
    assert training.dead_networks(0.0).value == 0
    assert training.dead_networks(10.0).value > 4
