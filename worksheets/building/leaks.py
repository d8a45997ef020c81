"""Searches what students get for the answers, in several normal forms."""

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from worksheets.kinds import Cell
from worksheets.kinds.code import CodeQuestion
from worksheets.kinds.plot import PlotQuestion
from worksheets.kinds.question import squeezed
from worksheets.sheet import Source

SHORTEST = 4
"""Answers whose normal form is shorter stand by chance in any text: 1, 2y; so do single names, such as W_ij."""
_NAME = re.compile(r"\\?[A-Za-z]+(?:_\{?\w+\}?)?")


def leaks(source: Source, texts: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return what of the answers stands in texts that students see.

    Parameters
    ----------
    source:
        A worksheet that was resolved.
    texts:
        Places with their texts, as `strings_of` yields them.

    Returns
    -------
    list
        Triples: the question, the place, and the answer that was found there.
    """
    searched = [(place, _forms(text)) for place, text in texts]
    given = [form for code in _given_code(source) for form in _forms(code)]
    found = []
    for question in source.questions:
        public = [form for text in question.public() for form in _forms(text)]
        public += given if isinstance(question, (CodeQuestion, PlotQuestion)) else []
        for answer in question.answers():
            if _NAME.fullmatch(answer.strip()):
                continue
            forms = {form for form in _forms(answer) if question.exact or len(form) >= SHORTEST}
            forms = {form for form in forms if not any(form in shown for shown in public)}
            found += [
                (question.id, place, answer)
                for place, shown in searched
                if any(form in text for form in forms for text in shown)
            ]
    return sorted(set(found))


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
