"""How far each index runs, as the declared arrays tell it."""

import sympy as sp

from derive.indices import length
from derive.reading import tree
from derive.reading.indices.parts import IndexParts
from derive.reading.value import Value
from derive.reading.vocabulary import size_symbol


class IndexLengths(IndexParts):
    """Learns and tells the lengths of indices."""

    def length_or_none(self, name: str) -> Value | None:
        """Return how far an index runs; None where nobody has said so."""
        bound = self.bound.get(name)
        if bound is not None and bound.index is not None:
            return None if bound.index.is_Integer else length(bound.index)
        if name in self.free:
            return length(self.free[name])
        return self.vocabulary.indices.get(name) or self.lengths.get(name)

    def length_of(self, name: str) -> Value:
        """Return how far an index runs; one that nobody knows gets a size of its own, which is listed."""
        known = self.length_or_none(name)
        if known is None:
            known = size_symbol(f"n_{name}")
            self.note(f"read the index {name} as running over all of its values, n_{name} of them")
            self.lengths[name] = known
        return known

    def whole_range(self, name: str) -> sp.Idx:
        """Return the index of a sum without bounds."""
        size = self.vocabulary.indices.get(name) or self.lengths.get(name)
        if size is None:
            size = size_symbol(f"n_{name}")
            self.note(f"read the index {name} as running over all of its values, n_{name} of them")
        return sp.Idx(name, size)

    def indices_in(self, node: tree.Node) -> list[str]:
        """Return the single letters that stand as indices somewhere below a node, in order."""
        found: dict[str, None] = {}
        for part in tree.walk(node):
            below = part.below if isinstance(part, tree.Scripted) else None
            if isinstance(part, tree.Item):
                below = tree.Group(part.span, "[", part.indices)
            if below is not None:
                found |= {
                    p.name: None for p in self.index_parts(below) if isinstance(p, tree.Name) and len(p.name) == 1
                }
            if isinstance(part, tree.Name) and part.kind == "word":
                for word in part.name.split("_")[1:]:
                    if word not in {"hat", "bar", "tilde"} and word.isalpha() and len(word) <= 2:
                        found |= dict.fromkeys(word)
        return list(found)

    def learn_lengths(self, node: tree.Node) -> None:
        """Learn from entries of declared arrays how far each index runs."""
        for part in tree.walk(node):
            self._learn_sizes(part)
            base, below = None, None
            if isinstance(part, tree.Scripted) and isinstance(part.base, tree.Name) and part.below is not None:
                base, below = part.base.name, self.index_parts(part.below)
            elif isinstance(part, tree.Item) and isinstance(part.base, tree.Name):
                base, below = part.base.name, [*part.indices]
            elif isinstance(part, tree.Name) and "_" in part.name and part.name not in self.vocabulary.declared:
                base, _, word = part.name.rpartition("_")
                below = self.index_parts(tree.Name(part.span, word)) if word.isalpha() else None
            shape = self.vocabulary.shape_of(base) if base is not None else None
            if shape and below is not None and len(below) == len(shape):
                for index, size in zip(below, shape, strict=True):
                    if isinstance(index, tree.Name):
                        self.lengths[index.name] = size

    def _learn_sizes(self, part: tree.Node) -> None:
        """Learn that the n in the upper bound of a sum is a whole number, wherever else it stands."""
        ends: tuple[tree.Node, ...] = ()
        if isinstance(part, tree.Scripted) and isinstance(part.base, tree.Name) and part.base.kind == "special":
            ends = (part.above,) if part.above is not None else ()
        elif isinstance(part, tree.Call) and isinstance(part.function, tree.Name) and part.function.name == "range":
            ends = part.arguments
        for end in ends:
            for name in tree.walk(end):
                if (
                    isinstance(name, tree.Name)
                    and name.name not in self.vocabulary.declared
                    and name.name not in self.bound
                ):
                    self.sizes.setdefault(name.name, size_symbol(name.name))
