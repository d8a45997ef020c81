"""Calls: which things that stand side by side are a function and its argument, and what the functions mean."""

from collections.abc import Sequence
from typing import Any

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays import Arrays
from derive.reading.errors import Trouble
from derive.reading.known import NEEDS_BRACKETS, applied, derivative, known, spelling

Value = Any

_COMPARING = frozenset({"max", "min", "abs", "sign", "relu", "heaviside", "leaky_relu", "elu", "clip", "cbrt"})
_INVERSES = {
    "sin": "arcsin", "cos": "arccos", "tan": "arctan", "sinh": "arcsinh", "cosh": "arccosh", "tanh": "arctanh",
}  # fmt: skip
_POWERS_OF_FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "sech", "coth", "csch", "ln", "log", "exp"]
)
_ROOTS = {"√": 2, "∛": 3, "∜": 4}
_DERIVATIVES_WRITTEN = 3


class Functions(Arrays):
    """The part of the meaning that concerns functions."""

    # -- finding the argument --

    def application(self, pieces: Sequence[tree.Node], position: int) -> tuple[Value | None, int]:
        """Return the value of a function with its argument and how many pieces it took; None where none starts here."""
        item = pieces[position]
        head = item if isinstance(item, tree.Scripted) else tree.Scripted(item.span, item)
        if not isinstance(head.base, tree.Name):
            return self._pulled(pieces, position)
        if self.surface != "python" and head.below is None and self.vocabulary.shape_of(head.base.name):
            return self._entry_in_brackets(head, pieces, position)
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        name = head.base
        if name.kind == "special":
            return self._special(head, name, pieces, position)
        if not self._is_head(head, name, following):
            return self._pulled(pieces, position)
        value, used = self._argument_and_value(head, name, pieces, position)
        return value, used

    def _entry_in_brackets(
        self, head: tree.Scripted, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value | None, int]:
        """Read W[i, j] of a declared array as its entry, outside Python too."""
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = _bracket(following)
        if bracket is None or bracket.bracket != "[" or head.above is not None:
            return None, 0
        value = self.entry(head.base, bracket, head.primes, head)
        return self._scripts_of_call(value, following, bracket), 2

    def _is_head(self, head: tree.Scripted, name: tree.Name, following: tree.Node | None) -> bool:
        if name.kind == "letter" or not self.vocabulary.is_function(name.name):
            return False
        if f"{name.name}'" in self.vocabulary.declared and head.primes:
            return False
        bracketed = _bracket(following) is not None
        if bracketed:
            return True
        if name.name in self.vocabulary.functions:
            raise Trouble(f"'{name.name}' is a function and needs an argument in brackets", name.span[1], "(")
        if name.name in NEEDS_BRACKETS or spelling(name.name) == "sigma":
            if following is not None and spelling(name.name) == "sigma" and not head.primes:
                self.note(f"read '{self.piece(head)}' as a variable, because no bracket follows")
            if head.primes:
                raise Trouble(f"'{self.piece(head)}' needs an argument in brackets", head.span[1], "(")
            return False
        function = known(name.name)
        if function is not None and not function.bare:
            raise Trouble(f"'{name.name}' is a function and needs an argument in brackets", name.span[1], "(")
        return True

    def _argument_and_value(
        self, head: tree.Scripted, name: tree.Name, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value, int]:
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = _bracket(following)
        if following is None:
            if head.above is not None and head.base.span[1] <= head.above.span[0] and spelling(name.name) == "exp":
                raise Trouble("'exp' is a function: write exp(x), or e^x", head.above.span[0], "(")
            raise Trouble(f"'{name.name}' is a function and needs an argument", head.span[1], "(")
        function = self._with_index(head, name)
        if bracket is not None:
            arguments = bracket.items if bracket.bracket not in "|‖" else (bracket,)  # ln|x| is ln(|x|)
            value = self.call(function, head.primes, arguments, bracket)
            value = self._scripts_of_call(value, following, bracket)
            after = pieces[position + 2] if position + 2 < len(pieces) else None
            place = _bracket(after)
            if not self.is_scalar(value) and place is not None and place.bracket == "[":  # softmax(z)[i]
                value = self._scripts_of_call(self.entry_of_value(value, place, place), after, place)
                return value, 3
            return self._power_of_function(value, head, name, function, arguments), 2
        end = self._end_of_bare_argument(pieces, position + 1)
        taken = tuple(pieces[position + 1 : end])
        argument = tree.Run((taken[0].span[0], taken[-1].span[1]), taken)
        value = self.call(function, head.primes, (argument,), argument)
        return self._power_of_function(value, head, name, function, (argument,)), end - position

    def _end_of_bare_argument(self, pieces: Sequence[tree.Node], start: int) -> int:
        """Return where the argument of `sin 3x` ends: before a bracket or the next function."""
        end = start
        while end < len(pieces):
            base = pieces[end].base if isinstance(pieces[end], tree.Scripted) else pieces[end]  # type: ignore[attr-defined]
            if isinstance(base, tree.Name) and base.kind != "letter" and self.vocabulary.is_function(base.name):
                following = pieces[end + 1] if end + 1 < len(pieces) else None
                if end > start and base.name not in NEEDS_BRACKETS:
                    break
                if _bracket(following) is not None:
                    end += 2
                    break
                if base.name not in NEEDS_BRACKETS:  # ln sin x
                    return self._end_of_bare_argument(pieces, end + 1)
            if isinstance(base, tree.Group) and end > start:
                break
            end += 1
            if isinstance(base, (tree.Group, tree.Quotient, tree.Root)):
                break
        factors = [piece for piece in pieces[start:end] if not isinstance(piece, tree.Number)]
        last = pieces[end - 1]
        stopped = end < len(pieces) and not self._is_function_name(pieces[end])
        one_call = (
            end == start + 2 and self._is_function_name(pieces[start]) and _bracket(pieces[start + 1]) is not None
        )
        squared = isinstance(last, tree.Scripted) and last.above is not None
        if stopped or (not one_call and (len(factors) > 1 or squared)):
            before = pieces[start - 1]
            self.note(
                f"read '{self.piece(before, pieces[-1] if end < len(pieces) else last)}' as "
                f"{self.piece(before)}({self.piece(*pieces[start:end])})"
                + (f"·{self.piece(*pieces[end:])}" if end < len(pieces) else "")
            )
        return end

    def _is_function_name(self, piece: tree.Node) -> bool:
        base = piece.base if isinstance(piece, tree.Scripted) else piece
        return isinstance(base, tree.Name) and base.kind != "letter" and self.vocabulary.is_function(base.name)

    def _with_index(self, head: tree.Scripted, name: tree.Name) -> str:
        """Take the base of a logarithm, log_2; any other index below a function is refused."""
        if head.below is None:
            return name.name
        if spelling(name.name) in {"log", "ln"} and name.name not in self.vocabulary.functions:
            base = self.of(head.below)
            if base == sp.E:
                return "ln"
            if base.is_Integer and 2 <= base <= 1000:
                return f"log_{base}"
            raise Trouble("the base of a logarithm is a whole number or e", head.below.span[0])
        raise Trouble(f"'{name.name}' with an index is not known", head.below.span[0])

    def _scripts_of_call(self, value: Value, following: tree.Node | None, bracket: tree.Group) -> Value:
        """Apply what stands after the closing bracket: f(x)^2 is the square of the call."""
        if not isinstance(following, tree.Scripted):
            return value
        if following.primes:
            raise Trouble("a prime stands after the name of a function, as in h'(z)", bracket.span[1])
        if following.below is not None:
            value = self.entry_of_value(value, following.below, following)
        return value if following.above is None else self.raise_to(value, following.above, following)

    def _power_of_function(
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

    def _pulled(self, pieces: Sequence[tree.Node], position: int) -> tuple[Value | None, int]:
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
        return _bracket(following) is not None or (bare and name.kind != "special")

    def _note_exponent(self, item: tree.Scripted, following: tree.Node) -> None:
        if item.above is not None and item.above.span[1] == following.span[0]:
            above = self.source.prepared[item.above.span[0] : item.above.span[1]]
            if not above.startswith(("{", "(")) and self.source.prepared[item.above.span[1] - 1] not in ")}":
                self.note(f"read '{self.piece(item, following)}' as {self.piece(item)} times {self.piece(following)}")

    # -- signs that are functions --

    def _special(
        self, head: tree.Scripted, name: tree.Name, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value | None, int]:
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = _bracket(following)
        if name.name in _ROOTS:
            after = pieces[position + 2] if position + 2 < len(pieces) else None
            return self._root_sign(head, name, following, after)
        if name.name == "𝟙":
            return self._indicator(head, following, bracket)
        return None, 0

    def _root_sign(
        self, head: tree.Scripted, name: tree.Name, following: tree.Node | None, after: tree.Node | None
    ) -> tuple[Value, int]:
        bracket = _bracket(following)
        if following is None:
            raise Trouble("a root needs something under it", head.span[1], "a number, a name or a bracket")
        if bracket is not None:
            value = self.root(self.of(bracket), _ROOTS[name.name], bracket)
            return self._scripts_of_call(value, following, bracket), 2
        inner = following
        if after is not None and following.span[1] == after.span[0]:
            self.note(f"read '{self.piece(head, after)}' as {self.piece(head, following)} times {self.piece(after)}")
        if isinstance(following, tree.Scripted) and following.above is not None:
            self.note(f"read '{self.piece(head, following)}' as the root of all of {self.piece(following)}")
        return self.root(self.of(inner), _ROOTS[name.name], head), 2

    def _indicator(
        self, head: tree.Scripted, following: tree.Node | None, bracket: tree.Group | None
    ) -> tuple[Value, int]:
        condition: tree.Node | None = head.below
        while isinstance(condition, tree.Group) and len(condition.items) == 1:
            condition = condition.items[0]
        if isinstance(condition, (tree.Relation, tree.Logic)):
            value = self.indicator_of(condition, head)
            return (value if head.above is None else self.raise_to(value, head.above, head)), 1
        if head.below is None and bracket is not None and len(bracket.items) == 1:
            inner = bracket.items[0]
            if isinstance(inner, (tree.Relation, tree.Logic)):
                value = self._scripts_of_call(self.indicator_of(inner, bracket), following, bracket)
                return value, 2
        return self.ones(head), 1

    # -- Σ and d/dx --

    def opened(
        self,
        pieces: Sequence[tree.Node],
        position: int,
        following: list[tuple[str, int, tree.Node]],
        found: list[tuple[int, Value]],
    ) -> Value | None:
        """Return the value of a Σ with all that follows it in the product; None where none stands here."""
        item = pieces[position]
        head = item if isinstance(item, tree.Scripted) else tree.Scripted(item.span, item)
        base = head.base
        operator = isinstance(base, tree.Quotient) and self.derivative_operator(base)
        big = isinstance(base, tree.Name) and base.kind == "special" and base.name in {"∑", "∏"}
        if not operator and not big:
            return None
        rest = tuple(pieces[position + 1 :])
        factors: list[tuple[str, int, tree.Node]] = list(following)
        if rest:
            run = tree.Run((rest[0].span[0], rest[-1].span[1]), rest)
            factors.insert(0, ("*", run.span[0], run))
        elif factors:
            raise Trouble("an operator cannot stand here", factors[0][1], "a formula")
        else:
            raise Trouble("there is nothing after the operator", head.span[1], "a formula")
        body = tree.Product(
            (factors[0][2].span[0], factors[-1][2].span[1]),
            tuple((sign, factor) for sign, _, factor in factors),
            tuple(place for _, place, _ in factors),
        )
        if operator:
            assert isinstance(base, tree.Quotient)
            return self.differentiated(base, head, body)
        return self.big_sum(head, body)

    # -- calls --

    def call(
        self,
        name: str,
        primes: int,
        arguments: Sequence[tree.Node],
        node: tree.Node,
        keywords: dict[str, tree.Node] | None = None,
    ) -> Value:
        """Return the value of a function, or of its derivative, at its arguments."""
        keywords = keywords or {}
        if name in self.vocabulary.functions:
            argument = self._single(name, arguments, node)
            return self.elementwise(lambda u: applied(name, primes, u), self.of(argument), node)
        plain = spelling(name)
        special = self._SPECIAL.get(plain)
        if special is not None and primes == 0:
            return special(self, arguments, node, keywords)
        if keywords:
            raise Trouble(f"'{next(iter(keywords))}=' is not known here", node.span[0])
        if plain.startswith("log_"):
            base = int(plain[4:])
            self.note(f"read log with the index {base} as the logarithm to the base {base}")
            u = self.of(self._single("log", arguments, node))
            return self.elementwise(lambda v: self._logarithm(v, node) / sp.log(base), u, node)
        if plain in {"log10", "log2"}:
            pass
        elif name == "log" and self.surface != "python":
            self.note("read log as the natural logarithm")
        function = known(plain)
        if function is None:
            raise Trouble(f"'{name}' cannot be read here", node.span[0])
        if not function.least <= len(arguments) <= function.most:
            wanted = str(function.least) if function.least == function.most else f"{function.least} to {function.most}"
            place = arguments[function.most].span[0] if len(arguments) > function.most else node.span[0]
            raise Trouble(f"'{name}' takes {wanted} argument{'s' if wanted != '1' else ''}", place)
        values = [self.of(argument) for argument in arguments]
        if plain in _COMPARING or (primes and plain == "relu"):
            self.count_compared(max(1, len(values) - 1), node.span[0])
        if primes:
            return self._derivative(plain, primes, values[0], node)
        return self.mapped(plain, values, node)

    def make(self, name: str, values: Sequence[Value], node: tree.Node) -> Value:
        """Return the value of a known function of scalars, and record where it is defined."""
        function = known(name)
        assert function is not None
        if function.needs is not None:
            for condition in function.needs(*values):
                if condition == sp.false:
                    raise Trouble(f"'{name}' is not defined for this argument", node.span[0])
                self.need(condition)
        if name == "exp":
            return guards.exponential(values[0], node.span[0])
        if name == "pow":
            return self.power(values[0], values[1], node, node)
        if name == "sqrt":
            return guards.power(values[0], sp.Rational(1, 2), node.span[0])
        return guards.checked(function.make(*values), node.span[0], f"'{name}' is not defined for this argument")

    def _logarithm(self, value: Value, node: tree.Node) -> Value:
        return self.make("ln", [value], node)

    def _derivative(self, name: str, order: int, value: Value, node: tree.Node) -> Value:
        if order > _DERIVATIVES_WRITTEN:
            raise Trouble(f"more than {_DERIVATIVES_WRITTEN} primes on a known function are not read", node.span[0])
        if known(name) is None or derivative(name, order, sp.Symbol("u", real=True)) is None:
            raise Trouble(f"the derivative of '{name}' is not written with a prime here", node.span[0])
        if name == "relu":
            self.note("read the derivative of ReLU as 1 where its argument is positive and 0 elsewhere")
        return self.elementwise(lambda u: derivative(name, order, u), value, node)

    def _single(self, name: str, arguments: Sequence[tree.Node], node: tree.Node) -> tree.Node:
        if len(arguments) != 1:
            raise Trouble(f"'{name}' takes one argument", node.span[0])
        return arguments[0]

    def _where(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 3 or keywords:
            raise Trouble("'where' takes a condition and two values", node.span[0])
        condition, value, other = arguments
        return self.cases([(value, condition), (other, None)], node)

    def _piecewise(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        branches: list[tuple[tree.Node, tree.Node | None]] = []
        for argument in arguments:
            if not isinstance(argument, tree.Group) or len(argument.items) != 2:
                raise Trouble("'Piecewise' takes pairs (value, condition)", argument.span[0], "(value, condition)")
            value, condition = argument.items
            always = isinstance(condition, tree.Name) and condition.name == "True"
            branches.append((value, None if always else condition))
        if not branches or keywords:
            raise Trouble("'Piecewise' takes pairs (value, condition)", node.span[0])
        return self.cases(branches, node)

    def _rational(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if not 1 <= len(arguments) <= 2 or keywords:
            raise Trouble("'Rational' takes one or two numbers", node.span[0])
        values = [("*/"[place], argument.span[0], self.of(argument)) for place, argument in enumerate(arguments)]
        return self.multiply(values, node)

    def _root_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        if len(arguments) != 2 or keywords:
            raise Trouble("'root' takes a formula and a degree", node.span[0])
        return self.root(self.of(arguments[0]), self.whole_number(arguments[1], "the degree of a root", 2, 64), node)

    def _indicator_call(self, arguments: Sequence[tree.Node], node: tree.Node, keywords: dict[str, tree.Node]) -> Value:
        return self.indicator_of(self._single("indicator", arguments, node), node)

    _SPECIAL = {  # noqa: RUF012 - a table of functions, not a default
        "where": _where,
        "Piecewise": _piecewise,
        "Rational": _rational,
        "root": _root_call,
        "indicator": _indicator_call,
        **Arrays.CALLS,
    }


def _bracket(node: tree.Node | None) -> tree.Group | None:
    """Return the bracket of a node that is one, perhaps with scripts."""
    base = node.base if isinstance(node, tree.Scripted) else node
    return base if isinstance(base, tree.Group) else None
