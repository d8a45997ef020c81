"""A pair of formulas as one line of JSON: what is wrong with the line is an answer too, and not an end."""

import json
import re
from typing import Any

from checks.formulas.equality import SECONDS, answer

LINE_LENGTH = 40_000
_NO_TEXT = re.compile("[\ud800-\udfff]")
"""What bytes become that are no UTF-8, in a line decoded with `surrogateescape`."""


def answered(line: str, *, number: int = 1, seconds: float | None = SECONDS) -> dict[str, Any]:
    """Return the object for a line `{"left": …, "right": …, "given": […]}`, the one with this number in its file.

    Besides the pair the line may have an `id`, which is given back.
    """
    try:
        pair = _pair(line)
    except _BadLineError as error:
        return _bad(number, error.pair, str(error))
    given = pair.get("given")
    given = [] if given is None else [given] if isinstance(given, str) else given
    return {**answer(pair["left"], pair["right"], given, seconds=seconds).to_json(), **_named(pair)}


class _BadLineError(ValueError):
    def __init__(self, pair: dict[str, Any], reason: str) -> None:
        super().__init__(reason)
        self.pair = pair


def _pair(line: str) -> dict[str, Any]:
    if len(line) > LINE_LENGTH:
        raise _BadLineError({}, f"it is longer than {LINE_LENGTH} characters")
    if _NO_TEXT.search(line):
        raise _BadLineError({}, "it is no text in UTF-8")
    try:
        found = json.loads(line)
    except RecursionError:
        raise _BadLineError({}, "it is nested too deeply") from None
    except ValueError as error:
        message = getattr(error, "msg", str(error))
        raise _BadLineError({}, f"it is no JSON ({message}, character {getattr(error, 'colno', 1)})") from None
    if not isinstance(found, dict):
        raise _BadLineError({}, 'it is no object {"left": …, "right": …}')
    for name in ("left", "right"):
        if not isinstance(found.get(name), str):
            raise _BadLineError(found, f"'{name}' must be the text of a formula")
    given = found.get("given")
    if not isinstance(given, (list, str, type(None))) or not all(isinstance(text, str) for text in given or []):
        raise _BadLineError(found, "'given' must be a list of texts")
    return found


def _named(pair: dict[str, Any]) -> dict[str, Any]:
    return {"id": pair["id"]} if isinstance(pair.get("id"), (str, int)) else {}


def _bad(number: int, pair: dict[str, Any], reason: str) -> dict[str, Any]:
    def text(name: str) -> str:
        value = pair.get(name)
        return value if isinstance(value, str) else ""

    return {
        "status": "unreadable",
        "reason": f"Line {number} cannot be used: {reason}.",
        "left": text("left"),
        "right": text("right"),
        "given": [],
        "procedure": "",
        "counterexample": None,
        "mistake": None,
        "explanation": None,
        "ambiguities": [],
        "certificate": None,
        **_named(pair),
    }
