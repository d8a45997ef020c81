"""One index of an array: a bound or free name, a number, or a sum of them."""

import sympy as sp

from derive.indices import length
from derive.reading import tree
from derive.reading.collaborators import Collaborators
from derive.reading.errors import Trouble
from derive.reading.value import Value


class Positions(Collaborators):
    """Gives an index its meaning at one place of an array."""

    def index(self, node: tree.Node, size: Value) -> Value:
        """Return an index of an array: a bound or free one, a number, or a sum of them."""
        if isinstance(node, tree.Group) and len(node.items) == 1:
            return self.index(node.items[0], size)
        if isinstance(node, tree.Number):
            return self._numbered(node, size)
        if isinstance(node, tree.Name):
            return self._named_index(node, size)
        if isinstance(node, tree.Sum):
            self.depth += 1
            value = sp.S.Zero
            for sign, term in node.terms:
                if isinstance(term, tree.Number):
                    value += sign * sp.Rational(term.value.numerator, term.value.denominator)
                elif isinstance(term, tree.Name):
                    value += sign * self._named_index(term, size, shifted=True)
                elif (strided := _strided(term)) is not None:  # X[2u + e], pooling with stride 2
                    stride, name = strided
                    value += sign * stride * self._named_index(name, size, shifted=True)
                    if self.surface != "python":
                        self.note(f"read positions such as {stride}{name.name} as counted from 0")
                else:
                    raise Trouble("an index is a name, a number, or a sum of them", term.span[0], "an index")
            self.depth -= 1
            if not all(atom.is_integer for atom in value.atoms(sp.Number)):
                raise Trouble("an index is a whole number", node.span[0], "an index")
            return value
        raise Trouble("an index is a name, a number, or a sum of them", node.span[0], "an index")

    def _numbered(self, node: tree.Number, size: Value) -> Value:
        first = 0 if self.surface == "python" else 1
        if node.value.denominator != 1 or node.value < first:
            raise Trouble(f"an index is a whole number, counted from {first}", node.span[0], "an index")
        if size.is_Integer and node.value - first >= int(size):
            raise Trouble(f"the index {node.value} is beyond the size {size}", node.span[0])
        if first:
            self.note("read the numbers of indices as counted from 1")
        return sp.Integer(node.value.numerator - first)

    def _named_index(self, node: tree.Name, size: Value, shifted: bool = False) -> Value:
        bound = self.bound.get(node.name)
        if bound is not None:
            if bound.index is None:
                bound.index = sp.Idx(node.name, size)
            if bound.index.is_Integer:
                return bound.index - (0 if self.surface == "python" else 1)
            own = length(bound.index)
            part_of_it = (own - size).is_Integer and own - size < 0
            if part_of_it:
                self.note(f"read {node.name} as running over {own} of the {size} values")
            elif own != size and not shifted:
                raise Trouble(f"{node.name} runs over {own} values, but the array has {size} there", node.span[0])
            return bound.index
        free = self.free.get(node.name)
        if free is None:
            declared = self.vocabulary.indices.get(node.name, self.lengths.get(node.name, size) if shifted else size)
            free = self.free[node.name] = sp.Idx(node.name, declared)
        if length(free) != size and not shifted:
            raise Trouble(f"{node.name} runs over {length(free)} values, but the array has {size} there", node.span[0])
        return free


def _strided(term: tree.Node) -> tuple[sp.Integer, tree.Name] | None:
    """Return the number and the name of a term such as 2u or 2*u, or None."""
    if isinstance(term, tree.Run):
        factors = term.items
    elif isinstance(term, tree.Product) and all(sign == "*" for sign, _ in term.factors):
        factors = tuple(factor for _, factor in term.factors)
    else:
        return None
    if len(factors) != 2:
        return None
    number, name = factors
    if not (isinstance(number, tree.Number) and isinstance(name, tree.Name) and number.value.denominator == 1):
        return None
    return sp.Integer(number.value.numerator), name
