"""What the functions mean, once their arguments are found."""

from collections.abc import Sequence

import sympy as sp

from derive.reading import guards, tree
from derive.reading.calls.array_functions import ArrayFunctions
from derive.reading.errors import Trouble
from derive.reading.known import applied, derivative, known, spelling
from derive.reading.value import Value

_COMPARING = frozenset({"max", "min", "abs", "sign", "relu", "heaviside", "leaky_relu", "elu", "clip", "cbrt"})
_DERIVATIVES_WRITTEN = 3


class Functions(ArrayFunctions):
    """Reads calls of known and of declared functions."""

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
        **ArrayFunctions.CALLS,
    }
