"""Read submissions as they come: notebooks of any format, Python files, folders, and the zips of course systems.

Nothing is extracted to a disk, nothing is followed: a file that is a link, names a place outside its archive, or is
larger than the limits is left out, and the submission says so.
"""

import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from checks.submissions.player.cells import Cell

FILE_LIMIT = 50_000_000
ARCHIVE_LIMIT = 2_000_000_000
FILES_LIMIT = 100_000
CELLS_LIMIT = 10_000
NESTED_LIMIT = 1

_OURS = re.compile(r"[a-z0-9-]+-(?:question|answer|check)")
"""What ids of cells look like that worksheets give."""

IGNORED = frozenset({"__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".DS_Store", "node_modules"})


@dataclass(frozen=True)
class Text:
    """A Markdown cell (or, in a Python file, nothing): where written answers stand.

    Attributes
    ----------
    name : str
        "cell 3".
    source : str
        Its Markdown.
    metadata : dict
        Of the cell; the ids of questions stand there.
    """

    name: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    label : str
        Who: the name of the file or folder, or what the course system put into it.
    path : str
        Where it was found, with the archive's name in front.
    code : tuple of Cell
        Code cells in order; a Python file is one cell.
    code_metadata : tuple of dict
        The metadata of each code cell.
    texts : tuple of Text
        Markdown cells in order.
    siblings : dict
        Names and texts of other Python modules beside it.
    notes : tuple of str
        What was left out, and why.
    problem : str
        Why nothing could be read; "" if something could.
    metadata : dict
        Of the notebook as a whole: which worksheet it is, and whose variant.
    """

    label: str
    path: str
    code: tuple[Cell, ...] = ()
    code_metadata: tuple[dict[str, Any], ...] = ()
    texts: tuple[Text, ...] = ()
    siblings: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problem: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """A hash of all that is judged: equal submissions need be judged only once."""
        whole = hashlib.sha256()
        for part in (
            [[cell.name, cell.source] for cell in self.code],
            list(self.code_metadata),
            [[text.name, text.source, text.metadata] for text in self.texts],
            self.siblings,
            self.problem,
        ):
            whole.update(json.dumps(part, sort_keys=True, default=str).encode())
        return whole.hexdigest()


@dataclass(frozen=True)
class _File:
    """A file's place and how to read it."""

    path: PurePosixPath
    size: int
    read: Any


def read_submissions(paths: Iterable[Path]) -> Iterator[Submission]:
    """Yield the submissions found in files, folders and archives, in the order of their names.

    Parameters
    ----------
    paths : iterable of Path
        Notebooks, Python files, folders of either (one folder a student, or one file a student), zips.

    Yields
    ------
    Submission
        Also for what could not be read: `problem` says why. A path without any submission yields one with a problem.
    """
    for path in paths:
        found = False
        for submission in _of(path):
            found = True
            yield submission
        if not found:
            yield Submission(path.name, str(path), problem="there is no notebook and no Python file in it")


def count_submissions(paths: Iterable[Path]) -> int:
    """Return how many submissions `read_submissions` will yield, without reading any."""
    return sum(max(1, _counted(path)) for path in paths)


def _counted(path: Path) -> int:
    try:
        if path.is_dir():
            return len(_by_student(list(_in_folder(path))))
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return len(_by_student(list(_members(archive, []))))
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return 1
    return 1


def _of(path: Path) -> Iterator[Submission]:
    try:
        if path.is_dir():
            yield from _grouped(str(path), list(_in_folder(path)), [])
        elif zipfile.is_zipfile(path):
            yield from _in_archive(path)
        elif path.suffix.lower() == ".zip":
            yield Submission(path.stem, str(path), problem="the zip archive is damaged")
        elif path.is_file():
            siblings = [_on_disk(other, path.parent) for other in sorted(path.parent.glob("*.py")) if other != path]
            yield _submission(path.stem, str(path), _on_disk(path, path.parent), siblings, [])
        else:
            yield Submission(path.name, str(path), problem="there is no such file")
    except OSError as error:
        yield Submission(path.name, str(path), problem=f"it cannot be read: {error.strerror or error}")


def _on_disk(path: Path, root: Path) -> _File:
    return _File(PurePosixPath(path.relative_to(root).as_posix()), path.stat().st_size, path.read_bytes)


def _in_folder(root: Path) -> Iterator[_File]:
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or any(parent.is_symlink() for parent in path.parents if root in parent.parents):
            continue
        if path.is_file() and not IGNORED & set(path.parts):
            yield _on_disk(path, root)


def _in_archive(path: Path) -> Iterator[Submission]:
    notes: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _grouped(str(path), list(_members(archive, notes)), notes)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        yield Submission(path.stem, str(path), problem=f"the zip archive cannot be read: {error}")


def _members(archive: zipfile.ZipFile, notes: list[str]) -> Iterator[_File]:
    infos = archive.infolist()
    if len(infos) > FILES_LIMIT:
        notes.append(f"the archive holds {len(infos):,} files; the first {FILES_LIMIT:,} were looked at")
    total = 0
    for info in sorted(infos[:FILES_LIMIT], key=lambda info: info.filename):
        place = PurePosixPath(info.filename.replace("\\", "/"))
        if info.is_dir() or IGNORED & set(place.parts):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            notes.append(f"{place.name} is a link and was left out")
            continue
        if place.is_absolute() or ".." in place.parts or re.match("[A-Za-z]:", info.filename):
            notes.append(f"{place.name} names a place outside the archive and was left out")
            continue
        total += info.file_size
        if total > ARCHIVE_LIMIT:
            notes.append(f"the archive is larger than {ARCHIVE_LIMIT:,} bytes; {place.name} and more were left out")
            return
        yield _File(place, info.file_size, lambda info=info: _unpacked(archive, info))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return a member's bytes; an archive may lie about sizes, so no more than the limit is read."""
    with archive.open(info) as member:
        data = member.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise ValueError("it is larger than its archive says")
    return data


def _grouped(source: str, files: list[_File], notes: list[str]) -> Iterator[Submission]:
    """Yield one submission for each student: a folder of files, or a file for each."""
    for label, group in _by_student(files).items():
        notebooks = [file for file in group if file.path.suffix.lower() == ".ipynb"]
        modules = [file for file in group if file.path.suffix.lower() == ".py"]
        main = notebooks or modules
        for file in main[:1] if notebooks else [min(main, key=_importance)] if main else []:
            others = [other for other in modules if other is not file]
            extra = [f"{other.path.name} was not read: there are several notebooks" for other in notebooks[1:]]
            yield _submission(label, f"{source}/{file.path}", file, others, [*notes, *extra])


def _importance(file: _File) -> tuple[int, str]:
    """Sort Python files: the likely main one first, then the largest."""
    likely = _module(file).lower() in {"main", "solution", "submission", "homework", "assignment"}
    return (0 if likely else 1, f"{10**12 - file.size:013}{file.path}")


# -- whose file is it --------------------------------------------------------------------------------------------------

_CANVAS = re.compile(r"(?P<who>[^_]+)(?:_LATE)?_\d+_\d+_(?P<name>.+)", re.IGNORECASE)
_MOODLE = re.compile(r"(?P<who>.+)_\d+_assignsubmission_(?:file|onlinetext)_?")
_GRADESCOPE = re.compile(r"(?P<who>submission_\d+)")
_READ = frozenset({".ipynb", ".py"})


def _by_student(files: list[_File]) -> dict[str, list[_File]]:
    """Group files: a folder for each student, or a file for each where they lie side by side."""
    wanted = [file for file in files if file.path.suffix.lower() in _READ]
    depth = _common_depth([file.path for file in wanted])
    top = [file for file in wanted if len(file.path.parts) == depth + 1]
    notebooks = [file for file in top if file.path.suffix.lower() == ".ipynb"]
    alone = len(notebooks) == 1 and len(top) == len(wanted) and not _CANVAS.fullmatch(notebooks[0].path.stem)
    found: dict[str, list[_File]] = {}
    for file in wanted:
        parts = file.path.parts[depth:]
        if len(parts) > 1:
            label = _who(parts[0])
        elif alone:
            label = notebooks[0].path.stem  # one notebook with its modules beside it
        else:
            label = _who(PurePosixPath(parts[0]).stem)
        found.setdefault(label, []).append(file)
    return found


def _common_depth(paths: list[PurePosixPath]) -> int:
    """Return how many leading folders all files share: `submitted`, or the archive's own name, which say nothing."""
    depth = 0
    while paths and all(len(path.parts) > depth + 1 for path in paths):
        names = {path.parts[depth] for path in paths}
        if len(names) > 1 or any(pattern.fullmatch(name) for pattern in (_MOODLE, _GRADESCOPE) for name in names):
            break
        depth += 1
    return depth


def _module(file: _File) -> str:
    """Return the name by which a student imports a file: without what Canvas puts before and behind it."""
    renamed = _CANVAS.fullmatch(file.path.stem)
    return re.sub(r"-\d+$", "", renamed["name"]) if renamed else file.path.stem


def _who(name: str) -> str:
    for pattern in (_MOODLE, _GRADESCOPE, _CANVAS):
        matched = pattern.fullmatch(name)
        if matched:
            return matched["who"]
    return name


# -- what stands in it -------------------------------------------------------------------------------------------------


def _submission(label: str, path: str, file: _File, others: list[_File], notes: list[str]) -> Submission:
    try:
        if file.size > FILE_LIMIT:
            raise ValueError(f"it is too large ({file.size:,} bytes)")
        text = _decoded(file.read())
        siblings = {_module(other): _decoded(other.read()) for other in others if other.size <= FILE_LIMIT}
        if file.path.suffix.lower() == ".py":
            return Submission(label, path, (Cell(file.path.name, text),), ({},), (), siblings, tuple(notes))
        return _notebook(label, path, text, siblings, notes)
    except (ValueError, OSError, zipfile.BadZipFile, RecursionError, EOFError) as error:
        return Submission(label, path, notes=tuple(notes), problem=f"it cannot be read: {error}")


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _notebook(label: str, path: str, text: str, siblings: dict[str, str], notes: list[str]) -> Submission:
    """Read a notebook of format 2, 3 or 4: any other JSON is a problem, not a crash."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ValueError(
            "it is no notebook: not even JSON" + ("" if text.strip() else " (the file is empty)")
        ) from error
    cells = document.get("cells") if isinstance(document, dict) else None
    if cells is None and isinstance(document, dict) and isinstance(document.get("worksheets"), list):
        cells = [cell for sheet in document["worksheets"] if isinstance(sheet, dict) for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise ValueError("it is no notebook: there are no cells in it")
    code: list[Cell] = []
    metadata: list[dict[str, Any]] = []
    texts: list[Text] = []
    for number, cell in enumerate(cells[:CELLS_LIMIT], start=1):
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", cell.get("input", ""))
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        about = cell.get("metadata")
        about = dict(about) if isinstance(about, dict) else {}
        if isinstance(cell.get("id"), str) and _OURS.fullmatch(cell["id"]):
            about.setdefault("id", cell["id"])  # some editors keep nothing else of a cell
        if cell.get("cell_type") == "code":
            code.append(Cell(f"cell {number}", source))
            metadata.append(about)
        elif cell.get("cell_type") in ("markdown", "raw", "heading"):
            texts.append(Text(f"cell {number}", source, about))
    whole = document.get("metadata")
    return Submission(
        label, path, tuple(code), tuple(metadata), tuple(texts), siblings, tuple(notes),
        metadata=whole if isinstance(whole, dict) else {},
    )  # fmt: skip
