"""What the model solutions return, once for all processes and runs that judge with the same seed."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np

from checks.answers import Probe
from checks.submissions.grading.fingerprints import fingerprint_of
from checks.submissions.grading.memo import whole_bytes
from checks.submissions.judging import CodeQuestion, Model
from checks.submissions.judging.forward import Relation
from checks.submissions.judging.model import Expected
from checks.submissions.player import frames
from checks.submissions.sandbox import Sandbox

try:
    import fcntl
except ImportError:  # not on this system: every process finds it for itself
    fcntl = None  # type: ignore[assignment]

KEPT = tuple(one.name for one in fields(Expected) if one.name not in ("probe", "fault"))


class KeptModel(Model):
    """A model whose results are kept in a folder: the first process that needs them runs it, the others wait and read.

    Parameters
    ----------
    sandbox, seed:
        As for `Model`.
    folder:
        Where they are kept; None keeps nothing.
    setting:
        A hash of the key and of all else that the results rest on.
    """

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path | None, setting: str) -> None:
        super().__init__(sandbox, seed)
        self._folder, self._setting = folder, setting

    def compute(self, question: CodeQuestion) -> tuple[Expected, ...]:
        """Return what is right, from the folder or by running the model."""
        if self._folder is None:
            return super().compute(question)
        path = self._folder / f"model-{fingerprint_of(self._setting, question.id)}.frame"
        known = _read(path, question)
        if known is not None:
            return known
        with _alone(path.with_suffix(".lock")):
            known = _read(path, question)
            if known is None:
                known = super().compute(question)
                if not any(one.fault for one in known):
                    _write(path, known)
        return known


def _write(path: Path, known: tuple[Expected, ...]) -> None:
    """Keep results; what a frame cannot hold is computed again by the next process."""
    with contextlib.suppress(frames.FrameError, OSError):
        content = frames.encode([{name: _plain(getattr(one, name)) for name in KEPT} for one in known])
        whole_bytes(path, content)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        if np.asarray(value).dtype.str not in frames.DTYPES:
            raise frames.FrameError(f"numbers of type {np.asarray(value).dtype}")
        return value
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Relation):
        return astuple(value)
    return tuple(_plain(part) for part in value) if isinstance(value, tuple) else value


def _read(path: Path, question: CodeQuestion) -> tuple[Expected, ...] | None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        found = frames.read_frame(descriptor)
        return tuple(_expected(probe, **one) for probe, one in zip(question.probes, found, strict=True))
    except (frames.FrameError, frames.ClosedError, OSError, TypeError, ValueError):
        return None  # damaged from outside
    finally:
        os.close(descriptor)


def _expected(probe: Probe, *, relations: tuple[Any, ...], **others: Any) -> Expected:
    return Expected(probe, relations=tuple(Relation(*one) for one in relations), **others)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock among processes; without one where the file system has none."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            stack.callback(os.close, descriptor)  # which gives up the lock
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
