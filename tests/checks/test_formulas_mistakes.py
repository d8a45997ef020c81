"""What is said about a mistake: the correct step beside it, nothing without a proof, the same on every run."""

import pytest
import sympy as sp

from checks.formulas import MEANINGS, Answer, answer, check_steps, explain
from checks.formulas.mistakes import matching
from checks.formulas.mistakes.activations import with_sigma
from checks.formulas.mistakes.misused import misused
from checks.formulas.mistakes.rules import rule_of
from checks.identity import identical
from checks.verdict import Status
from derive.functions import sigma

x, y = sp.symbols("x y", real=True)


def step(found: Answer) -> tuple[str | None, str, str]:
    assert found.verdict.status is Status.REFUTED
    explanation = found.explanation
    return (None, "", "") if explanation is None else (explanation.name, explanation.correct, explanation.instead)


@pytest.mark.parametrize(
    ("function", "wrong", "name", "correct", "instead"),
    [
        ("sin(3x)", "cos(3x)", "inner derivative", "∂/∂x[sin(3x)] = cos(3x) ∂/∂x[3x] = 3 cos(3x)", "cos(3x)"),
        ("x^2 + cos(x)", "2x + sin(x)", "sign", "∂/∂x[cos(x)] = −sin(x)", "sin(x)"),
        ("x e^x", "e^x", "product rule", "∂/∂x[x e^x] = e^x + x ∂/∂x[e^x] = e^x + x e^x", "e^x"),
        ("x^5", "5x^5", "power rule", "∂/∂x[x⁵] = 5x⁴", "5x⁵"),
        ("max(a x, 0)", "a", "outer derivative", "∂/∂x[max(0, a x)] = 𝟙[a x > 0] ∂/∂x[a x] = a 𝟙[a x > 0]", "a"),
        ("x^2", "x^2", "function", "∂/∂x[x²] = 2x", "x²"),
    ],
)
def test_the_correct_step_stands_beside_the_mistake(
    function: str, wrong: str, name: str, correct: str, instead: str
) -> None:
    assert step(answer(f"d/dx ({function})", wrong)) == (name, correct, instead)


def test_only_the_rule_at_the_place_of_the_mistake_is_shown() -> None:
    found = answer("d/dx (x^2 sin(3x) + ln(1+x^2))", "2x sin(3x) + x^2 cos(3x) + 2x/(1+x^2)")
    assert step(found)[1] == "∂/∂x[sin(3x)] = cos(3x) ∂/∂x[3x] = 3 cos(3x)"


def test_a_slip_that_is_made_every_time_is_found_too() -> None:
    waves = answer("d/dx (sin(3x) + sin(2x^2))", "cos(3x) + cos(2x^2)")
    assert waves.mistake == "inner derivative"
    cosines = answer("d/dx (cos(x) + cos(y x))", "sin(x) + y sin(y x)")
    assert cosines.mistake == "sign"
    squares = answer("d/dx ((x+1)^2 (x+2)^2)", "(x+1)(x+2)^2 + (x+1)^2 (x+2)")
    assert squares.mistake == "factor 2"


def test_without_a_derivative_the_right_formula_is_the_correct_step() -> None:
    found = answer("X.T @ G / B", "X.T @ G / B**2", ["X matrix(B, N)", "G matrix(B, M)"])
    assert step(found) == ("1/B doubled", "X.T @ G / B", "")
    assert "divided by B²" in found.verdict.reason


def test_a_derivative_inside_a_formula_is_looked_into() -> None:
    left = r"\frac{d}{dx}\left[x^2\right] \sin(3x) + x^2 \frac{d}{dx}\left[\sin(3x)\right]"
    assert answer(left, "2x sin(3x) + x^2 cos(3x)").mistake == "inner derivative"
    assert answer(left, "2x sin(3x) + 3x^2 cos(3x)").verdict.status is Status.PROVED
    assert answer(r"\frac{d^2}{dx^2}\left[\sin(3x)\right]", "-3 sin(3x)").mistake in {"inner derivative", None}


def test_the_other_mistakes_with_the_same_formula_are_mentioned() -> None:
    found = answer("d/dx e^{-x}", "e^{-x}")
    assert found.explanation is not None
    assert found.mistake == "sign"
    assert "inner derivative" in found.explanation.also
    assert found.mistake not in found.explanation.also
    assert list(found.explanation.also) == sorted(found.explanation.also, key=list(MEANINGS).index)


@pytest.mark.parametrize("wrong", ["cos(3x) + 10^{-30}", "cos(3x)(1 + 10^{-30} x)", "cos(3x) + 10^{-9} sin(x)"])
def test_what_differs_from_a_mistake_by_a_hair_has_no_name(wrong: str) -> None:
    found = answer("d/dx sin(3x)", wrong)
    assert found.verdict.status is Status.REFUTED
    assert found.mistake is None


def test_nothing_is_named_that_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer("d/dx sin(3x)", "cos(3x)").mistake is not None
    monkeypatch.setattr(matching, "prove", lambda *_, **__: (None, "no proof"))
    assert answer("d/dx sin(3x)", "cos(3x)").mistake is None


def test_a_formula_beyond_the_limits_of_work_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "PROOFS", 0)
    assert answer("d/dx sin(3x)", "cos(3x)").mistake is None
    monkeypatch.undo()
    monkeypatch.setattr(matching, "NODES", 2)
    assert answer("d/dx sin(3x)", "cos(3x)").mistake is None


def test_the_same_question_is_explained_in_the_same_way_again() -> None:
    asked = [("d/dx (x^2 sin(3x))", "2x cos(x)"), ("d/dx (x sigma(x))", "sigma(x)(1-sigma(x))"), ("X^T G", "-X^T G")]
    given = ["X matrix(B, N)", "G matrix(B, M)"]
    first = [answer(left, right, given).to_json() for left, right in asked]
    assert first == [answer(left, right, given, seconds=None).to_json() for left, right in asked]


def test_equal_formulas_in_another_form_are_the_same_mistake() -> None:
    for wrong in ("1 - tanh(x^2)^2", "1/cosh(x^2)^2", "4/(e^{x^2}+e^{-x^2})^2"):
        assert answer("d/dx tanh(x^2)", wrong).mistake == "inner derivative"


def test_the_domain_counts() -> None:
    assert answer("d/dx ln(x^2)", "1/x", ["x positive"]).mistake == "factor 2"
    assert answer("d/dx sqrt(x^2)", "-1", ["x positive"]).mistake == "sign"


def test_a_mistake_of_shape_is_named_though_the_sides_cannot_be_compared() -> None:
    given = ["X matrix(B, N)", "G matrix(B, M)"]
    found = answer("X^T G", "G^T X", given)
    assert (found.verdict.status, found.mistake) == (Status.UNREADABLE, "transposed")
    found = answer("np.sum(G, axis=0)", "np.sum(G, axis=1)", given)
    assert (found.verdict.status, found.mistake) == (Status.UNREADABLE, "wrong axis")
    assert answer("np.mean(G, axis=0)", "np.mean(G, axis=1)", given).mistake == "wrong axis"
    for other in ("np.sum(X, axis=1)", "2*np.sum(G, axis=1)", "X^T X"):
        found = answer("np.sum(G, axis=0)", other, given)
        assert (found.verdict.status, found.mistake) == (Status.UNREADABLE, None)


def test_a_wrong_step_is_explained() -> None:
    found = check_steps("f(x) = x^2 sin(3x)\nf'(x) = 2x sin(3x) + x^2 cos(3x)\n = 2x sin(3x) - x^2 cos(3x)\n")
    first, second = (one.to_json() for one in found.steps)
    assert first["mistake"] == "inner derivative"
    assert first["explanation"]["correct_step"] == "∂/∂x[sin(3x)] = cos(3x) ∂/∂x[3x] = 3 cos(3x)"
    assert second["mistake"] == "sign"


def test_the_object_for_programs_holds_the_sentence_and_the_step() -> None:
    found = answer("d/dx sin(3x)", "cos(3x)").to_json()
    assert found["mistake"] == "inner derivative"
    assert found["explanation"] == {
        "sentence": "the derivative of the inner function 3x is forgotten.",
        "correct_step": "∂/∂x[sin(3x)] = cos(3x) ∂/∂x[3x] = 3 cos(3x)",
        "instead": "cos(3x)",
        "also": ["lost factor"],
        "declared": [],
    }


def test_the_factor_is_said() -> None:
    mistake = explain(sp.sin(x) * x, sp.Rational(5, 3) * x * sp.sin(x))
    assert mistake is not None
    assert (mistake.name, "5/3" in mistake.sentence) == ("constant factor", True)
    assert explain(sp.sin(x), sp.sin(x) + 1) is None


def test_explain_takes_a_function_and_its_variable() -> None:
    mistake = explain(2 * x * sp.cos(x**2), sp.cos(x**2), function=sp.sin(x**2), by=x)
    assert mistake is not None
    assert mistake.name == "inner derivative"


@pytest.mark.parametrize(
    "function",
    [
        x**2 * sp.sin(3 * x), sp.exp(-(x**2)) / (1 + x**2), sigma(x * y) * sp.tanh(x), sp.log(1 + sp.exp(x)),
        sp.sqrt(1 + x**2), sp.Piecewise((x**2, x > 1), (2 * x - 1, True)), sp.erf(x) * sp.cosh(x), y**2 * x,
        sp.atan(x) ** 3, sp.tan(x) + sp.cos(x) / x,
    ],
)  # fmt: skip
def test_without_a_slip_the_walk_gives_the_derivative_and_no_slip_gives_it(function: sp.Expr) -> None:
    correct, found = misused(function, x, rule_of)
    assert identical(correct, sp.diff(function, x), borders=False).status is Status.PROVED
    assert found
    for one in found:
        assert one.slip.value != one.step[1]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (sp.exp(x) / (1 + sp.exp(x)), sigma(x)),
        (1 / (1 + sp.exp(-x)), sigma(x)),
        (1 / (1 + sp.exp(x)), 1 - sigma(x)),
        (sp.exp(-x) / (1 + sp.exp(-x)) ** 2, sigma(x) * (1 - sigma(x))),
        (y * sp.exp(2 * x) / (1 + sp.exp(x)) ** 3, y * sigma(x) ** 2 * (1 - sigma(x))),
        (sp.exp(x) / (2 + sp.exp(x)), sp.exp(x) / (2 + sp.exp(x))),
    ],
)
def test_the_sigmoid_is_recognised_in_exponentials(formula: sp.Expr, expected: sp.Expr) -> None:
    assert with_sigma(formula) == expected
    assert identical(formula, expected).status is Status.PROVED
