"""Conventions are found on all samples alike, free where the question leaves them free, and no cover for mistakes."""

from dataclasses import replace
from typing import Any

import pytest

from checks.submissions.judging import Kind
from checks.verdict import Status

FORWARD = "def linear(X, W, b):\n    return X @ W + b"
LOSS = "def loss(Z, Y):\n    return np.mean(np.sum((Z - Y) ** 2, axis=1))"
JACOBIAN = "def jacobian(W, x):\n    return (W * (1 - np.tanh(W @ x) ** 2)[:, None])"
SIGMOID = "def s(x):\n    return 1 / (1 + np.exp(-x))\n\ndef s_grad(x):\n    return s(x) * (1 - s(x))"


@pytest.fixture(scope="module")
def linear(question: Any, probe: Any) -> Any:
    return question(FORWARD, probe("linear", X="matrix(B, N)", W="matrix(N, M)", b="vector(M)"))


@pytest.fixture(scope="module")
def loss(question: Any, probe: Any) -> Any:
    return question(LOSS, probe("loss", Z="matrix(B, K)", Y="one-hot matrix(B, K)"))


@pytest.fixture(scope="module")
def jacobian(question: Any, probe: Any) -> Any:
    return question(JACOBIAN, probe("jacobian", W="matrix(M, N)", x="vector(N)"), of={"entry": "layer_jacobian"})


@pytest.fixture(scope="module")
def slope(question: Any, probe: Any) -> Any:
    functions = [
        {"name": "s", "arguments": ["x"], "role": "value"},
        {"name": "s_grad", "arguments": ["x"], "role": "derivative by x"},
    ]
    return question(SIGMOID, probe("s", x="vector(n)"), probe("s_grad", x="vector(n)"), functions=functions)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def linear(X, W, b):\n    return W @ X + b[:, None]", "samples in columns"),
        ("def linear(X, W, b):\n    return W @ X + b", "samples in columns"),
        ("def linear(X, W, b):\n    return W.T @ X + b", "samples in columns"),
        ("def linear(A, w, c):\n    return (A @ w + c)[None]", "the shape (1, 4, 5) for (4, 5)"),
        (
            "def linear(weights, inputs, shift):\n    return inputs @ weights + shift",
            "the arguments in the order (W, X, b)",
        ),
        ("def linear(X, W):\n    return np.hstack([X, np.ones((len(X), 1))]) @ W", "the bias in the last row of W"),
        ("def linear(X, W):\n    return X @ W[:-1] + W[-1]", "the bias in the last row of W"),
    ],
)
def test_another_convention_for_a_layer_is_found(judged: Any, linear: Any, source: str, said: str) -> None:
    found = judged(linear, source)
    assert (found.kind, found.status) == (Kind.CONVENTION, Status.AGREES), found.reason
    assert said in found.reason
    assert found.earned == 1
    assert len(found.conventions) == 1


def test_named_arguments_may_come_in_any_order(judged: Any, linear: Any) -> None:
    found = judged(linear, "def linear(b, W, X):\n    return X @ W + b")
    assert (found.kind, found.earned) == (Kind.CONVENTION, 1)
    assert found.conventions == ("the arguments in the order (b, W, X)",)


def test_the_same_names_in_the_order_asked_for_are_no_other_convention(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def minus(x, y):\n    return x - y", probe("minus", x="vector(n)", y="vector(n)"))
    found = judged(asked, "def minus(x, y):\n    return y - x")
    assert found.status is Status.REFUTED
    assert found.mistake == "the sign is wrong"
    found = judged(asked, "def minus(b, a):\n    return a - b")
    assert (found.status, found.conventions) == (Status.UNDECIDED, ("the arguments in the order (y, x)",))


def test_a_prescribed_convention_is_asked_for_and_the_error_says_so(judged: Any, linear: Any) -> None:
    rows = replace(linear, conventions={"batch": "rows"})
    found = judged(rows, "def linear(X, W, b):\n    return W @ X + b[:, None]")
    assert (found.kind, found.status, found.earned) == (Kind.CONVENTION, Status.UNREADABLE, 0)
    assert "It would be right with samples in columns; the question asks for rows." in found.reason
    columns = replace(linear, conventions={"batch": "columns"})
    assert judged(columns, FORWARD).kind is Kind.RIGHT


@pytest.mark.parametrize("conventions", [{"reduction": "free"}, {"reduction": "sum"}])
def test_a_sum_for_a_mean_is_allowed_where_the_question_says_so(
    judged: Any, loss: Any, conventions: dict[str, str]
) -> None:
    source = "def loss(Z, Y):\n    return np.sum((Z - Y) ** 2)"
    found = judged(replace(loss, conventions=conventions), source)
    assert (found.kind, found.status) == (Kind.CONVENTION, Status.AGREES)
    assert found.conventions == ("the sum over B for the mean",)


def test_a_sum_for_a_mean_is_wrong_where_the_mean_is_prescribed_or_the_sum_planted(
    judged: Any, loss: Any, question: Any
) -> None:
    source = "def loss(Z, Y):\n    return np.sum((Z - Y) ** 2)"
    found = judged(replace(loss, conventions={"reduction": "mean"}), source)
    assert (found.kind, found.status, found.earned) == (Kind.CONVENTION, Status.REFUTED, 0)
    planted = replace(loss, wrong=((f"import numpy as np\n{source}", "no mean"),))
    found = judged(planted, source)
    assert (found.status, found.mistake, found.earned) == (Status.REFUTED, "no mean", 0)


def test_one_gradient_as_a_mean_and_another_as_a_sum_is_a_mistake_not_a_convention(
    judged: Any, question: Any, probe: Any
) -> None:
    model = "def grads(X, G):\n    return X.T @ G, G.sum(axis=0)"
    asked = question(model, probe("grads", X="matrix(B, N)", G="matrix(B, M)"))
    found = judged(asked, "def grads(X, G):\n    return X.T @ G, G.mean(axis=0)")
    assert [part.kind for part in found.parts] == [Kind.RIGHT, Kind.FACTOR]
    assert [part.verdict.status for part in found.parts] == [part.kind.status for part in found.parts]
    assert found.mistake == "it is divided by B once too often: the mean for the sum"
    both = judged(asked, "def grads(X, G):\n    return X.T @ G / len(X), G.mean(axis=0)")
    assert (both.status, both.open) == (Status.UNDECIDED, 1)
    assert both.conventions == ("the mean over B for the sum",)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"{JACOBIAN}.T", "a Jacobian whose rows are inputs"),
        (JACOBIAN.replace("jacobian(W, x)", "jacobian(w, v)").replace("W", "w").replace("x)", "v)"), ""),
    ],
)
def test_a_transposed_jacobian_is_a_convention(judged: Any, jacobian: Any, source: str, said: str) -> None:
    found = judged(jacobian, source)
    assert found.status is Status.AGREES, found.reason
    assert found.conventions == ((said,) if said else ())


def test_a_transposed_jacobian_is_wrong_where_rows_are_prescribed(judged: Any, jacobian: Any) -> None:
    found = judged(replace(jacobian, conventions={"jacobian": "rows are outputs"}), f"{JACOBIAN}.T")
    assert (found.kind, found.status, found.earned) == (Kind.CONVENTION, Status.UNREADABLE, 0)


def test_a_transposed_gradient_of_a_matrix_is_a_mistake(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def dW(X, G):\n    return X.T @ G", probe("dW", X="matrix(B, N)", G="matrix(B, M)"))
    found = judged(asked, "def dW(X, G):\n    return G.T @ X")
    assert (found.status, found.kind, found.mistake) == (Status.UNREADABLE, Kind.MISTAKE, "it is transposed")


def test_a_derivative_of_the_output_is_found_and_is_wrong_where_the_input_is_prescribed(
    judged: Any, slope: Any
) -> None:
    source = SIGMOID.replace("return s(x) * (1 - s(x))", "return x * (1 - x)")
    found = judged(replace(slope, conventions={"gradient": "of the output"}), source)
    assert (found.kind, found.conventions) == (Kind.CONVENTION, ("the derivative as a function of the output",))
    assert found.earned == 1
    found = judged(slope, source)
    assert (found.status, found.earned, found.open) == (Status.UNDECIDED, 0.5, 0.5)
    found = judged(replace(slope, conventions={"gradient": "of the input"}), source)
    assert (found.status, found.kind, found.earned) == (Status.REFUTED, Kind.CONVENTION, 0.5)


def test_a_diagonal_jacobian_for_an_elementwise_derivative_is_a_convention(judged: Any, slope: Any) -> None:
    right = "s(x) * (1 - s(x))"
    found = judged(slope, SIGMOID.replace(f"return {right}", f"return np.diag({right})"))
    assert found.conventions == ("a Jacobian for the derivative of each entry",)
    found = judged(slope, SIGMOID.replace(f"return {right}", f"return np.diag({right}) + np.eye(len(x), k=1)"))
    assert (found.kind, found.earned) == (Kind.SHAPE, 0.5)


@pytest.mark.parametrize("value", ["y[:, None]", "y[None]", "[[one] for one in y]"])
def test_a_row_or_column_for_a_vector_is_said_and_costs_nothing(judged: Any, asked: Any, value: str) -> None:
    found = judged(asked.sigmoid, f"def sigmoid(x):\n    y = 1 / (1 + np.exp(-x))\n    return {value}")
    assert (found.kind, found.earned) == (Kind.CONVENTION, 1)
    assert "the shape" in found.conventions[0]


def test_a_form_that_is_the_point_of_the_question_is_no_convention(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def column(image):\n    return image.reshape(-1, 1)", probe("column", image="matrix(H, W)"))
    for form in ("ravel()", "reshape(1, -1)"):
        found = judged(asked, f"def column(image):\n    return image.{form}")
        assert (found.kind, found.status, found.earned) == (Kind.SHAPE, Status.UNREADABLE, 0)
        assert "The numbers are right." in found.reason


def test_a_form_that_is_planted_as_wrong_is_no_convention(judged: Any, question: Any, probe: Any) -> None:
    model = "def gradient(x):\n    return 2 * x[None]"
    asked = question(model, probe("gradient", x="vector(n)"), wrong=[
        {"source": "import numpy as np\ndef gradient(x):\n    return 2 * x", "mistake": "no row"}
    ])  # fmt: skip
    found = judged(asked, "def gradient(x):\n    return 2 * x")
    assert (found.kind, found.mistake, found.earned) == (Kind.MISTAKE, "no row", 0)
    found = judged(asked, "def gradient(x):\n    return 2 * x[:, None]")
    assert (found.kind, found.earned) == (Kind.SHAPE, 0)


def test_what_fits_only_some_samples_is_no_convention(judged: Any, loss: Any) -> None:
    source = "def loss(Z, Y):\n    return np.sum((Z - Y) ** 2) / 4"  # right for the four rows of the first sample
    assert judged(loss, source).status is Status.REFUTED


def test_the_cost_of_what_leaves_values_right_is_the_questions_decision(judged: Any, asked: Any) -> None:
    source = "def sigmoid(x):\n    x *= -1\n    return 1 / (1 + np.exp(x))"
    assert judged(asked.sigmoid, source).earned == 1
    dear = replace(asked.sigmoid, costs={str(Kind.CHANGED): 0.25})
    assert judged(dear, source).earned == 0.75


def test_what_may_be_a_convention_or_a_mistake_is_left_to_a_person(
    judged: Any, loss: Any, question: Any, probe: Any
) -> None:
    found = judged(loss, "def loss(Z, Y):\n    return np.sum((Z - Y) ** 2)")
    assert (found.kind, found.status, found.open) == (Kind.CONVENTION, Status.UNDECIDED, 1)
    assert "of which the question says nothing: a person decides." in found.reason
    rows = question("def means(X):\n    return X.mean(axis=1)", probe("means", X="matrix(B, N)"))
    assert judged(rows, "def means(X):\n    return X.mean(axis=0)").status is Status.UNDECIDED
    none = replace(rows, conventions={"batch": "none"})
    assert judged(none, "def means(X):\n    return X.mean(axis=0)").status is Status.UNREADABLE


def test_a_bias_that_is_dropped_is_no_convention(judged: Any, linear: Any) -> None:
    found = judged(linear, "def linear(X, W):\n    return X @ W")
    assert (found.kind, found.earned, found.open) == (Kind.SIGNATURE, 0, 0)


def test_arguments_of_different_kinds_in_another_order_are_right(judged: Any, question: Any, probe: Any) -> None:
    model = "def bce(y, p):\n    return -y * np.log(p) - (1 - y) * np.log(1 - p)"
    asked = question(model, probe("bce", y="vector(n) in {0, 1}", p="vector(n) in (0, 1)"))
    found = judged(asked, "def bce(output, target):\n    return -np.log(np.where(target == 1, output, 1 - output))")
    assert (found.status, found.conventions) == (Status.AGREES, ("the arguments in the order (p, y)",))


def test_a_form_that_matters_is_asked_for_in_every_convention(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def column(image):\n    return image.reshape(-1, 1)", probe("column", image="matrix(H, W)"))
    assert judged(asked, "def column(image):\n    return image.T.reshape(1, -1)").kind is Kind.SHAPE
