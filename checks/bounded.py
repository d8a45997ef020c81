"""A process of its own for questions that may cost too much: it is stopped at a limit of time, and has one of memory.

A time limit within Python cannot interrupt a library that is in the middle of one long operation, and a library that
gets no memory may end the process it runs in. So the question goes to a process that may be ended; the next question
starts another one. It speaks in lines: one question in, one answer out.
"""

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from types import TracebackType
from typing import IO, Self

MEMORY = 1024
START = 120.0
READY = "ready"
RETIRES = "\tretires"
"""Stands at the end of an answer after which the process ends of itself, to give its memory back."""


class LateError(Exception):
    """No answer came within the limit, and the process was ended."""


class EndedError(Exception):
    """The process ended before it answered, most often because it got no more memory."""


class Bounded:
    """A module that answers lines, run in a process with a limit of memory.

    Parameters
    ----------
    module:
        Run as `python -m module MEMORY`; it limits itself by `limit_memory`, calls `end_with_parent`, prints `ready`,
        and then answers each line with one line, until there are no more.
    memory:
        Limit in MiB of the memory that the process may have in all.
    """

    def __init__(self, module: str, *, memory: int = MEMORY) -> None:
        self.module = module
        self.memory = memory
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._errors: IO[bytes] | None = None
        self._fresh = True
        self.answered = False
        """Whether a process of this module ever became ready to answer."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the process if it does not run, without waiting for it.

        A first question waits by itself; who has something else to do meanwhile calls this before.
        """
        if self._process is not None:
            return
        paths = [path for path in sys.path if path]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            [sys.executable, "-P", "-m", self.module, str(self.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            errors="surrogatepass",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
        )
        self._lines = queue.SimpleQueue()
        threading.Thread(target=_passed_on, args=(self._process.stdout, self._lines), daemon=True).start()
        self._fresh = True

    def ask(self, question: str, seconds: float) -> str:
        """Return the answer to a line.

        Raises
        ------
        LateError, EndedError
            There is none. The next question starts another process.
        """
        self.start()
        if self._fresh:
            if self._next(START) != READY:
                raise EndedError(self._last_words())
            self._fresh = False
            self.answered = True
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(question.replace("\n", " ") + "\n")
            process.stdin.flush()
        except OSError:
            raise EndedError(self._last_words()) from None
        found = self._next(seconds)
        if found.endswith(RETIRES):
            self.close()
        return found.removesuffix(RETIRES)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, self._errors):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:  # what was still to be written to a process that is gone
                        continue

    def _next(self, seconds: float) -> str:
        try:
            found = self._lines.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise LateError from None
        if found is None:
            raise EndedError(self._last_words())
        return found.removesuffix("\n")

    def _last_words(self) -> str:
        """End the process, and return the end of what it wrote to standard error."""
        assert self._process is not None
        assert self._errors is not None
        self._process.kill()
        self._process.wait()
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 500))
        words = self._errors.read().decode("utf-8", "replace").strip()
        self.close()
        return words


def _passed_on(stream: IO[str], lines: "queue.SimpleQueue[str | None]") -> None:
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


# -- the other side ---------------------------------------------------------------------------------


def end_with_parent(seconds: float = 1.0) -> None:
    """From now on end this process once the one that started it is gone, in the middle of a question too.

    Parameters
    ----------
    seconds:
        How often to look. (The kernel's own signal speaks of the thread that started a process, not of its process.)
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(seconds)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def limit_memory(mebibytes: int) -> bool:
    """Let this process have no more memory than this; False where the system has no such limit."""
    try:
        import resource
    except ImportError:  # Windows
        return False
    try:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = mebibytes * 2**20
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
    except (ValueError, OSError):  # macOS knows the limit but does not take it
        return False
    return True


def memory_in_use() -> int:
    """Return the most memory in MiB that this process has had so far; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (2**20 if sys.platform == "darwin" else 2**10))
