"""Powers of arrays and what looks like one: the transpose."""

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays.products import Products
from derive.reading.errors import Trouble
from derive.reading.value import Value


class ArrayPowers(Products):
    """Raises arrays to powers, and transposes."""

    def array_power(self, base: Value, exponent: Value, node: tree.Node, above: tree.Node) -> Value:
        """Raise an array to a power: entry by entry in Python, as a matrix product elsewhere."""
        exponent = self.collapsed(exponent)
        base = self.collapsed(base)
        if self.is_scalar(base):
            if self.is_scalar(exponent):
                return self.power(base, exponent, node, above)
            return self.by_entry(lambda u: guards.power(base, u, above.span[0]), exponent)
        if not self.is_scalar(exponent):
            raise Trouble("an array in the exponent of an array is not read", above.span[0])
        if self.surface == "python" or base.shape[0] != base.shape[1]:
            if self.surface != "python":
                self.note(f"read '{self.piece(node)}' entry by entry")
            return self.by_entry(lambda u: guards.power(u, exponent, above.span[0]), base)
        if not exponent.is_Integer or not 1 <= exponent <= 8:
            raise Trouble("a power of a matrix has a whole exponent from 1 to 8", above.span[0])
        result = base
        for _ in range(int(exponent) - 1):
            result = self.matrix_product(result, base, above.span[0])
        return result

    def is_transposition(self, above: tree.Node, base: Value) -> bool:
        """Tell whether an exponent says `transposed`."""
        if isinstance(above, tree.Group) and above.bracket == "{" and len(above.items) == 1:
            above = above.items[0]
        if not isinstance(above, tree.Name) or above.name != "T":
            return False
        return above.kind == "upright" or (not self.is_scalar(base) and "T" not in self.vocabulary.declared)

    def transpose(self, value: Value, node: tree.Node) -> Value:
        """Transpose; a number is its own transpose, which is listed."""
        if self.is_scalar(value):
            self.note(f"read '{self.piece(node)}' as a number, which is its own transpose")
            return value
        return value.arg if isinstance(value, sp.Transpose) else sp.Transpose(value)
