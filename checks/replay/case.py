"""One case of a proof: the conditions that hold in it, and the steps that settle it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checks.replay.data import listed, pair, whole
from checks.replay.field import UndefinedError, Value
from checks.replay.polynomials import RejectedError, Work, plus
from checks.replay.rules import Tree, with_indices
from checks.replay.sums import Sums


@dataclass(frozen=True)
class About:
    """What a statement declares.

    Attributes
    ----------
    work:
        What a replay may still spend.
    symbols:
        The names of numbers.
    indices:
        The sizes of the ranges of the free indices.
    sizes:
        The names of positive whole numbers.
    universal:
        How many of the conditions hold for all values of the indices in them.
    """

    work: Work
    symbols: frozenset[str]
    indices: Mapping[str, Tree]
    sizes: frozenset[str]
    universal: int


class Case(Sums):
    """One case: the steps of the certificate are read in the order in which they are needed."""

    def __init__(self, about: About, conditions: Sequence[Tree], path: Sequence[Tree], steps: Sequence[Any]) -> None:
        super().__init__(about.work, about.symbols, about.indices, about.sizes)
        self.conditions = (*conditions, *path)
        self.universal = about.universal
        self._steps = steps
        self._next = 0
        for op, *parts in path:
            if op == "same":
                first, second = (self.equal.get(part, part) for part in parts)
                self.equal = {name: second if kept == first else kept for name, kept in self.equal.items()}
                self.equal |= {first: second} if first != second else {}
        for op, *parts in path:
            if op == "different":
                self.unequal.add(frozenset(self.equal.get(part, part) for part in parts))

    def left_over(self) -> bool:
        """Tell whether there are steps that were not used."""
        return self._next < len(self._steps)

    def next_kind(self) -> Any:
        """Return what kind the next step is of, None where there is no step."""
        return (listed(self._steps[self._next]) or (None,))[0] if self.left_over() else None

    def ask(self, kind: str, *context: Any) -> Sequence[Any]:
        """Return the next step; one that shows that the case holds no point ends it."""
        del context
        if not self.left_over():
            raise RejectedError(f"the certificate ends where a step '{kind}' is needed")
        found, *step = listed(self._steps[self._next]) or (None,)
        self._next += 1
        if found == "empty":
            self.contradiction(*step)
        if found != kind:
            raise RejectedError(f"a step '{kind}' is needed where the certificate has '{found}'")
        return step

    def end(self) -> None:
        """Refuse a certificate with steps that were not used."""
        if self.left_over():
            raise RejectedError("a step of the certificate is not used")

    def inside(self, interval: Sequence[Tree], place: Tree) -> None:
        """Check that a place lies in an interval."""
        for _, low, high in interval:
            first, second = (place if isinstance(end, str) else end for end in (low, high))
            if self.sign(self.add(self.value(second), self.value(first), -1)) != "+":
                raise RejectedError("a case reaches beyond its interval")

    def differentiated(self, tree: Tree, x: str) -> Value:
        """Return the derivative of a formula that has a value and a derivative everywhere."""
        self.value(("open", tree))
        return self.value(("open", ("D", tree, x)))

    def contradiction(self, *terms: Any) -> None:
        """Check that the facts contradict each other: then no point of this case has both formulas defined."""
        self.combination({}, (((1,),), ()), *terms, strict=True)
        raise UndefinedError

    def assume(self) -> None:
        """Take up the conditions with which the case begins, or for the index of a sum that begins."""
        kind = self.kind_of_use()
        while self.next_kind() == kind:
            self.use(*self.ask(kind))

    def kind_of_use(self) -> str:
        """Return the name of the steps that take up conditions here: within sums, with the indices that are summed."""
        return " ".join(["use", *(self.scope[-self.summing :] if self.summing else ())])

    def use(self, number: Any = None, lead: Any = -1, renaming: Any = ()) -> None:
        """Take up a condition of the domain or of the case as a fact, or an equation as a relation.

        What is given about arrays holds for all values of the indices in it, so these may be replaced by others of the
        same range. What is said of one case holds for the free indices as they are.
        """
        if not 0 <= whole(number) < len(self.conditions):
            raise RejectedError(f"there is no condition {number}")
        if number >= self.universal and (self.summing or renaming):
            raise RejectedError("what holds in one case is used for all values of an index")
        instead = dict(map(pair, listed(renaming)))
        known = {*self.scope, 0}
        if not all(n in self.ranges and other in known and self.within(n, other) for n, other in instead.items()):
            raise RejectedError("an index is replaced by one of another range")
        op, *parts = with_indices(self.conditions[number], instead)
        if op not in ("<", "<=", "=") or len(parts) != 2:
            raise RejectedError(f"the condition {op!r} is no fact")
        difference = self.add(self.value(parts[1]), self.value(parts[0]), -1)
        if op != "=":
            self.fact(self.signed(difference), strict=op == "<")
            return
        poly = self.reduced(difference.num)
        if lead == -1:
            self.fact(poly, strict=False)
            self.fact(plus({}, poly, -1), strict=False)
            return
        (lead,) = self.poly([(1, *lead)] if isinstance(lead, (list, tuple)) else [(1, lead, 1)])
        if lead not in poly:
            raise RejectedError("an equation is solved for something that it does not hold by itself")
        rest = {m: c for m, c in poly.items() if m != lead}
        self.relations.append((lead, plus({}, rest, Fraction(-1) / poly[lead])))
        self.forget()
