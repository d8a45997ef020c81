"""The walk over the syntax tree, which gives each kind of node to the part that reads it."""

from collections.abc import Callable
from typing import Any, ClassVar

import sympy as sp

from derive.reading import tree
from derive.reading.arrays.shapes import is_unknown
from derive.reading.errors import Trouble
from derive.reading.limits import DEPTH, NODES
from derive.reading.meaning.cases import Cases
from derive.reading.meaning.powers import Powers
from derive.reading.meaning.python_calls import PythonCalls
from derive.reading.meaning.side_by_side import SideBySide
from derive.reading.meaning.variables import Variables
from derive.reading.value import Value


class Meaning(Powers, PythonCalls, Cases, Variables):
    """One reading: walks the tree once, collects what was ambiguous, which names occur, and where it is defined."""

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
        self.subscripts = frozenset(self.indices_in(node))
        self.learn_lengths(node)
        self._note_fonts(node)
        value = self.collapsed(self.of(node))
        if value.has(sp.zoo, sp.nan, sp.oo, -sp.oo):
            raise Trouble("the value is not a finite number", node.span[0])
        if any(is_unknown(symbol) for symbol in value.free_symbols):
            raise Trouble("how large 1 or I is does not follow from what stands beside it; write a sum", node.span[0])
        if value.has(sp.I):
            raise Trouble("the value is not a real number", node.span[0])
        self._refuse_unclear_means(node)
        return value

    def _refuse_unclear_means(self, node: tree.Node) -> None:
        r"""Refuse \bar x beside an array x: as a number of its own it would make right answers about means wrong."""
        known = {**self.vocabulary.symbols, **self.names}
        for name in self.names:
            base = name.removesuffix("_bar")
            if base != name and name not in self.vocabulary.declared and isinstance(known.get(base), sp.IndexedBase):
                raise Trouble(
                    f"the bar over {base} may mean the mean of its entries; write the mean as a sum, "
                    f"or declare {name} as a number of its own",
                    node.span[0],
                )

    def _note_fonts(self, node: tree.Node) -> None:
        r"""List a name that stands in two fonts: x and \mathbf{x} are one name here."""
        fonts: dict[str, set[str]] = {}
        for part in tree.walk(node):
            if isinstance(part, tree.Name) and part.kind not in {"special", "partial"}:
                fonts.setdefault(part.name, set()).add(part.font)
        for name in sorted(name for name, found in fonts.items() if len(found) > 1):
            self.note(f"read {name} as one name, although it stands in more than one font")

    def of_number(self, node: tree.Number) -> Value:
        """Return a number, exact."""
        if node.scientific and self.surface != "python":
            self.note(f"read '{self.piece(node)}' as one number in powers of ten")
        return sp.Rational(node.value.numerator, node.value.denominator)

    def of_name(self, node: tree.Name) -> Value:
        """Return what a name stands for; a word may be a product of its letters."""
        if node.kind == "partial":
            raise Trouble("∂ is read in a derivative such as ∂L/∂x only", node.span[0], "∂L/∂x")
        if node.kind == "special":
            raise Trouble(f"'{self.piece(node)}' needs something to act on", node.span[1], "a formula")
        if len(self.split(node)) > 1:
            return self.of_run(tree.Run(node.span, (node,)))
        return self.variable(node.name, node)

    def of_sum(self, node: tree.Sum) -> Value:
        """Return a sum of terms with their signs."""
        values = [(sign, self.of(term), term) for sign, term in node.terms]
        return self.add(values, node)

    def of_signed(self, node: tree.Signed) -> Value:
        """Return minus a product."""
        return self.negate(self.of(node.operand), node)

    def of_nothing(self, node: tree.Nothing) -> Value:
        """Refuse an empty place."""
        raise Trouble("there is nothing here", node.span[0], "a formula")

    _KINDS: ClassVar[dict[type[tree.Node], Callable[["Meaning", Any], Value]]] = {
        tree.Number: of_number,
        tree.Name: of_name,
        tree.Sum: of_sum,
        tree.Signed: of_signed,
        tree.Product: SideBySide.of_product,
        tree.Run: SideBySide.of_run,
        tree.Scripted: Powers.of_scripted,
        tree.Quotient: Powers.of_quotient,
        tree.Root: Powers.of_root,
        tree.Group: Cases.of_group,
        tree.Relation: Cases.of_relation,
        tree.Logic: Cases.of_relation,
        tree.Cases: Cases.of_cases,
        tree.Nothing: of_nothing,
        tree.Call: PythonCalls.of_call,
        tree.Item: Variables.of_item,
        tree.Attribute: PythonCalls.of_attribute,
        tree.Each: PythonCalls.of_each,
    }
