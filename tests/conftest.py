"""For all tests: the command line, a compiled library for Coq, and that neither luck nor a busy machine decides."""

import io
import os
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from checks.formulas import limits

# The same examples on each run, drawn from the name of the test, and no clock: neither a deadline nor "too slow".
settings.register_profile(
    "gradproof", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("gradproof")


@pytest.fixture(scope="session", autouse=True)
def _limits_in_processor_time():  # type: ignore[no-untyped-def]
    """Let the limits of formulas count the processor time of this process: what else runs here takes none of it."""
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "CLOCK", signal.ITIMER_PROF)
        patch.setattr(limits, "ALARM", signal.SIGPROF)
        yield


@pytest.fixture(scope="session")
def compiled_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an XDG_CACHE_HOME in which there is our compiled library of lemmas for Coq, and nothing else yet."""
    from checks.kernel import CoqMissingError, find_coq
    from checks.kernel.certificates import build_library

    home = tmp_path_factory.mktemp("compiled-library")
    try:
        coq = find_coq()
    except CoqMissingError as missing:
        pytest.skip(str(missing))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        build_library(coq, tmp_path_factory.mktemp("library"))
    return home


@pytest.fixture
def coq_cache(compiled_library: Path, tmp_path: Path) -> Path:
    """Return an XDG_CACHE_HOME of the test's own in which nothing is proved yet, but the library is compiled."""
    return Path(shutil.copytree(compiled_library, tmp_path / "coq-cache"))


# -- the command line: in a process of its own, as a person starts it, and in this one, which is quicker --------------

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 900
"""Seconds after which a command hangs; a busy machine takes its time."""


@pytest.fixture(scope="session")
def run_apart() -> Run:
    """(arguments, cwd, text, **env) → the command, started as `python -m gradproof`."""

    def started(
        *arguments: str, cwd: Path | None = None, text: str | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gradproof", *arguments],
            capture_output=True, text=True, check=False, timeout=PATIENCE, cwd=cwd, input=text,
            env={**os.environ, **env},
        )  # fmt: skip

    return started


@pytest.fixture(scope="session")
def kept_process() -> Iterator[Callable[[int], Any]]:
    """(memory) → the process that decides for `equal`, one for all commands, as it is one for all pairs of a file."""
    from checks.bounded import Bounded

    class Kept(Bounded):
        def __exit__(self, *_: object) -> None:
            pass

    processes: dict[int, Kept] = {}

    def process(memory: int) -> Kept:
        kept = processes.setdefault(memory, Kept("checks.formulas.worker", memory=memory))
        kept.start()
        return kept

    yield process
    for kept in processes.values():
        kept.close()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, kept_process: Callable[[int], Any]) -> Run:
    """(arguments, cwd, text, **env) → what the command says and its exit code, without a process of its own."""
    from gradproof.cli import equal, main

    def called(
        *arguments: str, cwd: Path | None = None, text: str | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        out, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(equal, "_process", kept_process)
            patch.setattr(sys, "argv", ["gradproof", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((text or "").encode()), encoding="utf-8"))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", errors)
            for name, value in env.items():
                patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            try:
                main()
            except SystemExit as end:
                code = end.code
            except Exception:  # as the interpreter does
                traceback.print_exc(file=errors)
                code = 1
        assert isinstance(code, int)
        said, complained = (stream.detach().getvalue().decode() for stream in _flushed(out, errors))  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(list(arguments), code, said, complained)

    return called


def _flushed(*streams: io.TextIOWrapper) -> Iterator[io.TextIOWrapper]:
    for stream in streams:
        stream.flush()
        yield stream
