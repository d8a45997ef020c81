"""Sums and means over the entries of an array, along an axis or over all of them, and norms."""

import sympy as sp

from derive.indices import total
from derive.reading import guards, tree
from derive.reading.arrays.elementwise import Elementwise
from derive.reading.arrays.shapes import scaled
from derive.reading.errors import Trouble
from derive.reading.value import Value


class Reductions(Elementwise):
    """Makes fewer entries of many."""

    def sum_of(self, value: Value) -> Value:
        """Return the sum of all entries."""
        if self.is_scalar(value):
            return value
        writer = self.entries()
        rows, columns = value.shape
        row = sp.S.Zero if rows == 1 else writer.fresh(rows)
        column = sp.S.Zero if columns == 1 else writer.fresh(columns)
        over = [index for index in (row, column) if index != 0]
        body = writer.of(value, row, column)
        return total(body, *over) if over else body

    def bars(self, bracket: str, value: Value, node: tree.Node) -> Value:
        """Return |x|, or the Euclidean norm."""
        value = self.collapsed(value)
        if self.is_scalar(value):
            self.count_compared(1, node.span[0])
            return sp.Abs(value)
        if bracket == "|":
            if value.shape[1] == 1:
                self.note(f"read '{self.piece(node)}' as the length of a vector")
            else:
                raise Trouble("| | of a matrix may be its determinant or its norm; neither is read", node.span[0])
        return guards.power(self.sum_of(self.by_entry(lambda u: u**2, value)), sp.Rational(1, 2), node.span[0])

    def reduced(self, value: Value, node: tree.Node, keywords: dict[str, tree.Node], mean: bool) -> Value:
        """Return the sum or the mean of the entries, over all of them or along an axis."""
        unknown = set(keywords) - {"axis", "keepdims", "dim", "keepdim"}
        if unknown:
            raise Trouble(f"'{sorted(unknown)[0]}=' is not known here", node.span[0])
        if self.is_scalar(value):
            raise Trouble("a sum over entries needs an array; declare its shape, as in 'x vector(n)'", node.span[0])
        rows, columns = value.shape
        axis = self.axis_of(keywords, columns == 1)
        kept = any(
            isinstance(k, tree.Name) and k.name == "True" for k in (keywords.get("keepdims"), keywords.get("keepdim"))
        )
        if axis is None:
            whole = self.sum_of(value)
            return whole / (rows * columns) if mean else whole
        if axis == 0:
            ones = sp.OneMatrix(1, rows)
            result = sp.MatMul(ones, value) if kept else sp.MatMul(sp.Transpose(value), sp.OneMatrix(rows, 1))
            return scaled(1 / rows, result) if mean else result
        result = sp.MatMul(value, sp.OneMatrix(columns, 1))
        return scaled(1 / columns, result) if mean else result

    def axis_of(self, keywords: dict[str, tree.Node], is_vector: bool) -> int | None:
        """Return the axis that a call names, 0 or 1; None where it means all entries."""
        node = keywords.get("axis") or keywords.get("dim")
        if node is None or (isinstance(node, tree.Name) and node.name == "None"):
            return None
        axis = self.of(node)
        allowed = (0, -1) if is_vector else (0, 1, -1, -2)
        if axis not in allowed:
            raise Trouble(f"the axis is one of {', '.join(map(str, allowed))}", node.span[0])
        if is_vector:
            return None
        return int(axis) % 2
