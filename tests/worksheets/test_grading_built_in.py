"""The model solutions of built-in worksheets are not called wrong anywhere, and blank worksheets earn nothing."""

import json

import pytest

from checks.submissions.files import read_submissions
from checks.submissions.grading import Grader
from checks.submissions.sandbox import has_namespaces
from worksheets import library
from worksheets.building.key import key
from worksheets.building.notebook import SOLUTION, STUDENT, notebook
from worksheets.sheet import read_source

READ_BY_PEOPLE = {"text", "plot"}


@pytest.mark.slow
@pytest.mark.skipif(not has_namespaces(), reason="this system has no namespaces in which code could be run")
@pytest.mark.parametrize("name", ["backprop-from-scratch", "network-theory"])
def test_a_model_solution_is_right_and_a_blank_worksheet_earns_nothing(name, tmp_path):
    source = read_source(library.path_of(name)).resolve()
    for version in (SOLUTION, STUDENT):
        (tmp_path / f"{version}.ipynb").write_text(json.dumps(notebook(source, version)), encoding="utf-8")
    with Grader(json.loads(json.dumps(key(source))), seed=11) as grader:
        found = {one.label: grader.grade(one) for one in read_submissions([tmp_path])}
    model, blank = found[SOLUTION], found[STUDENT]
    wrong = {
        one["id"]: one["reason"]
        for one in model["questions"]
        if (one["status"] not in ("proved", "agrees")) != (one["kind"] in READ_BY_PEOPLE)
    }
    assert wrong == {}
    assert model["score"] + model["open"] == pytest.approx(model["out_of"] + model["bonus"])
    assert {one["status"] for one in blank["questions"]} == {"unreadable"}
    assert (blank["score"], blank["open"]) == (0, 0)
