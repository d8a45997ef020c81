"""The derivation speaks beside the model, and the student's own forward pass beside both."""

from dataclasses import replace
from typing import Any

import pytest

from checks.submissions.judging import Kind
from checks.submissions.player.cells import Cell
from checks.verdict import Status

FUNCTIONS = [
    {"name": "sigmoid", "arguments": ["z"], "role": "value"},
    {"name": "sigmoid_grad", "arguments": ["z"], "role": "derivative by x"},
]
SIGMOID = """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def sigmoid_grad(z):
    return sigmoid(z) * (1 - sigmoid(z))
"""
CASES = {
    "of": {"entry": "sigmoid"},
    "functions": FUNCTIONS,
    "names": {"x": "z"},
    "conventions": {"gradient": "of the input"},
}
LAYER = """
def layer(X, W, G):
    Z = X @ W
    return {"Y": np.tanh(Z), "dX": (G * (1 - np.tanh(Z) ** 2)) @ W.T, "dW": X.T @ (G * (1 - np.tanh(Z) ** 2))}
"""


@pytest.fixture(scope="module")
def sigmoid(question: Any, probe: Any) -> Any:
    return question(SIGMOID, probe("sigmoid", z="vector(n)"), probe("sigmoid_grad", z="vector(n)"), **CASES)


@pytest.fixture(scope="module")
def layer(question: Any, probe: Any) -> Any:
    return question(LAYER, probe("layer", X="matrix(B, N)", W="matrix(N, M)", G="matrix(B, M)"))


@pytest.fixture(scope="module")
def loss(question: Any, probe: Any) -> Any:
    model = "def loss(X, w, y):\n    r = X @ w - y\n    return {'loss': np.sum(r**2), 'dw': 2 * X.T @ r}"
    return question(model, probe("loss", X="matrix(B, N)", w="vector(N)", y="vector(B)"))


def test_the_derivation_is_named_where_it_agrees(judged: Any, sigmoid: Any) -> None:
    found = judged(sigmoid, SIGMOID)
    assert [part.verdict.reason.split(" in ")[0] for part in found.parts] == [
        "sigmoid agrees with the derivation and the model",
        "sigmoid_grad agrees with the derivation and the model",
    ]


def test_a_model_that_the_derivation_contradicts_judges_nobody(judged: Any, sigmoid: Any) -> None:
    wrong = replace(sigmoid, model=sigmoid.model.replace("(1 - sigmoid(z))", "(1 + sigmoid(z))"))
    found = judged(wrong, SIGMOID)
    assert [part.kind for part in found.parts] == [Kind.RIGHT, Kind.FAULT]
    assert found.parts[1].verdict.status is Status.FAULT
    assert "the model solution and the derivation differ" in found.reason


def test_a_typed_formula_is_a_witness_too(judged: Any, question: Any, probe: Any) -> None:
    said = {
        "of": {"formula": "x^3 + 2*x", "given": []},
        "functions": [{"name": "f_grad", "arguments": ["x"], "role": "derivative by x"}],
    }
    model = "def f_grad(x):\n    return 3 * x**2 + 2"
    asked = question(model, probe("f_grad", x="vector(n)"), **said)
    assert "the derivation and the model" in judged(asked, model).reason
    wrong = replace(asked, model=asked.model.replace("+ 2", "+ 3"))
    assert judged(wrong, model).status is Status.FAULT


def test_an_entry_of_arrays_with_an_upstream_gradient_is_a_witness(judged: Any, question: Any, probe: Any) -> None:
    said = {
        "of": {"entry": "linear_layer"},
        "functions": [{"name": "by_W", "arguments": ["X", "W", "b", "G"], "role": "derivative by W"}],
    }
    sizes = {"X": "matrix(B, N)", "W": "matrix(N, M)", "b": "vector(M)", "G": "matrix(B, M)"}
    model = "def by_W(X, W, b, G):\n    return X.T @ G"
    asked = question(model, probe("by_W", **sizes), **said)
    assert "the derivation and the model" in judged(asked, model).reason


def test_a_wrong_function_with_its_right_derivative_is_one_mistake_for_a_person_to_weigh(
    judged: Any, sigmoid: Any
) -> None:
    source = "def sigmoid(z):\n    return np.tanh(z)\n\ndef sigmoid_grad(z):\n    return 1 - np.tanh(z)**2"
    found = judged(sigmoid, source)
    assert [part.kind for part in found.parts] == [Kind.WRONG, Kind.OWN_FORWARD]
    assert [part.verdict.status for part in found.parts] == [Status.REFUTED, Status.UNDECIDED]
    assert (found.earned, found.open) == (0, 0.5)
    assert "the student's own sigmoid, which is wrong" in found.parts[1].verdict.reason


@pytest.mark.parametrize("slope", ["1 + np.tanh(z)**2", "0 * z", "2 * (1 - np.tanh(z)**2)"])
def test_a_wrong_function_with_a_wrong_derivative_is_two_mistakes(judged: Any, sigmoid: Any, slope: str) -> None:
    found = judged(sigmoid, f"def sigmoid(z):\n    return np.tanh(z)\n\ndef sigmoid_grad(z):\n    return {slope}")
    assert [part.verdict.status for part in found.parts] == [Status.REFUTED, Status.REFUTED]
    assert (found.earned, found.open) == (0, 0)


def test_a_constant_with_the_derivative_zero_is_nothing_to_weigh(judged: Any, sigmoid: Any) -> None:
    found = judged(sigmoid, "def sigmoid(z):\n    return 0 * z + 0.3\n\ndef sigmoid_grad(z):\n    return 0 * z")
    assert [part.verdict.status for part in found.parts] == [Status.REFUTED, Status.REFUTED]


def test_a_right_function_with_a_wrong_derivative_is_wrong(judged: Any, sigmoid: Any) -> None:
    found = judged(sigmoid, SIGMOID.replace("(1 - sigmoid(z))", "(1 + sigmoid(z))"))
    assert [part.verdict.status for part in found.parts] == [Status.AGREES, Status.REFUTED]


def test_the_backward_pass_of_another_layer_is_right_for_that_layer(judged: Any, layer: Any) -> None:
    source = """
def layer(X, W, G):
    Y = 1 / (1 + np.exp(-X @ W))
    D = G * Y * (1 - Y)
    return {"Y": Y, "dX": D @ W.T, "dW": X.T @ D + 1}
"""
    found = judged(layer, source)
    assert [part.kind for part in found.parts] == [Kind.WRONG, Kind.OWN_FORWARD, Kind.WRONG]


def test_the_gradient_of_another_loss_is_right_for_that_loss(judged: Any, loss: Any) -> None:
    source = "def loss(X, w, y):\n    r = X @ w - y\n    return {'loss': np.sum(r**4), 'dw': 4 * X.T @ r**3}"
    assert [part.kind for part in judged(loss, source).parts] == [Kind.WRONG, Kind.OWN_FORWARD]


def test_a_function_that_only_overflows_is_called_unstable(judged: Any, question: Any, probe: Any) -> None:
    stable = "def soft(z):\n    e = np.exp(z - z.max())\n    return e / e.sum()"
    far = probe("far", "def far(z):\n    return soft(z)", z="vector(n) in (900, 1100)")
    found = judged(question(stable, probe("soft", z="vector(n)"), far), stable.replace(" - z.max()", ""))
    assert [part.kind for part in found.parts] == [Kind.RIGHT, Kind.UNSTABLE]
    assert (found.earned, found.status) == (0.5, Status.UNREADABLE)


SOFTMAX = (
    "def softmax(Z):\n    e = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)"
)
SLOPE = "def slope(Z, Y):\n    return softmax(Z) - Y"


@pytest.fixture(scope="module")
def slope(question: Any, probe: Any) -> Any:
    asked = question(SLOPE, probe("slope", Z="matrix(B, K)", Y="one-hot matrix(B, K)"))
    return replace(asked, before=(Cell("the model of softmax", f"import numpy as np\n{SOFTMAX}\n\n\n{SLOPE}*0"),))


@pytest.mark.parametrize(
    "softmax",
    [SOFTMAX.replace("e / e.sum(axis=1, keepdims=True)", "e"), "def softmax(Z):\n    raise NotImplementedError"],
)
def test_what_is_right_but_for_an_earlier_answer_is_for_a_person_to_weigh(
    judged: Any, slope: Any, softmax: str
) -> None:
    found = judged(slope, f"{softmax}\n\n{SLOPE}")
    assert (found.kind, found.status, found.open) == (Kind.EARLIER, Status.UNDECIDED, 1), found.reason
    assert "right with the model's answers to earlier questions" in found.reason


def test_a_model_of_an_earlier_question_never_stands_for_the_answer_itself(judged: Any, slope: Any) -> None:
    found = judged(slope, f"{SOFTMAX}\n\n{SLOPE} * 2")
    assert (found.status, found.earned, found.open) == (Status.REFUTED, 0, 0)
    right = replace(slope, before=(Cell("the model of softmax", f"import numpy as np\n{SOFTMAX}\n\n\n{SLOPE}"),))
    wrong = judged(right, f"{SOFTMAX}\n\n{SLOPE} * 2")
    assert wrong.status is Status.REFUTED
    renamed = judged(right, f"{SOFTMAX}\n\n{SLOPE.replace('def slope', 'def my_slope')} * 2", {"slope": "my_slope"})
    assert renamed.status is Status.REFUTED
