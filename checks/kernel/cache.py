"""What Coq has found before, by content: the same certificate, library and Coq give the same answer."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from checks.kernel.assumptions import ALLOWED
from checks.kernel.coq import Coq
from derive.certificates.document import LIBRARY, library_text


def cache_folder() -> Path:
    """Return the folder of this user's cache."""
    import pooch

    return Path(pooch.os_cache("gradproof")) / "coq"


def key(coq: Coq, *texts: str) -> str:
    """Return a key that changes with Coq, Coquelicot, our library, the allowed axioms, and the given texts."""
    digest = hashlib.sha256()
    for part in (coq.fingerprint, *sorted(ALLOWED), *map(library_text, LIBRARY), *texts):
        digest.update(len(part).to_bytes(8, "big") + part.encode())
    return digest.hexdigest()


def recall(name: str) -> Any:
    """Return what was stored under a key, or None."""
    try:
        return json.loads((cache_folder() / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def store(name: str, value: Any) -> None:
    """Store a value, whole or not at all; a cache that cannot be written is no cache."""
    with contextlib.suppress(OSError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            json.dump(value, file)
        os.replace(file.name, folder / f"{name}.json")


def compiled_library(name: str) -> Path | None:
    """Return the folder with the compiled library of this key, if there is one."""
    folder = cache_folder() / f"library-{name}"
    return folder if folder.is_dir() else None


def store_library(name: str, built: Path) -> None:
    """Keep a copy of a compiled library."""
    with contextlib.suppress(OSError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as copy:
            shutil.copytree(built, Path(copy) / "library")
            os.replace(Path(copy) / "library", folder / f"library-{name}")
