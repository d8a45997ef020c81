"""Submissions to a small worksheet are judged by every kind of question, and everything is written."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from checks.submissions.files import read_submissions
from checks.submissions.grading import Grader, KeyFormatError, Settings, checked_key
from checks.submissions.sandbox import has_namespaces
from worksheets.building.key import key
from worksheets.building.notebook import STUDENT, notebook
from worksheets.grading import Sheet, grade
from worksheets.grading import sheet as sheet_module
from worksheets.sheet import read_source

pytestmark = pytest.mark.skipif(not has_namespaces(), reason="this system has no namespaces in which code could be run")

SOURCE = Path(__file__).with_name("good-source.md")
SEED = 5

RIGHT = {
    "square": "$$f'(x) = {square}$$",
    "sigmoid-steps": "$$\\sigma'(x) = \\frac{e^{-x}}{(1+e^{-x})^2} = \\sigma(x)(1-\\sigma(x))$$",
    "tanh-code": "def tanh(x):\n    return np.tanh(x)\n\ndef tanh_grad(x):\n    return 1 - np.tanh(x)**2",
    "count": "count = 64*32 + 32",
    "output": 'output = "b"',
    "mean-code": "def mean(x):\n    return np.mean(x)",
    "why": "*Your answer:*\n\nTwo linear maps are one linear map.",
}


@pytest.fixture(scope="module")
def source():
    return read_source(SOURCE).resolve()


@pytest.fixture(scope="module")
def answer_key(source):
    return json.loads(json.dumps(key(source), sort_keys=True))


@pytest.fixture(scope="module")
def right(answer_key):
    return RIGHT | {"square": RIGHT["square"].format(square=answer_key["questions"][0]["parts"][0]["references"][0])}


@pytest.fixture(scope="module")
def handed_in(source, right, tmp_path_factory):
    """Write a student's notebook: the right answers, but for those that are given."""
    blank = json.dumps(notebook(source, STUDENT))

    def made(path=None, *, plain=False, only=None, extra=(), **answers):
        book = json.loads(blank)
        given = {**right, **{name.replace("_", "-"): text for name, text in answers.items()}}
        for cell in book["cells"]:
            question = cell["metadata"]["gradproof"].get("question")
            if cell["metadata"]["gradproof"]["role"] == "answer" and (only is None or question in only):
                cell["source"] = given[question]
            if plain:
                cell["metadata"] = {}
                del cell["id"]
        book["cells"] += [{"cell_type": "code", "metadata": {}, "source": text, "outputs": []} for text in extra]
        path = path or tmp_path_factory.mktemp("handed-in") / "ann.ipynb"
        path.write_text(json.dumps(book), encoding="utf-8")
        return path

    return made


@pytest.fixture(scope="module")
def grader(answer_key):
    with Grader(answer_key, seed=SEED) as made:
        yield made


@pytest.fixture(scope="module")
def judged(grader):
    def judge(path):
        (submission,) = read_submissions([path])
        outcome = grader.grade(submission)
        return outcome, {one["id"]: one for one in outcome["questions"]}

    return judge


# -- verdicts --


def test_right_answers_of_every_kind_earn_their_points(judged, handed_in):
    outcome, questions = judged(handed_in())
    assert {name: one["status"] for name, one in questions.items()} == {
        "square": "proved", "sigmoid-steps": "proved", "tanh-code": "agrees", "count": "proved", "output": "proved",
        "mean-code": "agrees", "why": "undecided",
    }  # fmt: skip
    assert (outcome["score"], outcome["open"], outcome["out_of"]) == (7.5, 0.5, 8)
    assert questions["why"]["points"] is None
    assert all(one["how"] == "metadata" for one in questions.values())


def test_wrong_answers_of_every_kind_earn_nothing_and_mistakes_are_named(judged, handed_in):
    _, questions = judged(
        handed_in(
            square="$$f'(x) = 0$$", sigmoid_steps="$$\\sigma'(x) = e^{-x} = \\sigma(x)(1-\\sigma(x))$$",
            tanh_code="def tanh(x):\n    return np.tanh(x)\n\ndef tanh_grad(x):\n    return np.tanh(x)",
            count="count = 2048", output='output = "a"', mean_code="def mean(x):\n    return np.sum(x)",
        )
    )  # fmt: skip
    assert {one["status"] for name, one in questions.items() if name != "why"} == {"refuted"}
    assert questions["count"]["mistake"] == "the bias forgotten"
    assert questions["tanh-code"]["points"] == 1.5  # the function is right, its derivative is not
    assert sum(one["points"] or 0 for one in questions.values()) == 1.5


def test_a_reason_for_a_wrong_formula_does_not_hold_the_right_one(judged, handed_in, answer_key):
    _, questions = judged(handed_in(square="$$f'(x) = 0$$"))
    reference = answer_key["questions"][0]["parts"][0]["references"][0]
    assert questions["square"]["reason"].startswith("Your formula differs from what is asked at x = ")
    assert reference not in json.dumps(questions["square"])


def test_an_empty_worksheet_has_no_answers_and_none_is_guessed(judged, handed_in):
    outcome, questions = judged(handed_in(only=()))
    assert {one["status"] for one in questions.values()} == {"unreadable"}
    assert {one["finding"] for one in questions.values()} == {"missing", "not written yet"}
    assert (outcome["score"], outcome["open"]) == (0, 0)


def test_code_that_students_were_given_is_no_answer_though_it_runs(answer_key, handed_in, right):
    given = right["mean-code"]
    changed = [{**one, "start": f"{given}\n"} if one["id"] == "mean-code" else one for one in answer_key["questions"]]
    found = []
    with Grader({**answer_key, "questions": changed}, seed=SEED) as grader:
        for text in (given, f"\n{given}  ", given.replace("np.mean(x)", "np.sum(x) / len(x)")):
            (submission,) = read_submissions([handed_in(mean_code=text, only=("mean-code",))])
            found += [one for one in grader.grade(submission)["questions"] if one["id"] == "mean-code"]
    assert [one["status"] for one in found] == ["unreadable", "unreadable", "agrees"]
    assert [one["finding"] for one in found[:2]] == ["not written yet", "not written yet"]


def test_the_key_tells_what_students_are_given(answer_key, source):
    answers = {
        cell.question: cell.source for one in source.questions for cell in one.student() if cell.role == "answer"
    }
    assert {one["id"]: one["start"] for one in answer_key["questions"]} == answers
    assert "np.mean" not in json.dumps(answers)


def test_without_any_ids_code_is_found_by_name_and_words_by_number(judged, handed_in):
    _, questions = judged(handed_in(plain=True))
    assert questions["tanh-code"]["how"] == questions["count"]["how"] == "name"
    assert (questions["tanh-code"]["status"], questions["count"]["status"]) == ("agrees", "proved")
    assert questions["why"]["how"] == "number"
    assert "Two linear maps" in questions["why"]["answer"]


def test_another_spelling_is_judged_and_said(judged, handed_in):
    source = "def tanh(x):\n    return np.tanh(x)\n\ndef d_tanh(x):\n    return 1 - np.tanh(x)**2"
    _, questions = judged(handed_in(tanh_code=source))
    assert questions["tanh-code"]["status"] == "agrees"
    assert questions["tanh-code"]["note"] == "d_tanh was taken for tanh_grad."


def test_a_number_may_be_computed_by_code(judged, handed_in):
    _, questions = judged(handed_in(count="def parameters(n, m):\n    return n * m + m\n\ncount = parameters(64, 32)"))
    assert questions["count"]["status"] == "proved"


# -- forging --

FORGERIES = [
    "import numpy as np\nnp.allclose = lambda *a, **k: True",
    "import builtins\nbuiltins.__import__ = None",
    "class Liar(float):\n    __eq__ = lambda self, other: True\n    __sub__ = lambda self, other: 0.0",
    "import os\nos._exit(0)",
    "raise SystemExit",
    "while True: pass",
]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_hostile_cells_neither_help_nor_harm(judged, handed_in, forgery):
    wrong = "def tanh(x):\n    return np.tanh(x)\n\ndef tanh_grad(x):\n    return np.tanh(x)"
    _, questions = judged(handed_in(tanh_code=wrong, extra=[forgery]))
    assert questions["tanh-code"]["status"] == "refuted"
    assert questions["mean-code"]["status"] == "agrees"


def test_an_answer_that_ends_its_process_costs_that_answer_alone(judged, handed_in):
    _, questions = judged(handed_in(mean_code="import os\ndef mean(x):\n    os._exit(0)"))
    assert questions["mean-code"]["status"] in ("undecided", "unreadable")
    assert questions["tanh-code"]["status"] == "agrees"


def test_an_honest_answer_is_not_marked_down_by_an_equal_one_beside_sabotage(judged, handed_in):
    bad = "class Sabotage:\n    import numpy\n    numpy.mean = lambda *a, **k: 0.0"
    honest = "def mean(x):\n    y = np.mean(x)\n    return y"
    _, sabotaged = judged(handed_in(mean_code=honest, extra=[bad]))
    _, questions = judged(handed_in(mean_code=honest))
    assert sabotaged["mean-code"]["fingerprint"] == questions["mean-code"]["fingerprint"]
    assert questions["mean-code"]["status"] == "agrees"


# -- runs --


def test_equal_answers_are_judged_once(answer_key, handed_in):
    paths = [
        handed_in(),
        handed_in(extra=["# another notebook"]),
        handed_in(mean_code="def mean(x):\n  # the same\n  return np.mean(x)"),
    ]
    with Grader(answer_key, seed=SEED) as grader:
        for submission in read_submissions(paths):
            grader.grade(submission)
        assert grader.memo.judged == 4  # two formulas, two of code; numbers, choices and words need no process
        assert grader.memo.repeated == 8


def test_results_are_written_as_the_design_says_and_a_second_run_judges_nothing(answer_key, handed_in, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "key.json").write_text(json.dumps(answer_key, sort_keys=True))
    for name, count in (("ann", "count = 2080"), ("bob", "count = 2048"), ("cai", "count = 2080")):
        handed_in(folder / f"{name}.ipynb", count=count)
    (folder / "dee.ipynb").write_text("not a notebook")
    first = grade(str(tmp_path / "key.json"), [folder], tmp_path / "out", seed=SEED)
    text = (tmp_path / "out" / "results.json").read_text()
    written = json.loads(text)
    assert (first.run.judged, first.run.known) == (3, 1)  # ann and cai handed in the same
    assert written["status"] == "refuted"
    assert [one["submission"] for one in written["submissions"]] == ["ann", "bob", "cai", "dee"]
    assert [one["score"] for one in written["submissions"]] == [7.5, 6.5, 7.5, 0]
    assert list(written["submissions"][1])[:4] == ["submission", "score", "out_of", "questions"]
    assert list(written["submissions"][1]["questions"][3])[:5] == ["id", "status", "points", "reason", "mistake"]
    dee = written["submissions"][3]
    assert (dee["status"], dee["reason"]) == (
        "unreadable", "The file could not be read: it is no notebook: not even JSON."
    )  # fmt: skip
    again = grade(str(tmp_path / "key.json"), [folder], tmp_path / "out")
    assert (again.run.judged, again.run.known) == (0, 4)
    assert (tmp_path / "out" / "results.json").read_text() == text


def test_only_what_changed_is_judged_again(answer_key, handed_in, tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(answer_key))
    ann = handed_in(tmp_path / "ann.ipynb")
    bob = handed_in(tmp_path / "bob.ipynb", count="count = 1")
    grade(str(tmp_path / "key.json"), [ann, bob], tmp_path / "out", seed=SEED)
    handed_in(bob, count="count = 2")
    assert grade(str(tmp_path / "key.json"), [ann, bob], tmp_path / "out").run.judged == 1


def test_an_interrupted_run_goes_on_where_it_stopped(answer_key, handed_in, tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(answer_key))
    paths = [handed_in(tmp_path / f"{number}.ipynb", count=f"count = {number}") for number in range(4)]

    def interrupting(counts, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(str(tmp_path / "key.json"), paths, tmp_path / "out", seed=SEED, progress=interrupting)
    assert not (tmp_path / "out" / "results.json").exists()
    run = grade(str(tmp_path / "key.json"), paths, tmp_path / "out").run
    assert (run.known, run.judged) == (2, 2)


def test_processes_find_the_same_as_one(answer_key, handed_in, tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(answer_key))
    paths = [handed_in(tmp_path / f"{number}.ipynb", count=f"count = {number}") for number in range(3)]
    one = grade(str(tmp_path / "key.json"), paths, tmp_path / "one", seed=SEED)
    two = grade(str(tmp_path / "key.json"), paths, tmp_path / "two", seed=SEED, processes=2)
    assert one.summary == two.summary
    assert (tmp_path / "one" / "results.json").read_bytes() == (tmp_path / "two" / "results.json").read_bytes()


def test_an_archive_with_a_way_out_is_read_without_it(answer_key, handed_in, tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(answer_key))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(handed_in(), "ann.ipynb")
        archive.writestr("../../evil.py", "x = 1")
        archive.writestr("bob.ipynb", "{}")
    grade(str(tmp_path / "key.json"), [tmp_path / "all.zip"], tmp_path / "out", seed=SEED)
    written = json.loads((tmp_path / "out" / "results.json").read_text())["submissions"]
    assert [(one["submission"], one["score"]) for one in written] == [("ann", 7.5), ("bob", 0)]
    assert "evil.py names a place outside the archive and was left out" in written[0]["notes"]
    assert not (tmp_path.parent.parent / "evil.py").exists()


# -- worksheets --


@pytest.mark.parametrize(
    ("found", "message"),
    [([], "it is no answer key"), ({"worksheet": "w", "questions": []}, "of format None"),
     ({"worksheet": "w", "format": 1, "questions": [{"id": "a"}]}, "has no 'kind'")],
)  # fmt: skip
def test_what_is_no_key_is_refused(found, message):
    with pytest.raises(KeyFormatError, match=message):
        checked_key(found)


def test_a_source_a_key_and_a_name_are_worksheets(answer_key, tmp_path):
    (tmp_path / "key.json").write_text(json.dumps(answer_key))
    assert Sheet.of(str(tmp_path / "key.json")).key() == Sheet.of(str(SOURCE)).key()
    assert Sheet.of("network-theory").key()["worksheet"] == "network-theory"


def test_a_student_is_judged_by_the_key_of_the_own_variant(tmp_path):
    sheet = Sheet.of(str(SOURCE))
    ann, everybody = sheet.key("ann"), sheet.key()
    assert ann["parameters"] != everybody["parameters"]
    assert sheet.student_of({"gradproof": {"student": "ann"}}) == "ann"
    assert sheet.student_of({"gradproof": {"student": "../ann"}}) == ""


def test_settings_know_the_ways_to_run():
    with pytest.raises(ValueError, match="'run' is 'some'"):
        Settings(run="some")


def test_a_grader_of_code_and_numbers_loads_no_algebra_and_a_worker_needs_no_worksheet(tmp_path, answer_key):
    path = tmp_path / "key.json"
    path.write_text(json.dumps(answer_key), encoding="utf-8")
    script = (
        "import sys; from worksheets.grading import Sheet, workers; from checks.submissions.grading import Settings\n"
        f"setup = workers.Setup(Sheet.of({str(path)!r}).key(), 'namespaces', Settings(), 1, None)\n"
        "workers.grader_of(setup).close(); print([name for name in sys.modules if name in ('sympy', 'flint', 'lark')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_key_made_from_a_source_is_kept_until_the_source_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "good-source.md"
    path.write_bytes(SOURCE.read_bytes())
    made = []
    monkeypatch.setattr(sheet_module, "key", lambda source: made.append(source) or key(source))
    first = Sheet.of(str(path)).key()
    sheet_module._key.cache_clear()  # as a new process
    assert Sheet.of(str(path)).key() == first
    assert len(made) == 1
    sheet_module._key.cache_clear()
    path.write_text(path.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    Sheet.of(str(path))
    assert len(made) == 2
