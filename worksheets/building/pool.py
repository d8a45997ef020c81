"""Several pieces of work at once, each in a process of its own, that can be interrupted at any moment."""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from worksheets.building.execution import ExecutionError
from worksheets.building.files import LeakError, Progress
from worksheets.building.latex import LatexError
from worksheets.building.running import RunError
from worksheets.source import SourceError

Job = TypeVar("Job")
Result = TypeVar("Result")
EXPECTED = (SourceError, ExecutionError, LeakError, RunError, LatexError, OSError)
"""What may go wrong with a worksheet; anything else is an error of ours."""


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """The result of a piece of work, or why there is none."""

    result: Result | None = None
    error: Exception | None = None


def run(
    work: Callable[[Job, Progress], Result], jobs: Sequence[Job], progress: Progress | None = None, *, workers: int = 2
) -> list[Outcome[Result]]:
    """Do pieces of work in parallel and return what became of each, in order.

    Parameters
    ----------
    work:
        A function of a module, called with a job and something to tell progress to.
    jobs:
        What to do.
    progress:
        Called with what is being done, how much of all jobs is done in percent of one, and how much there is.
    workers:
        How many processes at once; a single job is done in this process.

    Raises
    ------
    KeyboardInterrupt
        After every process has been ended.
    """
    say = progress or (lambda *_: None)
    done = [0.0] * len(jobs)

    def tell(place: int, what: str, part: float) -> None:
        done[place] = part
        say(what, int(100 * sum(done)), 100 * len(jobs))

    if len(jobs) == 1 or workers == 1:
        return [_here(work, job, _told(tell, place)) for place, job in enumerate(jobs)]
    context = multiprocessing.get_context("spawn")
    outcomes: list[Outcome[Result] | None] = [None] * len(jobs)
    waiting = list(enumerate(jobs))
    running: dict[Connection, tuple[int, Any]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                place, job = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_there, args=(work, job, theirs), daemon=True)
                process.start()
                theirs.close()
                running[ours] = (place, process)
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                place, process = running[connection]
                try:
                    kind, content = connection.recv()
                except EOFError:
                    process.join()
                    kind, content = "outcome", Outcome(error=RunError(f"the process ended with {process.exitcode}"))
                if kind == "progress":
                    tell(place, *content)
                    continue
                outcomes[place] = content
                tell(place, "", 1.0)
                connection.close()
                process.join()
                del running[connection]
    except BaseException:
        for _, process in running.values():
            process.terminate()
        for _, process in running.values():
            process.join(10)
        raise
    return [outcome for outcome in outcomes if outcome is not None]


def _told(tell: Callable[[int, str, float], None], place: int) -> Progress:
    def say(what: str, done: int, total: int) -> None:
        tell(place, what, done / max(total, 1))

    return say


def _here(work: Callable[[Job, Progress], Result], job: Job, say: Progress) -> Outcome[Result]:
    try:
        return Outcome(result=work(job, say))
    except EXPECTED as error:
        return Outcome(error=error)


def _there(work: Callable[[Any, Progress], Any], job: Any, connection: Connection) -> None:
    """Do a job in a child; Ctrl-C is for the parent, which then ends us in an orderly way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)

    def say(what: str, done: int, total: int) -> None:
        connection.send(("progress", (what, done / max(total, 1))))

    outcome = _here(work, job, say)
    connection.send(("outcome", outcome))
    connection.close()


def _end(*_: Any) -> None:
    raise SystemExit(143)
