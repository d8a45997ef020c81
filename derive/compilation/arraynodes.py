"""Array operations as SymPy nodes: between them stand ordinary sums, products and functions, as NumPy broadcasts.

A tree of these nodes has one meaning: every node is an array whose axes are already in line with its neighbours',
so that equal nodes are equal arrays and the scalar rewritings hold for them element by element.
"""

from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE


class ArrayNode(sp.Expr):  # type: ignore[misc]
    """An operation on arrays; real, commutative under the elementwise operations around it."""

    is_commutative = True
    is_real = True

    def __new__(cls, *args: Any) -> "ArrayNode":
        """Make the node from arrays (SymPy trees), whole numbers and text."""
        parts = (Str(arg) if isinstance(arg, str) else sp.sympify(arg, strict=True) for arg in args)
        return super().__new__(cls, *parts)  # type: ignore[no-any-return]


class Size(ArrayNode):
    """The length of one axis: Size(X, 0)."""

    is_integer = True
    is_positive = True


class MatrixProduct(ArrayNode):
    """MatrixProduct(A, B) is A @ B."""

    precedence = PRECEDENCE["Mul"]


class Transposed(ArrayNode):
    """Transposed(A, *permutation)."""


class Expanded(ArrayNode):
    """Expanded(A, "[:, None]"): axes of length one put in."""


class Total(ArrayNode):
    """Total(A, *axes): the sum over axes; over all of them if none is named."""


class Einsum(ArrayNode):
    """Einsum("ik,kj->ij", A, B)."""


class Arange(ArrayNode):
    """Arange(size): 0, 1, …, size − 1."""


class LogSumExp(ArrayNode):
    """LogSumExp(A, axis)."""


class Softmax(ArrayNode):
    """Softmax(A, axis)."""


class SoftmaxMinus(ArrayNode):
    """SoftmaxMinus(Z, Y, axis) is softmax(Z) − Y."""


class LogSoftmax(ArrayNode):
    """LogSoftmax(A, axis)."""


class Windows(ArrayNode):
    """Windows(X, r, d, r axes, r steps, r sizes, d starts): a strided view with r axes of an array with d axes."""
