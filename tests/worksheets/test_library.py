"""The built-in worksheets: each question stands in the table of tasks of its course document, and no other does.

Figures that no cell draws are what their modules draw.
"""

import re
from pathlib import Path

import pytest

from worksheets import library
from worksheets.library.figures import conv_by_hand, fashion_from_scratch
from worksheets.sheet import read_source

TASKS = Path(__file__).parents[2] / "docs" / "worksheet-tasks"


def questions_named_in(page):
    """Return what stands between backticks in the second column of the first table."""
    rows = [line.split("|") for line in page.split("\n## ")[0].splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row[2])}


@pytest.mark.parametrize("name", sorted(path.stem for path in TASKS.glob("*.md")))
def test_the_table_of_tasks_names_every_question_of_the_worksheet_and_no_other(name):
    named = questions_named_in((TASKS / f"{name}.md").read_text(encoding="utf-8"))
    asked = {question.id for question in read_source(library.path_of(name)).questions}
    assert named - asked == set(), "the table names questions that the worksheet does not ask"
    assert asked - named == set(), "the worksheet asks questions that stand in no row of the table"


def test_only_the_second_column_of_the_first_table_names_questions():
    table = "| task | question | points |\n|---|---|---|\n| `f` | `one`, text of `two-b` | `3` |\n"
    page = f"{table}\n## Else\n\n| a | `no` |\n"
    assert questions_named_in(page) == {"one", "two-b"}


@pytest.mark.parametrize("name", fashion_from_scratch.SKETCHES)
def test_a_sketch_is_what_its_code_draws(name):
    kept = (fashion_from_scratch.FOLDER / name).read_text(encoding="utf-8")
    assert kept == fashion_from_scratch.SKETCHES[name]()


def test_the_figure_of_the_convolutional_network_is_what_its_module_draws():
    assert conv_by_hand.FILE.read_text(encoding="utf-8") == conv_by_hand.drawn()
