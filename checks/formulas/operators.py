r"""Derivatives that are asked for in the text itself: \frac{d}{dx}[…], d/dx (…), (…)′.

The reader lets an operator act on all that follows it in a product. Where a bracket follows, people mean the bracket:
such an operator and its bracket are put in brackets of their own before the text is read.
"""

import re
from dataclasses import replace

import sympy as sp

from derive.reading import Reading, UnreadableError, Vocabulary, read

_OPERATOR = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:d|\\partial|\\mathrm\s*\{?\s*d\s*\}?)\s*\}\s*\{\s*(?:d|\\partial|\\mathrm\s*\{?\s*d\s*\}?)\s*"
    r"(?:\\?[A-Za-z]\w*|\\hat\s*\{?\s*\w\s*\}?|\w_\{?\w+\}?)\s*\}\s*"
)
_PLAIN = re.compile(r"\s*(?:d|∂)\s*/\s*(?:d|∂)\s*(?P<name>[^\W\d]\w*)\s*(?P<rest>.+)", re.DOTALL)
_OPEN = re.compile(r"(?:\\left|\\[bB]igg?l?)?\s*(?:\\\{|[(\[{])")
_CLOSE = re.compile(r"(?:\\right|\\[bB]igg?r?)?\s*(?:\\\}|[)\]}])")
_PRIME = re.compile(r"\s*(?:'|′|\^\s*\{?\s*\\prime\s*\}?)\s*$")


def read_formula(text: str, vocabulary: Vocabulary) -> Reading:
    """Read a formula that may ask for a derivative.

    Raises
    ------
    UnreadableError
        As `read`, with the character in the text as it was typed.
    """
    bracketed = _bracketed(text)
    if bracketed != text:
        try:
            found = read(bracketed, vocabulary)
        except UnreadableError as error:
            raise _moved(error, text, bracketed) from None
        return replace(
            found, ambiguities=(*found.ambiguities, "read each d/dx before a bracket as acting on that bracket")
        )
    try:
        return read(text, vocabulary)
    except UnreadableError as error:
        found = _plain_operator(text, vocabulary) or _primed(text, vocabulary)  # type: ignore[assignment]
        if found is None:
            raise error from None
        return found


def _bracketed(text: str) -> str:
    pieces: list[str] = []
    position = 0
    while match := _OPERATOR.search(text, position):
        end = _end_of_bracket(text, match.end())
        pieces.append(text[position : match.start()])
        if end is None:
            pieces.append(match.group())
            position = match.end()
            continue
        inner = _bracketed(text[match.end() : end])
        pieces.append(rf"\left({match.group()}{inner}\right)" if text[end:].strip() else match.group() + inner)
        position = end
    return "".join([*pieces, text[position:]])


def _end_of_bracket(text: str, start: int) -> int | None:
    """Return where the bracket that opens here has closed, or None where none opens."""
    opening = _OPEN.match(text, start)
    if opening is None:
        return None
    depth = 0
    position = start
    while position < len(text):
        opened, closed = _OPEN.match(text, position), _CLOSE.match(text, position)
        if opened is not None:
            depth += 1
            position = opened.end()
        elif closed is not None:
            depth -= 1
            position = closed.end()
            if depth == 0:
                return position
        else:
            position += 2 if text[position] == "\\" else 1
    return None


def _moved(error: UnreadableError, text: str, bracketed: str) -> UnreadableError:
    """Point to the same character in the text without the added brackets."""
    column, own = 0, 0
    while own < error.column and column < len(text):
        if bracketed.startswith(r"\left(", own) and not text.startswith(r"\left(", column):
            own += len(r"\left(")
        elif bracketed.startswith(r"\right)", own) and not text.startswith(r"\right)", column):
            own += len(r"\right)")
        else:
            own, column = own + 1, column + 1
    return UnreadableError(error.message, text, column, error.expected)


def _plain_operator(text: str, vocabulary: Vocabulary) -> Reading | None:
    """Read d/dx (…), the operator with one bracket or one product after it."""
    match = _PLAIN.fullmatch(text)
    if match is None or "d" in vocabulary.declared:
        return None
    rest = match["rest"]
    end = _end_of_bracket(rest, 0)
    alone = end is not None and not rest[end:].strip()
    if not alone and (end is not None or re.search(r"[+\-]", _outside_brackets(rest))):
        return None
    inner = rest.strip()[1:-1] if alone and rest.lstrip()[0] in "([" and rest.rstrip()[-1] in ")]" else rest
    return _differentiated(read_formula(inner, vocabulary.knowing([match["name"]])), match["name"], vocabulary)


def _outside_brackets(text: str) -> str:
    depth, kept = 0, []
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0:
            kept.append(sign)
    return "".join(kept)


def _primed(text: str, vocabulary: Vocabulary) -> Reading | None:
    """Read (x² sin x)′ where the bracket holds one variable."""
    match = _PRIME.search(text)
    stripped = text[: match.start()].strip() if match is not None else ""
    if not stripped or _end_of_bracket(stripped, 0) != len(stripped):
        return None
    inner = read(stripped, vocabulary)
    names = [name for name, value in inner.names.items() if isinstance(value, sp.Symbol)]
    return _differentiated(inner, names[0], vocabulary) if len(inner.names) == len(names) == 1 else None


def _differentiated(inner: Reading, name: str, vocabulary: Vocabulary) -> Reading | None:
    symbol = inner.names.get(name) or vocabulary.symbols.get(name) or sp.Symbol(name, real=True)
    if not isinstance(symbol, sp.Symbol) or getattr(inner.expression, "is_Matrix", False):
        return None
    return replace(inner, expression=sp.Derivative(inner.expression, symbol), names={**inner.names, name: symbol})
