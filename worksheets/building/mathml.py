r"""LaTeX to MathML: the one place where the project asks latex2mathml, which is made for text that is trusted.

The library writes signs as entities and turns text back into markup at the end, so that a script inside `\text{...}`
would come out as one; and it has commands that make links and set styles. Here its tree is written by the standard
library, which escapes, and only attributes that say how a formula looks stay in it.
"""

import re
from html import unescape
from xml.etree.ElementTree import tostring

from worksheets.building.typeset import set_as_tex

LOOKS = frozenset(
    {
        "xmlns", "display", "displaystyle", "scriptlevel", "accent", "accentunder", "columnalign", "columnlines",
        "columnspacing", "columnspan", "depth", "fence", "form", "frame", "height", "largeop", "linebreak",
        "linethickness", "lspace", "mathbackground", "mathcolor", "mathsize", "mathvariant", "maxsize", "minsize",
        "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "separator", "stretchy", "voffset", "width",
    }
)  # fmt: skip
"""Attributes that may stay: no links, no styles, no classes."""

_SIGN = re.compile(r"&#x[0-9A-Fa-f]+;")
_COMMAND = re.compile(r"\\[A-Za-z]+")


class UnknownLatexError(ValueError):
    """A formula holds a command that cannot be shown on a page."""


def formula_html(latex: str, *, display: bool = False) -> str:
    """Return a formula as MathML in which no markup, link or style of the formula's text takes effect.

    Parameters
    ----------
    latex:
        Of anyone.
    display:
        Whether it stands on a line of its own.

    Raises
    ------
    UnknownLatexError
        It holds an unknown command, or is no LaTeX at all.
    """
    from latex2mathml.converter import convert_to_element

    source = latex.strip().replace(r"\begin{aligned}", r"\begin{align*}").replace(r"\end{aligned}", r"\end{align*}")
    source = re.sub(r"\\tag\{[^{}]*\}", "", source)
    try:
        tree = convert_to_element(source, display="block" if display else "inline")
    except Exception as error:  # the library raises errors of many kinds for text that is no LaTeX
        raise UnknownLatexError(f"the formula {latex.strip()!r} is no LaTeX that can be shown: {error}") from None
    for node in tree.iter():
        node.text, node.tail = _with_signs(node.text), _with_signs(node.tail)
        if node.tag == "mi" and _COMMAND.fullmatch(node.text or ""):
            raise UnknownLatexError(f"the formula {latex.strip()!r} holds the unknown command {node.text}")
        node.attrib = {name: _with_signs(value) or "" for name, value in node.attrib.items() if name in LOOKS}
    return set_as_tex(tostring(tree, encoding="unicode", short_empty_elements=False), display=display)


def _with_signs(text: str | None) -> str | None:
    """Return a text with the signs that the library wrote as numbers; other entities are the author's own text."""
    return _SIGN.sub(lambda found: unescape(found[0]), text) if text else text
