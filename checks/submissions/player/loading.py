"""Run a submission's definitions, or all of it, in a module of its own, and say what went wrong where."""

import ast
import builtins
import importlib.abc
import importlib.machinery
import signal
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import cells as reading

MODULE = "submission"

NUMPY_1_NAMES: Mapping[str, Any] = {
    "float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex, "long": int,
    "float_": np.float64, "complex_": np.complex128, "Inf": np.inf, "Infinity": np.inf, "infty": np.inf, "PINF": np.inf,
    "NINF": -np.inf, "NaN": np.nan, "NAN": np.nan, "PZERO": 0.0, "NZERO": -0.0, "product": np.prod,
    "cumproduct": np.cumprod, "alltrue": np.all, "sometrue": np.any, "round_": np.round,
    "asfarray": lambda a: np.asarray(a, float),
    "row_stack": np.vstack, "in1d": np.isin, "mat": np.asmatrix, "cast": None,
}  # fmt: skip


class InputWantedError(RuntimeError):
    """`input()` was called: nobody is there to answer."""


class StepLateError(BaseException):
    """A cell took longer than it may; no `except Exception` of the submission catches it."""


class _Missing:
    """What a module that is not installed here gives: it may be named, and complains when it is used."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> "_Missing":
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(attribute)
        return _Missing(f"{self._name}.{attribute}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError(f"{self._name.partition('.')[0]} is not installed where submissions are run")

    def __mro_entries__(self, _: Any) -> tuple[type, ...]:
        return (object,)


class _MissingModule(types.ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__") and attribute.endswith("__"):
            raise AttributeError(attribute)
        return _Missing(f"{self.__name__}.{attribute}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Found last: the submission's own other files, and stand-ins for modules that are not installed.

    Parameters
    ----------
    siblings : dict
        Name of each other module of the submission and its text.

    Attributes
    ----------
    missing : list of str
        Modules for which a stand-in was given.
    shadowed : list of str
        Siblings that have the name of a module of Python; that one is used.
    """

    def __init__(self, siblings: Mapping[str, str]) -> None:
        self.siblings = dict(siblings)
        self.missing: list[str] = []
        self.shadowed = sorted(name for name in siblings if name in sys.stdlib_module_names or name in sys.modules)

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for what the submission imports and nobody found; a submodule of a real package stays missing.

        Installed packages try for modules of other systems or versions, and cope where there is none: a stand-in would
        mislead them.
        """
        if name not in self.siblings and not self._is_wanted_by_submission():
            return None
        parent = name.rpartition(".")[0]
        if parent and parent.partition(".")[0] not in self.missing:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=name not in self.siblings)

    def _is_wanted_by_submission(self) -> bool:
        """Tell whether the import that is going on stands in the submission's own code."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            name = frame.f_globals.get("__name__", "")
            # The import system calls us; a module of the submission may be anything that is no installed one.
            if frame.f_globals is not globals() and not str(name).startswith("importlib"):
                return name == MODULE or name in self.siblings
            frame = frame.f_back
        return False

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Return an empty module, or a stand-in."""
        return types.ModuleType(spec.name) if spec.name in self.siblings else _MissingModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run a sibling's definitions; a stand-in is only noted."""
        if module.__name__ not in self.siblings:
            self.missing.append(module.__name__)
            return
        found = reading.read([reading.Cell(f"{module.__name__}.py", self.siblings[module.__name__])])
        for statement in found.statements:
            if statement.defines:
                run_statement(statement, vars(module))


def new_module(siblings: Mapping[str, str]) -> tuple[types.ModuleType, Finder]:
    """Return the empty module that a submission fills, and the finder of what it imports."""
    for name, value in NUMPY_1_NAMES.items():
        if name not in vars(np) and value is not None:
            setattr(np, name, value)
    finder = Finder(siblings)
    sys.meta_path.append(finder)
    module = types.ModuleType(MODULE)
    sys.modules[MODULE] = module
    # Some submissions guard their experiments with the name of the main module; classes want a module that exists.
    vars(module).update(display=_nothing, get_ipython=_Shell)
    builtins.input = _no_input
    return module, finder


def _no_input(prompt: object = "") -> str:
    raise InputWantedError("input() was called; nobody is there to answer")


def _nothing(*_: Any, **__: Any) -> None:
    return None


class _Shell:
    """What `get_ipython()` gives: every magic does nothing."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return _nothing


def run_statement(statement: reading.Statement, namespace: dict[str, Any]) -> None:
    """Run one statement in a namespace."""
    tree = ast.Module([statement.node], type_ignores=[])
    exec(compile(tree, statement.cell, "exec"), namespace)  # noqa: S102 - this process exists to run such code


def load(
    module: types.ModuleType, cells: list[reading.Cell], *, everything: bool, cell_seconds: float
) -> dict[str, Any]:
    """Fill the module.

    Parameters
    ----------
    module : module
        From `new_module`.
    cells : list of Cell
        The submission's code.
    everything : bool
        Whether to run all statements, or only those that define something.
    cell_seconds : float
        How long a cell may take.

    Returns
    -------
    dict
        ``failed``: [[cell, line, type, text]] of statements that raised; ``unread``: [[cell, line, reason]];
        ``magics``: what was left out; ``left_out``: how many statements were not run.
    """
    found = reading.read(cells)
    failed: list[list[Any]] = []
    left_out = 0
    stopped = ""
    for statement in found.statements:
        if not (everything or statement.defines):
            left_out += 1
            continue
        if everything and statement.cell == stopped:
            continue  # as in a notebook: after an error the rest of the cell does not run
        try:
            with at_most(cell_seconds):
                run_statement(statement, vars(module))
        except StepLateError:
            failed.append([statement.cell, statement.line, "Timeout", f"took longer than {cell_seconds:g} s"])
            stopped = statement.cell
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            # A constant that needs what was not run is no failure of its own.
            if everything or isinstance(statement.node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
                failed.append([statement.cell, line_of(error, statement), type(error).__name__, str(error)[:500]])
            stopped = statement.cell
    unread = [[each.cell, each.line, each.reason[:300]] for each in found.unread]
    return {"failed": failed, "unread": unread, "magics": sorted(set(found.magics)), "left_out": left_out}


def line_of(error: BaseException, statement: reading.Statement) -> int:
    """Return the line of the submission's cell in which an error arose."""
    line, trace = statement.line, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == statement.cell:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise StepLateError in the block after so many seconds of wall-clock time."""

    def late(*_: Any) -> None:
        raise StepLateError

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
