"""Compiled code that uses the memory of its intermediate results again: the same bits, and nobody else's memory."""

import ast
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from derive.compilation import compile_scalar, inplace
from derive.compilation.inplace import in_place
from derive.compilation.printer import NAMESPACE

PLACE = Path(__file__).parents[2] / "benchmarks" / "compiled_precision.py"
if "compiled_precision" not in sys.modules:
    SPEC = importlib.util.spec_from_file_location("compiled_precision", PLACE)
    sys.modules["compiled_precision"] = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(sys.modules["compiled_precision"])
FORMULAS = {formula.name: formula for formula in sys.modules["compiled_precision"].FORMULAS}
SOURCES = {name: compile_scalar(formula.arguments, formula.form).source for name, formula in FORMULAS.items()}

every_formula = pytest.mark.parametrize("name", FORMULAS)


def plain(source):
    """Return the function as its source has it."""
    defined = dict(NAMESPACE)
    exec(source, defined)
    return defined["f"]


def columns(name, size=60):
    formula = FORMULAS[name]
    rng = np.random.default_rng(5)
    inside = formula.span[0] >= 0
    extremes = [5e-324, 1e-300, 0.5] if inside else [0.0, -0.0, 5e-324, -1e300, 745.0, -38.6]
    first = rng.uniform(0.01, 0.99, size) if inside else rng.normal(0, 20, size)
    first[: len(extremes)] = extremes
    others = [rng.choice([given[place] for given in formula.given], size) for place in range(len(formula.given[0]))]
    return [first, *others]


@every_formula
@pytest.mark.parametrize("alone", [None, 0, -1])
def test_the_result_has_the_bits_of_the_source_and_the_arguments_are_left_alone(name, alone):
    given = columns(name)
    if alone is not None and len(given) > 1:
        given[alone] = np.array(given[alone][7])
    kept = [column.copy() for column in given]
    with np.errstate(all="ignore"):
        wanted = np.broadcast_to(plain(SOURCES[name])(*given), (60,) if any(c.ndim for c in given) else ())
        made = in_place(SOURCES[name], "f", NAMESPACE)
        result = np.broadcast_to(made(*given), wanted.shape)
        place = np.full(wanted.shape, 77.0)
        written = np.broadcast_to(made(*given, place), wanted.shape)
    assert np.array_equal(result, wanted, equal_nan=True)
    assert np.array_equal(written, wanted, equal_nan=True)
    assert all(np.array_equal(column, before) for column, before in zip(given, kept, strict=True))


def test_the_last_operation_writes_where_the_caller_wants_it():
    place = np.empty(60)
    for name in ("bowl", "SiLU", "SiLU slope", "BCE by prediction, slope", "sigmoid slope"):
        given = [np.linspace(0.1, 0.9, 60), np.ones(60)][: len(FORMULAS[name].arguments)]
        assert in_place(SOURCES[name], "f", NAMESPACE)(*given, place) is place, name


def test_a_value_that_is_used_twice_keeps_its_memory():
    made = in_place("def f(x):\n    t0 = x + 1\n    return (t0*2 + 3)*t0", "f", NAMESPACE)
    assert made(np.array([1.0, 2.0])).tolist() == [14.0, 27.0]


def test_what_a_kernel_returns_without_axes_takes_no_array():
    made = in_place("def f(x, y):\n    return stable.xlogy(x, x) + y", "f", NAMESPACE)
    assert made(np.array(1.0), np.array([2.0, 3.0])).tolist() == [2.0, 3.0]


def test_a_difference_is_not_turned_around():
    made = in_place("def f(x):\n    return 1 - (x*x - x/(2 + x)) - (-(x + 1))", "f", NAMESPACE)
    assert made(np.array([1.0, 2.0])).tolist() == [1 - (1 - 1 / 3) + 2, 1 - (4 - 0.5) + 3]


def test_without_the_rule_for_shapes_a_kernel_result_would_fail(monkeypatch):
    monkeypatch.setattr(inplace, "_may_take", lambda made_by, other: True)
    made = in_place("def f(x, y):\n    return stable.xlogy(x, x) + y + y", "f", NAMESPACE)
    with pytest.raises(ValueError, match="broadcast"):
        made(np.array(1.0), np.array([2.0, 3.0]))


def test_short_expressions_take_no_more_arrays_than_they_need(monkeypatch):
    shown = []
    fixed = ast.fix_missing_locations
    monkeypatch.setattr(
        inplace.ast, "fix_missing_locations", lambda tree: (shown.append(ast.unparse(fixed(tree))), tree)[1]
    )
    in_place("def f(x, y):\n    return 3*(x + 1)*y - y**2", "f", NAMESPACE)
    assert shown[0].splitlines()[1:] == [
        "    _0 = x + 1",
        "    _0 *= 3",
        "    _0 *= y",
        "    _1 = y ** 2",
        "    return np.subtract(_0, _1, out=_out)",
    ]
