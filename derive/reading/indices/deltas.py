"""Kronecker deltas."""

from collections.abc import Sequence

import sympy as sp

from derive.reading import tree
from derive.reading.errors import Trouble
from derive.reading.indices.lengths import IndexLengths
from derive.reading.indices.positions import Positions
from derive.reading.value import Value


class Deltas(IndexLengths, Positions):
    """Tells a Kronecker delta from a variable called delta, and reads it."""

    def indices_known(self, parts: Sequence[tree.Node]) -> bool:
        """Tell whether two names are indices here, so that δ with both is Kronecker's."""
        names = [part.name for part in parts if isinstance(part, tree.Name)]
        if len(names) != 2:
            return False
        has_arrays = any(isinstance(symbol, sp.IndexedBase) for symbol in self.vocabulary.symbols.values())
        return has_arrays or any(
            name in self.bound or name in self.vocabulary.indices or name in self.lengths for name in names
        )

    def delta_of(self, condition: tree.Node | None) -> Value | None:
        """Return δ_{ij} for the condition i = j between indices, 1 − δ_{ij} for i ≠ j, None for any other condition."""
        while isinstance(condition, tree.Group) and len(condition.items) == 1:
            condition = condition.items[0]
        if not isinstance(condition, tree.Relation) or condition.signs not in (("==",), ("!=",)):
            return None
        parts = condition.operands
        names = [part.name for part in parts if isinstance(part, tree.Name)]
        if len(names) != 2 or any(name in self.vocabulary.declared - set(self.vocabulary.indices) for name in names):
            return None
        if not any(self.length_or_none(name) is not None for name in names):
            if set(names) & self.subscripts:
                self.refuse_unknown_indices(parts, condition)
            return None
        delta = self.kronecker_delta(parts, condition)
        return delta if condition.signs == ("==",) else 1 - delta

    def refuse_unknown_indices(self, parts: Sequence[tree.Node], node: tree.Node) -> None:
        """Refuse δ_{ij} where nothing tells that i and j are indices: as a number it would make right answers wrong."""
        letters = [part.name for part in parts if isinstance(part, tree.Name)]
        if len(parts) == 2 and len(letters) == 2 and all(letter in "abcdijklmnpqrst" for letter in letters):
            first, second = letters
            raise Trouble(
                f"'{self.piece(node)}' speaks of two indices, as Kronecker's delta does, but nothing tells how far "
                f"{first} and {second} run; declare it with '{first} index(n)' and '{second} index(n)' and the names "
                f"with an index below as 'p vector(n)', or declare delta_{first}{second} as a number",
                node.span[0],
            )

    def kronecker_delta(self, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        """Return the Kronecker delta of two indices."""
        names = [part.name for part in parts if isinstance(part, tree.Name)]
        sizes = [self.length_or_none(name) for name in names]
        first, second = sizes[0] or sizes[1], sizes[1] or sizes[0]
        if first is None or second is None:
            first = second = self.length_of(names[0])
        if first != second:
            self.note(f"read {self.piece(node)} with {names[0]} up to {first} and {names[1]} up to {second}")
        indices = [self.index(part, size) for part, size in zip(parts, (first, second), strict=True)]
        return sp.KroneckerDelta(*indices)
