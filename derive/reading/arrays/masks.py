"""Masks: the arrays of 0 and 1 that comparisons of arrays give."""

import sympy as sp

from derive.functions import indicator
from derive.reading import tree
from derive.reading.arrays.addition import Addition
from derive.reading.arrays.elementwise import Elementwise
from derive.reading.value import Value


class Masks(Elementwise, Addition):
    """Compares arrays entry by entry."""

    def mask(self, relation: tree.Relation, node: tree.Node) -> Value | None:
        """Return the array of 0 and 1 that a comparison of arrays gives; None where only numbers are compared."""
        if len(relation.operands) != 2:
            return None
        left, right = (self.collapsed(self.of(operand)) for operand in relation.operands)
        if self.is_scalar(left) and self.is_scalar(right):
            return None
        difference = (
            self.add([(1, left, relation.operands[0]), (-1, right, relation.operands[1])], node) if right != 0 else left
        )
        compare = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}[relation.signs[0]]
        return self.by_entry(lambda u: indicator(compare(u, 0)), difference)

    def complement(self, mask: Value) -> Value:
        """Return 1 - mask."""
        return self.by_entry(lambda u: 1 - mask.function(u), mask.expr)
