"""Every scalar formula of a neural-network course, held to two units in the last place over all finite floats.

The formulas, their true values in Arb and the points are those of benchmarks/compiled_precision.py; here with fewer
points. What is claimed close to a zero of a function stands there.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from derive.compilation import compile_scalar, rewritings
from derive.compilation.floats import product, where
from derive.compilation.kernels import square_error
from derive.compilation.kernels.angles import reduced

PLACE = Path(__file__).parents[2] / "benchmarks" / "compiled_precision.py"
SPEC = importlib.util.spec_from_file_location("compiled_precision", PLACE)
compiled_precision = importlib.util.module_from_spec(SPEC)
sys.modules["compiled_precision"] = compiled_precision
SPEC.loader.exec_module(compiled_precision)
FORMULAS = {formula.name: formula for formula in compiled_precision.FORMULAS}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_compiled_formula_keeps_its_bound_over_all_finite_floats_and_does_not_warn(name, dtype):
    formula = FORMULAS[name]
    points = max(10, 150 // len(formula.given)) if dtype is np.float32 else max(20, 1150 // len(formula.given))
    own, at, compared, term, beside = compiled_precision.worst(formula, points, dtype)
    assert compared > 50
    assert own <= 2, (own, at)
    assert term <= 2, (term, beside)


REMOVED = {
    "slope of SiLU, factored": "SiLU slope",
    "slope of SiLU, as a sum": "SiLU slope by diff",
    "p σ(u) as one quotient": "SiLU",
    "Φ(u) and u Φ(u) from erf": "GELU",
    "slope of GELU": "GELU slope",
    "ln cosh u": "log-cosh",
    "ln(y/p)": "KL",
    "1 + ln(y/p)": "KL by y",
    "p e^v as one product": "x exp(-x^2)",
    "a e^v + b e^v in one": "x exp(-x^2) slope",
    "exp, sin, cos of a rounded argument": "sin 3x",
    "square of a rounded sum": "shifted square",
    "a rounded exponent beside a factor": "x exp(x-x^2)",
    "a constant beside an exponential": "normal density",
    "u² + u v by itself, finite": "wave",
    "c u² = (c u) u": "L2 penalty",
    "common factor of a sum": "bowl by x",
    "p (σ(u) − l) σ′(u) in one": "neuron by w",
    "(σ(u) − l)² and its slope at a rounded u": "neuron",
}


@pytest.mark.parametrize("removed", REMOVED)
def test_without_a_rewriting_the_sweep_fails(removed, monkeypatch):
    kept = 0
    for stage in ("RECOGNISE", "STABILISE", "LOWER", "FINISH"):
        table = tuple(rewriting for rewriting in getattr(rewritings, stage) if rewriting.name != removed)
        kept += len(getattr(rewritings, stage)) - len(table)
        monkeypatch.setattr(rewritings, stage, table)
    assert kept == 1
    formula = FORMULAS[REMOVED[removed]]
    try:
        own, _, _, term, _ = compiled_precision.worst(formula, max(40, 300 // len(formula.given)))
    except FloatingPointError:
        return
    assert max(own, term) > 2


def test_the_sweep_holds_the_ends_of_the_floats_and_both_signs():
    values = compiled_precision.sweep(FORMULAS["sigmoid"], 100)
    assert {5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 0.0} <= set(values.tolist())
    assert (values < 0).sum() > 250


def test_a_result_one_unit_off_is_measured_as_one_unit():
    ball = compiled_precision.arb(3)
    assert compiled_precision.ulps(np.nextafter(3.0, 4), ball, 0.0, np.float64) == 1
    assert compiled_precision.ulps(float(np.nextafter(np.float32(3), np.float32(4))), ball, 0.0, np.float32) == 1
    assert compiled_precision.ulps(float("inf"), ball, 0.0, np.float64) == float("inf")


def test_products_and_squares_give_their_errors():
    a, b = np.array([1 + 2.0**-30, 3.0, 0.1]), np.array([1 + 2.0**-40, 0.1, 0.1])
    for x, y, rounded, low in zip(a.tolist(), b.tolist(), *(part.tolist() for part in product(a, b)), strict=True):
        (n, d), (m, e), (r, q), (s, t) = (value.as_integer_ratio() for value in (x, y, rounded, low))
        assert n * m * q * t == d * e * (r * t + s * q)
    assert square_error(a, a * a)[0] == product(a, a)[1][0]


def test_a_choice_by_bits_is_a_choice():
    condition, yes, no = np.array([True, False, True]), np.array([1.0, np.nan, -0.0]), np.array([np.inf, 2.0, 5.0])
    assert where(condition, yes, no).tolist() == [1.0, 2.0, -0.0]
    assert where(condition, 1, 0).tolist() == [1.0, 0.0, 1.0]
    assert float(where(np.bool_(True), np.float64(3), 0)) == 3


def test_an_angle_is_reduced_exactly():
    near, low = reduced(1e308, 0.0)
    assert np.sin(near) + low * np.cos(near) == pytest.approx(np.sin(1e308), rel=1e-15)
    assert reduced(1.0, 0.0) == (1.0, 0.0)


def test_float32_stays_float32_for_every_formula():
    for formula in FORMULAS.values():
        values = [np.array([0.25, 0.75], np.float32)] * len(formula.arguments)
        assert compile_scalar(formula.arguments, formula.form)(*values).dtype == np.float32
