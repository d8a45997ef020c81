"""What the parts of the meaning ask of one another, so that each can stand in its own file."""

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.state import State
from derive.reading.value import Value


class Collaborators(State):
    """The state of one reading, and the methods that its parts call on each other."""

    def of(self, node: tree.Node) -> Value:
        """Return the meaning of a node."""
        raise NotImplementedError

    def variable(self, name: str, node: tree.Node) -> Value:
        """Return what a name stands for."""
        raise NotImplementedError

    def need_nonzero(self, value: Value) -> None:
        """Record that a divisor must not be zero."""
        raise NotImplementedError

    def power(self, base: Value, exponent: Value, node: tree.Node, above: tree.Node) -> Value:
        """Return a power."""
        raise NotImplementedError

    def raise_to(self, base: Value, above: tree.Node, node: tree.Node) -> Value:
        """Raise to a power, or transpose."""
        raise NotImplementedError

    def root(self, body: Value, degree: int, node: tree.Node) -> Value:
        """Return a root."""
        raise NotImplementedError

    def whole_number(self, node: tree.Node, what: str, least: int, most: int) -> int:
        """Return a small whole number."""
        raise NotImplementedError

    def indicator_of(self, condition: tree.Node, node: tree.Node) -> Value:
        """Return 1 where a condition holds."""
        raise NotImplementedError

    def delta_of(self, condition: tree.Node | None) -> Value | None:
        """Return the Kronecker delta that a condition between indices is, or None."""
        raise NotImplementedError

    def cases(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value:
        """Return a case distinction."""
        raise NotImplementedError

    def make(self, name: str, values: Sequence[Value], node: tree.Node) -> Value:
        """Return a known function of numbers."""
        raise NotImplementedError

    def call(
        self,
        name: str,
        primes: int,
        arguments: Sequence[tree.Node],
        node: tree.Node,
        keywords: dict[str, tree.Node] | None = None,
    ) -> Value:
        """Return the value of a function."""
        raise NotImplementedError
