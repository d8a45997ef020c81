"""Worksheets as LaTeX and PDF: every character, the same bytes every time, nothing run or read on the way."""

import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from worksheets import library
from worksheets.building import build as building
from worksheets.building import files, latex
from worksheets.building.build import build
from worksheets.building.latex.code import COLUMNS, code, output
from worksheets.building.latex.document import document
from worksheets.building.latex.markdown import display, markdown
from worksheets.building.latex.signs import ACCENTS, PUNCTUATION, SIGNS
from worksheets.building.latex.text import escaped, formula, verbatim
from worksheets.building.notebook import SOLUTION, STUDENT, notebook
from worksheets.sheet import read_source
from worksheets.source import SourceError

GOOD = Path(__file__).parent / "good-source.md"
needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
ASCII = "".join(map(chr, range(32, 127)))
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="red"/></svg>'


@pytest.fixture(scope="module")
def source():
    return read_source(GOOD).resolve()


@pytest.fixture(scope="module")
def student(source):
    return document(source, notebook(source, STUDENT), solved=False)


@pytest.fixture(scope="module")
def solution(source):
    return document(source, notebook(source, SOLUTION), solved=True)


def typeset(body):
    preamble = Path(latex.__file__).with_name("preamble.tex").read_text(encoding="utf-8")
    return latex.pdf("test", f"{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n", {})


def plainly(text):
    return markdown(text, lambda name, words: f"[{name}: {words}]", [])


# -- characters --


def test_no_character_of_a_text_is_a_command():
    assert (
        escaped(r"50 % of $x_1 & {a}^2 #~\n")
        == r"50 \% of \ensuremath{\mathdollar}x\_1 \& \{a\}\^{}2 \#\~{}\textbackslash{}n"
    )
    assert escaped('"Here", he said, and "there"') == "``Here'', he said, and ``there''"


def test_no_character_of_code_is_a_command_and_its_spaces_stand():
    assert verbatim("a  = {1}") == r"a\ \ =\ {\char123}1{\char125}"
    assert verbatim("f'`\"\\") == r"f{\char13}{\char18}{\char34}{\char92}"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("σ′", r"\ensuremath{\sigma}\ensuremath{{}^{\prime}}"),
        ("10⁻⁶", r"10\ensuremath{{}^{-}}\ensuremath{{}^{6}}"),
        ("x̂", r"\^{x}"),
        ("δ̂", r"\ensuremath{\hat{\delta}}"),
        ("Gödel–Łoś", r"G\"{o}del--\L{}o\'{s}"),
        ("ï", r"\"{\i{}}"),
        ("ℝ", r"\ensuremath{\mathbb{R}}"),
        ("≠", r"\ensuremath{\neq}"),
        ("ﬁ", "fi"),
        ("中", r"\unknownsign{4E2D}"),
        ("2½", r"2\ensuremath{\frac{1}{2}}"),
        ("\x1b\x00a", "a"),
    ],
)
def test_unicode_becomes_commands_and_what_is_unknown_is_named(text, wanted):
    assert escaped(text) == wanted


def test_a_formula_keeps_its_commands_and_gets_rid_of_what_would_break_it():
    assert formula("\\frac{1}{2}\n\n= 5\\% # 3 % 2") == "\\frac{1}{2}\n= 5\\% \\# 3 \\% 2"
    umlaut = r"{\ifmmode\ddot{u}\else\"{u}\fi}"
    assert formula("σ² = \\text{für}") == rf"\ensuremath{{\sigma}}\ensuremath{{{{}}^{{2}}}} = \text{{f{umlaut}r}}"


@needs_latex
def test_pdflatex_knows_every_character_in_text_code_and_formulas():
    greek = "".join(
        chr(code)
        for code in range(0x370, 0x400)
        if re.fullmatch("GREEK .* LETTER [A-Z ]+", unicodedata.name(chr(code), ""))
    )
    small = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ₀₁₂₃ᵢⱼ½¼ℝℕ𝑥𝐀ﬁ中🎉"
    latin = "".join(map(chr, range(0xA1, 0x180)))
    signs = "".join([*SIGNS, *PUNCTUATION])
    accents = "".join(f"a{mark}i{mark}σ{mark} " for mark in ACCENTS)
    parts = []
    for text in (ASCII, greek, small, latin, signs, accents):
        parts += [escaped(text), code(text, language="text"), output(text)]
    words = "".join(char for char in ASCII if char not in "\\{}$&^_~") + greek + small + latin + accents
    assert typeset("\n\n".join(parts) + f"\n\n${formula(words)}$").startswith(b"%PDF-")


# -- Markdown and code --


def test_what_markdown_can_do_is_there():
    text = (
        "## A *b* **c** `d_e`\n\nOne [link](https://a.b/c?d=1&e=%20#f_g).\nTwo  \nthree\n\n3. x\n4. y\n   - z\n\n"
        "> **Note.** n\n\n---\n\n![words](a.svg)\n\n    verse\n"
    )
    found = plainly(text)
    assert r"\heading{A \emph{b} \textbf{c} \texttt{d{\char95}\allowbreak{}e}}" in found
    assert r"\href{https://a.b/c?d=1\&e=\%20\#f\_g}{link}" in found
    assert "\\newline\nthree" in found
    assert "\\begin{enumerate}\\setcounter{enumi}{2}\n\\item{}x" in found
    assert "\\begin{itemize}\n\\item{}z" in found
    assert "\\begin{remark}\n\\textbf{Note.} n" in found
    assert "[a.svg: words]" in found
    assert "\\codeline{verse}" in found


def test_a_table_is_as_wide_as_the_page_where_it_would_be_wider():
    found = plainly("| a | b |\n|:--|--:|\n| `x` | 1 & 2 |\n")
    assert found.startswith("\\fittable{\\begin{tabular}{lr}\n\\hline\n\\textbf{a} & \\textbf{b} \\\\")
    assert r"\texttt{x} & 1 \& 2 \\" in found
    assert r"{\begin{tabularx}{\linewidth}" in found


def test_the_rule_of_a_step_stands_apart_from_its_formula():
    cases = r"\begin{cases} a & b \\ c & d \end{cases}"
    found = display(rf"\begin{{align*}} f' &= {cases} \\ &= 2x && \text{{sum rule}} \end{{align*}}")
    assert found == f"\\derivation{{%\nf' & = {cases} \\\\\n & = 2x \\byrule{{\\text{{sum rule}}}}}}".replace(
        "& =", "& ="
    )


def test_a_hint_stands_at_the_end(student):
    tex, _ = student
    assert tex.index(r"\seehint{1}") < tex.index(r"\heading{Hints}") < tex.index(r"\hint{1}{Term by term.}")


def test_a_long_line_of_code_is_cut_behind_a_comma_and_goes_on_behind_a_mark():
    numbers = ", ".join(map(str, range(60)))
    lines = code(f"x = [{numbers}]", language="text").split("\n")[1:-1]
    assert len(lines) == 3
    assert [r"\continued" in line for line in lines] == [False, True, True]
    shown = [
        re.sub(r"\{\\char\d+\}|\\ ", "#", line.removeprefix(r"\codeline{")[:-1]).replace(r"\continued{}", "##")
        for line in lines
    ]
    assert all(len(line) <= COLUMNS for line in shown)
    assert all(line.endswith((",", "#")) for line in shown[:-1])


def test_the_terminals_colours_are_left_out_of_an_output():
    assert output("\x1b[31mred\x1b[0m\n") == "\\begin{printed}\n\\outputline{red}\n\\end{printed}"


# -- documents --


def test_a_students_document_has_room_and_the_solution_has_answers(student, solution):
    assert student[0].count(r"\room{") == 7
    assert r"\room{" not in solution[0].partition(r"\begin{document}")[2]
    assert "2080" in solution[0]
    assert "2080" not in student[0]
    assert "feedback." not in student[0] + solution[0]


def test_an_answer_that_stands_in_the_students_document_alone_is_found(tmp_path, monkeypatch, source):
    monkeypatch.setattr(files, "execute", lambda *_, **__: {})
    monkeypatch.setattr(files, "add_hidden_tests", lambda _: {})
    monkeypatch.setattr(files, "document", lambda *_, solved: ("" if solved else "It is 2080.", {}))
    with pytest.raises(files.LeakError, match=r"an answer of 'count' in student\.tex: '2080'"):
        files.make(source)


def test_a_figure_travels_beside_the_document_as_png(tmp_path):
    text = GOOD.read_text(encoding="utf-8").replace("Some words", "![one](a_b.svg) Some words")
    (tmp_path / "sheet.md").write_text(text, encoding="utf-8")
    (tmp_path / "a_b.svg").write_text(FIGURE, encoding="utf-8")
    source = read_source(tmp_path / "sheet.md").resolve()
    tex, figures = document(source, notebook(source, STUDENT), solved=False)
    assert r"\figurefile{0.36in}{student-figures/a-b.png}" in tex
    assert figures["student-figures/a-b.png"].startswith(b"\x89PNG")
    assert document(source, notebook(source, STUDENT), solved=False) == (tex, figures)


@pytest.mark.parametrize(("name", "content"), [("a.svg", b"<svg"), ("a.svg", b"\xff\xfe"), ("a.png", b"no picture")])
def test_an_image_that_cannot_be_read_is_a_problem_of_the_source(tmp_path, monkeypatch, name, content):
    text = GOOD.read_text(encoding="utf-8").replace("Some words", f"![one]({name}) Some words")
    (tmp_path / "sheet.md").write_text(text, encoding="utf-8")
    (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(files, "execute", lambda *_, **__: {})
    monkeypatch.setattr(files, "add_hidden_tests", lambda _: {})
    with pytest.raises(SourceError) as caught:
        files.make(read_source(tmp_path / "sheet.md").resolve())
    assert f"the image '{name}' cannot be read" in str(caught.value.problems[0])


@needs_latex
def test_a_pdf_has_the_same_bytes_every_time_no_date_and_no_bitmap_fonts(student):
    first, second = (latex.pdf("student", *student) for _ in range(2))
    assert first == second
    assert b"/Type3" not in first
    assert b"CreationDate" not in first
    assert b"gradproof-latex" not in first


@needs_latex
@pytest.mark.slow
def test_every_built_in_worksheet_is_typeset():
    for name in library.names():
        source = read_source(library.path_of(name)).resolve()
        for version in (STUDENT, SOLUTION):
            tex, figures = document(source, notebook(source, version), solved=version == SOLUTION)
            assert r"\unknownsign{" not in tex.partition(r"\begin{document}")[2], name
            assert len(latex.pdf(f"{name}, {version}", tex, figures)) > 50_000


@needs_latex
def test_a_document_that_is_wrong_is_named_with_its_line():
    with pytest.raises(
        latex.LatexError, match=r"test\.tex cannot be typeset: line \d+: Undefined control sequence, at '.*nosuch'"
    ):
        typeset(r"\nosuch")


@needs_latex
def test_a_document_runs_nothing_and_reads_nothing_outside(tmp_path):
    target = tmp_path / "made"
    typeset(rf"a \immediate\write18{{touch {target}}}")
    assert not target.exists()
    outside = tmp_path / "secret.tex"
    outside.write_text("secret")
    with pytest.raises(latex.LatexError, match="not found"):
        typeset(rf"\input{{{outside}}}")


@needs_latex
def test_a_document_without_end_is_stopped():
    preamble = r"\documentclass{article}\begin{document}\loop\iftrue\repeat\end{document}"
    with pytest.raises(latex.LatexError, match=r"was not typeset within 2 s"):
        latex.pdf("endless", preamble, {}, seconds=2)


def test_without_latex_the_command_says_so_in_one_line_and_writes_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "gradproof",
        "worksheet",
        "build",
        str(GOOD),
        "--pdf",
        "--out",
        str(tmp_path / "out"),
    ]
    environment = {"PATH": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "pdflatex is not installed here; install it (Debian: texlive-latex-base), or leave --pdf out" in line
    assert list((tmp_path / "out").rglob("*.*")) == []


@needs_latex
def test_a_pdf_is_made_on_demand_kept_and_not_left_behind_when_the_source_changes(
    tmp_path, monkeypatch, student, solution
):
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path / "cache"))
    made = {"student.tex": student[0].encode(), "solution.tex": solution[0].encode(), **student[1], **solution[1]}
    monkeypatch.setattr(building, "make", lambda *_, **__: made)
    file = tmp_path / "sheet.md"
    file.write_text(GOOD.read_text(encoding="utf-8"), encoding="utf-8")
    (first,) = build([str(file)], tmp_path / "out", pdf=True)
    pages = tmp_path / "out" / "sheet" / "student.pdf"
    assert (first.error, first.cached) == (None, False)
    assert pages.read_bytes().startswith(b"%PDF-")
    monkeypatch.setattr(building, "make_job", None)
    (again,) = build([str(file)], tmp_path / "out", pdf=True)
    assert (again.cached, again.changed) == (True, False)
    (plain,) = build([str(file)], tmp_path / "out")
    assert (plain.cached, plain.changed, pages.exists()) == (True, False, True)
    made["student.tex"] += b"% another line\n"
    monkeypatch.undo()
    monkeypatch.setenv("GRADPROOF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(building, "make", lambda *_, **__: made)
    file.write_text(GOOD.read_text(encoding="utf-8").replace("Some words", "Other words"), encoding="utf-8")
    build([str(file)], tmp_path / "out")
    assert not pages.exists()
