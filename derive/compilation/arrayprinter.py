# ruff: noqa: N802 - SymPy finds the methods of a printer by the names of its classes
"""Prints array nodes as readable NumPy."""

from collections.abc import Sequence
from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE

from derive.compilation.arraynodes import Einsum, MatrixProduct
from derive.compilation.printer import StablePrinter


class ArrayPrinter(StablePrinter):
    """`X @ W + b`, `G.sum(axis=0)`, `np.einsum(…)`, `stable.softmax(Z, axis=1)`."""

    def _atom(self, node: sp.Expr) -> str:
        text: str = self.parenthesize(node, PRECEDENCE["Func"])
        return text if node.is_Symbol or not text[:1].isdigit() else f"({text})"

    def _print_Str(self, node: Any) -> str:
        return repr(node.name)

    def _print_Size(self, node: sp.Expr) -> str:
        return f"{self._atom(node.args[0])}.shape[{node.args[1]}]"

    def _print_MatrixProduct(self, node: sp.Expr) -> str:
        return f"{self._atom(node.args[0])} @ {self._atom(node.args[1])}"

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:
        # The matrix product first, as it is written by hand: X @ W + b.
        terms = sorted(self._as_ordered_terms(expr, order=order), key=lambda term: not term.has(MatrixProduct, Einsum))
        texts = [self.parenthesize(term, PRECEDENCE["Add"], strict=True) for term in terms]
        text: str = texts[0]
        for part in texts[1:]:
            text += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
        return text

    def _print_Transposed(self, node: sp.Expr) -> str:
        array, *order = node.args
        if [int(axis) for axis in order] == [1, 0]:
            return f"{self._method(array)}.T"
        return f"np.transpose({self._print(array)}, ({', '.join(map(str, order))}))"

    def _method(self, array: sp.Expr) -> str:
        return self._print(array) if array.is_Symbol else f"({self._print(array)})"

    def _print_Expanded(self, node: sp.Expr) -> str:
        return f"{self._method(node.args[0])}{node.args[1].name}"

    def _print_Total(self, node: sp.Expr) -> str:
        array, *axes = node.args
        if not axes:
            return f"np.sum({self._print(array)})"
        axis = str(axes[0]) if len(axes) == 1 else f"({', '.join(map(str, axes))})"
        return f"{self._method(array)}.sum(axis={axis})"

    def _print_Einsum(self, node: sp.Expr) -> str:
        pattern, *arrays = node.args
        plan = ", optimize=True" if len(arrays) > 2 else ""
        return f"np.einsum({pattern.name!r}, {', '.join(self._print(array) for array in arrays)}{plan})"

    def _print_Arange(self, node: sp.Expr) -> str:
        return f"np.arange({self._print(node.args[0])})"

    def _print_LogSumExp(self, node: sp.Expr) -> str:
        return f"special.logsumexp({self._print(node.args[0])}, axis={node.args[1]})"

    def _print_Softmax(self, node: sp.Expr) -> str:
        return f"stable.softmax({self._print(node.args[0])}, axis={node.args[1]})"

    def _print_LogSoftmax(self, node: sp.Expr) -> str:
        return f"stable.log_softmax({self._print(node.args[0])}, axis={node.args[1]})"

    def _print_SoftmaxMinus(self, node: sp.Expr) -> str:
        Z, Y, axis = node.args
        return f"stable.softmax_minus({self._print(Z)}, {self._print(Y)}, axis={axis})"

    def _tuple(self, items: Sequence[sp.Expr]) -> str:
        return f"({', '.join(self._print(item) for item in items)}{',' if len(items) == 1 else ''})"

    def _print_Windows(self, node: sp.Expr) -> str:
        array, rank, dims, *numbers = node.args
        r, d = int(rank), int(dims)
        parts = numbers[:r], numbers[r : 2 * r], numbers[2 * r : 3 * r], numbers[3 * r : 3 * r + d]
        axes, steps, sizes, starts = (self._tuple(part) for part in parts)
        return f"stable.windows({self._print(array)}, axes={axes}, steps={steps}, sizes={sizes}, starts={starts})"
