"""Products and quotients: of numbers, of matrices, entry by entry, and of two vectors."""

from collections.abc import Sequence

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays.elementwise import Elementwise
from derive.reading.arrays.shapes import fitted_to, scaled, shape_words
from derive.reading.errors import Trouble
from derive.reading.limits import FACTORS
from derive.reading.value import Value


class Products(Elementwise):
    """Multiplies and divides."""

    def multiply(self, values: Sequence[tuple[str, int, Value]], node: tree.Node) -> Value:
        """Multiply from left to right, each factor with the sign before it."""
        result: Value = None
        scalars: list[Value] = []
        for sign, place, value in values:
            if self.is_scalar(value):
                scalars.append(self._divisor(value, place) if sign == "/" else value)
                if sign in {"//", "%", "⊗"} or (sign == "@" and self.surface == "python"):
                    raise Trouble(f"'{sign}' is not read between numbers", place)
            elif result is None and sign != "/":
                result = value
            elif result is None:
                result = self._reciprocal(value, place)
            else:
                result = self._times(result, value, sign, place, node)
                if self.is_scalar(result):
                    scalars.append(result)
                    result = None
            if len(scalars) > FACTORS:
                raise Trouble(f"a product has more than {FACTORS} factors", place)
        factor = guards.checked(sp.Mul(*scalars), node.span[0])
        if result is None:
            return factor
        return self.collapsed(scaled(factor, result)) if scalars else result

    def _divisor(self, value: Value, place: int) -> Value:
        if value == 0:
            raise Trouble("division by zero", place)
        self.need_nonzero(value)
        return guards.power(value, sp.S.NegativeOne, place)

    def _reciprocal(self, value: Value, place: int) -> Value:
        return self.by_entry(lambda u: 1 / u, value)

    def _times(self, left: Value, right: Value, sign: str, place: int, node: tree.Node) -> Value:
        left, right = self.collapsed(left), self.collapsed(right)
        if self.is_scalar(left) or self.is_scalar(right):
            return self.multiply([("", place, left), ("/" if sign == "/" else "", place, right)], node)
        if sign == "/":
            self.note("read the quotient of two arrays entry by entry")
            right = self._reciprocal(right, place)
            sign = "∘"
        if sign == "⊗":
            return self.matrix_product(left, sp.Transpose(right), place)
        if sign == "∘" or (sign == "*" and self.surface == "python"):
            return self._hadamard(left, right, place, node)
        if sign in {"//", "%"}:
            raise Trouble(f"'{sign}' is not read between arrays", place)
        if sign == "*" and self.surface != "python" and "*" in self.source.prepared[max(place - 1, 0) : place + 1]:
            # A * B is the product of the entries in NumPy, and some mean A B by it: a guess would hide a wrong answer.
            raise Trouble("'*' between arrays may mean two things; write @ for the matrix product or ∘ by entry", place)
        dot = sign in {"*", ""} and right.shape[1] == 1 and tuple(left.shape) == tuple(right.shape)
        if dot:
            self.note("read the product of two vectors as their scalar product")
            return self.collapsed(self.matrix_product(sp.Transpose(left), right, place))
        return self.matrix_product(left, right, place)

    def matrix_product(self, left: Value, right: Value, place: int) -> Value:
        """Return the matrix product of two arrays whose shapes fit; a vector may stand as a row."""
        left, right = fitted_to(left, 1, right.shape[0]), fitted_to(right, 0, left.shape[1])
        if self.surface == "python" and left.shape[1] == 1 and left.shape[0] == right.shape[0] and right.shape[0] != 1:
            product = sp.MatMul(sp.Transpose(right), left)  # x @ W with a vector x is the vector W^T x
            return self.collapsed(product)
        if left.shape[1] != right.shape[0]:
            if left.shape[1] == 1 and left.shape[0] == right.shape[0] and isinstance(left, sp.MatrixSymbol):
                self.note(f"read {left} as a row, because a column does not fit before {shape_words(right.shape)}")
                return sp.MatMul(sp.Transpose(left), right)
            raise Trouble(
                f"the shapes {shape_words(left.shape)} and {shape_words(right.shape)} do not fit for a product", place
            )
        flat = [factor for side in (left, right) for factor in (side.args if isinstance(side, sp.MatMul) else (side,))]
        scalars = [factor for factor in flat if self.is_scalar(factor)]
        matrices = [factor for factor in flat if not self.is_scalar(factor)]
        return sp.MatMul(*([sp.Mul(*scalars)] if scalars else []), *matrices)

    def _hadamard(self, left: Value, right: Value, place: int, node: tree.Node) -> Value:
        left, right = self.fitted([left, right])
        shape = self.common_shape([left, right], node)
        factors = [self.spread(left, shape, node), self.spread(right, shape, node)]
        flat = [f for factor in factors for f in (factor.args if isinstance(factor, sp.HadamardProduct) else (factor,))]
        return sp.HadamardProduct(*flat)
