"""The worksheet that is graded: the name of a built-in one, its source, or its answer key."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from checks.submissions.grading import checked_key
from worksheets import library
from worksheets.building import cache
from worksheets.building.build import STUDENT
from worksheets.building.key import key
from worksheets.sheet import read_source

VARIANTS = 32


@dataclass(frozen=True)
class Sheet:
    """A worksheet as a grader finds it.

    Attributes
    ----------
    path:
        Its source, or its key.
    """

    path: Path

    @classmethod
    def of(cls, name: str) -> "Sheet":
        """Return the worksheet of a name, a source (`.md`) or a key (`.json`).

        Raises
        ------
        UnknownWorksheetError, KeyFormatError, SourceError
            There is none, or it cannot be read.
        """
        path = Path(name)
        found = cls(
            path.resolve() if path.suffix.lower() == ".json" and path.is_file() else library.path_of(name).resolve()
        )
        found.key()
        return found

    @property
    def is_key(self) -> bool:
        """Whether the key is read, not made from the source."""
        return self.path.suffix.lower() == ".json"

    def key(self, student: str = "") -> dict[str, Any]:
        """Return the answer key, that of a student's own variant where there is one."""
        return _key(self, student if STUDENT.fullmatch(student) and ".." not in student else "")

    def fingerprint(self, student: str = "") -> str:
        """Return a hash of the key."""
        return _fingerprint(self, student)

    def student_of(self, metadata: dict[str, Any]) -> str:
        """Return the student for whom a notebook was built; "" where all have the same."""
        ours = metadata.get("gradproof")
        name = ours.get("student", "") if isinstance(ours, dict) else ""
        if not isinstance(name, str) or not STUDENT.fullmatch(name) or ".." in name:
            return ""
        if self.is_key:
            return name if (self.path.parent / "students" / name / "key.json").is_file() else ""
        return name if self.key()["parameters"] else ""


@lru_cache(maxsize=VARIANTS)
def _key(sheet: Sheet, student: str) -> dict[str, Any]:
    if sheet.is_key:
        path = sheet.path.parent / "students" / student / "key.json" if student else sheet.path
        try:
            return checked_key(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            from checks.submissions.grading import KeyFormatError

            if isinstance(error, KeyFormatError):
                raise
            raise KeyFormatError(f"it cannot be read as JSON ({error})") from error
    source = read_source(sheet.path, student=student)
    name = hashlib.sha256(f"key {cache.name_of(source)}".encode()).hexdigest()[:32]
    kept = None if student else cache.find(name)
    if kept is not None:
        return checked_key(json.loads(kept["key.json"]))
    text = json.dumps(key(source.resolve()))
    if not student:  # those of variants would drive everything else out of the cache
        cache.keep(name, {"key.json": text.encode()})
    return checked_key(json.loads(text))


@lru_cache(maxsize=VARIANTS)
def _fingerprint(sheet: Sheet, student: str) -> str:
    return hashlib.sha256(json.dumps(sheet.key(student), sort_keys=True).encode()).hexdigest()


def code_fingerprint() -> str:
    """Return a hash of our code and of the libraries' versions: what was judged by other code is judged anew."""
    return cache.code_fingerprint()
