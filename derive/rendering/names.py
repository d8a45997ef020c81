"""How a name is typeset: `y_hat` as ŷ, `n_in` as n with an upright index, `X_0_2` as the entry of an array."""

import re

from derive.rendering.layout import Accent, Box, Kind, Mark, Row, Script, row
from derive.rendering.marks import GREEK

ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}


def box_of_name(name: str) -> Box:
    """Return how a name of Python code looks: Greek letters by name, hats, indices, primes."""
    stem = name.rstrip("'")
    first, *rest = [part for part in stem.split("_") if part] or [stem]
    base = _letters(first)
    while rest and rest[0] in ACCENTS:
        base = Accent(base, ACCENTS[rest.pop(0)])
    if len(name) > len(stem):
        base = Script(base, upper=Mark("′" * (len(name) - len(stem)), Kind.PUNCTUATION))
    if not rest:
        return base
    lower = joined_indices([_letters(part, index=True) for part in rest])
    if isinstance(base, Script) and base.lower is None:
        return Script(base.base, lower, base.upper)
    if isinstance(base, Script):  # x1_0: a numbered name with an index
        return Script(base.base, row(base.lower or Row(()), Mark(",", Kind.PUNCTUATION), lower), base.upper)
    return Script(base, lower)


def joined_indices(parts: list[Box]) -> Box:
    """Return indices side by side, with commas unless each of them is a single sign."""
    if all(isinstance(part, Mark) and len(part.text) == 1 for part in parts):
        return row(*parts)
    pieces: list[Box] = []
    for part in parts:
        pieces += [Mark(",", Kind.PUNCTUATION), part] if pieces else [part]
    return row(*pieces)


def _letters(word: str, *, index: bool = False) -> Box:
    if word.isdigit():
        return Mark(word, Kind.NUMBER)
    numbered = re.fullmatch(r"(.*?\D)(\d+)", word)
    if numbered:
        return Script(_letters(numbered[1], index=index), Mark(numbered[2], Kind.NUMBER))
    if word in GREEK:
        return Mark(GREEK[word])
    return Mark(word, Kind.UPRIGHT if index and len(word) > 1 else Kind.LETTER)
