"""Every scalar formula of a neural-network course on arrays of every layout: the same digits, no warning, its dtype."""

import importlib.util
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from derive.compilation import compile_scalar
from derive.compilation.calling import BLOCK

PLACE = Path(__file__).parents[2] / "benchmarks" / "compiled_precision.py"
if "compiled_precision" not in sys.modules:
    SPEC = importlib.util.spec_from_file_location("compiled_precision", PLACE)
    sys.modules["compiled_precision"] = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(sys.modules["compiled_precision"])
FORMULAS = {formula.name: formula for formula in sys.modules["compiled_precision"].FORMULAS}
COMPILED = {name: compile_scalar(formula.arguments, formula.form) for name, formula in FORMULAS.items()}
TINY = 5e-324

every_formula = pytest.mark.parametrize("name", FORMULAS)


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


def points(name, size, dtype=np.float64):
    """Ordinary values for every argument: inside (0, 1) where the formula wants that, labels 0 and 1."""
    formula = FORMULAS[name]
    rng = np.random.default_rng(3)
    columns = [rng.uniform(0.01, 0.99, size) if formula.span[0] >= 0 else rng.normal(0, 4, size)]
    columns += [rng.choice([given[place] for given in formula.given], size) for place in range(len(formula.given[0]))]
    with np.errstate(under="ignore"):
        return [column.astype(dtype) for column in columns]


def close(left, right, units=4):
    """Say whether two results are a few units of the larger apart: which way a block is worked out is free."""
    with np.errstate(all="ignore"):
        return np.all((left == right) | (np.abs(left - right) <= units * np.spacing(np.maximum(abs(left), abs(right)))))


@every_formula
def test_one_value_at_a_time_gives_what_the_array_gives(name):
    columns = points(name, 40)
    together = COMPILED[name](*columns)
    alone = [COMPILED[name](*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
    zero_axes = [COMPILED[name](*(np.array(value) for value in row)) for row in zip(*columns, strict=True)]
    assert all(type(value) is np.float64 for value in alone)
    assert all(value.shape == () for value in zero_axes)
    assert np.array_equal(alone, zero_axes)
    assert close(together, np.array(alone))


@every_formula
@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 2, 5)])
def test_an_empty_array_gives_an_empty_array(name, shape):
    for dtype in (np.float64, np.float32):
        result = COMPILED[name](*(np.zeros(shape, dtype) for _ in FORMULAS[name].arguments))
        assert result.shape == shape
        assert result.dtype == dtype


@every_formula
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_rows_columns_and_strides_do_not_matter(name, dtype):
    columns = points(name, 6 * 8, dtype)
    flat = COMPILED[name](*columns)
    assert flat.dtype == dtype
    boxes = [column.reshape(6, 8) for column in columns]
    spread = [np.repeat(column, 3)[::3] for column in columns]
    backwards = [column[::-1] for column in columns]
    for result in (
        COMPILED[name](*boxes).reshape(-1),
        COMPILED[name](*(box.T for box in boxes)).T.reshape(-1),
        COMPILED[name](*(np.asfortranarray(box) for box in boxes)).reshape(-1),
        COMPILED[name](*spread),
        COMPILED[name](*backwards)[::-1],
    ):
        assert result.dtype == dtype
        assert np.array_equal(result, flat)


@every_formula
@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
def test_the_ends_of_a_block_are_like_its_middle(name, size):
    columns = points(name, size)
    result = COMPILED[name](*columns)
    assert result.shape == (size,)
    ends = [0, 1, BLOCK - 2, *range(BLOCK - 1, size, BLOCK), *range(BLOCK, size, BLOCK), size - 1]
    assert np.isfinite(result).all()
    assert close(result[ends], COMPILED[name](*(column[ends] for column in columns)))


@every_formula
def test_extreme_values_in_a_block_leave_the_others_alone(name):
    columns = points(name, 50)
    alone = COMPILED[name](*columns)
    inside = FORMULAS[name].span[0] >= 0
    extremes = (
        [TINY, 1e-300, 1 - 2.0**-53] if inside else [TINY, -TINY, 26.9, -27.2, 38.4, -743.0, 745.1, 1e154, -1e300]
    )
    spoiled = columns[0].copy()
    spoiled[: len(extremes)] = extremes
    together = COMPILED[name](spoiled, *columns[1:])
    assert not np.isnan(together).any()
    assert close(together[len(extremes) :], alone[len(extremes) :])
    for place, value in enumerate(extremes):
        assert close(together[place], COMPILED[name](value, *(column[place] for column in columns[1:])))


BY_COMPARISON = ("ReLU slope", "leaky ReLU slope", "hinge slope")
"""A comparison with what is not a number is false: these give the value of the other side."""


@pytest.mark.parametrize("name", [name for name in FORMULAS if name not in BY_COMPARISON])
def test_what_is_not_a_number_stays_so_and_spoils_nothing_else(name):
    columns = points(name, 30)
    alone = COMPILED[name](*columns)
    spoiled = columns[0].copy()
    spoiled[7] = np.nan
    with np.errstate(invalid="ignore"):
        together = COMPILED[name](spoiled, *columns[1:])
    assert np.isnan(together).tolist() == [place == 7 for place in range(30)]
    assert close(np.delete(together, 7), np.delete(alone, 7))


@every_formula
def test_a_single_label_or_weight_beside_an_array_is_spread_over_it(name):
    columns = points(name, BLOCK + 5)
    ones = [column[:1] for column in columns[1:]]
    spread = [np.full(BLOCK + 5, column[0]) for column in columns[1:]]
    plain = COMPILED[name](columns[0], *spread)
    assert close(COMPILED[name](columns[0], *ones), plain)
    assert close(COMPILED[name](columns[0], *(one[0] for one in ones)), plain)
    assert close(COMPILED[name](columns[0][:, None], *ones)[:, 0], plain)


@pytest.mark.parametrize("name", [name for name in FORMULAS if len(FORMULAS[name].arguments) > 1])
def test_a_column_beside_rows_makes_a_table(name):
    first, *others = points(name, 6)
    rows = [first[:, None], *(other[None, :] for other in others)]
    columns = [first[None, :], *(other[:, None] for other in others)]
    table = COMPILED[name](*(np.ascontiguousarray(part) for part in np.broadcast_arrays(*rows)))
    assert table.shape == (6, 6)
    assert close(COMPILED[name](*rows), table)
    assert close(COMPILED[name](*columns).T, table)
