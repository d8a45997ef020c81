"""Classic mistakes, planted in several derivations each: each is found by its name, and a random error has none."""

import pytest
import sympy as sp

from checks.formulas import answer, explain
from checks.verdict import Status

FUNCTIONS = ["x^2 sin(3x)", "e^{-x^2}", "ln(1+x^2)", "tanh(2x+1)", "sin(x)^3", "sigma(3x) x^2", "(x^2+1)^5"]
SLIPS = [
    *[("sign", f, r"-\left(\frac{d}{dx}\left[%s\right]\right)") for f in FUNCTIONS],
    *[("factor 2", f, r"2\left(\frac{d}{dx}\left[%s\right]\right)") for f in FUNCTIONS],
    *[("constant factor", f, r"7\left(\frac{d}{dx}\left[%s\right]\right)") for f in FUNCTIONS],
    *[("function", f, "%s") for f in FUNCTIONS if f != "e^{-x^2}"],
]
PLANTED = [
    ("inner derivative", "sin(3x)", "cos(3x)"),
    ("inner derivative", "tanh(x^2)", "1-tanh(x^2)^2"),
    ("inner derivative", "ln(1+x^2)", "1/(1+x^2)"),
    ("inner derivative", "(x^2+1)^5", "5(x^2+1)^4"),
    ("inner derivative", "sigma(3x+1)", "sigma(3x+1)(1-sigma(3x+1))"),
    ("product rule", "x^2 sin(x)", "2x cos(x)"),
    ("product rule", "x e^x", "e^x"),
    ("product rule", "x ln(x)", "1/x"),
    ("product rule", "x^3 cos(x)", "-3x^2 sin(x)"),
    ("product rule", "sigma(x) x^2", "2x sigma(x)(1-sigma(x))"),
    ("quotient rule", "sin(x)/(x^2+1)", "cos(x)/(2x)"),
    ("quotient rule", "x^2/(x+1)", "2x"),
    ("quotient rule", "e^x/(x^2+3)", "e^x/(2x)"),
    ("quotient rule", "x/(x^2+1)", "((x^2+1) - 2x^2)/(x^2+1)"),
    ("quotient rule", "cos(x)/(x^4+1)", "(-sin(x)(x^4+1) - 4x^3 cos(x))/(x^4+1)"),
    ("sigma for sigma'", "sigma(3x)", "3sigma(3x)"),
    ("sigma for sigma'", "sigma(x^2)", "2x sigma(x^2)"),
    ("sigma for sigma'", "sigma(2x)^2", "4 sigma(2x)^2"),
    ("sigma for sigma'", "x sigma(x)", "sigma(x) + x sigma(x)"),
    ("sigma for sigma'", "ln(1+sigma(x))", "sigma(x)/(1+sigma(x))"),
    ("power rule", "x^5", "5x^5"),
    ("power rule", "(x+1)^3", "3(x+1)^3"),
    ("power rule", "sin(x)^4", "4 sin(x)^4 cos(x)"),
    ("power rule", "x^7 + x", "7x^7 + 1"),
    ("power rule", "(2x+1)^6", "12 (2x+1)^6"),
]
ARRAYS = ["X matrix(B, N)", "G matrix(B, M)", "A matrix(n, n)", "C matrix(n, n)", "x vector(n)", "y vector(n)"]
ARRAYS += ["z vector(n)", "i index(n)", "j index(n)"]
OF_ARRAYS = [
    ("1/B", "X.T @ G / B", "X.T @ G"),
    ("1/B", "X.T @ G / B", "X.T @ G / B**2"),
    ("1/B", r"\frac{1}{B}\sum_{i=1}^B G_{ik}", r"\sum_{i=1}^B G_{ik}"),
    ("1/B", "np.mean(x)", "np.sum(x)"),
    ("1/B", r"\frac1n \sum_k (x_k - y_k)^2", r"\sum_k (x_k - y_k)^2"),
    ("transposed", "A x", "A^T x"),
    ("transposed", "x y^T", "y x^T"),
    ("transposed", "A C", "A^T C"),
    ("transposed", "A C", "C^T A^T"),
    ("transposed", "A C x", "A C^T x"),
    ("diagonal only", r"softmax(z)_i(\delta_{ij}-softmax(z)_j)", r"\delta_{ij} softmax(z)_i(1-softmax(z)_i)"),
    ("diagonal only", "x_i y_j", r"\delta_{ij} x_i y_i"),
    ("diagonal only", "A_{ij}", r"\delta_{ij} A_{ii}"),
    ("diagonal only", "A_{ij} x_j", r"\delta_{ij} A_{ii} x_i"),
    ("diagonal only", "x_i + y_j", r"\delta_{ij}(x_i + y_i)"),
    ("sign", "A x", "-A x"),
    ("factor 2", "2 X^T G", "X^T G"),
]


@pytest.mark.parametrize(("name", "function", "wrong"), SLIPS)
def test_slips_of_factors_are_found_in_every_derivative(name: str, function: str, wrong: str) -> None:
    found = answer(rf"\frac{{d}}{{dx}}\left[{function}\right]", wrong.replace("%s", function))
    assert found.verdict.status is Status.REFUTED
    assert found.mistake == name, found.verdict.reason


@pytest.mark.parametrize(("name", "function", "wrong"), PLANTED)
def test_slips_of_rules_are_found(name: str, function: str, wrong: str) -> None:
    found = answer(f"d/dx ({function})", wrong)
    assert found.verdict.status is Status.REFUTED
    assert found.mistake == name, found.verdict.reason


@pytest.mark.parametrize(("name", "right", "wrong"), OF_ARRAYS)
def test_slips_of_arrays_are_found(name: str, right: str, wrong: str) -> None:
    found = answer(right, wrong, ARRAYS)
    assert found.verdict.status is Status.REFUTED
    assert found.mistake == name, found.verdict.reason


@pytest.mark.parametrize("wrong", ["2x cos(3x) + 1", "x^2 cos(x)", "x", "sin(x) + 10^-9", "0"])
def test_what_no_mistake_gives_exactly_is_given_no_name(wrong: str) -> None:
    found = answer("d/dx (x^2 sin(3x))", wrong)
    assert found.verdict.status is Status.REFUTED
    assert found.mistake is None


def test_the_factor_is_said() -> None:
    x = sp.Symbol("x", real=True)
    mistake = explain(sp.sin(x) * x, sp.Rational(5, 3) * x * sp.sin(x))
    assert mistake is not None
    assert "5/3" in mistake.sentence
