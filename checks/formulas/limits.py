"""A time limit that interrupts exact work wherever it is; what ran out of time is undecided."""

import ctypes
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTimeError(BaseException):
    """The time limit was reached.

    Not an `Exception`: the algebra underneath catches those and would go on.
    """


@contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Raise `OutOfTimeError` in the block when it takes longer than this; None is without limit.

    Raises
    ------
    OutOfTimeError
        The time ran out. It is raised between two steps of Python, so a single long operation of a library ends first.
    """
    if seconds is None:
        yield
    elif threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        yield from _by_signal(seconds)
    else:
        yield from _by_timer(seconds)


AGAIN = 0.02
"""Seconds after which the alarm comes again, for an exception that was lost where it was raised."""

CLOCK: int = getattr(signal, "ITIMER_REAL", -1)
ALARM: int = getattr(signal, "SIGALRM", -1)
"""The clock of the limit and its signal; there are none on Windows, where a timer takes their place."""


def _by_signal(seconds: float) -> Iterator[None]:
    over = False

    def stop(number: int, frame: FrameType | None) -> None:
        if not over and not _is_lost_in(frame):
            raise OutOfTimeError

    waiting, interval = signal.getitimer(CLOCK)
    before = signal.signal(ALARM, stop)
    try:
        signal.setitimer(CLOCK, seconds, AGAIN)  # in here: on a busy machine the alarm may come before the next line
        yield
    finally:
        try:
            over = True
        finally:  # also when the alarm comes right here
            signal.setitimer(CLOCK, waiting, interval)
            signal.signal(ALARM, before)


def _is_lost_in(frame: FrameType | None) -> bool:
    """Tell whether an exception raised here would be swallowed: in a finaliser, or in what the collector calls."""
    while frame is not None:
        if frame.f_code.co_name in _COLLECTOR_CALLS:
            return True
        frame = frame.f_back
    return False


_COLLECTOR_CALLS = frozenset({"__del__", "gc_callback"})


def _by_timer(seconds: float) -> Iterator[None]:
    """Interrupt a thread that is not the main one, which gets no signals."""
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    done = threading.Event()
    lock = threading.Lock()

    def stop() -> None:
        with lock:
            if not done.is_set():
                raise_in(thread, ctypes.py_object(OutOfTimeError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            done.set()
        timer.cancel()
