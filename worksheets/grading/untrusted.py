"""What students wrote, as HTML in which no markup, script, link or picture of theirs takes effect."""

import re
from functools import cache
from html import escape, unescape
from typing import Any

LONGEST_FORMULA = 4_000
LONGEST_TEXT = 100_000


def formula_html(latex: str, *, display: bool = False) -> str:
    """Return a formula as MathML; as it was typed where it is no LaTeX that can be shown."""
    shown = f"<code>{escape(latex.strip())}</code>"
    if len(latex) > LONGEST_FORMULA:
        return shown
    from xml.etree.ElementTree import tostring

    from latex2mathml.converter import convert_to_element

    source = latex.strip().replace(r"\begin{aligned}", r"\begin{align*}").replace(r"\end{aligned}", r"\end{align*}")
    try:
        tree = convert_to_element(source, display="block" if display else "inline")
    except Exception:  # the library raises errors of many kinds for text that is no LaTeX
        return shown
    for node in tree.iter():
        # The library writes signs as entities and would have them, and any markup in the text, taken as they stand.
        node.text = unescape(node.text) if node.text else node.text
        node.tail = unescape(node.tail) if node.tail else node.tail
        if node.tag == "mi" and node.text and re.fullmatch(r"\\[A-Za-z]+", node.text):
            return shown
    return tostring(tree, encoding="unicode")


def markdown_html(text: str) -> str:
    """Return Markdown as HTML; HTML, links and pictures in it are shown as text."""
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "\n\n…"
    try:
        return str(_parser().render(text))
    except (ValueError, RecursionError):
        return f"<pre>{escape(text)}</pre>"


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def math(content: str, options: dict[str, Any]) -> str:
        return formula_html(content, display=bool(options["display_mode"]))

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.disable(["link", "image", "autolink", "reference", "html_block", "html_inline"])
    parser.use(dollarmath_plugin, renderer=math, allow_space=True, double_inline=True)
    return parser
