"""The second witness to what is right: the derivation, for functions whose formula the question names."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.answers import Samples
from checks.submissions.judging.question import Asked, CodeQuestion

Array = npt.NDArray[Any]
Witness = Callable[..., Any]


def derived(question: CodeQuestion, probe: str) -> Witness | None:
    """Return the function that a probe asks for as it follows from the derivation, in the probe's arguments.

    Parameters
    ----------
    question:
        With the entry of the catalogue, or the typed formula, that its functions are of.
    probe:
        The name of the function.

    Returns
    -------
    callable or None
        None where the question names no formula for it, or no NumPy code follows from that.
    """
    asked = next((one for one in question.asked if one.name == probe), None)
    if asked is None or question.of is None:
        return None
    back = {mine: theirs for theirs, mine in question.names.items()}
    names = tuple(back.get(argument, argument) for argument in asked.arguments)
    if "entry" in question.of:
        return _of_entry(str(question.of["entry"]), asked.by, names)
    return _of_formula(str(question.of["formula"]), tuple(question.of.get("given", ())), asked, names)


def results(witness: Witness, samples: Samples) -> tuple[Array, ...] | None:
    """Return what the derivation gives for inputs; None where it cannot be evaluated."""
    found = []
    for inputs in samples:
        try:
            with np.errstate(all="ignore"):
                found.append(np.asarray(witness(*inputs), dtype=float))
        except (TypeError, ValueError, KeyError, IndexError):
            return None
    return tuple(found)


@cache
def _of_entry(name: str, by: str, names: tuple[str, ...]) -> Witness | None:
    from derive import catalogue
    from derive.compilation import NotCompilable
    from derive.entry import ArrayEntry, ScalarEntry

    try:
        entry: Any = catalogue.load(name)
        if not isinstance(entry, ScalarEntry | ArrayEntry) or (by and by not in entry.targets):
            return None
        compiled = entry.compiled_gradient[by] if by else entry.compiled_value
    except (catalogue.UnknownEntryError, NotCompilable):
        return None
    own = list(entry.arguments)
    upstream = getattr(entry, "upstream", None)
    if by and upstream is not None:
        own.append(str(getattr(upstream, "label", upstream)))
    if set(own) != set(names):
        return None
    return lambda *values: compiled(*(values[names.index(argument)] for argument in own))


@cache
def _of_formula(text: str, given: tuple[str, ...], asked: Asked, names: Sequence[str]) -> Witness | None:
    from derive.compilation import NotCompilable, compile_scalar
    from derive.differentiate import differentiate
    from derive.reading import UnreadableError, Vocabulary, read
    from derive.rules import NoRuleError

    try:
        reading = read(text, Vocabulary.from_declarations(given))
        if not all(name in reading.names and getattr(reading.names[name], "is_Symbol", False) for name in names):
            return None
        symbols = [reading.names[name] for name in names]
        formula = reading.expression
        if asked.by:
            formula = differentiate(formula, reading.names[asked.by])[-1].after
        return compile_scalar(symbols, formula)
    except (UnreadableError, NoRuleError, NotCompilable, KeyError, ValueError):
        return None
