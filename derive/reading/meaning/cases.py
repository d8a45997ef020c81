"""Brackets, conditions, indicators and case distinctions."""

from collections.abc import Sequence

import sympy as sp

from derive.functions import indicator
from derive.reading import tree
from derive.reading.arrays.masks import Masks
from derive.reading.arrays.products import Products
from derive.reading.arrays.reductions import Reductions
from derive.reading.errors import Trouble
from derive.reading.limits import DEPTH
from derive.reading.value import Value

_RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}


class Cases(Masks, Products, Reductions):
    """Reads conditions and what depends on them."""

    def of_group(self, node: tree.Group) -> Value:
        """Return what stands in brackets: a formula, |x|, ‖x‖, or an indicator [x > 0]."""
        if len(node.items) > 1:
            raise Trouble("a comma has no place here", node.items[1].span[0], "a single formula")
        inner = node.items[0]
        if node.bracket in "|‖":
            return self.bars(node.bracket, self.of(inner), node)
        if isinstance(inner, (tree.Relation, tree.Logic)):
            return self.indicator_of(inner, node)
        return self.of(inner)

    def indicator_of(self, condition: tree.Node, node: tree.Node) -> Value:
        """Return 1 where a condition holds and 0 elsewhere."""
        self.count_compared(1, node.span[0])
        while isinstance(condition, tree.Group) and len(condition.items) == 1:
            condition = condition.items[0]
        delta = self.delta_of(condition)
        if delta is not None:
            return delta
        if isinstance(condition, tree.Relation):
            mask = self.mask(condition, node)
            if mask is not None:
                return mask
        return indicator(self.condition(condition))

    def condition(self, node: tree.Node) -> Value:
        """Return the meaning of a node as a condition."""
        if isinstance(node, tree.Group) and node.bracket == "(" and len(node.items) == 1:
            return self.condition(node.items[0])
        if isinstance(node, tree.Scripted | tree.Run) or not isinstance(node, (tree.Relation, tree.Logic)):
            raise Trouble("a condition such as x > 0 is needed here", node.span[0], "a condition")
        self.depth += 1
        try:
            if self.depth > DEPTH:
                raise Trouble(f"the formula is nested more than {DEPTH} deep", node.span[0])
            if isinstance(node, tree.Logic):
                parts = [self.condition(operand) for operand in node.operands]
                self.count_compared(len(parts) - 1, node.span[0])
                return {"and": sp.And, "or": sp.Or, "not": sp.Not}[node.word](*parts)
            values = [self.only_scalar(self.of(operand), operand) for operand in node.operands]
            return sp.And(
                *(
                    _RELATIONS[sign](left, right)
                    for sign, left, right in zip(node.signs, values[:-1], values[1:], strict=True)
                )
            )
        finally:
            self.depth -= 1

    def cases(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value:
        """Return a case distinction; the first condition that holds counts."""
        by_index = self._cases_by_index(branches, node)
        if by_index is not None:
            return by_index
        by_entry = self._cases_by_entry(branches, node)
        if by_entry is not None:
            return by_entry
        self.count_compared(len(branches), node.span[0])
        pairs = []
        before: list[Value] = []
        for value, condition in branches:
            met = sp.true if condition is None else self.condition(condition)
            guard = sp.And(met, *(sp.Not(other) for other in before))
            with self.guarded(guard):
                pairs.append((self.only_scalar(self.of(value), value), met))
            before.append(met)
        return self.piecewise(pairs, node)

    def _cases_by_index(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value | None:
        """Return `a where i = j, b otherwise` as δ_{ij} a + (1 − δ_{ij}) b."""
        deltas = [self.delta_of(condition) for _, condition in branches]
        if all(delta is None for delta in deltas):
            return None
        first, *others = deltas
        if first is None or len(others) != 1 or (branches[1][1] is not None and others[0] != 1 - first):
            raise Trouble("cases by indices are read in two branches, such as i = j and otherwise", node.span[0])
        chosen, rest = (self.only_scalar(self.of(value), value) for value, _ in branches)
        return first * chosen + (1 - first) * rest

    def _cases_by_entry(self, branches: Sequence[tuple[tree.Node, tree.Node | None]], node: tree.Node) -> Value | None:
        """Return np.where(Z > 0, G, 0) of arrays as mask ∘ G + (1 - mask) ∘ 0."""
        if len(branches) != 2 or branches[1][1] is not None or not isinstance(branches[0][1], tree.Relation):
            return None
        mask = self.mask(branches[0][1], node)
        if mask is None:
            return None
        terms = []
        for (value, _), chosen in zip(branches, (mask, self.complement(mask)), strict=True):
            number = self.of(value)
            if not self.is_scalar(number) or number != 0:
                terms.append(
                    (1, self.multiply([("*", value.span[0], chosen), ("∘", value.span[0], number)], value), value)
                )
        return self.add(terms, node) if terms else self.negate(mask, node)

    def piecewise(self, pairs: Sequence[tuple[Value, Value]], node: tree.Node) -> Value:
        """Return SymPy's Piecewise; a formula whose last condition is not `otherwise` leaves the rest undefined."""
        value = sp.Piecewise(*pairs)
        if value == sp.nan or value.has(sp.nan):
            raise Trouble("none of the conditions ever holds", node.span[0])
        if isinstance(value, sp.Piecewise) and value.args[-1].cond != sp.true:
            self.need(sp.Or(*(condition for _, condition in pairs)))
        return value

    def of_cases(self, node: tree.Cases) -> Value:
        """Return a case distinction."""
        return self.cases([(value, condition) for value, condition in node.branches], node)

    def of_relation(self, node: tree.Relation | tree.Logic) -> Value:
        """Refuse a condition where a formula is needed."""
        if isinstance(node, tree.Relation) and node.equals >= 0:
            raise Trouble("a formula is read without '='; give the side that is meant", node.equals)
        raise Trouble("this is a condition, not a formula; an indicator is written 1[x > 0]", node.span[0], "a formula")
