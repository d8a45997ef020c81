"""Data sets of four IDX files, training and test, images and labels: what MNIST and Fashion-MNIST share."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numeric.arrays import Array
from numeric.data import idx
from numeric.data.errors import DataError


@dataclass(frozen=True)
class Part:
    """One of the four files: its name, its dimensions, and the SHA-256 of its contents and of the published .gz.

    Others compress the files anew, so that only the contents are the same everywhere.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str
    packed_sha256: str


@dataclass(frozen=True)
class LabelledImages:
    """A whole data set.

    Attributes
    ----------
    train_images, test_images : ndarray of uint8, (S, 28, 28)
        Grey values 0 to 255, read-only; as published 60,000 to train on and 10,000 to test with.
    train_labels, test_labels : ndarray of uint8, (S,)
        Classes 0 to 9, read-only.
    classes : tuple of str
        The names of the ten classes.
    origin : str
        Where the files were found.
    """

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array
    classes: tuple[str, ...]
    origin: str


@dataclass(frozen=True)
class Found:
    """Where the files are: their paths, and in words."""

    paths: tuple[Path, ...]
    origin: str


def all_of(folder: Path, parts: Sequence[Part]) -> tuple[Path, ...] | None:
    """Return the paths of all files in a folder, compressed or not, in the order of the parts; None if one lacks."""
    paths = [_existing(folder, part) for part in parts]
    there = tuple(path for path in paths if path is not None)
    return there if len(there) == len(parts) else None


def require(folder: Path, parts: Sequence[Part], name: str) -> tuple[Path, ...]:
    """Return the paths as `all_of`; DataError with one line that says which file lacks."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give the one that holds the four files of {name}")
    paths = []
    for part in parts:
        path = _existing(folder, part)
        if path is None:
            raise DataError(f"{folder}: holds neither {part.name}.gz nor {part.name}; put all four files there")
        paths.append(path)
    return tuple(paths)


def read(paths: Sequence[Path], parts: Sequence[Part]) -> list[Array]:
    """Return the arrays of the files, each of the published shape and contents; DataError as `idx.read`."""
    return [idx.read(path, shape=part.shape, sha256=part.sha256) for path, part in zip(paths, parts, strict=True)]


def write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens on the way; its folder is made.

    Raises
    ------
    OSError
        If the folder cannot be written to; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp keeps it to its owner; a cache may be shared
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def cache_dir(name: str) -> Path:
    """Return the folder of the user's cache for a data set; it need not exist."""
    try:
        import pooch
    except ModuleNotFoundError:  # where students' code is graded: nothing is downloaded there
        return Path.home() / ".cache" / "gradproof" / name
    return Path(pooch.os_cache("gradproof")) / name


def _existing(folder: Path, part: Part) -> Path | None:
    for name in (f"{part.name}.gz", part.name):
        path = folder / name
        if path.is_file():
            return path
    return None
