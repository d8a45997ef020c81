"""The pages as a browser shows them: nothing wider than a phone, nothing cut off, functions and letters as in TeX."""

import json
import re
from html import unescape

import pytest

from worksheets.building.markdown import code_style, markdown_html
from worksheets.building.mathml import UnknownLatexError, formula_html
from worksheets.building.notebook import SOLUTION, STUDENT, cells, notebook
from worksheets.building.page import page
from worksheets.sheet import read_source

SHEET = """\
---
title: Wide things
points: 1
---

Is $\\operatorname{ReLU}(1) + \\operatorname{ReLU}(-1) \\neq \\operatorname{ReLU}(1 + (-1))$ a long formula? Or
$h^{(0)} \\to z^{(1)} \\to h^{(1)} \\to z^{(2)} \\to h^{(2)}$? Then

$$\\frac{\\partial f}{\\partial y_q} = \\lim_{\\varepsilon \\to 0} \\frac{f(x + \\varepsilon) - f(x)}{\\varepsilon}
+ \\sum_{n=1}^{N} x_n W_{nj} + b_j + x^2 + x^3 + x^4 + x^5 + x^6 + x^7 + x^8$$

| a table | with a formula |
|---|---|
| a_very_long_name_in_a_table_without_any_place_to_break_it_at_all | $x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8$ |

::::{question} slope
---
kind: formula
points: 1
function: \\left(\\frac{1}{1 + e^{-w x}} - l\\right)^2 + x^3 w \\cos(w x)
wrt: w
---
Differentiate it.
::::
"""
MEASURE = """<script>addEventListener("load", () => {
  const cut = [];
  document.querySelectorAll("body *").forEach(e => {
    if (getComputedStyle(e).overflowY === "hidden" && e.scrollHeight > e.clientHeight + 1) cut.push(e.textContent);
  });
  const root = document.documentElement;
  parent.postMessage({width: root.clientWidth, needed: root.scrollWidth, cut: cut}, "*");
});</script>"""
FRAME = """<!doctype html><script>addEventListener("message", message => {
  document.title = JSON.stringify(message.data);
});</script><body style="margin:0"><iframe src="shown.html" style="width:WIDTHpx;height:900px;border:0"></iframe>"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "wide.md"
    path.write_text(SHEET, encoding="utf-8")
    return read_source(path).resolve()


@pytest.fixture
def measured(tmp_path, browse):
    """Return a function that measures a page in a window of some width: how wide it is, and what is cut off."""

    def measure(html, width):
        (tmp_path / "shown.html").write_text(html.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
        frame = tmp_path / "frame.html"
        frame.write_text(FRAME.replace("WIDTH", str(width)), encoding="utf-8")
        dom, complaints = browse(frame, "--virtual-time-budget=5000", "--window-size=1300,900")
        assert complaints == []
        return json.loads(unescape(re.search(r"<title>(.*?)</title>", dom)[1]))

    return measure


def shown(source, version):
    html_of = {cell.id: cell.html for cell in cells(source, SOLUTION) if cell.html} if version == SOLUTION else {}
    return page(source, notebook(source, version), solved=version == SOLUTION, html_of=html_of)


@pytest.mark.parametrize("version", [STUDENT, SOLUTION])
def test_a_page_is_no_wider_than_a_phone_and_no_formula_is_cut_off(source, measured, version):
    found = measured(shown(source, version), 400)
    assert found["needed"] <= found["width"]
    assert found["cut"] == []


def test_the_measuring_bites_on_a_wide_page_and_on_a_formula_that_is_cut_off(measured):
    wide = '<!doctype html><body><p style="width:700px">wide</p><p style="height:5px;overflow-y:hidden">cut</p></body>'
    found = measured(wide, 400)
    assert found["needed"] > found["width"]
    assert found["cut"] == ["cut"]


# -- formulas --


@pytest.mark.parametrize(
    ("latex", "spaced"),
    [
        (r"\max(0, x)", '<mo lspace="0" rspace="0">max</mo>'),
        (r"c\operatorname{ReLU}(z)", '<mo lspace="0.167em" rspace="0">ReLU</mo>'),
        (r"y \log p", '<mo lspace="0.167em" rspace="0.167em">log</mo>'),
        (r"-\log p", '<mo lspace="0" rspace="0.167em">log</mo>'),
        (r"(y\sin x)", '<mo lspace="0.167em" rspace="0.167em">sin</mo>'),
        (r"\left(a\right)\exp\left(b\right)", '<mo lspace="0.167em" rspace="0">exp</mo>'),
        (r"\|v\|\cos t", '<mo lspace="0.167em" rspace="0.167em">cos</mo>'),
        (r"x = \log|v|", '<mo lspace="0" rspace="0">log</mo>'),
        (r"2\sin^2 x", '<msup><mo lspace="0.167em" rspace="0.167em">sin</mo>'),
    ],
)
def test_a_function_stands_off_letters_and_close_to_brackets(latex, spaced):
    assert spaced in formula_html(latex, display=False)


def test_what_a_limit_runs_over_stands_below_it_in_a_display_and_beside_it_in_a_line():
    latex = r"\lim_{x_1 \to 0} f(x_1)"
    displayed = formula_html(latex, display=True)
    assert re.search(r"<munder><mo [^>]*>lim</mo><mrow><msub>.*</msub>.*</mrow></munder><mi>f", displayed)
    assert displayed.count("<msub>") == displayed.count("</msub>") == 2
    assert "munder" not in formula_html(latex, display=False)


@pytest.mark.parametrize(
    ("latex", "sign"),
    [(r"\mathbf{1}", "𝟏"), (r"\mathbf{W}", "𝐖"), (r"\mathscr{L}", "ℒ"), (r"\mathscr{C}", "𝒞"), (r"\mathsf{T}", "𝖳")],
)
def test_a_letter_in_another_style_is_the_sign_of_that_style(latex, sign):
    html = unescape(formula_html(latex, display=False))
    assert sign in html
    assert "mathvariant" not in html


def test_a_formula_that_cannot_be_shown_is_an_error():
    with pytest.raises(UnknownLatexError, match="unknown command"):
        formula_html(r"\nosuchcommand x", display=False)


def test_only_a_long_formula_in_a_line_may_be_scrolled():
    assert 'class="wide"' not in markdown_html("so $x + y$ it is", {})
    assert 'class="wide"' in markdown_html("so $x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7$ it is", {})


def test_code_has_other_colours_on_a_dark_screen_and_light_ones_on_paper():
    light, dark = code_style().split("@media screen and (prefers-color-scheme: dark)")
    assert light.startswith("@media print, ")
    assert "#0d1117" in dark.lower()
    assert "#0d1117" not in light.lower()
