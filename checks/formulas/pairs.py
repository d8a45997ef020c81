"""Many pairs at once: JSON lines in, one object for each, in order; a bad line is an answer and not an end."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from checks.formulas.equality import SECONDS, answer

LINE_LENGTH = 40_000


def answers(lines: Iterable[str], *, seconds: float | None = SECONDS) -> Iterator[dict[str, Any]]:
    """Yield the object of each line `{"left": …, "right": …, "given": […]}`; lines that are empty are passed over."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        yield _answered(number, line, seconds)


def _answered(  # noqa: PLR0911 - one for each thing that may be wrong with a line
    number: int, line: str, seconds: float | None
) -> dict[str, Any]:
    pair: dict[str, Any] = {}
    try:
        if len(line) > LINE_LENGTH:
            return _bad(number, pair, f"it is longer than {LINE_LENGTH} characters")
        found = json.loads(line)
    except RecursionError:
        return _bad(number, pair, "it is nested too deeply")
    except ValueError as error:
        message = getattr(error, "msg", str(error))
        return _bad(number, pair, f"it is no JSON ({message}, character {getattr(error, 'colno', 1)})")
    if not isinstance(found, dict):
        return _bad(number, pair, 'it is no object {"left": …, "right": …}')
    pair = found
    left, right, given = pair.get("left"), pair.get("right"), pair.get("given")
    given = [] if given is None else [given] if isinstance(given, str) else given
    if not isinstance(left, str) or not isinstance(right, str):
        missing = "left" if not isinstance(left, str) else "right"
        return _bad(number, pair, f"'{missing}' must be the text of a formula")
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        return _bad(number, pair, "'given' must be a list of texts")
    return {**answer(left, right, given, seconds=seconds).to_json(), **_named(pair)}


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
