"""Between matrix form and index form: `X.T*G` has the entry Σ_i X[i, p] G[i, q]."""

from collections.abc import Mapping

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.indices import length, total, with_fresh_bounds


def matrix(array: sp.IndexedBase) -> sp.MatrixSymbol:
    """Return the matrix symbol of an array; a vector (M,) is written as a row (1, M), as in Y = X W + b."""
    shape = array.shape if len(array.shape) == 2 else (1, *array.shape)
    return sp.MatrixSymbol(str(array.label), *shape)


def ones(rows: sp.Expr, columns: sp.Expr) -> sp.OneMatrix:
    """Return the matrix whose entries are all 1; `ones(1, B)*G` sums the rows of G."""
    return sp.OneMatrix(rows, columns)


def element(form: MatrixExpr, row: sp.Expr, column: sp.Expr, arrays: Mapping[str, sp.IndexedBase]) -> sp.Expr:
    """Return the entry [row, column] of a matrix expression in index notation.

    Parameters
    ----------
    form:
        Sums, products, transposes and scalar multiples of matrix symbols and matrices of ones.
    row, column:
        Indices (`Idx`), or 0 for the row of a vector.
    arrays:
        The array behind each matrix symbol, by name.

    Raises
    ------
    TypeError
        The expression holds something else.
    """
    if isinstance(form, sp.MatrixSymbol):
        base = arrays[form.name]
        return base[row, column] if len(base.shape) == 2 else base[column]
    if isinstance(form, sp.OneMatrix):
        return sp.S.One
    if isinstance(form, sp.Transpose):
        return element(form.arg, column, row, arrays)
    if isinstance(form, sp.MatAdd):
        return sp.Add(*(element(term, row, column, arrays) for term in form.args))
    if isinstance(form, sp.MatMul):
        scalar, factors = form.as_coeff_matrices()
        return scalar * _product(list(factors), row, column, arrays)
    raise TypeError(f"{type(form).__name__} is not in the matrix language of textbook forms")


def _product(factors: list[MatrixExpr], row: sp.Expr, column: sp.Expr, arrays: Mapping[str, sp.IndexedBase]) -> sp.Expr:
    first, *rest = factors
    if not rest:
        return element(first, row, column, arrays)
    inner = sp.Idx("s", first.shape[1])
    taken = {index for index in (row, column) if isinstance(index, sp.Idx)}
    while inner in taken or any(str(index) == str(inner) for index in taken):
        inner = sp.Idx(f"{inner.name}1", length(inner))
    left = element(first, row, inner, arrays)
    right = _product(rest, inner, column, arrays)
    if isinstance(right, sp.Sum):
        right = with_fresh_bounds(right, left.free_symbols | {inner})
    return total(left * right, inner)
