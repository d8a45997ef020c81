"""Read a ledger: YAML in which every key is known, every name stands once, and digits stay as they were typed."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml

from checks.audit import kinds
from checks.audit.compare import CLAIMS
from checks.audit.row import CORRECTIONS, Check, Ledger, Outcome, Row, Statement, Value

_ROW = {"id", "lines", "section", "claim", "formal", "check", "verdict", "note", "worksheet", *CORRECTIONS}
_NEEDED = ("id", "section", "claim", "check", "verdict")
_LINES = re.compile(r"\d+(-\d+)?(, \d+(-\d+)?)*")
_WHOLE = re.compile(r"[+-]?\d+")


class LedgerError(ValueError):
    """A ledger that is no ledger; the message says in which file and row, and what to do."""


def read_ledger(path: Path) -> Ledger:
    """Return the claims of a file.

    Raises
    ------
    LedgerError
        The file is no YAML, a key is unknown or missing, or a name stands twice.
    """
    return parse_ledger(path.read_text(encoding="utf-8"), path.stem)


def parse_ledger(text: str, name: str) -> Ledger:
    """Return the claims of a text, as `read_ledger` does."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise LedgerError(f"{name}: this is no YAML: {' '.join(str(error).split())}") from None
    head = _mapping(_value(node, name) if node is not None else {}, name)
    _known(head, {"document", "title", "claims"}, name)
    for key in ("document", "title", "claims"):
        if key not in head:
            raise LedgerError(f"{name}: the key {key!r} is missing")
    claims = head["claims"]
    if not isinstance(claims, list) or not claims:
        raise LedgerError(f"{name}: 'claims' is a list of rows, each beginning with '- id:'")
    source = str(head["document"])
    rows = tuple(_row(item, name, source, number) for number, item in enumerate(claims, start=1))
    names = [row.name for row in rows]
    for one in names:
        if names.count(one) > 1:
            raise LedgerError(f"{name}: the id {one!r} stands twice; each row has its own")
    return Ledger(name, source, str(head["title"]), rows)


def _row(item: Value, ledger: str, source: str, number: int) -> Row:
    here = f"{ledger}, row {number}"
    row = _mapping(item, here)
    here = f"{ledger}, {row.get('id', f'row {number}')}"
    _known(row, _ROW, here)
    for key in _NEEDED:
        if key not in row:
            raise LedgerError(f"{here}: the key {key!r} is missing")
    lines = str(row.get("lines", ""))
    if lines and not _LINES.fullmatch(lines):
        raise LedgerError(f"{here}: 'lines' is a line or a range, as 21 or 21-22, not {lines!r}")
    recorded = _outcome(row["verdict"], here)
    stated = Statement(_text(row, "claim", here), _check(row["check"], here), _text(row, "formal", here))
    return Row(
        ledger=ledger,
        source=source,
        name=_text(row, "id", here),
        lines=lines,
        section=_text(row, "section", here),
        stated=stated,
        recorded=recorded,
        correction=_correction(row, recorded, stated.check, here),
        note=_text(row, "note", here),
        worksheet=tuple(_text(row, "worksheet", here).replace(",", " ").split()),
    )


def _outcome(value: Value, here: str) -> Outcome:
    allowed = [str(outcome) for outcome in Outcome if outcome is not Outcome.OPEN]
    if value not in allowed:
        raise LedgerError(f"{here}: 'verdict' is one of {', '.join(allowed)}, not {value!r}")
    return Outcome(value)


def _correction(row: Mapping[str, Value], recorded: Outcome, check: Check, here: str) -> Statement | None:
    found = [key for key in CORRECTIONS if key in row]
    wanted = next((key for key, outcome in CORRECTIONS.items() if outcome is recorded), None)
    if found != ([wanted] if wanted else []):
        need = f"needs {wanted!r}, a statement that holds" if wanted else f"takes none of {', '.join(CORRECTIONS)}"
        raise LedgerError(f"{here}: a row with the verdict {str(recorded)!r} {need}")
    if wanted is None:
        return None
    here = f"{here}, {wanted}"
    given = _mapping(row[wanted], here)
    _known(given, {"claim", "formal", "check"}, here)
    if "claim" not in given:
        raise LedgerError(f"{here}: the key 'claim' is missing")
    changes = _mapping(given.get("check", {}), here)
    whole = changes if _another_kind(changes, check) else {**_kept(check, changes), **changes}
    return Statement(_text(given, "claim", here), _check(whole, here), _text(given, "formal", here))


def _another_kind(changes: Mapping[str, Value], check: Check) -> bool:
    return any(key in kinds.names() and key != check.kind for key in changes)


def _kept(check: Check, changes: Mapping[str, Value]) -> dict[str, Value]:
    """Return what a correction takes over from the check of the claim; a new claim about the value replaces the old."""
    claims_anew = any(key in CLAIMS for key in changes)
    return {key: value for key, value in check.to_json().items() if not (claims_anew and key in CLAIMS)}


def _check(value: Value | dict[str, Value], here: str) -> Check:
    given = _mapping(value, here)
    chosen = [key for key in given if key in kinds.names()]
    if len(chosen) != 1:
        raise LedgerError(f"{here}: 'check' has one of the keys {', '.join(kinds.names())}, not {', '.join(given)}")
    kind = kinds.load(chosen[0])
    options = {key: each for key, each in given.items() if key != chosen[0]}
    _known(options, set(kind.OPTIONS), f"{here}, check")
    return Check(chosen[0], given[chosen[0]], options)


def _known(given: Mapping[str, Value], known: set[str], here: str) -> None:
    for key in given:
        if key not in known:
            raise LedgerError(f"{here}: the key {key!r} is not known; there are {', '.join(sorted(known))}")


def _mapping(value: Value, here: str) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise LedgerError(f"{here}: 'name: value' pairs are wanted, not {value!r}")
    return value


def _text(row: Mapping[str, Value], key: str, here: str) -> str:
    value = row.get(key, "")
    if isinstance(value, (list, dict)):
        raise LedgerError(f"{here}: {key!r} is a text")
    return " ".join(str(value).split())


def _value(node: yaml.Node, here: str) -> Value:
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, here) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Value] = {}
        for key, value in node.value:
            if key.value in found:
                raise LedgerError(f"{here}: {key.value!r} stands twice (line {key.start_mark.line + 1})")
            found[str(key.value)] = _value(value, here)
        return found
    text = cast(str, node.value)
    if node.style is not None:  # between quotes, or a block of text: what is written is text
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    return {"true": True, "false": False, "null": None}.get(text, text)
