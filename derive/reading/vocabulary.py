"""What the names of a formula mean: which are scalars, arrays, functions, and where they may lie."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import sympy as sp

from derive.domain import Domain
from derive.functions import general_function
from derive.reading.errors import UnreadableError
from derive.reading.known import is_known_function
from derive.reading.limits import TEXT_LENGTH
from derive.reading.names import ALIASES, GREEK, WORDS

_NAME = r"(?:\\hat\s*\{\s*\w+\s*\}|\\hat\s+\w|\\?[^\W\d]\w*'*[\u0302\u0304\u0303]?)"
_DECLARATION = re.compile(
    rf"\s*(?P<names>{_NAME}(?:\s*,\s*{_NAME})*)\s*(?::|\bis\b|\s)\s*(?:an?\s+)?"
    r"(?P<kind>[A-Za-z][A-Za-z -]*?)\s*(?P<brackets>\((?P<sizes>[^()]*)\))?\s*"
)
_MEMBER = re.compile(rf"\s*(?P<name>{_NAME})\s*(?:\bin\b|∈|\\in\b)\s*\\?\{{(?P<values>[^{{}}]*?)\\?\}}\s*")
_SIZE = re.compile(r"[^\W\d]\w*|[1-9]\d{0,5}")
_KINDS = (
    "real, positive, negative, nonnegative, nonzero, integer, natural, scalar, vector(n), matrix(N, M), function, "
    "index(n)"
)
_DECLARATION_LIMIT = 200


@dataclass(frozen=True)
class Vocabulary:
    """The declared names of a formula; a name that is not declared is a real scalar.

    Attributes
    ----------
    symbols:
        The SymPy symbol, or the array with its shape, of each declared name. A vector has one size, a matrix two.
    functions:
        The names of general functions, such as h; h(z) and h'(z) are then a function and its derivative.
    indices:
        Names that stand for an index, with the number of values they take.
    domain:
        Where the scalars may lie.
    spoken:
        Names that are not declared but known to stand alone, in this formula or another one: they decide whether
        `xy` is x·y.
    """

    symbols: Mapping[str, sp.Symbol | sp.IndexedBase] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    indices: Mapping[str, sp.Expr] = field(default_factory=dict)
    domain: Domain = field(default_factory=Domain)
    spoken: frozenset[str] = frozenset()

    @classmethod
    def from_declarations(cls, declarations: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary of declarations such as `x real`, `0 < p < 1`, `W matrix(N, M)`, `h function`.

        Raises
        ------
        UnreadableError
            A declaration is not understood, contradicts another one, or names a number.
        """
        collected = _Declarations()
        for count, declaration in enumerate(declarations):
            if count >= _DECLARATION_LIMIT:
                raise UnreadableError(f"there are more than {_DECLARATION_LIMIT} declarations", declaration, 0)
            collected.add(declaration)
        return collected.vocabulary()

    @cached_property
    def declared(self) -> frozenset[str]:
        """All declared names."""
        return frozenset(self.symbols) | self.functions | frozenset(self.indices) | frozenset(self.sizes)

    @cached_property
    def sizes(self) -> Mapping[str, sp.Symbol]:
        """The symbols of the sizes that the declarations name, such as N and M."""
        shapes = [tuple(array.shape) for array in self.symbols.values() if isinstance(array, sp.IndexedBase)]
        extents = [extent for shape in shapes for extent in shape] + list(self.indices.values())
        return {symbol.name: symbol for extent in extents for symbol in extent.free_symbols}

    def knowing(self, names: Iterable[str]) -> "Vocabulary":
        """Return the vocabulary that also knows these names to stand alone, for instance from the other side."""
        return replace(self, spoken=self.spoken | frozenset(names))

    def is_function(self, name: str) -> bool:
        """Tell whether a name is a function: declared as one, or known and not declared otherwise."""
        return name in self.functions or (
            name not in self.symbols and name not in self.indices and is_known_function(name)
        )

    def shape_of(self, name: str) -> tuple[sp.Expr, ...] | None:
        """Return the shape of a declared name, () for a scalar, None where the name is not declared."""
        found = self.symbols.get(name)
        if found is None:
            return None
        return tuple(found.shape) if isinstance(found, sp.IndexedBase) else ()


@dataclass
class _Facts:
    """What has been said about one name."""

    kind: str = "scalar"
    shape: tuple[sp.Expr, ...] = ()
    integer: bool = False
    positive: bool = False
    natural: bool = False
    values: sp.Set = sp.S.Reals
    restricted: bool = False


_SETS = {
    "real": sp.S.Reals,
    "scalar": sp.S.Reals,
    "positive": sp.Interval.open(0, sp.oo),
    "negative": sp.Interval.open(-sp.oo, 0),
    "nonnegative": sp.Interval(0, sp.oo),
    "non-negative": sp.Interval(0, sp.oo),
    "nonpositive": sp.Interval(-sp.oo, 0),
}


class _Declarations:
    """Collects declarations; the order in which they are given does not matter."""

    def __init__(self) -> None:
        self.facts: dict[str, _Facts] = {}
        self.said: dict[str, str] = {}
        self.relations: list[str] = []
        self.nonzero: list[str] = []

    def add(self, text: str) -> None:
        if len(text) > TEXT_LENGTH:
            raise UnreadableError("the declaration is too long", text, 0)
        head = _DECLARATION.fullmatch(text)
        if head is not None:
            names = re.findall(_NAME, head["names"])
            self._kind(text, names, head["kind"].lower().split(), head)
            return
        member = _MEMBER.fullmatch(text)
        if member is not None:
            self._member(text, member)
            return
        if not re.search(r"[<>=≤≥≠]|\\[lg]eq?|\\neq?|\\[lg]t", text):
            raise UnreadableError(
                f"the declaration is not understood; write a name and one of {_KINDS}; or a condition, 0 < x < 1",
                text,
                len(text) - len(text.lstrip()),
                "a name and its kind",
            )
        self.relations.append(text)

    def _kind(self, text: str, names: list[str], words: list[str], head: re.Match[str]) -> None:
        for written in names:
            name = canonical_name(written, text)
            facts = self.facts.setdefault(name, _Facts())
            self.said.setdefault(name, text)
            for word in words:
                self._word(text, name, facts, word, head)

    def _word(self, text: str, name: str, facts: _Facts, word: str, head: re.Match[str]) -> None:
        place = head.start("kind")
        sizes = head["sizes"]
        if word in {"vector", "matrix", "index"}:
            facts.shape = self._sizes(text, sizes, head.start("sizes"), {"matrix": 2}.get(word, 1))
            self._set_kind(text, name, facts, word)
        elif sizes is not None:
            raise UnreadableError(f"'{word}' takes no sizes", text, head.start("brackets"))
        elif word == "function":
            self._set_kind(text, name, facts, "function")
        elif word in {"integer", "natural", "whole"}:
            facts.integer = True
            facts.natural = facts.natural or word == "natural"
        elif word == "nonzero":
            self.nonzero.append(name)
        elif word in _SETS:
            facts.positive = facts.positive or word == "positive"
            self._restrict(text, name, facts, _SETS[word], place)
        elif word != "number":
            raise UnreadableError(f"'{word}' is no kind of name; the kinds are {_KINDS}", text, place, _KINDS)

    def _set_kind(self, text: str, name: str, facts: _Facts, kind: str) -> None:
        if facts.kind not in {"scalar", kind} or (facts.kind == "scalar" and facts.restricted and kind == "function"):
            raise UnreadableError(f"{name} is declared twice, as {facts.kind} and as {kind}", text, 0)
        facts.kind = kind

    def _sizes(self, text: str, sizes: str | None, place: int, wanted: int) -> tuple[sp.Expr, ...]:
        words = [word.strip() for word in (sizes or "").split(",")]
        if len(words) != wanted or not all(_SIZE.fullmatch(word) for word in words):
            example = "matrix(N, M)" if wanted == 2 else "vector(n)"
            raise UnreadableError(f"the sizes are written like {example}", text, max(place, 0), example)
        return tuple(sp.Integer(word) if word.isdecimal() else size_symbol(word) for word in words)

    def _member(self, text: str, member: re.Match[str]) -> None:
        name = canonical_name(member["name"], text)
        values = []
        for word in member["values"].split(","):
            if not re.fullmatch(r"\s*-?\d{1,20}(?:\.\d{1,20}|/[1-9]\d{0,20})?\s*", word):
                raise UnreadableError("the values of a set are numbers", text, member.start("values"), "numbers")
            values.append(sp.Rational(word.strip()))
        facts = self.facts.setdefault(name, _Facts())
        self.said.setdefault(name, text)
        self._restrict(text, name, facts, sp.FiniteSet(*values), member.start("values"))

    def _restrict(self, text: str, name: str, facts: _Facts, values: sp.Set, place: int) -> None:
        facts.values = facts.values.intersect(values)
        facts.restricted = facts.restricted or values != sp.S.Reals
        if facts.values == sp.S.EmptySet:
            raise UnreadableError(f"no value is left for {name}: the declarations contradict one another", text, place)

    # -- from what was said to symbols and their domain --

    def vocabulary(self) -> Vocabulary:
        from derive.reading.conditions import bounds, condition_of

        for text in self.relations:
            for name, values in bounds(text).items():
                facts = self.facts.setdefault(name, _Facts())
                self._restrict(text, name, facts, values, 0)
        for facts in list(self.facts.values()):
            for extent in facts.shape:
                if isinstance(extent, sp.Symbol) and extent.name in self.facts:  # a size is a positive whole number
                    size = self.facts[extent.name]
                    size.integer = size.natural = True
        symbols: dict[str, sp.Symbol | sp.IndexedBase] = {}
        ranges: dict[sp.Symbol, sp.Set] = {}
        for name, facts in self.facts.items():
            made = _symbol(name, facts)
            if made is None:
                continue
            symbols[name] = made
            if isinstance(made, sp.Symbol):
                ranges[made] = self._range(name, facts)
        functions = frozenset(name for name, facts in self.facts.items() if facts.kind == "function")
        for name in functions:
            general_function(name)
        indices = {name: facts.shape[0] for name, facts in self.facts.items() if facts.kind == "index"}
        plain = Vocabulary(symbols, functions, indices, Domain(ranges))
        conditions: list[sp.Basic] = [sp.Ne(symbols[name], 0) for name in self.nonzero]
        for text in self.relations:
            conditions.extend(condition_of(text, plain))
        return replace(plain, domain=Domain(ranges, tuple(dict.fromkeys(conditions))))

    def _range(self, name: str, facts: _Facts) -> sp.Set:
        if not facts.integer:
            return facts.values
        whole = sp.S.Naturals if facts.natural or facts.positive else sp.S.Integers
        if whole == sp.S.Naturals and facts.values == sp.Interval.open(0, sp.oo):
            return whole
        values = whole if facts.values == sp.S.Reals else whole.intersect(facts.values)
        if values == sp.S.EmptySet:
            raise UnreadableError(f"no whole number is left for {name}", self.said.get(name, name), 0)
        return values


def _symbol(name: str, facts: _Facts) -> sp.Symbol | sp.IndexedBase | None:
    if facts.kind in {"function", "index"}:
        return None
    if facts.kind in {"vector", "matrix"}:
        return sp.IndexedBase(sp.Symbol(name, real=True), shape=facts.shape)
    if facts.integer:
        positive = facts.natural or facts.positive
        return sp.Symbol(name, integer=True, positive=True) if positive else sp.Symbol(name, integer=True)
    return sp.Symbol(name, positive=True) if facts.positive else sp.Symbol(name, real=True)


def size_symbol(name: str) -> sp.Symbol:
    """Return the symbol of a size: a positive integer."""
    return sp.Symbol(name, integer=True, positive=True)


def canonical_name(written: str, text: str) -> str:
    r"""Return the spelling of a name that all surfaces share: `\\hat{y}` and ŷ as y_hat, σ as sigma."""
    from derive.reading.source import prepare

    hat = re.fullmatch(r"\\hat\s*\{?\s*(\w+)\s*\}?", written)
    if hat is not None:
        return f"{hat.group(1)}_hat"
    plain = prepare(written).prepared.strip()
    if plain.startswith("\\"):
        if plain[1:] not in WORDS:
            raise UnreadableError(f"the command {plain} is not known here", text, max(text.find(written), 0))
        return WORDS[plain[1:]]
    base, *rest = plain.split("_")
    return ALIASES.get(plain, "_".join([GREEK.get(base, base), *rest]))
