"""What follows from an entry or a typed function: the answer, its derivation, the code, the classic mistakes."""

from worksheets.derived.entry import EntryFunction, from_entry
from worksheets.derived.function import Derivative, Function, Mistake, UnderivableError
from worksheets.derived.typed import LONGEST_REASON, TypedFunction

__all__ = [
    "LONGEST_REASON",
    "Derivative",
    "EntryFunction",
    "Function",
    "Mistake",
    "TypedFunction",
    "UnderivableError",
    "from_entry",
]
