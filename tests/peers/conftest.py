import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from worksheets.building.hidden import add_hidden_tests
from worksheets.building.leaks import leaks, strings_of
from worksheets.building.notebook import NBGRADER, notebook, notebook_text
from worksheets.building.otter import master
from worksheets.sheet import read_source

SHEET = Path(__file__).with_name("sheet.md")

RIGHT = {
    "square-answer": "$$6x$$",
    # It warns of an overflow and prints: neither is a mistake.
    "sigmoid-code-answer": (
        "import warnings\n\ndef sigmoid(x):\n    print('called')\n    warnings.warn('overflow', RuntimeWarning)\n"
        "    return 1 / (1 + np.exp(-x))\n\ndef sigmoid_grad(x):\n    return sigmoid(x) * (1 - sigmoid(x))"
    ),
    "layer-answer": (
        "class Linear:\n    def __init__(self, W):\n        self.W = W\n\n    def forward(self, X):\n"
        "        return np.einsum('bn,nm->bm', X, self.W)"
    ),
    "rate-answer": "rate = 0.3",
    "count-answer": "count = 2080.0",
    "output-answer": "output = 'B'",
    "curve-answer": (
        "x = np.linspace(-1, 1, 30)\nfigure, axes = plt.subplots()\naxes.plot(x, x * x)\naxes.set_xlabel('x')"
    ),
    "why-answer": "Linear maps compose to a linear map.",
}
WRONG = {
    "square-answer": "$$3x$$",
    "sigmoid-code-answer": RIGHT["sigmoid-code-answer"].replace("* (1 - sigmoid(x))", "* (1 + sigmoid(x))"),
    "layer-answer": RIGHT["layer-answer"].replace("self.W)", "2 * self.W)"),
    "rate-answer": "rate = 1.5",
    "count-answer": "count = 2048",
    "output-answer": "output = 'a'",
    "curve-answer": RIGHT["curve-answer"].replace("x * x", "x"),
    "why-answer": "I do not know.",
}


def needs(module):
    """Skip a module of tests where a tool is not installed."""
    return pytest.mark.skipif(
        importlib.util.find_spec(module) is None,
        reason=f"{module} is not installed here; pip install '.[graders]' in an environment of its own",
    )


def run(folder, *command):
    """Run a tool of this environment in a folder."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def answered(released, answers):
    """Return the text of a released notebook with answers in it, as a student saves it."""
    made = json.loads(released)
    cells = {cell["id"]: cell for cell in made["cells"]}
    for ident, answer in answers.items():
        cells[ident]["source"] = answer
    return json.dumps(made)


def answers_in(source, released):
    """Return what of the answers stands in a notebook that a tool has made for students."""
    return leaks(source, strings_of(nbformat.reads(released, as_version=4)))


@pytest.fixture(scope="session")
def source():
    return read_source(SHEET).resolve()


@pytest.fixture(scope="session")
def tests(source):
    return add_hidden_tests(source)


@pytest.fixture(scope="session")
def for_nbgrader(source, tests):
    return notebook_text(notebook(source, NBGRADER))


@pytest.fixture(scope="session")
def for_otter(source, tests):
    return notebook_text(master(source, tests))
