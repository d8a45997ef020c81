"""The cases of a proof: that they cover the domain, and that each is settled."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checks.replay.case import About, Case
from checks.replay.data import listed, pair, whole
from checks.replay.field import UndefinedError, Value
from checks.replay.polynomials import RejectedError, Work
from checks.replay.rules import Tree, has_value, is_number, with_indices

_NESTED = 40


class Proof:
    """The cases of one statement."""

    def __init__(self, statement: Mapping[str, Any], work: Work) -> None:
        given = listed(statement["given"])
        self.left, self.right = statement["left"], statement["right"]
        self.given = (*given, *listed(statement["where"]))
        self.excepted = tuple(listed(statement["except"]))
        symbols = frozenset(name for name in listed(statement["names"]) if isinstance(name, str))
        sizes = frozenset(name for name in symbols if {("integer", name), ("<", 0, name)} <= set(given))
        indices = dict(map(pair, listed(statement["indices"])))
        if len(indices) != len(statement["indices"]):
            raise RejectedError("an index is declared twice")
        self.about = About(work, symbols, indices, sizes, len(given))
        self.statement = statement
        self.evaluated = set(_parts_of(self.left)) | set(_parts_of(self.right))
        self.settled = 0

    def case(self, proof: Any, path: tuple[Tree, ...]) -> None:
        """Check that a proof covers all points at which the conditions on the path hold.

        Raises
        ------
        RejectedError
            It does not.
        """
        if len(path) > _NESTED:
            raise RejectedError("the cases are nested too deeply")
        if not isinstance(proof, dict):
            raise RejectedError("a case is missing")
        if "split" in proof:
            self._split(proof, path)
        elif "choose" in proof:
            self._choose(proof, path)
        elif "same" in proof:
            self._same_or_not(proof, path)
        elif "termwise" in proof:
            self._termwise(proof, path)
        elif "constant" in proof:
            self._constant(proof, path)
        else:
            self._settle(proof, path)

    def _split(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        """Three cases: a tree is positive, negative or zero. It must have a value wherever the formulas have one."""
        tree = proof["split"]
        if not has_value(tree, self.evaluated):
            raise RejectedError("the cases are divided by something that need not be defined")
        wanted = {"split", "+", "-", "0"} - ({"0"} if tree in self.excepted else set())
        if not wanted <= set(proof):
            raise RejectedError("a case is missing: positive, negative or zero")
        for mark, condition in (("+", ("<", 0, tree)), ("-", ("<", tree, 0)), ("0", ("=", tree, 0))):
            if mark in wanted:
                self.case(proof[mark], (*path, condition))

    def _choose(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        """One case for each value of a name of which the domain lists the values."""
        condition = self.given[self._number(proof["choose"])]
        if not isinstance(condition, tuple) or condition[0] != "in":
            raise RejectedError("the values of a name are not listed in the domain")
        cases = listed(proof.get("cases"))
        if len(cases) != len(condition) - 2:
            raise RejectedError("a case is missing: one for each value of a name")
        for value, case in zip(condition[2:], cases, strict=True):
            self.case(case, (*path, ("=", condition[1], value)))

    def _same_or_not(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        """Two cases: two indices, of which the first is free, are equal or not."""
        first, second = pair(proof["same"])
        if (
            first not in self.about.indices
            or not (second in self.about.indices or type(second) is int)
            or first == second
        ):
            raise RejectedError("two indices are compared that are not declared")
        for key, word in (("equal", "same"), ("unequal", "different")):
            self.case(proof.get(key), (*path, (word, first, second)))

    def _termwise(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        """Use that what is equal for every value of an index has equal sums."""
        name, size = pair(proof["index"])
        sides = (proof["left"], proof["right"])
        sums = tuple(("sum", side, ("range", name, size)) for side in sides)
        others = {part[1] for part in self.evaluated if part[:1] == ("range",) and part[2:] == (size,)}
        known = {with_indices(part, {other: name}) for part in self.evaluated for other in others} | self.evaluated
        if not all(has_value(one, known) for one in sums):
            raise RejectedError("what is summed need not be defined")
        indices = (*self.statement["indices"], (name, size))
        about = {**self.statement, "left": sides[0], "right": sides[1], "indices": indices, "except": ()}
        terms = Proof(about, self.about.work)
        terms.case(proof["termwise"], path)
        self.settled += terms.settled
        self.case(proof.get("then"), (*path, ("=", *sums)))

    def _number(self, number: Any) -> int:
        if not 0 <= whole(number) < len(self.given):
            raise RejectedError(f"the statement has no condition {number}")
        return int(number)

    def _settle(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        self.settled += 1
        if self.left == self.right and not listed(proof.get("steps")):
            return  # one formula is equal to itself
        here = self.begin(self.given, path, proof.get("steps"))
        try:
            here.assume()
            left, right = here.value(self.left), here.value(self.right)
            if not here.same(left, right) and here.next_kind() == "empty":
                here.ask("empty")
            self.compare(here, left, right)
        except UndefinedError:
            pass  # no point of this case has both formulas defined
        here.end()

    def begin(self, conditions: Sequence[Tree], path: Sequence[Tree], steps: Any) -> Case:
        """Begin a case with its conditions."""
        return Case(self.about, conditions, path, listed(steps))

    @staticmethod
    def compare(here: Case, left: Value, right: Value) -> None:
        """Refuse two values that are not shown to be equal."""
        if not here.same(left, right):
            raise RejectedError("the two formulas are not shown to be equal")

    def _constant(self, proof: Mapping[str, Any], path: tuple[Tree, ...]) -> None:
        """Equal derivatives everywhere on an interval, and one equal value in it, make the formulas equal on it."""
        self.settled += 1
        x, bounds, at = proof["constant"], listed(proof.get("between")), proof.get("at")
        interval = tuple(condition for condition in bounds if condition[1:2] == (x,) or condition[2:] == (x,))
        if x not in self.about.symbols or interval != bounds or not all(map(_is_bound, bounds)) or not is_number(at):
            raise RejectedError("an interval is given by numbers below and above one name, and holds a number")
        try:
            here = self.begin(self.given, path, proof.get("inside"))
            here.assume()
            here.inside(interval, x)
            here.end()
            here = self.begin(interval, (), proof.get("slopes"))
            here.assume()
            here.show_everywhere()
            left, right = (here.differentiated(side, x) for side in (self.left, self.right))
            self.compare(here, left, right)
            here.end()
            here = self.begin((("=", x, at),), (), proof.get("values"))
            here.assume()
            here.inside(interval, at)
            self.compare(here, here.value(self.left), here.value(self.right))
            here.end()
        except UndefinedError:
            raise RejectedError("a formula is not defined everywhere on an interval") from None


def _is_bound(condition: Tree) -> bool:
    op, *ends = condition if isinstance(condition, tuple) else (None,)
    return op == "<" and len(ends) == 2 and sum(map(is_number, ends)) == 1


def _parts_of(tree: Tree) -> Iterator[Tree]:
    """Yield the parts of a tree that have a value wherever the tree has one: all but what stands in a branch."""
    if isinstance(tree, tuple):
        yield tree
        if tree[:1] and tree[0] not in ("cases", "D"):
            for part in tree[1:]:
                yield from _parts_of(part)
