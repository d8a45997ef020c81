"""What of a model solution a student gets: everything outside the regions that are the answer."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass

_BEGIN = re.compile(r"(?P<indent>\s*)# begin solution\s*")
_END = re.compile(r"\s*# end solution\s*")


class RegionError(ValueError):
    """The marks of a solution do not fit, or it is no Python; `line` counts from 0."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Region:
    """Lines of a solution that are the answer: from `first` up to, not including, `last`."""

    first: int
    last: int
    indent: str
    what: str
    names: tuple[str, ...]


def parsed(source: str) -> ast.Module:
    """Return the syntax tree of Python source.

    Raises
    ------
    RegionError
        It is no Python.
    """
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 1) or 1
        raise RegionError(f"this is no Python: {getattr(error, 'msg', error)}", line - 1) from None


def regions(source: str) -> list[Region]:
    """Return the answer regions: those between `# begin solution` and `# end solution`, else all function bodies.

    Where there is neither, all of it is the answer.

    Raises
    ------
    RegionError
        It is no Python, or a mark has no partner.
    """
    tree = parsed(source)
    lines = source.split("\n")
    marked = _marked(lines, tree)
    bodies = sorted(_bodies(tree, lines), key=lambda region: region.first)
    return marked or bodies or [Region(0, len(lines), "", "your code", _assigned_in(tree, 0, len(lines)))]


def model(source: str) -> str:
    """Return the solution without marks."""
    return "\n".join(line for line in source.split("\n") if not _BEGIN.fullmatch(line) and not _END.fullmatch(line))


def starter(source: str) -> str:
    """Return what a student gets: each region replaced by a line that says what is missing."""

    def hole(region: Region, _: list[str]) -> list[str]:
        if region.indent or not region.names:
            return [f'{region.indent}raise NotImplementedError("write {region.what} here")']
        return [f"{name} = ...  # your answer" for name in region.names]

    return _with_regions(source, hole)


def released(source: str, start: str = "") -> str:
    """Return the solution with nbgrader's marks around its regions, or around all of it, behind a start of its own."""

    def wrapped(region: Region, inside: list[str]) -> list[str]:
        return [f"{region.indent}### BEGIN SOLUTION", *inside, f"{region.indent}### END SOLUTION"]

    if start:
        begun = [] if _raises(start) else [start.strip("\n"), ""]
        return "\n".join([*begun, "### BEGIN SOLUTION", model(source).strip("\n"), "### END SOLUTION"])
    return _with_regions(source, wrapped)


def _raises(start: str) -> bool:
    """Tell whether a start stops the cell, so that nothing behind it runs."""
    return any(isinstance(node, ast.Raise) for node in parsed(start).body)


def defined(source: str) -> tuple[str, ...]:
    """Return the names that a piece of Python defines at its top level."""
    names: dict[str, None] = {}
    for node in parsed(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names[node.name] = None
        names |= dict.fromkeys(_assigned(node))
    return tuple(names)


def _with_regions(source: str, put: Callable[[Region, list[str]], list[str]]) -> str:
    lines = source.split("\n")
    for region in reversed(regions(source)):
        inside = [
            line
            for line in lines[region.first : region.last]
            if not _BEGIN.fullmatch(line) and not _END.fullmatch(line)
        ]
        lines[region.first : region.last] = put(region, inside)
    return "\n".join(lines)


def _marked(lines: list[str], tree: ast.Module) -> list[Region]:
    found: list[Region] = []
    begun: tuple[int, str] | None = None
    for number, line in enumerate(lines):
        begin = _BEGIN.fullmatch(line)
        if begin is not None:
            if begun is not None:
                raise RegionError("a second '# begin solution' before the end of the first", number)
            begun = (number, begin["indent"])
        elif _END.fullmatch(line):
            if begun is None:
                raise RegionError("an '# end solution' without its beginning", number)
            first, indent = begun
            found.append(Region(first, number + 1, indent, _around(tree, first), _assigned_in(tree, first, number)))
            begun = None
    if begun is not None:
        raise RegionError("a '# begin solution' without its end", begun[0])
    return found


def _around(tree: ast.Module, line: int) -> str:
    """Return the name of the innermost function around a line."""
    name = "your code"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno <= line + 1 <= (node.end_lineno or 0):
            name = f"the missing lines of {node.name}"
    return name


def _assigned_in(tree: ast.Module, first: int, last: int) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for node in tree.body:
        if first <= node.lineno - 1 <= last:
            names |= dict.fromkeys(_assigned(node))
    return tuple(names)


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]


def _bodies(tree: ast.Module, lines: list[str]) -> list[Region]:
    found: list[Region] = []

    def visit(node: ast.stmt) -> None:
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                visit(inner)
        elif isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if not body:
                return
            first, last = body[0].lineno - 1, body[-1].end_lineno or body[-1].lineno
            while first > node.lineno and lines[first - 1].strip().startswith("#"):
                first -= 1  # comments above the first line belong to the answer
            indent = " " * body[0].col_offset
            if body[0].lineno == node.lineno:
                raise RegionError("the body of a function stands on the line of its 'def'", node.lineno - 1)
            found.append(Region(first, last, indent, node.name, ()))

    for node in tree.body:
        visit(node)
    return found
