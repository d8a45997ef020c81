"""Exponents and indices around a call: sin²x, f(x)^2, softmax(z)_i, e^σ(x)."""

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.errors import Trouble
from derive.reading.indices.written_entries import WrittenEntries
from derive.reading.known import known, spelling
from derive.reading.value import Value

_INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arcsinh", "cosh": "arccosh", "tanh": "arctanh",
}  # fmt: skip
_POWERS_OF_FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "sech", "coth", "csch", "ln", "log", "exp"]
)


def bracket_of(node: tree.Node | None) -> tree.Group | None:
    """Return the bracket of a node that is one, perhaps with scripts."""
    base = node.base if isinstance(node, tree.Scripted) else node
    return base if isinstance(base, tree.Group) else None


class Scripts(WrittenEntries):
    """Reads what is raised or lowered beside a function."""

    def scripts_of_call(self, value: Value, following: tree.Node | None, bracket: tree.Group) -> Value:
        """Apply what stands after the closing bracket: f(x)^2 is the square of the call."""
        if not isinstance(following, tree.Scripted):
            return value
        if following.primes:
            raise Trouble("a prime stands after the name of a function, as in h'(z)", bracket.span[1])
        if following.below is not None:
            value = self.entry_of_value(value, following.below, following)
        return value if following.above is None else self.raise_to(value, following.above, following)

    def power_of_function(
        self, value: Value, head: tree.Scripted, name: tree.Name, function: str, arguments: Sequence[tree.Node]
    ) -> Value:
        """Read sin²x as (sin x)², and sin⁻¹ x as arcsin x."""
        if head.above is None:
            return value
        exponent = self.of(head.above)
        if exponent == -1 and head.primes == 0:
            inverse = _INVERSES.get(spelling(name.name))
            if inverse is None:
                raise Trouble(f"'{self.piece(head)}' may be an inverse or a quotient; write which", head.above.span[0])
            self.note(f"read '{self.piece(head)}' as {inverse}, not as 1/{name.name}")
            return self.call(inverse, 0, arguments, head)
        if spelling(name.name) not in _POWERS_OF_FUNCTIONS:
            self.note(f"read '{self.piece(head)}' of something as its power, not as a repeated function")
        return self.power(value, exponent, head, head.above)

    def pulled(self, pieces: Sequence[tree.Node], position: int) -> tuple[Value | None, int]:
        """Give a function in an exponent its argument, which stands beside it: e^σ(x)."""
        item = pieces[position]
        if not isinstance(item, tree.Scripted) or item.above is None or position + 1 >= len(pieces):
            return None, 0
        above, signed = item.above, False
        if isinstance(above, tree.Signed):
            above, signed = above.operand, True
        inner = above.base if isinstance(above, tree.Scripted) else above
        following = pieces[position + 1]
        if isinstance(inner, tree.Name) and inner.kind != "letter" and self._takes(inner, following):
            call = tree.Run((above.span[0], following.span[1]), (above, following))
            exponent: tree.Node = tree.Signed(call.span, call) if signed else call
            if self.surface == "latex":
                self.note(f"read '{self.piece(item, following)}' with all of {self.piece(call)} in the exponent")
            scripted = tree.Scripted((item.span[0], following.span[1]), item.base, item.primes, item.below, exponent)
            return self.of(scripted), 2
        if isinstance(item.base, tree.Name) and item.base.name == "e" and not isinstance(above, tree.Group):
            self._note_exponent(item, following)
        return None, 0

    def _takes(self, name: tree.Name, following: tree.Node) -> bool:
        if not self.vocabulary.is_function(name.name):
            return False
        function = known(name.name)
        bare = function is not None and function.bare and name.name not in self.vocabulary.functions
        return bracket_of(following) is not None or (bare and name.kind != "special")

    def _note_exponent(self, item: tree.Scripted, following: tree.Node) -> None:
        if item.above is not None and item.above.span[1] == following.span[0]:
            above = self.source.prepared[item.above.span[0] : item.above.span[1]]
            if not above.startswith(("{", "(")) and self.source.prepared[item.above.span[1] - 1] not in ")}":
                self.note(f"read '{self.piece(item, following)}' as {self.piece(item)} times {self.piece(following)}")
