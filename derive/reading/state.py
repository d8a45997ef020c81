"""The state of one reading: what it was given, what it has met so far, and what it records."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sympy as sp

from derive.reading import tree
from derive.reading.errors import Trouble
from derive.reading.indices.bound import Bound
from derive.reading.limits import COMPARED
from derive.reading.source import Source
from derive.reading.value import Value
from derive.reading.vocabulary import Vocabulary


class State:
    """What one reading knows: which names occur, what was ambiguous, and where the formula is defined."""

    def __init__(self, source: Source, vocabulary: Vocabulary, surface: str, alone: frozenset[str]) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.surface = surface
        self.alone = alone | vocabulary.spoken | vocabulary.declared
        self.ambiguities: dict[str, None] = {}
        self.names: dict[str, Value] = {}
        self.needs: dict[Value, None] = {}
        self.guards: list[Value] = []
        self.depth = 0
        self.nodes = 0
        self.compared = 0
        self.bound: dict[str, Bound] = {}
        self.free: dict[str, Value] = {}
        self.lengths: dict[str, Value] = {}
        self.sizes: dict[str, Value] = dict(vocabulary.sizes)
        self.arrays: dict[str, Value] = {}
        self.unknown_sizes = 0
        self.writer: Any = None
        self.written: frozenset[str] = frozenset()
        self.subscripts: frozenset[str] = frozenset()

    def note(self, sentence: str) -> None:
        """List an ambiguous reading."""
        if len(self.ambiguities) < 40:
            self.ambiguities[sentence] = None

    def piece(self, *nodes: tree.Node) -> str:
        """Return the text of some neighbouring nodes as it was typed, shortened where it is long."""
        text = " ".join(self.source.piece(nodes[0].span[0], nodes[-1].span[1]).split())
        return text if len(text) <= 40 else text[:37] + "…"

    def need(self, condition: Value) -> None:
        """Record a condition under which the formula is defined, as far as it is not always true."""
        if condition == sp.true:
            return
        for guard in self.guards:
            condition = sp.Or(sp.Not(guard), condition)
        if condition != sp.true and len(self.needs) < 200:
            self.needs[condition] = None

    @contextmanager
    def guarded(self, guard: Value) -> Iterator[None]:
        """Read a part whose value counts only where the guard holds."""
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.pop()

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Do something without recording where it is defined: it concerns a name that stands for each entry."""
        before = dict(self.needs)
        try:
            yield
        finally:
            self.needs.clear()
            self.needs.update(before)

    @contextmanager
    def binding(self, bounds: dict[str, Bound]) -> Iterator[None]:
        """Bind indices for a while; what a sum needs inside is not recorded, as its index is not a number."""
        before = dict(self.bound)
        lengths = dict(self.lengths)
        self.bound.update(bounds)
        try:
            with self.unrecorded():
                yield
        finally:
            self.bound.clear()
            self.bound.update(before)
            self.lengths.clear()
            self.lengths.update(lengths)

    def count_compared(self, number: int, position: int) -> None:
        """Count what has to be compared, because each comparison doubles the regions."""
        self.compared += number
        if self.compared > COMPARED:
            raise Trouble(f"there are more than {COMPARED} things to compare (max, min, | |, cases)", position)
