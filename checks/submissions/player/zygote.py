"""A clean process that imports NumPy once and forks a player for each submission: fast, and nothing leaks.

It is started without the user's environment or folders, goes into namespaces of its own where the system has them, and
never sees an answer. Each player is forked by a guard, which watches its time, ends it with everything that it started,
and reports how it ended.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import container
from .container import Limits

CONTROL = 3
"""The file descriptor of the socket to the judge."""

_exit = os._exit

FAULT = 70
"""The exit code of a player that could not be set up: our fault, not the submission's."""


def main() -> None:
    """Run as told by a JSON object (namespaces, staging, shown, hidden, code, path, preload) and a file descriptor."""
    told = json.loads(sys.argv[1])
    os.dup2(int(sys.argv[2]), CONTROL)
    os.closerange(CONTROL + 1, 65536)
    container.die_with_parent()
    if told["namespaces"]:
        try:
            _go_inside(told)
        except OSError as error:
            _say({"ready": False, "reason": str(error)})
            os._exit(1)
    sys.path[:] = told["path"]
    sys.modules[__package__].__path__ = [told["code"]]  # the rest of this package is found where it is shown
    importlib.import_module(".serving", __package__)
    importlib.import_module(".chance", __package__)
    for name in told["preload"]:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: S112 - a module that is not there or does not load is just not loaded
            continue
    gc.collect()
    gc.freeze()  # shared pages stay shared
    _say({"ready": True})
    _fork_players(told)


def _say(value: dict[str, Any]) -> None:
    with socket.socket(fileno=os.dup(CONTROL)) as control:
        control.sendall(json.dumps(value).encode() + b"\n")


def _go_inside(told: dict[str, Any]) -> None:
    """Leave the system's namespaces; what returns is the first process of a new one, its parent only waits."""
    if os.geteuid() != 0:
        container.enter_own_user_namespace()
    container.unshare(container.CHILD_SPACES)
    child = os.fork()
    if child:
        os.close(CONTROL)
        os.waitpid(child, 0)
        os._exit(0)
    container.die_with_parent()
    container.build_root(Path(told["staging"]), told["shown"], told["hidden"])


def _fork_players(told: dict[str, Any]) -> None:
    """Fork a guard with a player for each request, until the judge hangs up."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for guards: the judge hears from them
    control = socket.socket(fileno=CONTROL)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 65536, 2)
        if not message:
            return
        request = json.loads(message)
        if os.fork() == 0:
            control.close()
            try:
                _guard(told["namespaces"], Limits(**request["limits"]), request["slot"], *descriptors)
            except BaseException as error:
                traceback.print_exc()
                with contextlib.suppress(OSError):
                    os.write(descriptors[1], json.dumps({"why": "fault", "reason": repr(error)[:500]}).encode())
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _guard(namespaces: bool, limits: Limits, slot: int, data: int, status: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    if namespaces:
        container.unshare(container.CHILD_SPACES)
    else:
        container.become_subreaper()
    start = time.monotonic()
    player = os.fork()
    if player == 0:
        try:
            os.close(status)
            serve = _prepared(namespaces, limits, slot, data)
        except BaseException:
            traceback.print_exc()
            os._exit(FAULT)
        try:
            serve()
        finally:
            _exit(0)  # whatever the submission did to this interpreter
    os.close(data)
    why = _watched(player, status, start + limits.wall_seconds)
    os.kill(player, signal.SIGKILL)  # the first process of its namespace: the kernel ends all others with it
    _, code, used = os.wait4(player, 0)
    if not namespaces:
        container.end_descendants()
    report = {
        "why": why,
        "signal": os.WTERMSIG(code) if os.WIFSIGNALED(code) else 0,
        "exit": os.WEXITSTATUS(code) if os.WIFEXITED(code) else 0,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "memory_kilobytes": used.ru_maxrss,
    }
    with contextlib.suppress(OSError):  # the judge may have hung up
        os.write(status, json.dumps(report).encode())


def _watched(player: int, status: int, deadline: float) -> str:
    """Wait until the player ends, the judge hangs up or says stop, or the time is over; say which."""
    ended = os.pidfd_open(player)
    ready = select.poll()
    ready.register(ended, select.POLLIN)
    ready.register(status, select.POLLIN)
    events = {descriptor for descriptor, _ in ready.poll(max(0.0, deadline - time.monotonic()) * 1000)}
    os.close(ended)
    if not events:
        return "time"
    return "ended" if ended in events else "stopped"


def _prepared(namespaces: bool, limits: Limits, slot: int, data: int) -> Callable[[], None]:
    """Become a player: nothing is open but the way to the judge, nothing is allowed but to compute.

    Returns what serves the judge.
    """
    os.dup2(data, CONTROL)
    nothing = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(CONTROL + 1, 65536)
    stranger = container.STRANGERS + slot if namespaces and os.geteuid() == 0 else None
    if namespaces:
        container.own_folder(limits, os.geteuid() if stranger is None else stranger)
    else:
        folder = container.temporary_folder()
        os.chdir(folder)
    container.apply_limits(limits)
    container.give_up_all_power(stranger)
    os.environ.clear()
    os.environ.update(MPLBACKEND="Agg", HOME="/tmp", TMPDIR="/tmp", LANG="C.UTF-8", OPENBLAS_NUM_THREADS="1")  # noqa: S108
    sys.modules[f"{__package__}.chance"].make_repeatable()
    server = sys.modules[f"{__package__}.serving"].Server(CONTROL)
    return server.serve  # type: ignore[no-any-return]


__all__ = ["Limits", "asdict", "main"]

if __name__ == "__main__":
    main()
