"""Functions that go by the sign of something: |u|, max, min, sign, steps and cases."""

from collections.abc import Sequence

from checks.replay.field import MINUS_ONE, ONE, ZERO, UndefinedError, Value
from checks.replay.polynomials import RejectedError
from checks.replay.rules import Tree, is_number
from checks.replay.values import Evaluation

_TRUTH = {
    "<": {"-": True, "+": False, "0": False, ">=": False},
    "<=": {"-": True, "0": True, "<=": True, "+": False},
    "=": {"0": True, "+": False, "-": False},
}


class Switches(Evaluation):
    """The values of switches, each of which needs a sign that is shown."""

    def _op_open(self, tree: Tree) -> Value:
        """Return the value where no switch in the tree is at its kink."""
        before, self._open = self._open, True
        try:
            return self.value(tree)
        finally:
            self._open = before

    def _strict_sign(self, value: Value) -> str:
        sign = self.sign(value)
        if sign == "0" and self._open:
            raise RejectedError("a derivative is taken at a kink")
        return sign

    def _order(self, first: Value, second: Value) -> str:
        difference = self.add(first, second, -1)
        return self._strict_sign(difference) if self._open else self.sign(difference, strict=False)

    def _op_abs(self, tree: Tree) -> Value:
        value = self.value(tree)
        return value if self._order(value, ZERO) in ("+", ">=", "0") else self.multiply(value, MINUS_ONE)

    def _op_sign(self, tree: Tree) -> Value:
        return {"+": ONE, "-": MINUS_ONE, "0": ZERO}[self._strict_sign(self.value(tree))]

    def _op_step(self, tree: Tree, at_zero: Tree) -> Value:
        if not is_number(at_zero):
            raise RejectedError("the value of a step at 0 is a number")
        return {"+": ONE, "-": ZERO, "0": self.value(at_zero)}[self._strict_sign(self.value(tree))]

    def _op_max(self, *trees: Tree) -> Value:
        return self._extreme(trees, ("+", ">=", "0"))

    def _op_min(self, *trees: Tree) -> Value:
        return self._extreme(trees, ("-", "<=", "0"))

    def _extreme(self, trees: Sequence[Tree], keep: tuple[str, ...]) -> Value:
        if not trees:
            raise RejectedError("an extremum of nothing")
        best, *others = (self.value(tree) for tree in trees)
        for other in others:
            best = best if self._order(best, other) in keep else other
        return best

    def _op_cases(self, *branches: Tree) -> Value:
        for branch in branches:
            if not isinstance(branch, tuple) or len(branch) != 3 or branch[0] != "case":
                raise RejectedError("a branch of cases is a value and a condition")
            if self.holds(branch[2]):
                return self.value(branch[1])
        raise UndefinedError

    def holds(self, condition: Tree) -> bool:
        """Tell whether a condition holds everywhere in this case; that it does not means nowhere."""
        op, *parts = condition if isinstance(condition, tuple) else (None,)
        if op == "true":
            return True
        if op == "not" and len(parts) == 1:
            return not self.holds(parts[0])
        if op in ("and", "or"):
            found = [self.holds(part) for part in parts]
            return all(found) if op == "and" else any(found)
        if op == "!=":
            return not self.holds(("=", *parts))
        if op in (">", ">="):
            return self.holds(("<" if op == ">" else "<=", *reversed(parts)))
        if op not in _TRUTH or len(parts) != 2:
            raise RejectedError(f"the condition {op!r} is not known")
        difference = self.add(self.value(parts[0]), self.value(parts[1]), -1)
        sign = self._strict_sign(difference) if self._open or op == "=" else self.sign(difference, strict=False)
        if sign not in _TRUTH[op]:
            sign = self._strict_sign(difference)
        return _TRUTH[op][sign]
