"""Credit that was not earned: each trick by which graders were fooled, through the whole of grading."""

import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SIGMOID = "def sigmoid(x):\n    return 1/(1+np.exp(-x))\n\n"
WRONG = f"{SIGMOID}def sigmoid_grad(x):\n    return 0*x\n"
FULL = 2.0

Grade = Callable[[Path], Any]
HandedIn = Callable[..., Path]


def attacks(group: str) -> dict[str, str]:
    """Return the code of a chapter of attacks.md by its heading."""
    text = (Path(__file__).parent / "attacks.md").read_text(encoding="utf-8")
    chapter = text.partition(f"\n## {group}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^### ([^\n]+)\n\n```python\n(.*?)\n```$", chapter, re.DOTALL | re.MULTILINE))


def by_attack(body: str, before: str = "") -> str:
    """Return an answer whose gradient attacks when it is called, and is wrong if nothing comes of that."""
    lines = "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    return f"{before}{SIGMOID}def sigmoid_grad(x):\n{lines}"


# -- the five forgeries ------------------------------------------------------------------------------------------------

PATCHES = attacks("Libraries are patched")


@pytest.mark.parametrize("patch", PATCHES)
@pytest.mark.parametrize("place", ["in a cell", "in the function"])
def test_a_patched_library_earns_nothing(
    patch: str, place: str, grade: Grade, handed_in: HandedIn, tmp_path: Path
) -> None:
    spoil = PATCHES[patch]
    if place == "in a cell":
        found = grade(handed_in(tmp_path, spoil, sigmoid_code=WRONG))
    else:
        found = grade(handed_in(tmp_path, sigmoid_code=by_attack(f"{spoil}\nreturn 0*x")))
    question = found["by"]["sigmoid-code"]
    assert question["status"] in {"refuted", "unreadable", "undecided"}
    assert (question["points"] or 0) < FULL
    assert found["by"]["relu-code"]["points"] == FULL  # what is right elsewhere is not spoilt


@pytest.mark.slow
@pytest.mark.parametrize("patch", PATCHES)
def test_a_patch_earns_nothing_where_all_cells_are_run(
    patch: str, grade_all_cells: Grade, handed_in: HandedIn, tmp_path: Path
) -> None:
    question = grade_all_cells(handed_in(tmp_path, PATCHES[patch], sigmoid_code=WRONG))["by"]["sigmoid-code"]
    assert question["status"] in {"refuted", "unreadable", "undecided"}
    assert (question["points"] or 0) < FULL


LIARS = attacks("Objects that lie about themselves")


@pytest.mark.parametrize("liar", LIARS)
def test_an_object_that_lies_about_itself_earns_nothing(
    liar: str, grade: Grade, handed_in: HandedIn, tmp_path: Path
) -> None:
    marker = tmp_path / "unpickled"
    lies = LIARS[liar].replace("MARKER", repr(str(marker)))
    question = grade(handed_in(tmp_path, sigmoid_code=by_attack(lies)))["by"]["sigmoid-code"]
    assert question["status"] in {"refuted", "unreadable"}
    assert question["points"] == FULL / 2  # the function itself is right, its gradient is none
    assert not marker.exists()


@pytest.mark.parametrize("liar", [name for name, code in LIARS.items() if "MARKER" in code])
def test_an_object_that_acts_when_it_is_unpickled_would_leave_its_mark(liar: str, tmp_path: Path) -> None:
    marker = tmp_path / "unpickled"
    code = LIARS[liar].replace("MARKER", repr(str(marker)))
    scope: dict[str, Any] = {}
    exec(code.partition("\n\n\n")[0], scope)  # the class alone
    act, arguments = scope["Bomb"]().__reduce__()  # what the unpickler does with it
    act(*arguments)
    assert marker.exists()


class Bomb:
    """Makes a folder where it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return (Path.mkdir, (self.marker,))


@pytest.mark.parametrize("name", [".OTTER_LOG", "answers.pkl", "state.pickle", "results.npy", "gradproof.json"])
def test_a_pickled_file_is_never_opened(name: str, grade: Grade, handed_in: HandedIn, tmp_path: Path) -> None:
    marker, folder = tmp_path / "was-unpickled", tmp_path / "anna"
    folder.mkdir()
    (folder / name).write_bytes(pickle.dumps(Bomb(marker)))
    found = grade(handed_in(folder, sigmoid_code=WRONG).parent)
    assert found["by"]["sigmoid-code"]["points"] == FULL / 2
    assert not marker.exists()


SEARCHES = attacks("Looking for the hidden tests")


@pytest.mark.parametrize("place", SEARCHES)
def test_the_hidden_tests_are_nowhere_to_be_read(place: str, grade: Grade, handed_in: HandedIn, tmp_path: Path) -> None:
    # The secret is put together at run time, or the search would find itself.
    body = f"SECRET = 'the upstream ' + 'gradient is not used'\nhits = []\n{SEARCHES[place]}\nreturn 0*x"
    question = grade(handed_in(tmp_path, sigmoid_code=by_attack(body)))["by"]["sigmoid-code"]
    assert "found:" not in question["reason"]
    assert question["status"] == "refuted", question["reason"]


def test_the_hidden_inputs_are_others_than_those_that_students_see(
    grade: Grade, handed_in: HandedIn, key: Any, tmp_path: Path
) -> None:
    """Answers for the inputs of one run are worth nothing in the next: another seed, other inputs."""
    from checks.submissions.files import read_submissions
    from checks.submissions.grading import Grader

    recorded = by_attack("raise RuntimeError(repr(x.tolist()))")
    path = handed_in(tmp_path, sigmoid_code=recorded)
    (submission,) = read_submissions([path])
    alone = {**key, "questions": [one for one in key["questions"] if one["id"] == "sigmoid-code"]}
    told = []
    for seed in (1, 2):
        with Grader(alone, seed=seed) as grader:
            (question,) = grader.grade(submission)["questions"]
            told.append(question["reason"].partition("RuntimeError")[2])
    assert told[0].startswith(": [")
    assert told[0] != told[1]


def test_answers_to_the_first_inputs_alone_are_not_enough(grade: Grade, handed_in: HandedIn, tmp_path: Path) -> None:
    before = "import collections\ncalls = collections.Counter()\n"
    body = "calls['n'] += 1\nreturn sigmoid(x)*(1-sigmoid(x)) if calls['n'] == 1 else 0*x"
    question = grade(handed_in(tmp_path, sigmoid_code=by_attack(body, before)))["by"]["sigmoid-code"]
    assert question["status"] in {"refuted", "unreadable"}
    assert question["points"] == FULL / 2


# -- what must not cost anything ---------------------------------------------------------------------------------------


def test_a_right_notebook_that_prints_to_stderr_loses_no_points(
    grade: Grade, handed_in: HandedIn, tmp_path: Path
) -> None:
    noise = "import sys, os, warnings\nprint('oh no!', file=sys.stderr)\nwarnings.warn('deprecated')"
    noisy = by_attack(f"{noise}\nos.write(2, b'Traceback (most recent call last):')\nreturn sigmoid(x)*(1-sigmoid(x))")
    found = grade(handed_in(tmp_path, noise, sigmoid_code=noisy))
    assert found["score"] == found["out_of"] - 1  # one point waits for a person


def test_an_endless_loop_costs_its_own_question_alone(grade: Grade, handed_in: HandedIn, tmp_path: Path) -> None:
    loop = by_attack("while True:\n    pass")
    found = grade(handed_in(tmp_path, "while True:\n    pass", behind=("while True:\n    pass",), sigmoid_code=loop))
    assert found["by"]["sigmoid-code"]["finding"] == "took too long"
    assert found["by"]["relu-code"]["points"] == FULL


# -- attacks on the machine --------------------------------------------------------------------------------------------

ATTACKS = attacks("Attacks on the machine")


def test_all_attacks_are_read() -> None:
    assert [len(chapter) for chapter in (PATCHES, LIARS, SEARCHES, ATTACKS)] == [6, 7, 5, 29]


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_gets_nothing_is_named_and_the_run_goes_on(
    attack: str, grade: Grade, handed_in: HandedIn, tmp_path: Path
) -> None:
    found = grade(handed_in(tmp_path, sigmoid_code=by_attack(ATTACKS[attack])))
    question = found["by"]["sigmoid-code"]
    assert question["status"] in {"refuted", "unreadable", "undecided"}, question["reason"]
    assert (question["points"] or 0) < FULL
    assert "found:" not in question["reason"]
    assert "sigmoid_grad" in question["reason"] or question["finding"], "the report names it"
    assert len(question["reason"]) < 2000
    assert found["by"]["relu-code"]["points"] == FULL
    assert found["by"]["linear-class"]["points"] == 3.0
