r"""A written derivation as text: which parts are formulas, on which line each one stands, and what they continue.

Plain lines with `=`, LaTeX displays with `&=` and `\\`, chains of `=` over several lines, with words between.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from derive.reading import split_chain
from derive.reading.known import is_known_function

_ENVIRONMENTS = "align|aligned|alignat|gather|gathered|equation|eqnarray|split|multline|flalign|displaymath|math"
_DISPLAY = re.compile(
    rf"\$\$(?P<dollars>.*?)\$\$|\\\[(?P<square>.*?)\\\]|\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?P<body>.*?)\\end\{{(?P=name)\}}"
    r"|\\\((?P<round>.*?)\\\)|(?<![\\$])\$(?P<inline>[^$]+?)(?<!\\)\$",
    re.DOTALL,
)
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)
_INNER = re.compile(rf"\\(?:begin|end)\{{(?:{_ENVIRONMENTS})\*?\}}(?:\[[a-z]\]|\{{\d+\}})?")
_COMMENT = re.compile(
    r"(?:\\q?quad|\\hspace\{[^{}]*\}|\\[,;:! ]|\s)*"
    r"\\(?:text|mbox|textrm|textit|intertext|shortintertext|tag\*?|label)\s*\{(?P<words>[^{}]*)\}"
)
# A column of remarks, as `align` has them behind `&&`: `&& \text{chain rule, inner } u = x^2` is no step.
_REMARK = re.compile(r"&&(?:[ \t(]|\\q?quad)*\\(?:text|mbox|textrm|textit)\s*\{[^\n]*?(?=\\\\|$)", re.MULTILINE)
_GIVEN = re.compile(r"^\s*(?:>\s*)?(?:given|declare)\s*:?\s+(?P<what>.+?)\s*$", re.IGNORECASE)
_LEAD = re.compile(
    r"^\s*(?:(?:[-*>]|\d+[.)])\s+)?"
    r"(?:(?:so|then|hence|thus|therefore|and|let|now|we have|we get|that is|i\.e\.|with)\b[\s,:]*)*",
    re.IGNORECASE,
)
_ARROW = re.compile(r"^\s*(?:\\(?:Rightarrow|implies|Longrightarrow|iff|to)|=>|⇒|→)\s*")
_WORD = re.compile(r"(?<![\\\w])[A-Za-z]{2,}(?![\w(^{\[])")
_CONTINUES = re.compile(r"^\s*(?:&\s*)*(?:\\q?quad\s*)*(?:\{\}\s*)?(?:[+\-−*/]|\\cdot|\\times|\\pm)")
# Beside displays only what is clearly said to be a function is taken: f(x) = …; `where $y = 1$` is a remark.
_DEFINITION = re.compile(r"\s*[A-Za-z]\w*'*\s*\(\s*\\?[A-Za-z]\w*\s*\)\s*(?::|\\coloneqq)?=")
_SENTENCE_END = re.compile(r"[.!?]\s|\n\s*\n")
TEXT_LIMIT = 200_000
PART_LIMIT = 400
BEFORE, AFTER = 120, 60


@dataclass(frozen=True)
class Part:
    """One formula of a chain and the line on which it begins, counted from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Written:
    """A derivation as it stands in the text.

    Attributes
    ----------
    chains:
        Formulas that are said to be equal one after the other.
    given:
        Declarations in lines such as `given: 0 < p < 1`.
    """

    chains: tuple[tuple[Part, ...], ...]
    given: tuple[str, ...]


@dataclass(frozen=True)
class Marked:
    """A chain of equalities that stands between marks of LaTeX.

    Attributes
    ----------
    chain:
        Its formulas.
    before, after:
        The words of the same sentence that stand before it and after it.
    inline:
        Whether it stands within a line.
    """

    chain: tuple[Part, ...]
    before: str
    after: str
    inline: bool


def marked(text: str) -> tuple[Marked, ...]:
    """Return all chains between marks of LaTeX, displayed or within a line, in the order of the text.

    Raises
    ------
    ValueError
        The text is longer than the limit.
    """
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"the text has {len(text)} characters, more than the limit of {TEXT_LIMIT}")
    found: list[Marked] = []
    for match in _DISPLAY.finditer(text):
        kind = next(name for name in ("dollars", "square", "body", "round", "inline") if match[name] is not None)
        inline = kind in ("round", "inline")
        before = _SENTENCE_END.split(text[max(0, match.start() - BEFORE) : match.start()])[-1]
        after = _SENTENCE_END.split(text[match.end() : match.end() + AFTER])[0]
        first = text.count("\n", 0, match.start(kind)) + 1
        chains: list[list[Part]] = []
        for row, line in _joined(_divided(_without_words(match[kind]), first)):
            parts = [Part(_cleaned(piece), line + row[:column].count("\n")) for piece, column in split_chain(row)]
            if not parts[0].text and chains:
                chains[-1].extend(part for part in parts if part.text)
            else:
                chains.append([part for part in parts if part.text])
        found += [Marked(tuple(chain), before, after, inline) for chain in chains if len(chain) > 1]
    return tuple(found)


def declarations_in(text: str) -> tuple[str, ...]:
    """Return the declarations of lines such as `given: 0 < p < 1`."""
    return tuple(match["what"].strip("`$ ") for line in text.split("\n") if (match := _GIVEN.match(line)))


def written(text: str) -> Written:
    """Return the chains of a text.

    Raises
    ------
    ValueError
        The text is longer than the limit, or has too many formulas.
    """
    if len(text) > TEXT_LIMIT:
        raise ValueError(f"the text has {len(text)} characters, more than the limit of {TEXT_LIMIT}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    given = declarations_in(text)
    text = "\n".join("" if _GIVEN.match(line) else line for line in text.split("\n"))
    text = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    chains: list[list[Part]] = []
    for row, line in _rows(text):
        parts = [(piece, line + row[:column].count("\n")) for piece, column in split_chain(row)]
        goes_on = not parts[0][0] and len(parts) > 1
        found = [Part(_cleaned(piece), at) for piece, at in parts]
        found = [part for part in found if part.text]
        if goes_on and chains:
            chains[-1].extend(found)
        elif len(found) > 1:
            chains.append(found)
        elif found and len(parts) > 1:
            chains.append(found)  # `f'(x) =`, and the rest on the next line
        elif found and _display_alone(row):
            chains.append(found)
        if sum(map(len, chains)) > PART_LIMIT:
            raise ValueError(f"the text has more than {PART_LIMIT} formulas")
    return Written(tuple(tuple(chain) for chain in chains), given)


def _display_alone(row: str) -> bool:
    """Tell whether a row without `=` may begin a chain that goes on in the next row."""
    return not re.search(r"[<>≤≥]|\\[lg]eq?\b", row)


def _cleaned(piece: str) -> str:
    piece = re.sub(r"(?:\\q?quad|\\[,;:!]|\\\\|\s|&)+$|^(?:\\q?quad|\\[,;:!]|\s|&|\{\})+", "", piece)
    piece = re.sub(r"[.,;]+$", "", piece.strip())
    return piece.replace("&", " ").strip()


def _rows(text: str) -> Iterator[tuple[str, int]]:
    r"""Yield rows of formulas with their line: of displays where there are any, else lines that are no prose."""
    displays = [match for match in _DISPLAY.finditer(text) if match["inline"] is None and match["round"] is None]
    if not displays:
        displays = [match for match in _DISPLAY.finditer(text) if _is_chain(match)]
    if displays:
        labels = [match for match in _DISPLAY.finditer(text) if match not in displays and _defines(match)]
        outside = _DISPLAY.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
        lines = [row for row in _plain_rows(outside) if _DEFINITION.match(row[0])]
        for match, row in _in_order(text, [*displays, *labels], lines):
            if row is not None:
                yield row
                continue
            assert match is not None
            kind = next(name for name in ("dollars", "square", "body", "round", "inline") if match[name] is not None)
            start = match.start(kind)
            yield from _joined(_divided(_without_words(match[kind]), text.count("\n", 0, start) + 1))
        return
    yield from _joined(_plain_rows(_without_words(text)))


def _defines(match: re.Match[str]) -> bool:
    body = match["inline"] or match["round"] or ""
    return bool(_DEFINITION.match(body))


def _in_order(
    text: str, displays: list[re.Match[str]], lines: list[tuple[str, int]]
) -> list[tuple[re.Match[str] | None, tuple[str, int] | None]]:
    """Return displays and lines in the order of the text."""
    found: list[tuple[int, re.Match[str] | None, tuple[str, int] | None]] = []
    found += [(text.count("\n", 0, match.start()) + 1, match, None) for match in displays]
    found += [(row[1], None, row) for row in lines]
    found.sort(key=lambda one: (one[0], one[1].start() if one[1] is not None else 0))
    return [(match, row) for _, match, row in found]


def _is_chain(match: re.Match[str]) -> bool:
    body = match["inline"] or match["round"] or ""
    return "=" in body


def _without_words(body: str) -> str:
    def blank(match: re.Match[str]) -> str:
        words = match["words"]
        follows = body[match.end() : match.end() + 1]
        if words.strip() and " " not in words.strip() and (follows in "([_{^" or is_known_function(words.strip())):
            return match.group()
        return "\n" * match.group().count("\n")

    body = _COMMENT.sub(blank, _REMARK.sub("", body))
    body = re.sub(r"(?<!\\)%.*", "", body)
    return _INNER.sub("", body)


def _divided(body: str, line: int) -> Iterator[tuple[str, int]]:
    r"""Divide a display at each \\ outside of cases and matrices."""
    depth = 0
    start = 0
    for match in re.finditer(
        r"\\begin\{[a-z]*(?:cases|matrix|array)\*?\}|\\end\{[a-z]*(?:cases|matrix|array)\*?\}|\\\\(?:\[[^\]]*\])?", body
    ):
        if match.group().startswith("\\begin"):
            depth += 1
        elif match.group().startswith("\\end"):
            depth -= 1
        elif depth == 0:
            yield body[start : match.start()], line + body.count("\n", 0, start)
            start = match.end()
    yield body[start:], line + body.count("\n", 0, start)


def _plain_rows(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.split("\n"), start=1):
        bare = re.sub(r"\s+(?:#|//).*$", "", line)
        bare = re.sub(
            r"\s{2,}[(\[][^()\[\]=]*[A-Za-z]{3,}[^()\[\]=]*[)\]]\s*$", "", bare
        )  # a remark such as (chain rule)
        bare = _ARROW.sub("", bare)
        lead = _LEAD.match(bare)
        bare = bare[lead.end() :] if lead is not None and "=" in bare and not bare.lstrip().startswith("-") else bare
        bare = re.sub(r"\\\\\s*$", "", bare)
        sentence = re.split(r"(?<=[\w)\]}])[.;]\s+(?=[A-Z])", bare)[0]
        bare = sentence if "=" in sentence else bare
        if bare.strip().startswith("#") or not bare.strip() or _is_prose(bare):
            continue
        if "=" in bare or _CONTINUES.match(bare) or _may_begin(bare):
            yield bare, number


def _is_prose(line: str) -> bool:
    words = [word for word in _WORD.findall(line) if not is_known_function(word) and not re.fullmatch("d[a-z]", word)]
    return (
        len(words) > (4 if "\\" in line else 2)
        or (len(words) > 1 and "=" not in line)
        or line.rstrip().endswith((":", "?"))
    )


def _may_begin(line: str) -> bool:
    """Tell whether a line without `=` looks like a formula with which a chain begins."""
    return bool(re.search(r"[\^\\(+*/]", line)) and not re.search(r"[.!?]\s*$", line)


def _joined(rows: Iterator[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Join a row that begins with + or another operator to the one before it."""
    waiting: tuple[str, int] | None = None
    for row, line in rows:
        if not row.strip(" \t\n&"):
            continue
        first = row[: len(row) - len(row.lstrip("\n"))].count("\n")
        if waiting is not None and _CONTINUES.match(row) and not re.match(r"\s*(?:&\s*)*-[^=]*=", row):
            gap = "\n" * max(0, line + first - waiting[1] - waiting[0].count("\n"))
            waiting = (f"{waiting[0]} {gap}{row.strip(chr(10)).lstrip(' &')}", waiting[1])
            continue
        if waiting is not None:
            yield waiting
        waiting = (row.lstrip("\n"), line + first)
    if waiting is not None:
        yield waiting


def cells_of_notebook(text: str) -> list[tuple[str, str]]:
    """Return the Markdown cells of a notebook, each with its name, such as `cell 3`.

    Raises
    ------
    ValueError
        The text is no notebook.
    """
    try:
        notebook = json.loads(text)
        cells = notebook["cells"]
        found = []
        for number, cell in enumerate(cells, start=1):
            if cell["cell_type"] == "markdown":
                source = cell["source"]
                found.append((f"cell {number}", source if isinstance(source, str) else "".join(source)))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("it is no notebook: a list of cells is missing") from None
    return found
