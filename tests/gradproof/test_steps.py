"""`gradproof steps`: written derivations as they stand in files and notebooks."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checks.formulas import NoStepsError, check_steps

Run = Callable[..., subprocess.CompletedProcess[str]]
PROVED, REFUTED = "proved", "refuted"


def statuses(text: str, *given: str) -> list[str]:
    return [str(step.answer.verdict.status) for step in check_steps(text, given).steps]


def test_a_chain_over_several_lines_is_divided_into_steps_with_their_lines() -> None:
    found = check_steps("(x+1)^2 = x^2 + 2x + 1\n\n  = x(x+2) + 1\n")
    assert [step.line for step in found.steps] == [1, 3]
    assert [str(step.answer.verdict.status) for step in found.steps] == [PROVED, PROVED]
    assert found.first_wrong is None
    assert "All 2 steps hold" in found.reason


def test_wrong_in_the_middle_and_right_at_the_end_is_said() -> None:
    found = check_steps("(x+1)^2 = x^2 + 2x + 1\n = x^2 + x + 1\n = (x+1)^2\n")
    assert found.first_wrong == 1
    assert found.steps[1].line == 2
    assert found.final[0] == PROVED
    assert "right all the same" in found.reason
    assert found.steps[1].to_json()["counterexample"] is not None


def test_an_align_block_with_text_around_it_and_comments_in_it() -> None:
    text = r"""We differentiate $f$.

\begin{align*}
f'(x) &= 2x \sin x + x^2 \cos x \quad \text{(product rule)} \\
      &= x\,(2 \sin x + x \cos x). \\
      &= x^2\,(2\sin x + x \cos x)
\end{align*}
That is all."""
    found = check_steps(text)
    assert [str(step.answer.verdict.status) for step in found.steps] == [PROVED, REFUTED]
    assert [step.line for step in found.steps] == [5, 6]
    assert found.first_wrong == 1
    assert found.final[0] == REFUTED


def test_a_definition_before_it_makes_the_first_line_of_the_derivative_a_step() -> None:
    assert statuses("f(x) = x^2 sin(3x)\nf'(x) = 2x sin(3x) + 3x^2 cos(3x)") == [PROVED]
    found = check_steps("f(x) = sin(3x)\nf'(x) = cos(3x)")
    assert found.first_wrong == 0
    assert found.steps[0].answer.mistake == "inner derivative"
    assert statuses("Let f(x) = x^3. Then we differentiate.\nf''(x) = 6x") == [PROVED]


def test_a_definition_in_a_line_and_the_derivative_in_a_display() -> None:
    text = "$f(x) = \\ln(1+x^2)$ is given, where $x = 0$ is allowed.\n\n$$f'(x) = \\frac{2x}{1+x^2}$$\n"
    assert statuses(text) == [PROVED]


def test_derivative_operators_and_names_of_derivatives_are_left_sides() -> None:
    assert statuses(r"\frac{d}{dx}[x^2 \sin x] = \frac{d}{dx}[x^2]\sin x + x^2 \frac{d}{dx}[\sin x]") == [PROVED]
    assert statuses(r"\frac{\partial L}{\partial w} = (\hat y - y) x = \hat y x - y x") == [PROVED]
    assert statuses("d/dx (x^2) = 2x") == [PROVED]
    assert statuses(r"\frac{dL}{dz} = \sigma(z) - y = \frac{1}{1+e^{-z}} - y = \frac{1}{1+e^{z}} - y") == [
        PROVED,
        REFUTED,
    ]


def test_a_step_that_needs_a_given_condition_is_marked_with_it() -> None:
    given = ["y vector(K)", "z vector(K)", "p real", r"\sum_k y_k = 1"]
    rows = [r"L &= \sum_k y_k (p - z_k)", r"&= p \sum_k y_k - \sum_k y_k z_k", "&= p - y^T z"]
    text = "\\begin{align}\n" + "\\\\\n".join(rows) + "\n\\end{align}"
    found = check_steps(text, given)
    assert [step.condition for step in found.steps] == [None, r"\sum_k y_k = 1"]
    assert "was given" in found.steps[1].reason
    assert check_steps(text, given[:-1]).first_wrong == 1


def test_conditions_may_stand_in_the_text() -> None:
    assert statuses("given: x > 0\nln(x^2) = 2 ln(x)") == [PROVED]
    assert statuses("ln(x^2) = 2 ln(x)") == ["undecided"]


def test_a_formula_that_cannot_be_read_is_a_step_of_its_own_and_the_rest_goes_on() -> None:
    found = check_steps("x + x = 2x^ = 2x\n = 3x")
    assert [str(step.answer.verdict.status) for step in found.steps] == ["unreadable", PROVED, REFUTED]
    assert found.first_wrong == 2


def test_a_row_that_begins_with_an_operator_continues_the_row_before() -> None:
    assert statuses(
        "$$\\begin{aligned} (a+b)^2 &= a^2 + 2ab \\\\ &\\quad + b^2 \\\\ &= a(a+2b) + b^2\\end{aligned}$$"
    ) == [
        PROVED,
        PROVED,
    ]


def test_matrices_are_checked_for_all_sizes() -> None:
    given = ["X matrix(B, N)", "W matrix(N, M)", "G matrix(B, M)"]
    assert statuses("(X W)^T G = W^T X^T G = W^T (X^T G)", *given) == [PROVED, PROVED]
    found = check_steps("tr(X X^T) = tr(X^T X) = 2 tr(X^T X)", given)
    assert found.first_wrong == 1


def test_text_without_a_chain_is_refused() -> None:
    for text in ("", "Nothing here.", "x > 0", "```\nx = 1\n```"):
        with pytest.raises(NoStepsError):
            check_steps(text)


def test_the_object_has_the_promised_keys(tmp_path: Path, run: Run) -> None:
    path = tmp_path / "derivation.md"
    path.write_text("(x+1)^2 = x^2+1\n = x^2 + 2x + 1\n", encoding="utf-8")
    done = run("steps", str(path), "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 1
    assert {"status", "reason", "gradproof", "steps", "first_wrong", "final"} <= set(found)
    assert found["first_wrong"] == 0
    assert found["final"]["status"] == PROVED
    assert {"line", "text", "status", "reason"} <= set(found["steps"][0])
    assert [step["line"] for step in found["steps"]] == [1, 2]


def test_markdown_cells_of_a_notebook_are_read(tmp_path: Path, run: Run) -> None:
    cells = [
        {"cell_type": "code", "source": ["x = 1\n"], "metadata": {}, "outputs": []},
        {"cell_type": "markdown", "source": ["# Task\n", "$$(x+1)^2 = x^2 + 2x + 1$$\n"], "metadata": {}},
        {"cell_type": "markdown", "source": "$$2x = 3x$$", "metadata": {}},
    ]
    path = tmp_path / "answer.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    found = json.loads(run("steps", str(path), "--json").stdout)
    assert [(step["place"], step["line"], step["status"]) for step in found["steps"]] == [
        ("cell 2", 2, PROVED),
        ("cell 3", 1, REFUTED),
    ]
    assert run("steps", str(path), "--cell", "2").returncode == 0
    assert run("steps", str(path), "--cell", "9").returncode == 2


def test_people_see_each_step_and_the_end(tmp_path: Path, run_apart: Run) -> None:
    path = tmp_path / "derivation.txt"
    path.write_text("(x+1)^2 = x^2+2x+1 = x^2+1\n", encoding="utf-8")
    done = run_apart("steps", str(path))
    assert done.returncode == 1
    assert "Step 2 of 2 (line 1) is the first wrong one" in done.stdout
    assert "End: refuted" in done.stdout


def test_standard_input_and_bad_files(tmp_path: Path, run: Run) -> None:
    assert run("steps", "-", text="x + x = 2x").returncode == 0
    for arguments, part in (
        (["nowhere.md"], "there is no file"),
        ([str(tmp_path)], "is a folder"),
        (["-"], "no step was found"),
    ):
        done = run("steps", *arguments, text="")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert part in done.stderr
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{}", encoding="utf-8")
    assert "no notebook" in run("steps", str(broken)).stderr
