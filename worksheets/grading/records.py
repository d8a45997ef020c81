"""What is kept of a run, so that it may stop at any moment: a file for each submission that was judged, or none."""

import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.submissions.files import Submission
from checks.submissions.grading import Settings
from checks.submissions.grading.memo import write_whole
from worksheets.grading.sheet import Sheet, code_fingerprint

FOLDER = ".gradproof"


class Records:
    """The records of submissions, by the content of all that they rest on.

    Parameters
    ----------
    out:
        The folder of the run.
    sheet, settings:
        The worksheet, and how code is run.
    seed:
        Of the hidden inputs; None takes that of the last run into this folder, or a new one.
    """

    def __init__(self, out: Path, sheet: Sheet, settings: Settings, seed: int | None = None) -> None:
        self.folder = out / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seed = self._seed(seed)
        self._sheet = sheet
        self._common = hashlib.sha256(repr((settings, self.seed, code_fingerprint())).encode()).hexdigest()

    @property
    def answers(self) -> Path:
        """Where judgements of single answers are kept."""
        return self.folder / f"answers-{self._common[:16]}"

    def name(self, submission: Submission, student: str) -> str:
        """Return the name of the record of a submission: a hash of it and of all that it is judged by."""
        whole = hashlib.sha256(f"{self._common} {self._sheet.fingerprint(student)} {submission.fingerprint}".encode())
        return whole.hexdigest()

    def has(self, name: str) -> bool:
        """Tell whether there is a record."""
        return self._path(name).is_file()

    def read(self, name: str) -> dict[str, Any] | None:
        """Return a record; None where there is none, or it was damaged from outside."""
        try:
            found = json.loads(self._path(name).read_text(encoding="utf-8", errors="surrogatepass"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) and "questions" in found else None

    def keep(self, name: str, outcome: Mapping[str, Any]) -> None:
        """Keep a record."""
        write_whole(self._path(name), json.dumps(outcome, ensure_ascii=False))

    def _path(self, name: str) -> Path:
        return self.folder / "records" / name[:2] / f"{name[2:]}.json"

    def _seed(self, wanted: int | None) -> int:
        path = self.folder / "seed.json"
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, int) and wanted in (None, found):
                return found
        seed = secrets.randbits(32) if wanted is None else wanted
        write_whole(path, json.dumps(seed))
        return seed
