"""A question to which somebody types a derivative: an entry of the catalogue, or a typed function, and the variable."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import sympy as sp

from checks.formulas.arrays import free_indices
from checks.formulas.declared import Declared, declared
from checks.formulas.operators import read_formula
from derive.derivation import D
from derive.differentiate import differentiate
from derive.domain import Domain
from derive.entry import ArrayEntry, Entry, MomentEntry, ScalarEntry, Stage, Wrong
from derive.indices import length
from derive.reading import Vocabulary
from derive.reading import entry as element
from derive.rules import NoRuleError

ROW, COLUMN = "ρ", "κ"


class QuestionError(ValueError):
    """The question itself cannot be asked: an unknown variable, or a function that cannot be differentiated."""


def _as_it_is(formula: sp.Expr) -> sp.Expr:
    return formula


@dataclass(frozen=True)
class Question:
    """What is asked, and everything that is known about the answer.

    Attributes
    ----------
    right:
        The right answer; one entry of it where it is an array, in the indices `places`.
    asked:
        The derivative that was asked for.
    given:
        What the names mean that may stand in an answer.
    places:
        The indices of the right answer, in the order of its axes; () for a number.
    shown:
        The right answer for people.
    expanded:
        Puts in what intermediate arrays mean.
    variable:
        By what is differentiated.
    declared:
        Typical wrong answers, each with what is wrong in it, in the indices `places`.
    others:
        The derivatives by other variables in the same indices, by name.
    adjoints, outputs, pool, names:
        As of `Problem`.
    """

    right: sp.Expr
    asked: sp.Expr | None
    given: Declared
    places: tuple[sp.Idx, ...] = ()
    shown: str = ""
    expanded: Callable[[sp.Expr], sp.Expr] = _as_it_is
    variable: sp.Expr | None = None
    declared: tuple[tuple[str, sp.Expr], ...] = ()
    others: Mapping[str, sp.Expr] = field(default_factory=dict)
    adjoints: Mapping[sp.IndexedBase, sp.IndexedBase] = field(default_factory=dict)
    outputs: Mapping[sp.IndexedBase, sp.IndexedBase] = field(default_factory=dict)
    pool: tuple[sp.IndexedBase, tuple[sp.Idx, ...]] | None = None
    names: tuple[tuple[sp.Basic, str], ...] = ()


# -- entries of the catalogue ----------------------------------------------------------------------


def of_entry(entry: Entry, by: str, given: Iterable[str] = ()) -> Question:
    """Return the question for ∂entry/∂by; further declarations may name other symbols of the answer.

    Raises
    ------
    QuestionError
        The entry has no derivative by this name.
    UnreadableError
        A declaration is not understood.
    """
    if by not in entry.targets:
        raise QuestionError(f"{entry.name} is not differentiated by {by!r}; choose from {', '.join(entry.targets)}")
    extra = declared(given)
    if isinstance(entry, ArrayEntry):
        return _of_arrays(entry, by, extra)
    vocabulary = _vocabulary({v.name: v.symbol for v in entry.variables}, entry, entry.domain, extra)
    right = entry.textbook(by)
    wrong = tuple((one.mistake, one.formula) for one in entry.wrong if one.of == by)
    known = Declared(vocabulary)
    if isinstance(entry, ScalarEntry):
        symbol = entry.variable(by).symbol
        return Question(
            right,
            D(entry.value, symbol),
            known,
            shown=_text(right, entry),
            variable=symbol,
            declared=wrong,
            names=tuple(entry.symbol_names.items()),
        )
    assert isinstance(entry, MomentEntry)
    return Question(right, None, known, shown=_text(right, entry), declared=wrong)


def _vocabulary(symbols: Mapping[str, sp.Basic], entry: Entry, domain: Domain, extra: Declared) -> Vocabulary:
    named = dict(symbols)
    for variable in entry.variables:  # λ is called lam in code
        if variable.latex.startswith("\\") and variable.latex[1:].isalpha():
            named.setdefault(variable.latex[1:], variable.symbol)
    functions = {
        node.func.__name__.rstrip("'")
        for target in entry.targets
        for node in entry.textbook(target).atoms(sp.Function)
        if getattr(node.func, "is_general", False)
    }
    own = extra.vocabulary
    return Vocabulary(
        symbols={**own.symbols, **named},
        functions=own.functions | functions,
        indices=own.indices,
        domain=Domain({**own.domain.ranges, **domain.ranges}, (*own.domain.conditions, *domain.conditions)),
    )


def _text(form: sp.Basic, entry: Entry) -> str:
    from derive.rendering import text

    return text(form, entry.symbol_names)


def _of_arrays(entry: ArrayEntry, by: str, extra: Declared) -> Question:
    target = entry.entry_of(by)
    own = tuple(target.indices) if isinstance(target, sp.Indexed) else ()
    places = (*entry.indices, *own) if entry.is_jacobian else own
    bases, numbers = _names(entry)
    vocabulary = _vocabulary({**numbers, **bases}, entry, entry.domain, extra)
    indices = {i.name: length(i) for form in _forms(entry) for i in form.atoms(sp.Idx)}
    vocabulary = replace(vocabulary, indices={**indices, **vocabulary.indices})
    values = {v.name: v.values for v in entry.variables if v.shape} | {s.name: s.values for s in entry.stages}
    restricted = {name: _entry_vocabulary(one) for name, one in values.items() if one != sp.S.Reals}
    known = Declared(vocabulary, restricted, tuple((c.lhs, c.rhs) for c in entry.conditions))
    matrix_form = entry.matrix_form(by)
    outputs = {stage.entry.base: inner for stage in entry.stages if (inner := _taken_in(stage)) is not None}
    adjoints = {stage.adjoint: stage.entry.base for stage in entry.stages}
    return Question(
        entry.textbook(by),
        D(entry.scalar_for(by), target),
        known,
        places,
        _text(matrix_form if matrix_form is not None else entry.textbook(by), entry),
        entry.expanded,
        target,
        tuple((one.mistake, _wrong_form(entry, one)) for one in entry.wrong if one.of == by),
        _others(entry, by, own),
        adjoints,
        outputs,
        None if entry.selection is None else (entry.selection[0].base, entry.selection[2]),
        tuple(entry.symbol_names.items()),
    )


def _wrong_form(entry: ArrayEntry, wrong: Wrong) -> sp.Expr:
    return entry.in_index_form(wrong.formula, wrong.of)


def _forms(entry: ArrayEntry) -> list[sp.Expr]:
    return [entry.value, *(entry.textbook(name) for name in entry.targets), *(s.formula for s in entry.stages)]


def _names(entry: ArrayEntry) -> tuple[dict[str, sp.IndexedBase], dict[str, sp.Symbol]]:
    bases = dict(entry.arrays)
    for stage in entry.stages:
        bases[stage.name] = stage.entry.base
        bases[str(stage.adjoint.label)] = stage.adjoint
    for defined, _ in entry.definitions:
        bases[str(defined.base.label)] = defined.base
    if entry.selection is not None:
        bases[str(entry.selection[0].base.label)] = entry.selection[0].base
    return bases, {v.name: v.symbol for v in entry.variables if not v.shape}


def _entry_vocabulary(values: sp.Set) -> Vocabulary:
    return Vocabulary(symbols={"u": (u := sp.Symbol("u", real=True))}, domain=Domain({u: values}))


def _taken_in(stage: Stage) -> sp.IndexedBase | None:
    """Return the array of the same shape that a stage takes in, such as Z for A = h(Z); None where it is not one."""
    shape = tuple(stage.entry.base.shape)
    found = {node.base for node in stage.formula.atoms(sp.Indexed) if tuple(node.base.shape) == shape}
    return found.pop() if len(found) == 1 else None


def _others(entry: ArrayEntry, by: str, own: tuple[sp.Idx, ...]) -> dict[str, sp.Expr]:
    """Return the textbook forms by other variables, where they have the same shape, in the indices of this one."""
    found = {}
    for name in entry.targets:
        target = entry.entry_of(name)
        theirs = tuple(target.indices) if isinstance(target, sp.Indexed) else ()
        if name != by and [length(i) for i in theirs] == [length(i) for i in own]:
            found[name] = entry.textbook(name).xreplace(dict(zip(theirs, own, strict=True)))
    return found


# -- typed functions -------------------------------------------------------------------------------


def of_function(text: str, by: str, given: Iterable[str] = ()) -> Question:
    """Return the question for the derivative of a typed function by a symbol, an array, or an entry such as x_k.

    Raises
    ------
    UnreadableError
        The function, the variable or a declaration cannot be read.
    QuestionError
        The function is no number, or no rule differentiates it.
    """
    known = declared(given)
    variable_read = read_formula(by, known.vocabulary)
    function_read = read_formula(text, known.vocabulary.knowing([by]))
    function, variable = function_read.expression, variable_read.expression
    if getattr(function, "is_Matrix", False):
        raise QuestionError("the function must be a number, such as a loss; for an array, say one entry: A_{ij}")
    places: tuple[sp.Idx, ...] = ()
    if getattr(variable, "is_Matrix", False):
        shape = tuple(variable.shape)
        places = tuple(sp.Idx(name, n) for name, n in zip((ROW, COLUMN), shape, strict=True) if n != 1)
        bases = {name: base for name, base in variable_read.names.items() if isinstance(base, sp.IndexedBase)}
        row, column = (sp.Idx(name, n) if n != 1 else sp.S.Zero for name, n in zip((ROW, COLUMN), shape, strict=True))
        variable = element(variable, row, column, bases)
    elif isinstance(variable, sp.Indexed):
        places = tuple(dict.fromkeys(index for index in variable.indices if isinstance(index, sp.Idx)))
    if not isinstance(variable, (sp.Indexed, sp.Symbol)):
        raise QuestionError(f"{by!r} is no variable: a name, or an entry such as x_k, is needed")
    if function.has(sp.Derivative):
        raise QuestionError("the function asks for a derivative itself; give the function without it")
    names = {**variable_read.names, **function_read.names}
    vocabulary = replace(known.vocabulary, symbols={**names_of(names), **known.vocabulary.symbols})
    if isinstance(variable, sp.Symbol) and not function.has(sp.Indexed, sp.Sum, sp.Idx):
        asked = D(function, variable)
        right = sp.Derivative(function, variable)
    else:
        if free_indices(function) & set(places):
            raise QuestionError("the function and the variable use one index; give the variable another one")
        asked = D(function, variable)
        try:
            right = differentiate(function, variable)[-1].after
        except (NoRuleError, ValueError) as error:
            raise QuestionError(str(error)) from error
        places = (*sorted(free_indices(function), key=str), *places)
        vocabulary = replace(vocabulary, indices={**{i.name: length(i) for i in places}, **vocabulary.indices})
    return Question(right, asked, replace(known, vocabulary=vocabulary), places, "", variable=variable)


def names_of(names: Mapping[str, sp.Basic]) -> dict[str, sp.Basic]:
    """Return the symbols and arrays among the names of a formula."""
    return {name: value for name, value in names.items() if isinstance(value, (sp.Symbol, sp.IndexedBase))}
