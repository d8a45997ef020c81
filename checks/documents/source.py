"""A Markdown file or a notebook, taken apart: prose, code, and the outputs that stand beside the code."""

import doctest
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

FILE_LIMIT = 20_000_000
PIECES_LIMIT = 2_000
PYTHON = frozenset({"python", "py", "python3", "ipython", "ipython3", "pycon", "doctest", "pytest"})
OUTPUTS = frozenset({"", "text", "output", "out", "console", "txt", "plain", "plaintext"})
ENDINGS = (".md", ".markdown", ".ipynb")
_LEADS_TO_OUTPUT = re.compile(r"[^.]{0,60}(?:prints|gives|outputs?|shows|result)\b[^.]{0,30}:?", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


class DocumentError(ValueError):
    """The file cannot be read as a document; the message says why, and what can be."""


@dataclass(frozen=True)
class Prose:
    """Text with formulas: what is no prose is blanked out, so that lines keep their numbers."""

    place: str
    text: str


@dataclass(frozen=True)
class Shown:
    """An output as it stands in the document: what was printed, or the value of the last expression."""

    text: str
    line: int
    is_value: bool | None = None
    """True for a value, False for what was printed, None where the document does not say which."""


@dataclass(frozen=True)
class Code:
    """A piece of code; `first` is the number of its first line in its file or cell."""

    place: str
    source: str
    first: int
    shown: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A piece that is not looked at, and why."""

    place: str
    text: str
    reason: str
    line: int = 0


@dataclass(frozen=True)
class Document:
    """The pieces of a file in their order."""

    name: str
    pieces: tuple[Prose | Code | Skipped, ...] = field(default=())


def looks_like_a_file(text: str) -> bool:
    """Tell whether an argument means a file and not a document of the course."""
    return text.lower().endswith(ENDINGS) or "/" in text or "\\" in text or Path(text).is_file()


def read_document(path: Path) -> Document:
    """Take a Markdown file or a notebook apart; nothing of it is run.

    Raises
    ------
    DocumentError
        There is no such file, it is too large, empty, no text, or no notebook.
    """
    try:
        if path.is_dir():
            raise DocumentError(f"{str(path)!r} is a folder; give a Markdown file or a notebook")
        if path.stat().st_size > FILE_LIMIT:
            raise DocumentError(f"{str(path)!r} has more than {FILE_LIMIT:,} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DocumentError(f"there is no file {str(path)!r}") from None
    except OSError as error:
        raise DocumentError(f"{str(path)!r} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise DocumentError(f"{str(path)!r} is no text in UTF-8") from None
    except ValueError as error:  # a name with a null in it
        raise DocumentError(f"{str(path)!r} cannot be read: {error}") from None
    if not text.strip():
        raise DocumentError(f"{str(path)!r} is empty")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    if path.suffix.lower() == ".ipynb":
        pieces = list(_notebook(path, text))
    elif path.suffix.lower() in ENDINGS:
        pieces = list(_markdown(text, ""))
    else:
        raise DocumentError(f"{str(path)!r} is neither Markdown (.md) nor a notebook (.ipynb)")
    if len(pieces) > PIECES_LIMIT:
        left = len(pieces) - PIECES_LIMIT
        pieces = [*pieces[:PIECES_LIMIT], Skipped("end", "", f"there are {left:,} pieces more than the limit")]
    return Document(path.name, tuple(pieces))


# -- Markdown --------------------------------------------------------------------------------------


def _markdown(text: str, cell: str) -> Iterator[Prose | Code | Skipped]:
    try:
        tokens = [token for token in MarkdownIt().parse(text) if token.type in ("fence", "code_block") and token.map]
    except (RecursionError, ValueError, IndexError) as error:
        raise DocumentError(f"its Markdown cannot be read: {type(error).__name__}") from None
    lines = text.split("\n")
    pieces: list[tuple[int, Prose | Code | Skipped]] = []
    for number, token in enumerate(tokens):
        if token.type == "code_block" and not token.content.lstrip().startswith(">>>"):
            continue  # an indented formula, most likely
        first, last = token.map or (0, 0)
        language = re.split(r"[\s{,:]", token.info.strip().lower().lstrip("{."))[0].rstrip("}")
        if token.type == "code_block" or language in PYTHON:
            following = tokens[number + 1] if number + 1 < len(tokens) else None
            shown = _output_after(following, last, lines)
            pieces += [(first, piece) for piece in _code(token, first, shown, cell)]
        elif language not in OUTPUTS and language != "math":
            pieces.append(
                (first, Skipped(cell, lines[first].strip(), f"code in {language[:20]!r} is not run", first + 1))
            )
        if language == "math":
            lines[first], lines[last - 1] = "$$", "$$"
        else:
            lines[first:last] = [""] * (last - first)
    prose = "\n".join(_CODE_SPAN.sub(lambda match: " " * len(match.group()), line) for line in lines)
    if prose.strip():
        yield Prose(cell, prose)
    yield from (piece for _, piece in sorted(pieces, key=lambda pair: pair[0]))


def _output_after(token: Token | None, last: int, lines: list[str]) -> tuple[Shown, ...]:
    """Return the output block that follows a piece of code, with nothing or words such as "It prints:" between."""
    if token is None or token.map is None or token.type != "fence":
        return ()
    language = token.info.strip().lower()
    if language not in OUTPUTS or token.content.lstrip().startswith(("$ ", ">>>")):
        return ()
    between = " ".join("\n".join(lines[last : token.map[0]]).split())
    if between and not _LEADS_TO_OUTPUT.fullmatch(between):
        return ()
    return (Shown(token.content.rstrip("\n"), token.map[0] + 2),)


def _code(token: Token, first: int, shown: tuple[Shown, ...], cell: str) -> Iterator[Code | Skipped]:
    begins = first + 2 if token.type == "fence" else first + 1
    if not re.search(r"^\s*>>>", token.content, re.MULTILINE):
        yield Code(cell, token.content, begins, shown)
        return
    try:
        examples = doctest.DocTestParser().get_examples(token.content)
    except ValueError as error:
        yield Skipped(cell, ">>>", f"the session cannot be read: {error}", begins)
        return
    for example in examples:
        line = begins + example.lineno
        want = example.want.rstrip("\n").replace("<BLANKLINE>", "")
        wanted = (Shown(want, line + example.source.count("\n")),) if want else ()
        yield Code(cell, example.source, line, wanted)


# -- notebooks -------------------------------------------------------------------------------------


def _notebook(path: Path, text: str) -> Iterator[Prose | Code | Skipped]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DocumentError(f"{str(path)!r} is no notebook: a list of cells is missing") from None
    if not isinstance(cells, list):
        raise DocumentError(f"{str(path)!r} is no notebook: its cells are no list")
    for number, cell in enumerate(cells[: PIECES_LIMIT + 1], start=1):
        place = f"cell {number}"
        if not isinstance(cell, dict):
            yield Skipped(place, "", "it is no cell")
            continue
        source = _text(cell.get("source", ""))
        if cell.get("cell_type") == "markdown":
            yield from _markdown_cell(source, place)
        elif cell.get("cell_type") == "code":
            yield Code(place, source, 1, tuple(_outputs(cell.get("outputs"))))


def _markdown_cell(source: str, place: str) -> Iterator[Prose | Skipped]:
    for piece in _markdown(source, place):
        if isinstance(piece, Code):  # code in a Markdown cell is shown, and not run, by a notebook as well
            yield Skipped(place, piece.source.strip().split("\n")[0], "a notebook does not run it", piece.first)
        else:
            yield piece


def _outputs(outputs: Any) -> Iterator[Shown]:
    printed, values = [], []
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            printed.append(_text(output.get("text", "")))
        elif output.get("output_type") == "execute_result" and isinstance(output.get("data"), dict):
            values.append(_text(output["data"].get("text/plain", "")))
    if "".join(printed).strip():
        yield Shown("".join(printed), 0, is_value=False)
    if "".join(values).strip():
        yield Shown("".join(values), 0, is_value=True)


def _text(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
