"""What is built for nbgrader and otter: hidden tests that bite, cells that nobody passes by leaving them alone."""

from pathlib import Path

import numpy as np
import pytest

from checks.answers import Input, Probe
from worksheets.building import hidden
from worksheets.building.notebook import NBGRADER, STUDENT, notebook, released
from worksheets.building.otter import master
from worksheets.building.running import Played, RunError
from worksheets.kinds import regions
from worksheets.sheet import read_source

GOOD = Path(__file__).parent / "good-source.md"
PLOT = """\
---
title: A figure
points: 1
---

::::{question} parabola
---
kind: plot
points: 1
CURVES
---
Draw it.

```{solution}
figure, axes = plt.subplots()
axes.plot(range(9), [n**2 for n in range(9)])
axes.set_xlabel("n")
```
STARTER
::::
"""


@pytest.fixture(scope="module")
def source():
    return read_source(GOOD).resolve()


@pytest.fixture(scope="module")
def tests(source):
    return hidden.add_hidden_tests(source)


def read(tmp_path, text):
    path = tmp_path / "sheet.md"
    path.write_text(text, encoding="utf-8")
    return read_source(path).resolve()


def cell(made, ident):
    return next(one for one in made["cells"] if one["id"] == ident)


def passes(setup, answer, test):
    namespace = {}
    exec(setup, namespace)
    exec(answer, namespace)
    try:
        exec(test, namespace)
    except AssertionError:
        return False
    return True


def test_hidden_tests_let_the_model_pass_and_no_planted_wrong_answer(source, tests):
    checked = 0
    for question in source.questions:
        if question.id not in tests:
            continue
        setup = hidden.setup_before(source, question)
        assert passes(setup, question.model_source, question.hidden), question.id
        for wrong, mistake in question.planted:
            assert not passes(setup, wrong, question.hidden), f"{question.id}: {mistake}"
            checked += 1
    assert checked >= 3


def test_the_tests_of_shapes_refuse_a_wrong_shape_and_tell_no_value(tests):
    shapes = tests["mean-code"].shapes
    assert passes("import numpy as np", "def mean(x):\n    return np.float64(-7.0)", shapes)
    assert not passes("import numpy as np", "def mean(x):\n    return x", shapes)
    assert "allclose" not in shapes
    assert "allclose" in tests["mean-code"].hidden


@pytest.mark.parametrize("answer", ["np.flip(np.arange(5000.0) * k)", "np.arange(5000.0) * k + (np.arange(5000) == 7)"])
def test_of_a_large_result_sums_are_compared_and_a_wrong_number_is_seen(answer):
    probe = Probe("large", (Input("k"),), samples=1)
    k = np.array(0.5)
    tests = hidden._tests([(probe, ((k,),))], [Played(({"": np.arange(5000.0) * k},))])
    right = "def large(k):\n    return np.arange(5000) * k * (1 + 1e-12)"
    assert len(tests.hidden) < 3000
    assert passes("import numpy as np", right, tests.hidden)
    assert not passes("import numpy as np", f"def large(k):\n    return {answer}", tests.hidden)
    assert passes("import numpy as np", f"def large(k):\n    return {answer}", tests.shapes)


def test_a_result_of_which_only_the_shape_is_known_goes_to_a_person():
    probe = Probe("huge", samples=1)
    tests = hidden._tests([(probe, ((),))], [Played(({"": np.zeros(hidden.LARGEST + 1)},))])
    assert tests.hidden == ""


def test_what_code_prints_and_warns_of_is_no_mistake(tests, capsys, recwarn):
    noisy = "import warnings\ndef mean(x):\n    print('x')\n    warnings.warn('slow')\n    return np.mean(x)"
    assert passes("import numpy as np", noisy, tests["mean-code"].hidden)
    assert capsys.readouterr().out == ""
    assert list(recwarn) == []


def test_code_that_could_not_be_compared_goes_to_a_person(monkeypatch):
    class Dies(hidden.Playing):
        def results(self):
            return [RunError("the time ran out") for _ in self._stages]

    monkeypatch.setattr(hidden, "Playing", Dies)
    source = read_source(GOOD).resolve()
    tests = hidden.add_hidden_tests(source)
    assert {(one.hidden, one.shapes) for one in tests.values()} == {("", "")}
    made = notebook(source, NBGRADER)
    assert cell(made, "tanh-code-answer")["metadata"]["nbgrader"]["points"] == 3
    assert cell(made, "tanh-code-check")["metadata"]["nbgrader"]["grade"] is False
    assert "manual: true" in cell(master(source, tests), "tanh-code-begin")["source"]


@pytest.mark.parametrize(("curves", "by_hand"), [("curves: x^2", False), ("labels: yes", True)])
def test_a_figure_goes_to_a_person_unless_its_curves_are_compared(tmp_path, curves, by_hand):
    made = notebook(read(tmp_path, PLOT.replace("CURVES", curves).replace("STARTER", "")), NBGRADER)
    answer, check = (cell(made, f"parabola-{part}")["metadata"]["nbgrader"] for part in ("answer", "check"))
    assert (answer["grade"], check["grade"]) == (by_hand, not by_hand)
    assert (answer if by_hand else check)["points"] == 1


def test_a_cell_without_functions_or_marks_is_an_answer_as_a_whole():
    assert regions.starter("rate = 0.1\nrate /= 2") == "rate = ...  # your answer"
    assert regions.released("rate = 0.1") == "### BEGIN SOLUTION\nrate = 0.1\n### END SOLUTION"


def test_a_figure_without_marks_gives_students_room_and_the_authors_starter_stands(tmp_path):
    text = PLOT.replace("CURVES", "curves: x^2")
    made = notebook(read(tmp_path, text.replace("STARTER", "")), STUDENT)
    assert cell(made, "parabola-answer")["source"] == "figure, axes = plt.subplots()\n# draw here"
    starter = "```{starter}\nfigure, axes = plt.subplots(figsize=(2, 2))\n# your parabola\n```"
    source = read(tmp_path, text.replace("STARTER", starter))
    own = "figure, axes = plt.subplots(figsize=(2, 2))\n# your parabola"
    assert cell(notebook(source, STUDENT), "parabola-answer")["source"] == own
    for_nbgrader = notebook(source, NBGRADER)
    assert cell(for_nbgrader, "parabola-answer")["source"].startswith(f"{own}\n\n### BEGIN SOLUTION\n")
    assert cell(released(for_nbgrader), "parabola-answer")["source"].strip() == own


def test_a_choice_in_capitals_counts_as_in_our_own_feedback(source):
    (check,) = (one for one in source.questions if one.id == "output")
    test = check.student()[-1].hidden
    assert passes("", "output = 'B'", test)
    assert not passes("", "output = 'ab'", test)
    with pytest.raises(TypeError):
        passes("", "output = ...", test)


def test_what_nbgrader_releases_holds_neither_solution_nor_hidden_test(source, tests):
    text = "".join(one["source"] for one in released(notebook(source, NBGRADER))["cells"])
    assert "allclose" not in text
    assert "2080" not in text
    assert "composition" not in text


@pytest.mark.parametrize("start", ['"""Say it."""\nx = 1', "'''Say it.'''\nx = 1", "x = '\\n'"])
def test_otters_prompt_is_the_students_own_start(start):
    from worksheets.building.otter import _with_prompt

    lines = _with_prompt("x = 2", start).split("\n")
    namespace = {}
    exec("\n".join(lines), namespace)
    assert namespace["x"] == 2
    begin, end = (
        next(n for n, line in enumerate(lines) if line.endswith(mark)) for mark in ("BEGIN PROMPT", "END PROMPT")
    )
    assert "\n".join(lines[begin + 1 : end]) == start
