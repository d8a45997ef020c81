"""Every scalar entry of the catalogue over all finite floats of its domain: two units in the last place, no warning."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp

from checks.precision_sweep import Worst, sweep_precision
from derive import catalogue
from derive.entry import ScalarEntry

SCALAR = [entry.name for entry in catalogue.load_all() if isinstance(entry, ScalarEntry) and entry.compilable]


def scalar(name: str) -> ScalarEntry:
    entry = catalogue.load(name)
    assert isinstance(entry, ScalarEntry)
    return entry


def with_value(name: str, code: Any) -> ScalarEntry:
    """Return the entry with other compiled code for its function."""
    other = replace(scalar(name))
    other.__dict__["compiled_value"] = code
    return other


@pytest.mark.parametrize("name", SCALAR)
def test_a_scalar_entry_and_its_derivatives_are_within_two_units_of_a_200_bit_value(name: str) -> None:
    rows = sweep_precision(scalar(name), count=25, seed=11)
    assert [row.function for row in rows] == ["function", *(f"derivative by {by}" for by in scalar(name).targets)]
    for row in rows:
        assert row.compared >= 40, row
        assert row.ulp <= 2.0, row


def test_a_factor_beside_an_exponential_counts_where_the_exponential_alone_is_subnormal() -> None:
    slope = scalar("elu").compiled_gradient["x"]
    exact = 40 * sp.exp(sp.Rational(-729.77265108872461))
    assert abs(float((sp.Rational(float(slope(-729.77265108872461, 40.0))) - exact).evalf(40))) <= 1e-323


def test_the_sweep_names_its_worst_point() -> None:
    row = sweep_precision(scalar("sigmoid"), count=10, seed=1)[0]
    assert isinstance(row, Worst)
    x = float(row.at.removeprefix("x = "))
    assert row.ulp == pytest.approx(abs(sigmoid_ulps(x)), abs=0.01)


def sigmoid_ulps(x: float) -> float:
    value = float(scalar("sigmoid").compiled_value(x))
    exact = 1 / (1 + sp.exp(-sp.Rational(x)))
    return float((sp.Rational(value) - exact).evalf(40) / np.spacing(value))


def test_the_sweep_reaches_both_ends_of_the_floats_and_of_an_interval() -> None:
    met: dict[str, list[float]] = {}

    def recorded(name: str) -> Any:
        code = scalar(name).compiled_value

        def run(*values: Any) -> Any:
            met[name] = np.concatenate(values).tolist()
            return code(*values)

        return run

    for name in ("tanh", "bce_prediction"):
        sweep_precision(with_value(name, recorded(name)), count=10, seed=1)
    largest = float(np.finfo(float).max)
    assert {0.0, 5e-324, -5e-324, largest, -largest} <= set(met["tanh"])
    inside = [value for value in met["bce_prediction"] if value not in (0.0, 1.0)]
    assert min(inside) == 5e-324
    assert max(inside) == 1 - 2.0**-53


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("tanh", lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))),
        ("softplus", lambda x: np.log(1 + np.exp(np.minimum(x, 700)))),
        ("sigmoid", lambda x: np.maximum(0.5 * (1 + np.tanh(x / 2)), 0)),
        ("silu", lambda x: x / (1 + np.exp(np.minimum(-x, 709)))),
        ("gelu", lambda x: 0.5 * x * (1 + np.tanh(0.8 * (x + 0.045 * np.clip(x, -9, 9) ** 3)))),
        ("bowl", lambda x, y: np.clip(3 * x, -1e154, 1e154) * x - 6 * x + 7 + y * y),
    ],
)
def test_plain_numpy_is_found_out(name: str, code: Any) -> None:
    def quietly(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            return code(*values)

    assert sweep_precision(with_value(name, quietly), count=25, seed=11)[0].ulp > 2


def test_code_that_would_warn_is_not_measured() -> None:
    with pytest.raises(FloatingPointError, match="overflow"):
        sweep_precision(with_value("sigmoid", lambda x: 1 / (1 + np.exp(-x))), count=10, seed=1)


def test_a_result_three_units_off_at_one_point_is_found() -> None:
    code = scalar("sigmoid").compiled_value

    def off(values: Any) -> Any:
        result = code(values)
        result[result.size // 2] *= 1 + 3 * 2.0**-52
        return result

    assert sweep_precision(with_value("sigmoid", off), count=10, seed=1)[0].ulp > 2
