"""Signs that act on what follows: √, 𝟙, Σ, Π and d/dx."""

from collections.abc import Sequence

from derive.reading import tree
from derive.reading.calls.scripts import Scripts, bracket_of
from derive.reading.derivatives import Derivatives
from derive.reading.errors import Trouble
from derive.reading.indices.sums import Sums
from derive.reading.value import Value

_ROOTS = {"√": 2, "∛": 3, "∜": 4}


class Signs(Scripts, Derivatives, Sums):
    """Reads signs with what they act on."""

    def special_sign(
        self, head: tree.Scripted, name: tree.Name, pieces: Sequence[tree.Node], position: int
    ) -> tuple[Value | None, int]:
        """Return the value of √ or 𝟙 with what it acts on, and how many pieces it took."""
        following = pieces[position + 1] if position + 1 < len(pieces) else None
        bracket = bracket_of(following)
        if name.name in _ROOTS:
            after = pieces[position + 2] if position + 2 < len(pieces) else None
            return self._root_sign(head, name, following, after)
        if name.name == "𝟙":
            return self._indicator(head, following, bracket)
        return None, 0

    def _root_sign(
        self, head: tree.Scripted, name: tree.Name, following: tree.Node | None, after: tree.Node | None
    ) -> tuple[Value, int]:
        bracket = bracket_of(following)
        if following is None:
            raise Trouble("a root needs something under it", head.span[1], "a number, a name or a bracket")
        if bracket is not None:
            value = self.root(self.of(bracket), _ROOTS[name.name], bracket)
            return self.scripts_of_call(value, following, bracket), 2
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
                value = self.scripts_of_call(self.indicator_of(inner, bracket), following, bracket)
                return value, 2
        if head.below is not None or not self.knows_arrays():
            raise Trouble("an indicator is written with its condition, 1[x > 0]", head.span[1], "[")
        value = self.ones(head)
        return (value if head.above is None else self.raise_to(value, head.above, head)), 1

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
