"""Products as they are written: factors with signs between them, and what stands side by side without one."""

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.arrays.addition import Addition
from derive.reading.arrays.products import Products
from derive.reading.calls.arguments import Arguments
from derive.reading.errors import Trouble
from derive.reading.limits import FACTORS
from derive.reading.meaning.words import Words
from derive.reading.names import ALIASES, GREEK_WORDS
from derive.reading.value import Value


class SideBySide(Products, Arguments, Addition, Words):
    """Reads products; a call among them is found first."""

    def of_product(self, node: tree.Product) -> Value:
        """Return a product whose factors have signs between them."""
        return self._multiplied(
            list(zip((sign for sign, _ in node.factors), node.places, (f for _, f in node.factors), strict=True)), node
        )

    def of_run(self, node: tree.Run) -> Value:
        """Return the product, or the call, of what stands side by side."""
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
            if _is_partial(item):  # also before a function, or with an index: ∂sin(x), ∂ₓ f
                raise Trouble("∂ is read in a derivative such as ∂L/∂x only", item.span[0], "∂L/∂x")
            opened = self.opened(pieces, position, following, found)
            if opened is not None:
                found.append((item.span[0], opened))
                return found, True
            value, used = self.application(pieces, position)
            if value is None:
                self._mark_call(pieces, position)
                value, used = self.of(item), 1
            if _is_one(item) and found and not self.is_scalar(found[-1][1]):  # A 1: the sums of the rows
                value = self.ones(item)
            found.append((item.span[0], value))
            position += used
        if len(found) > 1 and _is_one(pieces[0]) and not self.is_scalar(found[1][1]) and found[1][1].shape[0] == 1:
            found[0] = (found[0][0], self.ones(pieces[0]))  # 1 b^T: this row in each row
        return found, False

    def _mark_call(self, pieces: Sequence[tree.Node], position: int) -> None:
        """List `y(1-y)`: it looks like a call, but y is no function."""
        item = pieces[position]
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = following.base if isinstance(following, tree.Scripted) else following
        name = item.base if isinstance(item, tree.Scripted) and item.above is None else item
        primed = isinstance(item, tree.Scripted) and item.primes
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
            if primed or self._looks_like_a_function(name):
                raise Trouble(
                    f"'{self.piece(item)}' is not a known function; declare it with '{name.name} function', "
                    f"or write {self.piece(item)} * {self.piece(following)} for a product",
                    item.span[0],
                )
            self.note(f"read '{self.piece(item, following)}' as a product: {self.piece(item)} is not a function")

    def _looks_like_a_function(self, name: tree.Name) -> bool:
        """Tell whether a word is longer than a variable is: floor(x) is no product, y_hat(1 − y_hat) is one."""
        word = name.name
        variable = word in self.alone or word in GREEK_WORDS or word in ALIASES or self._unaccented_quietly(word)
        return not variable and len(word) > 1 and word.isalpha() and not word.endswith(("hat", "bar", "tilde"))


def _is_partial(node: tree.Node) -> bool:
    base = node.base if isinstance(node, tree.Scripted) else node
    return isinstance(base, tree.Name) and base.kind == "partial"


def _is_one(node: tree.Node) -> bool:
    return isinstance(node, tree.Number) and node.value == 1


def _is_number(node: tree.Node) -> bool:
    return isinstance(node.base if isinstance(node, tree.Scripted) else node, tree.Number)
