"""Derivatives that stand in a formula: the name dL_dx of ∂L/∂x, and d/dx of what follows."""

import sympy as sp

from derive.reading import tree
from derive.reading.arrays.shapes import Shapes
from derive.reading.errors import Trouble
from derive.reading.value import Value


class Derivatives(Shapes):
    """Reads quotients of differentials."""

    def derivative_name(self, numerator: tree.Node, denominator: tree.Node, node: tree.Node) -> str | None:
        r"""Return dL_dy_hat for \\frac{\\partial L}{\\partial \\hat y}, which is a name here."""
        above, below = _differential(numerator), _differential(denominator)
        if above is None or below is None:
            return None
        if not above[1]:
            raise Trouble("the operator d/dx has nothing to act on here; write the derivative itself", node.span[0])
        letter = above[0]
        if letter == "d" and ("d" in self.vocabulary.declared):
            return None
        if letter == "d":
            self.note(f"read '{self.piece(node)}' as the name of a derivative")
        return f"d{above[1]}_d{below[1]}"

    def derivative_operator(self, base: tree.Quotient) -> bool:
        """Tell whether a fraction is d/dx."""
        above, below = _differential(base.numerator), _differential(base.denominator)
        return (
            above is not None
            and below is not None
            and not above[1]
            and above[0] == below[0]
            and "d" not in self.vocabulary.declared
        )

    def differentiated(self, base: tree.Quotient, head: tree.Scripted, body: tree.Node) -> Value:
        """Return d/dx of what follows, left as it is written."""
        if head.above is not None or head.below is not None:
            raise Trouble("second derivatives are not read", head.span[0])
        below = _differential(base.denominator)
        assert below is not None
        variable = self.variable(below[1], base)
        if not isinstance(variable, sp.Symbol):
            raise Trouble("the derivative is taken by a number", base.denominator.span[0])
        self.note(f"read {self.piece(base)} as acting on '{self.piece(body)}'")
        return sp.Derivative(self.only_scalar(self.of(body), body), variable)


def _differential(node: tree.Node) -> tuple[str, str] | None:
    """Return ("d" or "∂", name) of dx, ∂x or a bare d; None for anything else."""
    items = node.items if isinstance(node, tree.Run) else (node,)
    first = items[0]
    if isinstance(first, tree.Name) and first.kind == "partial":
        names = [first.name] if first.name else []
        rest = items[1:]
        letter = "∂"
    elif isinstance(first, tree.Name) and first.name == "d" and first.kind in {"word", "upright", "letter"}:
        names, rest, letter = [], items[1:], "d"
    elif (
        isinstance(first, tree.Name)
        and first.kind == "word"
        and first.name[0] == "d"
        and 2 <= len(first.name.partition("_")[0]) <= 2
    ):
        names, rest, letter = [first.name[1:]], items[1:], "d"
    elif (
        isinstance(first, tree.Scripted)
        and isinstance(first.base, tree.Name)
        and first.above is None
        and first.below is not None
    ):
        inner = _differential(first.base)
        if inner is None or not inner[1] or len(items) > 1:
            return None
        return inner[0], inner[1] + "_" + _written(first.below)
    else:
        return None
    if len(rest) > 1 or (names and rest):
        return None
    if rest:
        name = _written(rest[0])
        if not name:
            return None
        names.append(name)
    return letter, "".join(names)


def _written(node: tree.Node) -> str:
    if isinstance(node, tree.Name):
        return node.name
    if isinstance(node, tree.Number):
        return str(node.value)
    if isinstance(node, tree.Scripted) and node.above is None and isinstance(node.base, tree.Name):
        return node.base.name + "'" * node.primes + (f"_{_written(node.below)}" if node.below is not None else "")
    if isinstance(node, tree.Scripted) and isinstance(node.above, tree.Group) and isinstance(node.base, tree.Name):
        label = node.above.items[0] if node.above.bracket == "{" else node.above
        if isinstance(label, tree.Group) and label.bracket in "([":
            below = f"_{_written(node.below)}" if node.below is not None else ""
            return node.base.name + "'" * node.primes + below + f"__{_written(label)}"
    if isinstance(node, (tree.Group, tree.Run)):
        return "".join(_written(item) for item in node.items)
    return ""
