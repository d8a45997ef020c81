"""What was judged already, by the content of the question and of the answer: equal answers are judged once."""

import json
import os
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEPT = 2_000
"""How many judgements a process keeps in memory beside those on the disk."""


class Memo:
    """Judgements by a hash of all that they rest on.

    Parameters
    ----------
    folder:
        Where they are kept for other processes and later runs; None keeps them in memory alone.

    Attributes
    ----------
    judged, repeated:
        How many answers were judged, and how many were known already.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._known: OrderedDict[str, Any] = OrderedDict()
        self.judged = 0
        self.repeated = 0

    def get(self, name: str) -> Any:
        """Return what is known under a hash; None if nothing is."""
        found = self._known.get(name)
        if found is None and self.folder is not None:
            try:
                found = json.loads(self._path(name).read_text(encoding="utf-8"))
            except (OSError, ValueError):
                found = None
        if found is not None:
            self._remember(name, found)
            self.repeated += 1
        return found

    def put(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep a judgement; at no moment is a half-written one on the disk."""
        self.judged += 1
        self._remember(name, value)
        if self.folder is not None:
            write_whole(self._path(name), json.dumps(value, ensure_ascii=False))

    def _path(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / name[:2] / f"{name[2:]}.json"

    def _remember(self, name: str, value: Any) -> None:
        self._known[name] = value
        self._known.move_to_end(name)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there as a whole or not at all, whatever interrupts us."""
    whole_bytes(path, text.encode("utf-8", "surrogatepass"))


def whole_bytes(path: Path, content: bytes) -> None:
    """Write bytes likewise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        made.write_bytes(content)
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
