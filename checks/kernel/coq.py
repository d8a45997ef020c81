"""Find Coq and run it: each process with a limit of time and of memory, and killed with all it started."""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SECONDS = 60.0
MEGABYTES = 4000

HOW_TO_INSTALL = (
    "Coq with Coquelicot is not installed; on Debian and Ubuntu: apt-get install coq libcoq-coquelicot; "
    "elsewhere: opam install coq coq-coquelicot"
)


class CoqMissingError(RuntimeError):
    """Coq or its library Coquelicot is not installed; the message says how to install them."""


@dataclass(frozen=True)
class Finished:
    """How a run of Coq ended."""

    ok: bool
    output: str
    errors: str
    timed_out: bool = False

    @property
    def line(self) -> int | None:
        """The line of the file at which Coq stopped."""
        found = re.search(r'^File "[^"]*", line (\d+)', self.errors, flags=re.M)
        return int(found[1]) if found else None

    @property
    def message(self) -> str:
        """What Coq said, in one line."""
        if self.timed_out:
            return "the time limit was reached"
        _, _, said = self.errors.partition("Error:")
        return " ".join((said or self.errors or "Coq gave up without a word, perhaps at the memory limit").split())[
            :300
        ]


@dataclass(frozen=True)
class Coq:
    """An installed Coq.

    Attributes
    ----------
    compiler:
        The path of `coqc`.
    seconds, megabytes:
        The limits of each process: wall-clock time, address space.
    """

    compiler: Path
    seconds: float = SECONDS
    megabytes: int = MEGABYTES

    @cached_property
    def version(self) -> str:
        """The version, such as 8.16.1."""
        said = self.run(["--version"], Path.cwd()).output
        found = re.search(r"version (\S+)", said)
        return found[1] if found else said.strip()

    @cached_property
    def _coquelicot(self) -> Path | None:
        where = Path(self.run(["-where"], Path.cwd()).output.strip())
        folders = [where / "user-contrib", *map(Path, filter(None, os.environ.get("COQPATH", "").split(os.pathsep)))]
        return next((f for folder in folders if (f := folder / "Coquelicot" / "Coquelicot.vo").is_file()), None)

    @cached_property
    def fingerprint(self) -> str:
        """Changes when Coq or Coquelicot does: the compiled file holds the checksums of all that it was built on."""
        if self._coquelicot is None:
            raise CoqMissingError(HOW_TO_INSTALL)
        return f"{self.version} {hashlib.sha256(self._coquelicot.read_bytes()).hexdigest()}"

    def compile(self, file: Path, folder: Path, seconds: float | None = None) -> Finished:
        """Compile one file of a folder of certificates."""
        paths = ["-Q", "Gradproof", "Gradproof", "-Q", "Catalogue", "Catalogue"]
        return self.run(["-q", "-w", "none", *paths, str(file)], folder, seconds)

    def run(self, arguments: Sequence[str], folder: Path, seconds: float | None = None) -> Finished:
        """Run coqc in a folder; the shell sets the memory limit before it becomes coqc."""
        limited = f'ulimit -v {self.megabytes * 1024} 2>/dev/null; exec "$@"'
        process = subprocess.Popen(  # noqa: S603 - our own arguments, no text of anybody's
            ["/bin/sh", "-c", limited, "sh", str(self.compiler), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=seconds or self.seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            return Finished(False, "", "", timed_out=True)
        except BaseException:
            _end(process)
            raise
        return Finished(process.returncode == 0, output, errors)


def _end(process: "subprocess.Popen[str]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def find_coq() -> Coq:
    """Return the installed Coq.

    Raises
    ------
    CoqMissingError
        There is no `coqc` on the path, or it has no Coquelicot.
    """
    found = shutil.which("coqc")
    if found is None:
        raise CoqMissingError(HOW_TO_INSTALL)
    coq = Coq(Path(found))
    _ = coq.fingerprint
    return coq
