"""Right answers of many styles are right, and what is worth saying about them is said without taking points."""

from dataclasses import replace
from typing import Any

import pytest

from checks.submissions.judging import Kind
from checks.submissions.player.cells import Cell
from checks.verdict import Status

MODEL = """
def softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def loss_and_gradient(Z, Y):
    P = softmax(Z)
    picked = Z - Z.max(axis=1, keepdims=True)
    losses = np.log(np.exp(picked).sum(axis=1)) - (picked * Y).sum(axis=1)
    return losses.mean(), (P - Y) / len(Z)
"""

STYLES = {
    "loops": """
def loss_and_gradient(Z, Y):
    rows, columns = Z.shape
    total, G = 0, [[0] * columns for _ in range(rows)]
    for i in range(rows):
        e = [np.e ** (Z[i, j] - max(Z[i])) for j in range(columns)]
        for j in range(columns):
            p = e[j] / sum(e)
            total -= Y[i, j] * (Z[i, j] - max(Z[i]) - np.log(sum(e)))
            G[i][j] = (p - Y[i, j]) / rows
    return total / rows, G
""",
    "single precision": """
def loss_and_gradient(Z, Y):
    Z, Y = Z.astype(np.float32), Y.astype(np.float32)
    P = np.exp(Z - Z.max(1, keepdims=True))
    P /= P.sum(1, keepdims=True)
    return -np.mean(np.log(P[Y > 0])), (P - Y) / np.float32(len(Z))
""",
    "single precision, widened": """
def loss_and_gradient(Z, Y):
    z = np.asarray(Z, dtype="float32")
    P = np.exp(z - z.max(1, keepdims=True))
    P = P / P.sum(1, keepdims=True)
    G = (P - np.asarray(Y, "float32")) / np.float32(len(z))
    return float(-np.mean(np.log(P[Y > 0]))), G.astype(float)
""",
    "scipy": """
from scipy.special import log_softmax, softmax as soft
def loss_and_gradient(Z, Y):
    return -(Y * log_softmax(Z, axis=1)).sum() / Z.shape[0], (soft(Z, axis=1) - Y) / Z.shape[0]
""",
    "a list of results": """
def loss_and_gradient(Z, Y):
    P = np.exp(Z) / np.exp(Z).sum(1)[:, None]
    return [-np.sum(Y * np.log(P)) / len(Z), ((P - Y) / len(Z)).tolist()]
""",
    "a dictionary is no tuple, but is read by name": """
def loss_and_gradient(Z, Y):
    P = np.exp(Z) / np.exp(Z).sum(1)[:, None]
    return {0: -np.sum(Y * np.log(P)) / len(Z), 1: (P - Y) / len(Z)}
""",
    "in place, on a copy": """
def loss_and_gradient(Z, Y):
    P = Z.copy()
    P -= P.max(axis=1)[:, np.newaxis]
    np.exp(P, out=P)
    P /= P.sum(axis=1)[:, np.newaxis]
    loss = -np.log((P * Y).sum(axis=1)).mean()
    P -= Y
    P /= P.shape[0]
    return loss, P
""",
    "recursion over samples": """
def loss_and_gradient(Z, Y, start=0):
    if start == len(Z):
        return 0.0, np.zeros((0, Z.shape[1]))
    e = np.exp(Z[start] - Z[start].max())
    p = e / e.sum()
    rest, G = loss_and_gradient(Z, Y, start + 1)
    here = -np.log(p[np.argmax(Y[start])]) / len(Z)
    return here + rest, np.vstack([[(p - Y[start]) / len(Z)], G])
""",
    "a class behind a function": """
class CrossEntropy:
    def __call__(self, logits, targets):
        self.p = np.exp(logits - np.max(logits))
        self.p = self.p / np.sum(self.p, axis=-1, keepdims=True)
        self.t = targets
        return np.mean(-np.log(np.sum(self.p * targets, -1)))

    def back(self):
        return (self.p - self.t) * (1 / self.t.shape[0])


def loss_and_gradient(Z, Y):
    layer = CrossEntropy()
    return layer(Z, Y), layer.back()
""",
    "einsum and a matrix": """
def loss_and_gradient(Z, Y):
    P = np.exp(Z) / np.einsum("ij->i", np.exp(Z))[:, None]
    return -np.einsum("ij,ij", Y, np.log(P)) / len(P), np.asmatrix(P - Y) / len(P)
""",
    "a lambda": """
P = lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
loss_and_gradient = lambda Z, Y: (-np.mean(np.log(P(Z)[Y == 1])), (P(Z) - Y) / len(Y))
""",
    "indices of the classes": """
def loss_and_gradient(Z, Y):
    rows, labels = np.arange(len(Z)), Y.argmax(1)
    P = np.exp(Z - Z.max(1, keepdims=True)); P /= P.sum(1, keepdims=True)
    loss = -np.log(P[rows, labels]).sum() / len(Z)
    G = P.copy()
    G[rows, labels] -= 1
    return (np.array([loss]), G / len(Z))
""",
    "numbers of Python for one sample after the other": """
import math
def one(z, y):
    high = max(z)
    total = math.fsum(math.exp(v - high) for v in z)
    slope = [math.exp(v - high) / total - t for v, t in zip(z, y)]
    return high + math.log(total) - sum(a * b for a, b in zip(z, y)), slope
def loss_and_gradient(Z, Y):
    both = [one(list(map(float, z)), list(map(float, y))) for z, y in zip(Z, Y)]
    return sum(l for l, _ in both) / len(both), tuple(tuple(g / len(both) for g in row) for _, row in both)
""",
    "prints on the way": """
def loss_and_gradient(Z, Y):
    import sys
    print("shapes", Z.shape, Y.shape)
    print("warning!", file=sys.stderr)
    P = np.exp(Z) / np.exp(Z).sum(1, keepdims=True)
    return -(Y * np.log(P)).sum() / len(Z), (P - Y) / len(Z)
""",
}  # fmt: skip


@pytest.fixture(scope="module")
def cross_entropy(question: Any, probe: Any) -> Any:
    probes = [probe("loss_and_gradient", Z="matrix(B, K)", Y="one-hot matrix(B, K)")]
    return question(MODEL, *probes, conventions={"batch": "rows", "reduction": "mean"})


@pytest.mark.parametrize("style", STYLES)
def test_a_right_answer_is_right_in_any_style(judged: Any, cross_entropy: Any, style: str) -> None:
    found = judged(cross_entropy, STYLES[style])
    assert found.status is Status.AGREES, found.reason
    assert found.earned == 1
    assert found.mistake is None


def test_single_precision_is_no_cover_for_a_small_error(judged: Any, cross_entropy: Any) -> None:
    wrong = STYLES["single precision"].replace("np.float32(len(Z))", "np.float32(len(Z) * 1.002)")
    found = judged(cross_entropy, wrong)
    assert found.earned == 0.5
    assert found.parts[1].verdict.status is Status.REFUTED


def test_half_precision_is_left_to_a_person(judged: Any, cross_entropy: Any) -> None:
    found = judged(cross_entropy, STYLES["single precision"].replace("float32", "float16"))
    assert found.status is Status.UNDECIDED, found.reason
    assert found.kind is Kind.CLOSE


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("def sigmoid(x):\n    x *= -1\n    return 1 / (1 + np.exp(x))", Kind.CHANGED, "changes its input x"),
        ("def sigmoid(x):\n    return np.exp(x) / (1 + np.exp(x))", Kind.UNSTABLE, "is not finite for large x"),
        ("def sigmoid(x):\n    return np.array([1 / (1 + np.exp(-v)) for v in x])", Kind.SLOW, "one by one"),
        ("sigmoid = np.vectorize(lambda v: 1 / (1 + np.exp(-v)))", Kind.SLOW, "one by one"),
    ],
)
def test_what_is_right_but_not_good_is_said_and_costs_nothing(
    judged: Any, asked: Any, source: str, kind: Kind, words: str
) -> None:
    found = judged(asked.sigmoid, source)
    assert (found.status, found.kind, found.earned) == (Status.AGREES, kind, 1), found.reason
    assert words in found.reason


def test_vectorised_code_loops_over_nothing(judged: Any, asked: Any) -> None:
    found = judged(asked.sigmoid, asked.sigmoid.model)
    assert (found.kind, found.notes) == (Kind.RIGHT, ())


def test_an_answer_at_ties_is_free_and_said(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def slope(x):\n    return np.where(x > 0, 1.0, 0.0)", probe("slope", x="vector(n)"))
    found = judged(asked, "def slope(x):\n    return np.where(x >= 0, 1.0, 0.0)")
    assert (found.kind, found.earned) == (Kind.TIES, 1)


def test_state_between_calls_is_found_though_each_first_call_is_right(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(x):\n    return 2 * x", probe("f", x="vector(n)"))
    seen = "seen = {}\ndef f(x):\n    key = x.tobytes()\n    seen[key] = seen.get(key, 0) + 2 * x\n    return seen[key]"
    found = judged(asked, seen)
    assert (found.kind, found.status, found.earned) == (Kind.STATE, Status.REFUTED, 0), found.reason
    assert "keeps something of the calls before" in found.reason


def test_a_gradient_that_is_added_up_from_call_to_call_is_state(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(x):\n    return 2 * x.sum()", probe("f", x="vector(n)"))
    found = judged(asked, "total = [0.0]\ndef f(x):\n    total[0] += 2 * x.sum()\n    return total[0]")
    assert (found.kind, found.status) == (Kind.STATE, Status.REFUTED)


def test_a_matrix_of_numpy_is_an_array(judged: Any, question: Any, probe: Any) -> None:
    asked = question("def f(X):\n    return 2 * X", probe("f", X="matrix(B, N)"))
    assert judged(asked, "def f(X):\n    return np.asmatrix(2 * X)").kind is Kind.RIGHT


def test_rounding_where_the_right_result_is_zero_is_no_error(judged: Any, question: Any, probe: Any) -> None:
    model = "def centred(X):\n    return X.sum(axis=0) if len(X) > 1 else 0 * X[0]"
    asked = question(model, probe("centred", X="matrix(B, N)"))
    assert judged(asked, model.replace("0 * X[0]", "0 * X[0] + 1e-16")).kind is Kind.RIGHT
    assert judged(asked, model.replace("0 * X[0]", "0 * X[0] + 1e-4")).status is Status.REFUTED


def test_a_submission_need_not_call_numpy_np(judged: Any, asked: Any) -> None:
    source = asked.layer.model.replace("import numpy as np", "")
    assert judged(asked.layer, f"del np\nfrom numpy import *\n{source}", run=True).kind is Kind.RIGHT


def test_what_the_worksheet_gives_and_the_submission_left_out_is_no_error(
    judged: Any, question: Any, probe: Any
) -> None:
    given = Cell("given-1", "class Grid:\n    def __init__(self, data):\n        self.data = data")
    adapter = "def doubled(x):\n    return double(Grid(x)).data"
    model = "def double(grid):\n    return Grid(2 * grid.data)"
    asked = replace(question(model, probe("doubled", adapter, x="vector(n)")), before=(given,))
    found = judged(asked, "class Other:\n    pass\n\n\ndef double(grid):\n    return grid")
    assert (found.kind, found.status) == (Kind.ENVIRONMENT, Status.UNDECIDED)
    assert "name 'Grid' is not defined" in found.reason
    assert judged(asked, model, cells=[given]).kind is Kind.RIGHT
