"""The ledgers of the course documents: one file each in `ledger/`, found by its name, that of the worksheet."""

import difflib
from functools import cache
from pathlib import Path

from checks.audit.reading import read_ledger
from checks.audit.row import Ledger

FOLDER = Path(__file__).parent / "ledger"


class UnknownSourceError(LookupError):
    """There is no ledger of this name; the message offers what there is."""


@cache
def ledgers() -> tuple[Ledger, ...]:
    """Return all ledgers, in the order of the numbers of their documents."""
    return tuple(sorted((read_ledger(path) for path in FOLDER.glob("*.yaml")), key=lambda ledger: ledger.source))


def find(source: str) -> Ledger:
    """Return the ledger of a document, by its number (`004`) or name (`conv-by-hand`).

    Raises
    ------
    UnknownSourceError
        There is none.
    """
    for ledger in ledgers():
        if source in (ledger.source, ledger.name):
            return ledger
    known = [name for ledger in ledgers() for name in (ledger.source, ledger.name)]
    near = difflib.get_close_matches(source, known, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UnknownSourceError(f"there is no document {source!r}; {hint}known are {', '.join(known)}, or name a file.")
