"""Pages, tables and files for course systems say what was found; nothing that a student wrote takes effect in them."""

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from checks.submissions.grading.outcome import PartOutcome, QuestionOutcome, decided
from checks.submissions.grading.totals import total
from worksheets.grading.alike import Alike, likeness, sketch_of
from worksheets.grading.gradebooks import harmless
from worksheets.grading.grading import write_all
from worksheets.grading.run import Row
from worksheets.grading.untrusted import formula_html, markdown_html

EVIL = "<script>alert(1)</script>"

KEY = {
    "worksheet": "small", "title": "A small sheet", "points": 3.0, "bonus": 0.0, "format": 1,
    "questions": [
        {"id": "slope", "kind": "formula", "number": "1 (a)", "points": 1.0,
         "parts": [{"label": "f'", "references": ["2x"], "given": []}]},
        {"id": "code", "kind": "code", "number": "1 (b)", "points": 1.0, "model": "def f(x):\n    return SECRET"},
        {"id": "why", "kind": "text", "number": "2", "points": 1.0, "model": "The model answer.",
         "rubric": [{"points": 1.0, "text": "says why"}]},
    ],
}  # fmt: skip


def question(name, status, points, **facts):
    asked = next(one for one in KEY["questions"] if one["id"] == name)
    reason, mistake, left = facts.pop("reason", "So it is."), facts.pop("mistake", None), float(points is None)
    part = PartOutcome(name="", status=status, reason=reason, mistake=mistake, earned=points or 0.0, open=left)
    common = {"id": name, "number": asked["number"], "kind": asked["kind"], "bonus": False, "out_of": asked["points"]}
    return QuestionOutcome(**common, **{**decided([part], 1.0), **facts})


def outcome(*questions):
    return json.loads(json.dumps(total(KEY, list(questions), notes=[], failed=[])))


WORDS = (
    "Because the composition of two linear maps is a linear map again, so that many layers are worth one and no more"
)


class MadeUp:
    """A run whose outcomes are given, in place of one that judged."""

    def __init__(self, *found):
        self.rows = [Row(place, label, path, "", str(place)) for place, (label, path, _) in enumerate(found, start=1)]
        self._outcomes = [one for _, _, one in found]
        self.counts = Counter(one["status"] for one in self._outcomes)
        self.sheet, self.records = self, self
        self.seed = 7

    def key(self, student=""):
        return KEY

    def outcomes(self):
        return zip(self.rows, self._outcomes, strict=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("graded")
    good = outcome(
        question("slope", "proved", 1.0, answer="$$f'(x) = 2x$$"), question("code", "agrees", 1.0, shape="s", size=90),
        question("why", "undecided", None, answer=WORDS),
    )  # fmt: skip
    bad = outcome(
        question("slope", "refuted", 0.0, mistake="sign", answer=f"$$\\text{{{EVIL}}}$$ {EVIL}", reason=f"Not {EVIL}."),
        question("code", "agrees", 1.0, shape="s", size=90),
        question("why", "undecided", None, answer=f"{WORDS} {EVIL}"),
    )  # fmt: skip
    run = MadeUp(
        ("Ann Lee", "all.zip/Ann Lee_123_assignsubmission_file_/a.ipynb", good),
        (f"=cmd()|{EVIL}", "all.zip/bob_45_67_b.ipynb", bad),
    )
    return out, write_all(run, out)


def read(written, name):
    return (written[0] / name).read_text(encoding="utf-8")


def rows(written, name):
    with (written[0] / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_no_page_holds_markup_of_a_student(written):
    pages = list(written[0].rglob("*.html"))
    assert len(pages) == 4
    for path in pages:
        assert "<script" not in path.read_text(encoding="utf-8"), path


def test_a_student_s_page_says_what_was_found_and_what_to_do(written):
    page = next((written[0] / "feedback").glob("0002-*.html")).read_text(encoding="utf-8")
    assert "<strong>1</strong> of 3 points, 1 more wait for a person" in page
    assert "Not &lt;script&gt;alert(1)&lt;/script&gt;." in page
    assert "Go through your work step by step" in page


def test_no_student_s_page_holds_a_right_answer_unless_it_is_asked_for(written, tmp_path):
    pages = "".join(path.read_text(encoding="utf-8") for path in (written[0] / "feedback").glob("*.html"))
    assert "SECRET" not in pages
    assert "The model answer." not in pages
    run = MadeUp(("ann", "ann.ipynb", outcome(question("code", "refuted", 0.0))))
    write_all(run, tmp_path, answers=True)
    (page,) = (tmp_path / "feedback").glob("*.html")
    assert "SECRET" in page.read_text(encoding="utf-8")


def test_the_overview_shows_the_matrix_the_mistakes_and_answers_that_are_alike(written):
    page = read(written, "overview.html")
    assert page.count('<tr><td><a href="feedback/') == 2
    assert "<td>slope</td><td>sign</td>" in page
    assert "the same code but for names and layout" in page
    assert "nearly the same words" in page
    assert "=cmd()|&lt;script&gt;" in page


def test_words_stand_side_by_side_below_the_model_answer(written):
    page = read(written, "answers/why.html")
    assert "The model answer." in page
    assert "1: says why" in page
    assert page.count("<article") == 2
    assert "Ann Lee" in page


def test_canvas_and_moodle_know_students_by_the_numbers_they_put_into_names(written):
    canvas, moodle = rows(written, "canvas.csv"), rows(written, "moodle.csv")
    assert canvas[1][-1] == "3"
    assert [row[1] for row in canvas[2:]] == ["", "45"]
    assert [row[-1] for row in canvas[2:]] == ["2", "1"]
    assert [row[0] for row in moodle[1:]] == ["Participant 123", ""]
    assert moodle[1][9] == "2 of 3 questions are right, 1 wait for a person. 1 more points wait for a person."


def test_a_name_is_no_formula_in_a_spreadsheet(written):
    assert rows(written, "nbgrader.csv")[2][3].startswith("'=cmd()")
    assert [harmless(text) for text in ("=1", "+1", "@x", "-x", "-1.5", "ann")] == [
        "'=1",
        "'+1",
        "'@x",
        "'-x",
        "-1.5",
        "ann",
    ]


def test_nbgrader_and_points_have_a_line_for_each_submission(written):
    assert rows(written, "nbgrader.csv")[1] == ["small", "", "", "Ann Lee", "", "", "", "2.0", "0.0", "2.0", "3.0"]
    assert rows(written, "points.csv")[1] == ["Ann Lee", "2", "1", "3", "1", "1", ""]


def test_gradescope_gets_a_test_for_each_question(written):
    found = json.loads(next((written[0] / "gradescope" / "results").glob("0002-*.json")).read_text(encoding="utf-8"))
    assert (found["score"], len(found["tests"])) == (1.0, 3)
    assert found["tests"][0] | {"output": ""} == {
        "name": "slope", "number": "1 (a)", "score": 0.0, "max_score": 1.0, "output": "", "output_format": "text",
        "visibility": "visible", "status": "failed",
    }  # fmt: skip
    assert "status" not in found["tests"][2]  # a person decides


def test_the_autograder_says_so_where_it_cannot_grade(written, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "submission").mkdir()
    (source / "key.json").write_text("{}", encoding="utf-8")
    script = written[0] / "gradescope" / "autograder" / "run_autograder"
    (tmp_path / "gradproof").write_text(f'#!/bin/sh\nexec {sys.executable} -m gradproof "$@"\n')
    (tmp_path / "gradproof").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [script], check=True, capture_output=True, env={**os.environ, "AUTOGRADER": str(tmp_path), "PATH": path}
    )
    found = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert found["output"] == "This submission could not be graded; a person looks at it."
    assert "it is no answer key" in found["extra_data"]["said"]


def test_pages_of_an_earlier_run_go(written, tmp_path):
    one = outcome(question("slope", "proved", 1.0))
    write_all(MadeUp(("ann", "a", one), ("bob", "b", one)), tmp_path)
    write_all(MadeUp(("ann", "a", one)), tmp_path)
    assert [path.name for path in (tmp_path / "feedback").iterdir()] == ["0001-ann.html"]


# -- what students wrote --


@pytest.mark.parametrize(
    "text",
    [EVIL, "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://example.org/a.png)", f"${EVIL}$",
     f"$\\text{{{EVIL}}}$", "$$\\text{&lt;script&gt;}$$", "<https://example.org>", "<!-- -->", f"`{EVIL}`"],
)  # fmt: skip
def test_markdown_of_students_gives_no_tag_but_ours(text):
    tags = set(re.findall(r"<\s*/?([a-zA-Z!-]+)", markdown_html(text)))
    assert tags <= {"p", "code", "math", "mrow", "mtext", "mo", "mi", "mn", "eq", "eqn", "section", "div", "span"}


@pytest.mark.parametrize(
    "text", ["\\frac{1}{", "\\unknowncommand", "^", "}" * 50, "{" * 3000, "\\left(" * 400, "x" * 9000]
)
def test_a_formula_that_cannot_be_shown_is_shown_as_it_was_typed(text):
    html = formula_html(text)
    assert html.startswith(("<code>", "<math"))


def test_a_formula_becomes_mathml_with_its_signs():
    html = formula_html("x - 1 < \\sigma(x)")
    assert html.startswith("<math")
    assert "&#x" not in html
    assert "&lt;" in html
    assert "−" in html


# -- answers that are alike --


def test_texts_with_a_few_words_changed_are_alike_and_others_are_not():
    changed = WORDS.replace("many", "several")
    other = "The activation bends the space between layers and lets the network draw borders that are no straight lines"
    assert likeness(sketch_of(WORDS), sketch_of(changed)) >= 0.6
    assert likeness(sketch_of(WORDS), sketch_of(other)) == 0.0


def test_short_answers_and_common_ones_are_no_group():
    alike = Alike()
    for number in range(10):
        alike.add(number, {"id": "a", "kind": "code", "size": 10, "shape": "s"})
        alike.add(number, {"id": "b", "kind": "code", "size": 99, "shape": "s" if number < 8 else "t"})
        alike.add(number, {"id": "c", "kind": "text", "answer": "yes"})
    assert [(group.question, group.rows) for group in alike.groups()] == [("b", (8, 9))]


def test_the_tests_write_only_into_folders_of_their_own(written):
    assert all(Path(path).is_relative_to(written[0]) for path in written[1].files)


# -- what the instructor reads --


def test_a_remark_on_a_right_answer_is_no_mistake(tmp_path):
    right = outcome(question("code", "agrees", 1.0, finding="unstable"))
    wrong = outcome(question("code", "refuted", 0.0, finding="wrong shape"))
    write_all(MadeUp(("ann", "a", right), ("bob", "b", wrong)), tmp_path)
    page = (tmp_path / "overview.html").read_text(encoding="utf-8")
    mistakes, remarks = page.index("Most frequent mistakes"), page.index("Remarks on right answers")
    assert mistakes < page.index("<td>wrong shape</td>") < remarks < page.index("<td>unstable</td>")
    assert "2 submissions to small: 1 with every answer right, 1 with an answer that is not right." in page


def test_a_part_is_named_once(tmp_path):
    parts = [
        PartOutcome(
            name="layer: dW", status="agrees", reason="dW of Linear agrees with the model.", weight=0.5, earned=0.5
        ),
        PartOutcome(name="layer: db", status="refuted", reason="It is 3, right is 4.", weight=0.5),
    ]
    one = QuestionOutcome(id="code", number="1 (b)", kind="code", bonus=False, out_of=1.0, **decided(parts, 1.0))
    write_all(MadeUp(("ann", "a", outcome(one))), tmp_path)
    page = next((tmp_path / "feedback").iterdir()).read_text(encoding="utf-8")
    assert "</span>: dW of Linear agrees with the model.</li>" in page
    assert "</span>: layer: db. It is 3, right is 4.</li>" in page
