"""Arrays: entries, sums over indices and Kronecker deltas in index notation; whole arrays as matrix expressions.

What is a number is written in index notation, as in `derive.indices`: `x^T A x` is Σ_s Σ_t x[s] A[s, t] x[t]. What has
the shape of a matrix is a SymPy matrix expression that holds only containers (products, sums, transposes, Hadamard
products, functions of each entry), none of which SymPy is asked to differentiate or to simplify. `entry` leads from the
second to the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.functions import indicator
from derive.indices import length, total
from derive.reading import guards, tree
from derive.reading.collaborators import Collaborators
from derive.reading.errors import Trouble
from derive.reading.limits import FACTORS
from derive.reading.vocabulary import size_symbol

if TYPE_CHECKING:
    from derive.reading.known import Known  # noqa: F401 - named in a docstring

Value = Any

_U = sp.Symbol("□", real=True)  # stands for each entry; nobody can type it, so no name is captured
_EXPANDED_TERMS = 16


@dataclass
class Bound:
    """An index that a Σ binds: its `Idx`, and how far the written index is ahead of it (1 where counting starts at 1).

    A written-out sum binds it to a number instead.
    """

    index: Value
    offset: int = 0


def shape_words(shape: tuple[Value, ...]) -> str:
    """Return a shape in words: `(N, M)`."""
    return f"({', '.join(str(size) for size in shape)})"


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
    return _Entries(arrays).of(form, row, column)


class _Entries:
    def __init__(self, arrays: Mapping[str, sp.IndexedBase], taken: frozenset[str] = frozenset()) -> None:
        self.arrays = arrays
        self.taken = taken
        self.count = 0

    def fresh(self, size: Value) -> sp.Idx:
        while True:
            self.count += 1
            name = f"s{self.count}"
            if name not in self.taken and name not in self.arrays:
                return sp.Idx(name, size)

    def of(self, form: Value, row: Value, column: Value) -> Value:  # noqa: PLR0911 - one for each kind
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


class Arrays(Collaborators):
    """The part of the meaning that concerns arrays and indices."""

    # -- numbers and arrays --

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

    def entries(self) -> _Entries:
        """Return what writes matrix expressions in index notation, with indices that nobody uses yet."""
        if self.writer is None:
            self.writer = _Entries(self.arrays, self.written | frozenset(self.lengths) | self.vocabulary.declared)
        writer: _Entries = self.writer
        return writer

    def whole_array(self, found: sp.IndexedBase, node: tree.Node) -> Value:
        """Return an array as a matrix symbol; a vector is a column."""
        name = str(found.label)
        self.arrays[name] = found
        shape = tuple(found.shape) if len(found.shape) == 2 else (*found.shape, 1)
        return sp.MatrixSymbol(name, *shape)

    # -- sums and products --

    def add(self, values: Sequence[tuple[int, Value, tree.Node]], node: tree.Node) -> Value:
        """Add numbers, or arrays of one shape; a bias is added to every row."""
        terms = [(sign, self.collapsed(value), term) for sign, value, term in values]
        if all(self.is_scalar(value) for _, value, _ in terms):
            return guards.checked(sp.Add(*(value if sign > 0 else -value for sign, value, _ in terms)), node.span[0])
        shape = self._common_shape([value for _, value, _ in terms], node)
        spread = [self._spread(value, shape, term) for _, value, term in terms]
        signed = [
            value if sign > 0 else self._scaled(sp.S.NegativeOne, value)
            for (sign, _, _), value in zip(terms, spread, strict=True)
        ]
        return signed[0] if len(signed) == 1 else sp.MatAdd(*signed)

    def negate(self, value: Value, node: tree.Node) -> Value:
        """Return minus a value."""
        return -value if self.is_scalar(value) else self._scaled(sp.S.NegativeOne, value)

    def _scaled(self, factor: Value, value: Value) -> Value:
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

    def _common_shape(self, values: Sequence[Value], node: tree.Node) -> tuple[Value, Value]:
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

    def _spread(self, value: Value, shape: tuple[Value, Value], node: tree.Node) -> Value:
        """Repeat a number, a row or a vector so that it has the given shape."""
        if self.is_scalar(value):
            self.note(f"read '{self.piece(node)}' as added to, or multiplied with, each entry")
            return self._scaled(value, sp.OneMatrix(*shape))
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
        return self.collapsed(self._scaled(factor, result)) if scalars else result

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
            return self._matrix_product(left, sp.Transpose(right), place)
        if sign == "∘" or (sign == "*" and self.surface == "python"):
            return self._hadamard(left, right, place, node)
        if sign in {"//", "%"}:
            raise Trouble(f"'{sign}' is not read between arrays", place)
        dot = sign in {"*", ""} and right.shape[1] == 1 and tuple(left.shape) == tuple(right.shape)
        if dot:
            self.note("read the product of two vectors as their scalar product")
            return self.collapsed(self._matrix_product(sp.Transpose(left), right, place))
        return self._matrix_product(left, right, place)

    def _matrix_product(self, left: Value, right: Value, place: int) -> Value:
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
        shape = self._common_shape([left, right], node)
        factors = [self._spread(left, shape, node), self._spread(right, shape, node)]
        flat = [f for factor in factors for f in (factor.args if isinstance(factor, sp.HadamardProduct) else (factor,))]
        return sp.HadamardProduct(*flat)

    # -- functions of each entry --

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

    def array_power(self, base: Value, exponent: Value, node: tree.Node, above: tree.Node) -> Value:
        """Raise an array to a power: entry by entry in Python, as a matrix product elsewhere."""
        exponent = self.collapsed(exponent)
        base = self.collapsed(base)
        if self.is_scalar(base):
            if self.is_scalar(exponent):
                return self.power(base, exponent, node, above)
            return self.by_entry(lambda u: guards.power(base, u, above.span[0]), exponent)
        if not self.is_scalar(exponent):
            raise Trouble("an array in the exponent of an array is not read", above.span[0])
        if self.surface == "python" or base.shape[0] != base.shape[1]:
            if self.surface != "python":
                self.note(f"read '{self.piece(node)}' entry by entry")
            return self.by_entry(lambda u: guards.power(u, exponent, above.span[0]), base)
        if not exponent.is_Integer or not 1 <= exponent <= 8:
            raise Trouble("a power of a matrix has a whole exponent from 1 to 8", above.span[0])
        result = base
        for _ in range(int(exponent) - 1):
            result = self._matrix_product(result, base, above.span[0])
        return result

    def is_transposition(self, above: tree.Node, base: Value) -> bool:
        """Tell whether an exponent says `transposed`."""
        if isinstance(above, tree.Group) and above.bracket == "{" and len(above.items) == 1:
            above = above.items[0]
        if not isinstance(above, tree.Name) or above.name != "T":
            return False
        return above.kind == "upright" or (not self.is_scalar(base) and "T" not in self.vocabulary.declared)

    def transpose(self, value: Value, node: tree.Node) -> Value:
        """Transpose; a number is its own transpose, which is listed."""
        if self.is_scalar(value):
            self.note(f"read '{self.piece(node)}' as a number, which is its own transpose")
            return value
        return value.arg if isinstance(value, sp.Transpose) else sp.Transpose(value)

    def ones(self, node: tree.Node) -> Value:
        """Refuse a vector of ones, whose size nobody knows."""
        raise Trouble("an indicator is written with its condition, 1[x > 0]", node.span[1], "[")

    def bars(self, bracket: str, value: Value, node: tree.Node) -> Value:
        """Return |x|, or the Euclidean norm."""
        value = self.collapsed(value)
        if self.is_scalar(value):
            self.count_compared(1, node.span[0])
            return sp.Abs(value)
        if bracket == "|":
            if value.shape[1] == 1:
                self.note(f"read '{self.piece(node)}' as the length of a vector")
            else:
                raise Trouble("| | of a matrix may be its determinant or its norm; neither is read", node.span[0])
        return guards.power(self.sum_of(self.by_entry(lambda u: u**2, value)), sp.Rational(1, 2), node.span[0])

    def sum_of(self, value: Value) -> Value:
        """Return the sum of all entries."""
        if self.is_scalar(value):
            return value
        writer = self.entries()
        rows, columns = value.shape
        row = sp.S.Zero if rows == 1 else writer.fresh(rows)
        column = sp.S.Zero if columns == 1 else writer.fresh(columns)
        over = [index for index in (row, column) if index != 0]
        body = writer.of(value, row, column)
        return total(body, *over) if over else body

    # -- entries --

    def index_parts(self, below: tree.Node) -> list[tree.Node]:
        """Divide what stands below a name into indices: `ij` are two, and so are `i, j`."""
        nodes = list(below.items) if isinstance(below, tree.Group) else [below]
        parts: list[tree.Node] = []
        for node in nodes:
            items = node.items if isinstance(node, tree.Run) else (node,)
            for item in items:
                if (
                    isinstance(item, tree.Name)
                    and item.kind == "word"
                    and item.name.isalpha()
                    and item.name not in self.bound
                ):
                    start = item.span[0]
                    parts.extend(
                        tree.Name((start + place, start + place + 1), letter, "letter")
                        for place, letter in enumerate(item.name)
                    )
                else:
                    parts.append(item)
        return parts

    def index_name(self, parts: Sequence[tree.Node], position: int) -> str:
        """Return what is appended to the name of an entry that belongs to no declared array."""
        words = []
        for part in parts:
            if isinstance(part, tree.Name):
                bound = self.bound.get(part.name)
                words.append(part.name if bound is None or not bound.index.is_Integer else str(bound.index))
            elif isinstance(part, tree.Number) and part.value.denominator == 1:
                words.append(str(part.value))
            else:
                inner = self.of(part)
                if not inner.is_Integer or inner < 0:
                    raise Trouble("an index is a name or a whole number", part.span[0], "an index")
                words.append(str(inner))
        joined = all(len(word) == 1 and word.isalpha() for word in words)
        return ("" if joined else "_").join(words)

    def entry(  # noqa: PLR0911 - one for each thing an index may stand below
        self, base: tree.Node, below: tree.Node, primes: int, node: tree.Node
    ) -> Value:
        """Return W_{ij}: an entry of a declared array, a Kronecker delta, or a name of its own."""
        if isinstance(base, tree.Group) and base.bracket == "‖":
            return self._norm(base, below, node)
        if not isinstance(base, tree.Name):
            return self.entry_of_value(self.of(base), below, node)
        name = base.name + "'" * primes
        shape = self.vocabulary.shape_of(name)
        parts = self.index_parts(below)
        word = below.items[0] if isinstance(below, tree.Group) and len(below.items) == 1 else below
        whole = f"{base.name}_{word.name}" if isinstance(word, tree.Name) else None
        if whole is not None and whole in self.vocabulary.declared:
            return self.variable(whole, node)
        if shape:
            return self._array_entry(self.vocabulary.symbols[name], parts, node)
        if (
            base.name == "delta"
            and name not in self.vocabulary.declared
            and len(parts) == 2
            and self._indices_known(parts)
        ):
            return self._delta(parts, node)
        letters = [part.name for part in parts if isinstance(part, tree.Name)]
        if shape is None and any(
            letter in self.bound and not self.bound[letter].index.is_Integer for letter in letters
        ):
            return self._undeclared_entry(name, parts, node)
        if whole is not None and isinstance(word, tree.Name) and (len(word.name) > 1 or word.kind != "word"):
            bound = any(letter in self.bound for letter in letters)
            if not bound:
                return self.variable(whole + "'" * primes, node)
        return self.variable(f"{base.name}_{self.index_name(parts, node.span[0])}" + "'" * primes, node)

    def entry_by_name(self, name: str, node: tree.Node) -> Value | None:
        """Return the entry that a name like W_ij means where W is a declared array, or i is bound by a sum."""
        base, _, below = name.partition("_")
        if not below or name in self.vocabulary.declared:
            return None
        while "_" in below and f"{base}_{below.partition('_')[0]}" in self.vocabulary.declared:
            head, _, below = below.partition("_")
            base = f"{base}_{head}"
        if below.startswith(("hat_", "bar_", "tilde_")):
            head, _, below = below.partition("_")
            base = f"{base}_{head}"
        if below in {"hat", "bar", "tilde"}:
            return None
        place = node.span[1] - len(below)
        parts: list[tree.Node] = []
        for word in below.split("_"):
            if word.isdecimal():
                parts.append(tree.Number((place, place + len(word)), _fraction(word)))
            elif word.isalpha():
                parts.append(tree.Name((place, place + len(word)), word))
            else:
                return None
            place += len(word) + 1
        shape = self.vocabulary.shape_of(base)
        letters = {letter for part in parts if isinstance(part, tree.Name) for letter in (part.name, *part.name)}
        bound = letters & set(self.bound)
        delta = base == "delta" and base not in self.vocabulary.declared
        if not shape and not bound and not delta:
            return None
        group = tree.Group((parts[0].span[0], node.span[1]), "{", tuple(parts))
        if delta and not (len(self.index_parts(group)) == 2 and self._indices_known(self.index_parts(group))):
            return None
        return self.entry(tree.Name((node.span[0], parts[0].span[0] - 1), base, "letter"), group, 0, node)

    def _norm(self, base: tree.Group, below: tree.Node, node: tree.Node) -> Value:
        value = self.collapsed(self.of(base.items[0]))
        parts = self.index_parts(below)
        kind = self.index_name(parts, node.span[0])
        if kind in {"2", "F"}:
            return self.bars("‖", value, node)
        if kind == "1":
            self.count_compared(1, node.span[0])
            return self.sum_of(self.elementwise(sp.Abs, value, node))
        raise Trouble("the norms that are read are ‖x‖, ‖x‖₁, ‖x‖₂ and ‖X‖_F", below.span[0])

    def _array_entry(self, base: sp.IndexedBase, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        shape = tuple(base.shape)
        if (
            len(parts) == 1
            and len(shape) == 2
            and isinstance(parts[0], tree.Number)
            and parts[0].value.denominator == 1
        ):
            digits = str(parts[0].value)
            if len(digits) == 2:
                start = parts[0].span[0]
                self.note(f"read the index {digits} as row {digits[0]}, column {digits[1]}")
                parts = [
                    tree.Number((start + place, start + place + 1), _fraction(digit))
                    for place, digit in enumerate(digits)
                ]
        if len(parts) != len(shape):
            wanted = "one index" if len(shape) == 1 else "two indices"
            raise Trouble(f"{base.label} has {wanted}, not {len(parts)}", node.span[0])
        self.names[str(base.label)] = base
        self.arrays[str(base.label)] = base
        return base[tuple(self.index(part, size) for part, size in zip(parts, shape, strict=True))]

    def _undeclared_entry(self, name: str, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        known = self.arrays.get(name)
        if known is None:
            sizes = []
            for part in parts:
                bound = self.bound.get(part.name) if isinstance(part, tree.Name) else None
                if bound is not None and not bound.index.is_Integer:
                    sizes.append(length(bound.index))
                elif isinstance(part, tree.Name):
                    sizes.append(self._length(part.name))
                else:
                    raise Trouble(f"declare {name} to use it with a number as its index", part.span[0])
            known = sp.IndexedBase(sp.Symbol(name, real=True), shape=tuple(sizes))
            self.note(f"read {name} as an array of shape {shape_words(tuple(sizes))}, because it is not declared")
        return self._array_entry(known, parts, node)

    def _indices_known(self, parts: Sequence[tree.Node]) -> bool:
        names = [part.name for part in parts if isinstance(part, tree.Name)]
        if len(names) != 2:
            return False
        has_arrays = any(isinstance(symbol, sp.IndexedBase) for symbol in self.vocabulary.symbols.values())
        return has_arrays or any(
            name in self.bound or name in self.vocabulary.indices or name in self.lengths for name in names
        )

    def _delta(self, parts: Sequence[tree.Node], node: tree.Node) -> Value:
        names = [part.name for part in parts if isinstance(part, tree.Name)]
        sizes = [self._length_or_none(name) for name in names]
        first, second = sizes[0] or sizes[1], sizes[1] or sizes[0]
        if first is None or second is None:
            first = second = self._length(names[0])
        if first != second:
            self.note(f"read {self.piece(node)} with {names[0]} up to {first} and {names[1]} up to {second}")
        indices = [self.index(part, size) for part, size in zip(parts, (first, second), strict=True)]
        return sp.KroneckerDelta(*indices)

    def _length_or_none(self, name: str) -> Value | None:
        bound = self.bound.get(name)
        if bound is not None and bound.index is not None:
            return None if bound.index.is_Integer else length(bound.index)
        if name in self.free:
            return length(self.free[name])
        return self.vocabulary.indices.get(name) or self.lengths.get(name)

    def _length(self, name: str) -> Value:
        known = self._length_or_none(name)
        if known is None:
            known = size_symbol(f"n_{name}")
            self.note(f"read the index {name} as running over all of its values, n_{name} of them")
            self.lengths[name] = known
        return known

    def index(self, node: tree.Node, size: Value) -> Value:
        """Return an index of an array: a bound or free one, a number, or a sum of them."""
        if isinstance(node, tree.Group) and len(node.items) == 1:
            return self.index(node.items[0], size)
        if isinstance(node, tree.Number):
            return self._numbered(node, size)
        if isinstance(node, tree.Name):
            return self._named_index(node, size)
        if isinstance(node, tree.Sum):
            self.depth += 1
            value = sp.S.Zero
            for sign, term in node.terms:
                if isinstance(term, tree.Number):
                    value += sign * sp.Rational(term.value.numerator, term.value.denominator)
                elif isinstance(term, tree.Name):
                    value += sign * self._named_index(term, size, shifted=True)
                else:
                    raise Trouble("an index is a name, a number, or a sum of them", term.span[0], "an index")
            self.depth -= 1
            if not all(atom.is_integer for atom in value.atoms(sp.Number)):
                raise Trouble("an index is a whole number", node.span[0], "an index")
            return value
        raise Trouble("an index is a name, a number, or a sum of them", node.span[0], "an index")

    def _numbered(self, node: tree.Number, size: Value) -> Value:
        first = 0 if self.surface == "python" else 1
        if node.value.denominator != 1 or node.value < first:
            raise Trouble(f"an index is a whole number, counted from {first}", node.span[0], "an index")
        if size.is_Integer and node.value - first >= int(size):
            raise Trouble(f"the index {node.value} is beyond the size {size}", node.span[0])
        if first:
            self.note("read the numbers of indices as counted from 1")
        return sp.Integer(node.value.numerator - first)

    def _named_index(self, node: tree.Name, size: Value, shifted: bool = False) -> Value:
        bound = self.bound.get(node.name)
        if bound is not None:
            if bound.index is None:
                bound.index = sp.Idx(node.name, size)
            if bound.index.is_Integer:
                return bound.index - (0 if self.surface == "python" else 1)
            own = length(bound.index)
            part_of_it = (own - size).is_Integer and own - size < 0
            if part_of_it:
                self.note(f"read {node.name} as running over {own} of the {size} values")
            elif own != size and not shifted:
                raise Trouble(f"{node.name} runs over {own} values, but the array has {size} there", node.span[0])
            return bound.index
        free = self.free.get(node.name)
        if free is None:
            declared = self.vocabulary.indices.get(node.name, self.lengths.get(node.name, size) if shifted else size)
            free = self.free[node.name] = sp.Idx(node.name, declared)
        if length(free) != size and not shifted:
            raise Trouble(f"{node.name} runs over {length(free)} values, but the array has {size} there", node.span[0])
        return free

    def item(self, node: tree.Item) -> Value:
        """Return `W[i, j]` of Python."""
        base, indices = node.base, node.indices
        while isinstance(base, tree.Item):
            indices, base = (*base.indices, *indices), base.base
        if any(isinstance(index, tree.Nothing) for index in indices):
            raise Trouble("slices are not read; write the entry with its indices", node.span[0])
        if not isinstance(base, tree.Name):
            return self.entry_of_value(self.of(base), tree.Group(node.span, "[", indices), node)
        parts = [
            index.items[0] if isinstance(index, tree.Group) and len(index.items) == 1 else index for index in indices
        ]
        shape = self.vocabulary.shape_of(base.name)
        if shape:
            return self._array_entry(self.vocabulary.symbols[base.name], parts, node)
        if shape is not None:
            raise Trouble(f"{base.name} is declared as a number and has no entries", node.span[0])
        if any(
            isinstance(p, tree.Name) and p.name in self.bound and not self.bound[p.name].index.is_Integer for p in parts
        ):
            return self._undeclared_entry(base.name, parts, node)
        return self.variable(f"{base.name}_{self.index_name(parts, node.span[0])}", node)

    def entry_of_value(self, value: Value, below: tree.Node, node: tree.Node) -> Value:
        """Return an entry of something computed: (Wx)_i, softmax(z)_i."""
        if self.is_scalar(value):
            raise Trouble("an index stands below a name or an array", below.span[0])
        parts = self.index_parts(below)
        if value.shape[1] == 1 and len(parts) == 1:
            return self.entries().of(value, self.index(parts[0], value.shape[0]), sp.S.Zero)
        if len(parts) != 2:
            raise Trouble(f"an array of shape {shape_words(value.shape)} has two indices", below.span[0])
        row, column = (self.index(part, size) for part, size in zip(parts, value.shape, strict=True))
        return self.entries().of(value, row, column)

    # -- sums over indices --

    def big_sum(self, head: tree.Scripted, body: tree.Node) -> Value:
        """Return Σ or Π with its bounds; without bounds it runs over the whole range of each index."""
        product = isinstance(head.base, tree.Name) and head.base.name == "∏"
        below = head.below
        if isinstance(below, tree.Group) and len(below.items) == 1 and isinstance(below.items[0], tree.Relation):
            return self._bounded_sum(below.items[0], head, body, product)
        if product:
            raise Trouble("a product ∏ is read with numbers as its bounds only", head.span[0])
        if below is None:
            return self._sum_without_index(head, body)
        names = []
        for part in self.index_parts(below):
            if not isinstance(part, tree.Name):
                raise Trouble("the index of the sum is a name, as in \\sum_{i=1}^{n}", part.span[0], "a name")
            names.append(part.name)
        if head.above is not None:
            if len(names) != 1:
                raise Trouble("a sum with an upper bound has one index", head.above.span[0])
            size = self.of(head.above)
            if not (self.is_scalar(size) and size.is_integer):
                raise Trouble("the bounds of a sum are whole numbers", head.above.span[0])
            return self._summed({names[0]: Bound(sp.Idx(names[0], size), 1)}, body)
        self.learn_lengths(body)
        return self._summed({name: Bound(self._whole_range(name), 1) for name in names}, body)

    def _whole_range(self, name: str) -> sp.Idx:
        size = self.vocabulary.indices.get(name) or self.lengths.get(name)
        if size is None:
            size = size_symbol(f"n_{name}")
            self.note(f"read the index {name} as running over all of its values, n_{name} of them")
        return sp.Idx(name, size)

    def _bounded_sum(self, bounds: tree.Relation, head: tree.Scripted, body: tree.Node, product: bool) -> Value:
        name, low = bounds.operands[0], bounds.operands[-1]
        if len(bounds.operands) != 2 or bounds.signs != ("==",) or not isinstance(name, tree.Name):
            raise Trouble(
                "the bounds of a sum are written \\sum_{i=1}^{n}", bounds.span[0], "an index and its first value"
            )
        if head.above is None:
            raise Trouble("the sum has no upper bound; write \\sum_{i=1}^{n}", head.span[1], "^")
        first, last = self.of(low), self.of(head.above)
        return self.ranged(name.name, first, last, body, head, product)

    def ranged(
        self, name: str, first: Value, last: Value, body: tree.Node, node: tree.Node, product: bool = False
    ) -> Value:
        """Return the sum from a first to a last value; one with few numbers is written out."""
        if not (self.is_scalar(first) and self.is_scalar(last) and first.is_integer and last.is_integer):
            raise Trouble("the bounds of a sum are whole numbers", node.span[0])
        if first.is_Integer and last.is_Integer:
            count = int(last) - int(first) + 1
            if count > _EXPANDED_TERMS:
                raise Trouble(f"a sum of {count} numbered terms is too long to be written out", node.span[0])
            if count < 1:
                raise Trouble("the sum is empty", node.span[0])
            terms = []
            for number in range(int(first), int(last) + 1):
                with self.binding({name: Bound(sp.Integer(number))}):
                    terms.append(self.only_scalar(self.of(body), body))
            return guards.checked(sp.Mul(*terms) if product else sp.Add(*terms), node.span[0])
        if product:
            raise Trouble("a product ∏ is read with numbers as its bounds only", node.span[0])
        if not first.is_Integer or first not in (0, 1):
            raise Trouble("a sum starts at 0 or at 1", node.span[0])
        offset = 0 if self.surface == "python" else int(first)
        size = last - first + 1
        return self._summed({name: Bound(sp.Idx(name, size), offset)}, body)

    def _sum_without_index(self, head: tree.Scripted, body: tree.Node) -> Value:
        self.learn_lengths(body)
        names = [name for name in self.indices_in(body) if name not in self.bound and name not in self.free]
        if head.above is not None or not names:
            raise Trouble("the sum has no index; write \\sum_{i=1}^{n}", head.span[1], "_")
        self.note(f"read the sum without an index as one over {', '.join(names)}")
        return self._summed({name: Bound(self._whole_range(name), 1) for name in names}, body)

    def _summed(self, bounds: dict[str, Bound], body: tree.Node) -> Value:
        for name, bound in bounds.items():
            if name in self.bound:
                self.note(f"read {name} of the inner sum as its own index, apart from that of the sum around it")
                bound.index = self.entries().fresh(length(bound.index))
        with self.binding(bounds):
            value = self.of(body)
        value = self.only_scalar(value, body)
        return total(value, *(bound.index for bound in bounds.values()))

    def indices_in(self, node: tree.Node) -> list[str]:
        """Return the single letters that stand as indices somewhere below a node, in order."""
        found: dict[str, None] = {}
        for part in tree.walk(node):
            below = part.below if isinstance(part, tree.Scripted) else None
            if isinstance(part, tree.Item):
                below = tree.Group(part.span, "[", part.indices)
            if below is not None:
                found |= {
                    p.name: None for p in self.index_parts(below) if isinstance(p, tree.Name) and len(p.name) == 1
                }
            if isinstance(part, tree.Name) and part.kind == "word":
                for word in part.name.split("_")[1:]:
                    if word not in {"hat", "bar", "tilde"} and word.isalpha() and len(word) <= 2:
                        found |= dict.fromkeys(word)
        return list(found)

    def learn_lengths(self, node: tree.Node) -> None:
        """Learn from entries of declared arrays how far each index runs."""
        for part in tree.walk(node):
            self._learn_sizes(part)
            base, below = None, None
            if isinstance(part, tree.Scripted) and isinstance(part.base, tree.Name) and part.below is not None:
                base, below = part.base.name, self.index_parts(part.below)
            elif isinstance(part, tree.Item) and isinstance(part.base, tree.Name):
                base, below = part.base.name, [*part.indices]
            elif isinstance(part, tree.Name) and "_" in part.name and part.name not in self.vocabulary.declared:
                base, _, word = part.name.rpartition("_")
                below = self.index_parts(tree.Name(part.span, word)) if word.isalpha() else None
            shape = self.vocabulary.shape_of(base) if base is not None else None
            if shape and below is not None and len(below) == len(shape):
                for index, size in zip(below, shape, strict=True):
                    if isinstance(index, tree.Name):
                        self.lengths[index.name] = size

    def _learn_sizes(self, part: tree.Node) -> None:
        """Learn that the n in the upper bound of a sum is a whole number, wherever else it stands."""
        ends: tuple[tree.Node, ...] = ()
        if isinstance(part, tree.Scripted) and isinstance(part.base, tree.Name) and part.base.kind == "special":
            ends = (part.above,) if part.above is not None else ()
        elif isinstance(part, tree.Call) and isinstance(part.function, tree.Name) and part.function.name == "range":
            ends = part.arguments
        for end in ends:
            for name in tree.walk(end):
                if (
                    isinstance(name, tree.Name)
                    and name.name not in self.vocabulary.declared
                    and name.name not in self.bound
                ):
                    self.sizes.setdefault(name.name, size_symbol(name.name))

    # -- derivatives by name --

    def derivative_name(self, numerator: tree.Node, denominator: tree.Node, node: tree.Node) -> str | None:
        r"""Return dL_dy_hat for \\frac{\\partial L}{\\partial \\hat y}, which is a name here."""
        above, below = _differential(numerator), _differential(denominator)
        if above is None or below is None:
            return None
        if not above[1]:
            raise Trouble("the operator d/dx has nothing to act on here; write the derivative itself", node.span[0])
        letter = above[0]
        if letter == "d" and ("d" in self.vocabulary.declared):
            return None
        if letter == "d":
            self.note(f"read '{self.piece(node)}' as the name of a derivative")
        return f"d{above[1]}_d{below[1]}"

    def derivative_operator(self, base: tree.Quotient) -> bool:
        """Tell whether a fraction is d/dx."""
        above, below = _differential(base.numerator), _differential(base.denominator)
        return (
            above is not None
            and below is not None
            and not above[1]
            and above[0] == below[0]
            and "d" not in self.vocabulary.declared
        )

    def differentiated(self, base: tree.Quotient, head: tree.Scripted, body: tree.Node) -> Value:
        """Return d/dx of what follows, left as it is written."""
        if head.above is not None or head.below is not None:
            raise Trouble("second derivatives are not read", head.span[0])
        below = _differential(base.denominator)
        assert below is not None
        variable = self.variable(below[1], base)
        if not isinstance(variable, sp.Symbol):
            raise Trouble("the derivative is taken by a number", base.denominator.span[0])
        self.note(f"read {self.piece(base)} as acting on '{self.piece(body)}'")
        return sp.Derivative(self.only_scalar(self.of(body), body), variable)

    # -- calls and methods that concern arrays --

    def _sum_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], tree.Each):
            return self._generator(arguments[0])
        argument = self._one(arguments, node)
        return self._reduced(self.of(argument), argument, keywords, mean=False)

    def _mean_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        argument = self._one(arguments, node)
        return self._reduced(self.of(argument), argument, keywords, mean=True)

    def _one(self, arguments: Sequence[tree.Node], node: tree.Node) -> tree.Node:
        if len(arguments) != 1:
            raise Trouble("one argument is needed here", node.span[0])
        return arguments[0]

    def _generator(self, each: tree.Each) -> Value:
        values = each.values
        if not (
            isinstance(values, tree.Call) and isinstance(values.function, tree.Name) and values.function.name == "range"
        ):
            raise Trouble("a sum runs over range(…)", values.span[0], "range")
        limits = [self.of(argument) for argument in values.arguments]
        if not 1 <= len(limits) <= 2:
            raise Trouble("range takes one or two numbers here", values.span[0])
        first, end = (sp.S.Zero, limits[0]) if len(limits) == 1 else limits
        return self.ranged(each.index.name, first, end - 1, each.body, each)

    def _reduced(self, value: Value, node: tree.Node, keywords: dict[str, tree.Node], mean: bool) -> Value:
        unknown = set(keywords) - {"axis", "keepdims", "dim", "keepdim"}
        if unknown:
            raise Trouble(f"'{sorted(unknown)[0]}=' is not known here", node.span[0])
        if self.is_scalar(value):
            raise Trouble("a sum over entries needs an array; declare its shape, as in 'x vector(n)'", node.span[0])
        rows, columns = value.shape
        axis = self._axis(keywords, columns == 1)
        kept = any(
            isinstance(k, tree.Name) and k.name == "True" for k in (keywords.get("keepdims"), keywords.get("keepdim"))
        )
        if axis is None:
            whole = self.sum_of(value)
            return whole / (rows * columns) if mean else whole
        if axis == 0:
            ones = sp.OneMatrix(1, rows)
            result = sp.MatMul(ones, value) if kept else sp.MatMul(sp.Transpose(value), sp.OneMatrix(rows, 1))
            return self._scaled(1 / rows, result) if mean else result
        result = sp.MatMul(value, sp.OneMatrix(columns, 1))
        return self._scaled(1 / columns, result) if mean else result

    def _axis(self, keywords: dict[str, tree.Node], is_vector: bool) -> int | None:
        node = keywords.get("axis") or keywords.get("dim")
        if node is None or (isinstance(node, tree.Name) and node.name == "None"):
            return None
        axis = self.of(node)
        allowed = (0, -1) if is_vector else (0, 1, -1, -2)
        if axis not in allowed:
            raise Trouble(f"the axis is one of {', '.join(map(str, allowed))}", node.span[0])
        if is_vector:
            return None
        return int(axis) % 2

    def _dot(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 2 or keywords:
            raise Trouble("two arguments are needed here", node.span[0])
        left, right = (self.of(argument) for argument in arguments)
        if self.is_scalar(left) or self.is_scalar(right):
            return self.multiply([("*", node.span[0], left), ("*", node.span[0], right)], node)
        if tuple(left.shape) == tuple(right.shape) and left.shape[1] == 1:
            return self.collapsed(self._matrix_product(sp.Transpose(left), right, node.span[0]))
        return self.collapsed(self._matrix_product(left, right, node.span[0]))

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
        axis = self._axis(keywords, columns == 1)
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

    def mask(self, relation: tree.Relation, node: tree.Node) -> Value | None:
        """Return the array of 0 and 1 that a comparison of arrays gives; None where only numbers are compared."""
        if len(relation.operands) != 2:
            return None
        left, right = (self.collapsed(self.of(operand)) for operand in relation.operands)
        if self.is_scalar(left) and self.is_scalar(right):
            return None
        difference = (
            self.add([(1, left, relation.operands[0]), (-1, right, relation.operands[1])], node) if right != 0 else left
        )
        compare = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}[relation.signs[0]]
        return self.by_entry(lambda u: indicator(compare(u, 0)), difference)

    def complement(self, mask: Value) -> Value:
        """Return 1 - mask."""
        return self.by_entry(lambda u: 1 - mask.function(u), mask.expr)

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


def _differential(node: tree.Node) -> tuple[str, str] | None:
    """Return ("d" or "∂", name) of dx, ∂x or a bare d; None for anything else."""
    items = node.items if isinstance(node, tree.Run) else (node,)
    first = items[0]
    if isinstance(first, tree.Name) and first.kind == "partial":
        names = [first.name] if first.name else []
        rest = items[1:]
        letter = "∂"
    elif isinstance(first, tree.Name) and first.name == "d" and first.kind in {"word", "upright", "letter"}:
        names, rest, letter = [], items[1:], "d"
    elif (
        isinstance(first, tree.Name)
        and first.kind == "word"
        and first.name[0] == "d"
        and 2 <= len(first.name.partition("_")[0]) <= 2
    ):
        names, rest, letter = [first.name[1:]], items[1:], "d"
    elif (
        isinstance(first, tree.Scripted)
        and isinstance(first.base, tree.Name)
        and first.above is None
        and first.below is not None
    ):
        inner = _differential(first.base)
        if inner is None or not inner[1] or len(items) > 1:
            return None
        return inner[0], inner[1] + "_" + _written(first.below)
    else:
        return None
    if len(rest) > 1 or (names and rest):
        return None
    if rest:
        name = _written(rest[0])
        if not name:
            return None
        names.append(name)
    return letter, "".join(names)


def _written(node: tree.Node) -> str:
    if isinstance(node, tree.Name):
        return node.name
    if isinstance(node, tree.Number):
        return str(node.value)
    if isinstance(node, tree.Scripted) and node.above is None and isinstance(node.base, tree.Name):
        return node.base.name + "'" * node.primes + (f"_{_written(node.below)}" if node.below is not None else "")
    if isinstance(node, tree.Scripted) and isinstance(node.above, tree.Group) and isinstance(node.base, tree.Name):
        label = node.above.items[0] if node.above.bracket == "{" else node.above
        if isinstance(label, tree.Group) and label.bracket in "([":
            below = f"_{_written(node.below)}" if node.below is not None else ""
            return node.base.name + "'" * node.primes + below + f"__{_written(label)}"
    if isinstance(node, (tree.Group, tree.Run)):
        return "".join(_written(item) for item in node.items)
    return ""


def _fraction(digits: str) -> Any:
    from fractions import Fraction

    return Fraction(digits)
