"""From the syntax tree and the vocabulary to SymPy: what each name means, what is a call and what a product."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays import Bound
from derive.reading.errors import Trouble
from derive.reading.functions import Functions
from derive.reading.known import NEEDS_BRACKETS, known, spelling
from derive.reading.limits import COMPARED, DEPTH, FACTORS, NODES
from derive.reading.names import ALIASES, GREEK_WORDS
from derive.reading.source import Source
from derive.reading.vocabulary import Vocabulary

Value = Any  # a SymPy expression; SymPy has no types

_MODULES = frozenset(
    [
        "np",
        "numpy",
        "math",
        "sp",
        "sympy",
        "torch",
        "jnp",
        "jax",
        "scipy",
        "special",
        "F",
        "nn",
        "functional",
        "tf",
        "jnn",
        "mpmath",
        "cmath",
        "xp",
        "linalg",
    ]
)
_NO_NAMES = frozenset(
    [
        "True",
        "False",
        "None",
        "for",
        "in",
        "import",
        "def",
        "return",
        "while",
        "class",
        "del",
        "yield",
        "await",
        "async",
        "exec",
        "eval",
    ]
)
_RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}


class Meaning(Functions):
    """One reading: walks the tree once, collects what was ambiguous, which names occur, and where it is defined."""

    def __init__(self, source: Source, vocabulary: Vocabulary, surface: str, alone: frozenset[str]) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.surface = surface
        self.alone = alone | vocabulary.spoken | vocabulary.declared
        self.ambiguities: dict[str, None] = {}
        self.names: dict[str, Value] = {}
        self.needs: dict[Value, None] = {}
        self.guards: list[Value] = []
        self.depth = 0
        self.nodes = 0
        self.compared = 0
        self.bound: dict[str, Bound] = {}
        self.free: dict[str, Value] = {}
        self.lengths: dict[str, Value] = {}
        self.sizes: dict[str, Value] = dict(vocabulary.sizes)
        self.arrays: dict[str, Value] = {}
        self.writer: Any = None
        self.written: frozenset[str] = frozenset()

    # -- the walk --

    def of(self, node: tree.Node) -> Value:
        """Return the meaning of a node as a formula."""
        self.nodes += 1
        if self.nodes > NODES:
            raise Trouble(f"the formula has more than {NODES} parts", node.span[0])
        self.depth += 1
        if self.depth > DEPTH:
            raise Trouble(f"the formula is nested more than {DEPTH} deep", node.span[0])
        try:
            return self._KINDS[type(node)](self, node)
        finally:
            self.depth -= 1

    def finish(self, node: tree.Node) -> Value:
        """Return the meaning of the whole formula; it must be real and finite throughout."""
        self.written = frozenset(part.name for part in tree.walk(node) if isinstance(part, tree.Name))
        self.learn_lengths(node)
        self._note_fonts(node)
        value = self.collapsed(self.of(node))
        if value.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise Trouble("the value is not a finite number", node.span[0])
        if value.has(sp.I):
            raise Trouble("the value is not a real number", node.span[0])
        return value

    def _note_fonts(self, node: tree.Node) -> None:
        r"""List a name that stands in two fonts: x and \mathbf{x} are one name here."""
        fonts: dict[str, set[str]] = {}
        for part in tree.walk(node):
            if isinstance(part, tree.Name) and part.kind not in {"special", "partial"}:
                fonts.setdefault(part.name, set()).add(part.font)
        for name in sorted(name for name, found in fonts.items() if len(found) > 1):
            self.note(f"read {name} as one name, although it stands in more than one font")

    def note(self, sentence: str) -> None:
        """List an ambiguous reading."""
        if len(self.ambiguities) < 40:
            self.ambiguities[sentence] = None

    def piece(self, *nodes: tree.Node) -> str:
        """Return the text of some neighbouring nodes as it was typed, shortened where it is long."""
        text = " ".join(self.source.piece(nodes[0].span[0], nodes[-1].span[1]).split())
        return text if len(text) <= 40 else text[:37] + "…"

    def need(self, condition: Value) -> None:
        """Record a condition under which the formula is defined, as far as it is not always true."""
        if condition == sp.true:
            return
        for guard in self.guards:
            condition = sp.Or(sp.Not(guard), condition)
        if condition != sp.true and len(self.needs) < 200:
            self.needs[condition] = None

    @contextmanager
    def guarded(self, guard: Value) -> Iterator[None]:
        """Read a part whose value counts only where the guard holds."""
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.pop()

    def count_compared(self, number: int, position: int) -> None:
        """Count what has to be compared, because each comparison doubles the regions."""
        self.compared += number
        if self.compared > COMPARED:
            raise Trouble(f"there are more than {COMPARED} things to compare (max, min, | |, cases)", position)

    # -- numbers and names --

    def _number(self, node: tree.Number) -> Value:
        if node.scientific and self.surface != "python":
            self.note(f"read '{self.piece(node)}' as one number in powers of ten")
        return sp.Rational(node.value.numerator, node.value.denominator)

    def _name(self, node: tree.Name) -> Value:
        if node.kind == "partial":
            raise Trouble("∂ is read in a derivative such as ∂L/∂x only", node.span[0], "∂L/∂x")
        if node.kind == "special":
            raise Trouble(f"'{self.piece(node)}' needs something to act on", node.span[1], "a formula")
        if len(self.split(node)) > 1:
            return self._run(tree.Run(node.span, (node,)))
        return self.variable(node.name, node)

    def variable(self, name: str, node: tree.Node) -> Value:
        """Return the symbol, number or array that a name stands for."""
        if name in self.bound:
            return self.bound[name].index + self.bound[name].offset
        if name not in self.vocabulary.declared:
            entry = self.entry_by_name(name, node)
            if entry is not None:
                return entry
            constant = self._constant(name, node)
            if constant is not None:
                return constant
            if self.vocabulary.is_function(name) and name not in GREEK_WORDS and name not in NEEDS_BRACKETS:
                raise Trouble(f"'{name}' is a function and needs an argument", node.span[1], "(")
            alias = ALIASES.get(name, name)
            name = alias if alias in self.vocabulary.declared or name in ALIASES else self._unaccented(name)
        if name in self.vocabulary.functions:
            raise Trouble(f"'{name}' is a function and needs an argument", node.span[1], "(")
        found = self.vocabulary.symbols.get(name) or self.sizes.get(name)
        if found is None:
            found = sp.Symbol(name, real=True)
        self.names[name] = found
        if isinstance(found, sp.IndexedBase):
            return self.whole_array(found, node)
        return found

    def _unaccented(self, name: str) -> str:
        """Take `yhat` for a declared `y_hat`, and `x1` for a declared `x_1`."""
        for suffix in ("hat", "bar", "tilde"):
            accented = f"{name.removesuffix(suffix)}_{suffix}"
            if name.endswith(suffix) and len(name) > len(suffix) and accented in self.vocabulary.declared:
                self.note(f"read {name} as {accented}, which is declared")
                return accented
        letters = name.rstrip("0123456789")
        below = f"{letters}_{name[len(letters) :]}"
        if letters and letters != name and below in self.vocabulary.declared:
            self.note(f"read {name} as {below}, which is declared")
            return below
        return name

    def _constant(self, name: str, node: tree.Node) -> Value | None:
        if name == "pi":
            return sp.pi
        if name == "e":
            self.note("read e as Euler's number 2.718…")
            return sp.E
        if name == "E" and self.surface == "python":
            self.note("read E as Euler's number 2.718…, as SymPy writes it")
            return sp.E
        if name in {"oo", "zoo", "inf", "infty", "nan", "NaN"}:
            raise Trouble("infinity has no place in a formula", node.span[0])
        if name.partition("_")[0] == "nabla":
            raise Trouble("∇ is not read; write the gradient by its name, such as dL_dW", node.span[0], "a name")
        if name == "d" and isinstance(node, tree.Name) and node.kind == "upright":
            raise Trouble("a differential has no place in a formula", node.span[0])
        if name in _NO_NAMES:
            raise Trouble(f"'{name}' has no place in a formula", node.span[0])
        return None

    # -- sums and products --

    def _sum(self, node: tree.Sum) -> Value:
        values = [(sign, self.of(term), term) for sign, term in node.terms]
        return self.add(values, node)

    def _signed(self, node: tree.Signed) -> Value:
        return self.negate(self.of(node.operand), node)

    def _product(self, node: tree.Product) -> Value:
        return self._multiplied(
            list(zip((sign for sign, _ in node.factors), node.places, (f for _, f in node.factors), strict=True)), node
        )

    def _run(self, node: tree.Run) -> Value:
        return self._multiplied([("*", node.span[0], node)], node)

    def _multiplied(self, factors: list[tuple[str, int, tree.Node]], node: tree.Node) -> Value:
        """Multiply from left to right; a Σ or d/dx takes all that follows it in the product."""
        values: list[tuple[str, int, Value]] = []
        factors = self._with_derivative_names(factors)
        for position, (sign, place, factor) in enumerate(factors):
            negative = isinstance(factor, tree.Signed)
            run = factor.operand if isinstance(factor, tree.Signed) else factor
            items = run.items if isinstance(run, tree.Run) else (run,)
            found, rest = self._side_by_side(items, factors[position + 1 :])
            if sign == "/" and position and isinstance(run, tree.Number) and self.surface != "python":
                self._note_exponent_over(factors[position - 1][2], run)
            if len(found) > 1 and sign == "/":
                first = self.source.piece(factor.span[0], found[1][0])
                self.note(
                    f"read '{self.piece(*[f for _, _, f in factors[: position + 1]])}' from left to right: "
                    f"only {first.strip()} is divided by"
                )
            if len(found) > 1 and sign in {"∘", "@", "⊗"}:
                if sum(not self.is_scalar(value) for _, value in found) > 1:
                    self.note(f"read '{self.piece(factor)}' as one factor after the sign before it")
                whole = self.multiply([("", start, value) for start, value in found], factor)
                found = [(factor.span[0], whole)]
            for count, (start, value) in enumerate(found):
                signed = self.negate(value, factor) if negative and not count else value
                values.append((sign if not count else "", place if not count else start, signed))
            if len(values) > FACTORS:
                raise Trouble(f"a product has more than {FACTORS} factors", place)
            if rest:
                break
        return self.multiply(values, node)

    def _note_exponent_over(self, before: tree.Node, divisor: tree.Node) -> None:
        """List x^1/2, which is half of x unless the whole fraction stands in brackets."""
        before = before.operand if isinstance(before, tree.Signed) else before
        last = before.items[-1] if isinstance(before, tree.Run) else before
        above = last.above if isinstance(last, tree.Scripted) else None
        above = above.operand if isinstance(above, tree.Signed) else above
        if not isinstance(above, tree.Number) or not isinstance(divisor, tree.Number):
            return
        if above.value == 1 or (divisor.value == 2 and above.value % 2 == 1):  # x^2/2 cannot mean x^(2/2)
            self.note(f"read '{self.piece(last, divisor)}' as {self.piece(last)} divided by {self.piece(divisor)}")

    def _with_derivative_names(self, factors: list[tuple[str, int, tree.Node]]) -> list[tuple[str, int, tree.Node]]:
        """Take ∂L/∂x and dL/dx, written with a slash, for the names that they are."""
        for position in range(len(factors) - 1):
            (sign, place, above), (slash, _, below) = factors[position : position + 2]
            if slash != "/":
                continue
            items = below.items if isinstance(below, tree.Run) else (below,)
            width = 2 if len(items) > 1 and isinstance(items[0], tree.Name) and items[0].name == "" else 1
            first = tree.Run((items[0].span[0], items[width - 1].span[1]), items[:width]) if width == 2 else items[0]
            whole = (above.span[0], first.span[1])
            name = self.derivative_name(above, first, tree.Nothing(whole))
            if name is None:
                continue
            made: tree.Node = tree.Name(whole, name, "upright")
            if len(items) > width:
                made = tree.Run((whole[0], below.span[1]), (made, *items[width:]))
            return self._with_derivative_names([*factors[:position], (sign, place, made), *factors[position + 2 :]])
        return factors

    def _side_by_side(
        self, items: Sequence[tree.Node], following: list[tuple[str, int, tree.Node]]
    ) -> tuple[list[tuple[int, Value]], bool]:
        """Return the factors of a run, each with its place, and whether they took in the factors that follow."""
        pieces = [part for item in items for part in self.split(item)]
        found: list[tuple[int, Value]] = []
        position = 0
        while position < len(pieces):
            item = pieces[position]
            if position and _is_number(item) and isinstance(pieces[position - 1], tree.Number):
                raise Trouble("an operator is missing between two numbers", item.span[0], "an operator")
            opened = self.opened(pieces, position, following, found)
            if opened is not None:
                found.append((item.span[0], opened))
                return found, True
            value, used = self.application(pieces, position)
            if value is None:
                self._mark_call(pieces, position)
                value, used = self.of(item), 1
            found.append((item.span[0], value))
            position += used
        return found, False

    def _mark_call(self, pieces: Sequence[tree.Node], position: int) -> None:
        """List `y(1-y)`: it looks like a call, but y is no function."""
        item = pieces[position]
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = following.base if isinstance(following, tree.Scripted) else following
        name = item.base if isinstance(item, tree.Scripted) and item.above is None else item
        if isinstance(name, tree.Name) and isinstance(bracket, tree.Group) and bracket.bracket in "([":
            if len(bracket.items) > 1:
                raise Trouble(f"'{self.piece(item)}' is not a function; declare it as one", item.span[0])
            assert following is not None
            if bracket.bracket == "[" and isinstance(bracket.items[0], (tree.Number, tree.Name)):
                raise Trouble(
                    f"'{self.piece(item)}' has no entries; declare it as a vector, or write * for a product",
                    bracket.span[0],
                    "*",
                )
            self.note(f"read '{self.piece(item, following)}' as a product: {self.piece(item)} is not a function")

    def split(self, item: tree.Node) -> list[tree.Node]:
        """Divide a word into its letters where they, and not the word, are names."""
        name = item.base if isinstance(item, tree.Scripted) else item
        if not isinstance(name, tree.Name) or name.kind != "word":
            return [item]
        word, _, below = name.name.partition("_")
        if (
            below
            and name.name not in self.vocabulary.declared
            and self.vocabulary.is_function(word)
            and not isinstance(item, tree.Scripted)
        ):
            cut = name.span[0] + len(word)
            inner: tree.Node = (
                tree.Number((cut + 1, name.span[1]), _fraction(below))
                if below.isdecimal()
                else tree.Name((cut + 1, name.span[1]), below)
            )
            return [tree.Scripted(name.span, tree.Name((name.span[0], cut), word), 0, inner)]
        parts = self._letters(name, word, bool(below) or (isinstance(item, tree.Scripted) and item.below is not None))
        if parts is None:
            return [item]
        start = name.span[0]
        width = [(start + place, start + place + len(part)) for place, part in parts]
        split: list[tree.Node] = [
            tree.Number(span, _fraction(part))
            if part.isdecimal()
            else tree.Name(span, part, "letter" if len(part) == 1 else "word")
            for span, (_, part) in zip(width, parts, strict=True)
        ]
        last = split[-1]
        if below:
            assert isinstance(last, tree.Name)
            split[-1] = tree.Name((last.span[0], name.span[1]), f"{last.name}_{below}", "letter")
        if isinstance(item, tree.Scripted):
            split[-1] = tree.Scripted((split[-1].span[0], item.span[1]), split[-1], item.primes, item.below, item.above)
        return split

    def _letters(  # noqa: PLR0911 - one for each reason not to divide a word
        self, name: tree.Name, word: str, has_index: bool
    ) -> list[tuple[int, str]] | None:
        if len(word) < 2 or self.surface == "python" or name.name in self.alone or word in self.alone:
            return None
        if self.vocabulary.is_function(word) or self.vocabulary.is_function(name.name):
            return None
        if word in GREEK_WORDS or word in ALIASES or word in {"pi"} or self._unaccented_quietly(word):
            return None
        letters = [letter for letter in word if letter.isalpha()]
        tex = self.surface == "latex"
        function = self._leading_letters_then_function(word)
        if function is not None:
            self.note(f"read '{word}' as {' '.join(part for _, part in function)}")
            return function
        if not word.isalpha():
            if word[0] in self.alone:
                self.note(f"read '{word}' as one name, not as a product")
            return None
        if tex or all(letter in self.alone or letter == "e" for letter in letters):
            known_letters = all(letter in self.alone for letter in letters)
            if not tex or not known_letters:
                self.note(f"read '{word}' as the product of its letters, {'·'.join(letters)}")
            return list(enumerate(word))
        if not has_index:
            self.note(f"read '{word}' as one name; write {'*'.join(letters)} for a product")
        return None

    def _unaccented_quietly(self, word: str) -> bool:
        declared = self.vocabulary.declared
        digits = word.rstrip("0123456789")
        return any(
            word.endswith(suffix) and f"{word.removesuffix(suffix)}_{suffix}" in declared
            for suffix in ("hat", "bar", "tilde")
        ) or (digits != word and f"{digits}_{word[len(digits) :]}" in declared)

    def _leading_letters_then_function(self, word: str) -> list[tuple[int, str]] | None:
        """Divide `xsin` or `xexp`, where the rest of a word is an elementary function and its start a single letter."""
        for cut in (1, 2):
            head, rest = word[:cut], word[cut:]
            function = known(rest)
            if len(rest) >= 2 and function is not None and function.bare and head.isalpha():
                return [*enumerate(head), (cut, rest)]
        function = known(word[:-1])
        if len(word) >= 3 and function is not None and function.bare and word[-1].isalpha():
            return [(0, word[:-1]), (len(word) - 1, word[-1])]
        return None

    # -- powers and roots --

    def _scripted(self, node: tree.Scripted) -> Value:
        labelled = self._labelled(node)
        if labelled is not None:
            return self.variable(labelled, node)
        value, _ = self.application([node], 0)
        if value is not None:
            return value
        if isinstance(node.base, tree.Name) and node.base.kind == "special":
            raise Trouble("there is nothing after the operator", node.span[1], "a formula")
        parts = self.split(node)
        if len(parts) > 1:
            return self._run(tree.Run(node.span, (node,)))
        base = self.base_of(node)
        return base if node.above is None else self.raise_to(base, node.above, node)

    def _labelled(self, node: tree.Scripted) -> str | None:
        """Return the name of a^{(l)} or z^{[l]}, where what is raised is a label and no exponent; `a__l` in Python."""
        above, base = node.above, node.base
        inner = above if isinstance(above, tree.Group) and above.bracket == "[" else None
        if isinstance(above, tree.Group) and above.bracket == "{" and len(above.items) == 1:
            inner = above.items[0] if isinstance(above.items[0], tree.Group) else None
        if not (inner is not None and inner.bracket in "([" and len(inner.items) == 1):
            return None
        label = inner.items[0]
        if not isinstance(base, tree.Name) or base.kind == "special" or base.name in {"e", "pi"}:
            return None
        if self.surface == "python" or not isinstance(label, (tree.Name, tree.Number)):
            return None
        below = "" if node.below is None else f"_{self.index_name(self.index_parts(node.below), node.span[0])}"
        self.note(f"read the raised {self.piece(inner)} as a label, not as an exponent")
        return f"{base.name}{chr(39) * node.primes}{below}__{self.index_name([label], label.span[0])}"

    def base_of(self, node: tree.Scripted) -> Value:  # noqa: PLR0911 - one for each kind of base
        """Return what a base with its primes and lower index means, without its exponent."""
        base = node.base
        if isinstance(base, tree.Name):
            if node.below is None and not node.primes and base.name == "e" and "e" not in self.vocabulary.declared:
                if node.above is None:
                    return self.of(base)
                return sp.E
            if node.below is not None:
                return self.entry(base, node.below, node.primes, node)
            if node.primes:
                name = base.name + "'" * node.primes
                if name not in self.vocabulary.declared:
                    self.note(f"read '{self.piece(node)}' as a name of its own, not as a derivative")
                return self.variable(name, node)
            return self.of(base)
        if node.below is not None:
            return self.entry(base, node.below, node.primes, node)
        if node.primes:
            raise Trouble("a prime stands after a name or a function", node.span[1] - 1)
        return self.of(base)

    def raise_to(self, base: Value, above: tree.Node, node: tree.Node) -> Value:
        """Raise to a power, or transpose where the exponent is a T."""
        if self.is_transposition(above, base):
            return self.transpose(base, node)
        inner = above.items[0] if isinstance(above, tree.Group) and len(above.items) == 1 else above
        if isinstance(inner, tree.Name) and inner.name == "T" and "T" not in self.vocabulary.declared:
            self.note(f"read the T of '{self.piece(node)}' as an exponent, because no array stands before it")
        if self.surface == "latex" and above.span[1] - above.span[0] > 1:
            if isinstance(above, tree.Number):
                self.note(f"read '{self.piece(node)}' with all its digits in the exponent")
            elif isinstance(above, tree.Name) and above.kind == "word":
                self.note(f"read '{self.piece(node)}' with all its letters in the exponent")
        if self.surface == "plain" and isinstance(above, tree.Scripted) and isinstance(above.base, tree.Group):
            self.note(f"read '{self.piece(node)}' from right to left, with '{self.piece(above)}' in the exponent")
        exponent = self.of(above)
        return self.power(base, exponent, node, above)

    def power(self, base: Value, exponent: Value, node: tree.Node, above: tree.Node) -> Value:
        """Return a scalar power, and record where it is defined."""
        if not self.is_scalar(base) or not self.is_scalar(exponent):
            return self.array_power(base, exponent, node, above)
        value = guards.power(base, exponent, above.span[0])
        if base == sp.E:
            return value
        if exponent.is_Integer:
            if exponent < 0:
                self.need_nonzero(base)
        elif exponent.is_Rational:
            self.need(sp.Gt(base, 0) if exponent < 0 else sp.Ge(base, 0))
        elif not exponent.is_integer:
            self.need(sp.Gt(base, 0))
        elif not exponent.is_nonnegative:
            self.need_nonzero(base)
        return value

    def need_nonzero(self, value: Value) -> None:
        """Record that a divisor must not be zero."""
        if self.is_scalar(value) and not value.is_nonzero:
            self.need(sp.Ne(value, 0))

    def _quotient(self, node: tree.Quotient) -> Value:
        name = self.derivative_name(node.numerator, node.denominator, node)
        if name is not None:
            return self.variable(name, node)
        numerator, denominator = self.of(node.numerator), self.of(node.denominator)
        return self.multiply([("*", node.span[0], numerator), ("/", node.denominator.span[0], denominator)], node)

    def _root(self, node: tree.Root) -> Value:
        body = self.of(node.body)
        degree = 2 if node.degree is None else self.whole_number(node.degree, "the degree of a root", 2, 64)
        return self.root(body, degree, node)

    def root(self, body: Value, degree: int, node: tree.Node) -> Value:
        """Return a root; one of odd degree is real for negative numbers too."""
        self.only_scalar(body, node)
        if degree % 2 == 0:
            self.need(sp.Ge(body, 0))
            return guards.power(body, sp.Rational(1, degree), node.span[0])
        guards.power(sp.Abs(body), sp.Rational(1, degree), node.span[0])
        from derive.reading.known import real_root

        return guards.checked(real_root(body, degree), node.span[0])

    def whole_number(self, node: tree.Node, what: str, least: int, most: int) -> int:
        """Return a small whole number."""
        value = self.of(node)
        if not value.is_Integer or not least <= value <= most:
            raise Trouble(f"{what} is a whole number from {least} to {most}", node.span[0])
        return int(value)

    # -- brackets and conditions --

    def _group(self, node: tree.Group) -> Value:
        if len(node.items) > 1:
            raise Trouble("a comma has no place here", node.items[1].span[0], "a single formula")
        inner = node.items[0]
        if node.bracket in "|‖":
            return self.bars(node.bracket, self.of(inner), node)
        if isinstance(inner, (tree.Relation, tree.Logic)):
            return self.indicator_of(inner, node)
        return self.of(inner)

    def indicator_of(self, condition: tree.Node, node: tree.Node) -> Value:
        """Return 1 where a condition holds and 0 elsewhere."""
        from derive.functions import indicator

        self.count_compared(1, node.span[0])
        while isinstance(condition, tree.Group) and len(condition.items) == 1:
            condition = condition.items[0]
        if isinstance(condition, tree.Relation):
            mask = self.mask(condition, node)
            if mask is not None:
                return mask
        return indicator(self.condition(condition))

    def condition(self, node: tree.Node) -> Value:
        """Return the meaning of a node as a condition."""
        if isinstance(node, tree.Group) and node.bracket == "(" and len(node.items) == 1:
            return self.condition(node.items[0])
        if isinstance(node, tree.Scripted | tree.Run) or not isinstance(node, (tree.Relation, tree.Logic)):
            raise Trouble("a condition such as x > 0 is needed here", node.span[0], "a condition")
        self.depth += 1
        try:
            if self.depth > DEPTH:
                raise Trouble(f"the formula is nested more than {DEPTH} deep", node.span[0])
            if isinstance(node, tree.Logic):
                parts = [self.condition(operand) for operand in node.operands]
                self.count_compared(len(parts) - 1, node.span[0])
                return {"and": sp.And, "or": sp.Or, "not": sp.Not}[node.word](*parts)
            values = [self.only_scalar(self.of(operand), operand) for operand in node.operands]
            return sp.And(
                *(
                    _RELATIONS[sign](left, right)
                    for sign, left, right in zip(node.signs, values[:-1], values[1:], strict=True)
                )
            )
        finally:
            self.depth -= 1

    def _relation(self, node: tree.Relation | tree.Logic) -> Value:
        if isinstance(node, tree.Relation) and node.equals >= 0:
            raise Trouble("a formula is read without '='; give the side that is meant", node.equals)
        raise Trouble("this is a condition, not a formula; an indicator is written 1[x > 0]", node.span[0], "a formula")

    def _cases(self, node: tree.Cases) -> Value:
        return self.cases([(value, condition) for value, condition in node.branches], node)

    def cases(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value:
        """Return a case distinction; the first condition that holds counts."""
        by_entry = self._cases_by_entry(branches, node)
        if by_entry is not None:
            return by_entry
        self.count_compared(len(branches), node.span[0])
        pairs = []
        before: list[Value] = []
        for value, condition in branches:
            met = sp.true if condition is None else self.condition(condition)
            guard = sp.And(met, *(sp.Not(other) for other in before))
            with self.guarded(guard):
                pairs.append((self.only_scalar(self.of(value), value), met))
            before.append(met)
        return self.piecewise(pairs, node)

    def _cases_by_entry(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value | None:
        """Return np.where(Z > 0, G, 0) of arrays as mask ∘ G + (1 - mask) ∘ 0."""
        if len(branches) != 2 or branches[1][1] is not None or not isinstance(branches[0][1], tree.Relation):
            return None
        mask = self.mask(branches[0][1], node)
        if mask is None:
            return None
        terms = []
        for (value, _), chosen in zip(branches, (mask, self.complement(mask)), strict=True):
            number = self.of(value)
            if not self.is_scalar(number) or number != 0:
                terms.append(
                    (1, self.multiply([("*", value.span[0], chosen), ("∘", value.span[0], number)], value), value)
                )
        return self.add(terms, node) if terms else self.negate(mask, node)

    def piecewise(self, pairs: Sequence[tuple[Value, Value]], node: tree.Node) -> Value:
        """Return SymPy's Piecewise; a formula whose last condition is not `otherwise` leaves the rest undefined."""
        value = sp.Piecewise(*pairs)
        if value == sp.nan or value.has(sp.nan):
            raise Trouble("none of the conditions ever holds", node.span[0])
        if isinstance(value, sp.Piecewise) and value.args[-1].cond != sp.true:
            self.need(sp.Or(*(condition for _, condition in pairs)))
        return value

    def _nothing(self, node: tree.Nothing) -> Value:
        raise Trouble("there is nothing here", node.span[0], "a formula")

    # -- Python's calls and attributes --

    def _call(self, node: tree.Call) -> Value:
        function = node.function
        if isinstance(function, tree.Attribute) and not self.is_module(function.base):
            return self.method(function, node)
        name = self.called_name(function)
        if name is None:
            raise Trouble("only a function can be called; write * for a product", function.span[1], "*")
        if not self.vocabulary.is_function(name):
            position = function.span[0]
            if name in self.vocabulary.declared:
                raise Trouble(f"'{name}' is not a function; write {name}*(…) for a product", function.span[1], "*")
            raise Trouble(f"the function '{name}' is not known; declare it with '{name} function'", position)
        return self.call(name, 0, node.arguments, node, dict(node.keywords))

    def called_name(self, function: tree.Node) -> str | None:
        """Return the name of what is called: `np.exp` is exp."""
        if isinstance(function, tree.Attribute):
            return spelling(function.name)
        if isinstance(function, tree.Name):
            return function.name
        return None

    def is_module(self, node: tree.Node) -> bool:
        """Tell whether a name is that of a module, `np` or `torch.nn.functional`."""
        if isinstance(node, tree.Attribute):
            return node.name in _MODULES and self.is_module(node.base)
        return isinstance(node, tree.Name) and node.name in _MODULES and node.name not in self.vocabulary.declared

    def _attribute(self, node: tree.Attribute) -> Value:
        if self.is_module(node.base):
            if node.name in {"pi"}:
                return sp.pi
            if node.name in {"e", "E"}:
                return sp.E
            raise Trouble(f"'{self.piece(node)}' has no place in a formula", node.span[0])
        if node.name == "T":
            return self.transpose(self.of(node.base), node)
        if node.name == "shape":
            raise Trouble("write the size by its name, such as N", node.span[0])
        raise Trouble(f"'.{node.name}' is not known here", node.span[1] - len(node.name))

    def _each(self, node: tree.Each) -> Value:
        raise Trouble("'for' stands inside sum( … ) only", node.span[0])

    _KINDS: ClassVar[dict[type[tree.Node], Callable[["Meaning", Any], Value]]] = {
        tree.Number: _number,
        tree.Name: _name,
        tree.Sum: _sum,
        tree.Signed: _signed,
        tree.Product: _product,
        tree.Run: _run,
        tree.Scripted: _scripted,
        tree.Quotient: _quotient,
        tree.Root: _root,
        tree.Group: _group,
        tree.Relation: _relation,
        tree.Logic: _relation,
        tree.Cases: _cases,
        tree.Nothing: _nothing,
        tree.Call: _call,
        tree.Item: Functions.item,
        tree.Attribute: _attribute,
        tree.Each: _each,
    }


def _is_number(node: tree.Node) -> bool:
    return isinstance(node.base if isinstance(node, tree.Scripted) else node, tree.Number)


def _fraction(digits: str) -> Any:
    from fractions import Fraction

    return Fraction(digits)
