"""The kinds of check, one file each: the name of the file is the key under `check:` in a ledger.

A kind has `OPTIONS`, the other keys it takes, and `judge(check, ledger)`, which returns a verdict on the claim as the
document makes it.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from checks.audit.row import Check
from checks.verdict import Verdict


class Kind(Protocol):
    """What the file of a kind holds."""

    OPTIONS: tuple[str, ...]

    @staticmethod
    def judge(check: Check, ledger: str) -> Verdict:
        """Decide a claim of a ledger."""


class CheckError(ValueError):
    """A check that cannot be made as it stands in the ledger; the message says why."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all kinds."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))


def load(name: str) -> Kind:
    """Return the kind of this name."""
    return cast(Kind, import_module(f"{__name__}.{name}"))


def texts(value: object, number: int, what: str) -> list[str]:
    """Return the texts of a list that has so many of them.

    Raises
    ------
    CheckError
        It is no such list.
    """
    if not isinstance(value, list) or len(value) != number or any(isinstance(one, (list, dict)) for one in value):
        raise CheckError(f"{what} are wanted, not {value!r}")
    return [str(one) for one in value]


def declarations(check: Check) -> list[str]:
    """Return what stands under `given`: one declaration, or a list of them."""
    given = check.options.get("given", [])
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]
