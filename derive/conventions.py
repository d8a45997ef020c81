"""The same formulas in the conventions of other books, by stated transformations and not typed anew.

The catalogue has rows as samples, Y = X W + b. With columns as samples every array is the transpose of ours,
X = X_cᵀ, W = W_cᵀ, G = G_cᵀ, and a gradient has the shape of its variable, so that it is transposed as well:
∂L/∂W_c = (Xᵀ G)ᵀ = G_c X_cᵀ. With the bias as a last column of the weights, [W_c | b], the inputs get a
last row of ones.
"""

from collections.abc import Mapping
from itertools import pairwise

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.entry import ArrayEntry
from derive.matrices import ones


def in_columns(entry: ArrayEntry) -> dict[str, MatrixExpr]:
    """Return the gradients of an entry in matrix form when samples are columns.

    Parameters
    ----------
    entry:
        An entry whose textbook forms are matrix expressions in X (B, N), W (N, M), G (B, M), …

    Returns
    -------
    For each target the gradient in terms of matrices of the same names and transposed shapes, in the shape of the
    transposed variable: W is (M, N), a bias (M,) is a column.

    Raises
    ------
    TypeError
        A textbook form is not a matrix expression.
    """
    forms = {}
    for name in entry.targets:
        form = entry.matrix_form(name)
        if form is None:
            raise TypeError(f"the textbook form of {name} is not a matrix expression")
        forms[name] = transposed(form)
    return forms


def transposed(form: MatrixExpr) -> MatrixExpr:
    """Return formᵀ with every letter A replaced by Aᵀ, the transposes pushed to the letters."""
    if isinstance(form, sp.MatrixSymbol):
        return sp.MatrixSymbol(form.name, form.shape[1], form.shape[0])  # (A_cᵀ)ᵀ
    if isinstance(form, sp.OneMatrix):
        return ones(form.shape[1], form.shape[0])
    if isinstance(form, sp.Transpose):
        return sp.Transpose(transposed(form.arg))
    if isinstance(form, sp.MatAdd):
        return sp.MatAdd(*(transposed(term) for term in form.args))
    if isinstance(form, sp.MatMul):
        scalar, factors = form.as_coeff_matrices()
        return scalar * sp.MatMul(*(transposed(factor) for factor in reversed(list(factors))))
    raise TypeError(f"{type(form).__name__} is not in the matrix language of textbook forms")


def with_bias_column(columns: Mapping[str, MatrixExpr], weights: str, bias: str) -> MatrixExpr:
    """Return the gradient by [W | b], samples as columns: the gradients by W and by b side by side."""
    return sp.BlockMatrix([[columns[weights], columns[bias]]])


def summed(form: MatrixExpr, batch: sp.Symbol) -> MatrixExpr:
    """Return a gradient of the mean over the batch as that of the sum over it."""
    return batch * form


def number_of_parameters(widths: tuple[sp.Expr | int, ...]) -> sp.Expr:
    """Return the parameters of a fully connected network: Σ (n_{l−1} + 1) n_l, weights and a bias for each unit.

    Parameters
    ----------
    widths:
        n_0, …, n_L; numbers or symbols.
    """
    return sp.Add(*((before + 1) * after for before, after in pairwise(widths)))
