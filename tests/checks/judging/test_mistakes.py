"""Classic mistakes are named where they give exactly what came, on all samples; what no name fits stays unnamed."""

from typing import Any

import pytest

from checks.submissions.judging import Kind
from checks.verdict import Status

SIZES = {"X": "matrix(B, N)", "W": "matrix(N, M)", "G": "matrix(B, M)"}


@pytest.fixture(scope="module")
def backward(question: Any, probe: Any) -> Any:
    model = "def backward(X, W, G):\n    return G @ W.T, X.T @ G, G.sum(axis=0)"
    return question(model, probe("backward", **SIZES), conventions={"batch": "rows", "reduction": "sum"})


@pytest.fixture(scope="module")
def relu(question: Any, probe: Any) -> Any:
    model = "def backward(x, dy):\n    return np.where(x > 0, dy, 0)"
    return question(model, probe("backward", x="matrix(B, N)", dy="matrix(B, N)"))


@pytest.fixture(scope="module")
def sigmoid(question: Any, probe: Any) -> Any:
    model = "def backward(x, dy):\n    y = 1 / (1 + np.exp(-x))\n    return dy * y * (1 - y)"
    return question(model, probe("backward", x="matrix(B, N)", dy="matrix(B, N)"))


@pytest.fixture(scope="module")
def conv(question: Any, probe: Any) -> Any:
    model = """
def conv(image, kernel, stride):
    rows, columns = ((n - k) // stride + 1 for n, k in zip(image.shape, kernel.shape))
    found = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        i0, j0 = i * stride, j * stride
        found[i, j] = np.sum(image[i0 : i0 + kernel.shape[0], j0 : j0 + kernel.shape[1]] * kernel)
    return found
"""
    sizes = {"image": "matrix(8, 7)", "kernel": "matrix(3, 2)", "stride": "integer number in [1, 3]"}
    return question(model, probe("conv", **sizes))


@pytest.fixture(scope="module")
def softmax(question: Any, probe: Any) -> Any:
    model = (
        "def softmax(Z):\n    e = np.exp(Z - Z.max(axis=1, keepdims=True))\n    return e / e.sum(axis=1, keepdims=True)"
    )
    return question(model, probe("softmax", Z="matrix(B, K)"), conventions={"batch": "rows"})


@pytest.mark.parametrize(
    ("result", "written", "mistake"),
    [
        (1, "X.T @ G * 0", "it is not computed: all zeros"),
        (1, "-X.T @ G", "the sign is wrong"),
        (1, "X.T @ G / len(X)", "it is divided by B once too often: the mean for the sum"),
        (1, "2 * X.T @ G", "a factor 1/2 is forgotten"),
        (1, "X.T @ G * 0.3", "it is right up to the factor 0.3"),
        (1, "G.T @ X", "it is transposed"),
        (1, "X.T @ np.ones_like(G)", "the upstream gradient G is not used"),
        (1, "np.outer(X[0], G[0])", "only the first sample is used"),
        (1, "np.outer(X[-1], G[-1])", "only the last sample is used"),
        (2, "G.mean(axis=0)", "it is divided by B once too often: the mean for the sum"),
        (2, "G.sum(axis=1)", "the sum goes over the wrong axis"),
        (2, "G", "it is not summed over the samples"),
        (2, "G.sum()", "the sum goes over both axes"),
        (0, "-G @ W.T", "the sign is wrong"),
        (0, "np.ones_like(G) @ W.T", "the upstream gradient G is not used"),
    ],
)
def test_mistakes_in_the_backward_pass_of_a_layer_are_named(
    judged: Any, backward: Any, result: int, written: str, mistake: str
) -> None:
    right = ["G @ W.T", "X.T @ G", "G.sum(axis=0)"]
    right[result] = written
    found = judged(backward, f"def backward(X, W, G):\n    return {', '.join(right)}")
    part = found.parts[result]
    assert part.verdict.mistake == mistake, part.verdict.reason
    assert part.kind in (Kind.MISTAKE, Kind.FACTOR)
    assert part.verdict.status in (Status.REFUTED, Status.UNREADABLE)
    assert f"The mistake: {mistake}." in found.reason
    assert found.earned == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("dy", "dy is passed on without the derivative of the function"),
        ("(x > 0) * 1.0", "the upstream gradient dy is not used"),
        ("np.where(x < 0, dy, 0)", "the sign of x is wrong"),
        ("np.where(dy > 0, dy, 0)", "the mask is taken from dy"),
        ("np.where(dy > 0, x, 0)", "x and dy are exchanged"),
    ],
)
def test_mistakes_of_the_mask_are_named(judged: Any, relu: Any, written: str, mistake: str) -> None:
    found = judged(relu, f"def backward(x, dy):\n    return {written}")
    assert (found.status, found.mistake, found.earned) == (Status.REFUTED, mistake, 0), found.reason


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("y * (1 - y)", "the upstream gradient dy is not used"),
        ("dy", "dy is passed on without the derivative of the function"),
        ("dy + y * (1 - y)", "dy is added for multiplied"),
        ("dy * dy * y * (1 - y)", "dy is multiplied with twice"),
    ],
)
def test_mistakes_with_the_upstream_gradient_are_named(judged: Any, sigmoid: Any, written: str, mistake: str) -> None:
    found = judged(sigmoid, f"def backward(x, dy):\n    y = 1 / (1 + np.exp(-x))\n    return {written}")
    assert (found.status, found.mistake) == (Status.REFUTED, mistake), found.reason


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (("* kernel", "* kernel[::-1, ::-1]"), "kernel is turned by 180 degrees"),
        (("i * stride, j * stride", "i, j"), None),
        (("// stride + 1", "// (stride + 1) + 1"), None),
        (("stride):", "stride):\n    stride += 1"), "stride is one too large"),
        (("stride):", "stride):\n    stride = 1"), "stride is not used: 1 stands for it"),
        (("return found", "return found[::-1, ::-1]"), "it is turned by 180 degrees"),
    ],
)  # fmt: skip
def test_mistakes_of_a_convolution_are_named(
    judged: Any, conv: Any, change: tuple[str, str], mistake: str | None
) -> None:
    found = judged(conv, conv.model.replace(*change))
    assert found.earned == 0
    assert found.mistake == mistake, found.reason


def test_a_softmax_along_the_wrong_axis_is_named(judged: Any, softmax: Any) -> None:
    found = judged(softmax, softmax.model.replace("axis=1", "axis=0"))
    assert (found.status, found.kind) == (Status.REFUTED, Kind.CONVENTION)
    assert "It would be right with samples in columns; the question asks for rows." in found.reason


def test_a_planted_wrong_answer_is_named_by_its_author(judged: Any, question: Any, probe: Any) -> None:
    wrong = [{"source": "import numpy as np\ndef f(x):\n    return x ** 3", "mistake": "f: the power is one too large"}]
    asked = question("def f(x):\n    return x ** 2", probe("f", x="vector(n)"), wrong=wrong)
    found = judged(asked, "def f(x):\n    return x * x * x")
    assert (found.status, found.mistake) == (Status.REFUTED, "the power is one too large")


def test_a_planted_mistake_that_matches_in_some_samples_only_is_not_named(
    judged: Any, question: Any, probe: Any
) -> None:
    wrong = [{"source": "import numpy as np\ndef f(x):\n    return x ** 3", "mistake": "cubed"}]
    asked = question("def f(x):\n    return x ** 2", probe("f", x="vector(n)"), wrong=wrong)
    found = judged(asked, "def f(x):\n    return x ** 3 if len(x) == 4 else x ** 5")
    assert (found.status, found.kind, found.mistake) == (Status.REFUTED, Kind.WRONG, None)


def test_an_error_without_a_name_stays_unnamed(judged: Any, backward: Any) -> None:
    found = judged(backward, "def backward(X, W, G):\n    return G @ W.T + 0.1 * X, X.T @ G, G.sum(axis=0)")
    assert (found.status, found.kind, found.mistake) == (Status.REFUTED, Kind.WRONG, None)


@pytest.mark.parametrize(
    ("written", "mistake"),
    [
        ("np.sum(x)", "it is right up to the factor 0.5"),
        ("np.sqrt(2 * np.sum(x))", "the square is forgotten: its root is returned"),
        ("np.log(2 * np.sum(x))", "its logarithm is returned"),
    ],
)
def test_what_was_done_to_the_result_is_named(
    judged: Any, question: Any, probe: Any, written: str, mistake: str
) -> None:
    asked = question("def f(x):\n    return 2 * np.sum(x)", probe("f", x="vector(n) in (0, 1)"))
    found = judged(asked, f"def f(x):\n    return {written}")
    assert found.mistake in (mistake, "a factor 2 is forgotten")


def test_places_counted_from_1_are_named(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def best(P):\n    return P.argmax(axis=1)", probe("best", P="matrix(B, K)"))
    assert judged(asked, "def best(P):\n    return P.argmax(axis=1) + 1").mistake == "counted from 1"


POOL = """
def pool_backward(image, dy, stride):
    dx = np.zeros_like(image)
    for i, j in np.ndindex(dy.shape):
        window = image[i * stride : i * stride + 3, j * stride : j * stride + 3]
        u, v = np.unravel_index(window.argmax(), window.shape)
        dx[i * stride + u, j * stride + v] += dy[i, j]
    return dx
"""


@pytest.fixture(scope="module")
def pool(question: Any, probe: Any) -> Any:
    sizes = {"image": "matrix(7, 9)", "dy": "matrix(3, 4)", "stride": "integer number in {2}", "samples": 3}
    return question(POOL, probe("pool_backward", **sizes))


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (("] += dy", "] = dy"), "'=' for '+=' where windows overlap"),
        (("window.argmax()", "0"), "the gradient goes to the first place of each window, not to the largest entry"),
        (("window.argmax()", "8"), "the gradient goes to the last place of each window, not to the largest entry"),
        (("window.argmax()", "window.argmin()"), "the gradient goes to the smallest entry of each window"),
        (("dx[i * stride + u, j * stride + v] +=", "dx[i * stride : i * stride + 3, j * stride : j * stride + 3] +="),
         "the gradient goes to every place of the window"),
        (("window.argmax()", "np.abs(window).argmax()"), None),
        (("dy[i, j]", "dy[j % 3, i]"), None),
    ],
)  # fmt: skip
def test_mistakes_of_pooling_are_named(judged: Any, pool: Any, change: tuple[str, str], mistake: str | None) -> None:
    assert judged(pool, POOL).kind is Kind.RIGHT
    found = judged(pool, POOL.replace(*change))
    assert (found.status, found.mistake, found.earned) == (Status.REFUTED, mistake, 0), found.reason


def test_a_slope_taken_at_the_output_is_named(judged: Any, question: Any, probe: Any) -> None:
    model = "def both(x, dy):\n    y = np.tanh(x)\n    return {'y': y, 'dx': dy * (1 - np.tanh(x) ** 2)}"
    asked = question(model, probe("both", x="matrix(B, N)", dy="matrix(B, N)"))
    found = judged(asked, model.replace("np.tanh(x) ** 2", "np.tanh(y) ** 2"))
    assert found.mistake == "y stands for x: the slope is taken at the output"
    assert [part.kind for part in found.parts] == [Kind.RIGHT, Kind.MISTAKE]


def test_the_function_instead_of_its_derivative_is_named(judged: Any, question: Any, probe: Any) -> None:
    functions = [
        {"name": "softsign", "arguments": ["x"], "role": "value"},
        {"name": "softsign_grad", "arguments": ["x"], "role": "derivative by x"},
    ]
    value = "def softsign(x):\n    return x / (1 + np.abs(x))\n"
    model = f"{value}def softsign_grad(x):\n    return 1 / (1 + np.abs(x)) ** 2"
    asked = question(
        model, probe("softsign", x="vector(n)"), probe("softsign_grad", x="vector(n)"), functions=functions
    )
    found = judged(asked, f"{value}def softsign_grad(x):\n    return x / (1 + np.abs(x))")
    assert (found.earned, found.kind) == (0.5, Kind.MISTAKE)
    assert found.mistake == "the function instead of its derivative"
    found = judged(asked, f"{value}def softsign_grad(x):\n    return x / (1 + np.abs(x)) + 0.1")
    assert (found.earned, found.mistake) == (0.5, None)
