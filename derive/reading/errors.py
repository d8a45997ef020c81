"""The errors of the reader: what is wrong, where, and what was expected, in words for people."""

import unicodedata

SHOWN_WIDTH = 100


class UnreadableError(ValueError):
    """A text could not be read as a formula.

    Attributes
    ----------
    message:
        One sentence that says what is wrong and what to do.
    text:
        The text as it was typed.
    column:
        The character it is about, counted from 0 in `text`; its length where something is missing at the end.
    expected:
        What could have stood there, or "".
    """

    def __init__(self, message: str, text: str, column: int, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.column = max(0, min(column, len(text)))
        self.expected = expected

    def caret(self) -> str:
        """Return the line of the text that holds the character, and below it a ^ under that character."""
        start = self.text.rfind("\n", 0, self.column) + 1
        end = self.text.find("\n", start)
        line = self.text[start : end if end >= 0 else len(self.text)]
        offset = min(self.column - start, len(line))
        cut = max(0, offset - SHOWN_WIDTH // 2)
        shown = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} else sign for sign in line)
        lead = "…" if cut else ""
        tail = "…" if len(shown) > cut + SHOWN_WIDTH else ""
        width = sum(map(_width, shown[cut:offset])) + len(lead)
        return f"{lead}{shown[cut : cut + SHOWN_WIDTH]}{tail}\n{' ' * width}^"


class AlgebraFaultError(UnreadableError):
    """The algebra system failed on a formula that may well be right: a fault of ours, not of whoever typed it."""


def _width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


class Trouble(Exception):  # noqa: N818 - it is no error yet: it has a place in the prepared text only
    """What is wrong at a position of the prepared text; becomes an UnreadableError at the place in the typed text."""

    def __init__(self, message: str, position: int | None, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position or 0
        self.expected = expected
