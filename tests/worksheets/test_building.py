"""What is built from a source: notebooks, key, pages; without answers for students, the same bytes every time."""

import copy
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from worksheets.building import build as building
from worksheets.building import cache, execution, files
from worksheets.building.build import build
from worksheets.building.leaks import leaks, strings_of
from worksheets.sheet import read_source

GOOD = Path(__file__).parent / "good-source.md"
NAMES = {"student.ipynb", "solution.ipynb", "key.json", "student.html", "solution.html"}
NAMES |= {"student.tex", "solution.tex", "nbgrader/good-source.ipynb", "otter/good-source.ipynb"}


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("GRADPROOF_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def source():
    return read_source(GOOD).resolve()


@pytest.fixture(scope="module")
def made(source):
    return files.make(source)


@pytest.fixture(scope="module")
def student(made):
    return nbformat.reads(made["student.ipynb"].decode(), as_version=4)


@pytest.fixture(scope="module")
def solution(made):
    return nbformat.reads(made["solution.ipynb"].decode(), as_version=4)


@pytest.fixture(scope="module")
def key(made):
    return json.loads(made["key.json"])


def cell(notebook, ident):
    return next(cell for cell in notebook.cells if cell.id == ident)


def question(key, ident):
    return next(question for question in key["questions"] if question["id"] == ident)


def test_every_file_of_the_design_is_made(made):
    assert not NAMES - set(made)


def test_both_notebooks_are_valid_and_name_their_cells(student, solution):
    for notebook in (student, solution):
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids)
    assert {"square-question", "square-answer", "square-check"} <= {cell.id for cell in student.cells}


def test_code_below_an_answer_in_words_stands_in_both_notebooks(tmp_path):
    rubric = "- 0.5 points: a composition of linear layers is linear\n:::\n"
    text = GOOD.read_text(encoding="utf-8").replace(rubric, f"{rubric}\n```{{check}}\nprint(1 + 1)\n```\n")
    path = tmp_path / GOOD.name
    path.write_text(text, encoding="utf-8")
    why = next(one for one in read_source(path).questions if one.id == "why")
    assert [[cell.source for cell in cells if cell.role == "check"] for cells in (why.student(), why.solution())] == [
        ["print(1 + 1)"],
        ["print(1 + 1)"],
    ]


def test_making_it_again_gives_the_same_bytes(made):
    again = files.make(read_source(GOOD).resolve())
    assert {name for name in made if made[name] != again[name]} == set()


def test_the_solution_was_executed_and_every_check_in_it_says_right(solution):
    codes = [cell for cell in solution.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    checks = [cell for cell in codes if cell.id.endswith("-check")]
    assert len(checks) == 4
    for check in checks:
        assert "Right." in check.outputs[-1]["data"]["text/plain"], check.id


def test_the_solution_spells_the_derivation_out_with_the_rule_of_each_step(solution):
    text = cell(solution, "sigmoid-steps-answer").source
    assert text.startswith(r"\begin{align*}")
    assert text.count("&=") >= 3
    assert r"\text{chain rule" in text or r"\text{quotient rule" in text or r"\text{power rule" in text


def test_a_student_gets_signatures_and_no_bodies(student):
    source = cell(student, "tanh-code-answer").source
    assert "def tanh(x):\n    raise NotImplementedError" in source
    assert "def tanh_grad(x):\n    raise NotImplementedError" in source
    assert cell(student, "count-answer").source == "count = ...  # your number"


def test_the_search_for_answers_finds_them_in_the_solution(source, solution):
    found = leaks(source, strings_of(solution))
    assert {"square", "tanh-code", "mean-code", "count", "why", "output"} <= {question for question, _, _ in found}


def test_the_student_files_hold_no_answer_in_any_normal_form(source, made, student):
    texts = [*strings_of(student), ("student.html", made["student.html"].decode())]
    assert leaks(source, texts) == []


@pytest.mark.parametrize(
    ("leak", "where"),
    [
        ("$$2 \\, a x$$", "source"),
        (r"\frac{\partial f}{\partial x} = 1 - \tanh^{2}(x)", "source"),
        ("# return np.sum(x) / np.size(x)", "source"),
        ("def mean(x):\n    return np.sum(x)/np.size( x )", "source"),
        ("2080", "output"),
        ("a composition of linear layers is linear", "metadata"),
    ],
)
def test_an_answer_planted_in_a_student_notebook_is_found(source, student, leak, where):
    if leak == "$$2 \\, a x$$":
        a, b = source.values["a"], source.values["b"]
        leak = rf"$$ {2 * a} \, x {b:+d} $$"
    planted = copy.deepcopy(student)
    target = cell(planted, "given-1")
    if where == "source":
        target.source += f"\n{leak}"
    elif where == "output":
        target.outputs = [nbformat.v4.new_output("stream", text=leak)]
    else:
        target.metadata["tags"] = [leak]
    assert leaks(source, strings_of(planted)), leak


def test_a_build_that_would_show_an_answer_writes_nothing(tmp_path):
    text = GOOD.read_text(encoding="utf-8").replace(
        "Term by term.", "It is {{a}}*2*x {{+b}}, that is $2 \\cdot {{a}} x$."
    )
    text = text.replace("Why does a network", "Hint: a composition of linear layers is linear. Why does a network")
    file = tmp_path / "sheet.md"
    file.write_text(text.replace("How many parameters", "(2080) How many parameters"), encoding="utf-8")
    (built,) = build([str(file)], tmp_path / "out")
    assert isinstance(built.error, files.LeakError)
    assert "students would see an answer" in str(built.error)
    assert not (tmp_path / "out" / "sheet").exists()


def test_the_key_holds_the_answer_its_notations_and_wrong_answers(key):
    (part,) = question(key, "square")["parts"]
    a, b = key["parameters"]["a"], key["parameters"]["b"]
    assert part["of"]["formula"] == f"{a}*x^2 {b:+d}*x"
    assert part["references"] == [f"{2 * a}*x {'+' if b > 0 else '-'} {abs(b)}"]
    assert {"sign", "the function instead of its derivative"} <= {wrong["mistake"] for wrong in part["wrong"]}
    assert question(key, "count")["answer"] == "2080"
    assert question(key, "output")["right"] == ["b"]


def test_the_key_says_how_code_is_to_be_probed_and_its_probes_are_read_back(key):
    from checks.answers import Probe

    found = question(key, "tanh-code")
    assert [probe["name"] for probe in found["probes"]] == ["tanh", "tanh_grad"]
    assert found["probes"][0]["inputs"] == {"x": "vector(n)"}
    for probe in found["probes"]:
        assert Probe.from_json(probe).to_json() == probe
    assert found["conventions"] == {"gradient": "of the input"}
    assert found["wrong"]


def test_the_pages_need_nothing_else(made):
    for name in ("student.html", "solution.html"):
        page = made[name].decode()
        assert "<script" not in page
        assert not re.search(r'(?:src|href)="(?!data:|#)', page)
        assert "url(" not in page
        assert "<math" in page
        assert "$$" not in page


def test_nbgrader_metadata_is_that_of_schema_3(student):
    answer = cell(student, "tanh-code-answer").metadata["nbgrader"]
    check = cell(student, "tanh-code-check").metadata["nbgrader"]
    never = {"schema_version": 3, "grade_id": "tanh-code-answer", "task": False, "grade": False}
    assert answer == {**never, "solution": True, "locked": False}
    assert check["points"] == 3
    assert check["grade"]
    assert check["locked"]
    by_hand = cell(student, "why-answer").metadata["nbgrader"]
    assert by_hand["grade"]
    assert by_hand["solution"]
    assert by_hand["points"] == 0.5


# -- variants --


def test_each_student_has_numbers_of_their_own_and_always_the_same():
    drawn = {name: read_source(GOOD, student=name).values for name in ("", "ann", "bob", "eve", "joe")}
    again = {name: read_source(GOOD, student=name).values for name in drawn}
    assert drawn == again
    assert len({tuple(sorted(values.items())) for values in drawn.values()}) >= 4
    assert all(values["b"] != 0 and 2 <= values["a"] <= 9 for values in drawn.values())


def test_the_numbers_of_a_student_are_pinned():
    assert read_source(GOOD, student="ann").values == {"a": 5, "b": -4}


def test_variants_are_built_into_folders_of_their_own(tmp_path):
    built = build([str(GOOD)], tmp_path, students=("ann", "bob"))
    assert [one.error for one in built] == [None, None]
    keys = [
        json.loads((tmp_path / "good-source" / "students" / name / "key.json").read_text()) for name in ("ann", "bob")
    ]
    assert [key["student"] for key in keys] == ["ann", "bob"]
    assert keys[0]["parameters"] != keys[1]["parameters"]


# -- cache, atomic writing, interruption --


def test_an_unchanged_source_is_not_built_again_and_its_files_stay_untouched(tmp_path, monkeypatch):
    (first,) = build([str(GOOD)], tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.files}
    monkeypatch.setattr(building, "make_job", None)
    (second,) = build([str(GOOD)], tmp_path)
    assert (second.cached, second.changed) == (True, False)
    assert {path: path.stat().st_mtime_ns for path in second.files} == before


def test_a_changed_line_an_included_file_or_our_own_code_makes_another_build(tmp_path, monkeypatch):
    file, part = tmp_path / "sheet.md", tmp_path / "part.md"
    text = GOOD.read_text(encoding="utf-8").replace("Some words", "```{include} part.md\n```\n\nSome words")
    file.write_text(text, encoding="utf-8")
    part.write_text("One.", encoding="utf-8")
    names = [cache.name_of(read_source(file))]
    part.write_text("Two.", encoding="utf-8")
    names.append(cache.name_of(read_source(file)))
    file.write_text(text.replace("Some words", "Some more words"), encoding="utf-8")
    names.append(cache.name_of(read_source(file)))
    monkeypatch.setattr(cache, "code_fingerprint", lambda: "other code")
    names.append(cache.name_of(read_source(file)))
    assert len(set(names)) == 4


def test_a_damaged_cache_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path))
    cache.keep("one", {"student.ipynb": b"notebook"})
    assert cache.find("one") == {"student.ipynb": b"notebook"}
    (tmp_path / "worksheets" / "one" / "student.ipynb").write_bytes(b"notebooc")
    assert cache.find("one") is None


def test_a_write_that_fails_half_way_leaves_no_half_written_file(tmp_path, monkeypatch):
    folder = tmp_path / "sheet"
    files.write({"a": b"old a", "b": b"old b"}, folder)
    real = os.replace

    def fails_at_b(old, new):
        if Path(new).name == "b":
            raise OSError("the disk is full")
        real(old, new)

    monkeypatch.setattr(os, "replace", fails_at_b)
    with pytest.raises(OSError, match="the disk is full"):
        files.write({"a": b"new a", "b": b"new b"}, folder)
    assert (folder / "b").read_bytes() == b"old b"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "sheet"]


def test_a_solution_that_fails_is_named_with_its_cell_and_the_older_output_stays(tmp_path):
    file = tmp_path / "sheet.md"
    text = GOOD.read_text(encoding="utf-8").replace("import numpy as np", "import numpy as np\n1 / 0")
    file.write_text(text, encoding="utf-8")
    older = tmp_path / "out" / "sheet"
    older.mkdir(parents=True)
    (older / "student.ipynb").write_text("older")
    (built,) = build([str(file)], tmp_path / "out")
    assert str(built.error) == "the cell 'given-1' of the solution fails: ZeroDivisionError: division by zero"
    assert [path.name for path in older.iterdir()] == ["student.ipynb"]


class KernelsThatEnd:
    """A client of which the first kernels end before they answer."""

    def __init__(self, ends):
        self.ends, self.started = ends, 0

    @contextmanager
    def setup_kernel(self, **_):
        self.started += 1
        if self.started <= self.ends:
            raise RuntimeError("Kernel died before replying to kernel_info")
        yield


def test_a_kernel_that_ends_before_it_answers_is_started_again_but_not_for_ever():
    client = KernelsThatEnd(2)
    with execution._kernel(client, {}):
        assert client.started == 3
    ends = execution._kernel(KernelsThatEnd(99), {})
    with pytest.raises(execution.NoKernelError, match=r"no kernel could be started.*died before replying"), ends:
        pytest.fail("there is no kernel")


@pytest.mark.slow
def test_an_interrupted_build_leaves_nothing_behind_and_says_so(tmp_path):
    for name in ("one", "two"):
        text = GOOD.read_text(encoding="utf-8").replace(
            # In the notebook alone: what the answers are made with runs before, and elsewhere.
            "import numpy as np",
            'import sys\nimport time\n\nimport numpy as np\n\nif "ipykernel" in sys.modules:\n    time.sleep(900)',
        )
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "gradproof", "worksheet", "build", "one.md", "two.md", "--out", str(out)]
    process = subprocess.Popen(
        command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - else a background job ignores it
    )  # fmt: skip
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline and len(kernels_of(process.pid)) < 2:
        time.sleep(0.2)
    running = kernels_of(process.pid)
    assert len(running) == 2
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert said.strip().splitlines()[-1] == "gradproof: interrupted"
    assert [path for path in out.rglob("*") if path.is_file()] == []
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline and any(Path(f"/proc/{kernel}").exists() for kernel in running):
        time.sleep(0.2)
    assert not any(Path(f"/proc/{kernel}").exists() for kernel in running)


def kernels_of(parent):
    """Return the kernels among the descendants of a process, as /proc tells; none where there is no /proc."""
    if not Path("/proc").is_dir():
        pytest.skip("there is no /proc here to see the kernels in")
    children = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(status.parent.name))
        except OSError:
            continue
    found, waiting = [], [parent]
    while waiting:
        for child in children.get(waiting.pop(), []):
            waiting.append(child)
            try:
                if b"ipykernel" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(child)
            except OSError:
                continue
    return found
