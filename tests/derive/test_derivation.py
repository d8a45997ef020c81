"""Derivations are chains of named steps."""

import pytest
import sympy as sp

from derive import catalogue, rules
from derive.derivation import D, Derivation, Step
from derive.differentiate import differentiate
from derive.functions import general_function, relu, sigma, softplus

x, y = sp.symbols("x y", real=True)


def rule_names(formula: sp.Expr, by: sp.Expr = x) -> list[str]:
    return [step.rule for step in differentiate(formula, by)]


@pytest.mark.parametrize(
    ("formula", "names", "result"),
    [
        (y, ["constant rule"], 0),
        (x, ["derivative of the variable"], 1),
        (x + y, ["sum rule", "derivative of the variable and constant rule"], 1),
        (3 * x, ["constant factor rule", "derivative of the variable"], 3),
        (x**3, ["power rule"], 3 * x**2),
        (sp.exp(x), ["exponential rule"], sp.exp(x)),
        (sp.log(x), ["logarithm rule"], 1 / x),
        (sp.sin(x), ["trigonometric rule"], sp.cos(x)),
        (sp.cos(x), ["trigonometric rule"], -sp.sin(x)),
        (sp.tanh(x), ["hyperbolic rule"], 1 - sp.tanh(x) ** 2),
        (sigma(x), ["sigmoid rule"], sigma(x) * (1 - sigma(x))),
        (softplus(x), ["softplus rule"], sigma(x)),
        (sp.erf(x), ["error function rule"], 2 * sp.exp(-(x**2)) / sp.sqrt(sp.pi)),
        (sp.Abs(x), ["absolute value rule, off the kink"], sp.sign(x)),
        (relu(x), ["rectifier rule, off the kink"], sp.Piecewise((1, x > 0), (0, True))),
        (x * sp.exp(x), ["product rule", "derivative of the variable", "exponential rule"], None),
        (sp.sin(x) / x, ["quotient rule", "derivative of the variable", "trigonometric rule"], None),
        (
            sp.exp(-(x**2)),
            ["chain rule with the exponential rule", "constant factor rule", "power rule"],
            -2 * x * sp.exp(-(x**2)),
        ),
    ],
)
def test_each_rule_is_used_under_its_own_name(formula: sp.Expr, names: list[str], result: sp.Expr | None) -> None:
    assert rule_names(formula) == names
    end = differentiate(formula, x)[-1].after
    assert end == result if result is not None else sp.simplify(end - sp.diff(formula, x)) == 0


def test_every_rule_of_the_list_is_used_by_some_formula() -> None:
    assert len(rules.RULES) == len({rule.__name__ for rule in rules.RULES})
    assert all(rule.__doc__ for rule in rules.RULES)


def test_the_chain_rule_names_the_inner_function() -> None:
    first = differentiate(sp.exp(-x), x)[0]
    assert first.note == "outer e^u, inner u = -x"


def test_a_general_function_differentiates_into_its_prime() -> None:
    h = general_function("h")
    assert differentiate(h(x**2), x)[-1].after == 2 * x * general_function("h'")(x**2)


def test_a_function_without_a_rule_is_refused_by_name() -> None:
    with pytest.raises(rules.NoRuleError, match="no rule differentiates gamma"):
        differentiate(sp.gamma(x), x)


def test_a_chain_with_a_gap_cannot_be_constructed() -> None:
    steps = (Step(before=D(x, x), rule="a", after=sp.S.One), Step(before=sp.Integer(2), rule="b", after=sp.S.One))
    with pytest.raises(ValueError, match="step 2 of x does not begin where step 1 ended"):
        Derivation(name="x", label="f", steps=steps)
    with pytest.raises(ValueError, match="has no step"):
        Derivation(name="x", label="f", steps=())


def test_a_formula_that_is_nested_too_deep_is_refused() -> None:
    nested = x
    for _ in range(150):
        nested = sp.sin(nested)
    with pytest.raises(ValueError, match="nested more than 60 deep"):
        differentiate(nested, x)


def test_a_very_long_derivation_is_refused_in_bounded_time() -> None:
    with pytest.raises(ValueError, match="more than 400 steps"):
        differentiate(sp.Add(*(sp.sin(k * x) for k in range(1, 180))), x)


def test_an_expression_that_grows_too_large_is_refused_in_bounded_time() -> None:
    with pytest.raises(ValueError, match="more than 20,000 parts"):
        differentiate(sp.Mul(*(sp.sin(k * x) for k in range(1, 200))), x)


@pytest.mark.parametrize("name", catalogue.names())
def test_no_derivation_of_the_catalogue_has_a_step_called_simplify(name: str) -> None:
    for chain in catalogue.load(name).derivations:
        assert all(step.rule and "simplif" not in step.rule.lower() for step in chain.steps)
        assert not chain.result.has(D)
