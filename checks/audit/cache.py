"""What a training gave before, by content: the same code and the same arguments give the same result."""

import contextlib
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from checks.audit.found import Found

ROOMS = ("checks", "derive", "numeric")
LIBRARIES = ("numpy", "scipy", "scikit-learn")


def cache_folder() -> Path:
    """Return the folder of this user's cache."""
    import pooch

    return Path(pooch.os_cache("gradproof")) / "audit"


def remembered(run: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a computation returns, from the cache where it ran before with the same code and arguments."""
    known = recalled(run, arguments)
    if known is not None:
        return known
    path = cache_folder() / f"{_key(run, arguments)}.json"
    value = run(**arguments)
    with contextlib.suppress(OSError):  # a cache that cannot be written is no cache
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            json.dump(_packed(value), file)
        os.replace(file.name, path)
    return value


def recalled(run: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Return what a computation returned before with the same code and arguments; None where it never ran."""
    path = cache_folder() / f"{_key(run, arguments)}.json"
    with contextlib.suppress(OSError, ValueError, TypeError):
        return _unpacked(json.loads(path.read_text(encoding="utf-8")))
    return None


def _key(run: Callable[..., Any], arguments: Mapping[str, Any]) -> str:
    name = f"{run.__module__}.{run.__qualname__}({json.dumps(arguments, sort_keys=True)})"
    return hashlib.sha256(f"{name}\n{_code()}".encode()).hexdigest()


@cache
def _code() -> str:
    """Return a key for all code that a computation may use: our rooms, Python and the numerical libraries."""
    digest = hashlib.sha256(platform.python_version().encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    house = Path(__file__).parents[2]
    for room in ROOMS:
        for path in sorted((house / room).rglob("*.py")):
            digest.update(str(path.relative_to(house)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _packed(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], Found):
        return {"runs": [_packed(one) for one in value]}
    if isinstance(value, Found):
        return {"found": {**vars(value), "value": _plain(value.value)}}
    return {"value": _plain(value)}


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"what trains returns floats, whole numbers and texts, not {type(value).__name__}")


def _unpacked(stored: Any) -> Any:
    if "runs" in stored:
        return [_unpacked(one) for one in stored["runs"]]
    if "found" in stored:
        return replace(Found(None, ""), **stored["found"])
    return stored["value"]
