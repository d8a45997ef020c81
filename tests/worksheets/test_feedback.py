"""Feedback in the notebook: verdicts as HTML and as plain text, without giving the answer away."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from gradproof import feedback
from worksheets.feedback import saved, shown


@pytest.fixture(autouse=True)
def not_strict():
    yield
    feedback.be_strict(False)


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """Return a function that saves a notebook with one answer cell, as JupyterLab would."""

    def save(question, source):
        cells = [
            {"cell_type": "markdown", "id": f"{question}-answer", "metadata": {}, "source": source.splitlines(True)}
        ]
        path = tmp_path / "mine.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))

    return save


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# -- formulas --


@pytest.mark.parametrize(
    "answer", [r"\sigma(x)\,(1-\sigma(x))", r"\frac{e^{-x}}{(1+e^{-x})^2}", "sigma(x) - sigma(x)**2", r"1/(2+2\cosh x)"]
)
def test_a_right_formula_is_right_in_every_form(answer):
    verdict = feedback.formula("q", entry="sigmoid", by="x", answer=answer)
    assert (verdict.status, repr(verdict).split(".")[0]) == ("proved", "q: Right")


def test_a_wrong_formula_is_shown_with_a_point_both_values_the_mistake_and_both_curves():
    verdict = feedback.formula("q", of="sin(3*x)", by="x", answer="cos(3x)")
    html = verdict._repr_html_()
    assert "Not right" in html
    assert "at x" in html
    assert "derivative of the inner function" in html.lower()
    assert html.count("<path") >= 4
    assert "Your formula differs from what is asked at x = " in repr(verdict)


def test_a_formula_with_a_general_function_is_typed_with_its_name_and_a_prime():
    right = feedback.formula("q", entry="neuron", by="w", answer="2x h'(b + xw) (h(wx + b) - l)")
    wrong = feedback.formula("q", entry="neuron", by="w", answer="2x (h(wx + b) - l)")
    assert (right.status, wrong.status) == ("proved", "refuted")


@pytest.mark.parametrize("entry", ["sigmoid", "bce_prediction", "wave", "linear_layer", "softmax_cross_entropy"])
@pytest.mark.parametrize("answer", ["17", "x + 1/(", r"\frac{1}{B}", "zz", r"G_{ij}"])
def test_feedback_on_a_wrong_formula_never_writes_the_right_one_down(entry, answer):
    from worksheets.derived import from_entry
    from worksheets.kinds.question import squeezed

    function = from_entry(entry)
    for by in function.targets:
        derivative = function.derivative(by)
        verdict = feedback.formula("q", entry=entry, by=by, answer=answer)
        said = squeezed(verdict._repr_html_() + repr(verdict) + json.dumps(verdict.to_json(), ensure_ascii=False))
        for reference in derivative.references:
            assert squeezed(reference) not in said


def test_the_formula_is_read_from_the_saved_notebook_behind_its_last_equals_sign(notebook):
    notebook("q", "*Your answer*\n\n$$\\frac{\\partial f}{\\partial x} = 2x + \\ldots = x + x$$\n")
    assert feedback.formula("q", of="x^2", by="x").status == "proved"
    notebook("q", "$$\\frac{\\partial f}{\\partial x} = 3x$$")
    verdict = feedback.formula("q", of="x^2", by="x")
    assert verdict.status == "refuted"
    assert "mine.ipynb as saved at" in verdict.reason


def test_one_of_several_formulas_of_a_cell_is_judged_alone(notebook):
    notebook("q", "$$a = 2x$$\n\n$$b = \\text{?}$$")
    assert feedback.formula("q", part=0, of="x^2", by="x").status == "proved"
    assert "still a question mark" in feedback.formula("q", part=1, of="x^2", by="x").reason
    assert "number 3 is missing" in feedback.formula("q", part=2, of="x^2", by="x").reason


@pytest.mark.parametrize("content", [None, "no notebook", '{"cells": 3}', '{"cells": [{"id": "q-answer"}]}'])
def test_a_notebook_that_cannot_be_read_is_said_in_words(content, tmp_path, monkeypatch):
    path = tmp_path / "mine.ipynb"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    verdict = feedback.formula("q", of="x^2", by="x")
    assert verdict.open
    assert shown.word(verdict) == "No answer yet"


def test_a_notebook_that_is_just_being_saved_is_read_again(notebook, tmp_path, monkeypatch):
    notebook("q", "$$2x$$")
    whole = (tmp_path / "mine.ipynb").read_text()
    (tmp_path / "mine.ipynb").write_text(whole[:60])
    monkeypatch.setattr(saved.time, "sleep", lambda _: (tmp_path / "mine.ipynb").write_text(whole))
    assert feedback.formula("q", of="x^2", by="x").status == "proved"


def test_steps_name_the_first_wrong_one():
    right = r"$$\begin{aligned} \frac{d}{dx} x^3 &= 3x^2 \\ &= 3 x \cdot x \end{aligned}$$"
    wrong = r"$$\begin{aligned} \frac{d}{dx} x^3 &= 2x^3 \\ &= 3 x \cdot x \end{aligned}$$"
    assert feedback.steps("q", of="x^3", by="x", answer=right).status == "proved"
    verdict = feedback.steps("q", of="x^3", by="x", answer=wrong)
    assert verdict.status == "refuted"
    assert verdict.reason.startswith("Step 1 of 2 (line 1) is the first wrong one;")
    assert "Its two sides differ at x = " in verdict.reason
    assert [name for name, _ in shown.facts(verdict)] == ["left of =", "right of ="]


def test_a_derivation_that_ends_elsewhere_shows_the_students_value_as_the_students():
    verdict = feedback.steps("q", of="x^2", by="x", answer="x + x = 3x - x = 2x")
    assert verdict.status == "proved"
    verdict = feedback.steps("q", of="x^2", by="x", answer="1 + x = x + 1")
    assert verdict.reason == "All 1 steps hold, but the last formula differs from what is asked at x = 1/2."
    assert shown.facts(verdict) == [("yours", "1.5"), ("right", "1")]


@pytest.mark.parametrize(
    "answer",
    [r"\sigma(x)(1+\sigma(x))", r"-\sigma(x)(1-\sigma(x))", r"\frac{e^{x}}{(1+e^{-x})^2}", r"3\sigma(x)(1-\sigma(x))"],
)
def test_a_mistake_is_named_without_a_part_of_the_right_formula(answer):
    for verdict in (
        feedback.formula("q", entry="sigmoid", by="x", answer=answer),
        feedback.steps("q", entry="sigmoid", by="x", answer=rf"\frac{{d}}{{dx}} \sigma(x) = {answer}"),
    ):
        assert verdict.status == "refuted"
        assert not re.search(r"1 . σ|σ\(x\)|e\^", verdict.reason)


# -- code --


def test_a_right_function_and_its_right_gradient_agree():
    assert feedback.function(sigmoid, entry="sigmoid").status == "agrees"
    assert (
        feedback.gradient(lambda x: sigmoid(x) * (1 - sigmoid(x)), by="x", entry="sigmoid", of=sigmoid).status
        == "agrees"
    )


def test_a_wrong_gradient_is_shown_with_its_entry_and_both_curves():
    verdict = feedback.gradient(lambda x: sigmoid(x) * (1 + sigmoid(x)), by="x", entry="sigmoid", of=sigmoid)
    assert verdict.status == "refuted"
    assert dict(shown.facts(verdict))["at entry"].startswith("x[")
    assert verdict._repr_html_().count("<path") >= 4


@pytest.mark.parametrize(
    ("written", "by", "status"),
    [
        (lambda X, W, b, G: G @ W.T, "X", "agrees"),
        (lambda X, W, b, G: X.T @ G, "W", "agrees"),
        (lambda X, W, b, G: G.sum(axis=0), "b", "agrees"),
        (lambda X, W, b, G: -G @ W.T, "X", "refuted"),
        (lambda X, W, b, G: X.T @ G / len(X), "W", "refuted"),
        (lambda X, W, b, G: G.mean(axis=0), "b", "refuted"),
        (lambda X, W, b, G: G.sum(axis=0, keepdims=True), "b", "undecided"),
    ],
)
def test_backward_passes_of_a_layer_are_judged_with_random_upstream_gradients(written, by, status):
    assert feedback.gradient(written, by=by, entry="linear_layer").status == status


def raises(x):
    raise NotImplementedError("write it here")


def fails(x):
    return x[17, 3]


def test_code_that_is_missing_fails_or_returns_nothing_is_said_in_words():
    assert feedback.function(raises, entry="sigmoid").reason == "write it here"
    assert "fails for arrays of shape (4,): IndexError" in feedback.function(fails, entry="sigmoid").reason
    assert "returns nothing" in feedback.function(lambda x: None, entry="sigmoid").reason
    assert "returns shape" in feedback.function(lambda x: x[:-1], entry="sigmoid").reason


def test_a_function_that_changes_its_argument_does_not_spoil_the_check():
    def greedy(x):
        result = 1 / (1 + np.exp(-x))
        x[...] = 0
        return result

    assert feedback.function(greedy, entry="sigmoid").status == "agrees"


# -- numbers, choices, figures --


def test_sealed_numbers_and_choices_say_right_or_wrong_and_nothing_else():
    from fractions import Fraction

    from worksheets.sealing import sealed_choice, sealed_number

    exact, near = (
        sealed_number("n", Fraction(2410), Fraction(0)),
        sealed_number("n", Fraction(314, 100), Fraction(1, 100)),
    )
    assert "2410" not in exact
    assert [feedback.number("n", value, seal=exact).status for value in (2410, 2410.0, 2411)] == [
        "proved",
        "proved",
        "refuted",
    ]
    assert [feedback.number("n", value, seal=near).status for value in (3.14, 3.1415, 3.16, 2)] == [
        "proved",
        "proved",
        "refuted",
        "refuted",
    ]
    seal = sealed_choice("c", ("a", "c"))
    assert [feedback.choice("c", value, seal=seal).status for value in ("ac", "ca", "a", "b")] == [
        "proved",
        "proved",
        "refuted",
        "refuted",
    ]
    wrong = feedback.number("n", 17, seal=exact)
    assert "2410" not in wrong._repr_html_() + repr(wrong)
    assert repr(wrong) == "n: Not right. 17 is not right."
    assert shown.word(feedback.number("n", ..., seal=exact)) == "No answer yet"
    assert feedback.number("n", "many", seal=exact).status == "unreadable"


def test_a_figure_is_judged_by_its_curves_and_labels():
    x = np.linspace(-3, 3, 50)
    figure = Figure()
    axes = figure.subplots()
    assert "Nothing is drawn" in feedback.plot(figure, curves=["tanh(x)"]).reason
    axes.plot(x, np.tanh(x))
    assert "neither label nor title" in feedback.plot(figure, curves=["tanh(x)"]).reason
    axes.set_xlabel("x")
    assert feedback.plot(figure, curves=["tanh(x)"]).status == "agrees"
    assert "No line of the figure shows max(0, x)" in feedback.plot(figure, curves=["max(0, x)"]).reason


# -- how it is shown --


def test_when_strict_a_wrong_or_missing_answer_fails_its_cell():
    feedback.be_strict()
    assert feedback.function(sigmoid, entry="sigmoid").status == "agrees"
    with pytest.raises(AssertionError, match="Not right"):
        feedback.function(lambda x: -x, entry="sigmoid")
    with pytest.raises(AssertionError, match="write it here"):
        feedback.function(raises, entry="sigmoid")


def test_when_strict_what_is_undecided_is_left_to_the_hidden_tests_behind_it():
    feedback.be_strict()
    verdict = feedback.gradient(lambda x: np.ones(7), by="x", entry="sigmoid", of=sigmoid)
    assert verdict.status == "undecided"
    with pytest.raises(AssertionError, match="is no number"):
        feedback.number("q", "two", seal="")


def test_when_strict_a_figure_without_the_curve_fails_since_nothing_behind_it_decides():
    figure = Figure()
    axes = figure.subplots()
    axes.plot(np.linspace(-3, 3, 50), np.linspace(-3, 3, 50))
    axes.set_xlabel("x")
    feedback.be_strict()
    with pytest.raises(AssertionError, match="No line of the figure shows"):
        feedback.plot(figure, curves=["tanh(x)"])
    axes.set_xlabel("")
    with pytest.raises(AssertionError, match="neither label nor title"):
        feedback.plot(figure, curves=["x"])


def test_a_function_of_one_argument_may_call_it_otherwise_than_the_formula():
    assert feedback.function(lambda z: 1 / (1 + np.exp(-z)), entry="sigmoid").status == "agrees"
    assert feedback.function(lambda z: -z, entry="sigmoid").status == "refuted"
    slope = feedback.gradient(lambda z: sigmoid(z) * (1 - sigmoid(z)), by="x", entry="sigmoid", of=sigmoid)
    assert slope.status == "agrees"
    assert feedback.gradient(lambda z: 2 * sigmoid(z), by="x", entry="sigmoid").status == "refuted"


def test_arguments_whose_names_do_not_tell_their_order_leave_it_open():
    feedback.be_strict()
    verdict = feedback.function(lambda a, b: a * b, entry="bce_prediction")
    assert verdict.status == "undecided"
    assert "call them as in the question" in verdict.reason
    assert feedback.gradient(lambda a, b: a * b, by="y_hat", entry="bce_prediction").status == "undecided"


def test_the_html_escapes_what_was_typed_and_needs_no_network():
    verdict = feedback.formula("<b>q</b>", of="x^2", by="x", answer="<script>alert(1)</script>")
    html = verdict._repr_html_()
    assert "<script" not in html
    assert "<b>q" not in html
    assert not re.search(r"https?://(?!www\.w3\.org/)", html)


def test_a_caret_stands_below_the_character_that_cannot_be_read():
    *_, text, caret = repr(feedback.formula("q", of="x^2", by="x", answer="x+1/(")).splitlines()
    assert text.index("(") == caret.index("^")


def test_values_have_as_many_digits_as_tell_them_apart_and_an_estimate_is_one_number():
    verdict = feedback.gradient(lambda X, W, b, G: 2 * X.T @ G, by="W", entry="linear_layer")
    found = dict(shown.facts(verdict))
    assert float(found["yours"]) == pytest.approx(2 * float(found["right"]), rel=1e-4)
    assert max(map(len, found.values())) <= len("-0.0123456")


def test_in_ipython_a_plain_verdict_has_html_too_and_nothing_heavy_is_loaded_for_it():
    import gradproof

    shell = InteractiveShell.instance()
    try:
        gradproof._show_verdicts_in_notebooks()
        verdict = gradproof.identical(*(__import__("sympy").Symbol("x", real=True) for _ in range(2)))
        data, _ = shell.display_formatter.format(verdict)
        assert 'class="gradproof-verdict"' in data["text/html"]
    finally:
        InteractiveShell.clear_instance()


def test_outside_of_jupyter_no_notebook_is_found(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert saved.notebook_path() is None


def test_every_verdict_of_a_cell_is_shown_once_and_not_the_last_alone(tmp_path):
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell(\"from worksheets.feedback.shown import unanswered\\nkept = unanswered('first', 'x')\\n"
        "unanswered('second', 'y')\", store_history=True)\n"
        "print('next cell')\n"
        "shell.run_cell('kept', store_history=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )  # fmt: skip
    together, alone = done.stdout.split("next cell")
    assert (together.count("first: No answer yet"), together.count("second: No answer yet")) == (1, 1)
    assert (alone.count("first: No answer yet"), alone.count("second")) == (1, 0)
