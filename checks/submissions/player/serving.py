"""Answer the judge's calls: arguments come as a frame, results go back as one, until the judge hangs up."""

import io
import sys
import time
import warnings
from typing import Any

import numpy as np

from . import frames, loading
from .cells import Cell
from .frames import FrameError, Opaque, Reference

KEPT_LIMIT = 10_000
TEXT_KEPT = 4_000

_array_equal, _clock = np.array_equal, time.perf_counter


class Tail(io.TextIOBase):
    """A text stream that keeps what was written last."""

    def __init__(self) -> None:
        self.kept = ""

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Keep the end of the text."""
        self.kept = (self.kept + str(text)[-TEXT_KEPT:])[-TEXT_KEPT:]
        return len(text)


class Server:
    """Holds a submission's module and objects, and does what the judge asks.

    Parameters
    ----------
    descriptor : int
        Of the socket to the judge.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.objects: dict[int, Any] = {}
        self.module: Any = None
        self.finder: Any = None

    def serve(self) -> None:
        """Answer until the judge hangs up."""
        warnings.simplefilter("ignore")
        while True:
            try:
                nonce, request = frames.read_frame(self.descriptor)
            except frames.ClosedError:
                return
            out = Tail()
            sys.stdout = sys.stderr = out
            reply = self._answered(request)
            reply["output"] = out.kept
            try:
                frames.write_frame(self.descriptor, [nonce, reply])
            except FrameError as error:
                frames.write_frame(self.descriptor, [nonce, {"error": ["FrameError", str(error), "", 0]}])
            except frames.ClosedError:
                return

    def _answered(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return getattr(self, f"_do_{request['do']}")(**{key: part for key, part in request.items() if key != "do"})  # type: ignore[no-any-return]
        except loading.StepLateError:
            return {"error": ["Timeout", "it took too long", "", 0]}
        except (Exception, SystemExit, KeyboardInterrupt, GeneratorExit) as error:
            return {"error": [type(error).__name__[:200], _text_of(error), *_place_of(error)]}
        except BaseException as error:
            return {"error": [type(error).__name__[:200], _text_of(error), *_place_of(error)]}

    def _do_load(
        self, cells: list[list[str]], siblings: dict[str, str], everything: bool, cell_seconds: float, more: bool
    ) -> dict[str, Any]:
        if not more:
            self.module, self.finder = loading.new_module(siblings)
        found = loading.load(
            self.module, [Cell(*each) for each in cells], everything=everything, cell_seconds=cell_seconds
        )
        return {
            **found,
            "missing": self.finder.missing,
            "shadowed": self.finder.shadowed,
            "names": self._names(),
        }

    def _names(self) -> dict[str, list[Any]]:
        """Return for each public name what it is: ["function", parameters], ["class", methods] or ["value", type]."""
        found: dict[str, list[Any]] = {}
        for name, value in list(vars(self.module).items()):
            if name.startswith("__") or name in {"display", "get_ipython"} or len(found) > KEPT_LIMIT:
                continue
            if isinstance(value, type):
                if value.__module__ == loading.MODULE:
                    methods = {part: _parameters(method) for part, method in _methods(value)}
                    found[name] = ["class", methods]
            elif callable(value):
                found[name] = ["function", _parameters(value)]
            elif not isinstance(value, type(sys)):
                found[name] = ["value", type(value).__name__[:200]]
        return found

    def _do_call(
        self, target: Reference, args: list[Any], kwargs: dict[str, Any], seconds: float, attribute: str = ""
    ) -> dict[str, Any]:
        function = self._resolved(target)
        if attribute:
            function = getattr(function, attribute)
        arguments, named = self._resolved(args), self._resolved(kwargs)
        before = [part.copy() if type(part) is np.ndarray else None for part in (*arguments, *named.values())]
        with loading.at_most(seconds):
            start = _clock()
            value = function(*arguments, **named)
            taken = _clock() - start
        changed = [
            place
            for place, (was, part) in enumerate(zip(before, (*arguments, *named.values()), strict=True))
            if was is not None and not _array_equal(was, part, equal_nan=was.dtype.kind in "fc")
        ]
        return {"value": self._carried(value), "reference": self._kept(value), "changed": changed, "seconds": taken}

    def _do_get(self, target: Reference, attribute: str) -> dict[str, Any]:
        value = getattr(self._resolved(target), attribute)
        return {"value": self._carried(value), "reference": self._kept(value)}

    def _do_set(self, target: Reference, attribute: str, value: Any) -> dict[str, Any]:
        setattr(self._resolved(target), attribute, self._resolved(value))
        return {"value": None}

    def _resolved(self, value: Any) -> Any:
        """Return a value in which references are replaced by what they stand for."""
        if type(value) is Reference:
            if isinstance(value.key, str):
                return vars(self.module)[value.key]
            return self.objects[value.key]
        if type(value) is list:
            return [self._resolved(part) for part in value]
        if type(value) is tuple:
            return tuple(self._resolved(part) for part in value)
        if type(value) is dict:
            return {key: self._resolved(part) for key, part in value.items()}
        return value

    def _kept(self, value: Any) -> int:
        number = len(self.objects)
        if number >= KEPT_LIMIT:
            raise MemoryError("too many objects are kept")
        self.objects[number] = value
        return number

    def _carried(self, value: Any) -> Any:
        """Return a value as a frame can hold it; NumPy's own subclasses become what they are made of."""
        value = _plain(value)
        try:
            frames.encode(value)
        except FrameError as error:
            return Opaque(f"{type(value).__name__}: {error}"[:200])
        return value


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value in which NumPy's own kinds of arrays and the columns of tables are plain arrays."""
    kind = type(value)
    if depth < frames.DEPTH_LIMIT and kind in (list, tuple):
        return kind(_plain(part, depth + 1) for part in value)
    if depth < frames.DEPTH_LIMIT and kind is dict:
        return {key: _plain(part, depth + 1) for key, part in value.items()}
    if kind in (np.matrix, np.ma.MaskedArray, np.memmap):
        return np.asarray(value)
    if kind is np.ndarray and value.dtype == object and value.size <= frames.NODES_LIMIT:
        return value.tolist()
    if kind.__module__.partition(".")[0] in {"pandas", "jax", "jaxlib", "torch"}:
        return np.asarray(value)
    return value


def _parameters(function: Any) -> list[str] | None:
    """Return the names of a function's parameters, with a star for those that take all the rest; None if unknown."""
    import inspect

    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return None
    stars: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        stars.get(each.kind, "") + each.name + ("=" if each.default is not inspect.Parameter.empty else "")
        for each in parameters
    ][:100]


def _methods(kind: type) -> list[tuple[str, Any]]:
    return [(name, part) for name, part in vars(kind).items() if callable(part) or isinstance(part, staticmethod)][:200]


def _text_of(error: BaseException) -> str:
    try:
        return str(error)[:1000]
    except BaseException:
        return ""


def _place_of(error: BaseException) -> tuple[str, int]:
    """Return the cell and line of the submission in which an error arose."""
    place, trace = ("", 0), error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.endswith((".py", ">")) or name.startswith("cell "):
            place = (name[:200], trace.tb_lineno)
        trace = trace.tb_next
    return place
