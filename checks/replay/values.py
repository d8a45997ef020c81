"""The value of a formula in one case, by a short list of true identities; each is checked where it is used.

e^a = Π E^m                 where a = Σ m ln E          E = e^A with its own A, or E = B > 0 with ln B
ln a = Σ m ln B             where a = Π B^m             a > 0 since ln a is defined; each B > 0 is shown
a^(p/q) = Π r^m             where a^p = (Π r^m)^q       each r = B^(1/q), r^q = B, B > 0 is shown
cos a, sin a                where a = Σ m A             addition theorems, s² = 1 − c²
f(a) = f(b)                 where a = b                 for f of which nothing else is used
|a|, max, sign, cases       where the sign is shown
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from checks.replay.data import listed, pair, whole
from checks.replay.field import MINUS_ONE, ONE, ZERO, UndefinedError, Value
from checks.replay.polynomials import DIGIT, LimitError, RejectedError, Work, constant, plus, times, variable
from checks.replay.rules import DEFINITIONS, Tree, derivative, is_number, unfolded
from checks.replay.signs import Signs

_ANGLES = 24
_ODD = ("atan", "erf")
_ROOTS = 64


class Evaluation(Signs):
    """The values of trees in one case; `symbols` are the names that stand for numbers."""

    def __init__(self, work: Work, symbols: frozenset[str]) -> None:
        super().__init__(work)
        self.symbols = symbols
        self.scope: list[str] = []
        self._open = False
        self._seen: dict[Any, Value] = {}

    def value(self, tree: Tree) -> Value:
        """Return the value of a tree.

        Raises
        ------
        UndefinedError
            It has none at any point of this case.
        RejectedError
            The certificate does not show it.
        """
        key = (self._open, *self.scope, tree)
        if key not in self._seen:
            self.work.spend(4)
            self._seen[key] = self._value(tree)
        return self._seen[key]

    def forget(self) -> None:
        """Find values anew, since a new relation may make them simpler."""
        self._seen.clear()

    def show_everywhere(self) -> None:
        """From here on it is to be shown that every part of a formula is defined."""
        self.everywhere = True
        self.forget()

    def _value(self, tree: Tree) -> Value:  # noqa: PLR0911 - one for each kind of tree
        if type(tree) is int:
            return Value(constant(tree))
        if isinstance(tree, str):
            if tree not in self.symbols:
                raise RejectedError(f"the name {tree!r} is not declared")
            return self.of("symbol", tree)
        op, *parts = tree
        if is_number(tree):
            return self.multiply(Value(constant(parts[0])), self.inverse(Value(constant(parts[1]))))
        if op == "+":
            return self._fold(parts, ZERO, self.add)
        if op == "*":
            return self._fold(parts, ONE, self.multiply)
        if op == "pi" and not parts:
            return self.of("pi", positive=True)
        if op in DEFINITIONS and len(parts) == 1:
            return self.value(unfolded(tree))
        if op == "call" and len(parts) == 2 and isinstance(parts[0], str) and not self.everywhere:
            return self._applied(f"call {parts[0]}", self.value(parts[1]))
        if op == "D" and len(parts) == 2 and isinstance(parts[1], str):
            return self.value(derivative(parts[0], parts[1], self.work))
        if op == "^" and len(parts) == 2:
            return self._power(*parts)
        method = getattr(self, f"_op_{op}", None) if isinstance(op, str) else None
        if method is None:
            raise RejectedError(f"the operation {op!r} is not known")
        return method(*parts)  # type: ignore[no-any-return]

    def _fold(self, parts: Sequence[Tree], start: Value, combine: Any) -> Value:
        result = start
        for part in parts:
            result = combine(result, self.value(part))
        return result

    def of(self, kind: str, *definition: Any, positive: bool = False) -> Value:
        """Return a generator as a value."""
        number = self.generator(kind, *definition)
        if positive:
            self.positive.add(number)
        return Value(self.reduced(variable(number)))

    # -- exponentials, logarithms, roots, angles ---------------------------------------------------

    def _op_exp(self, tree: Tree) -> Value:
        return self._exponential(self.value(tree))

    def _exponential(self, exponent: Value) -> Value:
        rest, result = exponent, ONE
        for item in self.ask("exp", exponent):
            number, multiple, *new = listed(item)
            if new:
                number = self.generator("exp", self._part(exponent, *new))
                self.positive.add(number)
            base, logarithm = self._with_logarithm(number)
            rest = self.add(rest, logarithm, -whole(multiple))
            result = self.multiply(result, self.raised(base, multiple))
        if not self.same(rest, ZERO):
            raise RejectedError("the parts of an exponent do not add up to it")
        return result

    def _with_logarithm(self, number: Any) -> tuple[Value, Value]:
        """Return something positive and its logarithm: E and A for E = e^A, B and ln B, r and ln B / q for r^q = B."""
        kind, *definition = self.definition(number)
        if kind == "exp":
            return Value(variable(number)), definition[0]
        if kind == "log":
            return definition[0], Value(variable(number))
        if kind == "root":
            logarithm = self.generator("log", definition[0])
            return Value(variable(number)), Value(
                {m: Fraction(c, definition[1]) for m, c in variable(logarithm).items()}
            )
        raise RejectedError("an exponential or logarithm is made of something that is none")

    def _part(self, whole_value: Value, numerator: Any = None, denominator: Any = None) -> Value:
        """Return a part numerator/(q · denominators) of a value, which is defined where the value is."""
        if whole(denominator) <= 0:
            raise RejectedError("a number below the line must be positive")
        return self.multiply(Value(self.poly(numerator), whole_value.den), Value(constant(Fraction(1, denominator))))

    def _op_log(self, tree: Tree) -> Value:
        value = self.value(tree)
        if self.same(value, ZERO):
            raise UndefinedError
        self._defined_where(value, strict=True)
        return self._logarithm(value)

    def _defined_where(self, value: Value, *, strict: bool) -> None:
        """Note that a value is positive, or not negative, wherever a formula is defined in which it stands."""
        if self.everywhere:
            self._is(value, "+", "a logarithm or root is not shown to be defined everywhere")
        else:
            self.fact(self.signed(value), strict=strict)

    def _logarithm(self, value: Value) -> Value:
        """Return the logarithm of a value that is positive."""
        rest, result = value, ZERO
        for item in self.ask("log", value):
            number, multiple, *new = listed(item)
            if new:
                number = self.generator("log", self._positive_part(*new))
            base, logarithm = self._with_logarithm(number)
            rest = self.multiply(rest, self.raised(base, -whole(multiple)))
            result = self.add(result, logarithm, multiple)
        if not self.same(rest, ONE):
            raise RejectedError("the factors in a logarithm do not multiply to its argument")
        return result

    def _positive_part(self, numerator: Any = None, denominator: Any = None) -> Value:
        above, below = self.reduced(self.poly(numerator)), self.reduced(self.poly(denominator))
        if not below:
            raise RejectedError("a denominator in a logarithm is zero")
        sign = self.sign(Value(self.reduced(times(above, below, self.work))))
        if sign != "+":
            raise RejectedError("a logarithm is divided over a factor that is not shown to be positive")
        return Value(above, self.over(below))

    def _power(self, base: Tree, exponent: Tree) -> Value:
        if type(exponent) is int:
            return self.raised(self.value(base), exponent)
        if isinstance(exponent, tuple) and exponent[0] == "/":
            p, q = (whole(number) for number in exponent[1:])
            return self._root(self.value(base), p, q)
        value = self.value(base)
        self._is(value, "+", "a power with a symbol above needs a base that is shown to be positive")
        return self._exponential(self.multiply(self.value(exponent), self._logarithm(value)))

    def _is(self, value: Value, sign: str, message: str) -> None:
        if self.sign(value) != sign:
            raise RejectedError(message)

    def _root(self, value: Value, p: int, q: int) -> Value:
        if not (1 < q <= _ROOTS and abs(p) <= _ROOTS):
            raise LimitError(f"an exponent of {p}/{q} is outside the limits")
        if self.same(value, ZERO):
            if p > 0:
                return ZERO
            raise UndefinedError
        self._defined_where(value, strict=p < 0)
        result = ONE
        for item in self.ask("root", value, p, q):
            number, multiple, *new = listed(item)
            if new:
                number = self._new_root(*new)
            kind, *_ = self.definition(number)
            if kind != "root":
                raise RejectedError("a root is made of something that is none")
            result = self.multiply(result, self.raised(Value(variable(number)), whole(multiple)))
        # Both sides are not negative, so equal powers have equal roots.
        if not self.same(self.raised(result, q), self.raised(value, p)):
            raise RejectedError("the parts of a root do not multiply to it")
        return result

    def _new_root(self, radicand: Any = None, degree: Any = None) -> int:
        poly = self.reduced(self.poly(radicand))
        if not 1 < whole(degree) <= _ROOTS:
            raise LimitError("the degree of a root is outside the limits")
        self._is(Value(poly), "+", "a root is taken of something that is not shown to be positive")
        before = len(self.definitions)
        number = self.generator("root", Value(poly), degree)
        if number == before:
            self.positive.add(number)
            self.relations.append((degree << (DIGIT * number), poly))
        return number

    def _op_cos(self, tree: Tree) -> Value:
        return self._angle(tree)[0]

    def _op_sin(self, tree: Tree) -> Value:
        return self._angle(tree)[1]

    def _angle(self, tree: Tree) -> tuple[Value, Value]:
        key = ("angle", self._open, *self.scope, tree)
        if key not in self._seen:
            self._seen[key] = self._addition_theorems(self.value(tree))  # type: ignore[assignment]
        return self._seen[key]  # type: ignore[return-value]

    def _addition_theorems(self, angle: Value) -> tuple[Value, Value]:
        cosine, sine, rest = ONE, ZERO, angle
        for item in self.ask("angle", angle):
            number, multiple, *new = listed(item)
            if new:
                before = len(self.definitions)
                number = self.generator("cos", self._part(angle, *new))
                partner = self.generator("sin", number)
                if number == before:
                    self.relations.append((2 << (DIGIT * partner), {0: 1, 2 << (DIGIT * number): -1}))
            kind, *definition = self.definition(number)
            if abs(whole(multiple)) > _ANGLES:
                raise LimitError(f"an angle is taken more than {_ANGLES} times")
            if kind != "cos":
                raise RejectedError("an angle is made of something that is none")
            rest = self.add(rest, definition[0], -multiple)
            c = Value(self.reduced(variable(number)))
            s = Value({m: v if multiple > 0 else -v for m, v in variable(self.generator("sin", number)).items()})
            for _ in range(abs(multiple)):
                cosine, sine = (
                    self.add(self.multiply(cosine, c), self.multiply(sine, s), -1),
                    self.add(self.multiply(sine, c), self.multiply(cosine, s)),
                )
        if not self.same(rest, ZERO):
            raise RejectedError("the parts of an angle do not add up to it")
        return cosine, sine

    def _op_atan(self, tree: Tree) -> Value:
        value = self.value(tree)
        for number in (0, 1, -1):  # arctan 0 = 0, arctan ±1 = ±π/4
            if self.same(value, Value(constant(number))):
                return self.multiply(self.value(("pi",)), Value(constant(Fraction(number, 4))))
        return self._applied("atan", value)

    def _op_erf(self, tree: Tree) -> Value:
        return self._applied("erf", self.value(tree))

    def _applied(self, name: str, *arguments: Value) -> Value:
        """Return f(a); the certificate may say which f(b) that is known is the same, as a = b, or −f(a), as a = −b."""
        step = self.ask("apply", name, arguments)
        if not step:
            return self.of(name, *arguments)
        kind, *definition = self.definition(step[0])
        known = Value(self.reduced(variable(step[0])))
        if tuple(step[1:]) == (-1,) and kind in _ODD:
            known, definition = self.multiply(known, MINUS_ONE), [self.multiply(definition[0], MINUS_ONE)]
        if kind != name or len(definition) != len(arguments) or not all(map(self.same, definition, arguments)):
            raise RejectedError(f"{name} is taken for {kind} of something else")
        return known

    def definition(self, number: Any) -> tuple[Any, ...]:
        """Return what a generator stands for."""
        if not 0 <= whole(number) < len(self.definitions):
            raise RejectedError(f"there is no generator {number}")
        return self.definitions[int(number)]

    def grows(self, *step: Any) -> None:
        """Learn the sign of Π E^m − 1 from that of Σ m ln E, of ln B from B − 1, of arctan A and erf A from A."""
        what = step[0] if step else None
        if isinstance(what, (list, tuple)):
            below, above = ZERO, ONE
            for number, multiple in map(pair, what):
                base, logarithm = self._with_logarithm(number)
                below = self.add(below, logarithm, whole(multiple))
                above = self.multiply(above, self.raised(base, multiple))
            above = self.add(above, MINUS_ONE)
        else:
            kind, *definition = self.definition(what)
            if kind not in ("log", "atan", "erf"):
                raise RejectedError(f"nothing is known about how {kind} grows")
            below = self.add(definition[0], MINUS_ONE) if kind == "log" else definition[0]
            above = Value(variable(whole(what)))
        sign = self.sign(below, strict=False)
        poly = self.signed(above)
        self.fact(poly if sign in ("+", ">=") else plus({}, poly, -1), strict=sign in ("+", "-"))
