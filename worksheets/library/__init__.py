"""The built-in worksheets: one Markdown file each in this folder; its name is the worksheet's name."""

import difflib
from pathlib import Path

from worksheets.answer_sheet import UnknownWorksheetError
from worksheets.answer_sheet import available as of_catalogue

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the built-in worksheets that have a source of their own."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md") if path.stem == path.stem.lower()))


def path_of(name: str) -> Path:
    """Return the source of a worksheet: a built-in one by its name, any other by the path of its file.

    Raises
    ------
    UnknownWorksheetError
        There is none; the message offers the nearest names.
    """
    if name in names():
        return FOLDER / f"{name}.md"
    path = Path(name)
    if path.suffix == ".md" and path.is_file():
        return path
    if path.suffix == ".md" or "/" in name:
        raise UnknownWorksheetError(f"there is no file {name!r}; name a worksheet source, a Markdown file")
    known = [*names(), *(sheet.name for sheet in of_catalogue())]
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.4)
    offer = f"did you mean {' or '.join(near)}?" if near else f"the worksheets are {', '.join(known)}"
    raise UnknownWorksheetError(f"there is no worksheet {name!r}; {offer}")


def example(title: str) -> str:
    """Return the commented example with which a new worksheet begins."""
    text = (FOLDER / "EXAMPLE.md").read_text(encoding="utf-8")
    return text.replace("title: An example of every kind of question", f"title: {title.replace('-', ' ').capitalize()}")
