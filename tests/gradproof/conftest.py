"""The command line in two ways: in a process of its own, as a person starts it, and in this one, which is quicker."""

import io
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
