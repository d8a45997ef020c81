"""Finds the saved notebook that a kernel belongs to, and the answer cells in it."""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

LONGEST = 50_000_000
TRIES, PAUSE = 10, 0.05


def notebook_path() -> Path | None:
    """Return the file of the running notebook, as JupyterLab and VS Code name it; None elsewhere."""
    names = [os.environ.get("JPY_SESSION_NAME", "")]
    shell = _shell()
    if shell is not None:
        names += [str(shell.user_ns.get(name, "")) for name in ("__vsc_ipynb_file__", "__session__")]
    for name in names:
        path = Path(name)
        if name and path.suffix == ".ipynb" and path.is_file():
            return path
    return None


def cell_text(path: Path, cell: str) -> str | None:
    """Return the source of the cell with this id in a notebook file; None where there is none or it cannot be read."""
    try:
        if path.stat().st_size > LONGEST:
            return None
        found = _read(path)
        for one in found["cells"]:
            own = one.get("metadata", {}).get("gradproof", {})
            if one.get("id") == cell or own.get("cell") == cell:
                source = one["source"]
                return "".join(source) if isinstance(source, list) else str(source)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return None


def _read(path: Path) -> Any:
    """Return what stands in a notebook; Jupyter writes it in place, so for a moment it may be half there."""
    for _ in range(TRIES):
        with suppress(ValueError):
            return json.loads(path.read_text(encoding="utf-8"))
        time.sleep(PAUSE)
    return json.loads(path.read_text(encoding="utf-8"))


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
