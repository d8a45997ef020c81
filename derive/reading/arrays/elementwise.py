"""Functions of each entry of an array."""

from collections.abc import Callable, Sequence

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derive.reading import tree
from derive.reading.arrays.shapes import Shapes
from derive.reading.errors import Trouble
from derive.reading.value import Value

_U = sp.Symbol("□", real=True)  # stands for each entry; nobody can type it, so no name is captured


class Elementwise(Shapes):
    """Applies functions to numbers and to each entry of an array."""

    def by_entry(self, function: Callable[[Value], Value], value: Value) -> Value:
        """Apply a function to each entry."""
        with self.unrecorded():
            body = function(_U)
        return ElementwiseApplyFunction(sp.Lambda(_U, body), value)

    def elementwise(self, function: Callable[[Value], Value], value: Value, node: tree.Node) -> Value:
        """Apply a function to a number, or to each entry of an array."""
        value = self.collapsed(value)
        return function(value) if self.is_scalar(value) else self.by_entry(function, value)

    def mapped(self, name: str, values: Sequence[Value], node: tree.Node) -> Value:
        """Apply a known function, of which at most one argument is an array."""
        values = [self.collapsed(value) for value in values]
        arrays = [place for place, value in enumerate(values) if not self.is_scalar(value)]
        if not arrays:
            return self.make(name, values, node)
        if name in {"max", "min"} and len(values) == 1:
            raise Trouble(f"'{name}' over the entries of an array is not read", node.span[0])
        if len(arrays) > 1:
            raise Trouble(f"'{name}' of several arrays is not read", node.span[0])
        place = arrays[0]
        return self.by_entry(lambda u: self.make(name, [*values[:place], u, *values[place + 1 :]], node), values[place])
