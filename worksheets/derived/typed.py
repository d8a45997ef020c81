"""A function that an author typed, read by the grammars of `derive.reading`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from worksheets.derived.function import Derivative, Function, Mistake, UnderivableError
from worksheets.derived.inputs import range_of
from worksheets.derived.references import references

LONGEST_REASON = 300
"""Characters of a reason in a message; a sum that was written out would fill a screen."""


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
        texts = references([result], self.given, {})
        owner = _Typeset(left, {})
        return Derivative(by, left, texts, self.given, chain, owner, mistakes, result, asked)

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
        return {name: "vector(n)" + range_of(domain.range_of(self._names[name])) for name in arguments}


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
