"""otter-grader makes an assignment of a worksheet, and grades a right, a wrong and an empty submission of it."""

import json

import pytest

from .conftest import RIGHT, WRONG, answered, answers_in, needs, run

pytestmark = [needs("otter"), pytest.mark.slow]

GRADE = """
import json
import sys
from otter.api import grade_submission

found = {}
for student in ("right", "wrong", "empty"):
    results = grade_submission(f"{student}/sheet.ipynb", sys.argv[1], quiet=True)
    found[student] = {name: [test.score, test.possible] for name, test in results.results.items()}
    found[student]["total"] = [results.total, results.possible]
print(json.dumps(found))
"""
TESTED = {"sigmoid-code": 2, "layer": 2, "rate": 0.5, "count": 1, "output": 1}


@pytest.fixture(scope="module")
def course(tmp_path_factory, for_otter):
    """An assignment as otter makes it: a student notebook, and an autograder that the solutions have passed."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "sheet.ipynb").write_text(for_otter, encoding="utf-8")
    run(folder, "-m", "otter", "assign", "sheet.ipynb", "made")
    return folder


@pytest.fixture(scope="module")
def released(course):
    return (course / "made" / "student" / "sheet.ipynb").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def scores(course, released):
    for student, answers in (("right", RIGHT), ("wrong", WRONG), ("empty", {})):
        (course / student).mkdir()
        (course / student / "sheet.ipynb").write_text(answered(released, answers), encoding="utf-8")
    (autograder,) = (course / "made" / "autograder").glob("*.zip")
    return json.loads(run(course, "-c", GRADE, str(autograder)).splitlines()[-1])


def test_the_student_notebook_holds_no_answer_and_the_room_for_one_is_that_of_our_own(released, source):
    assert answers_in(source, released) == []
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(released)["cells"]}
    for question in source.questions:
        (answer,) = (cell.source for cell in question.student() if cell.role == "answer")
        assert cells[f"{question.id}-answer"].strip() == answer.strip()
    assert sum('grader.check("' in text for text in cells.values()) == len(TESTED)


def test_the_visible_tests_tell_no_value(released):
    visible = json.loads(released)["metadata"]["otter"]["tests"]
    cases = [case for test in visible.values() for suite in test["suites"] for case in suite["cases"]]
    assert len(cases) == len(TESTED)
    assert not any(case["hidden"] or case["points"] or "allclose" in case["code"] for case in cases)


def test_a_right_submission_gets_all_points_that_a_test_can_give(scores):
    points = {name: [points, points] for name, points in TESTED.items()}
    assert scores["right"] == {**points, "total": [6.5, 6.5]}


def test_a_wrong_submission_gets_none_of_them(scores):
    assert scores["wrong"] == {**{name: [0, points] for name, points in TESTED.items()}, "total": [0, 6.5]}


def test_an_untouched_submission_gets_nothing_at_all(scores):
    assert scores["empty"] == {**{name: [0, points] for name, points in TESTED.items()}, "total": [0, 6.5]}
