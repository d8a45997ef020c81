"""From the text as typed to the text that is parsed, and the way back for every character."""

import unicodedata
from dataclasses import dataclass

from derive.reading.errors import UnreadableError
from derive.reading.limits import TEXT_LENGTH

_ACCENTS = {
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0303": "tilde",
    "\u0307": "dot",
    "\u20d7": "vec",
}
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\ufeff\u00ad\ufe0f\ufe0e")
_SPACES = frozenset("\t\n\r\u00a0\u2009\u202f\u2003\u2002\u2005\u200a\u3000\x0b\x0c")
_KEPT = frozenset("ϕϵϑϱϖ")


@dataclass(frozen=True)
class Source:
    """A text, what it is prepared to, and for each prepared character the column it came from."""

    text: str
    prepared: str
    origin: tuple[int, ...]

    def column(self, position: int) -> int:
        """Return the column in the text as typed."""
        return self.origin[position] if 0 <= position < len(self.origin) else len(self.text.rstrip())

    def piece(self, start: int, end: int) -> str:
        """Return the text as typed between two prepared positions."""
        first = self.column(start)
        last = self.column(end - 1) if end > start else first
        return self.text[first : max(first, last) + 1]


def prepare(text: str) -> Source:
    """Check the text and bring its letters to plain ones: 𝐱 to x, ŷ to `y_hat`; spaces of all kinds to spaces.

    Raises
    ------
    UnreadableError
        The text is empty, too long, or holds control characters.
    """
    if len(text) > TEXT_LENGTH:
        raise UnreadableError(
            f"the formula has {len(text)} characters, more than the limit of {TEXT_LENGTH}", text, TEXT_LENGTH
        )
    signs: list[str] = []
    origin: list[int] = []
    for column, sign in enumerate(text):
        for plain in _plain(sign, text, column, signs):
            signs.append(plain)
            origin.append(column)
    if not "".join(signs).strip():
        raise UnreadableError("there is no formula: the text is empty", text, 0, "a formula")
    return Source(text, "".join(signs), tuple(origin))


def _plain(sign: str, text: str, column: int, before: list[str]) -> str:  # noqa: PLR0911 - one for each kind
    if " " <= sign <= "~":
        after_accent = (
            bool(before) and sign.isalnum() and column > 0 and text[column - 1] > "~" and _accented(text, column - 1)
        )
        return " " + sign if after_accent else sign
    if sign in _SPACES:
        return " "
    if sign in _INVISIBLE:
        return ""
    if sign in _ACCENTS:
        return "_" + _ACCENTS[sign] if before and before[-1].isalpha() else ""
    if unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"}:
        raise UnreadableError(f"the character U+{ord(sign):04X} has no place in a formula", text, column)
    if unicodedata.decomposition(sign).startswith("<fraction>") and sign.isnumeric():
        if column and (text[column - 1].isalnum() or text[column - 1] == "."):
            raise UnreadableError(
                f"'{text[column - 1 : column + 1]}' may be a sum or a product; write it out", text, column
            )
        above, _, below = unicodedata.normalize("NFKC", sign).partition("\N{FRACTION SLASH}")
        return f"({above}/{below})"
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[1] in _ACCENTS and parts[0].isalpha():
        gap = " " if before and before[-1].isalnum() else ""
        return f"{gap}{parts[0]}_{_ACCENTS[parts[1]]}"
    if (0x1D400 <= ord(sign) <= 0x1D7FF and sign != "𝟙") or 0xFF01 <= ord(sign) <= 0xFF5E or sign in "ℓℎ":
        return unicodedata.normalize("NFKC", sign)
    return sign


def _accented(text: str, column: int) -> bool:
    sign = text[column]
    if sign in _ACCENTS:
        return True
    parts = unicodedata.normalize("NFD", sign)
    return len(parts) == 2 and parts[1] in _ACCENTS
