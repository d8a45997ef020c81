"""Formulas become MathML, and nothing but MathML, whoever typed them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import worksheets
from worksheets.building.markdown import markdown_html
from worksheets.building.mathml import LOOKS, UnknownLatexError, formula_html
from worksheets.grading import untrusted

EVIL = "<script>alert(1)</script>"
HOSTILE = [
    f"\\text{{{EVIL}}}", f"\\mathrm{{{EVIL}}}", f"\\operatorname{{{EVIL}}}", f"\\textbf{{{EVIL}}} x", EVIL,
    "\\text{&lt;script&gt;}", "\\text{&#x3C;script&#x3E;}", "\\text{&amp;lt;script&amp;gt;}",
    "\\href{javascript:alert(1)}{x}", "\\style{background:url(http://example.org)}{x}", "\\class{verdict}{x}",
    '\\color{red" onclick="alert(1)}{x}', "\\text{<img src=x onerror=alert(1)>}", "\\mbox{<!-- }",
]  # fmt: skip


class Seen(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("shown", [formula_html, untrusted.formula_html, lambda text: markdown_html(f"${text}$", {})])
def test_no_markup_link_or_style_in_a_formula_takes_effect(text, shown):
    try:
        html = shown(text)
    except UnknownLatexError:
        assert shown is not untrusted.formula_html
        return
    # What Markdown puts around a formula:
    for around in ('<span class="math inline">', '<span class="wide">', "</span>"):
        html = html.replace(around, "")
    seen = Seen(html)
    assert seen.tags <= {"p", "code", "math", "mrow", "mtext", "mo", "mi", "mn", "mstyle"}
    assert seen.attributes <= LOOKS
    assert "<!--" not in html


def test_the_text_of_a_formula_is_shown_as_it_was_typed():
    assert Seen(formula_html(f"\\text{{{EVIL}}}")).text == EVIL
    assert Seen(formula_html("\\text{&lt;b&gt;}")).text == "&lt;b&gt;"


def test_signs_of_the_library_are_signs():
    html = formula_html(r"a \le b < c - \left(\frac{\partial x}{2}\right)")
    assert "&#" not in html
    assert "&amp;" not in html
    assert {"≤", "<", "−", "(", "∂"} <= set(Seen(html).text)


@pytest.mark.parametrize("text", [r"\frac{1}{", r"\nosuchcommand x", "x^"])
def test_a_formula_that_cannot_be_shown_is_an_error_for_an_author_and_text_for_a_student(text):
    assert untrusted.formula_html(text).startswith(("<code>", "<math"))
    if untrusted.formula_html(text).startswith("<code>"):
        with pytest.raises(UnknownLatexError):
            formula_html(text)


def test_one_module_alone_asks_the_library():
    root = Path(worksheets.__file__).parent.parent
    packages = ("gradproof", "worksheets", "checks", "derive", "numeric")
    importing = [
        path.relative_to(root).as_posix()
        for package in packages
        for path in (root / package).rglob("*.py")
        if re.search(r"^\s*(from|import) latex2mathml", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importing == ["worksheets/building/mathml.py"]
