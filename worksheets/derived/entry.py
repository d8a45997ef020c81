"""An entry of the catalogue as a function to differentiate."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from worksheets.derived.function import Derivative, Function, Mistake, UnderivableError
from worksheets.derived.inputs import form_of, range_of
from worksheets.derived.references import references, text_of

if TYPE_CHECKING:
    from derive.entry import Entry


def from_entry(name: str) -> Function:
    """Return an entry of the catalogue as a function.

    Raises
    ------
    UnderivableError
        There is none of this name, or it is a statement and no function.
    """
    from derive import catalogue
    from derive.entry import ArrayEntry, ScalarEntry

    try:
        entry = catalogue.load(name)
    except catalogue.UnknownEntryError as error:
        raise UnderivableError(str(error)) from None
    if not isinstance(entry, (ScalarEntry, ArrayEntry)):
        raise UnderivableError(f"the entry {name!r} is a statement, not a function to differentiate")
    return EntryFunction(entry)


class EntryFunction(Function):
    """An entry of the catalogue."""

    def __init__(self, entry: "Entry") -> None:
        self.entry = entry
        self.label = entry.label
        self.given = _declarations(entry)
        self.public = {"entry": entry.name}

    @property
    def upstream(self) -> str:
        """The name of the upstream gradient, "" where there is none."""
        upstream = getattr(self.entry, "upstream", None)
        return "" if upstream is None else str(upstream.label)

    @property
    def arguments(self) -> tuple[str, ...]:
        return (*self.entry.arguments, *((self.upstream,) if self.upstream else ()))

    @property
    def targets(self) -> tuple[str, ...]:
        return self.entry.targets

    def derivative(self, by: str, answer: str = "") -> Derivative:
        entry: Any = self.entry
        if by not in entry.targets:
            known = ", ".join(entry.targets)
            raise UnderivableError(f"{entry.name} is not differentiated by {by!r}; it is by {known}")
        names = entry.symbol_names
        textbook = entry.textbook(by)
        matrices = entry.matrix_form(by) if hasattr(entry, "matrix_form") else None
        forms = [textbook] if matrices is None else [matrices, textbook]
        texts = references(forms, self.given, names)
        mistakes = []
        for wrong in entry.wrong:
            if wrong.of == by:
                index_form = (
                    entry.in_index_form(wrong.formula, by) if hasattr(entry, "in_index_form") else wrong.formula
                )
                mistakes.append(Mistake(text_of(index_form, self.given, names), wrong.mistake, index_form))
        derivation = entry.derivation(by)
        asked = "" if hasattr(entry, "indices") else f"d/d{by} ({entry.value})"
        left = self._left_side(by)
        return Derivative(by, left, texts, self.given, derivation, entry, tuple(mistakes), textbook, asked)

    def _left_side(self, by: str) -> str:
        from derive.entry import ArrayEntry
        from derive.rendering import latex

        entry = self.entry
        target: Any = entry.variable(by).symbol if by in entry.arguments else None
        if isinstance(entry, ArrayEntry) and (target is None or entry.matrix_form(by) is None):
            target = entry.entry_of(by)
        target = getattr(target, "label", target) if not getattr(target, "indices", ()) else target
        return rf"\frac{{\partial {entry.label}}}{{\partial {latex(target, entry.symbol_names)}}}"

    def value_source(self, name: str, arguments: Sequence[str]) -> str:
        return self._source(name, arguments, None, "")

    def derivative_source(self, name: str, arguments: Sequence[str], by: str, form: Any = None) -> str:
        """Return NumPy code of a derivative, or of a wrong answer `form` in its place."""
        return self._source(name, arguments, form, by)

    def _source(self, name: str, arguments: Sequence[str], form: Any, by: str) -> str:
        import sympy as sp

        from derive.compilation import compile_arrays
        from derive.compilation.readable import readable_source
        from derive.entry import ArrayEntry
        from worksheets.standalone import standalone

        entry: Any = self.entry
        if not isinstance(entry, ArrayEntry):
            symbols = [entry.variable(argument).symbol for argument in arguments]
            formula = form if form is not None else entry.textbook(by) if by else entry.value
            return readable_source(symbols, formula, name=name)
        if entry.stages or entry.is_jacobian:
            if form is not None or tuple(arguments) != (entry.arguments if not by else self.arguments):
                raise UnderivableError(f"{entry.name} has no code for other arguments; write a {{solution}}")
            compiled = entry.compiled_gradient[by] if by else entry.compiled_value
            return standalone(compiled.source.replace(f"def {compiled.name}(", f"def {name}("))
        symbols = [
            entry.upstream if argument == self.upstream else entry.variable(argument).symbol for argument in arguments
        ]
        if not by:
            formula = entry.rewritten[1] if entry.rewritten is not None else entry.value
            return standalone(compile_arrays(symbols, entry.indices, formula, name=name).source)
        target = entry.entry_of(by)
        free = target.indices if isinstance(target, sp.Indexed) else ()
        formula = form if form is not None else entry.textbook(by)
        return standalone(compile_arrays(symbols, free, formula, name=name).source)

    def inputs(self, arguments: Sequence[str]) -> dict[str, str]:
        import sympy as sp

        from derive.entry import ArrayEntry

        entry: Any = self.entry
        found = {}
        for argument in arguments:
            if argument == self.upstream:
                found[argument] = form_of(entry.upstream.shape)
                continue
            variable = entry.variable(argument)
            shape = variable.shape or (() if isinstance(entry, ArrayEntry) else ("n",))
            if (
                isinstance(entry, ArrayEntry)
                and entry.conditions
                and any(c.has(variable.symbol) for c in entry.conditions)
            ):
                found[argument] = f"one-hot {form_of(shape)}"
                continue
            found[argument] = form_of(shape) + range_of(variable.values)
            if variable.values == sp.Interval(0, 1) and variable.meaning.startswith("true label"):
                found[argument] = f"{form_of(shape)} in {{0, 1}}"
        return found


def _declarations(entry: "Entry") -> tuple[str, ...]:
    """Return the names of an entry as `--given` declares them."""
    import sympy as sp

    found = []
    upstream = getattr(entry, "upstream", None)
    arrays = [(variable.name, variable.shape) for variable in entry.variables if variable.shape]
    if upstream is not None:
        arrays.append((str(upstream.label), upstream.shape))
    for name, shape in arrays:
        found.append(f"{name} {form_of(shape)}")
    for variable in entry.variables:
        values = variable.values
        if not variable.shape and isinstance(values, sp.Interval) and values != sp.S.Reals:
            found += _bounds(variable.name, values)
    functions = getattr(entry, "value", sp.S.Zero).atoms(sp.Function)
    found += sorted({f"{type(f).__name__} function" for f in functions if getattr(f, "is_general", False)})
    return tuple(found)


def _bounds(name: str, values: Any) -> list[str]:
    low = "" if not values.start.is_finite else f"{values.start} {'<' if values.left_open else '<='} "
    high = "" if not values.end.is_finite else f" {'<' if values.right_open else '<='} {values.end}"
    return [f"{low}{name}{high}"] if low or high else []
