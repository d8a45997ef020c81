"""What a statement sets, changes and needs, read from its text: more rather than less."""

import ast
import dis
import types
from collections.abc import Iterable
from dataclasses import dataclass

from checks.submissions.player.cells import Statement

HARMLESS = frozenset(
    {"print", "display", "len", "repr", "str", "type", "plt", "feedback", "isinstance", "range", "zip", "enumerate"}
)
"""Calls that change nothing of what they are given."""


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


def definition(statement: Statement) -> Definition:
    """Return a statement as what it sets and needs; nothing is run."""
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


def names_read(source: str) -> frozenset[str]:
    """Return the global names that a piece of our own code reads; none where it is no Python."""
    reads: set[str] = set()
    try:
        _globals(compile(source, "adapter", "exec"), reads, set())
    except SyntaxError:
        return frozenset()
    return frozenset(reads)


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


def _base(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
