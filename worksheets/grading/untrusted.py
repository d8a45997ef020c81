"""What students wrote, as HTML in which no markup, script, link or picture of theirs takes effect."""

from contextlib import suppress
from functools import cache
from html import escape
from typing import Any

from worksheets.building import mathml
from worksheets.building.mathml import UnknownLatexError

LONGEST_FORMULA = 4_000
LONGEST_TEXT = 100_000


def formula_html(latex: str, *, display: bool = False) -> str:
    """Return a formula as MathML; as it was typed where it is no LaTeX that can be shown."""
    if len(latex) <= LONGEST_FORMULA:
        with suppress(UnknownLatexError):
            return mathml.formula_html(latex, display=display)
    return f"<code>{escape(latex.strip())}</code>"


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
