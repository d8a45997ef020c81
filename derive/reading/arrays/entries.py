"""The entries of a matrix expression, written in index notation."""

from collections.abc import Mapping

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from derive.indices import total
from derive.reading.value import Value


def entry(form: Value, row: Value, column: Value, arrays: Mapping[str, sp.IndexedBase]) -> Value:
    """Return the entry [row, column] of a matrix expression made by the reader, in index notation.

    Parameters
    ----------
    form:
        A matrix expression; a vector is a column, so its column index is 0.
    row, column:
        Indices (`Idx`) or numbers.
    arrays:
        The array behind each matrix symbol, by name.
    """
    return Entries(arrays).of(form, row, column)


class Entries:
    """Writes entries in index notation, with summation indices that nobody uses yet."""

    def __init__(self, arrays: Mapping[str, sp.IndexedBase], taken: frozenset[str] = frozenset()) -> None:
        self.arrays = arrays
        self.taken = taken
        self.count = 0

    def fresh(self, size: Value) -> sp.Idx:
        """Return an index that nobody uses yet, over this many values."""
        while True:
            self.count += 1
            name = f"s{self.count}"
            if name not in self.taken and name not in self.arrays:
                return sp.Idx(name, size)

    def of(self, form: Value, row: Value, column: Value) -> Value:  # noqa: PLR0911 - one for each kind
        """Return one entry of a matrix expression."""
        if isinstance(form, sp.MatrixSymbol):
            base = self.arrays[form.name]
            return base[row] if len(base.shape) == 1 else base[row, column]
        if isinstance(form, sp.OneMatrix):
            return sp.S.One
        if isinstance(form, sp.Identity):
            return sp.S.One if row == column else sp.KroneckerDelta(row, column)
        if isinstance(form, sp.Transpose):
            return self.of(form.arg, column, row)
        if isinstance(form, sp.MatAdd):
            return sp.Add(*(self.of(term, row, column) for term in form.args))
        if isinstance(form, sp.HadamardProduct):
            return sp.Mul(*(self.of(factor, row, column) for factor in form.args))
        if isinstance(form, ElementwiseApplyFunction):
            return form.function(self.of(form.expr, row, column))
        if isinstance(form, sp.DiagMatrix):
            return sp.KroneckerDelta(row, column) * self.of(form.args[0], row, sp.S.Zero)
        if isinstance(form, sp.MatMul):
            scalar, factors = form.as_coeff_matrices()
            return scalar * self._product(list(factors), row, column)
        raise TypeError(f"{type(form).__name__} has no entries here")

    def _product(self, factors: list[Value], row: Value, column: Value) -> Value:
        first, *rest = factors
        if not rest:
            return self.of(first, row, column)
        size = first.shape[1]
        if size == 1:
            return self.of(first, row, sp.S.Zero) * self._product(rest, sp.S.Zero, column)
        inner = self.fresh(size)
        return total(self.of(first, row, inner) * self._product(rest, inner, column), inner)
