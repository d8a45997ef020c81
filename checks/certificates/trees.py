"""Formulas as the trees that a certificate holds: a name, a whole number, or an operation with its operands."""

from collections.abc import Iterable

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from checks.replay.rules import DEFINITIONS, Tree
from derive.domain import Domain
from derive.functions import sigma, softplus
from derive.indices import length


class NotWrittenError(ValueError):
    """The formula holds something that certificates do not cover."""


_NAMES: dict[object, str] = {
    sigma: "sigma",
    softplus: "softplus",
    sp.log: "log",
    sp.Abs: "abs",
    sp.sign: "sign",
    sp.Max: "max",
    sp.Min: "min",
    sp.Heaviside: "step",
    **{getattr(sp, name): name for name in ("sin", "cos", "atan", "erf", *DEFINITIONS) if hasattr(sp, name)},
}
_RELATIONS = {sp.Eq: "=", sp.Ne: "!=", sp.Lt: "<", sp.Le: "<=", sp.Gt: ">", sp.Ge: ">="}
_WORDS = {sp.And: "and", sp.Or: "or", sp.Not: "not"}


class Writer:
    """Writes formulas as trees, and remembers the names in them.

    Attributes
    ----------
    symbols:
        The symbols that were written, by name.
    indices:
        The sizes of the ranges of the indices that stand free, by name.
    arrays:
        The shapes of the arrays of which entries were written, by name.
    """

    def __init__(self) -> None:
        self.symbols: dict[str, sp.Symbol] = {}
        self.indices: dict[str, Tree] = {}
        self.arrays: dict[str, tuple[Tree, ...]] = {}
        self._ranges: dict[str, Tree] = {}

    def tree(self, node: sp.Basic) -> Tree:
        """Return the tree of a formula.

        Raises
        ------
        NotWrittenError
            It holds something that certificates do not cover.
        """
        for index in sorted(_free(node), key=str):
            size = self._size(length(index))
            if self._ranges.setdefault(index.name, size) != size:
                raise NotWrittenError(f"certificates do not cover two ranges of the index {index}")
            self.indices[index.name] = size
        return self._tree(node, {})

    def _tree(self, node: sp.Basic, bound: dict[sp.Idx, str]) -> Tree:  # noqa: PLR0911, PLR0912 - one for each kind
        def trees(nodes: Iterable[sp.Basic]) -> Iterable[Tree]:
            return (self._tree(part, bound) for part in nodes)

        if node.is_Integer:
            return int(node)
        if node.is_Rational:
            return ("/", int(node.p), int(node.q))
        if type(node) is sp.Symbol:
            self.symbols[node.name] = node
            return str(node.name)
        if isinstance(node, sp.Idx):
            return ("index", self._index(node, bound))
        if isinstance(node, sp.Indexed):
            name = str(node.base.label)
            self.arrays[name] = tuple(map(self._size, node.base.shape))
            return ("entry", name, *(self._index(index, bound) for index in node.indices))
        if isinstance(node, sp.KroneckerDelta):
            return ("delta", *(self._index(index, bound) for index in node.args))
        if isinstance(node, sp.Sum):
            return self._sum(node, bound)
        if node is sp.pi:
            return ("pi",)
        if node is sp.E:
            return ("exp", 1)
        if isinstance(node, (sp.Add, sp.Mul)):
            return ("+" if node.is_Add else "*", *trees(node.args))
        if isinstance(node, sp.exp):
            return ("exp", self._tree(node.exp, bound))
        if node.is_Pow:
            return ("^", *trees(node.args))
        if isinstance(node, sp.Piecewise):
            return ("cases", *(("case", self._tree(v, bound), self.condition(c, bound)) for v, c in node.args))
        if isinstance(node, sp.Derivative):
            found = self._tree(node.expr, bound)
            for variable in node.variables:
                found = ("D", found, str(variable))
            return found
        if node.func in _NAMES:
            return (_NAMES[node.func], *trees(node.args))
        if (isinstance(node, AppliedUndef) or getattr(node.func, "is_general", False)) and len(node.args) == 1:
            return ("call", node.func.__name__, *trees(node.args))
        raise NotWrittenError(f"certificates do not cover {node.func.__name__}")

    def _index(self, index: sp.Basic, bound: dict[sp.Idx, str]) -> Tree:
        if isinstance(index, sp.Idx):
            return bound.get(index, index.name)
        if index.is_Integer:
            return int(index)
        if index.is_Add or index.is_Mul:
            return ("+" if index.is_Add else "*", *(self._index(part, bound) for part in index.args))
        if type(index) is sp.Symbol:
            return self._tree(index, bound)
        raise NotWrittenError(f"certificates do not cover the index {index}")

    def _size(self, size: sp.Basic) -> Tree:
        if type(size) is sp.Symbol or size.is_Integer:
            return self._tree(size, {})
        raise NotWrittenError(f"certificates do not cover a range of {size}")

    def _sum(self, node: sp.Sum, bound: dict[sp.Idx, str]) -> Tree:
        inner, ranges = dict(bound), []
        for index, low, high in node.limits:
            if not isinstance(index, sp.Idx) or low != 0:
                raise NotWrittenError(f"certificates do not cover a sum from {low} to {high}")
            size = self._size(high + 1)
            inner[index] = self._own_name(index.name, size, inner)
            ranges.append(("range", inner[index], size))
        return ("sum", self._tree(node.function, inner), *ranges)

    def _own_name(self, name: str, size: Tree, inside: dict[sp.Idx, str]) -> str:
        """Return a name that no other index has in this place, and no index of another range anywhere."""
        while name in self.indices or name in inside.values() or self._ranges.get(name, size) != size:
            name += "'"
        self._ranges[name] = size
        return name

    def condition(self, condition: sp.Basic, bound: dict[sp.Idx, str] | None = None) -> Tree:
        """Return the tree of a condition, with errors as `tree`."""
        bound = bound or {}
        if condition is sp.true:
            return ("true",)
        if isinstance(condition, Relational):
            return (_RELATIONS[condition.func], *(self._tree(side, bound) for side in condition.args))
        if condition.func in _WORDS:
            return (_WORDS[condition.func], *(self.condition(part, bound) for part in condition.args))
        raise NotWrittenError(f"certificates do not cover the condition {condition}")

    def facts(self, condition: sp.Basic) -> list[Tree]:
        """Return the conditions that a condition consists of, each with < or <= where it compares."""
        if isinstance(condition, sp.And):
            return [part for one in condition.args for part in self.facts(one)]
        for side in condition.args if isinstance(condition, Relational) else ():
            self.tree(side)
        found = self.condition(condition)
        if found[0] in (">", ">="):
            return [("<" if found[0] == ">" else "<=", found[2], found[1])]
        return [found]

    def entry(self, array: str) -> Tree:
        """Return the entry of an array at any place, with indices of their own."""
        names = []
        for size in self.arrays[array]:
            name = "i"
            while name in self._ranges or name in self.symbols:
                name += "'"
            self.indices[name] = self._ranges[name] = size
            names.append(name)
        return ("entry", array, *names)


def range_conditions(symbol: sp.Symbol, domain: Domain, written: Tree) -> list[Tree]:
    """Return the conditions that say where a symbol lies, of which the tree is `written`."""
    values = domain.range_of(symbol)
    number = Writer().tree
    if isinstance(values, sp.FiniteSet):
        return [("in", written, *map(number, sorted(values)))]
    found: list[Tree] = []
    if isinstance(values, sp.Interval):
        if values.start.is_finite:
            found.append(("<" if values.left_open else "<=", number(values.start), written))
        if values.end.is_finite:
            found.append(("<" if values.right_open else "<=", written, number(values.end)))
    elif values in (sp.S.Integers, sp.S.Naturals):
        found += [("integer", written)] + ([("<", 0, written)] if values == sp.S.Naturals else [])
    return found


def _free(node: sp.Basic) -> set[sp.Idx]:
    if isinstance(node, sp.Idx):
        return {node}
    if isinstance(node, sp.Sum):
        return _free(node.function) - {limit[0] for limit in node.limits}
    return set().union(*map(_free, node.args)) if node.args else set()
