"""Deciding whether two formulas are the same: proofs, counterexamples, and honest silence."""

import pytest
import sympy as sp
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.enclosure import UndefinedHereError, UnknownHereError, enclose
from checks.identity import identical
from checks.verdict import Counterexample, Proof, Status
from derive.domain import Domain
from derive.functions import general_function, indicator, relu, sigma, softplus

x, y, z = sp.symbols("x y z", real=True)
p = sp.Symbol("p", real=True)
a, b, m = sp.symbols("a b m", positive=True)
h, h_prime = general_function("h"), general_function("h'")
PROBABILITY = Domain({p: sp.Interval.open(0, 1)})

EQUAL = [
    (sp.diff(1 / (1 + sp.exp(-x)), x), sigma(x) * (1 - sigma(x))),
    (sp.exp(-x) / (1 + sp.exp(-x)) ** 2, sigma(x) * sigma(-x)),
    (sp.exp(x) / (1 + sp.exp(x)) ** 2, sigma(x) - sigma(x) ** 2),
    (-(y * sp.log(sigma(z)) + (1 - y) * sp.log(1 - sigma(z))), softplus(z) - y * z),
    (softplus(x) - softplus(-x), x),
    (1 - sp.tanh(x) ** 2, 1 / sp.cosh(x) ** 2),
    (sp.tanh(x / 2), 2 * sigma(x) - 1),
    (sp.tanh(x), sp.sinh(x) / sp.cosh(x)),
    (sp.sin(3 * x), 3 * sp.sin(x) - 4 * sp.sin(x) ** 3),
    (sp.cos(x + y), sp.cos(x) * sp.cos(y) - sp.sin(x) * sp.sin(y)),
    (sp.cos(x / 2) ** 2, (1 + sp.cos(x)) / 2),
    (sp.tan(x) ** 2 + 1, 1 / sp.cos(x) ** 2),
    (sp.exp(x / 2) ** 2 * sp.exp(y / 3), sp.exp(x + y / 3)),
    (sp.exp(sp.exp(x) + 1) / sp.E, sp.exp(sp.exp(x))),
    (sp.log(a * b**2), sp.log(a) + 2 * sp.log(b)),
    (sp.log(sp.exp(x) * 8), x + 3 * sp.log(2)),
    (sp.sqrt(3 / m), sp.sqrt(3) / sp.sqrt(m)),
    (sp.sqrt(12 * a), 2 * sp.sqrt(3) * sp.sqrt(a)),
    (1 / (sp.sqrt(a) + sp.sqrt(b)), (sp.sqrt(a) - sp.sqrt(b)) / (a - b)),
    (a**x * a**y, a ** (x + y)),
    (relu(x), (x + sp.Abs(x)) / 2),
    (sp.sqrt(x**2), sp.Abs(x)),
    (sp.Abs(x * y), sp.Abs(x) * sp.Abs(y)),
    (relu(x) * relu(-x), sp.S.Zero),
    (relu(x) ** 2, x * relu(x)),
    (indicator(x > 0) * x, relu(x)),
    (sp.Max(x, y), (x + y + sp.Abs(x - y)) / 2),
    (sp.Max(x, y, z), sp.Max(x, sp.Max(y, z))),
    (h(x) * sp.diff(h(x**2), x), 2 * x * h_prime(x**2) * h(x)),
]


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=lambda formula: str(formula)[:40])
def test_equal_formulas_are_proved(left: sp.Expr, right: sp.Expr) -> None:
    verdict = identical(left, right)
    assert verdict.status is Status.PROVED, verdict.reason
    assert isinstance(verdict.evidence, Proof)
    assert "python-flint" in verdict.evidence.procedure


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=lambda formula: str(formula)[:40])
def test_the_same_formulas_with_a_tiny_error_are_refuted_at_a_point(left: sp.Expr, right: sp.Expr) -> None:
    verdict = identical(left, right + sp.Rational(1, 10**20))
    assert verdict.status is Status.REFUTED, verdict.reason
    assert isinstance(verdict.evidence, Counterexample)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sigma(x) * (1 - sigma(x)), sigma(x) * (1 + sigma(x))),
        (sp.sqrt(x**2), x),
        (sp.Abs(x), x),
        (indicator(x > 0), indicator(x >= 0)),
        (sp.exp(x) * sp.exp(y), sp.exp(x * y)),
        (sp.log(a + b), sp.log(a) + sp.log(b)),
        (sp.sin(2 * x), 2 * sp.sin(x)),
        (y**2, y),
        (h(x), h(x) + 1),
        (h(x + y), h(x) + h(y)),
        (x, x + sp.exp(-1000)),
    ],
)
def test_different_formulas_are_refuted(left: sp.Expr, right: sp.Expr) -> None:
    assert identical(left, right).status is Status.REFUTED


def test_the_counterexample_can_be_checked_by_hand() -> None:
    verdict = identical(x**2, 2 * x)
    evidence = verdict.evidence
    assert isinstance(evidence, Counterexample)
    value = sp.Rational(evidence.point["x"])
    assert value**2 != 2 * value
    assert evidence.left.low <= float(value**2) <= evidence.left.high
    assert evidence.right.low <= float(2 * value) <= evidence.right.high


def test_an_identity_that_needs_its_domain_is_proved_inside_it_only() -> None:
    left, right = sp.log(p) - sp.log(1 - p), sp.log(p / (1 - p))
    assert identical(left, right, PROBABILITY).status is Status.PROVED
    labels = Domain({y: sp.FiniteSet(0, 1)})
    assert identical(y**2, y, labels).status is Status.PROVED
    assert identical(y**2, y).status is Status.REFUTED


def test_a_point_outside_the_domain_never_refutes() -> None:
    positive = Domain({x: sp.Interval.open(0, sp.oo)})
    assert identical(sp.Abs(x), x, positive).status is not Status.REFUTED
    ordered = Domain({}, (x > y,))
    assert identical(sp.Max(x, y), x, ordered).status is not Status.REFUTED


def test_a_denominator_that_can_vanish_is_listed_as_an_exception() -> None:
    verdict = identical((x**2 - 1) / (x - 1), x + 1)
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.exceptions == ("-1 + x != 0",) or "x" in verdict.evidence.exceptions[0]


def test_a_logarithm_is_not_split_over_factors_of_unknown_sign() -> None:
    verdict = identical(sp.log(x**2), 2 * sp.log(x))
    assert verdict.status is Status.UNDECIDED  # equal where both are defined, and one is defined for x < 0 too


def test_what_the_procedure_does_not_know_is_undecided_and_says_why() -> None:
    verdict = identical(sp.gamma(x + 1), x * sp.gamma(x))
    assert verdict.status is Status.UNDECIDED
    assert "gamma" in verdict.reason


def test_a_formula_that_would_blow_up_is_undecided_in_bounded_time() -> None:
    symbols = sp.symbols("q0:12", real=True)
    verdict = identical(sum(symbols) ** 40, sum(symbols) ** 40 + 1)
    assert verdict.status in (Status.REFUTED, Status.UNDECIDED)


def test_borders_can_be_left_out_and_are_then_named() -> None:
    left, right = indicator(x > 0), indicator(x >= 0)
    assert identical(left, right).status is Status.REFUTED
    verdict = identical(left, right, borders=False)
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.conditions == ("x != 0",)


def test_the_same_question_gets_the_same_verdict() -> None:
    first, second = (identical(sp.sin(x), sp.cos(x), seed=5) for _ in range(2))
    assert first == second


LEAVES = st.sampled_from([x, y, sp.Integer(2), sp.Rational(1, 3), sp.Integer(-1)])


def grown(children: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        children.map(sigma),
        children.map(lambda u: sp.exp(-(u**2))),
        children.map(sp.sin),
        children.map(sp.tanh),
        children.map(relu),
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=4)


@given(FORMULAS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_rewritten_formula_is_never_refuted(formula: sp.Expr) -> None:
    rewritten = sp.expand(formula * (1 + x) - x * formula).rewrite(sp.exp)
    assert identical(formula, rewritten).status is not Status.REFUTED


@given(FORMULAS, FORMULAS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_proof_is_never_contradicted_by_a_value(left: sp.Expr, right: sp.Expr) -> None:
    if identical(left, right).status is not Status.PROVED:
        return
    for numerator in range(-20, 21):
        point = {x: fmpq(numerator, 7), y: fmpq(3 - numerator, 5)}
        try:
            assert enclose(left, point, 128).overlaps(enclose(right, point, 128))
        except (UndefinedHereError, UnknownHereError):
            continue


@pytest.mark.parametrize(
    ("left", "right", "domain"),
    [
        (sp.log(p - 1), sp.log(1 - p), PROBABILITY),  # the left side is defined nowhere in the domain
        (sp.sqrt(x * y), sp.sqrt(x) * sp.sqrt(y), None),  # different for two negative numbers, where one is undefined
        (sp.log(x * y), sp.log(x) + sp.log(y), None),
        (sp.log(x**2 * p), 2 * sp.log(x) + sp.log(p), PROBABILITY),
        (sp.sqrt(p - 1), sp.sqrt(1 - p), PROBABILITY),
        (sp.log((x * y + 1) ** 2), 2 * sp.log(x * y + 1), None),  # a sum with a term of unknown sign has none
    ],
)
def test_roots_and_logarithms_are_not_split_where_a_sign_is_wrong_or_unknown(
    left: sp.Expr, right: sp.Expr, domain: Domain | None
) -> None:
    assert identical(left, right, domain).status is not Status.PROVED


def test_a_border_that_is_left_out_never_refutes() -> None:
    half = x / (1 + sp.sqrt(1 + x**2))
    left, right = indicator(x > 0) + sp.atan(x), indicator(x >= 0) + 2 * sp.atan(half)  # equal but for x = 0
    assert identical(left, right).status is Status.REFUTED
    assert identical(left, right, borders=False).status is Status.UNDECIDED


def test_a_switch_over_a_quotient_is_decided_and_one_over_a_root_at_least_answered() -> None:
    quotient, root = sp.Max(x / y, sp.S.One), sp.Max(x + x / p, p ** sp.Rational(3, 2))
    assert identical(quotient, (x / y + 1 + sp.Abs(x / y - 1)) / 2).status is Status.PROVED
    assert identical(quotient, sp.Max(x, y) / y).status is Status.REFUTED
    assert identical(2 * root, root * (sp.exp(y) + 2) / (1 + sp.exp(y) / 2), PROBABILITY).status in {
        Status.PROVED,
        Status.UNDECIDED,
    }
