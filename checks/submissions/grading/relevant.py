"""The part of a submission on which an answer rests: the statements that its names need, and nothing else.

What is run for a question is this part alone. So equal parts give equal verdicts and need be judged once, and what
stands elsewhere in a notebook, broken or hostile, neither helps nor harms.
"""

import ast
import builtins
import dis
import hashlib
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from checks.submissions.player.cells import Cell, Reading, Statement, read

DYNAMIC = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "compile", "__import__", "setattr", "getattr", "delattr"}
)
"""Names with which code reaches what its text does not name; all definitions are loaded then."""

HARMLESS = frozenset(
    {"print", "display", "len", "repr", "str", "type", "plt", "feedback", "isinstance", "range", "zip", "enumerate"}
)
"""Calls that change nothing of what they are given."""

KNOWN = frozenset(dir(builtins)) | {
    "__name__",
    "__doc__",
    "__module__",
    "__qualname__",
    "__annotations__",
    "__build_class__",
}


@dataclass(frozen=True)
class Definition:
    """A statement, as what it sets and needs.

    Attributes
    ----------
    statement : Statement
        It, with its cell and line.
    binds, touches, reads : frozenset of str
        Names that it sets; whose objects it changes; that it needs.
    """

    statement: Statement
    binds: frozenset[str]
    touches: frozenset[str]
    reads: frozenset[str]


@dataclass
class Outline:
    """What a submission's code defines, seen in its text alone.

    Attributes
    ----------
    cells : tuple of Cell
        The code cells.
    reading : Reading
        All statements, and what could not be read.
    """

    cells: tuple[Cell, ...]
    reading: Reading
    steps: list[Definition] = field(default_factory=list)
    """Every statement, as what it sets and needs."""

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "Outline":
        """Return the outline of code cells; nothing is run."""
        reading = read(list(cells))
        return cls(tuple(cells), reading, [_definition(one) for one in reading.statements])

    @property
    def definitions(self) -> list[Definition]:
        """The statements that do nothing but define."""
        return [one for one in self.steps if one.statement.defines]

    def until(self, cell: str) -> "Outline":
        """Return the outline of the cells up to one and with it, as the notebook stood there."""
        place = next((number for number, one in enumerate(self.cells) if one.name == cell), len(self.cells))
        kept = {one.name for one in self.cells[: place + 1]}
        return Outline(self.cells, self.reading, [one for one in self.steps if one.statement.cell in kept])

    def places(self, name: str) -> list[tuple[str, int]]:
        """Return the cells and lines in which a name is defined."""
        return [(one.statement.cell, one.statement.line) for one in self.definitions if name in one.binds]

    def names(self) -> list[str]:
        """Return all names that are defined, in order, without those that are imported."""
        found: dict[str, None] = {}
        for one in self.definitions:
            if not isinstance(one.statement.node, ast.Import | ast.ImportFrom):
                found.update(dict.fromkeys(sorted(one.binds)))
        return list(found)

    def parameters(self, name: str) -> list[str] | None:
        """Return the parameters of the last function of a name; None for what is no function."""
        for one in reversed(self.definitions):
            node = one.statement.node
            if name in one.binds:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                    return [each.arg for each in every]
                return None
        return None

    def is_stub(self, name: str) -> bool:
        """Tell whether what has a name is still to be written: it does nothing, or raises NotImplementedError."""
        setting = [one.statement.node for one in self.steps if name in one.binds]
        return bool(setting) and _is_stub(setting[-1])

    def is_function(self, name: str) -> bool:
        """Tell whether a name is a function, or something bound to a name that may be one."""
        return any(
            isinstance(one.statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign)
            for one in self.definitions
            if name in one.binds
        )

    def part(self, names: Iterable[str], *, steps: bool = False, everything: bool = False) -> "Part":
        """Return what names need.

        Parameters
        ----------
        names : iterable of str
            What will be called or looked at.
        steps : bool
            Take other statements, too, that set what is needed or may change it: `model.fit(X)`, a loop. They have to
            be run in order; without them only definitions are.
        everything : bool
            Take all of them, needed or not.
        """
        every = self.steps if steps else self.definitions
        chosen = set(range(len(every))) if everything else _needed(every, set(names))
        kept = [every[place].statement for place in sorted(chosen)]
        reads: set[str] = set()
        bound: set[str] = set()
        for place in chosen:
            reads |= every[place].reads
            bound |= every[place].binds
        is_open = bool(reads & DYNAMIC) or bool(reads - bound - KNOWN)
        return Part(
            _cells(self.cells, kept),
            _fingerprint(kept),
            is_open and len(chosen) < len(every),
            frozenset(bound),
            _imported(kept),
            any(not one.defines for one in kept),
            *_shape(kept),
        )


def _needed(every: Sequence[Definition], wanted: set[str]) -> set[int]:
    chosen: set[int] = set()
    while True:
        more = {
            place
            for place, one in enumerate(every)
            if place not in chosen and (one.binds | one.touches) & (wanted | {"*"})
        }
        if not more:
            return chosen
        chosen |= more
        for place in more:
            wanted |= every[place].reads


@dataclass(frozen=True)
class Part:
    """Definitions to run.

    Attributes
    ----------
    cells : tuple of Cell
        The cells with all other lines left blank, so that places in them stay what they were.
    fingerprint : str
        A hash of the definitions, without regard to comments and layout.
    is_open : bool
        Whether they may need more than their text names.
    bound : frozenset of str
        The names that they define.
    modules : frozenset of str
        The modules that they import.
    runs : bool
        Whether something in it does more than define.
    shape : str
        A hash of the definitions without regard to the names that were chosen, too.
    size : int
        How many nodes their syntax trees have.
    """

    cells: tuple[Cell, ...]
    fingerprint: str
    is_open: bool
    bound: frozenset[str]
    modules: frozenset[str]
    runs: bool
    shape: str
    size: int


def names_read(source: str) -> frozenset[str]:
    """Return the global names that a piece of our own code reads; none where it is no Python."""
    reads: set[str] = set()
    try:
        _globals(compile(source, "adapter", "exec"), reads, set())
    except SyntaxError:
        return frozenset()
    return frozenset(reads)


def _definition(statement: Statement) -> Definition:
    binds: set[str] = set()
    touches: set[str] = set()
    reads: set[str] = set()
    for node in _top(statement.node) if statement.defines else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            binds.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            binds |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                _target(target, binds, touches)
    if not statement.defines:
        _effects(statement.node, binds, touches)
    try:
        code = compile(ast.Module([statement.node], type_ignores=[]), statement.cell, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        code = None  # it will fail when it is run, and say why
    if code is not None:
        _globals(code, reads, touches)
    return Definition(statement, frozenset(binds), frozenset(touches), frozenset(reads))


def _globals(code: types.CodeType, reads: set[str], touches: set[str], *, outer: bool = True) -> None:
    """Collect the global names that code reads and, within functions, sets; local names are none of them."""
    for one in dis.get_instructions(code):
        if one.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
            reads.add(str(one.argval))
        elif one.opname == "STORE_GLOBAL" and not outer:
            touches.add(str(one.argval))
            reads.add(str(one.argval))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _globals(constant, reads, touches, outer=False)


def _is_stub(node: ast.AST) -> bool:
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and part.name != "__init__"]
        return bool(methods) and all(_is_stub(part) for part in methods)
    if isinstance(node, ast.FunctionDef):
        return all(_does_nothing(part) for part in node.body)
    return (
        isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
    )


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _top(node: ast.stmt) -> Iterable[ast.stmt]:
    """Yield a statement, and those in the branches of an `if` or `try`."""
    yield node
    if isinstance(node, ast.If | ast.Try):
        parts = [*node.body, *node.orelse]
        if isinstance(node, ast.Try):
            parts += [*node.finalbody, *(each for handler in node.handlers for each in handler.body)]
        for part in parts:
            yield from _top(part)


def _effects(node: ast.AST, binds: set[str], touches: set[str]) -> None:
    """Collect what a statement sets, and what it may change: more rather than less."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        binds.add(node.name)
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        binds |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        binds.add(node.id)
    elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        touches |= {_base(node)} - {""}
    elif isinstance(node, ast.Call) and _base(node.func) not in HARMLESS:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        owner = [node.func] if isinstance(node.func, ast.Attribute) else []
        touches |= {_base(part) for part in (*given, *owner)} - {""}
    for child in ast.iter_child_nodes(node):
        _effects(child, binds, touches)


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _imported(kept: Sequence[Statement]) -> frozenset[str]:
    found = set()
    for one in kept:
        for node in ast.walk(one.node):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return frozenset(found)


def _target(target: ast.expr, binds: set[str], touches: set[str]) -> None:
    if isinstance(target, ast.Name):
        binds.add(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            _target(part, binds, touches)
    elif isinstance(target, ast.Starred):
        _target(target.value, binds, touches)
    else:
        touches |= {_base(target)} - {""}


def _cells(cells: Sequence[Cell], kept: Sequence[Statement]) -> tuple[Cell, ...]:
    spans: dict[str, set[int]] = {}
    for one in kept:
        first = min([one.node.lineno, *(each.lineno for each in getattr(one.node, "decorator_list", []))])
        offset = one.line - one.node.lineno
        last = one.node.end_lineno or one.node.lineno
        spans.setdefault(one.cell, set()).update(range(first + offset, last + offset + 1))
    made = []
    for cell in cells:
        lines = spans.get(cell.name)
        if lines:
            text = cell.source.replace("\r\n", "\n").replace("\r", "\n")
            made.append(
                Cell(
                    cell.name,
                    "\n".join(line if number in lines else "" for number, line in enumerate(text.split("\n"), start=1)),
                )
            )
    return tuple(made)


def _fingerprint(kept: Sequence[Statement]) -> str:
    whole = hashlib.sha256()
    for one in kept:
        whole.update(ast.dump(one.node).encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()


def _shape(kept: Sequence[Statement]) -> tuple[str, int]:
    """Return a hash of statements in which names count by their order only, and how many nodes there are."""
    numbers: dict[str, int] = {}
    whole = hashlib.sha256()
    size = 0
    for one in kept:
        if isinstance(one.node, ast.Import | ast.ImportFrom):
            continue
        for node in ast.walk(one.node):
            size += 1
            name = getattr(node, "id", None) or getattr(node, "arg", None) or getattr(node, "name", None)
            value = repr(node.value) if isinstance(node, ast.Constant) and not isinstance(node.value, str) else ""
            number = numbers.setdefault(name, len(numbers)) if isinstance(name, str) else ""
            whole.update(f"{type(node).__name__} {number} {value} {getattr(node, 'attr', '')};".encode())
    return whole.hexdigest(), size


def fingerprint_of(*parts: str | Mapping[str, str] | Collection[str]) -> str:
    """Return a hash of texts."""
    whole = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, str) else repr(sorted(part.items() if isinstance(part, Mapping) else part))
        whole.update(f"{len(text)}:".encode() + text.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()
