"""What follows from an entry or a typed function: the answer, its derivation, the code, the classic mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy as sp

    from derive.derivation import Derivation
    from derive.entry import Entry

LONGEST_REASON = 300
"""Characters of a reason in a message; a sum that was written out would fill a screen."""


class UnderivableError(ValueError):
    """Nothing follows: there is no such entry or variable, or the function cannot be read or differentiated."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer as text ("" where none can be read back) and in SymPy, with the mistake that leads to it."""

    formula: str
    mistake: str
    expression: Any = None


class Function:
    """A function to differentiate: an entry of the catalogue, or one that an author typed.

    Attributes
    ----------
    label:
        It in LaTeX, for left-hand sides.
    given:
        Declarations of its names, for judging answers.
    public:
        What a student may see of it: `{"entry": name}` or `{"formula": text, "given": [...]}`.
    """

    label: str
    given: tuple[str, ...]
    public: dict[str, Any]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of its arguments."""
        raise NotImplementedError

    @property
    def targets(self) -> tuple[str, ...]:
        """What it can be differentiated by."""
        raise NotImplementedError

    def derivative(self, by: str, answer: str = "") -> "Derivative":
        """Return the derivative by a variable; `answer` is the form wanted at the end.

        Raises
        ------
        UnderivableError
            There is no such variable, or no rule leads to the answer.
        """
        raise NotImplementedError

    def value_source(self, name: str, arguments: Sequence[str]) -> str:
        """Return NumPy code of the function itself under another name, with the arguments in this order."""
        raise NotImplementedError

    def inputs(self, arguments: Sequence[str]) -> dict[str, str]:
        """Return for each argument a description from which arrays are drawn."""
        raise NotImplementedError


@dataclass(frozen=True)
class Derivative:
    """A derivative with all that a worksheet needs of it.

    Attributes
    ----------
    by:
        The variable, as it was named.
    label:
        The left-hand side in LaTeX.
    references:
        The answer as text that the reader reads back, in each notation that is known.
    given:
        Declarations.
    derivation:
        The steps.
    owner:
        What typesets the steps: an entry or the like.
    mistakes:
        Wrong answers.
    expression:
        The answer in SymPy, in index notation for arrays.
    asked:
        What is asked as text, `d/dx (…)`, for functions of numbers; "" for others.
    """

    by: str
    label: str
    references: tuple[str, ...]
    given: tuple[str, ...]
    derivation: "Derivation"
    owner: Any
    mistakes: tuple[Mistake, ...]
    expression: Any
    asked: str = ""

    @cached_property
    def latex(self) -> str:
        """The derivation as an `align*` environment."""
        from derive.rendering import derivation_latex

        return derivation_latex(self.owner, self.derivation)

    @cached_property
    def html(self) -> str:
        """The derivation as an HTML list with MathML."""
        from derive.rendering import derivation_mathml

        return derivation_mathml(self.owner, self.derivation)


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
        form = entry.textbook(by)
        matrices = entry.matrix_form(by) if hasattr(entry, "matrix_form") else None
        forms = [form] if matrices is None else [matrices, form]
        references = _references(forms, self.given, names)
        mistakes = []
        for wrong in entry.wrong:
            if wrong.of == by:
                index_form = (
                    entry.in_index_form(wrong.formula, by) if hasattr(entry, "in_index_form") else wrong.formula
                )
                mistakes.append(Mistake(_text_of(index_form, self.given, names), wrong.mistake, index_form))
        derivation = entry.derivation(by)
        asked = "" if hasattr(entry, "indices") else f"d/d{by} ({entry.value})"
        left = self._left_side(by)
        return Derivative(by, left, references, self.given, derivation, entry, tuple(mistakes), form, asked)

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
                found[argument] = _form(entry.upstream.shape)
                continue
            variable = entry.variable(argument)
            shape = variable.shape or (() if isinstance(entry, ArrayEntry) else ("n",))
            if (
                isinstance(entry, ArrayEntry)
                and entry.conditions
                and any(c.has(variable.symbol) for c in entry.conditions)
            ):
                found[argument] = f"one-hot {_form(shape)}"
                continue
            found[argument] = _form(shape) + _range(variable.values)
            if variable.values == sp.Interval(0, 1) and variable.meaning.startswith("true label"):
                found[argument] = f"{_form(shape)} in {{0, 1}}"
        return found


@dataclass(frozen=True)
class _Typeset:
    """What the renderer asks of an entry, for a derivation of a typed function."""

    left: str
    symbol_names: dict[Any, str]

    def derivation(self, name: str) -> Any:
        return _Labelled(self.left)


@dataclass(frozen=True)
class _Labelled:
    label: str


class TypedFunction(Function):
    """A function that an author typed; read by the grammars of `derive.reading`, never evaluated."""

    def __init__(self, text: str, given: Sequence[str] = (), label: str = "f") -> None:
        from derive.reading import UnreadableError, Vocabulary, read

        self.text = text
        self.label = label
        self.given = tuple(given)
        self.public = {"formula": text, "given": list(given)}
        try:
            self.vocabulary = Vocabulary.from_declarations(given)
            reading = read(text, self.vocabulary)
        except UnreadableError as error:
            where = f" (character {error.column + 1} of {error.text!r})" if error.text else ""
            raise UnderivableError(f"{error.message}{where}") from None
        self.value = reading.expression
        self.ambiguities = reading.ambiguities
        self._names = reading.names
        if getattr(self.value, "is_Matrix", False):
            raise UnderivableError(
                "the function has the shape of an array; write one entry of it with indices, y_j = …"
            )

    def symbol(self, name: str) -> Any:
        """Return the symbol of this name."""
        return self._names[name]

    @property
    def is_scalar(self) -> bool:
        """Whether it is a function of numbers, without indices."""
        return all(getattr(symbol, "is_Symbol", False) for symbol in self._names.values())

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(str(name) for name in self._names if str(name) not in map(str, self.vocabulary.indices))

    @property
    def targets(self) -> tuple[str, ...]:
        return self.arguments

    def derivative(self, by: str, answer: str = "") -> Derivative:
        from derive.algebra import NoChainError, tidied
        from derive.derivation import Derivation
        from derive.differentiate import derivation, differentiate
        from derive.reading import UnreadableError, read
        from derive.rendering import latex
        from derive.rules import NoRuleError
        from derive.sums import finish

        try:
            variable = read(by, self.vocabulary).expression
            textbook = read(answer, self.vocabulary).expression if answer else None
        except UnreadableError as error:
            where = f" (character {error.column + 1} of {error.text!r})" if error.text else ""
            raise UnderivableError(f"{error.message}{where}") from None
        if not (getattr(variable, "is_Symbol", False) or getattr(variable, "indices", ())):
            raise UnderivableError(
                f"{by!r} is no variable to differentiate by; the names are {', '.join(self.targets)}"
            )
        base = getattr(variable, "base", variable)
        if not self.value.has(base):
            raise UnderivableError(f"{by!r} does not stand in the function; its names are {', '.join(self.targets)}")
        left = rf"\frac{{\partial {self.label}}}{{\partial {latex(variable)}}}"
        array = not self.is_scalar
        try:
            if textbook is not None and array:
                chain = derivation(by, left, self.value, variable, textbook, finish=finish)
            elif textbook is not None:
                chain = derivation(by, left, self.value, variable, textbook)
            else:
                steps = differentiate(self.value, variable)
                if not array:
                    steps = [*steps, *tidied(steps[-1].after)]
                chain = Derivation(name=by, label=left, steps=tuple(steps))
        except (NoRuleError, NoChainError, ValueError) as error:
            raise UnderivableError(f"no derivation by {by}: {_shortened(str(error))}") from None
        result = chain.result
        asked = "" if array else f"d/d{by} ({self.text})"
        mistakes = tuple(self._mistakes(variable, result)) if not array else tuple(_of_arrays(result))
        references = _references([result], self.given, {})
        owner = _Typeset(left, {})
        return Derivative(by, left, references, self.given, chain, owner, mistakes, result, asked)

    def _mistakes(self, variable: Any, right: Any) -> list[Mistake]:
        from derive.rendering import latex
        from worksheets.slips import slips

        found: dict[str, Mistake] = {}
        for form, slip in slips(self.value, variable, right):
            if form != right and not form.has(*_undefined()):
                found.setdefault(slip, Mistake(latex(form), slip, form))
        return list(found.values())

    def value_source(self, name: str, arguments: Sequence[str]) -> str:
        return self.source(name, arguments, self.value)

    def source(self, name: str, arguments: Sequence[str], form: Any) -> str:
        """Return NumPy code of a scalar formula in the symbols of this function."""
        from derive.compilation.readable import readable_source

        if not self.is_scalar:
            raise UnderivableError("no code is made of a typed function of arrays; write a {solution}")
        symbols = [self._names[argument] for argument in arguments]
        return readable_source(symbols, form, name=name)

    def inputs(self, arguments: Sequence[str]) -> dict[str, str]:
        domain = self.vocabulary.domain
        return {name: "vector(n)" + _range(domain.range_of(self._names[name])) for name in arguments}


def _references(forms: Sequence[Any], given: Sequence[str], names: Any) -> tuple[str, ...]:
    """Return the answer in each notation as text that is read back as itself, without a doubt where that can be had."""
    from derive.reading import UnreadableError, Vocabulary, read
    from derive.rendering import latex

    try:
        vocabulary = Vocabulary.from_declarations(given)
    except UnreadableError as error:
        raise UnderivableError(
            f"an answer with these names cannot be typed: {error.message} ({error.text!r}); ask for it as code"
        ) from None
    found = []
    for form in forms:
        readings: list[tuple[int, int, str]] = []
        for text in (str(form), latex(form, names)):
            try:
                reading = read(text, vocabulary)
            except UnreadableError:
                continue
            same = reading.expression == form or text != str(form)
            readings.append((len(reading.ambiguities) if same else 99, len(readings), text))
        if readings:
            found.append(min(readings)[2])
    if not found:
        raise UnderivableError(f"the answer {latex(forms[-1], names)} cannot be read back as text")
    return tuple(found)


def _text_of(form: Any, given: Sequence[str], names: Any) -> str:
    """Return a formula as text that can be read, "" where it has none."""
    try:
        return _references([form], given, names)[0]
    except UnderivableError:
        return ""


def _shortened(words: str) -> str:
    """Return a message without the middle of what is too long to read, such as a sum written out."""
    return words if len(words) <= LONGEST_REASON else f"{words[: LONGEST_REASON - 60]} … {words[-60:]}"


def _undefined() -> tuple[Any, ...]:
    import sympy as sp

    return sp.zoo, sp.nan


def _of_arrays(right: Any) -> list[Mistake]:
    from derive.rendering import latex

    forms = ((-right, "sign"), (2 * right, "factor 2"))
    return [Mistake(latex(form), mistake, form) for form, mistake in forms]


def _declarations(entry: "Entry") -> tuple[str, ...]:
    """Return the names of an entry as `--given` declares them."""
    import sympy as sp

    found = []
    upstream = getattr(entry, "upstream", None)
    arrays = [(variable.name, variable.shape) for variable in entry.variables if variable.shape]
    if upstream is not None:
        arrays.append((str(upstream.label), upstream.shape))
    for name, shape in arrays:
        found.append(f"{name} {_form(shape)}")
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


def _form(shape: Sequence[Any]) -> str:
    kind = {0: "number", 1: "vector", 2: "matrix"}.get(len(shape), "array")
    return kind if not shape else f"{kind}({', '.join(map(str, shape))})"


def _range(values: "sp.Set") -> str:
    import sympy as sp

    if isinstance(values, sp.FiniteSet):
        return f" in {{{', '.join(f'{float(value):g}' for value in sorted(values))}}}"
    if not isinstance(values, sp.Interval) or values == sp.S.Reals:
        return ""
    low = float(values.start) if values.start.is_finite else None
    high = float(values.end) if values.end.is_finite else None
    if low is None and high is None:
        return ""
    low = (high or 0.0) - 6.0 if low is None else low
    high = low + 6.0 if high is None else high
    return f" in ({low:g}, {high:g})"
