"""Code and outputs as lines of LaTeX: in the colours of the page, wrapped, and free to break across pages."""

import re
from collections.abc import Iterator
from itertools import groupby

from worksheets.building.latex.text import verbatim

COLUMNS = 105
"""How many characters of the typewriter font fit into a line of the preamble's page."""
MARK = r"\continued{}"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def code(source: str, *, language: str = "python") -> str:
    """Return a block of code.

    Parameters
    ----------
    source:
        The code.
    language:
        "python" for colours; anything else is set in one.
    """
    from pygments import lex
    from pygments.lexers import PythonLexer
    from pygments.styles import get_style_by_name

    style = get_style_by_name("friendly")
    lines: list[list[tuple[str, str]]] = [[]]
    pieces = lex(source, PythonLexer(stripnl=False, ensurenl=False)) if language == "python" else [(None, source)]
    for kind, text in pieces:
        colour = (style.style_for_token(kind)["color"] or "") if kind is not None else ""
        for number, part in enumerate(text.expandtabs(4).split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append((part, colour))
    return _block("source", (_line(r"\codeline", line) for wide in lines for line in _wrapped(wide)))


def output(text: str) -> str:
    """Return what a cell has printed."""
    plain = _ANSI.sub("", text).rstrip("\n").expandtabs(8)
    wide = ([(line, "")] if line else [] for line in plain.split("\n"))
    return _block("printed", (_line(r"\outputline", line) for one in wide for line in _wrapped(one)))


def _block(name: str, lines: Iterator[str]) -> str:
    return "\n".join([rf"\begin{{{name}}}", *lines, rf"\end{{{name}}}"])


def _line(command: str, pieces: list[tuple[str, str]]) -> str:
    shown = "".join(
        text if text == MARK else rf"\incolour{{{colour.upper()}}}{{{verbatim(text)}}}" if colour else verbatim(text)
        for text, colour in pieces
    )
    return f"{command}{{{shown}}}"


def _wrapped(pieces: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Cut a line that is too wide, behind a space or comma where one is near; what goes on begins with a mark."""
    line = "".join(text for text, _ in pieces)
    colours = [colour for text, colour in pieces for _ in text]
    begun, room = 0, COLUMNS
    while len(line) - begun > room:
        near = max(line.rfind(mark, begun + room // 2, begun + room) for mark in " ,(")
        end = near + 1 if near >= 0 else begun + room
        yield _runs(line, colours, begun, end)
        begun, room = end, COLUMNS - 2
    yield _runs(line, colours, begun, len(line))


def _runs(line: str, colours: list[str], begun: int, end: int) -> list[tuple[str, str]]:
    """Return a part of a line in pieces of one colour."""
    runs = groupby(range(begun, end), key=lambda at: colours[at])
    pieces = [("".join(line[at] for at in places), colour) for colour, places in runs]
    return [(MARK, ""), *pieces] if begun else pieces
