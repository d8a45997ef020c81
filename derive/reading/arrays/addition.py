"""Sums and differences of numbers and of arrays."""

from collections.abc import Sequence

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays.shapes import Shapes, scaled
from derive.reading.value import Value


class Addition(Shapes):
    """Adds and negates."""

    def add(self, values: Sequence[tuple[int, Value, tree.Node]], node: tree.Node) -> Value:
        """Add numbers, or arrays of one shape; a bias is added to every row."""
        terms = [(sign, self.collapsed(value), term) for sign, value, term in values]
        if all(self.is_scalar(value) for _, value, _ in terms):
            return guards.checked(sp.Add(*(value if sign > 0 else -value for sign, value, _ in terms)), node.span[0])
        fitted = self.fitted([value for _, value, _ in terms])
        terms = [(sign, value, term) for (sign, _, term), value in zip(terms, fitted, strict=True)]
        shape = self.common_shape(fitted, node)
        spread = [self.spread(value, shape, term) for _, value, term in terms]
        signed = [
            value if sign > 0 else scaled(sp.S.NegativeOne, value)
            for (sign, _, _), value in zip(terms, spread, strict=True)
        ]
        return signed[0] if len(signed) == 1 else sp.MatAdd(*signed)

    def negate(self, value: Value, node: tree.Node) -> Value:
        """Return minus a value."""
        return -value if self.is_scalar(value) else scaled(sp.S.NegativeOne, value)
