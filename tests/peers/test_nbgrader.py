"""nbgrader makes an assignment of a worksheet, and grades a right, a wrong and an empty submission of it."""

import json

import pytest

from .conftest import RIGHT, WRONG, answered, answers_in, needs, run

pytestmark = [needs("nbgrader"), pytest.mark.slow]

SCORES = """
import json
from nbgrader.api import Gradebook

with Gradebook("sqlite:///gradebook.db") as book:
    found = {}
    for student in ("right", "wrong", "empty"):
        (notebook,) = book.find_submission("week-1", student).notebooks
        found[student] = {
            grade.name: [grade.auto_score, grade.max_score, grade.needs_manual_grade] for grade in notebook.grades
        }
print(json.dumps(found))
"""
TESTED = {
    "sigmoid-code-check": 2,
    "layer-check": 2,
    "rate-check": 0.5,
    "count-check": 1,
    "output-check": 1,
    "curve-check": 1,
}
BY_HAND = {"square-answer": 1, "why-answer": 0.5}


@pytest.fixture(scope="module")
def course(tmp_path_factory, for_nbgrader):
    """A course with one assignment, released, handed in by three students and graded."""
    folder = tmp_path_factory.mktemp("course")
    # The 30 s that nbgrader gives a cell may be short for the first import on a busy machine.
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.Execute.timeout = 300\n")
    master = folder / "source" / "week-1" / "sheet.ipynb"
    master.parent.mkdir(parents=True)
    master.write_text(for_nbgrader, encoding="utf-8")
    run(folder, "-m", "nbgrader", "generate_assignment", "week-1", "--create")
    released = (folder / "release" / "week-1" / "sheet.ipynb").read_text(encoding="utf-8")
    for student, answers in (("right", RIGHT), ("wrong", WRONG), ("empty", {})):
        submitted = folder / "submitted" / student / "week-1" / "sheet.ipynb"
        submitted.parent.mkdir(parents=True)
        submitted.write_text(answered(released, answers), encoding="utf-8")
    run(folder, "-m", "nbgrader", "autograde", "week-1", "--create")
    return folder


@pytest.fixture(scope="module")
def scores(course):
    return json.loads(run(course, "-c", SCORES))


def test_the_release_holds_no_answer_and_keeps_the_room_for_one(course, source):
    released = (course / "release" / "week-1" / "sheet.ipynb").read_text(encoding="utf-8")
    assert answers_in(source, released) == []
    assert "HIDDEN TESTS" not in released
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(released)["cells"]}
    assert r"= \text{?}$$" in cells["square-answer"]
    assert cells["count-answer"].startswith("count = ...  # your number\n# YOUR CODE HERE")
    assert cells["rate-answer"].startswith("rate = 2.0  # choose a better one\n\n# YOUR CODE HERE")
    assert "def forward(self, X):\n        # YOUR CODE HERE" in cells["layer-answer"]


def test_a_right_submission_gets_all_points_that_a_test_can_give(scores):
    assert scores["right"] == {name: [points, points, False] for name, points in TESTED.items()} | {
        name: [None, points, True] for name, points in BY_HAND.items()
    }


def test_a_wrong_submission_gets_none_of_them(scores):
    assert {name: score for name, (score, _, _) in scores["wrong"].items() if name in TESTED} == dict.fromkeys(
        TESTED, 0
    )
    assert [scores["wrong"][name][2] for name in BY_HAND] == [True, True]


def test_an_untouched_submission_gets_nothing_at_all(scores):
    assert {name: score for name, (score, _, _) in scores["empty"].items()} == dict.fromkeys([*TESTED, *BY_HAND], 0)
