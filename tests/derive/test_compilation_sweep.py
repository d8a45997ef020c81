"""Every scalar formula of a neural-network course, held to two units in the last place over all finite floats.

The formulas, their true values in Arb and the points are those of benchmarks/compiled_precision.py; here with fewer
points. What is claimed close to a zero of a function stands there.
"""

import dataclasses
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
    points = max(10, 150 // len(formula.given)) if dtype is np.float32 else max(20, 3000 // len(formula.given))
    own, at, compared, term, beside = compiled_precision.worst(formula, points, dtype)
    assert compared > 50
    assert own <= 2, (own, at)
    assert term <= 2, (term, beside)


def smaller(u):
    return np.exp(-np.abs(u))


LOGISTIC = (
    *(-4.845562057020452, -4.145356678479156, -4.145180876708263, -4.145157131217982, -3.4477295133455383),
    *(-4.153281808717265, -2.7577),
)
SLOPE = (-6.234442046771455, -5.540620271323109, -4.841046855561286, -5.542290232700797, -4.851856508287479)
HARD = {
    "sigmoid": (LOGISTIC, lambda u: np.where(u < 0, smaller(u), 1) / (smaller(u) + 1)),
    "softplus slope": (LOGISTIC, lambda u: np.where(u < 0, smaller(u), 1) / (smaller(u) + 1)),
    "BCE by logit, slope": (LOGISTIC, lambda u, y: np.where(u < 0, smaller(u), 1) / (smaller(u) + 1) - y),
    "sigmoid slope": (SLOPE, lambda u: smaller(u) / (smaller(u) * (smaller(u) + 2) + 1)),
    "tanh slope": (
        (*(u / 2 for u in SLOPE), 357.88223662345297),
        lambda u: 4 * (smaller(2 * u) / (smaller(2 * u) * (smaller(2 * u) + 2) + 1)),
    ),
    "SiLU": (
        (-36.87910824089572, -36.89491331999719, -36.88260230662304, -36.890364584637375, -1.9510884252943312),
        lambda u: u / (1 + np.exp(-u)),
    ),
}
"""Points and a form by hand that is off by more than two units there, whether np.exp is right to 0.5 units or to 0.7.

Found among two million points; a form with one rounding more than it may have shows it at six of 50,000.
"""


@pytest.mark.parametrize("name", HARD)
def test_points_where_one_rounding_too_many_shows_are_right_to_two_units(name):
    points, by_hand = HARD[name]
    values = np.array([*points, *(-point for point in points)])
    own, at, compared, _, _ = compiled_precision.worst_of(FORMULAS[name], values)
    assert own <= 2, at
    assert compared >= 2 * len(points)
    assert compiled_precision.worst_of(FORMULAS[name], values, by_hand)[0] > 2


def test_on_the_mountain_three_times_a_rounded_product_is_off_by_more_than_two_units():
    x, y = -118.84154594738727, -123.17150902630267
    formula = dataclasses.replace(FORMULAS["mountain"], given=((y,),))
    own, _, _, term, _ = compiled_precision.worst_of(formula, np.array([x]))
    assert max(own, term) <= 2
    by_hand = lambda u, v: (6 - v) * v + 3691 + (20 - u) * u * 3  # noqa: E731 - a rival
    own, _, _, term, _ = compiled_precision.worst_of(formula, np.array([x]), by_hand)
    assert max(own, term) > 2


def test_four_times_a_subnormal_slope_is_rounded_four_times_as_much_without_its_rewriting(monkeypatch):
    values = np.array([356.1914173664144, 357.88223662345297, 369.21747907602725])
    assert compiled_precision.worst_of(FORMULAS["tanh slope"], values)[0] < 0.6
    table = tuple(rewriting for rewriting in rewritings.FINISH if rewriting.name != "c σ′(u) as one function")
    assert len(table) == len(rewritings.FINISH) - 1
    monkeypatch.setattr(rewritings, "FINISH", table)
    assert compiled_precision.worst_of(FORMULAS["tanh slope"], values)[0] > 1.9


@pytest.mark.parametrize("number", [1, 3, 4])
def test_the_slope_at_a_rounded_sum_is_right_near_zero_and_where_it_is_almost_subnormal(number):
    x, w, b = compiled_precision.sp.symbols("x w b", real=True)
    u = w * x + b
    formula = compiled_precision.Formula(
        "slope of a neuron",
        (x, w, b),
        number * compiled_precision.sigma(u) * (1 - compiled_precision.sigma(u)),
        lambda v, c, d: number * compiled_precision.s(c * v + d) * compiled_precision.s(-c * v - d),
        ((0.3, 0.7), (-1.7, 0.1)),
    )
    own, at, compared, _, _ = compiled_precision.worst(formula, 1500)
    assert compared > 15000
    assert own <= 2, at
    assert "rounding" in compile_scalar(formula.arguments, formula.form).source


def test_a_value_off_by_three_units_is_seen_at_first_sight_and_looked_at_closely():
    formula = FORMULAS["sigmoid"]
    values = np.linspace(-30, 30, 100)
    code = compile_scalar(formula.arguments, formula.form)

    def off(u):
        result = code(u)
        result[17] += 3 * np.spacing(result[17])
        return result

    own, at, _, _, _ = compiled_precision.worst_of(formula, values, off)
    assert own == pytest.approx(3, abs=2)
    assert own > 2
    assert at == (values[17],)


@pytest.mark.parametrize("result", [np.nan, np.inf, 0.0])
def test_no_number_infinity_and_zero_are_no_value_of_a_sigmoid(result):
    assert compiled_precision.worst_of(FORMULAS["sigmoid"], np.array([0.5]), lambda u: np.full(1, result))[0] > 1e10


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
    "σ′(u), (σ(u) − l)² and its slope at a rounded u": "neuron",
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
