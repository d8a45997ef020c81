"""The pytest plugin: questions as test items, verdicts as their reports, and nothing at all where it is not used."""

import json
from importlib.metadata import entry_points
from xml.etree import ElementTree

import pytest

pytest_plugins = ("pytester",)

HEAVY = {"numpy", "sympy", "scipy", "flint", "matplotlib", "checks", "derive", "numeric", "worksheets", "typer", "rich"}

GRADER = '''
"""A grader whose verdicts are planted: what the plugin makes of them is what is tested."""

import gradproof.pytest_items as items

FOUND = {found!r}
asked = []


class Planted:
    questions = ("slope", "loss", "essay")
    labels = tuple(FOUND)

    def grade(self, label):
        asked.append(label)
        assert asked.count(label) == 1, "a submission is graded once"
        return {{"submission": label, "questions": [dict(id=q, **one) for q, one in FOUND[label].items()]}}

    def close(self):
        print("closed the grader")


items.opened = lambda worksheet, submissions, isolation: Planted()
'''


def question(status: str, reason: str, points: float = 0.0, **more: object) -> dict[str, object]:
    return {"status": status, "reason": reason, "points": points, "out_of": 2.0, "mistake": None, **more}


ANNA = {
    "slope": question("agrees", "It agrees.", 2.0),
    "loss": question("proved", "Equal for all x.", 2.0),
    "essay": question("undecided", "A text is read by a person."),
}
BEN = {
    "slope": question("refuted", "The gradient by x is 1 at x[0].", 0.5, mistake="sign", reproduce="gradproof again"),
    "loss": question("unreadable", "the bracket '(' is never closed"),
    "essay": question("fault", "This is an error of ours."),
}


@pytest.fixture
def grading(pytester: pytest.Pytester) -> pytest.Pytester:
    """Return a place in which the plugin is loaded, as its entry point does it, and the verdicts are planted."""
    place = pytester.mkdir("submissions")
    for name in ("anna", "ben"):
        (place / f"{name}.ipynb").write_text("{}")
    pytester.makepyfile(planted=GRADER.format(found={"anna": ANNA, "ben": BEN}))
    pytester.syspathinsert()
    return pytester


def run(pytester: pytest.Pytester, *arguments: str, loads: tuple[str, ...] = ("planted",)) -> pytest.RunResult:
    plugins = [part for name in (*_plugin(), *loads) for part in ("-p", name)]
    return pytester.runpytest_inprocess(*plugins, *arguments)


def _plugin() -> list[str]:
    """Return the plugin where this installation does not announce it yet."""
    announced = {point.value for point in entry_points(group="pytest11")}
    return [] if "gradproof.pytest_plugin" in announced else ["gradproof.pytest_plugin"]


GRADED = ("--gradproof-worksheet", "sheet", "--gradproof-submission", "submissions")


def test_each_question_is_an_item_and_its_verdict_the_outcome(grading: pytest.Pytester) -> None:
    done = run(grading, *GRADED, "-v", "-rs")
    done.assert_outcomes(passed=2, failed=2, skipped=2)
    done.stdout.fnmatch_lines(
        [
            "gradproof: worksheet sheet, isolation by namespaces",
            "anna::slope PASSED*",
            "anna::loss PASSED*",
            "anna::essay SKIPPED*",
            "ben::slope FAILED*",
            "ben::loss FAILED*",
            "ben::essay SKIPPED*",
            "refuted: The gradient by x is 1 at x[[]0].",
            "  mistake: sign",
            "  points: 0.5 of 2",
            "  again: gradproof again",
            "unreadable: the bracket '(' is never closed",
            "anna: 4 of 6 points, 1 question for a person",
            "ben: 0.5 of 6 points, 1 question for a person",
            "SKIPPED [[]1] anna:3: essay: undecided, a person decides: A text is read by a person.",
            "SKIPPED [[]1] ben:3: essay: fault, a person decides: This is an error of ours.",
        ],
    )
    assert "Traceback" not in done.stdout.str()
    assert "closed the grader" in done.stdout.str()


def test_the_summary_names_question_and_sentence(grading: pytest.Pytester) -> None:
    done = run(grading, *GRADED, "-rf")
    done.stdout.fnmatch_lines(["FAILED ben::slope - refuted: The gradient by x is 1 at x[[]0].*"])


def test_questions_are_chosen_by_k_and_by_node(grading: pytest.Pytester) -> None:
    run(grading, *GRADED, "-k", "slope and ben").assert_outcomes(failed=1, deselected=5)


def test_a_junit_file_holds_sentence_and_points(grading: pytest.Pytester) -> None:
    run(grading, *GRADED, "--junit-xml=found.xml")
    cases = {
        (case.get("classname"), case.get("name")): case
        for case in ElementTree.parse(grading.path / "found.xml").iter("testcase")
    }
    assert len(cases) == 6
    failure = cases["ben", "slope"].find("failure")
    assert failure is not None
    assert failure.get("message") == "refuted: The gradient by x is 1 at x[0]."
    told = cases["anna", "loss"].find("properties/property")
    assert told is not None
    assert json.loads(str(told.get("value"))) == {"submission": "anna", "question": "loss", **ANNA["loss"]}


def test_without_paths_only_the_questions_are_run_and_with_them_both(grading: pytest.Pytester) -> None:
    grading.makepyfile(test_own="def test_own():\n    pass\n")
    run(grading, *GRADED).assert_outcomes(passed=2, failed=2, skipped=2)
    run(grading, *GRADED, "test_own.py").assert_outcomes(passed=3, failed=2, skipped=2)
    run(grading).assert_outcomes(passed=1)


def test_an_unknown_verdict_never_passes(grading: pytest.Pytester) -> None:
    strange = {"carl": {name: question("splendid", "Full marks!", 2.0) for name in ANNA}}
    grading.makepyfile(strange=GRADER.format(found=strange))
    run(grading, *GRADED, loads=("strange",)).assert_outcomes(failed=3)


def test_a_question_that_the_grader_left_out_is_an_error_and_no_pass(grading: pytest.Pytester) -> None:
    grading.makepyfile(gap=GRADER.format(found={"dora": {"slope": ANNA["slope"]}}))
    run(grading, *GRADED, loads=("gap",)).assert_outcomes(passed=1, failed=2)


@pytest.mark.parametrize("one", ["--gradproof-worksheet=sheet", "--gradproof-submission=submissions"])
def test_a_worksheet_and_a_submission_belong_together(grading: pytest.Pytester, one: str) -> None:
    done = run(grading, one)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: --gradproof-* is missing: a worksheet and a submission belong together"])


@pytest.mark.parametrize("given", ["submissions", "submissions/anna.ipynb"])
def test_a_conftest_among_the_submissions_is_never_run(
    grading: pytest.Pytester, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = grading.path / "submissions" / "conftest.py"
    evil.write_text("from pathlib import Path\nPath(__file__).with_name('forged').touch()\n")
    run(grading, "--gradproof-worksheet=sheet", f"--gradproof-submission={given}").assert_outcomes(
        passed=2, failed=2, skipped=2
    )
    monkeypatch.chdir(evil.parent)
    where = str(grading.path / given)
    done = run(grading, "--gradproof-worksheet=sheet", f"--gradproof-submission={where}")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines(["ERROR: there is a conftest.py among the submissions*"])
    assert not evil.with_name("forged").exists()


def test_pytest_imports_nothing_heavy_where_the_plugin_is_not_used(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_light="""
        import json, sys
        def test_light():
            print("loaded", json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
            assert "gradproof.pytest_plugin" in sys.modules
            assert "gradproof.pytest_items" not in sys.modules
        """
    )
    plugins = [part for name in _plugin() for part in ("-p", name)]
    done = pytester.runpytest_subprocess(*plugins, "-s")
    done.assert_outcomes(passed=1)
    line = next(line for line in done.stdout.lines if "loaded [" in line)
    assert not HEAVY & set(json.loads(line.partition("loaded ")[2].rstrip(".")))
