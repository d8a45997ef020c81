"""Powers, roots and quotients, with what they need to be defined; labels such as a^{(l)}."""

import sympy as sp

from derive.reading import guards, tree
from derive.reading.arrays.powers import ArrayPowers
from derive.reading.errors import Trouble
from derive.reading.known import real_root
from derive.reading.meaning.side_by_side import SideBySide
from derive.reading.value import Value


class Powers(SideBySide, ArrayPowers):
    """Reads what is raised, under a root, or under a line."""

    def of_scripted(self, node: tree.Scripted) -> Value:
        """Return what has an exponent, an index or primes."""
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
            return self.of_run(tree.Run(node.span, (node,)))
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
        raised_one = isinstance(node, tree.Scripted) and isinstance(node.base, tree.Number) and base == 1
        if self.is_transposition(above, base):
            return sp.Transpose(self.ones(node)) if raised_one and self.knows_arrays() else self.transpose(base, node)
        inner = above.items[0] if isinstance(above, tree.Group) and len(above.items) == 1 else above
        if isinstance(inner, tree.Name) and inner.name == "T" and "T" not in self.vocabulary.declared:
            if raised_one and self.knows_arrays():
                return sp.Transpose(self.ones(node))
            if self.knows_arrays() and isinstance(node, tree.Scripted) and isinstance(node.base, tree.Name):
                name = self.piece(node.base)
                raise Trouble(
                    f"'{self.piece(node)}' is a transpose, but {name} is not known to be an array; "
                    f"declare it, for instance '{name} matrix(n, m)'",
                    node.span[0],
                )
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

    def of_quotient(self, node: tree.Quotient) -> Value:
        """Return a fraction, or the derivative whose name it is."""
        name = self.derivative_name(node.numerator, node.denominator, node)
        if name is not None:
            return self.variable(name, node)
        numerator, denominator = self.of(node.numerator), self.of(node.denominator)
        return self.multiply([("*", node.span[0], numerator), ("/", node.denominator.span[0], denominator)], node)

    def of_root(self, node: tree.Root) -> Value:
        """Return a root with its degree."""
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
        return guards.checked(real_root(body, degree), node.span[0])

    def whole_number(self, node: tree.Node, what: str, least: int, most: int) -> int:
        """Return a small whole number."""
        value = self.of(node)
        if not value.is_Integer or not least <= value <= most:
            raise Trouble(f"{what} is a whole number from {least} to {most}", node.span[0])
        return int(value)
