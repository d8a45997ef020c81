"""Which statements of a notebook's cells define something, and what stands in the way of reading the others.

Nothing is run here. A cell is split into its top-level statements; a statement is a *definition* when running it has no
purpose but to give something a name: imports, functions, classes, constants, rebindings, methods put on classes.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CELL_MAGICS_THAT_RUN_PYTHON = frozenset({"time", "timeit", "capture", "prun", "python", "python3", "pypy", "notebook"})
LENGTH_LIMIT = 2_000_000

_MAKERS = """
array asarray zeros ones empty full eye identity arange linspace logspace diag reshape transpose copy astype concatenate
stack vstack hstack sqrt log exp deg2rad float16 float32 float64 int32 int64 bool_ finfo iinfo
vectorize frompyfunc default_rng RandomState
partial namedtuple dataclass jit njit lru_cache cache property staticmethod classmethod
range float int complex str bool list tuple dict set frozenset len abs min max sum round slice object
"""
MAKERS = frozenset(_MAKERS.split())
"""Calls that a constant or a rebinding may make: they build a value and do nothing else."""


@dataclass(frozen=True)
class Cell:
    """A code cell as it stands in the submission.

    Attributes
    ----------
    name : str
        How people find it: "cell 7", or the name of a file.
    source : str
        Its text.
    """

    name: str
    source: str


@dataclass(frozen=True)
class Statement:
    """One top-level statement of a cell.

    Attributes
    ----------
    cell : str
        The name of its cell.
    line : int
        Its first line in the cell, from 1.
    node : ast.stmt
        Its tree.
    defines : bool
        Whether it is a definition.
    """

    cell: str
    line: int
    node: ast.stmt
    defines: bool


@dataclass(frozen=True)
class Unread:
    """A cell that could not be read, and why."""

    cell: str
    line: int
    reason: str


@dataclass
class Reading:
    """All statements of a submission in order, what could not be read, and what was left out of the text."""

    statements: list[Statement] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    magics: list[str] = field(default_factory=list)


def read(cells: list[Cell]) -> Reading:
    """Split cells into statements.

    Parameters
    ----------
    cells : list of Cell
        In the order of the notebook.

    Returns
    -------
    Reading
        What is Python; a cell with an error of syntax is taken apart, so that its other statements are kept.
    """
    reading = Reading()
    classes: set[str] = set()
    for cell in cells:
        source = _without_magics(cell, reading)
        if source is None:
            continue
        for first, text in _parts(cell, source, reading):
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef):
                    classes.add(node.name)
                reading.statements.append(Statement(cell.name, first + node.lineno - 1, node, _defines(node, classes)))
    return reading


def _without_magics(cell: Cell, reading: Reading) -> str | None:
    """Return the text with magics, shell lines and help lines blanked out; None for a cell that is no Python."""
    if len(cell.source) > LENGTH_LIMIT:
        reading.unread.append(Unread(cell.name, 1, f"the cell has {len(cell.source):,} characters"))
        return None
    text = cell.source.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\x00", "")
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("%%"):
        magic = first.lstrip()[2:].split(maxsplit=1)[0] if first.strip() != "%%" else ""
        reading.magics.append(f"%%{magic}")
        if magic not in CELL_MAGICS_THAT_RUN_PYTHON:
            return None
        lines[lines.index(first)] = ""
    if not any(re.match(r"\s*[%!?]|.*\?\s*$", line) for line in lines):
        return "\n".join(lines)
    try:
        ast.parse("\n".join(lines))
        return "\n".join(lines)  # a line of a multi-line text may begin with % or !
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(_blanked(lines, reading))


def _blanked(lines: list[str], reading: Reading) -> Iterator[str]:
    for line in lines:
        stripped = line.strip()
        assigned = re.match(r"\s*[\w, ]+=\s*[%!]", line)
        if stripped[:1] in {"%", "!", "?"} or assigned or re.fullmatch(r"[\w.]+\?{1,2}", stripped):
            reading.magics.append(stripped.split(maxsplit=1)[0])
            yield re.match(r"\s*", line).group() + "pass"  # type: ignore[union-attr]
        else:
            yield line


def _parts(cell: Cell, source: str, reading: Reading) -> Iterator[tuple[int, str]]:
    """Yield the parts of a cell that can be parsed, each with the line on which it begins."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = error.lineno if isinstance(error, SyntaxError) and error.lineno else 1
        reading.unread.append(Unread(cell.name, line, explained(error, source)))
    except (RecursionError, MemoryError):
        reading.unread.append(Unread(cell.name, 1, "the code is nested too deeply"))
        return
    else:
        yield 1, source
        return
    for first, block in _blocks(source):
        try:
            ast.parse(block)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        yield first, block


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """Yield pieces that begin at a line without indentation, decorators and `else` kept with what they belong to."""
    lines = source.split("\n")
    begins = [
        number
        for number, line in enumerate(lines)
        if line[:1].strip()
        and not line.startswith((")", "]", "}", "#", "else", "elif", "except", "finally", '"""', "'''"))
        and not (number and lines[number - 1].startswith("@"))
    ]
    for begin, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        yield begin + 1, "\n".join(lines[begin:end])


def explained(error: SyntaxError | ValueError, source: str) -> str:
    """Say what is wrong in words that help: old Python, tabs, a missing colon, an unfinished TODO."""
    if isinstance(error, TabError):
        return "tabs and spaces are mixed in the indentation"
    if not isinstance(error, SyntaxError):
        return str(error)
    lines = source.split("\n")
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    return _as_python_2(line, error.msg or "") or f"{error.msg}: {line.strip()[:60]!r}"


def _as_python_2(line: str, message: str) -> str:
    """Say how a line of Python 2 is written today; "" for any other line."""
    shown = f"this is Python 2: {line.strip()[:60]!r}"
    if re.match(r"\s*print\s+[^(\s]", line) or "Missing parentheses in call to 'print'" in message:
        return f"{shown}; print is a function now"
    if re.search(r"\bexcept\s+\w+\s*,\s*\w+\s*:", line):
        return f"{shown}; write 'except X as e:'"
    if re.match(r"\s*(exec|raise)\s+\S+\s*,", line) or "<>" in line:
        return shown
    return ""


# -- what defines ------------------------------------------------------------------------------------------------------


def _defines(node: ast.stmt, classes: set[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if isinstance(node, ast.Assign):
        return all(_is_name(target, classes) for target in node.targets) and _is_plain(node.value)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None and _is_name(node.target, classes) and _is_plain(node.value)
    if isinstance(node, ast.Try):
        # try: import fast_thing / except ImportError: fast_thing = None
        parts = [
            *node.body,
            *node.orelse,
            *node.finalbody,
            *(each for handler in node.handlers for each in handler.body),
        ]
        return any(isinstance(part, ast.Import | ast.ImportFrom) for part in node.body) and all(
            _defines(part, classes) or isinstance(part, ast.Pass) for part in parts
        )
    if isinstance(node, ast.If):
        return (
            not _is_main_guard(node.test)
            and _is_plain(node.test)
            and all(_defines(part, classes) or isinstance(part, ast.Pass) for part in [*node.body, *node.orelse])
        )
    return False


def _is_name(target: ast.expr, classes: set[str]) -> bool:
    """Tell whether an assignment's target is a name, several names, or an attribute of a class of the submission."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_name(part, classes) for part in target.elts)
    if isinstance(target, ast.Attribute):
        return isinstance(target.value, ast.Name) and target.value.id in classes
    return isinstance(target, ast.Name)


def _is_plain(value: ast.expr) -> bool:
    """Tell whether an expression builds a value and does nothing else."""
    for node in ast.walk(value):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in MAKERS:
                return isinstance(value, ast.Lambda)  # inside a lambda it is not called now
    return True


def _is_main_guard(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))
