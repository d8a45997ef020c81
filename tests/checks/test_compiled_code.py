"""Compiled code is held to Arb values, differences and hand-written twins; planted faults are caught."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from flint import arb, fmpq

from checks import twins
from checks.initialisation import check_sampled_variance
from checks.kinks import check_kinks
from checks.limits import check_limits
from checks.precision import accurately, check_precision, ulps
from checks.twins import check_differences, check_twin
from checks.verdict import Attempt, Comparison, Counterexample, Status
from derive import catalogue
from derive.compilation import compile_scalar
from derive.entry import ArrayEntry, Entry, Kink, Limit, MomentEntry, ScalarEntry
from derive.functions import sigma
from numeric.twins import Twin, twin

COMPILED = [name for name in catalogue.names() if catalogue.load(name).compilable]
HELD = [name for name in COMPILED if not getattr(catalogue.load(name), "stages", ())]
x = sp.Symbol("x", real=True)


@pytest.mark.parametrize("name", HELD)
def test_compiled_code_is_within_two_ulp_at_the_extremes(name: str) -> None:
    verdict = check_precision(catalogue.load(name))
    assert verdict.status is Status.AGREES, verdict.reason
    assert verdict.max_error is not None
    assert verdict.max_error <= 2.0


TWINS = [name for name in COMPILED if twin(name) is not None]


@pytest.mark.parametrize(
    ("name", "method"), [*((name, "central") for name in COMPILED), *((name, "complex") for name in TWINS)]
)
def test_compiled_derivatives_agree_with_differences(name: str, method: str) -> None:
    verdict = check_differences(catalogue.load(name), method)
    assert verdict is not None
    assert verdict.status is Status.AGREES, verdict.reason


def test_an_entry_without_a_twin_gets_no_row_for_it() -> None:
    assert check_twin(catalogue.load("gelu")) is None
    assert check_differences(catalogue.load("gelu"), "complex") is None  # compiled code carries no complex numbers


@pytest.mark.parametrize("name", TWINS)
def test_compiled_code_agrees_with_its_hand_written_twin(name: str) -> None:
    verdict = check_twin(catalogue.load(name))
    assert verdict is not None
    assert verdict.status is Status.AGREES, verdict.reason


def with_gradient(entry: Entry, name: str, code: Any) -> Entry:
    """Return the entry with other compiled code for one derivative."""
    broken = replace(entry)
    broken.__dict__["compiled_gradient"] = {**entry.compiled_gradient, name: code}
    return broken


def test_the_textbook_sigma_prime_in_plain_numpy_fails_the_precision_check() -> None:
    entry = catalogue.load("sigmoid")

    def plain(values: Any) -> Any:
        s = 1 / (1 + np.exp(-np.asarray(values, dtype=float)))
        return s * (1 - s)

    with np.errstate(over="ignore"):
        verdict = check_precision(with_gradient(entry, "x", plain))
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)
    assert "x = 40" in verdict.evidence.point["at"]


def test_nan_from_plain_lambdify_fails_the_precision_check() -> None:
    entry = catalogue.load("sigmoid")
    naive = sp.lambdify(x, sp.exp(-x) / (1 + sp.exp(-x)) ** 2, "numpy")
    with np.errstate(all="ignore"):
        verdict = check_precision(with_gradient(entry, "x", lambda values: naive(np.asarray(values))))
    assert verdict.status is Status.FAULT
    assert "nan" in verdict.reason


def test_the_precision_check_sees_three_ulp() -> None:
    entry = catalogue.load("tanh")
    code = entry.compiled_gradient["x"]
    off = with_gradient(entry, "x", lambda values: code(values) * (1 + 3 * 2.0**-52))
    assert check_precision(off).status is Status.REFUTED


@pytest.mark.parametrize(
    ("computed", "exact", "expected"),
    [
        (1.0, arb(1), 0.0),
        (1.0 + 2**-52, arb(1), 1.0),
        (0.0, arb(0), 0.0),
        (5e-324, arb(0), 1.0),
        (float("inf"), arb(10) ** 400, 0.0),
        (float("-inf"), arb(10) ** 400, float("inf")),
        (float("nan"), arb(1), float("inf")),
    ],
)
def test_units_in_the_last_place(computed: float, exact: arb, expected: float) -> None:
    assert ulps(computed, exact) == pytest.approx(expected, rel=1e-6)


def test_precision_is_raised_until_cancellation_is_overcome() -> None:
    ball = accurately(1 - sigma(x), {x: fmpq(800)})
    assert ball.rel_accuracy_bits() >= 200
    assert ball > 0


def test_a_wrong_derivative_is_refuted_by_differences() -> None:
    entry = catalogue.load("wave")
    code = entry.compiled_gradient["x"]
    for method in ("central", "complex"):
        verdict = check_differences(with_gradient(entry, "x", lambda a, b: code(a, b) + 1e-5), method)
        assert verdict is not None
        assert verdict.status is Status.REFUTED


def test_a_wrong_twin_is_told_from_the_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    right = twin("tanh")
    assert right is not None
    wrong = Twin("tanh", right.function, {"x": lambda values: 1 - np.tanh(values)})
    monkeypatch.setattr(twins, "twin", lambda name: wrong)
    verdict = check_twin(catalogue.load("tanh"))
    assert verdict is not None
    assert verdict.status is Status.REFUTED
    assert "hand-written code" in verdict.reason


def test_a_twin_that_gives_nan_is_a_fault_and_not_a_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    right = twin("tanh")
    assert right is not None
    wrong = Twin("tanh", right.function, {"x": lambda values: np.full_like(values, np.nan)})
    monkeypatch.setattr(twins, "twin", lambda name: wrong)
    verdict = check_twin(catalogue.load("tanh"))
    assert verdict is not None
    assert verdict.status is Status.FAULT


LIMITED = [name for name in catalogue.names() if not isinstance(catalogue.load(name).limits, str)]


@pytest.mark.parametrize("name", LIMITED)
def test_every_declared_limit_is_confirmed(name: str) -> None:
    verdict = check_limits(catalogue.load(name))
    assert verdict is not None
    assert verdict.status is Status.AGREES, verdict.reason


def test_an_entry_without_limits_gets_no_row_instead_of_a_pass() -> None:
    assert check_limits(catalogue.load("linear_layer")) is None


@pytest.mark.parametrize(
    "limit",
    [
        Limit("", x, sp.oo, sp.S.Zero),
        Limit("", x, -sp.oo, sp.S.One),
        Limit("x", x, sp.oo, sp.S.One),
        Limit("x", x, 0, sp.Rational(1, 5)),
        Limit("", x, sp.oo, sp.oo),
    ],
)
def test_a_wrong_limit_is_not_confirmed(limit: Limit) -> None:
    entry = catalogue.load("sigmoid")
    symbol = entry.variables[0].symbol
    verdict = check_limits(replace(entry, limits=(replace(limit, variable=symbol),)))
    assert verdict is not None
    assert verdict.status is Status.UNDECIDED


def test_the_kink_of_relu_is_right() -> None:
    assert check_kinks(catalogue.load("relu")).status is Status.PROVED


@pytest.mark.parametrize(
    "kink",
    [
        {"interval": (sp.S.Zero, sp.Integer(2))},
        {"interval": (sp.Integer(-1), sp.S.One)},
        {"produced": sp.Integer(2)},
        {"produced": sp.S.One},  # in the interval, but the compiled code gives 0
    ],
)
def test_a_kink_that_is_declared_wrongly_is_noticed(kink: dict[str, Any]) -> None:
    entry = catalogue.load("relu")
    assert isinstance(entry.kinks[0], Kink)
    assert check_kinks(replace(entry, kinks=(replace(entry.kinks[0], **kink),))).status is Status.FAULT


def test_claiming_no_kinks_for_a_function_with_one_is_noticed() -> None:
    verdict = check_kinks(replace(catalogue.load("relu"), kinks="none at all"))
    assert verdict.status is Status.UNDECIDED
    assert isinstance(verdict.evidence, Attempt)


def test_claiming_no_kinks_over_a_denominator_that_vanishes_is_noticed() -> None:
    entry = catalogue.load("sigmoid")
    assert isinstance(entry, ScalarEntry)
    symbol = entry.variables[0].symbol
    pole = replace(entry, value=1 / symbol, gradient={symbol: -1 / symbol**2})
    assert check_kinks(pole).status is Status.UNDECIDED


def test_sampled_variances_agree_with_the_derived_ones() -> None:
    entry = catalogue.load("variance")
    assert isinstance(entry, MomentEntry)
    verdict = check_sampled_variance(entry)
    assert verdict.status is Status.AGREES
    assert isinstance(verdict.evidence, Comparison)
    assert verdict.evidence.compared == 24


@pytest.mark.parametrize("claim", ["variance", "uniform_variance", "uniform_bound", "glorot_bound"])
def test_a_wrong_variance_is_seen_in_the_sample(claim: str) -> None:
    entry = catalogue.load("variance")
    assert isinstance(entry, MomentEntry)
    label, steps, form = entry.claims[claim]
    broken = replace(entry, claims={**entry.claims, claim: (label, steps, sp.Rational(21, 20) * form)})
    assert check_sampled_variance(broken).status is not Status.AGREES


def test_the_compiled_selection_matches_the_twin_on_images_with_ties() -> None:
    entry = catalogue.load("conv_example")
    assert isinstance(entry, ArrayEntry)
    hand = twin("conv_example")
    assert hand is not None
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, size=(12, 6, 6)).astype(float)  # zeros and ones: ties everywhere
    arguments = (X, rng.integers(2, size=12).astype(float), np.ones((3, 3)), -4.0, rng.normal(size=(2, 2)), 0.5)
    for name in ("K", "c", "W", "d"):
        ours, theirs = entry.compiled_gradient[name](*arguments), hand.gradients[name](*arguments)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_a_compiled_constant_keeps_the_shape_of_its_argument() -> None:
    code = compile_scalar([x], sp.Integer(2))
    assert code(np.zeros((3, 4), dtype=np.float32)).shape == (3, 4)
    assert code(np.zeros((3, 4), dtype=np.float32)).dtype == np.float32


def test_a_function_that_jumps_has_no_kink_and_is_reported() -> None:
    entry = catalogue.load("relu")
    assert isinstance(entry, ScalarEntry)
    symbol = entry.variables[0].symbol
    jump = sp.Piecewise((symbol + 1, symbol > 0), (symbol, True))
    broken = replace(entry, value=jump, gradient={symbol: sp.S.One}, kinks="none")
    verdict = check_kinks(broken)
    assert verdict.status is Status.FAULT
    assert "jumps" in verdict.reason
