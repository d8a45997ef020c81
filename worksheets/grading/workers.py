"""Processes that judge submissions. One that dies takes one submission with it, which another one tries once more."""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from checks.submissions.files import Submission
from checks.submissions.grading import Grader, Settings

TRIES = 2
PATIENCE = 10.0
FAREWELL = 5.0
"""Seconds that a worker has to tidy up once the process that started it is gone."""


@dataclass(frozen=True)
class Setup:
    """What a worker needs to know: the answer key, how code is run and kept apart, the seed, where answers are kept."""

    key: Mapping[str, Any]
    isolation: str
    settings: Settings
    seed: int
    answers: Path | None


@dataclass(frozen=True)
class Job:
    """A submission to judge: the name of its record, the submission, the key where it is that of a variant."""

    record: str
    submission: Submission
    key: Mapping[str, Any] | None = None


Outcome = dict[str, Any]


def grader_of(setup: Setup) -> Grader:
    """Return the grader of a setup."""
    return Grader(setup.key, isolation=setup.isolation, settings=setup.settings, seed=setup.seed, folder=setup.answers)


def judged(grader: Grader, setup: Setup, job: Job) -> Outcome:
    """Judge one submission; whatever goes wrong is said of this submission and of no other."""
    try:
        return grader.grade(job.submission, job.key)
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        AssertionError,
    ) as error:
        return fault(setup, f"Our own error: {type(error).__name__}: {error}"[:300])


def fault(setup: Setup, reason: str) -> Outcome:
    """Return the outcome of a submission that we could not judge, by our own fault: a person decides."""
    from checks.submissions.grading import unreadable

    found = unreadable(setup.key, reason)
    for question in found["questions"]:
        question |= {"status": "fault", "points": None, "open": question["out_of"], "finding": "our fault"}
    return {**found, "status": "fault", "open": found["out_of"], "transient": True}


def here(setup: Setup, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
    """Judge submissions in this process, one after the other."""
    with grader_of(setup) as grader:
        for job in jobs:
            yield job, judged(grader, setup, job)


def parallel(setup: Setup, jobs: Iterable[Job], workers: int) -> Iterator[tuple[Job, Outcome]]:
    """Judge submissions in processes, and yield each as it is done.

    Jobs are taken as they are needed: no more of them are in memory than there are workers.
    """
    waiting = iter(jobs)
    again: deque[tuple[Job, int]] = deque()
    crew = _Crew(setup)
    try:
        exhausted = False
        while True:
            while len(crew.busy) < workers:
                if again:
                    job, tries = again.popleft()
                else:
                    following = None if exhausted else next(waiting, None)
                    if following is None:
                        exhausted = True
                        break
                    job, tries = following, 1
                crew.give(job, tries)
            if not crew.busy:
                return
            for job, tries, outcome in crew.done():
                if outcome is not None:
                    yield job, outcome
                elif tries < TRIES:
                    again.append((job, tries + 1))
                else:
                    yield job, fault(setup, "Judging it ended our own process, twice; a person decides.")
    finally:
        crew.close()


class _Crew:
    """Workers, those that are busy with their jobs."""

    def __init__(self, setup: Setup) -> None:
        self._context: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
        if sys.platform == "linux":
            self._context.set_forkserver_preload(["worksheets.grading.workers"])
        self._setup = setup
        self._idle: list[tuple[Connection, Any]] = []
        self.busy: dict[Connection, tuple[Any, Job, int]] = {}

    def give(self, job: Job, tries: int) -> None:
        connection, process = self._idle.pop() if self._idle else self._hired()
        with contextlib.suppress(OSError):  # it died while idle: `done` finds that out
            connection.send(job)
        self.busy[connection] = (process, job, tries)

    def done(self) -> Iterator[tuple[Job, int, Outcome | None]]:
        """Wait for some; yield each job with its outcome, None where the worker died."""
        for connection in wait(list(self.busy)):
            assert isinstance(connection, Connection)
            process, job, tries = self.busy.pop(connection)
            try:
                outcome = connection.recv()
            except (EOFError, OSError):
                connection.close()
                process.join()
                yield job, tries, None
                continue
            if isinstance(outcome, BaseException):
                self._idle.append((connection, process))
                raise outcome
            self._idle.append((connection, process))
            yield job, tries, outcome

    def close(self) -> None:
        every = [*self._idle, *((connection, process) for connection, (process, _, _) in self.busy.items())]
        for connection, _ in every:
            connection.close()
        for _, process in every:
            process.join(PATIENCE if process not in [busy for busy, _, _ in self.busy.values()] else 0.5)
            if process.is_alive():
                process.terminate()
                process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        self._idle, self.busy = [], {}

    def _hired(self) -> tuple[Connection, Any]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(self._setup, theirs), daemon=True)
        process.start()
        theirs.close()
        return ours, process


def _work(setup: Setup, connection: Connection) -> None:
    """Judge what comes, until whoever sends hangs up or says stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started us
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        with grader_of(setup) as grader:
            while True:
                try:
                    job = connection.recv()
                except (EOFError, OSError):
                    return
                outcome = judged(grader, setup, job)
                try:
                    connection.send(outcome)
                except OSError:
                    return
    except Exception as error:
        _say(connection, error)


def _end_with_parent() -> None:
    """Wait until whoever started this process is gone, however it ended, and stop: nobody takes the outcome any more.

    The pipe alone would tell only between two jobs, and the kernel's signal at the death of a parent would speak of the
    fork server, which lives as long as its workers.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)  # in the main thread: players end, temporary folders go
    threading.Event().wait(FAREWELL)
    os._exit(143)  # the kernel ends the players with it


def _say(connection: Connection, error: Exception) -> None:
    try:
        connection.recv()
        connection.send(error)
    except (EOFError, OSError):
        return


def _stop(*_: Any) -> None:
    raise SystemExit(143)


Judge = Callable[[Setup, Iterable[Job]], Iterator[tuple[Job, Outcome]]]
