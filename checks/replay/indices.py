"""Indices: entries, Kronecker deltas, and the same thing under other indices.

Every range holds at least one number, and one name always runs over one range. So what is found about f(i) inside a sum
over i holds for every i, and may be used for any index of the same range.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from checks.replay.field import ONE, ZERO, Value
from checks.replay.polynomials import DIGIT, Poly, RejectedError, Work, constant, plus, power, powers, times, variable
from checks.replay.rules import Tree
from checks.replay.switches import Switches

_OWN_MARKS = "~:"  # in the names that are given here, and in no others
Renaming = Mapping[str, Tree]


class Indices(Switches):
    """Entries of arrays; `indices` are the free ones with their sizes, and `sizes` are positive whole numbers."""

    def __init__(self, work: Work, symbols: frozenset[str], indices: Mapping[str, Tree], sizes: frozenset[str]) -> None:
        super().__init__(work, symbols)
        self.sizes = sizes
        self.ranges: dict[str, Tree] = {}
        self.summing = 0  # how many of the indices in scope are summed
        self.equal: dict[str, Tree] = {}
        self.unequal: set[frozenset[Tree]] = set()
        self._depends: dict[int, frozenset[str]] = {}
        self._depth: dict[int, int] = {}
        for name, size in indices.items():
            self._enter(name, size)

    def _enter(self, name: Any, size: Tree) -> None:
        if not isinstance(name, str) or {*name} & {*_OWN_MARKS} or name in self.scope or name in self.symbols:
            raise RejectedError("an index needs a name of its own")
        self._runs(name, size)
        self.scope.append(name)

    def _runs(self, name: str, size: Tree) -> None:
        if self.ranges.setdefault(name, size) != size:
            raise RejectedError("an index runs over two ranges")
        if size not in self.sizes and not (type(size) is int and size >= 1):
            raise RejectedError("a range is given by a size, which is a positive whole number")

    def _index(self, tree: Tree) -> Tree:
        """Return an index with equal ones named alike."""
        if isinstance(tree, tuple):
            if tree[:1] not in (("+",), ("*",)):
                raise RejectedError("an index is a sum or product of whole numbers")
            return _ordered(tree[0], map(self._index, tree[1:]))
        if isinstance(tree, str):
            if tree not in self.scope and tree not in self.sizes:
                raise RejectedError(f"the index {tree!r} is not declared")
            return self.equal.get(tree, tree)
        return tree

    def _op_index(self, index: Tree) -> Value:
        index = self._index(index)
        return Value(constant(index)) if type(index) is int else self.of("index", index)

    def _op_entry(self, array: Tree, *indices: Tree) -> Value:
        if not isinstance(array, str):
            raise RejectedError("an array has a name")
        return self.of("entry", array, *map(self._index, indices))

    def _op_delta(self, first: Tree, second: Tree) -> Value:
        return self._delta(self._index(first), self._index(second))

    def _delta(self, first: Tree, second: Tree) -> Value:
        if first == second:
            return ONE
        if frozenset((first, second)) in self.unequal or (type(first) is int and type(second) is int):
            return ZERO
        before = len(self.definitions)
        number = self.generator("delta", *sorted((first, second), key=str))
        if number == before:
            self.nonnegative.add(number)
            self.relations.append((2 << (DIGIT * number), variable(number)))
        return Value(variable(number))

    def within(self, gone: str, kept: Tree) -> bool:
        """Tell whether every value of an index is one of another that is put in its place."""
        if kept == 0:
            return True  # a range begins with 0 and is not empty
        return isinstance(kept, str) and self.ranges.get(kept) == self.ranges[gone]

    def _inverse(self, poly: Poly) -> int:
        """Return the generator v of 1/f, with v f = 1."""
        before = len(self.definitions)
        number = self.generator("inverse", Value(poly))
        if number == before:
            if self.obvious(poly) == "+":
                self.positive.add(number)
            lead = max(poly)
            rest = {m + (1 << (DIGIT * number)): c for m, c in poly.items() if m != lead}
            value = plus(constant(1), rest, -1)
            self.relations.append((lead + (1 << (DIGIT * number)), plus({}, value, Fraction(1, 1) / poly[lead])))
        return number

    def depends(self, number: int) -> frozenset[str]:
        """Return the indices that stand free in what a generator stands for."""
        if number not in self._depends:
            kind, *definition = self.definitions[number]
            found: set[str] = set()
            if kind == "sin":
                found = set(self.depends(definition[0]))
            elif kind == "sum":
                found = self._names_of({definition[1]: 1}) - {name for name, _ in definition[0]}
            elif kind in ("index", "entry", "delta"):
                found = {name for tree in definition[kind == "entry" :] for name in _names(tree)}
            else:
                for part in definition:
                    if isinstance(part, Value):
                        found |= self._names_of(part.num, *(self.factors[f] for f in part.den))
            self._depends[number] = frozenset(found - self.sizes)
        return self._depends[number]

    def _names_of(self, *polys: Poly) -> set[str]:
        return {name for poly in polys for monomial in poly for n, _ in powers(monomial) for name in self.depends(n)}

    def _level(self, number: int) -> int:
        """Return how deeply sums are nested in what a generator stands for."""
        if number not in self._depth:
            kind, *definition = self.definitions[number]
            if kind == "sin":
                self._depth[number] = self._level(definition[0])
            else:
                polys: list[Poly] = [{definition[1]: 1}] if kind == "sum" else []
                for part in definition:
                    if isinstance(part, Value):
                        polys += [part.num, *(self.factors[f] for f in part.den)]
                inner = [self._level(n) for poly in polys for monomial in poly for n, _ in powers(monomial)]
                self._depth[number] = max(inner, default=0) + (kind == "sum")
        return self._depth[number]

    def _fresh(self, size: Tree) -> str:
        name = f"~{len(self.ranges)}"  # ranges are never forgotten, so no other name is like it
        self._runs(name, size)
        return name

    def _renamed_monomial(self, monomial: int, renaming: Renaming) -> Poly:
        result = constant(1)
        for number, exponent in powers(monomial):
            result = times(result, power(self._renamed(number, renaming), exponent, self.work), self.work)
        return result

    def _renamed_poly(self, poly: Poly, renaming: Renaming) -> Poly:
        result: Poly = {}
        for monomial, coefficient in poly.items():
            result = plus(result, self._renamed_monomial(monomial, renaming), coefficient)
        return self.reduced(result)

    def _renamed(self, number: int, renaming: Renaming) -> Poly:
        """Return a generator with other indices; what is known of it for all values is known of the new one."""
        if not self.depends(number) & set(renaming):
            return variable(number)
        self.work.spend(8)
        kind, *definition = self.definitions[number]
        if kind == "delta":
            return self._delta(*(_put(tree, renaming) for tree in definition)).num
        if kind == "sin":
            ((cosine, _),) = powers(next(iter(self._renamed(definition[0], renaming))))
            return variable(self.generator("sin", cosine))
        if kind == "index" and type(_put(definition[0], renaming)) is int:
            return constant(_put(definition[0], renaming))
        if kind == "inverse":
            return variable(self._inverse(self._renamed_poly(definition[0].num, renaming)))
        before = len(self.definitions)
        if kind == "sum":
            if {name for name, _ in definition[0]} & set(renaming.values()):
                raise RejectedError("an index of a sum has the name of another one")
            poly = self._renamed_monomial(definition[1], renaming)
            if list(poly.values()) != [1]:
                raise RejectedError("a product in a sum changes with the names of its indices")
            new = self.generator("sum", definition[0], next(iter(poly)))
        elif kind in ("entry", "index"):
            new = self.generator(kind, *(_put(tree, renaming) for tree in definition))
        else:
            parts = [self._renamed_value(p, renaming) if isinstance(p, Value) else p for p in definition]
            before = len(self.definitions)
            new = self.generator(kind, *parts)
        if new >= before:
            self._like(new, number, kind)
        return variable(new)

    def _renamed_value(self, value: Value, renaming: Renaming) -> Value:
        result = Value(self._renamed_poly(value.num, renaming))
        for factor, exponent in value.den.items():
            poly = self._renamed_poly(self.factors[factor], renaming)
            result = self.multiply(result, self.raised(Value(poly), -exponent))
        return result

    def _like(self, new: int, number: int, kind: str) -> None:
        """Let a generator under other names have the sign and the relation of the first one."""
        for known in (self.positive, self.nonnegative):
            if number in known:
                known.add(new)
        if kind == "root":
            value, degree = self.definitions[new][1:]
            self.relations.append((degree << (DIGIT * new), value.num))
        if kind == "cos":
            partner = self.generator("sin", new)
            self.relations.append((2 << (DIGIT * partner), {0: 1, 2 << (DIGIT * new): -1}))


def _names(tree: Tree) -> set[str]:
    return (
        {tree} if isinstance(tree, str) else set().union(*map(_names, tree[1:])) if isinstance(tree, tuple) else set()
    )


def _ordered(op: str, parts: Iterable[Tree]) -> Tree:
    """Return a sum or product of indices with its parts in an order that does not depend on how it was typed."""
    return (op, *sorted(parts, key=str))


def _put(tree: Tree, renaming: Renaming) -> Tree:
    if isinstance(tree, tuple):
        return _ordered(tree[0], (_put(part, renaming) for part in tree[1:]))
    return renaming.get(tree, tree) if isinstance(tree, str) else tree
