"""Grades the same small notebooks with gradproof, otter-grader and nbgrader, in one run, and prints the ratios.

    python benchmarks/grading_speed.py [--notebooks 20] [--rounds 2] [--venvs FOLDER]

Each peer gets a virtual environment of its own (made in FOLDER, if it is not there) and hand-written tests for the
same functions; gradproof grades with isolation. No two notebooks have equal answers to the questions about functions.
The peers are called in the way that is quickest for them: otter by its Python interface in one process, nbgrader by one
command for all notebooks. All three work one notebook after the other; the time of `gradproof grade` on all cores is
told besides.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from generated_submissions.answers import answers
from generated_submissions.making import SHEET, student_notebook

PEERS = {
    "otter-grader": ["otter-grader==7.*", "numpy>=2.0", "ipykernel", "matplotlib", "scipy"],
    "nbgrader": ["nbgrader==0.9.*", "numpy>=2.0", "ipykernel", "matplotlib", "scipy"],
}
CODE = ("sigmoid-code", "relu-code", "bce-code", "linear-class")
ASKED = (*CODE, "parameter-count", "output-activation")
FULL = {"sigmoid-code": 2.0, "relu-code": 2.0, "bce-code": 3.0, "linear-class": 3.0}
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

TESTS = {
    "sigmoid-code": """
x = np.random.default_rng(1).normal(size=50)
assert np.allclose(sigmoid(x), 1 / (1 + np.exp(-x)))
assert np.allclose(sigmoid_grad(x), (sigmoid(x + 1e-5) - sigmoid(x - 1e-5)) / 2e-5, atol=1e-6)
""",
    "relu-code": """
x = np.random.default_rng(2).normal(size=50)
assert np.allclose(relu(x), np.maximum(0, x))
assert np.allclose(relu_grad(x), (relu(x + 1e-7) - relu(x - 1e-7)) / 2e-7, atol=1e-6)
""",
    "bce-code": """
rng = np.random.default_rng(3)
y, p = rng.integers(0, 2, 50).astype(float), rng.uniform(0.1, 0.9, 50)
assert np.allclose(bce_loss(y, p), -(y * np.log(p) + (1 - y) * np.log(1 - p)))
assert np.allclose(bce_loss_grad(y, p), (bce_loss(y, p + 1e-6) - bce_loss(y, p - 1e-6)) / 2e-6, atol=1e-4)
""",
    "linear-class": """
rng = np.random.default_rng(4)
x, g = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
layer = Linear(3, 4, rng)
assert np.allclose(layer.forward(x), x @ layer.W + layer.b)
assert np.allclose(layer.backward(x, g), g @ layer.W.T)
assert np.allclose(layer.dW, x.T @ g)
assert np.allclose(layer.db, g.sum(axis=0))
""",
    "parameter-count": "\nassert parameter_count == 2410\n",
    "output-activation": '\nassert output_activation.lower() == "b"\n',
}


def main() -> None:
    """Make the notebooks, grade them by turns, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--venvs", type=Path, default=None)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        pythons = {name: _python(given.venvs or place / "venvs", name) for name in PEERS}
        books = notebooks(2 * given.notebooks)
        graders: dict[str, Callable[[Path, list[dict[str, Any]]], float]] = {
            "gradproof": lambda folder, some: gradproof(folder, some, 1),
            "gradproof, all cores": lambda folder, some: gradproof(folder, some, 0),
            "otter-grader": lambda folder, some: otter(folder, some, pythons["otter-grader"]),
            "nbgrader": lambda folder, some: nbgrader(folder, some, pythons["nbgrader"]),
        }
        seconds: dict[tuple[str, int], float] = {}
        for turn in range(given.rounds):
            for name, grade in graders.items():
                for count in (
                    (given.notebooks, 2 * given.notebooks) if name.startswith("gradproof") else (given.notebooks,)
                ):
                    folder = place / f"{turn}-{name}-{count}"
                    folder.mkdir()
                    took = grade(folder, books[:count])
                    seconds[name, count] = min(took, seconds.get((name, count), took))
        _print(given.notebooks, seconds, pythons)


def notebooks(count: int) -> list[dict[str, Any]]:
    """Return notebooks with right answers, no two of which have an equal one."""
    sheet = student_notebook()
    right: dict[str, list[str]] = {}
    for answer in answers():
        if answer.group == "right" and _has_names(answer.question, answer.source):
            right.setdefault(answer.question, []).append(answer.source)
    found = []
    for number in range(count):
        cells = []
        for cell in sheet["cells"]:
            about = cell["metadata"]["gradproof"]
            if about.get("question") in ASKED and about["role"] == "answer":
                source = right[about["question"]][number % len(right[about["question"]])].strip("\n")
                cells.append({**cell, "source": _own(source, number)})
            elif about.get("question") in ASKED and about["role"] == "check":
                cells.append({**cell, "source": "# This question is checked when it is graded."})
            elif about["role"] == "given" and about["cell"] != "tools":
                cells.append(cell)
        found.append({**sheet, "cells": cells})
    return found


def _has_names(question: str, source: str) -> bool:
    """Tell whether an answer has the names that were asked for: the peers find no others."""
    asked = {name for name in _NAMES if re.search(rf"\b{name}\(", TESTS.get(question, ""))}
    return all(re.search(rf"(?m)^(?:def|class) {name}\b", source) for name in asked)


def _own(source: str, number: int) -> str:
    """Put a number of the student's own into each function, so that no two answers are equal."""
    return re.sub(r"(?m)^( *)(def .*:)\n( +)", lambda m: f"{m[1]}{m[2]}\n{m[3]}own = {number}\n{m[3]}", source)


def _written(folder: Path, books: list[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, book in enumerate(books):
        (folder / f"student{number:03d}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    return folder


# -- the three ---------------------------------------------------------------------------------------------------------


def gradproof(folder: Path, books: list[dict[str, Any]], processes: int) -> float:
    """Return the seconds of `gradproof grade`, from the start of the command to its end."""
    handed_in = _written(folder / "handed-in", books)
    out = folder / "out"
    command = [sys.executable, "-m", "gradproof", "grade", str(SHEET), str(handed_in), "--out", str(out)]
    took = _timed(
        [*command, "--processes", str(processes)], folder, good=(0, 1, 3)
    )  # formula and text are not in these notebooks
    found = json.loads((out / "results.json").read_text(encoding="utf-8"))["submissions"]
    assert len(found) == len(books)
    for one in found:
        points = {question["id"]: question["points"] for question in one["questions"]}
        assert all(points[name] == FULL.get(name, 1.0) for name in ASKED), one
    return took


def otter(folder: Path, books: list[dict[str, Any]], python: Path) -> float:
    """Return the seconds of otter's `grade_submission` for all notebooks, in one process."""
    handed_in = _written(folder / "handed-in", books)
    tests = folder / "tests"
    tests.mkdir()
    for name, source in TESTS.items():
        body = "".join(f"    {line}\n" for line in source.strip().split("\n"))
        asked = [part for part in re.findall(r"\b(\w+)\(", source) if part in source and part in _NAMES]
        asked += [part for part in ("parameter_count", "output_activation") if part in source]
        (tests / f"{name}.py").write_text(
            f"import numpy as np\nfrom otter.test_files import test_case\n\n"
            f'OK_FORMAT = False\nname = "{name}"\npoints = 1\n\n\n'
            f"@test_case()\ndef test({', '.join(dict.fromkeys(asked))}):\n{body}",
            encoding="utf-8",
        )
    generated = [str(python), "-m", "otter", "generate", "-t", str(tests), "-o", str(folder / "autograder.zip")]
    _timed([*generated, "--no-requirements", "--no-environment"], folder)
    run = folder / "run.py"
    run.write_text(
        "import json, pathlib, sys, time\nfrom otter.api import grade_submission\n"
        "begun = time.perf_counter()\nscores = []\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.ipynb')):\n"
        "    scores.append(grade_submission(str(path), sys.argv[2], quiet=True).total)\n"
        "print(json.dumps([time.perf_counter() - begun, scores]))\n",
        encoding="utf-8",
    )
    done = _run([str(python), str(run), str(handed_in), str(folder / "autograder.zip")], folder)
    took, scores = json.loads(done.stdout.strip().split("\n")[-1])
    assert scores == [float(len(TESTS))] * len(books), scores
    return float(took)


_NAMES = frozenset({"sigmoid", "sigmoid_grad", "relu", "relu_grad", "bce_loss", "bce_loss_grad", "Linear"})


def nbgrader(folder: Path, books: list[dict[str, Any]], python: Path) -> float:
    """Return the seconds of `nbgrader autograde` for all notebooks, from the start of the command to its end."""
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "benchmark"\nc.ClearSolutions.enforce_metadata = False\n',
        encoding="utf-8",
    )
    source = {
        **books[0],
        "cells": [
            {**cell, "source": TESTS[cell["metadata"]["gradproof"]["question"]].strip(), "metadata": _graded(cell)}
            if cell["metadata"]["gradproof"]["role"] == "check"
            else cell
            for cell in _plain(books[0])["cells"]
        ],
    }
    _written_as(folder / "source" / "ps1" / "sheet.ipynb", source)
    for number, book in enumerate(books):
        _written_as(folder / "submitted" / f"student{number:03d}" / "ps1" / "sheet.ipynb", _plain(book))
    command = [str(python), "-m", "nbgrader"]
    _timed([*command, "generate_assignment", "ps1", "--create", "--force"], folder)
    took = _timed([*command, "autograde", "ps1", "--create"], folder)
    exported = [*command, "export", "--to", "scores.csv"]
    _timed(exported, folder)
    rows = (folder / "scores.csv").read_text(encoding="utf-8").strip().split("\n")
    places = {name: place for place, name in enumerate(rows[0].split(","))}
    for row in rows[1:]:
        parts = row.split(",")
        assert float(parts[places["score"]]) == float(parts[places["max_score"]]) > 0, row
    assert len(rows) == len(books) + 1
    return took


def _plain(book: dict[str, Any]) -> dict[str, Any]:
    """Give every answer and check the marks that nbgrader looks for."""
    cells = []
    for cell in book["cells"]:
        about = cell["metadata"]["gradproof"]
        solution = about["role"] == "answer"
        marks = {
            "schema_version": 3, "grade_id": about["cell"], "grade": False, "solution": solution,
            "locked": not solution, "task": False,
        }  # fmt: skip
        metadata = _graded(cell) if about["role"] == "check" else {**cell["metadata"], "nbgrader": marks}
        cells.append({**cell, "metadata": metadata})
    return {**book, "cells": cells}


def _graded(cell: dict[str, Any]) -> dict[str, Any]:
    name = cell["metadata"]["gradproof"]["cell"]
    marks = {
        "schema_version": 3, "grade_id": name, "grade": True, "solution": False, "locked": True, "task": False,
        "points": 1, "cell_type": "code",
    }  # fmt: skip
    return {**cell["metadata"], "nbgrader": marks}


def _written_as(path: Path, book: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(book), encoding="utf-8")


# -- machinery ---------------------------------------------------------------------------------------------------------


def _python(folder: Path, name: str) -> Path:
    """Return the interpreter of a peer's environment; make it where there is none."""
    place = folder / name.partition("-")[0]
    python = place / "bin" / "python"
    if not python.exists():
        print(f"installing {name} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PEERS[name]], check=True)
    return python


def _run(command: list[str], folder: Path, good: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    kernels = {"PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, **ONE_THREAD, **kernels}
    )
    if done.returncode not in good:
        raise RuntimeError(
            f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
        )
    return done


def _timed(command: list[str], folder: Path, good: tuple[int, ...] = (0,)) -> float:
    begun = time.perf_counter()
    _run(command, folder, good)
    return time.perf_counter() - begun


def _version(python: Path | str, name: str) -> str:
    code = f"from importlib.metadata import version; print(version({name!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _print(count: int, seconds: dict[tuple[str, int], float], pythons: dict[str, Path]) -> None:
    versions = {name: _version(python, name) for name, python in pythons.items()}
    versions = {"gradproof": _version(sys.executable, "gradproof"), **versions}
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"\n{count} notebooks, no two answers equal; best of the rounds, seconds")
    print(f"{'':22}{'in all':>9}{'a notebook':>12}")
    for name in ("gradproof", "gradproof, all cores", "otter-grader", "nbgrader"):
        took = seconds[name, count]
        print(f"{name:22}{took:9.2f}{took / count:12.3f}")
    each = {
        name: (seconds[name, 2 * count] - seconds[name, count]) / count
        for name in ("gradproof", "gradproof, all cores")
    }
    for name, took in each.items():
        print(f"{name + ', each more':30}{took:13.3f}")
    print("\nhow many times as long a notebook takes as with gradproof (all of the run; each more notebook)")
    for name in PEERS:
        peer = seconds[name, count] / count
        whole = seconds["gradproof", count] / count
        print(f"{name:22}{peer / whole:9.1f}{peer / each['gradproof']:12.1f}")


if __name__ == "__main__":
    main()
