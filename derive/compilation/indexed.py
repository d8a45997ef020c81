"""Index notation to a tree of array nodes: every subformula becomes an array whose axes are named by indices."""

from collections.abc import Sequence

import sympy as sp

from derive.compilation.arraynodes import Arange, Einsum, LogSoftmax, LogSumExp, Softmax, Windows
from derive.compilation.contraction import Index, Operand, aligned, contracted
from derive.compilation.errors import NotCompilable
from derive.compilation.matching import pairs
from derive.compilation.scalar import SUPPORTED
from derive.compilation.sizes import Shapes, index_size


class Translator:
    """Translates formulas whose indices have the given sizes; sums add theirs as they are entered."""

    def __init__(self, shapes: Shapes, ranges: dict[Index, sp.Expr]) -> None:
        self.shapes = shapes
        self.ranges = dict(ranges)
        self.sizes = shapes.size_nodes()
        self.bases = {argument: label for label, argument in shapes.originals.items()}

    def translate(self, node: sp.Expr, layout: Sequence[Index]) -> sp.Expr:
        """Return the array of a formula, broadcastable to one axis for each index of the layout, in that order."""
        layout = tuple(layout)
        if isinstance(node, sp.Indexed):
            return aligned(*self.element(node), layout)
        if isinstance(node, sp.Sum):
            return self.total(node, layout)
        if isinstance(node, (sp.Idx, sp.Symbol)):
            return self.scalar(node, layout)
        special = self.softmax_forms(node, layout)
        if special is not None:
            return special
        if not isinstance(node, SUPPORTED) and node not in (sp.oo, -sp.oo):
            raise NotCompilable(f"{node} ({type(node).__name__}) cannot be compiled to NumPy")
        return node.func(*(self.translate(argument, layout) for argument in node.args)) if node.args else node

    def scalar(self, symbol: sp.Expr, layout: tuple[Index, ...]) -> sp.Expr:
        """Return a scalar argument, a size as a number, or the values of an index."""
        if symbol in self.ranges and symbol in layout:
            return aligned(Arange(self.size(symbol)), (symbol,), layout)
        if symbol in self.bases:
            return self.shapes.symbols[self.bases[symbol]]
        if symbol in self.sizes:
            return self.sizes[symbol]
        raise NotCompilable(f"the formula holds {symbol}, which is neither an argument nor a size of one")

    def size(self, index: Index) -> sp.Expr:
        """Return the size of an index as a tree."""
        size = self.ranges[index]
        unknown = size.free_symbols - set(self.sizes)
        if unknown:
            raise NotCompilable(f"the range of {index} holds {', '.join(map(str, unknown))}, the size of no argument")
        return size.xreplace(self.sizes)

    def indices(self, node: sp.Basic) -> set[Index]:
        """Return the known indices that a formula depends on (those it sums over itself left out)."""
        return {index for index in self.ranges if index in node.free_symbols}

    def element(self, node: sp.Indexed) -> Operand:
        """Return X[i, j] as the array X with axes (i, j); windows and diagonals as what they are."""
        label = self.bases.get(node.base)
        if label is None:
            raise NotCompilable(f"{node.base} is not among the arguments")
        array, dims = self.shapes.symbols[label], self.shapes.dims[label]
        if len(dims) != len(node.indices):
            raise NotCompilable(f"{node} has {len(node.indices)} indices, {label} has {len(dims)} axes")
        plain = all(
            index in self.ranges and sp.expand(self.ranges[index] - size) == 0
            for index, size in zip(node.indices, dims, strict=True)
        )
        if plain and len(set(node.indices)) == len(node.indices):
            return array, tuple(node.indices)
        return self.window(node, array)

    def window(self, node: sp.Indexed, array: sp.Symbol) -> Operand:
        """Return X[n, 2u + e + a, …] as a strided view with an axis for each index."""
        axes: list[int] = []
        steps: list[sp.Expr] = []
        order: list[Index] = []
        starts: list[sp.Expr] = []
        for axis, form in enumerate(node.indices):
            rest = sp.expand(form)
            for index in sorted(self.indices(form), key=str):
                step = rest.coeff(index, 1)
                if not step.is_Integer:
                    raise NotCompilable(f"the index {form} of {node} is not affine with whole coefficients")
                rest = sp.expand(rest - step * index)
                axes.append(axis)
                steps.append(step)
                order.append(index)
            if not rest.is_Integer or rest < 0:
                raise NotCompilable(f"the index {form} of {node} is not affine with whole coefficients from 0")
            starts.append(rest)
        sizes = [self.size(index) for index in order]
        view = Windows(array, len(order), len(starts), *axes, *steps, *sizes, *starts)
        if len(set(order)) == len(order):
            return view, tuple(order)
        unique = tuple(dict.fromkeys(order))
        letters = {index: chr(ord("a") + place) for place, index in enumerate(unique)}
        pattern = "".join(letters[index] for index in order) + "->" + "".join(letters[index] for index in unique)
        return Einsum(pattern, view), unique

    def total(self, node: sp.Sum, layout: tuple[Index, ...]) -> sp.Expr:
        """Return a sum: linear in its terms where that gives matrix products, else elementwise and summed."""
        summed = self.enter(node)
        out = [index for index in layout if index in self.indices(node)]
        terms = sp.Add.make_args(node.function)
        if len(terms) > 1 and not any(self.is_contraction(term, summed) for term in terms):
            terms = (node.function,)
        return sp.Add(*(self.summed_term(term, out, summed, layout) for term in terms))

    def enter(self, node: sp.Sum) -> list[Index]:
        """Take up the indices of a sum with their sizes."""
        summed = []
        for index, lower, upper in node.limits:
            if lower != 0:
                raise NotCompilable(f"the sum over {index} begins at {lower}; sums begin at 0 here")
            if self.indices(upper) or upper.has(sp.Idx):
                raise NotCompilable(f"the range of {index} depends on another index")
            size = upper + 1
            if isinstance(index, sp.Idx) and index.upper is not None and sp.expand(index_size(index) - size) != 0:
                raise NotCompilable(f"the index {index} has {index_size(index)} values, the sum runs over {size}")
            if index in self.ranges and sp.expand(self.ranges[index] - size) != 0:
                raise NotCompilable(f"the index {index} has two sizes: {self.ranges[index]} and {size}")
            self.ranges[index] = size
            summed.append(index)
        # In the order in which the indices stand in an array, so that nothing is transposed without need.
        elements = sorted(node.function.atoms(sp.Indexed), key=lambda element: (-len(element.indices), str(element)))
        seen = [
            index for element in elements for form in element.indices for index in summed if index in form.free_symbols
        ]
        return sorted(summed, key=lambda index: seen.index(index) if index in seen else len(seen))

    def is_contraction(self, term: sp.Expr, summed: Sequence[Index]) -> bool:
        """Say whether a term is a product of elements with different index sets."""
        sets = {frozenset(self.indices(factor)) for factor in sp.Mul.make_args(term) if factor.has(sp.Indexed)}
        return len(sets) > 1

    def summed_term(
        self, term: sp.Expr, out: Sequence[Index], summed: Sequence[Index], layout: tuple[Index, ...]
    ) -> sp.Expr:
        """Return Σ of one product: factors without a summed index stand before the sum."""
        outside, operands = [], []
        local = [*layout, *(index for index in summed if index not in layout)]
        for factor in self.joined(term, summed):
            used = self.indices(factor)
            if not used & set(summed):
                outside.append(factor)
            elif isinstance(factor, sp.Indexed):
                operands.append(self.element(factor))
            else:
                axes = tuple(index for index in local if index in used)
                operands.append((self.translate(factor, axes), axes))
        result = sp.Mul(*(self.translate(factor, layout) for factor in outside))
        for index in summed:
            if not any(index in axes for _, axes in operands):
                result *= self.size(index)
        used_summed = [index for index in summed if any(index in axes for _, axes in operands)]
        if operands:
            result_axes = [index for index in layout if any(index in axes for _, axes in operands)]
            result *= aligned(contracted(operands, result_axes, used_summed), result_axes, layout)
        return result

    def joined(self, term: sp.Expr, summed: Sequence[Index]) -> list[sp.Expr]:
        """Return the factors of a product, a softmax e^f / Σ e^f kept as one factor."""
        parts = list(sp.Mul.make_args(term))
        for top in parts:
            for bottom in parts:
                if isinstance(top, sp.exp) and self.normaliser(bottom) is not None:
                    index = self.varied(top.args[0], self.normaliser(bottom))
                    if index is not None:
                        return [sp.Mul(top, bottom, evaluate=False), *(p for p in parts if p not in (top, bottom))]
        return parts

    # --- softmax and its logarithm -----------------------------------------------------------------------------------

    @staticmethod
    def normaliser(node: sp.Expr) -> sp.Sum | None:
        """Return S if the node is 1/S with S = Σ_j e^f(j)."""
        base, power = node.as_base_exp()
        fits = power == -1 and isinstance(base, sp.Sum) and isinstance(base.function, sp.exp) and len(base.limits) == 1
        return base if fits else None

    def varied(self, exponent: sp.Expr, total: sp.Sum) -> Index | None:
        """Return the index i for which the exponent is f(i), where the sum is Σ_j e^f(j)."""
        j, _, upper = total.limits[0]
        for i in self.indices(exponent):
            same = sp.expand(self.ranges[i] - upper - 1) == 0
            if same and i not in total.free_symbols and total.function.args[0].xreplace({j: i}) == exponent:
                return i
        return None

    def softmax_forms(self, node: sp.Expr, layout: tuple[Index, ...]) -> sp.Expr | None:
        """Return softmax, its logarithm and log-sum-exp where the node is one."""
        if isinstance(node, sp.log):
            return self.logsumexp(node.args[0], layout)
        if isinstance(node, sp.Mul):
            for top in node.args:
                for bottom in node.args:
                    total = self.normaliser(bottom)
                    if isinstance(top, sp.exp) and total is not None:
                        index = self.varied(top.args[0], total)
                        if index is not None and index in layout:
                            array, axes = self.full(top.args[0], layout)
                            rest = sp.Mul(*(part for part in node.args if part not in (top, bottom)))
                            value = aligned(Softmax(array, axes.index(index)), axes, layout)
                            return value * self.translate(rest, layout)
        if isinstance(node, sp.Add):
            for first, second, others in pairs(node):
                for part in sp.Mul.make_args(second):
                    total = part.args[0] if isinstance(part, sp.log) else None
                    if not (isinstance(total, sp.Sum) and self.normaliser(1 / total) is not None):
                        continue
                    weight = -second / part
                    index = self.varied(first / weight, total)
                    if index is not None and index in layout:
                        array, axes = self.full(first / weight, layout)
                        value = aligned(LogSoftmax(array, axes.index(index)), axes, layout)
                        rest = sp.Add(*others)
                        return self.translate(weight, layout) * value + self.translate(rest, layout)
        return None

    def full(self, node: sp.Expr, layout: tuple[Index, ...]) -> tuple[sp.Expr, tuple[Index, ...]]:
        """Return the array of a formula with exactly the axes of its own indices."""
        axes = tuple(index for index in layout if index in self.indices(node))
        return self.translate(node, axes), axes

    def logsumexp(self, node: sp.Expr, layout: tuple[Index, ...]) -> sp.Expr | None:
        """Return ln Σ_j e^f(j) where the node is such a sum."""
        if self.normaliser(1 / node) is None:
            return None
        (j,) = self.enter(node)
        inside = [index for index in layout if index in self.indices(node)]
        if j in inside:
            raise NotCompilable(f"{j} is an index of the result and summed over")
        axes = (*inside, j)
        array = self.translate(node.function.args[0], axes)
        source = node.function.args[0]
        if isinstance(source, sp.Indexed):  # as it lies in memory: logsumexp(Z, axis=1), whatever the layout
            array, axes = self.element(source)
        return aligned(LogSumExp(array, axes.index(j)), [i for i in axes if i != j], layout)
