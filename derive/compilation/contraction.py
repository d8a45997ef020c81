"""Sums of products over shared indices: which NumPy operation each one is."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import TypeAlias

import sympy as sp

from derive.compilation.arraynodes import Einsum, Expanded, MatrixProduct, Total, Transposed

Index: TypeAlias = sp.Expr
Operand: TypeAlias = tuple[sp.Expr, tuple[Index, ...]]
"""An array and the index along each of its axes, without repetition."""


def aligned(array: sp.Expr, axes: Sequence[Index], layout: Sequence[Index]) -> sp.Expr:
    """Return the array with its axes in the order of the layout and axes of length one where the layout has others."""
    order = sorted(range(len(axes)), key=lambda place: layout.index(axes[place]))
    if order != list(range(len(axes))):
        array = Transposed(array, *order)
    if not axes:
        return array
    present = [index in axes for index in layout]
    shown = present[present.index(True) :]  # NumPy puts in leading axes by itself
    if all(shown):
        return array
    return Expanded(array, "[" + ", ".join(":" if here else "None" for here in shown) + "]")


def contracted(operands: Sequence[Operand], out: Sequence[Index], summed: Sequence[Index]) -> sp.Expr:
    """Return Σ over `summed` of the product of the operands, with axes in the order of `out`.

    Every index of an operand is in `out` or in `summed`, every index of both in at least one operand.
    """
    out, summed = tuple(out), tuple(summed)
    layout = out + summed
    if all(set(axes) == set(operands[0][1]) for _, axes in operands[1:]):
        # One index set: an elementwise product, and NumPy's pairwise sum. The first operand's order saves transposes.
        if len(operands) == 2 and len(operands[0][1]) == 1 and not out:
            return MatrixProduct(operands[0][0], operands[1][0])
        first = operands[0][1]
        array = sp.Mul(*(aligned(node, axes, first) for node, axes in operands))
        if not summed:
            return aligned(array, first, layout)
        places = [place for place, index in enumerate(first) if index in summed]
        array = Total(array, *places) if out else Total(array)
        return aligned(array, [index for index in first if index in out], out)
    if len(operands) == 2 and len(summed) == 1:
        product = _matrix_product(operands, out, summed[0])
        if product is not None:
            return product
    letters = _letters(layout)
    inputs = ",".join("".join(letters[index] for index in axes) for _, axes in operands)
    pattern = f"{inputs}->{''.join(letters[index] for index in out)}"
    return Einsum(pattern, *(node for node, _ in operands))


def _matrix_product(operands: Sequence[Operand], out: tuple[Index, ...], k: Index) -> sp.Expr | None:
    """Return A @ B where the operands are matrices or vectors that share k only, with the fewest transposes."""
    found = []
    for (left, left_axes), (right, right_axes) in (operands, operands[::-1]):
        rows = [index for index in left_axes if index != k]
        columns = [index for index in right_axes if index != k]
        shared = k in left_axes and k in right_axes and max(len(left_axes), len(right_axes)) <= 2
        if shared and tuple(rows + columns) == out:
            a = left if left_axes[-1] == k else Transposed(left, 1, 0)
            b = right if right_axes[0] == k else Transposed(right, 1, 0)
            found.append(MatrixProduct(a, b))
    return min(found, key=lambda product: sum(isinstance(arg, Transposed) for arg in product.args), default=None)


def _letters(indices: Sequence[Index]) -> dict[Index, str]:
    """Return a letter for each index: the first letter of its name where that is free."""
    letters: dict[Index, str] = {}
    for index in indices:
        own = str(index)[:1].lower()
        free = [
            letter for letter in (own, *ascii_lowercase) if letter in ascii_lowercase and letter not in letters.values()
        ]
        letters[index] = free[0]
    return letters
