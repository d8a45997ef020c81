"""Functions of a file, called in a player: what stands behind `FILE:NAME` and `FILE:Class.method`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.submissions.files import Submission, read_submissions
from checks.submissions.player.frames import Opaque, Reference
from checks.submissions.sandbox import Loaded, Player, PlayerGoneError

CALL_SECONDS = 10.0

_KNOWN: dict[str, type[Exception]] = {
    kind.__name__: kind
    for kind in (TypeError, ValueError, NotImplementedError, ZeroDivisionError, IndexError, KeyError, AttributeError)
}


class TargetError(ValueError):
    """A target that cannot be had; the message says what is wrong with it and what there is."""


class CallError(RuntimeError):
    """A function of a file failed, or gave back nothing that can be compared; the message says how and where."""


@dataclass(frozen=True)
class Target:
    """The place of a function: a file, and the name of a function or of a class and its method."""

    path: Path
    name: str
    method: str = ""

    @classmethod
    def of(cls, text: str) -> "Target":
        """Read `FILE:NAME` or `FILE:Class.method`.

        Raises
        ------
        TargetError
            For any other text, a file that is not there, or one that is neither Python nor a notebook.
        """
        file, colon, name = text.rpartition(":")
        if not colon or not file or not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)?", name):
            raise TargetError(f"{text!r} names no function; write FILE:NAME or FILE:Class.method")
        path = Path(file)
        if path.suffix.lower() not in (".py", ".ipynb"):
            raise TargetError(f"{file!r} is neither a .py nor an .ipynb file")
        if not path.is_file():
            raise TargetError(f"there is no file {file!r}")
        first, _, method = name.partition(".")
        return cls(path, first, method)

    def __str__(self) -> str:
        return f"{self.path}:{self.name}" + (f".{self.method}" if self.method else "")


class Function:
    """A function of a file, that is called in a player.

    Parameters
    ----------
    player : Player
        In which the file was loaded.
    loaded : Loaded
        What was found in it.
    target : Target
        The function.

    Attributes
    ----------
    parameters : tuple of str
        The names of its parameters that have no default; empty if they are not known.
    defaults : tuple of str
        Those that have one.

    Raises
    ------
    TargetError
        There is no such function, or its class cannot be made without arguments.
    """

    def __init__(self, player: Player, loaded: Loaded, target: Target) -> None:
        self._player, self.target = player, target
        self.__name__ = target.method or target.name
        self._reference: str | Reference = target.name
        found = loaded.names.get(target.name)
        if found is None:
            raise TargetError(_no_such(target, loaded))
        kind, detail = found
        parameters = detail
        if target.method:
            parameters = self._of_method(kind, detail)
        elif kind == "value":
            raise TargetError(f"{target} is no function; it is a value of type {detail}")
        names = [name for name in parameters or () if not name.startswith("*")]
        self.parameters = tuple(name for name in names if not name.endswith("="))
        self.defaults = tuple(name[:-1] for name in names if name.endswith("="))

    def _of_method(self, kind: str, methods: Any) -> Any:
        name, method = self.target.name, self.target.method
        if kind != "class":
            raise TargetError(f"{self.target.path}: {name} is no class")
        if method not in methods:
            raise TargetError(
                f"{self.target.path}: {name} has no method {method!r}; it has {', '.join(methods) or 'none'}"
            )
        parameters = methods[method]
        if parameters and parameters[0] in ("self", "cls"):
            made = self._player.call(name)
            if made.error is not None or made.reference is None:
                what = made.error[1] if made.error else "nothing came back"
                raise TargetError(f"{self.target.path}: {name}() cannot be made without arguments: {what}")
            self._reference = made.reference
            return parameters[1:]
        return parameters

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it with copies of the arguments.

        Raises
        ------
        CallError
            It took too long, ended its process, or gave back something that is no number and no array.
        Exception
            What it raised, where that is a common exception of Python; else CallError.
        """
        answer = self._player.call(
            self._reference, arguments, named, attribute=self.target.method, seconds=CALL_SECONDS
        )
        if answer.error is not None:
            kind, text, cell, line = answer.error
            place = f" ({cell}, line {line})" if cell else ""
            message = f"{self.__name__} raised {kind}: {text}{place}"
            raise _KNOWN.get(kind, CallError)(message)
        _require_numbers(self.__name__, answer.value)
        return answer.value


def _require_numbers(name: str, value: Any) -> None:
    if value is None:
        raise CallError(f"{name} gave back None")
    if isinstance(value, Opaque):
        raise CallError(f"{name} gave back {value.type_name}, which is no number and no array")
    if isinstance(value, str):
        raise CallError(f"{name} gave back a text")
    for part in value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else ():
        _require_numbers(name, part)


def _no_such(target: Target, loaded: Loaded) -> str:
    there = [name for name, (kind, _) in loaded.names.items() if kind != "value"]
    message = f"{target.path}: there is no function {target.name!r}"
    if there:
        message += f"; there is {', '.join(there[:12])}"
    why = [f"{cell}, line {line}: {reason}" for cell, line, reason in loaded.unread]
    why += [f"{cell}, line {line}: {kind}: {text}" for cell, line, kind, text in loaded.failed]
    return message + (f" ({'; '.join(why[:3])})" if why else "")


def load_file(player: Player, path: Path, *, everything: bool = False) -> tuple[Submission, Loaded]:
    """Load a file's definitions (or all of it) into a player.

    Raises
    ------
    TargetError
        The file cannot be read, or its code ended the player.
    """
    (submission,) = read_submissions([path])
    if submission.problem:
        raise TargetError(f"{path}: {submission.problem}")
    try:
        return submission, player.load(submission.code, siblings=submission.siblings, everything=everything)
    except PlayerGoneError as error:
        raise TargetError(f"{path}: it could not be loaded: {error}") from error
