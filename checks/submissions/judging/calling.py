"""Calls code in a player for the inputs of a probe, and says what came of it if no values did."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.submissions.judging.kinds import Kind
from checks.submissions.judging.question import PREFIX
from checks.submissions.player.frames import Opaque
from checks.submissions.sandbox import Answer, Loaded, Player, PlayerGoneError

Array = npt.NDArray[Any]

CALL_SECONDS = 10.0

_UNPACK = re.compile(r"not enough values to unpack|cannot unpack non-iterable|too many values to unpack")
_ARGUMENTS = re.compile(
    r"(missing \d+ required (positional|keyword-only) argument|takes .*positional arguments? but"
    r"|got an unexpected keyword|takes no arguments)"
)
_ENVIRONMENT = frozenset(
    {"ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError", "URLError", "ConnectionError",
     "InputWantedError", "MemoryError", "OSError", "gaierror", "HTTPError", "TimeoutError"}
)  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """Why there is no value to compare.

    Attributes
    ----------
    kind, sentence:
        What happened, in one word and in one sentence.
    gone:
        Whether the player ended.
    output:
        The end of what was printed.
    """

    kind: Kind
    sentence: str
    gone: bool = False
    output: str = ""


@dataclass(frozen=True)
class Played:
    """What calls for several inputs gave: values as they came, or the first trouble.

    Attributes
    ----------
    values:
        One for each sample before the trouble.
    trouble:
        None if there was none.
    changed:
        The places of arguments that a call changed.
    """

    values: tuple[Any, ...]
    trouble: Trouble | None = None
    changed: frozenset[int] = field(default_factory=frozenset)


def play(
    player: Player,
    name: str,
    samples: Sequence[Sequence[Array]],
    *,
    shown: str,
    seconds: float = CALL_SECONDS,
    keywords: Sequence[str] = (),
    loaded: Loaded | None = None,
) -> Played:
    """Call a function once for each sample; the player gets copies.

    Parameters
    ----------
    player, name:
        Where it is, and how it is called there.
    samples:
        Its arguments; arrays without axes are given as numbers.
    shown:
        Its name in sentences.
    seconds:
        The time limit of a call.
    keywords:
        If given, the arguments go under these names.
    loaded:
        What loading found, to explain names that are missing.
    """
    values: list[Any] = []
    changed: set[int] = set()
    for inputs in samples:
        arguments = [as_argument(value) for value in inputs]
        try:
            if keywords:
                answer = player.call(name, (), dict(zip(keywords, arguments, strict=True)), seconds=seconds)
            else:
                answer = player.call(name, arguments, seconds=seconds)
        except PlayerGoneError as error:
            return Played(tuple(values), gone(error, shown), frozenset(changed))
        trouble = trouble_of(answer, shown, seconds, loaded)
        if trouble is not None:
            return Played(tuple(values), trouble, frozenset(changed))
        values.append(answer.value)
        changed |= set(answer.changed)
    return Played(tuple(values), None, frozenset(changed))


def as_argument(value: Array) -> Any:
    """Return an input as code expects it: a copy of an array, or a number."""
    return value[()] if value.ndim == 0 else value.copy()


def gone(error: PlayerGoneError, shown: str) -> Trouble:
    """Say how a player ended."""
    if error.why == "time":
        return Trouble(Kind.TIME, f"{shown} did not come back in time.", gone=True)
    if error.why == "forged":
        return Trouble(Kind.FORGED, f"What came back from {shown} is no answer to the call: {error}.", gone=True)
    if error.why in ("fault", "sandbox"):
        return Trouble(Kind.FAULT, f"The process for {shown} could not be kept: {error}.", gone=True)
    return Trouble(Kind.ENDED, f"{shown} ended its process: {error}.", gone=True)


def trouble_of(  # noqa: PLR0911 - one for each kind of trouble
    answer: Answer, shown: str, seconds: float, loaded: Loaded | None
) -> Trouble | None:
    """Return what is wrong with an answer that holds no value; None if it holds one."""
    if answer.error is None:
        return None
    kind, text, cell, line = answer.error
    inside = cell.startswith(PREFIX)
    place = f" ({cell}, line {line})" if cell and not inside else ""
    said = f"{kind}: {text}".rstrip(": ").rstrip(".")

    def found(what: Kind, sentence: str) -> Trouble:
        return Trouble(what, sentence, output=answer.output)

    if kind == "Timeout":
        return found(Kind.TIME, f"{shown} did not come back within {seconds:g} s.")
    if kind == "NotImplementedError":
        return found(Kind.NOT_WRITTEN, f"{shown} is not written yet: it raises NotImplementedError{place}.")
    if kind == "FrameError":
        return found(Kind.NO_NUMBERS, f"{shown} returns something that cannot be read: {text}.")
    if kind in ("NameError", "KeyError", "UnboundLocalError") and loaded is not None and loaded.left_out:
        return found(Kind.NOT_RUN, f"{shown} needs something that other cells define when they are run: {said}{place}.")
    if kind in _ENVIRONMENT or (loaded is not None and any(name in text for name in loaded.missing)):
        return found(Kind.ENVIRONMENT, f"{shown} needs something that is not here: {said}{place}.")
    if inside and kind in ("TypeError", "ValueError") and _UNPACK.search(text):
        return found(*_unpacked(shown, text))
    if kind == "TypeError" and _ARGUMENTS.search(text) and (inside or not cell):
        return found(Kind.SIGNATURE, f"{shown} takes other arguments than those that were asked for: {text}.")
    if inside and "NoneType" in text:
        return found(Kind.NONE, f"{shown} gives None where a value was asked for: {said}.")
    if inside and kind == "AttributeError":
        return found(Kind.TOO_LITTLE, f"{shown} leaves out something that was asked for: {text}.")
    if inside and kind in ("ValueError", "IndexError", "TypeError"):
        return found(Kind.SHAPE, f"What {shown} gives has not the form that was asked for: {said}.")
    if inside and kind == "NameError":
        # What was asked for was looked for before: this is something that the notebook gave.
        return found(Kind.ENVIRONMENT, f"{shown} cannot be called without what the worksheet gives: {text}.")
    return found(Kind.RAISES, f"{shown} raises {said}{place}.")


def _unpacked(shown: str, text: str) -> tuple[Kind, str]:
    if "NoneType" in text:
        return Kind.NONE, f"{shown} returns None where several values were asked for."
    if "too many" in text:
        return Kind.TOO_MUCH, f"{shown} returns more values than were asked for: {text}."
    return Kind.TOO_LITTLE, f"{shown} returns fewer values than were asked for: {text}."


# -- results by name ---------------------------------------------------------------------------------------------------


def results(  # noqa: PLR0911 - one for each form of a result
    value: Any, wanted: Sequence[str]
) -> Mapping[str, Any] | Trouble:
    """Return what a function gave back under the names of the results that are wanted.

    Parameters
    ----------
    value:
        As it came.
    wanted:
        "" alone for a function that returns one array; "0", "1", … for a tuple; other names for a dictionary.

    Returns
    -------
    dict or Trouble
        Values as they came; a Trouble with the kind and a sentence that begins after the name of the function.
    """
    if value is None:
        return Trouble(Kind.NONE, "returns None")
    if list(wanted) == [""]:
        return {"": value}
    if isinstance(value, Mapping):
        named = {str(name): part for name, part in value.items()}
        lacking = [name for name in wanted if name not in named]
        if lacking:
            return Trouble(Kind.TOO_LITTLE, f"does not return {', '.join(map(repr, lacking))}")
        return named
    if isinstance(value, np.ndarray) and (not value.ndim or len(value) != len(wanted)):
        return Trouble(Kind.TOO_LITTLE, f"returns one array; {len(wanted)} values are wanted")
    parts = list(value) if isinstance(value, tuple | list | np.ndarray) else [value]
    if len(parts) < len(wanted):
        return Trouble(Kind.TOO_LITTLE, f"returns {_count(len(parts))}; {len(wanted)} are wanted")
    if len(parts) > len(wanted):
        return Trouble(Kind.TOO_MUCH, f"returns {_count(len(parts))}; {len(wanted)} are wanted")
    return dict(zip(wanted, parts, strict=True))


def _count(number: int) -> str:
    return "1 value" if number == 1 else f"{number} values"


def as_numbers(value: Any) -> Array | Trouble:  # noqa: PLR0911 - one for each kind of trouble
    """Return a result as an array, with its dtype; a Trouble if it is none of real numbers."""
    if value is None:
        return Trouble(Kind.NONE, "is None")
    if isinstance(value, Opaque) and value.type_name in ("ellipsis", "NotImplementedType"):
        return Trouble(Kind.NOT_WRITTEN, "is not written yet: the placeholder still stands there")
    strange = next(iter(_strange(value)), None)
    if strange is not None:
        return Trouble(Kind.NO_NUMBERS, f"is no array of numbers: there is {strange}")
    try:
        found = np.asarray(value)
    except (TypeError, ValueError):
        return Trouble(Kind.SHAPE, "has rows of different lengths")
    if found.dtype.kind == "c":
        if np.any(found.imag != 0):
            return Trouble(Kind.NO_NUMBERS, "holds complex numbers")
        found = found.real
    if found.dtype.kind not in "biuf":
        try:
            found = found.astype(float)  # whole numbers beyond 64 bits
        except (TypeError, ValueError, OverflowError):
            return Trouble(Kind.NO_NUMBERS, f"is no array of numbers but of {found.dtype}")
    return found


def _strange(value: Any) -> Iterator[str]:
    if isinstance(value, Opaque):
        yield f"a value of type {value.type_name}"
    elif isinstance(value, str):
        yield f"the text {value[:30]!r}"
    elif isinstance(value, Mapping):
        yield "a dictionary"
    elif value is None:
        yield "None"
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strange(part)
