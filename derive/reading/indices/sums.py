"""Sums Σ and products Π over indices, and Python's sums over a range."""

import sympy as sp

from derive.indices import length, total
from derive.reading import guards, tree
from derive.reading.arrays.shapes import Shapes
from derive.reading.errors import Trouble
from derive.reading.indices.bound import Bound
from derive.reading.indices.lengths import IndexLengths
from derive.reading.value import Value

_EXPANDED_TERMS = 16


class Sums(IndexLengths, Shapes):
    """Reads sums with their bounds, or without."""

    def big_sum(self, head: tree.Scripted, body: tree.Node) -> Value:
        """Return Σ or Π with its bounds; without bounds it runs over the whole range of each index."""
        product = isinstance(head.base, tree.Name) and head.base.name == "∏"
        below = head.below
        if isinstance(below, tree.Group) and len(below.items) == 1 and isinstance(below.items[0], tree.Relation):
            return self._bounded_sum(below.items[0], head, body, product)
        if product:
            raise Trouble("a product ∏ is read with numbers as its bounds only", head.span[0])
        if below is None:
            return self._sum_without_index(head, body)
        names = []
        for part in self.index_parts(below):
            if not isinstance(part, tree.Name):
                raise Trouble("the index of the sum is a name, as in \\sum_{i=1}^{n}", part.span[0], "a name")
            names.append(part.name)
        if head.above is not None:
            if len(names) != 1:
                raise Trouble("a sum with an upper bound has one index", head.above.span[0])
            size = self.of(head.above)
            if not (self.is_scalar(size) and size.is_integer):
                raise Trouble("the bounds of a sum are whole numbers", head.above.span[0])
            return self._summed({names[0]: Bound(sp.Idx(names[0], size), 1)}, body)
        self.learn_lengths(body)
        return self._summed({name: Bound(self.whole_range(name), 1) for name in names}, body)

    def _bounded_sum(self, bounds: tree.Relation, head: tree.Scripted, body: tree.Node, product: bool) -> Value:
        name, low = bounds.operands[0], bounds.operands[-1]
        if len(bounds.operands) != 2 or bounds.signs != ("==",) or not isinstance(name, tree.Name):
            raise Trouble(
                "the bounds of a sum are written \\sum_{i=1}^{n}", bounds.span[0], "an index and its first value"
            )
        if head.above is None:
            raise Trouble("the sum has no upper bound; write \\sum_{i=1}^{n}", head.span[1], "^")
        first, last = self.of(low), self.of(head.above)
        return self.ranged(name.name, first, last, body, head, product)

    def ranged(
        self, name: str, first: Value, last: Value, body: tree.Node, node: tree.Node, product: bool = False
    ) -> Value:
        """Return the sum from a first to a last value; one with few numbers is written out."""
        if not (self.is_scalar(first) and self.is_scalar(last) and first.is_integer and last.is_integer):
            raise Trouble("the bounds of a sum are whole numbers", node.span[0])
        if first.is_Integer and last.is_Integer:
            count = int(last) - int(first) + 1
            if count > _EXPANDED_TERMS:
                raise Trouble(f"a sum of {count} numbered terms is too long to be written out", node.span[0])
            if count < 1:
                raise Trouble("the sum is empty", node.span[0])
            terms = []
            for number in range(int(first), int(last) + 1):
                with self.binding({name: Bound(sp.Integer(number))}):
                    terms.append(self.only_scalar(self.of(body), body))
            return guards.checked(sp.Mul(*terms) if product else sp.Add(*terms), node.span[0])
        if product:
            raise Trouble("a product ∏ is read with numbers as its bounds only", node.span[0])
        if not first.is_Integer or first not in (0, 1):
            raise Trouble("a sum starts at 0 or at 1", node.span[0])
        offset = 0 if self.surface == "python" else int(first)
        size = last - first + 1
        return self._summed({name: Bound(sp.Idx(name, size), offset)}, body)

    def _sum_without_index(self, head: tree.Scripted, body: tree.Node) -> Value:
        self.learn_lengths(body)
        names = [name for name in self.indices_in(body) if name not in self.bound and name not in self.free]
        if head.above is not None or not names:
            raise Trouble("the sum has no index; write \\sum_{i=1}^{n}", head.span[1], "_")
        self.note(f"read the sum without an index as one over {', '.join(names)}")
        return self._summed({name: Bound(self.whole_range(name), 1) for name in names}, body)

    def _summed(self, bounds: dict[str, Bound], body: tree.Node) -> Value:
        for name, bound in bounds.items():
            if name in self.bound:
                self.note(f"read {name} of the inner sum as its own index, apart from that of the sum around it")
                bound.index = self.entries().fresh(length(bound.index))
        with self.binding(bounds):
            value = self.of(body)
        value = self.only_scalar(value, body)
        return total(value, *(bound.index for bound in bounds.values()))

    def generated_sum(self, each: tree.Each) -> Value:
        """Return Python's `sum(… for i in range(n))`."""
        values = each.values
        if not (
            isinstance(values, tree.Call) and isinstance(values.function, tree.Name) and values.function.name == "range"
        ):
            raise Trouble("a sum runs over range(…)", values.span[0], "range")
        limits = [self.of(argument) for argument in values.arguments]
        if not 1 <= len(limits) <= 2:
            raise Trouble("range takes one or two numbers here", values.span[0])
        first, end = (sp.S.Zero, limits[0]) if len(limits) == 1 else limits
        return self.ranged(each.index.name, first, end - 1, each.body, each)
