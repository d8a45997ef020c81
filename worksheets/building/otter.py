"""A worksheet as the master notebook from which `otter assign` makes a student notebook and an autograder.

What is graded there needs nothing of ours: hidden tests are plain asserts. Formulas, derivations, figures and words go
to a person.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from worksheets.building.hidden import Tests
from worksheets.building.notebook import OTTER, STUDENT, cells, in_words, notebook_of, written
from worksheets.kinds import Cell, Question
from worksheets.kinds.code import CodeQuestion
from worksheets.sheet import Source

QUOTES = ("'''", '"""')


def master(source: Source, tests: Mapping[str, Tests]) -> dict[str, Any]:
    """Return the notebook for `otter assign`.

    Parameters
    ----------
    source:
        A worksheet that was resolved.
    tests:
        The tests of its code questions, as `hidden.add_hidden_tests` returns them.

    Returns
    -------
    dict
        An `.ipynb`, checked by nbformat.
    """
    questions = {question.id: question for question in source.questions}
    config = ["# ASSIGNMENT CONFIG", f"name: {source.name}", "generate: true", "export_cell:", "  pdf: false"]
    made = [_raw("otter-config", "\n".join(config))]
    waiting: list[Cell] = []
    for cell in [*cells(source, STUDENT), Cell(id="end", source="")]:
        if waiting and cell.question != waiting[0].question:
            question = questions[waiting[0].question]
            made += _question(source, question, waiting, tests.get(question.id))
            waiting = []
        if cell.question:
            waiting.append(cell)
        elif cell.id != "end":
            made.append(written(source, cell, OTTER))
    return notebook_of(source, made, OTTER)


def _question(source: Source, question: Question, parts: list[Cell], tests: Tests | None) -> Iterator[dict[str, Any]]:
    """Yield the cells of a question: what is asked, room for the answer, the solution, the tests; then the feedback."""
    name = question.id
    answer = next(cell for cell in parts if cell.role == "answer")
    hidden = next((cell.hidden for cell in parts if cell.role == "check"), "")
    by_hand = not hidden
    kept = [written(source, cell, OTTER) for cell in parts if cell.role == "question"]
    feedback = [written(source, cell, OTTER) for cell in parts if cell.role == "check" and _says_something(cell)]
    config = ["# BEGIN QUESTION", f"name: {name}", f"points: {question.common.points:g}"]
    yield _raw(f"{name}-begin", "\n".join([*config, f"manual: {json.dumps(by_hand)}"]))
    yield from kept
    if answer.code:
        yield _raw(f"{name}-begin-solution", "# BEGIN SOLUTION")
        model = "\n".join(cell.source for cell in question.solution() if cell.code and cell.id == answer.id)
        yield {**written(source, answer, OTTER), "source": _with_prompt(model, answer.source)}
    else:
        yield _raw(f"{name}-begin-prompt", "# BEGIN PROMPT")
        yield written(source, answer, OTTER)
        yield _raw(f"{name}-end-prompt", "# END PROMPT")
        yield _raw(f"{name}-begin-solution", "# BEGIN SOLUTION")
        yield written(source, Cell(id=f"{name}-model", source=in_words(question), role="solution"), OTTER)
    yield _raw(f"{name}-end-solution", "# END SOLUTION")
    if not by_hand:
        points = question.common.points
        yield _raw(f"{name}-begin-tests", "# BEGIN TESTS")
        yield _test(f"{name}-visible", visible(question, tests), 0, hidden=False)
        yield _test(f"{name}-hidden", hidden, points, hidden=True)
        yield _raw(f"{name}-end-tests", "# END TESTS")
    yield _raw(f"{name}-end", "# END QUESTION")
    yield from feedback


def visible(question: Question, tests: Tests | None) -> str:
    """Return the test that students may run: there is an answer, and code returns arrays of the right shapes."""
    if isinstance(question, CodeQuestion):
        if tests is not None and tests.shapes:
            return tests.shapes
        names = [asked.name for asked in question.asked] or question.key()["defines"]
    else:
        names = [str(question.key()["variable"])]
    return "\n".join(f"assert {name} is not ..., '{name} has no value yet'" for name in names)


def _with_prompt(model: str, start: str) -> str:
    """Return a code cell in otter's form: the solution, and what students get in its place."""
    quotes = next((mark for mark in QUOTES if mark not in start), QUOTES[0])
    solution = f"# BEGIN SOLUTION NO PROMPT\n{model}\n# END SOLUTION"
    return f"{solution}\nr{quotes} # BEGIN PROMPT\n{start}\n{quotes}; # END PROMPT"


def _test(ident: str, source: str, points: float, *, hidden: bool) -> dict[str, Any]:
    number = int(points) if points == int(points) else points
    config = ['""" # BEGIN TEST CONFIG', f"hidden: {json.dumps(hidden)}", f"points: {number}", '""" # END TEST CONFIG']
    if not hidden:
        said = "There is an answer. Whether it is right is seen when it is graded."
        config.insert(1, f"success_message: {said}")
    return {
        "cell_type": "code",
        "id": ident,
        "metadata": {},
        "source": "\n".join([*config, source]),
        "execution_count": None,
        "outputs": [],
    }


def _says_something(cell: Cell) -> bool:
    return any(line.strip() and not line.startswith("#") for line in cell.source.split("\n"))


def _raw(ident: str, source: str) -> dict[str, Any]:
    return {"cell_type": "raw", "id": ident, "metadata": {}, "source": source}
