"""Asks the player what code returns for the inputs of probes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from checks.answers import Outputs, Probe, Samples

SECONDS = 120.0
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class RunError(RuntimeError):
    """The code could not be run at all."""


@dataclass(frozen=True)
class Played:
    """What one piece of code returned for one probe: the results for each sample, or what went wrong first."""

    outputs: tuple[Outputs, ...]
    error: str = ""


@dataclass(frozen=True)
class Stage:
    """Code to run behind all earlier stages, and pieces of which each runs behind that as if it were alone.

    Attributes
    ----------
    setup:
        What the worksheet gives since the stage before; the next stage sees what it has done.
    sources:
        The pieces: the model solution, planted wrong answers. No piece sees what another one has changed.
    probes:
        What to call, with which inputs.
    """

    setup: str
    sources: Sequence[str]
    probes: Sequence[tuple[Probe, Samples]]


def play(
    setup: str, sources: Sequence[str], probes: Sequence[tuple[Probe, Samples]], *, seconds: float = SECONDS
) -> list[list[Played]]:
    """Run pieces of code on the inputs of probes, in a process of their own.

    Parameters
    ----------
    setup, sources, probes:
        As in `Stage`.
    seconds:
        The time limit for all of it.

    Returns
    -------
    list
        For each piece, for each probe, what it returned.

    Raises
    ------
    RunError
        The time ran out, or the process died.
    """
    with Playing([Stage(setup, sources, probes)], seconds=seconds) as playing:
        (found,) = playing.results()
    if isinstance(found, RunError):
        raise found
    return found


class Playing:
    """Stages that run in a process of their own, while something else can be done.

    Parameters
    ----------
    stages:
        What to run, one behind the other.
    seconds:
        The time limit for each stage.
    """

    def __init__(self, stages: Sequence[Stage], *, seconds: float = SECONDS) -> None:
        self._stages = stages
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="gradproof-")
        asked, self._answers, errors = (Path(self._folder.name) / name for name in ("asked", "answers", "errors"))
        self._errors = errors
        asked.write_text(json.dumps([_asked(stage) for stage in stages]), encoding="utf-8")
        command = [sys.executable, str(Path(__file__).with_name("player.py"))]
        # Files and no pipes: nobody has to read while the process writes.
        with asked.open() as given, self._answers.open("w") as taken, errors.open("w") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own script
                command,
                stdin=given,
                stdout=taken,
                stderr=said,
                env={**os.environ, **ONE_THREAD},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._folder.cleanup()

    def results(self) -> list["list[list[Played]] | RunError"]:
        """Wait for the end, and return for each stage what each piece returned for each probe, or why it did not."""
        error = self._waited()
        answers = [json.loads(line) for line in self._lines()]
        found: list[list[list[Played]] | RunError] = [
            [_divided(one, stage.probes) for one in answer]
            for stage, answer in zip(self._stages, answers, strict=False)
        ]
        missing = len(self._stages) - len(found)
        return found + [error or RunError("the process that ran the code ended too soon")] * missing

    def _waited(self) -> RunError | None:
        """Wait for the end; the time of a stage begins when the line of the one before it is there."""
        done, ends = 0, time.monotonic() + self._seconds
        while time.monotonic() < ends:
            try:
                code = self._process.wait(min(1.0, self._seconds))
            except subprocess.TimeoutExpired:
                if len(self._lines()) > done:
                    done, ends = len(self._lines()), time.monotonic() + self._seconds
                continue
            if code == 0:
                return None
            said = self._errors.read_text(encoding="utf-8", errors="replace").strip()[-300:]
            return RunError(f"the process that ran the code ended with {code}: {said}")
        self._end()
        return RunError(f"the code did not end within {self._seconds:g} s")

    def _end(self) -> None:
        """End the process with the forks in which its pieces run."""
        if self._process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:  # Windows
                self._process.kill()
        self._process.wait()

    def _lines(self) -> list[str]:
        """Return the lines that are whole."""
        return self._answers.read_text(encoding="utf-8").split("\n")[:-1]


def _asked(stage: Stage) -> dict[str, Any]:
    calls = [
        {"adapter": probe.adapter, "name": probe.name, "inputs": [_packed(value) for value in inputs]}
        for probe, samples in stage.probes
        for inputs in samples
    ]
    return {"setup": stage.setup, "candidates": [{"source": source, "calls": calls} for source in stage.sources]}


def _divided(answer: list[dict[str, Any]], probes: Sequence[tuple[Probe, Samples]]) -> list[Played]:
    found, place = [], 0
    for _, samples in probes:
        part = answer[place : place + len(samples)]
        place += len(samples)
        error = next((one["error"] for one in part if "error" in one), "")
        outputs = () if error else tuple(_unpacked(one["outputs"]) for one in part)
        found.append(Played(outputs, error))
    return found


def _packed(value: Any) -> dict[str, Any]:
    array = np.asarray(value)
    return {"shape": list(array.shape), "dtype": str(array.dtype), "data": array.ravel().tolist()}


def _unpacked(outputs: dict[str, Any]) -> Outputs:
    return {
        name: None if value is None else np.array(value["data"], dtype=float).reshape(value["shape"])  # type: ignore[misc]
        for name, value in outputs.items()
    }
