"""Files that are there as a whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path, *, newline: str | None = None) -> Iterator[TextIO]:
    """Open a text file to write; it takes its place when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with made.open("w", encoding="utf-8", errors="replace", newline=newline) as file:
            yield file
        os.replace(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def write_if_new(path: Path, text: str) -> None:
    """Write a file, unless it stands there with just this text."""
    if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
        with whole_file(path) as file:
            file.write(text)
