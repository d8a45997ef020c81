"""Judges submissions on a Dask cluster: the same work as in processes of our own, sent to workers elsewhere.

The key and the submissions travel as data, and no worker needs our files. Who may send work to a cluster may run code
on it: it has to be one's own.
"""

import contextlib
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from checks.submissions.grading import Grader
from worksheets.grading import workers
from worksheets.grading.sheet import code_fingerprint

CONNECT_SECONDS = 30
_ADDRESS = re.compile(r"(?:[a-z]+://)?(?:\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+):\d{1,5}")

WAITING = 2
"""How many submissions wait for each thread of the cluster; the rest are not read yet."""


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message says why, and what to do."""


def on_cluster(address: str) -> workers.Judge:
    """Return what judges on the cluster of a scheduler's address, such as `tcp://10.0.0.1:8786`.

    Raises
    ------
    ClusterError
        It is no address, or Dask is not installed here. What is returned raises it where nobody answers, where there
        are no workers, and where a worker has another version of gradproof or of its libraries.
    """
    if not _ADDRESS.fullmatch(address):
        raise ClusterError(f"{address!r} is no address of a Dask scheduler; write it as tcp://10.0.0.1:8786")
    try:
        import distributed
    except ImportError as error:
        raise ClusterError("Dask is not installed; pip install 'gradproof[dask]'") from error

    def judge(setup: workers.Setup, jobs: Iterable[workers.Job]) -> Iterator[tuple[workers.Job, workers.Outcome]]:
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:  # a TimeoutError is an OSError, too
            raise ClusterError(f"no Dask scheduler answers at {address!r}") from error
        with client:
            threads = _usable(client)
            try:
                yield from _judged(client, replace(setup, answers=None), jobs, WAITING * threads)
            finally:
                with contextlib.suppress(Exception):  # the scheduler may have ended
                    client.run(_close)

    return judge


def _usable(client: Any) -> int:
    """Return how many threads the workers have; they have to run the same code as we do."""
    threads = sum(client.nthreads().values())
    if not threads:
        raise ClusterError("the Dask cluster has no workers; start some with 'dask worker ADDRESS'")
    others = [name for name, found in client.run(_version).items() if found != code_fingerprint()]
    if others:
        raise ClusterError(
            f"{len(others)} of the Dask workers ({others[0]}) have another version of gradproof, of its libraries or "
            "of Python; install the same as here"
        )
    return int(threads)


def _version() -> str:
    return code_fingerprint()


def _judged(
    client: Any, setup: workers.Setup, jobs: Iterable[workers.Job], most: int
) -> Iterator[tuple[workers.Job, workers.Outcome]]:
    from distributed import KilledWorker, as_completed

    # A task and no scattered data: when the worker that holds it dies, the scheduler makes it again.
    shared = client.submit(_same, setup, pure=False)
    waiting = iter(jobs)
    known: dict[str, workers.Job] = {}

    def sent(job: workers.Job) -> Any:
        future = client.submit(_judge, shared, job, pure=False)
        known[future.key] = job
        return future

    with client.as_current():
        running = as_completed([sent(job) for job in islice(waiting, most)])
    for future in running:
        job = known.pop(future.key)
        try:
            outcome = future.result()
        except KilledWorker:
            outcome = workers.fault(setup, "Judging it ended the workers that tried; a person decides.")
        yield job, outcome
        following = next(waiting, None)
        if following is not None:
            running.add(sent(following))


def _same(setup: workers.Setup) -> workers.Setup:
    return setup


# -- on the workers ----------------------------------------------------------------------------------------------------

_OWN = threading.local()
_ALL: list[Grader] = []
_LOCK = threading.Lock()


def _judge(setup: workers.Setup, job: workers.Job) -> workers.Outcome:
    """Judge one submission with the grader of this thread."""
    if getattr(_OWN, "setup", None) != setup or _OWN.grader not in _ALL:
        grader = workers.grader_of(setup)
        with _LOCK:
            if getattr(_OWN, "grader", None) in _ALL:
                _ALL.remove(_OWN.grader)
                _OWN.grader.close()
            _ALL.append(grader)
        _OWN.setup, _OWN.grader = setup, grader
    return workers.judged(_OWN.grader, setup, job)


def _close() -> None:
    """End the processes of all graders of this worker."""
    with _LOCK:
        while _ALL:
            _ALL.pop().close()
