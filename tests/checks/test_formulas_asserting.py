"""Formulas under a test suite: `assert_same_formula` is silent, or its message says everything."""

import pytest

import gradproof
from checks.formulas import assert_same_formula


def message_of(*arguments: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_same_formula(*arguments, **options)  # type: ignore[arg-type]
    return str(caught.value)


def test_the_same_formula_in_two_notations_is_silent() -> None:
    gradproof.assert_same_formula(r"\frac{e^{-x}}{(1+e^{-x})^2}", "sigma(x)*(1 - sigma(x))")


def test_a_difference_is_told_with_its_point_both_values_and_a_line_to_paste() -> None:
    assert message_of("x**2", "x*(x + 1)") == "\n".join(
        [
            "refuted: Different at x = 1/2: 0.250000000000000 against 0.750000000000000.",
            "  left:  x**2",
            "  right: x*(x + 1)",
            "  at x = 1/2:",
            "    left is  0.250000000000000",
            "    right is 0.750000000000000",
            "  again: gradproof equal 'x**2' 'x*(x + 1)'",
        ]
    )


def test_the_classic_mistake_stands_beside_the_correct_step() -> None:
    message = message_of("tanh(x)", "-tanh(x)", seconds=60)
    assert "\n  mistake: sign\n" in message
    assert "\n  correct: " in message
    assert message.endswith("again: gradproof equal 'tanh(x)' '-tanh(x)' --seconds 60")


@pytest.mark.parametrize("given", ["a positive", ["a positive"], ("a positive",)])
def test_one_declaration_may_stand_alone(given: object) -> None:
    assert_same_formula("sqrt(a^2)", "a", given=given)  # type: ignore[arg-type]
    message = message_of("sqrt(a^2)", "-a", given=given)
    assert "\n  given: a positive\n" in message
    assert message.endswith("--given 'a positive'")


def test_undecided_fails_with_a_message_of_its_own_unless_it_is_allowed() -> None:
    message = message_of("log(x^2)", "2*log(x)")  # where x < 0 only one side is defined
    assert message.startswith("undecided: ")
    assert "\n  tried: " in message
    assert "What is undecided does not pass" in message
    assert_same_formula("log(x^2)", "2*log(x)", allow_undecided=True)
    assert_same_formula("log(x^2)", "2*log(x)", given="x positive")


def test_what_is_refuted_or_unreadable_is_never_allowed() -> None:
    assert message_of("x", "2*x", allow_undecided=True).startswith("refuted: ")
    message = message_of("x**2", "x*(x+", allow_undecided=True)
    assert message.startswith("unreadable: ")
    assert "\n  x*(x+\n    ^\n" in message


def test_an_error_of_ours_does_not_pass_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("planted")

    monkeypatch.setattr("checks.formulas.equality.read_both", broken)
    message = message_of("x", "x", allow_undecided=True)
    assert message.startswith("fault: This is an error of ours")
    assert "\n  tried: RuntimeError: planted\n" in message
