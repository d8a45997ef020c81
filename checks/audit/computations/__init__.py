"""Computations that claims need: a package for each ledger (its name with underscores), found by `MODULE.FUNCTION`.

A function of the package `shared` is found by every ledger. What trains is remembered by content.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from checks.audit.cache import remembered
from checks.audit.found import Found
from checks.audit.kinds import CheckError
from checks.audit.row import Check


def function(ledger: str, check: Check) -> Callable[..., Any]:
    """Return the computation that a check names.

    Raises
    ------
    CheckError
        There is no such module or function.
    """
    module, _, name = str(check.value).rpartition(".")
    for package in (ledger.replace("-", "_"), "shared"):
        path = f"{__name__}.{package}.{module}"
        if module and _exists(path):
            found = getattr(import_module(path), name, None)
            if callable(found):
                return found  # type: ignore[no-any-return]
    raise CheckError(f"there is no computation {check.value!r} for the ledger {ledger!r} (MODULE.FUNCTION is wanted)")


def _exists(path: str) -> bool:
    try:
        return find_spec(path) is not None
    except ModuleNotFoundError:
        return False


def trains(ledger: str, check: Check) -> bool:
    """Whether a check runs a computation that trains."""
    if check.kind not in ("run", "irreproducible"):
        return False
    return bool(getattr(function(ledger, check), "trains", False))


def result(ledger: str, check: Check) -> Found:
    """Run the computation of a check, or remember it; a plain value stands for itself, explained by its docstring."""
    return _found(_called(ledger, check), function(ledger, check))


def results(ledger: str, check: Check) -> list[Found]:
    """Run the computation of a check that returns a list of results."""
    return [_found(one, function(ledger, check)) for one in _called(ledger, check)]


def _called(ledger: str, check: Check) -> Any:
    run, arguments = function(ledger, check), check.options.get("with", {})
    if not isinstance(arguments, dict):
        raise CheckError("'with' has a value for each argument of the computation")
    return remembered(run, arguments) if getattr(run, "trains", False) else run(**arguments)


def _found(value: Any, run: Callable[..., Any]) -> Found:
    if isinstance(value, Found):
        return value
    words = (run.__doc__ or "").strip().splitlines()
    if not words:
        raise CheckError(f"the docstring of {run.__name__} says in its first line how the value is found")
    return Found(value, words[0].rstrip(".")[:1].lower() + words[0].rstrip(".")[1:])
