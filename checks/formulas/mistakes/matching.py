"""Which candidates are the wrong formula: most fall at one point, the rest must be proved equal.

All limits count work and not time, so that the same question is answered in the same way on every run.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import sympy as sp
from flint import arb, fmpq

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, enclose
from checks.formulas import arrays
from checks.formulas.index_form import TooManyTermsError, index_form
from checks.formulas.mistakes.problem import Candidate, Problem
from checks.identity import prove
from checks.identity.points import Point, points
from checks.identity.stand_ins import StandIns, stand_ins_for, with_stand_ins
from checks.verdict import Status

POINTS = 40
WITNESSES = 3
PROOFS = 16
NODES = 1_200
ALL_NODES = 40_000
BITS = 128
SEED = 20260101

_UNKNOWN = (UndefinedHereError, UnknownHereError, NotEvaluableError, KeyError)
_NOT_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo)
Value = Callable[[sp.Expr], arb]


@dataclass(frozen=True)
class Witness:
    """A point at which the right and the wrong formula are different, with both values."""

    value: Value
    right: arb
    wrong: arb


class Matcher:
    """Compares candidates with the wrong formula of one problem."""

    def __init__(self, problem: Problem, functions: Iterable[sp.Expr] = ()) -> None:
        self.problem = problem
        self.right, self.wrong = problem.expanded(problem.right), problem.expanded(problem.wrong)
        self._stand_ins: StandIns = stand_ins_for(self.right, self.wrong, *functions)
        self._functions = tuple(functions)
        self.witnesses = tuple(islice(self._found(), WITNESSES))
        self._nodes = 0
        self._proofs = 0

    def matches(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is proved to be the wrong formula, within the limits."""
        formula = self.problem.expanded(candidate.formula)
        if formula.has(*_NOT_NUMBERS):
            return False
        size = sum(1 for _ in islice(sp.preorder_traversal(formula), NODES + 1))
        if size > NODES or self._nodes > ALL_NODES or self._proofs >= PROOFS:
            return False
        self._nodes += size
        if self.problem.indexed and formula.has(sp.KroneckerDelta):
            try:
                formula = index_form(formula)
            except (TooManyTermsError, ValueError):
                return False
        if not self._may_be(formula):
            return False
        self._proofs += 1
        return self._proved(formula)

    def ratio(self) -> sp.Rational | None:
        """Return the simplest number k for which wrong = k · right at the first point, or None."""
        for witness in self.witnesses:
            if not witness.right.contains(0):
                return _simplest(witness.wrong / witness.right)
        return None

    def _may_be(self, formula: sp.Expr) -> bool:
        seen = False
        for witness in self.witnesses:
            try:
                value = witness.value(formula)
            except _UNKNOWN:
                continue
            if not value.overlaps(witness.wrong):
                return False
            seen = True
        return seen

    def _proved(self, formula: sp.Expr) -> bool:
        given = self.problem.given
        if self.problem.indexed:
            only_proofs = replace(given, opaque=("only proofs are wanted",))
            return arrays.decide(formula, self.wrong, only_proofs, ()).status is Status.PROVED
        return prove(formula, self.wrong, given.vocabulary.domain, borders=False)[0] is not None

    # -- points ------------------------------------------------------------------------------------

    def _found(self) -> Iterator[Witness]:
        for value in self._of_arrays() if self.problem.indexed else self._of_numbers():
            try:
                right, wrong = value(self.right), value(self.wrong)
            except _UNKNOWN:
                continue
            if right.is_finite() and wrong.is_finite() and not right.overlaps(wrong):
                yield Witness(value, right, wrong)

    def _of_numbers(self) -> Iterator[Value]:
        formulas = [with_stand_ins(side, self._stand_ins) for side in (self.right, self.wrong, *self._functions)]
        symbols = {s for formula in formulas for s in formula.free_symbols}
        named = sorted((s for s in symbols if s.is_Symbol), key=lambda s: s.name)
        for point in points(named, self.problem.given.vocabulary.domain, seed=SEED, count=POINTS):
            yield partial(self._at_point, point)

    def _at_point(self, point: Point, formula: sp.Expr) -> arb:
        return enclose(with_stand_ins(formula, self._stand_ins), point, BITS)

    def _of_arrays(self) -> Iterator[Value]:
        sides = [with_stand_ins(side, self._stand_ins) for side in (self.right, self.wrong, *self._functions)]
        for numbers, places in arrays.samples(sides, self.problem.given, BITS):
            for place in places:
                yield partial(self._at_place, numbers, place)

    def _at_place(self, numbers: arrays.Numbers, place: dict[sp.Idx, int], formula: sp.Expr) -> arb:
        return numbers.value(with_stand_ins(formula, self._stand_ins), place)


def _simplest(ratio: arb) -> sp.Rational | None:
    """Return the fraction with the smallest denominator, at most 10,000, in a ball; None where there is none."""
    if not ratio.is_finite():
        return None
    mantissa, exponent = ratio.mid().man_exp()
    middle = sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)
    found = middle.limit_denominator(10_000)
    return found if ratio.contains(fmpq(int(found.p), int(found.q))) else None
