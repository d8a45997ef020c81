"""The audit of one's own document: what it finds, what it decides, and what it rather leaves open."""

import json
from pathlib import Path

import nbformat.v4 as nb
import pytest

from checks.documents import DocumentError, audit_document, read_document
from checks.documents.chains import Judged, judge_chain
from checks.documents.definitions import Definition
from checks.documents.outputs import compare
from checks.documents.source import Code, Prose, Skipped
from checks.formulas.written import declarations_in, marked
from checks.submissions.sandbox import has_namespaces
from checks.verdict import Status

runs_code = pytest.mark.skipif(not has_namespaces(), reason="code cannot be isolated here")


def judged(text: str) -> Judged:
    """Return what the formulas of a text come to, decided in this process."""
    whole, definitions = Judged(), {}
    for chain in marked(text):
        found = judge_chain(chain, definitions, declarations_in(text), "line", 30.0)
        whole.claims += found.claims
        whole.left_out += found.left_out
        if found.definition is not None:
            definitions[found.definition["name"]] = Definition(**found.definition)
    return whole


def statuses(text: str) -> list[str]:
    return [claim["status"] for claim in judged(text).claims]


# -- formulas --------------------------------------------------------------------------------------

RIGHT = [
    r"$\frac{d}{dx} \ln(1+x^2) = \frac{2x}{1+x^2}$",
    r"$\frac{d}{dx} \left[ x^3 \right] = 3x^2$",
    r"$(x^3)' = 3x^2$",
    r"$\sigma'(x) = \sigma(x)(1-\sigma(x))$",
    r"Let $f(x) = x^2 e^x$. Then $f'(x) = x(x+2)e^x$.",
    r"$f(x) = x^2$ and $\frac{df}{dx} = 2x$",
    r"$f(x) = x^2$ and $\frac{d}{dx} f(x) = 2x$",
    r"$f(x) = x^2$ and $f'(t) = 2t$",
    r"$f(x) = x^2$ and $f'(3) = 6$",
    r"$f(x) = x^2$ and $f''(x) = 2$",
    r"$f(x) = x^2$ and $f(x+h) = x^2 + 2xh + h^2$",
    r"$z = wx + b$ and $\frac{\partial z}{\partial w} = x$",
    r"$z = wx + b$, $a = \tanh(z)$, $\frac{da}{dw} = (1-a^2) x$",
    r"$z = w x + b$, $a = \tanh(z)$, $\frac{da}{dz} = 1 - a^2$",
    r"$g(x, y) = x^2 y + \sin(y)$, $\frac{\partial g}{\partial y} = x^2 + \cos y$",
    r"$g(x, y) = x^2 y$, $\frac{\partial}{\partial x} g(x, y) = 2xy$",
    r"$r(x) = x \sin x$, $s(x) = r(x)^2$, $s'(x) = 2 r(x) r'(x)$",
    r"$s = \sigma(x)$ and $\frac{ds}{dx} = s(1-s)$",
    r"$L = -(y \ln a + (1-y) \ln(1-a))$, $\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1-y}{1-a}$",
    r"$L = -(y \ln a + (1-y) \ln(1-a))$, $a = \sigma(z)$, $\frac{\partial L}{\partial z} = a - y$",
    r"$L = \ln a$, $\frac{dL}{da} = \frac{1}{|a|}$",
    r"$\sqrt{2} = 1.414$",
    r"$\pi = 3.14$",
    r"$$\cosh^2 x - \sinh^2 x = 1$$",
]
WRONG = [
    r"$\frac{d}{dx} \cos x = \sin x$",
    r"$(x^3)' = 3x$",
    r"$\sigma'(x) = \sigma(x)(1+\sigma(x))$",
    r"Let $f(x) = x^2 e^x$. Then $f'(x) = 2x e^x$.",
    r"$f(x) = x^2$ and $f'(3) = 5$",
    r"$f(x) = x^2$ and $f''(x) = 2x$",
    r"$z = w x + b$ and $\frac{\partial z}{\partial w} = w$",
    r"$z = w x + b$, $a = \tanh(z)$, $\frac{da}{dw} = (1-a^2)$",
    r"$g(x, y) = x^2 y + \sin(y)$, $\frac{\partial g}{\partial y} = x^2 - \cos y$",
    r"$$(p+q)^2 = p^2 + q^2$$",
    r"$\sqrt{2} = 1.415$",
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_formula_is_proved(text: str) -> None:
    assert statuses(text) == ["proved"], judged(text)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_formula_is_refuted(text: str) -> None:
    assert statuses(text) == ["refuted"], judged(text)


@pytest.mark.parametrize(
    "text",
    [
        r"$g'(x) = 2$",  # what is g?
        r"$f(x) = x^2$, $\frac{df}{dx}(2) = 4$",  # is read as a derivative within a formula
        r"$f(x) = x^2$, $\frac{d}{dx} f(u) = 0$",
        r"$f(x) = x^2$, $\frac{df}{dt} = 0$",  # t may depend on x, or x on t
        r"$C = (a-y)^2$, $\frac{\partial C}{\partial w} = 0$",  # w may stand behind a
        r"$\frac{\partial L}{\partial W} = X^T G$",
        r"$$(AB)^\top = A^\top B^\top$$",  # as numbers right, as matrices wrong
        r"$$\frac{d^2}{dx^2} x^3 = 6x$$",  # reading d as a name would refute it
        r"$$\int_0^1 x \, dx = 1$$",
        r"$$h(a + b) = h(a) + h(b)$$",  # h may be any function
        r"$$0.3 x + 0.3 x = 0.67 x$$",  # may be rounded
        r"$$\max_i x_i \approx 3 = 4$$",
        r"$$wxy = xy$$",  # may be a product
    ],
)
def test_what_may_mean_something_else_is_neither_proved_nor_refuted(text: str) -> None:
    assert set(statuses(text)) <= {"undecided", "unreadable"}, judged(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"Pythagoras: $p^2 + q^2 = r^2$.", "different quantities"),
        (r"We solve $x^2 = 3x$.", "condition"),
        (r"$$x^2 - 3x + 2 = 0$$", "different quantities"),
        (r"It is wrong that $(x^2)' = x$.", "deny"),
        (r"$(x^2)' = x$ is a mistake.", "deny"),
        (r"$w = w - \eta v$", "both sides"),
        (r"Look at it for $x = 3$.", "for this sentence"),
    ],
)
def test_what_is_no_claim_is_left_out_with_the_reason(text: str, reason: str) -> None:
    found = judged(text)
    assert (found.claims, len(found.left_out)) == ([], 1)
    assert reason in found.left_out[0]["reason"]


def test_each_link_of_a_chain_is_decided_alone() -> None:
    text = "\\begin{align} q(x) &= (x+1)^2 \\\\ &= x^2 + 2x + 1 \\\\ q'(x) &= 2x + 2 \\\\ &= 2(x+2) \\end{align}"
    assert statuses(text) == ["proved", "proved", "refuted"]


def test_a_name_that_is_defined_anew_means_the_new_formula() -> None:
    text = r"$f(x) = x^2$, $f'(x) = 2x$. $f(x) = x^3$, $f'(x) = 2x$."
    found = judged(text)
    assert [claim["status"] for claim in found.claims] == ["proved", "refuted"]
    assert "defined anew" in found.left_out[0]["reason"]


def test_a_condition_does_not_define_a_name_anew() -> None:
    text = r"$a = \sigma(z)$. The loss is least where $a = y$. $\frac{da}{dz} = a (1 - a)$."
    assert statuses(text) == ["proved"]


def test_what_only_looks_like_a_declaration_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Given: some words of prose that declare nothing\n\n$(x^2)' = 2x$\n")
    found = audit_document(path)
    assert [claim.status for claim in found.claims] == [Status.PROVED]
    assert "declares nothing" in found.left_out[0].reason


def test_definitions_that_go_in_a_circle_end() -> None:
    text = r"$a = b + 1$, $b = a + 1$, $\frac{da}{dx} = 1$, $a^2 = (b+1)^2$"
    assert "refuted" not in statuses(text)


def test_the_declarations_of_the_document_count() -> None:
    claim = "$$\\sqrt{x^2} = x$$"
    assert statuses(claim) == ["refuted"]
    assert statuses(f"given: x positive\n\n{claim}") == ["proved"]


# -- outputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "printed", "status"),
    [
        ("3", "3\n", Status.AGREES),
        ("0.333", "0.3333333333", Status.AGREES),
        ("[1. 2.\n 3.]", "[1. 2. 3.]", Status.AGREES),
        ("2.0", "np.float64(2.0)", Status.AGREES),
        ("True", "np.True_", Status.AGREES),
        ("1 ... 9", "1 2 3 9", Status.AGREES),
        ("0.334", "0.3333333333", Status.REFUTED),
        ("3", "4", Status.REFUTED),
        ("[1 2 3]", "[1 2]", Status.REFUTED),
        ("True", "False", Status.REFUTED),
        ("1 ... 8", "1 2 3 9", Status.REFUTED),
        ("<f at 0x7f0011223344>", "<f at 0x7fffffffffff>", Status.UNDECIDED),
        ("took 3.1 s", "took 2.9 s", Status.UNDECIDED),
        ("1e999999999", "1e999999998", Status.REFUTED),
    ],
)
def test_an_output_is_held_against_what_is_printed(shown: str, printed: str, status: Status) -> None:
    assert compare(shown, printed)[0] is status


# -- files -----------------------------------------------------------------------------------------


def test_markdown_is_taken_apart_and_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "# Title\n\n```python\nprint(1)\n```\n\nIt prints:\n\n```\n1\n```\n\n"
        "`$a = b$` and $x = 2$\n\n```r\nx <- 1\n```\n\n"
        "```python\n>>> 1 + 1\n2\n```\n"
    )
    prose, first, skipped, session = read_document(path).pieces
    assert isinstance(prose, Prose)
    assert prose.text.split("\n")[12].strip() == "and $x = 2$"
    assert isinstance(first, Code)
    assert (first.first, first.shown[0].text, first.shown[0].line) == (4, "1", 10)
    assert isinstance(skipped, Skipped)
    assert isinstance(session, Code)
    assert (session.source, session.first, session.shown[0].text) == ("1 + 1\n", 20, "2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", b""),
        ("a.md", b"  \n\n"),
        ("a.md", b"\xff\xfe\x00"),
        ("a.ipynb", b"no json"),
        ("a.ipynb", b"[]"),
        ("a.ipynb", b'{"cells": 3}'),
        ("a.ipynb", b"[" * 100_000),
        ("a.txt", b"x"),
    ],
)
def test_a_file_that_cannot_be_read_is_bad_input_in_one_line(tmp_path: Path, run, name: str, content: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DocumentError):
        read_document(path)
    said = run("audit", str(path))
    assert said.returncode == 2
    assert len(said.stderr.strip().split("\n")) == 1


def test_a_file_without_claims_ends_undecided(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.md"
    path.write_text("Nothing is claimed here.")
    said = run("audit", str(path), "--json")
    assert (said.returncode, json.loads(said.stdout)["status"]) == (3, "undecided")


def test_hostile_text_ends_within_the_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    deep = "(" * 3000 + "x" + ")" * 3000
    path.write_text(
        f"$${deep} = x$$\n\n$$x^{{9^{{9^{{9^9}}}}}} = 1$$\n\n$${'+'.join(['x'] * 20_000)} = x$$\n\n"
        f"$$2^x = {'9' * 5000}$$\n\n$$\\frac{{d}}{{dx}} {'x' * 500} = 1$$\n"
    )
    found = audit_document(path, seconds=2.0)
    assert len(found.claims) + len(found.left_out) >= 4
    assert not {claim.status for claim in found.claims} & {Status.PROVED, Status.AGREES}


def test_a_text_too_long_to_search_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("\\begin{align} x = 1 \n" * 12_000)
    found = audit_document(path)
    assert [claim.status for claim in found.claims] == [Status.UNDECIDED]
    assert "limit" in found.claims[0].reason


# -- code ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a notebook with asserts and outputs, right and wrong ones."""

    def code(source: str, *outputs: object):  # type: ignore[no-untyped-def]
        return nb.new_code_cell(source, outputs=list(outputs))

    def value(text: str):  # type: ignore[no-untyped-def]
        return nb.new_output("execute_result", {"text/plain": text}, execution_count=1)

    cells = [
        nb.new_markdown_cell("The mean of $f(x) = x^2$ grows, since $f'(x) = 2x$."),
        code("import random, numpy as np\ndef f(x):\n    assert x > 0\n    return x**2"),
        code("print(f(3))", nb.new_output("stream", name="stdout", text="9\n")),
        code("f(3) / 7", value("1.286")),
        code("f(3) / 7", value("1.287")),
        code("random.random()", value("0.25")),
        code("np.random.rand()", value("0.25")),
        code("np.random.default_rng().random()", value("0.25")),
        code("print(set('abcdefghijklmnop'))", nb.new_output("stream", name="stdout", text="{'a', 'b'}\n")),
        code("for k in range(3):\n    assert k < 3\nif False:\n    assert k == 7"),
        code("1 / 0"),
        code("assert f(2) == 4"),
        code("assert f(2) == 5"),
    ]
    path = tmp_path_factory.mktemp("documents") / "n.ipynb"
    path.write_text(json.dumps(nb.new_notebook(cells=cells)))
    return path


@runs_code
def test_asserts_and_outputs_are_held_against_a_run(notebook: Path) -> None:
    found = audit_document(notebook)
    assert [(claim.place, str(claim.status)) for claim in found.claims] == [
        ("cell 1, line 1", "proved"),
        ("cell 2, line 3", "undecided"),  # in its own cell nothing calls the function
        ("cell 3, output", "agrees"),
        ("cell 4, output", "agrees"),
        ("cell 5, output", "refuted"),
        ("cell 6, output", "undecided"),  # another number each time
        ("cell 7, output", "undecided"),
        ("cell 8, output", "undecided"),
        ("cell 9, output", "undecided"),  # another order each time
        ("cell 10, line 2", "agrees"),
        ("cell 10, line 4", "undecided"),  # never reached
        ("cell 12, line 1", "agrees"),
        ("cell 13, line 1", "undecided"),  # it fails, but behind an error of another cell
    ]
    assert [(one.place, one.reason) for one in found.left_out] == [
        ("cell 11, line 1", "line 1 raised ZeroDivisionError: division by zero")
    ]


@runs_code
def test_code_that_fails_its_assert_is_refuted_and_the_rest_of_its_cell_is_not_reached(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.md"
    path.write_text("```python\nassert 1 + 1 == 2\nassert 1 + 1 == 3, 'no'\nassert True\n```\n")
    said = run("audit", str(path), "--json")
    found = json.loads(said.stdout)
    assert (said.returncode, found["status"]) == (1, "refuted")
    assert [claim["status"] for claim in found["claims"]] == ["agrees", "refuted", "undecided"]
    assert set(found["claims"][0]) == {"source", "place", "claim", "status", "reason"}
    assert found["claims"][1]["reason"] == "The code was run, and the assert failed: line 3 raised AssertionError: no."


@runs_code
def test_code_that_does_not_end_or_leaves_stays_undecided(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("```python\nassert True\n```\n\n```python\nwhile True: pass\n```\n\n```python\nassert True\n```\n")
    found = audit_document(path, run_seconds=3.0)
    assert str(found.claims[0].status) == "agrees"
    path.write_text("```python\nimport os\nos._exit(0)\nassert True\n```\n")
    assert [str(claim.status) for claim in audit_document(path).claims] == ["undecided"]


@runs_code
def test_code_cannot_read_the_files_of_whoever_audits(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("s")
    path = tmp_path / "a.md"
    path.write_text(f"```python\nassert open({str(secret)!r}).read() == 's'\n```\n")
    assert [str(claim.status) for claim in audit_document(path).claims] == ["undecided"]


def test_code_is_left_alone_with_no_run(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.md"
    path.write_text("$(x^2)' = 2x$\n\n```python\nassert False\n```\n")
    said = run("audit", str(path), "--no-run")
    assert said.returncode == 0
    assert "--no-run" in said.stdout


def test_files_and_documents_of_the_course_are_not_mixed(tmp_path: Path, run) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.md"
    path.write_text("$(x^2)' = 2x$")
    assert run("audit", str(path), "004").returncode == 2
    assert run("audit", str(path), "--given", "x blue (").returncode == 2
    assert run("audit", "004", "--given", "x real").returncode == 2
