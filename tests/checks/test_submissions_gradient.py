"""Hand-written gradients in files are judged: right ones agree, wrong ones are refuted, missing ones are named."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from checks.submissions import gradient as judging
from checks.submissions.drawing import DrawingError, Drawn
from checks.submissions.gradient import Judgement, judge_gradient
from checks.submissions.sandbox import IsolationError, Sandbox
from checks.submissions.targets import Target, TargetError
from checks.verdict import Status

try:
    with Sandbox(preload=()):
        REASON = ""
except IsolationError as error:
    REASON = str(error)

isolated = pytest.mark.skipif(bool(REASON), reason=REASON)

CODE = """
import math
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_grad(x):
    return sigmoid(x) * (1 - sigmoid(x))

def sigmoid_itself(x):
    return sigmoid(x)

def negative(x):
    return -sigmoid_grad(x)

def nothing(x):
    pass

def todo(x):
    raise NotImplementedError

def broken(x):
    return np.dot(x, np.ones((3, 3)))

def too_short(x):
    return sigmoid_grad(x)[:3]

def jacobian(x):
    return np.diag(sigmoid_grad(x))

def spoils(x):
    x += 1
    return sigmoid_grad(x - 1)

def endless(x):
    while True:
        pass

def linear(x, W, b):
    return x @ W + b

def linear_back(x, W, b, dy):
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)

def linear_back_first(dy, x, W, b):
    return linear_back(x, W, b, dy)

def linear_back_mean(x, W, b, dy):
    return dy @ W.T, x.T @ dy / len(x), dy.mean(axis=0)

def bce(y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

def bce_by_p(y, p):
    return (p - y) / (p * (1 - p)) / len(y)

def neuron(x, w, b):
    return sigmoid(x @ w + b)

def neuron_by_b(x, w, b):
    return sigmoid_grad(x @ w + b)

def bell(x):
    return math.exp(-x * x)

def bell_slope(x):
    return -2 * x * math.exp(-x * x)

def softmax(z):
    return np.exp(z) / np.exp(z).sum()

def softmax_jacobian(z):
    p = softmax(z)
    return np.diag(p) - np.outer(p, p)

class Sigmoid:
    def forward(self, x):
        return sigmoid(x)

    def backward(self, x, dy):
        return dy * sigmoid_grad(x)

class Wants:
    def __init__(self, size):
        self.size = size

    def forward(self, x):
        return x
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("code") / "code.py"
    path.write_text(CODE)
    return path


@pytest.fixture(scope="module", autouse=True)
def _one_sandbox() -> Iterator[None]:
    """Fork all players from one sandbox, which takes longer to start than they take to judge."""
    if REASON:
        yield
        return
    with Sandbox() as shared, pytest.MonkeyPatch.context() as patch:
        patch.setattr(judging, "Sandbox", lambda isolation: nullcontext(shared))
        yield


def judged(file: Path, function: str, gradient: str, *arguments: str, wrt: tuple[str, ...] = ()) -> Judgement:
    targets = Target.of(f"{file}:{function}"), Target.of(f"{file}:{gradient}")
    return judge_gradient(*targets, [Drawn.of(text) for text in arguments], wrt, seed=1)


LINEAR = ("x=3x5", "W=5x4", "b=4")
RIGHT = [
    ("sigmoid", "sigmoid_grad", ()),
    ("sigmoid", "sigmoid_grad", ("x=3",)),
    ("sigmoid", "jacobian", ("x=9",)),
    ("sigmoid", "sigmoid_grad", ("x=()",)),
    ("linear", "linear_back", LINEAR),
    ("linear", "linear_back_first", LINEAR),
    ("bce", "bce_by_p", ("y=6:{0,1}", "p=6:(0,1)")),
    ("bell", "bell_slope", ("x=()",)),
    ("softmax", "softmax_jacobian", ("z=3",)),
    ("softmax", "softmax_jacobian", ("z=8",)),
    ("Sigmoid.forward", "Sigmoid.backward", ()),
]


@isolated
@pytest.mark.parametrize(("function", "gradient", "arguments"), RIGHT)
def test_a_right_gradient_agrees(file: Path, function: str, gradient: str, arguments: tuple[str, ...]) -> None:
    found = judged(file, function, gradient, *arguments)
    assert found.status is Status.AGREES, found.reason
    assert all(part.verdict.compared is not None for part in found.parts)


@isolated
def test_the_argument_on_trial_may_be_one_number_of_several(file: Path) -> None:
    assert judged(file, "neuron", "neuron_by_b", "x=4", "w=4", "b=()", wrt=("b",)).status is Status.AGREES


WRONG = [
    ("sigmoid", "sigmoid_itself", (), None),
    ("sigmoid", "negative", (), "sign"),
    ("sigmoid", "sigmoid_itself", ("x=()",), None),
    ("linear", "linear_back_mean", LINEAR, None),
]


@isolated
@pytest.mark.parametrize(("function", "gradient", "arguments", "mistake"), WRONG)
def test_a_wrong_gradient_is_refuted(
    file: Path, function: str, gradient: str, arguments: tuple[str, ...], mistake: str | None
) -> None:
    found = judged(file, function, gradient, *arguments)
    assert found.status is Status.REFUTED
    if mistake:
        assert found.parts[0].verdict.mistake == mistake
    assert [part.verdict.status for part in found.parts].count(Status.AGREES) == len(arguments) // 3


MISSING = {
    "nothing": "None", "todo": "NotImplementedError", "broken": "ValueError", "too_short": "shape (3,)", "endless": "too long",  # noqa: E501
}  # fmt: skip


@isolated
@pytest.mark.parametrize("gradient", MISSING)
def test_a_gradient_that_is_not_there_is_said_and_not_refuted(file: Path, gradient: str) -> None:
    found = judged(file, "sigmoid", gradient)
    assert found.status is Status.UNREADABLE
    assert MISSING[gradient] in found.reason


@isolated
def test_a_notebook_is_judged_without_running_its_other_cells(tmp_path: Path) -> None:
    cells = ["import numpy as np", "%matplotlib inline\nraise SystemExit", "def f(x):\n    return np.sum(x**3)",
             "def g(x):\n    return 3*x**2", "while True: pass"]  # fmt: skip
    document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": source} for source in cells]}
    (tmp_path / "n.ipynb").write_text(json.dumps(document))
    assert judged(tmp_path / "n.ipynb", "f", "g", "x=9").status is Status.AGREES


@isolated
def test_function_and_gradient_may_stand_in_two_files(file: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("import numpy as np\ndef slope(x):\n    return 1 / (2 + np.exp(x) + np.exp(-x))")
    found = judge_gradient(Target.of(f"{file}:sigmoid"), Target.of(f"{tmp_path / 'mine.py'}:slope"), seed=2)
    assert found.status is Status.AGREES


BAD = [
    (("sigmoid", "nope"), (), "there is no function 'nope'"),
    (("sigmoid", "Sigmoid.nope"), (), "no method 'nope'; it has forward, backward"),
    (("Wants.forward", "sigmoid"), (), "cannot be made without arguments"),
    (("linear", "linear_back"), (), "say the shapes"),
    (("sigmoid", "sigmoid_grad"), ("z=3",), "no parameter 'z'"),
    (("bce", "bce_by_p"), ("y=6:{0,1}", "p=6:{0,1}"), "nothing to differentiate by"),
]


@isolated
@pytest.mark.parametrize(("names", "arguments", "message"), BAD)
def test_a_question_that_cannot_be_put_is_one_clear_line(
    file: Path, names: tuple[str, str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(TargetError, match=message.replace("(", r"\(")):
        judged(file, *names, *arguments)


@isolated
def test_an_argument_on_trial_must_be_one(file: Path) -> None:
    with pytest.raises(TargetError, match="choose from x"):
        judged(file, "sigmoid", "sigmoid_grad", wrt=("y",))


@pytest.mark.parametrize(
    "text", ["code.py", "code.py:", ":f", "code.txt:f", "nowhere.py:f", "code.py:f.g.h", "code.py:f()"]
)
def test_a_target_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(TargetError):
        Target.of(text)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "=3",
        "x=0",
        "x=3x",
        "x=3,4",
        "x=-1",
        "p=4:(1,0)",
        "p=4:0,1",
        "y=4:{}",
        "y=4:{a}",
        "x=1000000",
        "x=3y4",
        "1x=3",
    ],
)
def test_a_description_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(DrawingError):
        Drawn.of(text)


@pytest.mark.parametrize("text", ["x=3x5", "p=4:(0,1)", "y=4:{0,1}", "b=()", "t=2:(-1.5,2)"])
def test_a_description_is_written_as_it_is_read(text: str) -> None:
    drawn = Drawn.of(text)
    assert str(drawn) == text
    assert np.shape(drawn.draw(np.random.default_rng(0))) == drawn.shape


def test_values_are_drawn_from_where_they_should_be() -> None:
    rng = np.random.default_rng(0)
    inside = Drawn.of("p=1000:(0,1)").draw(rng)
    assert 0 < inside.min() < inside.max() < 1
    assert set(Drawn.of("y=1000:{0,2}").draw(rng)) == {0.0, 2.0}
