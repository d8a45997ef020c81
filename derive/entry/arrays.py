"""Entries that are functions of arrays of symbolic size, in index notation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.derivation import D, Derivation, Step
from derive.differentiate import derivation
from derive.entry.base import Entry
from derive.indices import substitute, total
from derive.matrices import element
from derive.sums import finish

if TYPE_CHECKING:
    from derive.compilation import Compiled


@dataclass(frozen=True)
class Stage:
    """An intermediate array of a forward pass.

    Attributes
    ----------
    entry:
        One of its entries, such as z[n].
    formula:
        What it is, in terms of variables and earlier stages.
    adjoint:
        The array that stands for ∂L/∂entry.
    values:
        The values that its entries can take, where that matters: positive under a root.
    """

    entry: sp.Indexed
    formula: sp.Expr
    adjoint: sp.IndexedBase
    values: sp.Set = sp.S.Reals

    @property
    def name(self) -> str:
        """The name of the array."""
        return str(self.entry.base.label)


@dataclass(frozen=True, kw_only=True)
class ArrayEntry(Entry):
    """A function of arrays of symbolic size, in index notation, and its vector-Jacobian products.

    Attributes
    ----------
    value:
        The function; an array-valued one in the free indices `indices`.
    indices:
        The indices of the value; () when it is a number. With indices and without `upstream` the derivatives are
        Jacobians J[i, j] = ∂value_i/∂x_j.
    gradient:
        For each entry X[p, q] the textbook form of the derivative, in index notation or in matrix form.
    upstream:
        The array G = ∂L/∂value of an array-valued function; None when the value is the loss itself.
    stages:
        Intermediate arrays through which the value depends on the variables, in the order of the forward pass. The
        derivation goes back through them, by the chain rule: each is a target of its own.
    rewritten:
        The function as it is differentiated and compiled, after the name of the rule that leads there.
    conditions:
        What may be used besides, such as Σ_k Y[p, k] = 1.
    definitions:
        Intermediate arrays that textbook forms may use, in order: an entry of the array, and what it means.
    selection:
        For max-pooling: an entry S[n, u, v, e, f], the values among which it selects, and the indices (e, f) over which
        the largest value wins. S is 1 for the winner if it is positive, else 0, and constant in each open region.
    units:
        For a network: the index that numbers its hidden units, and the targets of which each unit has a part of its
        own. With equal parts units get equal gradients, which is checked.
    """

    value: sp.Expr
    indices: tuple[sp.Idx, ...] = ()
    gradient: Mapping[sp.Indexed | sp.Symbol, sp.Expr | MatrixExpr]
    upstream: sp.IndexedBase | None = None
    stages: tuple[Stage, ...] = ()
    rewritten: tuple[str, sp.Expr] | None = None
    conditions: tuple[sp.Eq, ...] = ()
    definitions: tuple[tuple[sp.Indexed, sp.Expr], ...] = ()
    selection: tuple[sp.Indexed, sp.Expr, tuple[sp.Idx, ...]] | None = None
    units: tuple[sp.Idx, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        self._require(bool(self.gradient), "says what to differentiate by")
        super().__post_init__()

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the arrays that the function is differentiated by."""
        return tuple(_name(entry) for entry in self.gradient)

    @property
    def arrays(self) -> dict[str, sp.IndexedBase]:
        """Every array of the entry by name, the upstream gradient included."""
        known = {variable.name: variable.symbol for variable in self.variables if variable.shape}
        if self.upstream is not None:
            known[str(self.upstream.label)] = self.upstream
        return known

    def entry_of(self, name: str) -> sp.Indexed | sp.Symbol:
        """Return the entry X[p, q] by which the array of this name is differentiated."""
        return next(entry for entry in self.gradient if _name(entry) == name)

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form in index notation."""
        return self.in_index_form(self.gradient[self.entry_of(name)], name)

    def matrix_form(self, name: str) -> MatrixExpr | None:
        """Return the textbook form as a matrix expression, where it was declared as one."""
        form = self.gradient[self.entry_of(name)]
        return form if isinstance(form, MatrixExpr) else None

    def in_index_form(self, form: sp.Expr | MatrixExpr, name: str) -> sp.Expr:
        """Return an answer for the target `name` in index notation, whichever way it was written."""
        if not isinstance(form, MatrixExpr):
            return form
        entry = self.entry_of(name)
        row, column = entry.indices if len(entry.indices) == 2 else (sp.S.Zero, entry.indices[0])
        return element(form, row, column, self.arrays)

    @property
    def is_jacobian(self) -> bool:
        """Whether the derivatives are Jacobians ∂value_i/∂x_j: an array-valued function without upstream gradient."""
        return self.upstream is None and bool(self.indices)

    @property
    def scalar(self) -> sp.Expr:
        """The number that is differentiated: the value (or one entry of it), or Σ G ∘ value with G held fixed."""
        if self.upstream is None:
            return self.value
        return total(self.upstream[self.indices] * self.value, *self.indices)

    def scalar_for(self, name: str) -> sp.Expr:
        """Return the number whose derivative by the array of this name is ∂L/∂array.

        With stages it is the sum over the places in which the array stands directly: in the value, and in each stage
        u = formula as Σ ū ∘ formula, with ū = ∂L/∂u held fixed. That is the chain rule through the stages.
        """
        if not self.stages:
            return self.scalar
        weighted = [
            total(stage.adjoint[stage.entry.indices] * stage.formula, *stage.entry.indices) for stage in self.stages
        ]
        base = self.entry_of(name)
        base = base.base if isinstance(base, sp.Indexed) else base
        return sp.Add(*(term for term in (*weighted, self.scalar) if term.has(base)))

    def expanded(self, form: sp.Expr) -> sp.Expr:
        """Replace intermediate arrays by what they mean."""
        for defined, meaning in self.definitions:

            def meant(node: sp.Indexed, defined: sp.Indexed = defined, meaning: sp.Expr = meaning) -> sp.Expr:
                for index, value in zip(defined.indices, node.indices, strict=True):
                    meaning = substitute(meaning, index, value)
                return meaning

            form = form.replace(
                lambda node, base=defined.base: isinstance(node, sp.Indexed) and node.base == base, meant
            )
        return form

    def _derivation(self, name: str) -> Derivation:
        entry, textbook = self.entry_of(name), self.textbook(name)
        expression, prepared = self.scalar_for(name), []
        if self.rewritten is not None:
            rule, after = self.rewritten
            prepared.append(Step(before=D(expression, entry), rule=rule, after=D(after, entry)))
            expression = after
        return derivation(
            name, self._left_hand_side(name), expression, entry, textbook, prepared=prepared, finish=self._finish
        )

    def _finish(self, start: sp.Expr, textbook: sp.Expr) -> list[Step]:
        """Lead to the textbook form with its definitions written out, then name the intermediate arrays."""
        written_out = self.expanded(textbook)
        steps = finish(start, written_out, self.conditions)
        if written_out != textbook:
            names = ", ".join(str(defined.base.label) for defined, _ in self.definitions)
            steps.append(Step(before=written_out, rule=f"write {names} for the intermediate array", after=textbook))
        return steps

    @cached_property
    def _compiled(self) -> "tuple[Compiled, dict[str, Compiled]]":
        if self.stages:
            from derive.entry.staged import compile_staged

            return compile_staged(self)
        from derive.compilation import compile_arrays
        from derive.entry.jacobians import compile_jacobian

        arguments = [variable.symbol for variable in self.variables]
        formula = self.rewritten[1] if self.rewritten is not None else self.value
        value = compile_arrays(arguments, self.indices, formula, name=self.name)
        if self.upstream is not None:
            arguments.append(self.upstream)
        gradients = {}
        for name in self.targets:
            entry = self.entry_of(name)
            free = entry.indices if isinstance(entry, sp.Indexed) else ()
            if self.is_jacobian:
                gradients[name] = compile_jacobian(self, name)
            else:
                gradients[name] = compile_arrays(arguments, free, self.textbook(name), name=f"{self.name}_grad_{name}")
        return value, gradients

    @property
    def compiled_value(self) -> "Compiled":
        """The function in NumPy."""
        return self._compiled[0]

    @property
    def compiled_gradient(self) -> "dict[str, Compiled]":
        """The vector-Jacobian products in NumPy, by the name of the array; G comes last where there is one."""
        return self._compiled[1]


def _name(entry: sp.Indexed | sp.Symbol) -> str:
    return str(entry.base.label) if isinstance(entry, sp.Indexed) else str(entry)
