"""Asks the player what code returns for the inputs of probes."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def play(
    setup: str, sources: Sequence[str], probes: Sequence[tuple[Probe, Samples]], *, seconds: float = SECONDS
) -> list[list[Played]]:
    """Run pieces of code on the inputs of probes, in a process of their own.

    Parameters
    ----------
    setup:
        Code that runs before each piece: what the worksheet gives.
    sources:
        The pieces: the model solution, planted wrong answers.
    probes:
        What to call, with which inputs.
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
    calls = [
        {"adapter": probe.adapter, "name": probe.name, "inputs": [_packed(value) for value in inputs]}
        for probe, samples in probes
        for inputs in samples
    ]
    asked = json.dumps({"setup": setup, "candidates": [{"source": source, "calls": calls} for source in sources]})
    command = [sys.executable, str(Path(__file__).with_name("player.py"))]
    try:
        done = subprocess.run(  # noqa: S603 - our own script
            command,
            input=asked,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**os.environ, **ONE_THREAD},
        )
    except subprocess.TimeoutExpired:
        raise RunError(f"the code did not end within {seconds:g} s") from None
    if done.returncode != 0:
        raise RunError(f"the process that ran the code ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    answers = json.loads(done.stdout)
    return [_divided(answer, probes) for answer in answers]


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
