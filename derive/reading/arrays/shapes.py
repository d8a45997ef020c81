"""Shapes: what is a number and what an array, which shapes fit, and how a smaller array is spread over a larger one."""

from collections.abc import Sequence

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.reading import tree
from derive.reading.arrays.entries import Entries
from derive.reading.collaborators import Collaborators
from derive.reading.errors import Trouble
from derive.reading.value import Value


def shape_words(shape: tuple[Value, ...]) -> str:
    """Return a shape in words: `(N, M)`."""
    return f"({', '.join('?' if is_unknown(size) else str(size) for size in shape)})"


def scaled(factor: Value, value: Value) -> Value:
    """Return a number times an array."""
    if factor == 1:
        return value
    if isinstance(value, sp.MatMul):
        scalar, matrices = value.as_coeff_matrices()
        factor = factor * scalar
        return (
            sp.MatMul(*matrices)
            if factor == 1 and len(matrices) > 1
            else (matrices[0] if factor == 1 else sp.MatMul(factor, *matrices))
        )
    return sp.MatMul(factor, value)


_UNKNOWN = "□"


def is_unknown(size: Value) -> bool:
    """Tell whether a size is still to be found."""
    return isinstance(size, sp.Symbol) and size.name.startswith(_UNKNOWN)


def fitted_to(value: Value, axis: int, size: Value) -> Value:
    """Return an array whose size along an axis, if it was still to be found, is this one."""
    return value.xreplace({value.shape[axis]: size}) if is_unknown(value.shape[axis]) else value


class Shapes(Collaborators):
    """The shapes of numbers and arrays."""

    def is_scalar(self, value: Value) -> bool:
        """Tell whether a value is a number."""
        return not isinstance(value, MatrixExpr)

    def only_scalar(self, value: Value, node: tree.Node) -> Value:
        """Return a number; one that is written as a 1 x 1 product is one too."""
        value = self.collapsed(value)
        if not self.is_scalar(value):
            raise Trouble(f"a number is needed here, not an array of shape {shape_words(value.shape)}", node.span[0])
        return value

    def collapsed(self, value: Value) -> Value:
        """Write a 1 x 1 product such as x^T y as the sum that it is."""
        if isinstance(value, MatrixExpr) and tuple(value.shape) == (1, 1):
            return self.entries().of(value, sp.S.Zero, sp.S.Zero)
        return value

    def entries(self) -> Entries:
        """Return what writes matrix expressions in index notation, with indices that nobody uses yet."""
        if self.writer is None:
            self.writer = Entries(self.arrays, self.written | frozenset(self.lengths) | self.vocabulary.declared)
        writer: Entries = self.writer
        return writer

    def knows_arrays(self) -> bool:
        """Tell whether a name is known to be an array, so that 1 and I beside it may be arrays too."""
        return bool(self.arrays) or any(isinstance(v, sp.IndexedBase) for v in self.vocabulary.symbols.values())

    def unknown_size(self) -> sp.Symbol:
        """Return a size that follows from what stands beside it: that of a vector of ones, or of the identity."""
        self.unknown_sizes += 1
        return sp.Symbol(f"{_UNKNOWN}{self.unknown_sizes}", integer=True, positive=True)

    def ones(self, node: tree.Node) -> Value:
        """Return a column of ones, as long as what stands beside it asks for."""
        self.note(f"read '{self.piece(node)}' as a vector of ones")
        return sp.OneMatrix(self.unknown_size(), 1)

    def fitted(self, values: Sequence[Value]) -> list[Value]:
        """Give ones and identities among arrays that are added the size of the others."""
        known = [v for v in values if not self.is_scalar(v) and not any(map(is_unknown, v.shape))]
        if not known:
            return list(values)
        goal = next((tuple(v.shape) for v in known if sp.S.One not in v.shape), tuple(known[0].shape))
        return [
            value if self.is_scalar(value) else fitted_to(fitted_to(value, 0, goal[0]), 1, goal[1]) for value in values
        ]

    def whole_array(self, found: sp.IndexedBase, node: tree.Node) -> Value:
        """Return an array as a matrix symbol; a vector is a column."""
        name = str(found.label)
        self.arrays[name] = found
        shape = tuple(found.shape) if len(found.shape) == 2 else (*found.shape, 1)
        return sp.MatrixSymbol(name, *shape)

    def common_shape(self, values: Sequence[Value], node: tree.Node) -> tuple[Value, Value]:
        """Return the shape to which all values can be spread."""
        shapes = [tuple(value.shape) for value in values if not self.is_scalar(value)]
        shape = shapes[0]
        for other in shapes[1:]:
            if other == shape:
                continue
            rows, columns = shape
            if other[1] == 1 and other[0] == columns and rows not in (other[0],):
                continue
            if (other[1] == columns and other[0] == 1) or (other[0] == rows and other[1] == 1):
                continue
            if (
                (shape[1] == 1 and other[1] == shape[0])
                or (shape[0] == 1 and other[1] == shape[1])
                or (shape[1] == 1 and other[0] == shape[0])
            ):
                shape = other
                continue
            raise Trouble(f"the shapes {shape_words(shape)} and {shape_words(other)} do not fit together", node.span[0])
        return shape

    def spread(self, value: Value, shape: tuple[Value, Value], node: tree.Node) -> Value:
        """Repeat a number, a row or a vector so that it has the given shape."""
        if self.is_scalar(value):
            self.note(f"read '{self.piece(node)}' as added to, or multiplied with, each entry")
            return scaled(value, sp.OneMatrix(*shape))
        own = tuple(value.shape)
        if own == shape:
            return value
        rows, columns = shape
        if own == (columns, 1):
            self.note(f"read '{self.piece(node)}' as the same row for each row of {shape_words(shape)}")
            row = sp.Transpose(value)
            return row if rows == 1 else sp.MatMul(sp.OneMatrix(rows, 1), row)
        if own == (1, columns):
            self.note(f"read '{self.piece(node)}' as the same row for each row of {shape_words(shape)}")
            return sp.MatMul(sp.OneMatrix(rows, 1), value)
        if own == (rows, 1):
            self.note(f"read '{self.piece(node)}' as the same column for each column of {shape_words(shape)}")
            return sp.MatMul(value, sp.OneMatrix(1, columns))
        raise Trouble(f"the shapes {shape_words(own)} and {shape_words(shape)} do not fit together", node.span[0])
