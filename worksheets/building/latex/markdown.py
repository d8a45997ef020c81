"""Markdown to LaTeX: the same Markdown as on a page."""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from worksheets.building.latex.code import code
from worksheets.building.latex.text import escaped, formula, verbatim
from worksheets.building.markdown import HINT, tokens

DEEPEST = 4
"""LaTeX nests lists no deeper."""
_ALIGNED = re.compile(r"\\begin\{(?P<name>align\*?|gather\*?|equation\*?)\}(?P<body>.*)\\end\{(?P=name)\}", re.DOTALL)
_DISPLAY = re.compile(r"\n{2,}(?=\\fitdisplay|\\derivation|\\\[)")
_HEADINGS = {"h1": "sheettitle", "h2": "heading", "h3": "subheading"}

Picture = Callable[[str, str], str]
"""LaTeX for an image, from its name and its text."""


def markdown(text: str, picture: Picture, hints: list[str]) -> str:
    """Return Markdown as LaTeX.

    Parameters
    ----------
    text:
        The source of a cell.
    picture:
        What makes LaTeX of an image.
    hints:
        Hints, which cannot be opened on paper, are added to this list to stand at the end.
    """
    parts, place = [], 0
    for hint in HINT.finditer(text):
        parts.append(_Writer(picture).written(tokens(text[place : hint.start()])))
        hints.append(_Writer(picture).written(tokens(hint["body"].strip())).strip())
        parts.append(rf"\seehint{{{len(hints)}}}")
        place = hint.end()
    parts.append(_Writer(picture).written(tokens(text[place:])))
    # A display belongs to the paragraph before it: an empty line there would be one on the page.
    return _DISPLAY.sub("\n", "\n\n".join(part.strip() for part in parts if part.strip()))


def display(latex: str) -> str:
    """Return a displayed formula, which is made smaller where it is wider than the page."""
    text = formula(latex)
    aligned = _ALIGNED.fullmatch(text)
    if aligned is None:
        return rf"\[{text}\]" if r"\tag" in text else rf"\fitdisplay{{{text}}}"
    if not aligned["name"].startswith("align") or r"\tag" in text:
        return text
    rows = [_row(row) for row in _split(aligned["body"], r"\\")]
    return "\\derivation{%\n" + " \\\\\n".join(row for row in rows if row) + "}"


def _row(row: str) -> str:
    """Return a row of a derivation; the rule, which stands apart from the formula, in a command of its own."""
    cells = [cell.strip() for cell in _split(row, "&")]
    if len(cells) >= 4 and not cells[2]:
        return rf"{cells[0]} & {cells[1]} \byrule{{{' '.join(cells[3:])}}}"
    return " & ".join(cells).strip()


def _split(text: str, mark: str) -> list[str]:
    """Split a formula at a mark outside of braces and environments."""
    parts, begun, depth, place = [], 0, 0, 0
    while place < len(text):
        if depth == 0 and text.startswith(mark, place):
            parts.append(text[begun:place])
            place += len(mark)
            begun = place
        elif text[place] == "\\":
            depth += text.startswith(r"\begin", place) - text.startswith(r"\end", place)
            place += 2
        else:
            depth += (text[place] == "{") - (text[place] == "}")
            place += 1
    return [*parts, text[begun:]]


class _Writer:
    """Writes tokens one after the other: a method for each kind, or a fixed piece of LaTeX."""

    FIXED: ClassVar[dict[str, str]] = {
        "softbreak": "\n",
        "hardbreak": "\\newline\n",
        "em_open": r"\emph{",
        "strong_open": r"\textbf{",
        "em_close": "}",
        "strong_close": "}",
        "link_close": "}",
        "paragraph_open": "",
        "paragraph_close": "\n\n",
        "list_item_close": "\n",
        "blockquote_open": "\\begin{remark}\n",
        "blockquote_close": "\\end{remark}\n\n",
        "hr": "\\par\\noindent\\hrulefill\\par\n",
        "heading_close": "}\n\n",
    }

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.depth = 0
        self.numbered = 0

    def written(self, found: Sequence[Any]) -> str:
        parts = []
        place = 0
        while place < len(found):
            token = found[place]
            if token.type == "table_open":
                end = next(at for at in range(place, len(found)) if found[at].type == "table_close")
                parts.append(_table(found[place:end], self))
                place = end
            elif token.type in self.FIXED:
                parts.append(self.FIXED[token.type])
            else:
                parts.append(getattr(self, token.type, self.text)(token))
            place += 1
        return "".join(parts)

    def text(self, token: Any) -> str:
        return escaped(token.content)

    def inline(self, token: Any) -> str:
        return self.written(token.children or [])

    def code_inline(self, token: Any) -> str:
        return rf"\texttt{{{_breakable(token.content)}}}"

    def link_open(self, token: Any) -> str:
        return rf"\href{{{_address(str(token.attrGet('href') or ''))}}}{{"

    def image(self, token: Any) -> str:
        return self.picture(str(token.attrGet("src") or ""), token.content)

    def math_inline(self, token: Any) -> str:
        return f"${formula(token.content)}$"

    def math_inline_double(self, token: Any) -> str:
        return display(token.content)

    def math_block(self, token: Any) -> str:
        return f"{display(token.content)}\n\n"

    math_block_label = math_block

    def heading_open(self, token: Any) -> str:
        return rf"\{_HEADINGS.get(token.tag, 'minorheading')}{{"

    def fence(self, token: Any) -> str:
        return code(token.content.rstrip("\n"), language=token.info.strip() or "text") + "\n\n"

    code_block = fence

    def bullet_list_open(self, _: Any) -> str:
        self.depth += 1
        return "\\begin{itemize}\n" if self.depth <= DEEPEST else ""

    def bullet_list_close(self, _: Any) -> str:
        self.depth -= 1
        return "\\end{itemize}\n\n" if self.depth < DEEPEST else ""

    def ordered_list_open(self, token: Any) -> str:
        self.depth += 1
        self.numbered += 1
        if self.depth > DEEPEST:
            return ""
        return f"\\begin{{enumerate}}{_from(int(token.attrGet('start') or 1), self.numbered)}\n"

    def ordered_list_close(self, _: Any) -> str:
        self.depth -= 1
        self.numbered -= 1
        return "\\end{enumerate}\n\n" if self.depth < DEEPEST else ""

    def list_item_open(self, _: Any) -> str:
        return r"\item{}" if self.depth <= DEEPEST else r"\par$\bullet$ "


def _from(first: int, depth: int) -> str:
    return rf"\setcounter{{enum{('i', 'ii', 'iii', 'iv')[depth - 1]}}}{{{first - 1}}}" if first != 1 else ""


def _table(found: Sequence[Any], writer: _Writer) -> str:
    rows: list[list[str]] = []
    sides: list[str] = []
    widths: list[int] = []
    for place, token in enumerate(found):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            inner = found[place + 1]
            text = writer.inline(inner)
            column = len(rows[-1])
            if token.type == "th_open":
                style = str(token.attrGet("style") or "")
                sides.append("r" if "right" in style else "c" if "center" in style else "l")
                widths.append(0)
            widths[column] = max(widths[column], len(inner.content), 4)
            rows[-1].append(rf"\textbf{{{text}}}" if token.type == "th_open" and text else text)
    lines = [" & ".join(row) + r" \\" for row in rows]
    body = "\n".join([r"\hline", lines[0], r"\hline", *lines[1:], r"\hline"])
    columns = len(sides)
    shares = [width**0.5 for width in widths]
    wide = "".join(
        rf">{{\hsize={share * columns / sum(shares):.3f}\hsize\raggedright\arraybackslash}}X" for share in shares
    )
    narrow = f"\\begin{{tabular}}{{{''.join(sides)}}}\n{body}\n\\end{{tabular}}"
    return f"\\fittable{{{narrow}}}{{\\begin{{tabularx}}{{\\linewidth}}{{{wide}}}\n{body}\n\\end{{tabularx}}}}"


def _breakable(source: str) -> str:
    """Return code in a line of text, which may break at its spaces and behind its commas, brackets and dots."""
    shown = re.sub(r"\\ ", " ", verbatim(source))
    return re.sub(r"(\{\\char95\}|[,.(\[=])(?=\S)", r"\1\\allowbreak{}", shown)


def _address(link: str) -> str:
    """Return an address for hyperref: as it is, with what TeX reads otherwise escaped, the rest percent-encoded."""
    from urllib.parse import quote

    return re.sub(r"([&#%_~])", r"\\\1", quote(link, safe="%/:?#[]@!$&'()*+,;=~").replace("$", "%24"))
