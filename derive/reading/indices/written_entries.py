"""Entries as they are written: W_{ij}, W_ij, W[i, j], (Wx)_i."""

from collections.abc import Sequence
from fractions import Fraction

import sympy as sp

from derive.indices import length
from derive.reading import tree
from derive.reading.arrays.reductions import Reductions
from derive.reading.arrays.shapes import shape_words
from derive.reading.errors import Trouble
from derive.reading.indices.deltas import Deltas
from derive.reading.value import Value


class WrittenEntries(Deltas, Reductions):
    """Reads entries of declared arrays, of arrays that only a sum makes known, and of something computed."""

    def entry(  # noqa: PLR0911 - one for each thing an index may stand below
        self, base: tree.Node, below: tree.Node, primes: int, node: tree.Node
    ) -> Value:
        """Return W_{ij}: an entry of a declared array, a Kronecker delta, or a name of its own."""
        if isinstance(base, tree.Group) and base.bracket == "‖":
            return self._norm(base, below, node)
        if not isinstance(base, tree.Name):
            return self.entry_of_value(self.of(base), below, node)
        name = base.name + "'" * primes
        shape = self.vocabulary.shape_of(name)
        parts = self.index_parts(below)
        word = below.items[0] if isinstance(below, tree.Group) and len(below.items) == 1 else below
        whole = f"{base.name}_{word.name}" if isinstance(word, tree.Name) else None
        if whole is not None and whole in self.vocabulary.declared:
            return self.variable(whole, node)
        if shape:
            return self._array_entry(self.vocabulary.symbols[name], parts, node)
        if base.name == "delta" and name not in self.vocabulary.declared:
            if len(parts) == 2 and self.indices_known(parts):
                return self.kronecker_delta(parts, node)
            self.refuse_unknown_indices(parts, node)
        letters = [part.name for part in parts if isinstance(part, tree.Name)]
        if any(letter in self.bound and not self.bound[letter].index.is_Integer for letter in letters):
            if shape is not None:
                raise Trouble(f"{name} is declared as a number and has no entries", node.span[0])
            return self._undeclared_entry(name, parts, node)
        if whole is not None and isinstance(word, tree.Name) and (len(word.name) > 1 or word.kind != "word"):
            bound = any(letter in self.bound for letter in letters)
            if not bound:
                return self.variable(whole + "'" * primes, node)
        return self.variable(f"{base.name}_{self.index_name(parts, node.span[0])}" + "'" * primes, node)

    def entry_by_name(self, name: str, node: tree.Node) -> Value | None:
        """Return the entry that a name like W_ij means where W is a declared array, or i is bound by a sum."""
        base, _, below = name.partition("_")
        if not below or name in self.vocabulary.declared:
            return None
        while "_" in below and f"{base}_{below.partition('_')[0]}" in self.vocabulary.declared:
            head, _, below = below.partition("_")
            base = f"{base}_{head}"
        if below.startswith(("hat_", "bar_", "tilde_")):
            head, _, below = below.partition("_")
            base = f"{base}_{head}"
        if below in {"hat", "bar", "tilde"}:
            return None
        place = node.span[1] - len(below)
        parts: list[tree.Node] = []
        for word in below.split("_"):
            if word.isdecimal():
                parts.append(tree.Number((place, place + len(word)), Fraction(word)))
            elif word.isalpha():
                parts.append(tree.Name((place, place + len(word)), word))
            else:
                return None
            place += len(word) + 1
        shape = self.vocabulary.shape_of(base)
        letters = {letter for part in parts if isinstance(part, tree.Name) for letter in (part.name, *part.name)}
        bound = letters & set(self.bound)
        delta = base == "delta" and base not in self.vocabulary.declared
        if not shape and not bound and not delta:
            return None
        group = tree.Group((parts[0].span[0], node.span[1]), "{", tuple(parts))
        if delta and not (len(self.index_parts(group)) == 2 and self.indices_known(self.index_parts(group))):
            self.refuse_unknown_indices(self.index_parts(group), node)
            return None
        return self.entry(tree.Name((node.span[0], parts[0].span[0] - 1), base, "letter"), group, 0, node)

    def of_item(self, node: tree.Item) -> Value:
        """Return `W[i, j]` of Python."""
        base, indices = node.base, node.indices
        while isinstance(base, tree.Item):
            indices, base = (*base.indices, *indices), base.base
        if any(isinstance(index, tree.Nothing) for index in indices):
            raise Trouble("slices are not read; write the entry with its indices", node.span[0])
        if not isinstance(base, tree.Name):
            return self.entry_of_value(self.of(base), tree.Group(node.span, "[", indices), node)
        parts = [
            index.items[0] if isinstance(index, tree.Group) and len(index.items) == 1 else index for index in indices
        ]
        shape = self.vocabulary.shape_of(base.name)
        if shape:
            return self._array_entry(self.vocabulary.symbols[base.name], parts, node)
        if shape is not None:
            raise Trouble(f"{base.name} is declared as a number and has no entries", node.span[0])
        if any(
            isinstance(p, tree.Name) and p.name in self.bound and not self.bound[p.name].index.is_Integer for p in parts
        ):
            return self._undeclared_entry(base.name, parts, node)
        return self.variable(f"{base.name}_{self.index_name(parts, node.span[0])}", node)

    def entry_of_value(self, value: Value, below: tree.Node, node: tree.Node) -> Value:
        """Return an entry of something computed: (Wx)_i, softmax(z)_i."""
        if self.is_scalar(value):
            raise Trouble("an index stands below a name or an array", below.span[0])
        parts = self.index_parts(below)
        if value.shape[1] == 1 and len(parts) == 1:
            return self.entries().of(value, self.index(parts[0], value.shape[0]), sp.S.Zero)
        if len(parts) != 2:
            raise Trouble(f"an array of shape {shape_words(value.shape)} has two indices", below.span[0])
        row, column = (self.index(part, size) for part, size in zip(parts, value.shape, strict=True))
        return self.entries().of(value, row, column)

    def _array_entry(self, base: sp.IndexedBase, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        shape = tuple(base.shape)
        if (
            len(parts) == 1
            and len(shape) == 2
            and isinstance(parts[0], tree.Number)
            and parts[0].value.denominator == 1
        ):
            digits = str(parts[0].value)
            if len(digits) == 2:
                start = parts[0].span[0]
                self.note(f"read the index {digits} as row {digits[0]}, column {digits[1]}")
                parts = [
                    tree.Number((start + place, start + place + 1), Fraction(digit))
                    for place, digit in enumerate(digits)
                ]
        if len(parts) != len(shape):
            wanted = "one index" if len(shape) == 1 else "two indices"
            raise Trouble(f"{base.label} has {wanted}, not {len(parts)}", node.span[0])
        self.names[str(base.label)] = base
        self.arrays[str(base.label)] = base
        return base[tuple(self.index(part, size) for part, size in zip(parts, shape, strict=True))]

    def _undeclared_entry(self, name: str, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        known = self.arrays.get(name)
        if known is None:
            sizes = []
            for part in parts:
                bound = self.bound.get(part.name) if isinstance(part, tree.Name) else None
                if bound is not None and not bound.index.is_Integer:
                    sizes.append(length(bound.index))
                elif isinstance(part, tree.Name):
                    sizes.append(self.length_of(part.name))
                else:
                    raise Trouble(f"declare {name} to use it with a number as its index", part.span[0])
            known = sp.IndexedBase(sp.Symbol(name, real=True), shape=tuple(sizes))
            self.note(f"read {name} as an array of shape {shape_words(tuple(sizes))}, because it is not declared")
        return self._array_entry(known, parts, node)

    def _norm(self, base: tree.Group, below: tree.Node, node: tree.Node) -> Value:
        value = self.collapsed(self.of(base.items[0]))
        parts = self.index_parts(below)
        kind = self.index_name(parts, node.span[0])
        if kind in {"2", "F"}:
            return self.bars("‖", value, node)
        if kind == "1":
            self.count_compared(1, node.span[0])
            return self.sum_of(self.elementwise(sp.Abs, value, node))
        raise Trouble("the norms that are read are ‖x‖, ‖x‖₁, ‖x‖₂ and ‖X‖_F", below.span[0])
