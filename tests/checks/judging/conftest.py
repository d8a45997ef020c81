"""Small code questions, and students that answer them, in one sandbox for all tests of the judging."""

import ast
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from checks.submissions.judging import CodeJudgement, CodeQuestion, Model, judge_code
from checks.submissions.player.cells import Cell
from checks.submissions.player.container import Limits
from checks.submissions.sandbox import IsolationError, Sandbox

SEED = 20_261
LIMITS = Limits(wall_seconds=120, cpu_seconds=60)

try:
    with Sandbox(preload=()):
        REASON = ""
except IsolationError as error:
    REASON = str(error)


def made_probe(name: str, adapter: str = "", **said: Any) -> dict[str, Any]:
    """Return a probe as a key holds it; what is not said of it is an input."""
    about = {"accept": [], "tolerance": 1e-6, "samples": 4, "state": False}
    inputs = {key: value for key, value in said.items() if key not in about}
    return {
        "name": name,
        "adapter": adapter,
        "inputs": inputs,
        **about,
        **{key: said[key] for key in about if key in said},
    }


def made_question(model: str, *probes: dict[str, Any], **said: Any) -> CodeQuestion:
    """Return a question from its model solution and probes."""
    defines = [node.name for node in ast.parse(model).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    part = {
        "id": "asked", "points": 2.0, "functions": [], "of": None, "names": {}, "defines": defines, "conventions": {},
        "model": "import numpy as np\n" + model, "probes": list(probes), "wrong": [], **said,
    }  # fmt: skip
    return CodeQuestion.of_part(part)


SIGMOID = made_question(
    "def sigmoid(x):\n    e = np.exp(-np.abs(x))\n    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))",
    made_probe("sigmoid", x="vector(n)"),
)
LAYER = made_question(
    """
class Linear:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, G):
        self.dW, self.db = self.X.T @ G, G.sum(axis=0)
        return G @ self.W.T
""",
    made_probe(
        "linear",
        """
def linear(X, W, b, G):
    layer = Linear(W, b)
    Y = layer.forward(X)
    dX = layer.backward(G)
    return {"Y": Y, "dX": dX, "dW": layer.dW, "db": layer.db}
""",
        X="matrix(B, N)", W="matrix(N, M)", b="vector(M)", G="matrix(B, M)",
    ),
)  # fmt: skip
PAIR = made_question(
    "def pair(x, y):\n    return x * y, x + 2 * y",
    made_probe("pair", x="vector(n)", y="vector(n)"),
)


Judge = Callable[..., CodeJudgement]


class _Models:
    """One model for each question: its solution runs once for all students."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.known: list[tuple[CodeQuestion, Model]] = []

    def of(self, asked: CodeQuestion) -> Model:
        found = next((model for known, model in self.known if known is asked), None)
        if found is None:
            found = Model(self.sandbox, seed=SEED)
            self.known.append((asked, found))
        return found


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Start the one sandbox of all tests here."""
    if REASON:
        pytest.skip(REASON)
    with Sandbox() as made:
        yield made


@pytest.fixture(scope="session")
def judged(sandbox: Sandbox) -> Judge:
    """Return a function that judges the code of a student."""
    models = _Models(sandbox)

    def judge(
        asked: CodeQuestion, source: str, names: dict[str, str] | None = None, *, run: bool = False,
        cells: Sequence[Cell] = (), seconds: float = 10.0,
    ) -> CodeJudgement:  # fmt: skip
        with sandbox.player(LIMITS) as player:
            loaded = player.load([*cells, Cell("cell 1", "import numpy as np\n" + source)], everything=run)
            return judge_code(asked, models.of(asked), player, loaded, names, seconds=seconds)

    return judge


@pytest.fixture(scope="session")
def asked() -> SimpleNamespace:
    """Return the questions that several tests ask."""
    return SimpleNamespace(sigmoid=SIGMOID, layer=LAYER, pair=PAIR)


@pytest.fixture(scope="session")
def question() -> Callable[..., CodeQuestion]:
    """Return the function that makes a question from its model solution and probes."""
    return made_question


@pytest.fixture(scope="session")
def probe() -> Callable[..., dict[str, Any]]:
    """Return the function that makes a probe from its inputs."""
    return made_probe
