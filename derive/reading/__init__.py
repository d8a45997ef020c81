"""Reads formulas as students and instructors write them: LaTeX, Python and plain typing, into one tree and SymPy.

Text is data: it is parsed by three small grammars and never evaluated. Whatever is ambiguous is listed with the
reading; whatever cannot be read is an `UnreadableError` that points at the character; where SymPy fails, it is
an `AlgebraFaultError`. SymPy is loaded with the first name that needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from derive.reading.chains import split_chain
from derive.reading.errors import AlgebraFaultError, UnreadableError

if TYPE_CHECKING:
    from derive.reading.arrays.entries import entry
    from derive.reading.reader import Reading, read
    from derive.reading.vocabulary import Vocabulary

_HOMES = {
    "Reading": "derive.reading.reader",
    "Vocabulary": "derive.reading.vocabulary",
    "entry": "derive.reading.arrays.entries",
    "read": "derive.reading.reader",
}

__all__ = ["AlgebraFaultError", "Reading", "UnreadableError", "Vocabulary", "entry", "read", "split_chain"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
