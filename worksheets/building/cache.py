"""What was built is kept by its content: the source, what it includes, and our own code."""

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable
from functools import cache as remembered
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from worksheets.building.files import Files
from worksheets.sheet import Source

PACKAGES = ("gradproof", "worksheets", "checks", "derive", "numeric")
LIBRARIES = (
    "sympy",
    "numpy",
    "scipy",
    "matplotlib",
    "nbformat",
    "nbclient",
    "ipykernel",
    "scikit-learn",
    "python-flint",
    "markdown-it-py",
    "latex2mathml",
    "pygments",
    "resvg_py",
)
KEPT = 64
"""How many builds are kept; the oldest go first."""


def folder() -> Path:
    """Return where builds are kept: `$GRADPROOF_CACHE`, else the cache folder of the user."""
    own = os.environ.get("GRADPROOF_CACHE")
    if own:
        return Path(own) / "worksheets"
    import pooch

    return Path(pooch.os_cache("gradproof")) / "worksheets"


def name_of(source: Source) -> str:
    """Return the name of a build: a hash of all that it is made of."""
    digest = hashlib.sha256(code_fingerprint().encode())
    digest.update(json.dumps([source.name, source.student]).encode())
    for path in source.files:
        digest.update(f"\0{os.path.relpath(path.resolve(), source.path.parent.resolve())}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]


@remembered
def code_fingerprint() -> str:
    """Return a hash of our code, of the libraries' versions and of the Python that runs them."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256(f"{sys.version}{platform.machine()}".encode())
    for package in PACKAGES:
        for path in _sources(root / package):
            digest.update(f"{path.relative_to(root)}".encode())
            digest.update(path.read_bytes())
    for library in LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()


def find(name: str) -> Files | None:
    """Return the files of a build, None where it is not kept or something in it was changed."""
    kept = folder() / name
    try:
        manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
        found = {file: (kept / file).read_bytes() for file in manifest}
    except (OSError, ValueError):
        return None
    if any(hashlib.sha256(content).hexdigest() != manifest[file] for file, content in found.items()):
        return None
    os.utime(kept)
    return found


def keep(name: str, files: Files) -> None:
    """Keep the files of a build; a full or missing disk is no reason to fail."""
    kept = folder()
    made = None
    try:
        kept.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=kept))
        for file, content in files.items():
            (made / file).parent.mkdir(parents=True, exist_ok=True)
            (made / file).write_bytes(content)
        manifest = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
        (made / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        if (kept / name).exists():
            shutil.rmtree(kept / name, ignore_errors=True)
        os.replace(made, kept / name)
        _forget_oldest(kept)
    except OSError:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def _forget_oldest(kept: Path) -> None:
    builds = sorted(
        (path for path in kept.iterdir() if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime
    )
    for path in builds[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)


def _sources(package: Path) -> Iterable[Path]:
    return sorted(
        path for path in package.rglob("*") if path.suffix in (".py", ".lark", ".css", ".j2", ".tex") and path.is_file()
    )
