"""Layers, attention and networks: compiled arrays against balls that go through the same stages."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from checks.precision_staged import staged_precision
from derive import catalogue
from derive.compilation import Compiled
from derive.entry import ArrayEntry

STAGED = [
    entry.name for entry in catalogue.load_all() if isinstance(entry, ArrayEntry) and entry.compilable and entry.stages
]
BOUND = 16
"""Units in the last place of the largest entry: six were measured over three seeds."""


def staged(name: str) -> ArrayEntry:
    entry = catalogue.load(name)
    assert isinstance(entry, ArrayEntry)
    return entry


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", STAGED)
def test_every_array_is_close_to_its_true_value_in_units_of_its_largest_entry(name: str, seed: int) -> None:
    rows = staged_precision(staged(name), seed=seed)
    assert [row.array for row in rows] == ["function", *(f"derivative by {by}" for by in staged(name).targets)]
    assert all(row.compared >= 1 for row in rows)
    assert sum(row.compared for row in rows) > 10
    assert max(row.ulp for row in rows) <= BOUND, rows


def test_the_layers_attention_and_both_networks_are_among_them() -> None:
    assert {"attention", "batch_norm", "layer_norm", "conv_example", "shallow_network"} <= set(STAGED)


@pytest.mark.parametrize(("name", "by"), [("attention", "Q"), ("conv_example", "K"), ("batch_norm", "x")])
def test_one_entry_off_by_a_little_is_found(name: str, by: str) -> None:
    entry = replace(staged(name))
    code = entry.compiled_gradient[by]

    def off(*arrays: Any) -> Any:
        result = np.array(code(*arrays))
        result.flat[0] += 1e-13 * np.abs(result).max()
        return result

    other = Compiled(code.name, code.arguments, code.source, off)
    entry.__dict__["_compiled"] = (entry.compiled_value, {**entry.compiled_gradient, by: other})
    worst = {row.array: row.ulp for row in staged_precision(entry, seed=1)}
    assert worst[f"derivative by {by}"] > 10 * BOUND
