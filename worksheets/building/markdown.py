"""Markdown to HTML for a page: MathML for formulas, pictures inside the page, code with colours."""

import base64
import re
from collections.abc import Mapping
from functools import cache
from html import escape, unescape
from typing import Any

from worksheets.building.mathml import formula_html

HINT = re.compile(r"<details><summary>(?P<title>[^<]*)</summary>(?P<body>.*?)</details>", re.DOTALL)
LONGEST_INLINE = 14
"""Letters of a formula in a line of text; a longer one is scrolled where the page is narrow, as it cannot be broken."""
_ENVIRONMENT = re.compile(r"\\begin\{(?P<name>align\*?|equation\*?|gather\*?)\}.*?\\end\{(?P=name)\}", re.DOTALL)


def markdown_html(text: str, images: Mapping[str, tuple[str, bytes]]) -> str:
    """Return Markdown as HTML.

    Parameters
    ----------
    text:
        CommonMark with tables and formulas between dollar signs; HTML in it is shown as text, but for the hints that
        the builder makes.
    images:
        For each name the media type and the bytes.

    Raises
    ------
    UnknownLatexError
        A formula holds an unknown command.
    """
    parts, place = [], 0
    for hint in HINT.finditer(text):
        parts.append(_rendered(text[place : hint.start()], images))
        inner = _rendered(hint["body"].strip(), images)
        parts.append(f'<details class="hint"><summary>{escape(hint["title"])}</summary>{inner}</details>')
        place = hint.end()
    parts.append(_rendered(text[place:], images))
    return "".join(parts)


def _rendered(text: str, images: Mapping[str, tuple[str, bytes]]) -> str:
    return str(_parser().render(_fenced(text), {"images": images}))


def tokens(text: str) -> list[Any]:
    """Return Markdown as the tokens of markdown-it-py."""
    return list(_parser().parse(_fenced(text)))


def _fenced(text: str) -> str:
    """Return Markdown with the environments of formulas between dollar signs."""
    return _ENVIRONMENT.sub(lambda found: f"\n$$\n{found[0]}\n$$\n", text)


def code_html(source: str) -> str:
    """Return Python source with colours."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return str(highlight(source, PythonLexer(), HtmlFormatter(cssclass="code", wrapcode=True)))


def code_style() -> str:
    """Return the style sheet of the colours: light ones, and on dark screens others."""
    from pygments.formatters import HtmlFormatter

    light, dark = (
        HtmlFormatter(style=style, cssclass="code").get_style_defs(".code") for style in ("friendly", "github-dark")
    )
    by_day, at_night = "@media print, (prefers-color-scheme: light)", "@media screen and (prefers-color-scheme: dark)"
    return f"{by_day} {{\n{light}\n}}\n{at_night} {{\n{dark}\n}}"


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def math(content: str, options: dict[str, Any]) -> str:
        formula = formula_html(content, display=bool(options["display_mode"]))
        long = not options["display_mode"] and len(unescape(re.sub(r"<[^>]*>", "", formula))) > LONGEST_INLINE
        return f'<span class="wide">{formula}</span>' if long else formula

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, renderer=math, allow_space=False, double_inline=True)
    parser.add_render_rule("image", _image)
    return parser


def _image(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    token = tokens[place]
    name = str(token.attrs.get("src", ""))
    alt = escape(self.renderInlineAsText(token.children, options, env), quote=True)
    if name not in env["images"]:
        return f"<em>{alt}</em>"
    kind, content = env["images"][name]
    return f'<img alt="{alt}" src="data:{kind};base64,{base64.b64encode(content).decode("ascii")}">'
