"""The judge's side of a player: start it where it can do no harm, call its functions, end it.

with Sandbox() as sandbox, sandbox.player() as player:
    player.load([Cell("cell 1", "def f(x): return 2*x")])
    player.call("f", [np.arange(3.0)]).value
"""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from checks.submissions.player import frames
from checks.submissions.player.cells import Cell
from checks.submissions.player.container import Limits
from checks.submissions.player.frames import ClosedError, FrameError, LateError, Reference

FAULT = 70
"""The exit code of a player that could not be set up, as in `player.zygote`."""

START_SECONDS = 60.0
PATIENCE = 2.0
"""Seconds beyond a call's own limit before the player is ended from outside."""

OFFERED = ("numpy", "scipy", "matplotlib", "scikit-learn", "pandas", "pillow", "tqdm")
"""Distributions that a submission may import, where they are installed; what these need comes along."""

OWN = ("numeric/__init__.py", "numeric/arrays.py", "numeric/data")
"""What of our own code worksheets may use: the loaders of data, which hold no answers."""

PRELOADED = ("numpy", "numpy.random", "numpy.linalg", "numpy.ma")
"""`numpy.ma` because a player asks of every result whether it is a masked array."""

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{4,16}\b")

SYSTEM_FOLDERS = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo")


class IsolationError(RuntimeError):
    """The system has not what isolation needs; the message says what is missing and what may be done."""


class PlayerGoneError(RuntimeError):
    """The player ended before it answered.

    Attributes
    ----------
    why : str
        ``time`` (it took too long), ``memory or crash`` (it was killed), ``ended`` (it left), ``forged`` (what it sent
        was no answer to the question), ``fault`` (ours).
    """

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True)
class Answer:
    """What a call gave.

    Attributes
    ----------
    value : object
        Plain values, arrays, and `frames.Opaque` for what is neither.
    reference : Reference or None
        The value itself, on the player's side, as an argument of further calls.
    error : tuple or None
        Type, text, cell and line of the exception that was raised instead.
    changed : tuple of int
        Places of the array arguments that the call changed.
    seconds : float
        It took.
    output : str
        The end of what it printed.
    """

    value: Any = None
    reference: Reference | None = None
    error: tuple[str, str, str, int] | None = None
    changed: tuple[int, ...] = ()
    seconds: float = 0.0
    output: str = ""


@dataclass(frozen=True)
class Loaded:
    """What loading a submission found.

    Attributes
    ----------
    names : dict
        For each name: ``["function", parameters]``, ``["class", {method: parameters}]`` or ``["value", type]``.
    failed : list
        ``[cell, line, type, text]`` of each statement that raised.
    unread : list
        ``[cell, line, reason]`` of each cell that is not Python.
    missing : list
        Modules that are not installed here; stand-ins complain when they are used.
    shadowed : list
        Files of the submission that have the name of a module of Python.
    left_out : int
        How many statements were not run.
    output : str
        The end of what was printed.
    """

    names: dict[str, list[Any]] = field(default_factory=dict)
    failed: list[list[Any]] = field(default_factory=list)
    unread: list[list[Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    shadowed: list[str] = field(default_factory=list)
    left_out: int = 0
    output: str = ""


def has_namespaces() -> bool:
    """Tell whether this system lets us make the namespaces that isolation needs, by trying."""
    with contextlib.suppress(IsolationError), Sandbox(preload=()):
        return True
    return False


class Sandbox:
    """A clean process from which players are forked.

    Parameters
    ----------
    isolation : {"namespaces", "limits"}
        ``limits`` asks for no namespaces: processor time, memory, files and processes are limited, but the code may
        read what the user may read, and use the network.
    preload : sequence of str
        Modules to import before the first player: each player then has them without delay.
    offered : sequence of str
        Distributions that submissions may import.
    hash_seed : int
        Of the hashes of texts, on which the order of sets depends.

    Raises
    ------
    IsolationError
        Namespaces are wanted and cannot be had.
    """

    def __init__(
        self,
        isolation: str = "namespaces",
        *,
        preload: Sequence[str] = PRELOADED,
        offered: Sequence[str] = OFFERED,
        hash_seed: int = 0,
    ) -> None:
        if isolation not in ("namespaces", "limits"):
            raise ValueError(f"isolation must be 'namespaces' or 'limits', not {isolation!r}")
        self.isolation = isolation
        self._preload, self._offered, self._hash_seed = tuple(preload), tuple(offered), hash_seed
        self._folder: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = threading.Lock()
        self._slot = 0

    def __enter__(self) -> Self:
        if sys.platform != "linux" and self.isolation == "namespaces":
            raise IsolationError(_without("this system is not Linux"))
        self._folder = tempfile.mkdtemp(prefix="gradproof-")
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = self._started(theirs)
            self._control = ours
            self._wait_until_ready()
        except BaseException:
            self._control = ours
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and all players; nothing of them is left."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def player(self, limits: Limits | None = None) -> "Player":
        """Fork a player.

        Parameters
        ----------
        limits : Limits, optional
            What it may use.
        """
        limits = limits or Limits()
        data, their_data = socket.socketpair()
        status, their_status = socket.socketpair()
        with their_data, their_status, self._lock:
            assert self._control is not None, "use the sandbox in a with statement"
            self._slot = (self._slot + 1) % 1000
            request = json.dumps({"limits": asdict(limits), "slot": self._slot}).encode()
            try:
                socket.send_fds(self._control, [request], [their_data.fileno(), their_status.fileno()])
            except OSError as error:
                data.close()
                status.close()
                raise PlayerGoneError("sandbox", "the sandbox has ended") from error
        return Player(data, status, limits)

    def _started(self, theirs: socket.socket) -> "subprocess.Popen[bytes]":
        assert self._folder is not None
        namespaces = self.isolation == "namespaces"
        code = Path(frames.__file__).parent
        site = _offered_modules(self._offered)
        if namespaces:
            shown, hidden, path = _inside(code, site)
        else:
            shown, hidden, path = {}, [], [*sys_path_of_python(), *_linked(self._folder, code, site)]
        staging = Path(self._folder, "root")
        staging.mkdir()
        told = {
            "namespaces": namespaces, "staging": str(staging), "shown": shown, "hidden": hidden,
            "code": "/player/code/player" if namespaces else str(code), "path": path, "preload": self._preload,
        }  # fmt: skip
        start = f"import sys; sys.path.insert(0, {str(code.parent)!r}); from player.zygote import main; main()"
        return subprocess.Popen(  # noqa: S603 - our own interpreter and code
            # Not -I: the seed of hashes is told by the environment, which holds nothing but what stands here.
            [sys.executable, "-s", "-P", "-S", "-B", "-c", start, json.dumps(told), str(theirs.fileno())],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
            env={"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "Agg",
                 "LANG": "C.UTF-8", "PYTHONHASHSEED": str(self._hash_seed),
                 "MPLCONFIGDIR": "/tmp"},  # noqa: S108 - inside, a folder of its own
            pass_fds=(theirs.fileno(),), start_new_session=True,
        )  # fmt: skip

    def _wait_until_ready(self) -> None:
        assert self._control is not None
        self._control.settimeout(START_SECONDS)
        try:
            line = self._control.makefile("rb").readline(10_000)
        except TimeoutError as error:
            raise IsolationError("the sandbox did not start within a minute") from error
        said = json.loads(line) if line else {"ready": False, "reason": "the process ended at once"}
        if not said["ready"]:
            raise IsolationError(_without(str(said["reason"])))
        self._control.settimeout(None)


def _without(reason: str) -> str:
    return (
        f"submissions cannot be isolated here ({reason}): their code could read your files and use the network. "
        "Run on Linux with user namespaces enabled, or accept limits of time and memory alone with --isolation=limits"
    )


def sys_path_of_python() -> list[str]:
    """Return where Python's own library lies."""
    library = sysconfig.get_paths()["stdlib"]
    return [path for path in (library, str(Path(library, "lib-dynload"))) if os.path.isdir(path)]


def _offered_modules(offered: Iterable[str]) -> dict[str, str]:
    """Return the top-level files and folders of the offered distributions and of all that they need, by name."""
    found: dict[str, str] = {}
    waiting, seen = list(offered), set()
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for needed in distribution.requires or []:
            waiting += [] if "extra ==" in needed else [_name_of(needed)]
        for file in distribution.files or []:
            top = file.parts[0]
            if top not in {"..", "bin", "__pycache__"} and not top.endswith((".pth", ".egg-link")):
                found.setdefault(top, str(distribution.locate_file(top)))
    root = Path(__file__).parents[2]
    found |= {name: str(root / name) for name in OWN}
    return {name: path for name, path in found.items() if os.path.exists(path)}


def _name_of(requirement: str) -> str:
    for place, letter in enumerate(requirement):
        if not (letter.isalnum() or letter in "-_."):
            return requirement[:place]
    return requirement


def _inside(code: Path, site: Mapping[str, str]) -> tuple[dict[str, str], list[str], list[str]]:
    """Return what a player sees (inside: outside), what is covered up, and its search path."""
    shown = {folder: folder for folder in SYSTEM_FOLDERS if os.path.exists(folder) and not os.path.islink(folder)}
    python = sys_path_of_python()
    for folder in (*python, str(Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib"))):
        if not any(_within(folder, one) for one in shown):
            shown[folder] = folder
    hidden = [str(Path(folder, name)) for folder in python for name in ("site-packages", "dist-packages")]
    hidden += ["/usr/lib/python3/dist-packages"]
    for name, path in site.items():
        shown[f"/player/site/{name}"] = os.path.realpath(path)
    shown["/player/code/player"] = str(code)
    return shown, hidden, [*python, "/player/code", "/player/site"]


def _within(path: str, folder: str) -> bool:
    return (
        os.path.realpath(path) == os.path.realpath(folder)
        or Path(os.path.realpath(folder)) in Path(os.path.realpath(path)).parents
    )


def _linked(folder: str, code: Path, site: Mapping[str, str]) -> list[str]:
    """Make folders in which only the player's code and the offered modules are found."""
    for place, names in (("code", {"player": str(code)}), ("site", site)):
        Path(folder, place).mkdir()
        for name, path in names.items():
            link = Path(folder, place, name)
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(path)
    return [str(Path(folder, "code")), str(Path(folder, "site"))]


class Player:
    """A process with a submission in it.

    Parameters
    ----------
    data, status : socket
        To the player, and to its guard.
    limits : Limits
        What it may use.
    """

    def __init__(self, data: socket.socket, status: socket.socket, limits: Limits) -> None:
        self._data, self._status, self.limits = data, status, limits
        self._deadline = time.monotonic() + limits.wall_seconds + PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the player and everything that it started."""
        self._data.close()
        self._status.close()

    def load(
        self,
        cells: Sequence[Cell],
        *,
        siblings: Mapping[str, str] | None = None,
        everything: bool = False,
        cell_seconds: float = 10.0,
        more: bool = False,
    ) -> Loaded:
        """Load a submission.

        Parameters
        ----------
        cells : sequence of Cell
            Its code.
        siblings : dict, optional
            Names and texts of the other modules that came with it.
        everything : bool
            Whether to run all statements, or only those that define something.
        cell_seconds : float
            How long each may take.
        more : bool
            Whether these cells come after those that were loaded before, in the same module.

        Raises
        ------
        PlayerGoneError
            The player ended while it loaded.
        """
        said = self._asked(
            {
                "do": "load", "cells": [[cell.name, cell.source] for cell in cells], "siblings": dict(siblings or {}),
                "everything": everything, "cell_seconds": float(cell_seconds), "more": more,
            },
            None,
        )  # fmt: skip
        if "error" in said:
            raise PlayerGoneError("ended", f"loading failed: {said['error'][0]}: {said['error'][1]}")
        try:
            return _checked_loaded(said)
        except (TypeError, ValueError, KeyError) as error:
            raise PlayerGoneError("forged", "what the player says of its names is malformed") from error

    def call(
        self,
        target: str | Reference,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        attribute: str = "",
        seconds: float = 5.0,
    ) -> Answer:
        """Call a function, a class, or a method of an object.

        Parameters
        ----------
        target : str or Reference
            A name of the submission, or an object of an earlier answer.
        args, kwargs
            Plain values, arrays and references; the player gets copies.
        attribute : str
            The method to call.
        seconds : float
            How long it may take.

        Returns
        -------
        Answer
            The value, or the error that was raised; a call that took too long has the error ``Timeout``.

        Raises
        ------
        PlayerGoneError
            The player ended or could not be interrupted; it has to be started anew.
        """
        request = {
            "do": "call", "target": Reference(target) if isinstance(target, str) else target, "args": list(args),
            "kwargs": dict(kwargs or {}), "attribute": attribute, "seconds": float(seconds),
        }  # fmt: skip
        return self._answer(self._asked(request, seconds))

    def get(self, target: Reference, attribute: str) -> Answer:
        """Return an attribute of an object; errors as for `call`."""
        return self._answer(self._asked({"do": "get", "target": target, "attribute": attribute}, 5.0))

    def set(self, target: Reference, attribute: str, value: Any) -> Answer:
        """Set an attribute of an object; errors as for `call`."""
        return self._answer(self._asked({"do": "set", "target": target, "attribute": attribute, "value": value}, 5.0))

    def _asked(self, request: dict[str, Any], seconds: float | None) -> dict[str, Any]:
        deadline = self._deadline
        if seconds is not None:
            deadline = min(deadline, time.monotonic() + seconds + PATIENCE)
        nonce = secrets.token_hex(8)
        try:
            frames.write_frame(self._data.fileno(), [nonce, request], deadline)
            reply = frames.read_frame(self._data.fileno(), deadline)
        except LateError as error:
            self._stop()
            raise PlayerGoneError("time", "the time was over") from error
        except ClosedError as error:
            raise self._gone() from error
        except FrameError as error:
            self._stop()
            raise PlayerGoneError("forged", f"what came back is no answer: {error}") from error
        if not (isinstance(reply, list) and len(reply) == 2 and reply[0] == nonce and isinstance(reply[1], dict)):
            self._stop()
            raise PlayerGoneError("forged", "what came back answers another question")
        return reply[1]

    def _answer(self, said: dict[str, Any]) -> Answer:
        output = said.get("output", "")
        output = without_addresses(output) if isinstance(output, str) else ""
        if "error" in said:
            error = said["error"]
            kinds = (str, str, str, int)
            if not (
                isinstance(error, list)
                and len(error) == len(kinds)
                and all(isinstance(part, kind) for part, kind in zip(error, kinds, strict=True))
            ):
                self._stop()
                raise PlayerGoneError("forged", "an error is malformed")
            kind, text, cell, line = error
            return Answer(error=(kind, without_addresses(text), cell, line), output=output)
        reference = said.get("reference")
        changed = said.get("changed", [])
        return Answer(
            said.get("value"),
            Reference(reference) if type(reference) is int else None,
            None,
            tuple(place for place in changed if type(place) is int) if isinstance(changed, list) else (),
            seconds if isinstance(seconds := said.get("seconds"), float) else 0.0,
            output,
        )

    def _stop(self) -> None:
        with contextlib.suppress(OSError):
            self._status.send(b"s")

    def _gone(self) -> PlayerGoneError:
        """Ask the guard how the player ended."""
        self._status.settimeout(PATIENCE)
        try:
            report = json.loads(self._status.recv(4096) or b"{}")
        except (OSError, ValueError):
            report = {}
        if report.get("why") == "time":
            return PlayerGoneError("time", "the time for the whole submission was over")
        if report.get("why") == "fault" or report.get("exit") == FAULT:
            return PlayerGoneError("fault", f"the player could not be set up: {report.get('reason', 'see its limits')}")
        number = report.get("signal", 0)
        if number == signal.SIGXCPU or (
            number == signal.SIGKILL and report.get("cpu_seconds", 0) >= self.limits.cpu_seconds - 1
        ):
            return PlayerGoneError("time", f"it used {self.limits.cpu_seconds} s of processor time")
        if number:
            return PlayerGoneError("crash", f"the process was ended by {signal.Signals(number).name}")
        return PlayerGoneError("ended", "the code ended its own process")


def _checked_loaded(said: Mapping[str, Any]) -> Loaded:
    """Return what a player says of a submission, with nothing in it but lists and texts of the expected kinds."""

    def rows(name: str, kinds: tuple[type, ...]) -> list[list[Any]]:
        return [[kind(part) for kind, part in zip(kinds, row, strict=True)] for row in list(said[name])[:10_000]]

    def names(value: Any) -> Iterator[tuple[str, list[Any]]]:
        for name, (kind, detail) in value.items():
            if kind == "class":
                yield str(name), ["class", {str(method): _texts(parameters) for method, parameters in detail.items()}]
            elif kind == "function":
                yield str(name), ["function", _texts(detail)]
            else:
                yield str(name), ["value", str(detail)]

    return Loaded(
        names=dict(names(said["names"])),
        failed=[[*place, without_addresses(text)] for *place, text in rows("failed", (str, int, str, str))],
        unread=rows("unread", (str, int, str)),
        missing=[str(name) for name in said["missing"]],
        shadowed=[str(name) for name in said["shadowed"]],
        left_out=int(said["left_out"]),
        output=str(said.get("output", "")),
    )


def without_addresses(text: str) -> str:
    """Return a text without the addresses of objects, which differ from run to run."""
    return _ADDRESS.sub("at …", text)


def _texts(parameters: Any) -> list[str] | None:
    return None if parameters is None else [str(each) for each in parameters]
