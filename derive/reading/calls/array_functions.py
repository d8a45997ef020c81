"""Functions and methods of arrays: sum, dot, outer, trace, softmax and their like."""

from collections.abc import Callable, Mapping, Sequence

import sympy as sp

from derive.indices import total
from derive.reading import tree
from derive.reading.arrays.powers import ArrayPowers
from derive.reading.arrays.reductions import Reductions
from derive.reading.arrays.shapes import shape_words
from derive.reading.errors import Trouble
from derive.reading.indices.sums import Sums
from derive.reading.value import Value


class ArrayFunctions(ArrayPowers, Sums, Reductions):
    """Reads calls of functions that take arrays."""

    def _sum_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], tree.Each):
            return self.generated_sum(arguments[0])
        argument = self._one(arguments, node)
        return self.reduced(self.of(argument), argument, keywords, mean=False)

    def _mean_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        argument = self._one(arguments, node)
        return self.reduced(self.of(argument), argument, keywords, mean=True)

    def _one(self, arguments: Sequence[tree.Node], node: tree.Node) -> tree.Node:
        if len(arguments) != 1:
            raise Trouble("one argument is needed here", node.span[0])
        return arguments[0]

    def _dot(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 2 or keywords:
            raise Trouble("two arguments are needed here", node.span[0])
        left, right = (self.of(argument) for argument in arguments)
        if self.is_scalar(left) or self.is_scalar(right):
            return self.multiply([("*", node.span[0], left), ("*", node.span[0], right)], node)
        if tuple(left.shape) == tuple(right.shape) and left.shape[1] == 1:
            return self.collapsed(self.matrix_product(sp.Transpose(left), right, node.span[0]))
        return self.collapsed(self.matrix_product(left, right, node.span[0]))

    def _outer(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 2 or keywords:
            raise Trouble("two arguments are needed here", node.span[0])
        left, right = (self.of(argument) for argument in arguments)
        if self.is_scalar(left) or self.is_scalar(right) or left.shape[1] != 1 or right.shape[1] != 1:
            raise Trouble("'outer' takes two vectors", node.span[0])
        return sp.MatMul(left, sp.Transpose(right))

    def _trace(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        value = self.of(self._one(arguments, node))
        if self.is_scalar(value):
            return value
        if value.shape[0] != value.shape[1]:
            raise Trouble(f"the trace needs a square matrix, not {shape_words(value.shape)}", node.span[0])
        writer = self.entries()
        index = writer.fresh(value.shape[0])
        return total(writer.of(value, index, index), index)

    def _transpose_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        return self.transpose(self.of(self._one(arguments, node)), node)

    def _norm_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if keywords:
            raise Trouble("the norm is read without options", node.span[0])
        return self.bars("‖", self.of(self._one(arguments, node)), node)

    def _softmax(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        value = self.of(self._one(arguments, node))
        if self.is_scalar(value):
            raise Trouble("softmax takes a vector or a matrix; declare it, as in 'z vector(K)'", node.span[0])
        unknown = set(keywords) - {"axis", "dim"}
        if unknown:
            raise Trouble(f"'{sorted(unknown)[0]}=' is not known here", node.span[0])
        powers = self.by_entry(sp.exp, value)
        rows, columns = value.shape
        axis = self.axis_of(keywords, columns == 1)
        if columns == 1 or axis == 0:
            sums = sp.MatMul(sp.OneMatrix(rows, rows), powers)
        else:
            if axis is None:
                self.note("read softmax of a matrix as that of each row")
            sums = sp.MatMul(powers, sp.OneMatrix(columns, columns))
        return sp.HadamardProduct(powers, self.by_entry(lambda u: 1 / u, sums))

    def _diag(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        value = self.of(self._one(arguments, node))
        if self.is_scalar(value) or value.shape[1] != 1:
            raise Trouble("'diag' takes a vector", node.span[0])
        return sp.DiagMatrix(value)

    def _multiply_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 2 or keywords:
            raise Trouble("two arguments are needed here", node.span[0])
        left, right = (self.of(argument) for argument in arguments)
        return self.multiply([("*", node.span[0], left), ("∘", node.span[0], right)], node)

    def method(self, function: tree.Attribute, node: tree.Call) -> Value:
        """Return `x.sum(axis=0)`, `x.dot(y)` and their like."""
        name = function.name
        keywords = dict(node.keywords)
        arguments: tuple[tree.Node, ...] = (function.base, *node.arguments)
        if name in {"sum", "mean"} and len(node.arguments) == 1 and "axis" not in keywords:
            keywords["axis"] = node.arguments[0]
            arguments = (function.base,)
        if name == "astype":
            return self.of(function.base)
        call = self.CALLS.get(name)
        if call is None and name in {"exp", "tanh", "sigmoid", "log", "sqrt", "abs", "relu"}:
            return self.call(name, 0, arguments, node, keywords)
        if call is None:
            raise Trouble(f"'.{name}' is not known here", function.span[1] - len(name))
        return call(self, arguments, node, keywords)

    CALLS: Mapping[str, Callable[..., Value]] = {
        "sum": _sum_call,
        "mean": _mean_call,
        "dot": _dot,
        "matmul": _dot,
        "inner": _dot,
        "mm": _dot,
        "outer": _outer,
        "trace": _trace,
        "tr": _trace,
        "Tr": _trace,
        "transpose": _transpose_call,
        "norm": _norm_call,
        "softmax": _softmax,
        "diag": _diag,
        "multiply": _multiply_call,
    }
