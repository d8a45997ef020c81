"""The catalogue: one file for each function, in the folder of its chapter; the file name is the entry's name.

Nothing is registered by hand. A file that holds no complete `entry` fails when it is loaded, and so do two files of the
same name in different chapters.
"""

import difflib
import importlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from derive.entry import Entry, EntryError

CHAPTERS = ("surfaces", "activations", "losses", "layers", "jacobians", "networks", "initialisation", "optimisers")


class UnknownEntryError(LookupError):
    """There is no entry of this name; the message offers the nearest ones."""


def names() -> tuple[str, ...]:
    """Return the names of all entries, chapter by chapter, without loading any."""
    return tuple(_files())


def canonical_name(name: str) -> str:
    """Return the name of an entry as its file has it.

    Raises
    ------
    UnknownEntryError
        No file has this name.
    """
    return _file(name).stem


def chapter(name: str) -> str:
    """Return the chapter of an entry."""
    return _file(name).parent.name


def load(name: str) -> Entry:
    """Return the entry of this name; hyphens and underscores mean the same.

    Raises
    ------
    UnknownEntryError
        No file has this name.
    EntryError
        The file is there but does not hold a complete entry.
    """
    return _load(_file(name).stem)


@cache
def _load(name: str) -> Entry:
    path = _files()[name]
    module = importlib.import_module(f"{__name__}.{path.parent.name}.{name}")
    entry = getattr(module, "entry", None)
    if not isinstance(entry, Entry):
        raise EntryError(f"{path.parent.name}/{path.name} must define `entry`, a declared Entry")
    return replace(entry, name=name)


def load_all() -> tuple[Entry, ...]:
    """Return every entry, chapter by chapter.

    Raises
    ------
    EntryError
        An entry is incomplete, or two entries have the same title.
    """
    entries = tuple(load(name) for name in names())
    titles: dict[str, str] = {}
    for entry in entries:
        if entry.title in titles:
            raise EntryError(f"the entries {titles[entry.title]!r} and {entry.name!r} have the same title")
        titles[entry.title] = entry.name
    return entries


def find_files(folder: Path, chapters: tuple[str, ...] = CHAPTERS) -> dict[str, Path]:
    """Return the entry files below a folder by name.

    Raises
    ------
    EntryError
        Two chapters hold a file of the same name, or a folder is not a known chapter.
    """
    found: dict[str, Path] = {}
    unknown = {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("_")} - set(
        chapters
    )
    if unknown:
        raise EntryError(f"the catalogue has no chapter {sorted(unknown)[0]!r}; its chapters are {', '.join(chapters)}")
    for name in chapters:
        for path in sorted((folder / name).glob("*.py")):
            if path.stem.startswith("_"):
                continue
            if path.stem in found:
                raise EntryError(
                    f"the entry {path.stem!r} is declared twice: in {found[path.stem].parent.name} and in {name}"
                )
            found[path.stem] = path
    return found


@cache
def _files() -> dict[str, Path]:
    return find_files(Path(__file__).parent)


def _file(name: str) -> Path:
    path = _files().get(name.replace("-", "_"))
    if path is None:
        near = difflib.get_close_matches(name.replace("-", "_"), names(), n=3, cutoff=0.4)
        offer = f"did you mean {' or '.join(near)}?" if near else f"the entries are {', '.join(names())}"
        raise UnknownEntryError(f"there is no entry {name!r}; {offer}")
    return path
