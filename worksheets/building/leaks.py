"""Searches what students get for the answers, in several normal forms."""

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

from worksheets.kinds import Cell
from worksheets.kinds.code import CodeQuestion
from worksheets.kinds.plot import PlotQuestion
from worksheets.kinds.question import squeezed, undecorated
from worksheets.sheet import Source

SHORTEST = 4
"""Answers whose normal form is shorter stand by chance in any text: 1, 2y; so do single names, such as W_ij."""
LONG = 12
"""Shorter normal forms are looked for as whole words: 2x + 1 stands by chance in 12x + 1."""
_NAME = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?")
_TOKEN = re.compile(r"\\?[^\W\d]+|\d+(?:\.\d+)?|\S")
_SHAPE = {"d", "points", "style", "class", "viewbox", "transform", "width", "height"}
"""Attributes of a page that hold numbers for a picture."""
_BLOCKS = {
    "p",
    "div",
    "section",
    "li",
    "td",
    "th",
    "tr",
    "pre",
    "math",
    "summary",
    "details",
    "br",
    "style",
    "title",
} | {f"h{level}" for level in range(1, 7)}


def leaks(source: Source, texts: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return what of the answers stands in texts that students see.

    Parameters
    ----------
    source:
        A worksheet that was resolved.
    texts:
        Places with their texts, as `strings_of` and `strings_of_page` yield them.

    Returns
    -------
    list
        Triples: the question, the place, and the answer that was found there.
    """
    searched = [(place, _Searched(text)) for place, text in texts]
    given = [_Searched(code) for code in _given_code(source)]
    found = []
    for question in source.questions:
        public = [_Searched(text) for text in question.public()]
        public += given if isinstance(question, (CodeQuestion, PlotQuestion)) else []
        for answer in question.answers():
            if _NAME.fullmatch(answer.strip()):
                continue
            wanted = _Wanted(answer, exact=question.exact)
            if any(wanted.stands_in(shown) for shown in public):
                continue
            found += [(question.id, place, answer) for place, shown in searched if wanted.stands_in(shown)]
    return sorted(set(found))


class _Searched:
    """A text in which answers are looked for, in every normal form."""

    def __init__(self, text: str) -> None:
        self.forms = _forms(text)
        self.words = {text, undecorated(text), re.sub(r"[{}*]", " ", undecorated(text))}


class _Wanted:
    """An answer that is looked for: a long one in any normal form, a short or exact one as whole words."""

    def __init__(self, answer: str, *, exact: bool) -> None:
        # A number is not bare without its signs: 2*3 is not 23.
        forms = {answer.strip()} if exact else {form for form in _forms(answer) if len(form) >= SHORTEST}
        self.long = {form for form in forms if len(form) >= LONG and not exact}
        self.short = [_as_words(form) for form in forms - self.long]

    def stands_in(self, text: _Searched) -> bool:
        return any(form in shown for form in self.long for shown in text.forms) or any(
            short.search(shown) for short in self.short for shown in text.words
        )


def _as_words(form: str) -> re.Pattern[str]:
    """Return a pattern that finds a text with any spaces between its signs, and not within a longer word or number."""
    signs = r"\s*".join(re.escape(token) for token in _TOKEN.findall(form))
    return re.compile(rf"(?<![\w\\])(?<!\d\.){signs}(?!\w|\.\d)")


def strings_of(made: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text of a notebook with its place: sources, metadata, outputs, attachments' names."""
    for cell in made["cells"]:
        yield cell["id"], cell["source"]
        yield from (
            (cell["id"], text)
            for text in _strings({k: v for k, v in cell.items() if k not in ("source", "attachments")})
        )
        yield from ((cell["id"], name) for name in cell.get("attachments", {}))
    yield from (("the metadata", text) for text in _strings(made["metadata"]))


def strings_of_page(place: str, html: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a page with its place: what is read, comments, and attributes that are words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield place, "".join(reader.read)
    yield from ((place, text) for text in reader.aside)


class _Reader(HTMLParser):
    """Takes the text out of a page. Marks within a line, such as the colours of code, divide no word."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.aside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read += ["\n"] * (tag in _BLOCKS)
        self.aside += [
            value for name, value in attrs if value and name not in _SHAPE and not value.startswith("data:image/")
        ]

    def handle_endtag(self, tag: str) -> None:
        self.read += ["\n"] * (tag in _BLOCKS)

    def handle_data(self, data: str) -> None:
        self.read.append(data)

    def handle_comment(self, data: str) -> None:
        self.aside.append(data)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            yield name
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _forms(text: str) -> set[str]:
    """Return the normal forms of a text: without spaces, as LaTeX without its decoration, as Python re-written."""
    bare = re.sub(r"[{}*]", "", squeezed(text))
    forms = {re.sub(r"\s+", "", text), squeezed(text), bare}
    with suppress(SyntaxError, ValueError, RecursionError):
        forms.add(re.sub(r"\s+", "", ast.unparse(ast.parse(text))))
    return {form for form in forms if form}


def _given_code(source: Source) -> list[str]:
    """Return the code that the author gives: a line of it in an answer is no leak."""
    return [item.source for item in source.items if isinstance(item, Cell) and item.code and item.role == "given"]
