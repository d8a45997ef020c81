"""The convolutional example in all of its regions."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from checks.activation_regions import check_regions, patterns
from checks.verdict import Proof, Status
from derive import catalogue
from derive.entry import ArrayEntry
from derive.entry.staged import winners


def conv_example() -> ArrayEntry:
    entry = catalogue.load("conv_example")
    assert isinstance(entry, ArrayEntry)
    return entry


def test_there_are_625_regions() -> None:
    assert len(set(patterns())) == 625


def test_all_15_gradients_are_proved_in_all_regions() -> None:
    verdict = check_regions(conv_example())
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.regions == 625
    assert "9,375 identities" in verdict.reason


@pytest.mark.parametrize("of", ["K", "c", "W"])
def test_a_wrong_gradient_fails_in_some_region(of: str) -> None:
    entry = conv_example()
    target = entry.entry_of(of)
    broken = replace(entry, gradient={**entry.gradient, target: 2 * entry.textbook(of)})
    assert check_regions(broken).status is Status.FAULT


def test_a_mistake_in_one_cell_of_one_pool_is_found() -> None:
    entry = conv_example()
    right = entry.textbook("c")
    (stage,) = entry.stages
    n = stage.entry.indices[0]
    selected, _, _ = entry.selection if entry.selection else (None, None, None)
    assert selected is not None
    extra = sp.Sum(stage.adjoint[n] * selected.base[n, 1, 0, 0, 1], (n, n.lower, n.upper))
    broken = replace(entry, gradient={**entry.gradient, entry.entry_of("c"): right + extra})
    assert check_regions(broken).status is Status.FAULT


def test_the_first_of_tied_cells_wins_and_a_cell_at_zero_does_not() -> None:
    tied = np.array([[[1.0, 3.0], [3.0, 2.0]]])
    assert winners(tied, 2).tolist() == [[[0, 1], [0, 0]]]
    assert winners(np.zeros((1, 2, 2)), 2).sum() == 0
    assert winners(np.full((1, 2, 2), -1.0), 2).sum() == 0


def test_at_a_tie_the_compiled_gradient_is_that_of_an_adjacent_region() -> None:
    rng = np.random.default_rng(3)
    entry = conv_example()
    X, y, W = np.ones((1, 6, 6)), np.array([1.0]), rng.normal(size=(2, 2))
    K, c, d = rng.uniform(size=(3, 3)), 0.25, -0.5  # a constant image: all cells of every pool are tied
    at_tie = entry.compiled_gradient["K"](X, y, K, c, W, d)
    nudged = X.copy()
    nudged[0, ::2, ::2] += 1e-9
    nearby = [entry.compiled_gradient["K"](X + 1e-9 * rng.normal(size=X.shape), y, K, c, W, d) for _ in range(3)]
    assert all(np.allclose(at_tie, other, rtol=1e-6) for other in nearby)
