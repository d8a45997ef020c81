"""What course systems hand over, with several students and Python files in it, goes through the whole of grading."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from checks.submissions.grading import Grader
from checks.submissions.sandbox import has_namespaces
from worksheets.building.key import key
from worksheets.building.notebook import STUDENT, notebook
from worksheets.grading import grade
from worksheets.grading.workers import Job, Outcome, Setup, judged
from worksheets.sheet import read_source

pytestmark = pytest.mark.skipif(not has_namespaces(), reason="this system has no namespaces in which code could be run")

SOURCE = Path(__file__).with_name("good-source.md")
SEED = 5

TANH = "def tanh(x):\n    return np.tanh(x)\n\ndef tanh_grad(x):\n    return 1 - np.tanh(x)**2"
CODE = {"tanh-code": TANH, "count": "count = 2080", "output": 'output = "b"', "mean-code": "mean = np.mean"}
WRONG = CODE | {"tanh-code": TANH.replace("1 -", "1 +"), "count": "count = 2048"}
SCRIPT = (
    "import layers\n\ndef tanh(x):\n    return layers.squashed(x)\n\ndef tanh_grad(x):\n    return 1 - tanh(x)**2\n\n"
    "count = 64*32 + 32\noutput = 'b'\n\ndef mean(x):\n    return sum(x) / len(x)\n\n"
    "if __name__ == '__main__':\n    while True:\n        pass\n"
)
MODULE = "import numpy as np\n\ndef squashed(x):\n    return np.tanh(x)\n"

SCORES = {"anna": 5.5, "bo": 3.0, "cy": 5.5}
"""Of code alone: nobody answers what is typed."""

SYSTEMS: dict[str, tuple[Callable[[str, int, str], str], Mapping[str, str]]] = {
    "Canvas": (
        lambda who, number, file: (
            f"{who}{'_LATE' if who == 'bo' else ''}_{100 + number}_{200 + number}_{file.replace('.', '-2.')}"
        ),
        {},
    ),
    "Moodle": (
        lambda who, number, file: f"{who.title()} Smith_{70 + number}_assignsubmission_file_/{file}",
        {who: f"{who.title()} Smith" for who in SCORES},
    ),
    "Gradescope": (
        lambda _, number, file: f"assignment_9_export/submission_{number}/{file}",
        {who: f"submission_{number}" for number, who in enumerate(SCORES)},
    ),
    "nbgrader": (lambda who, _, file: f"submitted/{who}/sheet/{file}", {}),
}
"""For each system where the file of a student lies in its zip, and what the student is called then."""


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the key of the worksheet."""
    path = tmp_path_factory.mktemp("sheet") / "key.json"
    path.write_text(json.dumps(key(read_source(SOURCE).resolve()), sort_keys=True))
    return path


@pytest.fixture(scope="module")
def files() -> dict[str, dict[str, str]]:
    """Return the files of each student: two notebooks, and a script with a module."""
    blank = json.dumps(notebook(read_source(SOURCE).resolve(), STUDENT))

    def filled(answers: Mapping[str, str]) -> str:
        book = json.loads(blank)
        for cell in book["cells"]:
            about = cell["metadata"]["gradproof"]
            if about["role"] == "answer" and about["question"] in answers:
                cell["source"] = answers[about["question"]]
        return json.dumps(book)

    return {
        "anna": {"sheet.ipynb": filled(CODE)},
        "bo": {"sheet.ipynb": filled(WRONG)},
        "cy": {"solution.py": SCRIPT, "layers.py": MODULE + "# a long comment\n" * 50},
    }


@pytest.fixture(scope="module")
def graded(sheet: Path) -> Iterator[Callable[[Path, Path], dict[str, dict[str, Any]]]]:
    """Return what grades what lies at a path, by one grader for all tests, and returns what stands in results.json."""
    with Grader(json.loads(sheet.read_text()), seed=SEED) as grader:

        def judge(setup: Setup, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
            for job in jobs:
                yield job, judged(grader, setup, job)

        def run(path: Path, out: Path) -> dict[str, dict[str, Any]]:
            grade(str(sheet), [path], out, seed=SEED, judge=judge)
            found = json.loads((out / "results.json").read_text(encoding="utf-8"))["submissions"]
            return {one["submission"]: one for one in found}

        yield run


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_zip_of_a_course_system_is_graded_student_by_student(
    graded: Any, files: dict[str, dict[str, str]], system: str, tmp_path: Path
) -> None:
    place, called = SYSTEMS[system]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for number, (who, theirs) in enumerate(files.items()):
            for name, text in theirs.items():
                archive.writestr(place(who, number, name), text)
    found = graded(tmp_path / "all.zip", tmp_path / "out")
    assert {name: one["score"] for name, one in found.items()} == {
        called.get(who, who): score for who, score in SCORES.items()
    }
    wrong = {one["id"]: one for one in found[called.get("bo", "bo")]["questions"]}
    assert (wrong["tanh-code"]["status"], wrong["tanh-code"]["points"]) == ("refuted", 1.5)
    assert wrong["count"]["mistake"] == "the bias forgotten"
    script = {one["id"]: one for one in found[called.get("cy", "cy")]["questions"]}
    assert {one["how"] for name, one in script.items() if name in CODE} == {"name"}
    assert script["square"]["status"] == "unreadable"
    assert len(list((tmp_path / "out" / "feedback").glob("*.html"))) == len(SCORES)
    lines = table(tmp_path / "out" / "points.csv")[1:]
    assert {line[0]: float(line[1]) for line in lines} == {name: one["score"] for name, one in found.items()}


def test_the_numbers_that_canvas_and_moodle_give_students_come_back_in_their_tables(
    graded: Any, files: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    for system in ("Canvas", "Moodle"):
        with zipfile.ZipFile(tmp_path / f"{system}.zip", "w") as archive:
            for number, (who, theirs) in enumerate(files.items()):
                for name, text in theirs.items():
                    archive.writestr(SYSTEMS[system][0](who, number, name), text)
        graded(tmp_path / f"{system}.zip", tmp_path / system)
    canvas = table(tmp_path / "Canvas" / "canvas.csv")[2:]
    assert {(line[0], line[1], float(line[-1])) for line in canvas} == {
        ("anna", "100", 5.5), ("bo", "101", 3.0), ("cy", "102", 5.5),
    }  # fmt: skip
    moodle = table(tmp_path / "Moodle" / "moodle.csv")[1:]
    assert {(line[0], line[1], float(line[4])) for line in moodle} == {
        ("Participant 70", "Anna Smith", 5.5), ("Participant 71", "Bo Smith", 3.0), ("Participant 72", "Cy Smith", 5.5),
    }  # fmt: skip


def test_python_files_side_by_side_are_a_student_each(graded: Any, tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    alone = SCRIPT.replace("import layers", "import numpy as np").replace("layers.squashed", "np.tanh")
    sources = {
        "anna": alone,
        "bo": alone.replace("1 - tanh", "1 + tanh").replace(" + 32", ""),
        "cy": "# -*- coding: utf-8 -*-\n# %% [markdown]\n# # My answers\n# %%\n" + alone.replace("\n", "\r\n"),
        "dee": "def tanh(x)\n    return x\n",
        "eve": "",
    }
    for name, source in sources.items():
        (folder / f"{name}.py").write_bytes(source.encode())
    found = graded(folder, tmp_path / "out")
    assert {name: one["score"] for name, one in found.items()} == SCORES | {"dee": 0, "eve": 0}
    (syntax,) = [one for one in found["dee"]["questions"] if one["id"] == "tanh-code"]
    assert syntax["status"] == "unreadable"
    assert "dee.py, line 1, cannot be read" in " ".join(found["dee"]["failed"])
