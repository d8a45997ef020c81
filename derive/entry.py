"""What a catalogue entry declares, and what follows from the declaration.

Declare once: names with their domain and shape, the function, what to differentiate by, the textbook form, the points
where it is not differentiable, its limits, typical wrong answers, the source. An entry that leaves one of them out
cannot be constructed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixExpr

from derive.algebra import chain
from derive.derivation import D, Derivation, Step
from derive.differentiate import derivation
from derive.domain import Domain
from derive.indices import substitute, total
from derive.matrices import element
from derive.sums import finish

if TYPE_CHECKING:
    from derive.compilation import Compiled


class EntryError(ValueError):
    """An entry is incomplete or contradicts itself."""


@dataclass(frozen=True)
class Variable:
    """A declared name.

    Attributes
    ----------
    symbol:
        A symbol, or an array with its shape.
    meaning:
        What it stands for, in a few words.
    values:
        The set of real values that it, or each of its entries, may take.
    latex:
        How it is typeset, where its name does not say.
    extremes:
        Values at which the compiled code is held to two units in the last place; those of its range where none are
        given. A factor of a sum gets values that keep the sum exact: what is measured is the function.
    """

    symbol: sp.Symbol | sp.IndexedBase
    meaning: str
    values: sp.Set = sp.S.Reals
    latex: str = ""
    extremes: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The name in compiled code."""
        return str(self.symbol)

    @property
    def shape(self) -> tuple[sp.Expr, ...]:
        """The shape of an array, () for a scalar."""
        return tuple(self.symbol.shape) if isinstance(self.symbol, sp.IndexedBase) else ()


@dataclass(frozen=True)
class Kink:
    """A place where the function has no derivative.

    Attributes
    ----------
    where:
        An expression that is zero there, or the place in words.
    of:
        The name of the variable by which the derivative is missing.
    interval:
        The Clarke subdifferential, all of which is accepted.
    produced:
        The value that our compiled code gives there.
    """

    where: sp.Expr | str
    of: str
    interval: tuple[sp.Expr, sp.Expr]
    produced: sp.Expr


@dataclass(frozen=True)
class Limit:
    """A limit of the function (`of=""`) or of its derivative by the variable named `of`, as `variable` → `to`.

    `given` fixes other symbols for an entry that has several; for arrays it names entries, such as X_0_1.
    """

    of: str
    variable: sp.Symbol
    to: sp.Expr
    value: sp.Expr
    side: str = ""
    given: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "to", sp.sympify(self.to))  # a plain number may be given; `sympify` sees no text here
        object.__setattr__(self, "value", sp.sympify(self.value))


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer, and the mistake that leads to it."""

    of: str
    formula: sp.Expr | MatrixExpr
    mistake: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    r"""What all entries declare.

    Attributes
    ----------
    title:
        The name of the function as a textbook has it.
    label:
        The function in LaTeX, for left-hand sides: `\sigma`, `f`, `L`.
    variables:
        The arguments, in the order of the compiled code.
    kinks, limits:
        The places without a derivative, and limits; or a sentence why there are none.
    wrong:
        At least two typical wrong answers; the checks refute each.
    source:
        Where the formula comes from: sections of the course documents, textbooks.
    name:
        The name of the file that holds the entry; the catalogue sets it.
    """

    title: str
    label: str
    variables: tuple[Variable, ...]
    kinks: tuple[Kink, ...] | str
    limits: tuple[Limit, ...] | str
    wrong: tuple[Wrong, ...]
    source: tuple[str, ...]
    name: str = ""

    def __post_init__(self) -> None:
        self._require(bool(self.title and self.label), "has a title and a label")
        self._require(bool(self.variables), "names its variables")
        self._require(all(variable.meaning for variable in self.variables), "says what each variable means")
        self._require(bool(self.kinks), "lists its kinks, or says why there are none")
        self._require(bool(self.limits), "lists its limits, or says why there are none")
        self._require(len(self.wrong) >= 2, "gives at least two wrong answers")
        self._require(bool(self.source) and all(self.source), "names its source")
        unknown = {wrong.of for wrong in self.wrong} - set(self.targets)
        self._require(not unknown, f"gives wrong answers only to what it derives (not to {sorted(unknown)})")
        names = [variable.name for variable in self.variables]
        self._require(len(set(names)) == len(names), "declares each name once")
        self._require(all(name.isidentifier() for name in names), "uses names that Python code can use")

    def _require(self, holds: bool, what: str) -> None:
        if not holds:
            raise EntryError(f"the entry {self.name or self.title!r} must be complete: it {what}")

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of what is derived, in order."""
        raise NotImplementedError

    @cached_property
    def derivations(self) -> tuple[Derivation, ...]:
        """One derivation for each target."""
        return tuple(self._derivation(name) for name in self.targets)

    compilable: bool = True

    @property
    def compiled_value(self) -> "Compiled":
        """The function in NumPy."""
        raise NotImplementedError

    @property
    def compiled_gradient(self) -> "dict[str, Compiled]":
        """The derivatives in NumPy, by the name of the variable."""
        raise NotImplementedError

    def derivation(self, name: str) -> Derivation:
        """Return the derivation of one target."""
        return self.derivations[self.targets.index(name)]

    def _derivation(self, name: str) -> Derivation:
        raise NotImplementedError

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of one target."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of the arguments of the compiled code."""
        return tuple(variable.name for variable in self.variables)

    @property
    def domain(self) -> Domain:
        """Where the entry is meant to hold."""
        return Domain({variable.symbol: variable.values for variable in self.variables if not variable.shape})

    @property
    def symbol_names(self) -> dict[sp.Symbol, str]:
        """How symbols are typeset where their name does not say."""
        return {variable.symbol: variable.latex for variable in self.variables if variable.latex}

    def variable(self, name: str) -> Variable:
        """Return the declared variable of this name."""
        return next(variable for variable in self.variables if variable.name == name)

    def _left_hand_side(self, name: str) -> str:
        shown = next((v.latex or sp.latex(v.symbol) for v in self.variables if v.name == name), name)
        return rf"\frac{{\partial {self.label}}}{{\partial {shown}}}"


@dataclass(frozen=True, kw_only=True)
class ScalarEntry(Entry):
    """A real function of scalars and its partial derivatives.

    Attributes
    ----------
    value:
        The function.
    gradient:
        The textbook form of each partial derivative.
    compilable:
        False for a function that stands for many, such as an unspecified activation h.
    """

    value: sp.Expr
    gradient: Mapping[sp.Symbol, sp.Expr]
    compilable: bool = True

    def __post_init__(self) -> None:
        self._require(bool(self.gradient), "says what to differentiate by")
        super().__post_init__()
        declared = {variable.symbol for variable in self.variables}
        used = set().union(self.value.free_symbols, *(form.free_symbols for form in self.gradient.values()))
        self._require(used <= declared, f"declares every symbol (not {sorted(map(str, used - declared))})")
        self._require(set(self.gradient) <= declared, "differentiates by its own variables")

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the variables that the function is differentiated by."""
        return tuple(str(symbol) for symbol in self.gradient)

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of the derivative by the variable of this name."""
        return self.gradient[self.variable(name).symbol]

    def _derivation(self, name: str) -> Derivation:
        symbol = self.variable(name).symbol
        return derivation(name, self._left_hand_side(name), self.value, symbol, self.gradient[symbol])

    @cached_property
    def compiled_value(self) -> "Compiled":
        """The function in NumPy."""
        return self._compile(self.value, self.name)

    @cached_property
    def compiled_gradient(self) -> dict[str, "Compiled"]:
        """The partial derivatives in NumPy, by the name of the variable."""
        return {name: self._compile(self.textbook(name), f"{self.name}_grad_{name}") for name in self.targets}

    def _compile(self, formula: sp.Expr, name: str) -> "Compiled":
        from derive.compilation import compile_scalar

        return compile_scalar([variable.symbol for variable in self.variables], formula, name=name)


@dataclass(frozen=True, kw_only=True)
class ArrayEntry(Entry):
    """A function of arrays of symbolic size, in index notation, and its vector-Jacobian products.

    Attributes
    ----------
    value:
        The function; an array-valued one in the free indices `indices`.
    indices:
        The indices of the value; () when it is a number.
    gradient:
        For each entry X[p, q] the textbook form of the derivative, in index notation or in matrix form.
    upstream:
        The array G = ∂L/∂value of an array-valued function; None when the value is the loss itself.
    inner:
        An intermediate array z[n] = expression through which the loss depends on the variables: the derivation goes
        through ∂L/∂z, by the chain rule. `value` is then a function of z.
    rewritten:
        The function as it is differentiated and compiled, after the name of the rule that leads there.
    conditions:
        What may be used besides, such as Σ_k Y[p, k] = 1.
    definitions:
        Intermediate arrays that textbook forms may use, in order: an entry of the array, and what it means.
    selection:
        For max-pooling: an entry S[n, u, v, e, f], the values among which it selects, and the indices (e, f) over which
        the largest value wins. S is 1 for the winner if it is positive, else 0, and constant in each open region.
    """

    value: sp.Expr
    indices: tuple[sp.Idx, ...] = ()
    gradient: Mapping[sp.Indexed | sp.Symbol, sp.Expr | MatrixExpr]
    upstream: sp.IndexedBase | None = None
    inner: tuple[sp.Indexed, sp.Expr, sp.Expr] | None = None
    rewritten: tuple[str, sp.Expr] | None = None
    conditions: tuple[sp.Eq, ...] = ()
    definitions: tuple[tuple[sp.Indexed, sp.Expr], ...] = ()
    selection: tuple[sp.Indexed, sp.Expr, tuple[sp.Idx, ...]] | None = None

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
    def scalar(self) -> sp.Expr:
        """The number that is differentiated: the value itself, or Σ G ∘ value with G held fixed."""
        if self.upstream is None:
            return self.value
        return total(self.upstream[self.indices] * self.value, *self.indices)

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
        expression, prepared = self.scalar, []
        if self.inner is not None and name != _name(self.inner[0]):
            # The chain rule through z: differentiate Σ_n δ_n z_n with δ = ∂L/∂z held fixed.
            z, formula, delta = self.inner
            expression = total(delta * formula, *z.indices)
        elif self.rewritten is not None:
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
        if self.selection is not None:
            from derive.selection import compile_selected

            return compile_selected(self)
        from derive.compilation import compile_arrays

        arguments = [variable.symbol for variable in self.variables]
        formula = self.rewritten[1] if self.rewritten is not None else self.value
        value = compile_arrays(arguments, self.indices, formula, name=self.name)
        if self.upstream is not None:
            arguments.append(self.upstream)
        gradients = {}
        for name in self.targets:
            entry = self.entry_of(name)
            free = entry.indices if isinstance(entry, sp.Indexed) else ()
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


@dataclass(frozen=True, kw_only=True)
class MomentEntry(Entry):
    """Statements about expectation and variance, each derived in steps.

    Attributes
    ----------
    claims:
        For each statement its name, its label, the steps, and the textbook form.
    random:
        The random arrays, with the symbol of their variance.
    """

    claims: Mapping[str, tuple[str, tuple[Step, ...], sp.Expr]]
    random: Mapping[sp.IndexedBase, sp.Symbol]
    compilable: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the statements."""
        return tuple(self.claims)

    def textbook(self, name: str) -> sp.Expr:
        """Return the textbook form of one statement."""
        return self.claims[name][2]

    def _derivation(self, name: str) -> Derivation:
        label, steps, textbook = self.claims[name]
        return Derivation(name=name, label=label, steps=(*steps, *chain(steps[-1].after, textbook)))


def _name(entry: sp.Indexed | sp.Symbol) -> str:
    return str(entry.base.label) if isinstance(entry, sp.Indexed) else str(entry)
