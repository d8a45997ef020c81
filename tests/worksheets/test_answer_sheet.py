import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from derive import catalogue
from derive.rendering import latex, text
from worksheets import answer_sheet
from worksheets.answer_sheet import UnknownWorksheetError, available, build
from worksheets.standalone import standalone

NAME = "course-gradients"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build(NAME, tmp_path_factory.mktemp("worksheets"))


@pytest.fixture(scope="module")
def student(folder):
    return nbformat.read(folder / "student.ipynb", as_version=4)


@pytest.fixture(scope="module")
def solution(folder):
    return nbformat.read(folder / "solution.ipynb", as_version=4)


def cell(notebook, ident):
    return next(cell for cell in notebook.cells if cell.id == ident)


def execute(notebook, folder, *, allow_errors=False):
    return NotebookClient(
        notebook, timeout=900, startup_timeout=300, shutdown_kernel="immediate", allow_errors=allow_errors,
        kernel_name="python3", resources={"metadata": {"path": folder}},
    ).execute()  # fmt: skip


def test_the_worksheets_are_listed_with_questions_and_points():
    assert [sheet.to_json() for sheet in available()] == [
        {"name": NAME, "source": "the catalogue of entries", "questions": 8, "points": 26}
    ]


def test_an_unknown_worksheet_offers_the_nearest_name(tmp_path):
    with pytest.raises(UnknownWorksheetError) as caught:
        build("course-gradient", tmp_path)
    assert str(caught.value) == "there is no worksheet 'course-gradient'; did you mean course-gradients?"
    assert list(tmp_path.iterdir()) == []


def test_both_versions_are_valid_notebooks_with_the_same_cells(student, solution):
    nbformat.validate(student)
    nbformat.validate(solution)
    assert [cell.id for cell in student.cells] == [cell.id for cell in solution.cells]
    assert len({cell.id for cell in student.cells}) == len(student.cells)


def test_cell_ids_say_entry_and_purpose(student):
    assert [cell.id for cell in student.cells if cell.id.startswith("bce-prediction-")] == [
        "bce-prediction-question",
        "bce-prediction-function",
        "bce-prediction-derivation-y-hat",
        "bce-prediction-code-y-hat",
        "bce-prediction-check-y-hat",
        "bce-prediction-figure",
    ]


def test_building_twice_gives_the_same_bytes(folder, tmp_path):
    again = build(NAME, tmp_path)
    for name in ("student.ipynb", "solution.ipynb"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()
    assert sorted(path.name for path in again.iterdir()) == ["proofs", "solution.ipynb", "student.ipynb"]


def test_a_build_that_fails_leaves_the_older_notebooks(tmp_path, monkeypatch):
    (tmp_path / NAME).mkdir()
    (tmp_path / NAME / "student.ipynb").write_text("old")

    def fail(sheet, *, solution):
        if solution:
            raise RuntimeError("no solution today")
        return "new"

    monkeypatch.setattr(answer_sheet, "notebook_text", fail)
    with pytest.raises(RuntimeError, match="no solution today"):
        build(NAME, tmp_path)
    assert (tmp_path / NAME / "student.ipynb").read_text() == "old"
    assert [path.name for path in (tmp_path / NAME).iterdir()] == ["student.ipynb"]


def answers():
    """Yield every way in which an answer could be written down: code, LaTeX, text."""
    for question in available()[0].questions():
        for target in question.entry.targets:
            form, names = question.entry.textbook(target), question.entry.symbol_names
            yield latex(form, names)
            yield text(form, names)
            yield str(form)
            source = standalone(question.entry.compiled_gradient[target].source)
            yield source.rstrip().rpartition("return ")[2]
            matrix = getattr(question.entry, "matrix_form", lambda _: None)(target)
            if matrix is not None:
                yield latex(matrix)
                yield text(matrix)


def test_the_solution_holds_every_answer_so_that_the_search_can_find_one(folder):
    found = json.loads((folder / "solution.ipynb").read_text())
    everything = "\n".join(every_string(found))
    codes = [answer for answer in answers() if answer in everything]
    assert len(codes) >= 20


def test_the_student_version_holds_no_answer_anywhere(folder, student):
    everything = "\n".join(every_string(json.loads((folder / "student.ipynb").read_text())))
    assert [answer for answer in answers() if answer in everything] == []
    assert "align*" not in everything
    assert all(not cell.get("outputs") for cell in student.cells)
    assert "solution" not in everything


def every_string(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from every_string(value)
    elif isinstance(node, list):
        for value in node:
            yield from every_string(value)


def test_stubs_state_signature_and_shapes(student):
    assert cell(student, "linear-layer-code-W").source == (
        "def linear_layer_grad_W(X, W, b, G):\n"
        '    """Return the derivative by W.\n\n'
        "    Shapes:\n"
        "    X: (B, N)\n    W: (N, M)\n    b: (M,)\n    G: (B, M)\n    result: (N, M)\n"
        '    """\n'
        '    raise NotImplementedError("write linear_layer_grad_W in this cell, run it, then run its check again")'
    )


def test_checks_hold_no_more_than_points_and_the_comparison(student):
    assert cell(student, "sigmoid-check-x").source.splitlines() == [
        "rng = np.random.default_rng(20260002)",
        "x = rng.normal(scale=2, size=(12,))",
        "expected = difference_quotients(sigmoid, (x,), 0)",
        'compare("sigmoid_grad_x", sigmoid_grad_x(x), expected)',
    ]


def test_the_solution_needs_nothing_of_ours(solution):
    code = "\n".join(cell.source for cell in solution.cells if cell.cell_type == "code")
    assert set(re.findall(r"(?m)^(?:from|import) (\w+)", code)) == {"matplotlib", "numpy", "scipy"}


def test_the_solution_executes_from_top_to_bottom(solution, tmp_path):
    done = execute(nbformat.from_dict(solution), tmp_path)
    checks = [cell for cell in done.cells if "-check-" in cell.id]
    assert len(checks) == sum(len(catalogue.load(name).targets) for name in available()[0].entries)
    for checked in checks:
        assert "agrees with central differences" in checked.outputs[0]["text"], checked.id
    figures = [cell for cell in done.cells if cell.id.endswith("-figure")]
    assert len(figures) == 5
    assert all("image/png" in figure.outputs[-1]["data"] for figure in figures)


def only(notebook, *idents):
    chosen = nbformat.from_dict(json.loads(json.dumps(notebook)))
    chosen.cells = [cell for cell in chosen.cells if cell.id in ("tools", *idents)]
    return chosen


def test_a_check_of_an_unwritten_answer_says_what_to_write(student, tmp_path):
    asked = only(student, "sigmoid-function", "sigmoid-code-x", "sigmoid-check-x")
    with pytest.raises(CellExecutionError, match="write sigmoid_grad_x in this cell, run it, then run its check again"):
        execute(asked, tmp_path)


WRONG = {
    "return sigmoid(x) * (1 + sigmoid(x))": r"differs from central differences at 1\d of 12 entries; at entry \[",
    "sigmoid(x)": "returns nothing: is there a return in it",
    "return np.zeros((3, 2))": r"returns shape \(3, 2\); \(12,\) is wanted",
    "return x * np.nan": "differs from central differences at 12 of 12 entries",
}


@pytest.fixture(scope="module")
def checks_of_wrong_answers(student, tmp_path_factory):
    """What the check says of each wrong answer, one after the other in one notebook."""
    asked = only(student, "sigmoid-function", "sigmoid-code-x", "sigmoid-check-x")
    *head, code, check = asked.cells
    cells = []
    for number, answer in enumerate(WRONG):
        cells += [nbformat.from_dict({**one, "id": f"{one.id}-{number}"}) for one in (code, check)]
        cells[-2].source = f"def sigmoid_grad_x(x):\n    {answer}"
    asked.cells = [*head, *cells]
    done = execute(asked, tmp_path_factory.mktemp("wrong"), allow_errors=True)
    return {
        answer: [output["evalue"] for output in cell.outputs if output["output_type"] == "error"]
        for answer, cell in zip(WRONG, [cell for cell in done.cells if "-check-" in cell.id], strict=True)
    }


@pytest.mark.parametrize("answer", WRONG)
def test_a_check_of_a_wrong_answer_says_where_it_differs(answer, checks_of_wrong_answers):
    (said,) = checks_of_wrong_answers[answer]
    assert re.search(WRONG[answer], said)


def test_the_solution_links_the_certificate_of_each_formula_and_the_student_s_notebook_none(tmp_path):
    folder = build(NAME, tmp_path)
    solution, student = ((folder / f"{kind}.ipynb").read_text() for kind in ("solution", "student"))
    scripts = set(re.findall(r"\]\((proofs/[^)]+\.v)\)", solution))
    assert scripts == {f"proofs/Catalogue/{entry}.v" for entry in answer_sheet.find(NAME).entries}
    assert all((folder / script).is_file() for script in scripts)
    assert "proofs/" not in student
