"""The part of a submission on which an answer rests: the statements that its names need, and nothing else.

What is run for a question is this part alone. So equal parts give equal verdicts and need be judged once, and what
stands elsewhere in a notebook, broken or hostile, neither helps nor harms.
"""

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checks.submissions.grading.effects import Definition, definition
from checks.submissions.grading.fingerprints import fingerprint, shape
from checks.submissions.grading.stubs import is_stub
from checks.submissions.player.cells import Cell, Reading, Statement, read

DYNAMIC = frozenset(
    {"globals", "locals", "vars", "eval", "exec", "compile", "__import__", "setattr", "getattr", "delattr"}
)
"""Names with which code reaches what its text does not name; all definitions are loaded then."""

KNOWN = frozenset(dir(builtins)) | {
    "__name__",
    "__doc__",
    "__module__",
    "__qualname__",
    "__annotations__",
    "__build_class__",
}


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
        return cls(tuple(cells), reading, [definition(one) for one in reading.statements])

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
        return bool(setting) and is_stub(setting[-1])

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
            fingerprint(kept),
            is_open and len(chosen) < len(every),
            frozenset(bound),
            _imported(kept),
            any(not one.defines for one in kept),
            *shape(kept),
        )


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


def _imported(kept: Sequence[Statement]) -> frozenset[str]:
    found = set()
    for one in kept:
        for node in ast.walk(one.node):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return frozenset(found)


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
