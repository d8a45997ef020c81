"""What is known about a wrong answer when its mistake is looked for, and what a mistake is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy as sp

from checks.formulas.declared import Declared
from derive.derivation import D
from derive.reading import Vocabulary


@dataclass(frozen=True)
class Mistake:
    """A classic mistake that gives exactly this wrong answer.

    Attributes
    ----------
    name:
        Its short name, stable for programs; for a typical wrong answer of the catalogue the words of the entry.
    sentence:
        What was done, in words, without a full stop.
    correct:
        The correct step: the rule as it is applied correctly at this place, or the right formula.
    instead:
        What was written in its place; empty where that is the whole answer.
    also:
        Other classic mistakes that give the same formula; which of them was made cannot be told.
    declared:
        Typical wrong answers of the question that are this formula, in the words of their declaration.
    """

    name: str
    sentence: str
    correct: str = ""
    instead: str = ""
    also: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return the explanation for programs."""
        return {
            "sentence": f"{self.sentence}.",
            "correct_step": self.correct,
            "instead": self.instead,
            "also": list(self.also),
            "declared": list(self.declared),
        }


@dataclass(frozen=True)
class Candidate:
    """A mistake made on purpose, and the formula to which it leads.

    Attributes
    ----------
    name, sentence:
        As of a mistake.
    formula:
        What comes out.
    step:
        Gives the correct step, and what was written instead; called only for a mistake that was made.
    foremost:
        Whether it is named before all others. A quotient rule with its terms swapped gives the negative of the whole
        answer, and would never be named after the sign.
    """

    name: str
    sentence: str
    formula: sp.Expr
    step: Callable[[], tuple[str, str]]
    foremost: bool = False

    @property
    def mistake(self) -> Mistake:
        """The mistake in words."""
        return Mistake(self.name, self.sentence, *self.step())


def _as_it_is(formula: sp.Expr) -> sp.Expr:
    return formula


@dataclass(frozen=True)
class Problem:
    """The right formula, the wrong one, and what is known about them.

    Attributes
    ----------
    right, wrong:
        Numbers, scalar or in index notation, in which every derivative is carried out.
    asked:
        The right formula with its derivatives still to be carried out, as `D`; None where none is asked for.
    given:
        What was declared about the names.
    shown:
        The right formula as a person reads it.
    indexed:
        Whether the formulas are in index notation.
    adjoints:
        For each array that stands for a gradient, dZ, the array of which it is one, Z.
    outputs:
        For each array that an activation gives out, A = h(Z), the array Z that it takes in.
    variable:
        The variable by which the right formula is a derivative, where it is known.
    others:
        The derivatives by other variables, of the same shape and in the same indices, by the name of the variable.
    pool:
        For a pool: the array that selects the cells that won, and the indices of the cells.
    names:
        LaTeX for symbols whose name does not say how they are typeset, as pairs.
    expanded:
        Puts in what intermediate arrays mean; the wrong formula is compared after that.
    declared:
        Typical wrong answers that were declared, with what each is.
    """

    right: sp.Expr
    wrong: sp.Expr
    asked: sp.Expr | None = None
    given: Declared = field(default_factory=lambda: Declared(Vocabulary()))
    shown: str = ""
    indexed: bool = False
    adjoints: Mapping[sp.IndexedBase, sp.IndexedBase] = field(default_factory=dict)
    outputs: Mapping[sp.IndexedBase, sp.IndexedBase] = field(default_factory=dict)
    variable: sp.Expr | None = None
    others: Mapping[str, sp.Expr] = field(default_factory=dict)
    pool: tuple[sp.IndexedBase, tuple[sp.Idx, ...]] | None = None
    names: tuple[tuple[sp.Basic, str], ...] = ()
    expanded: Callable[[sp.Expr], sp.Expr] = _as_it_is
    declared: tuple[tuple[str, sp.Expr], ...] = ()

    def candidate(self, name: str, sentence: str, formula: sp.Expr, correct: str = "", instead: str = "") -> Candidate:
        """Return a candidate; where no step is given, the right formula is the correct step."""
        return Candidate(name, sentence, formula, lambda: (correct or self.shown, instead))

    @property
    def derivatives(self) -> tuple[D, ...]:
        """The derivatives that are asked for, in the order of the text."""
        if self.asked is None:
            return ()
        return tuple(dict.fromkeys(node for node in sp.preorder_traversal(self.asked) if isinstance(node, D)))

    @property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The sizes and other positive whole numbers that occur."""
        sides = (self.right, self.wrong)
        found = {s for side in sides for s in side.free_symbols if type(s) is sp.Symbol}
        found |= {s for side in sides for i in side.atoms(sp.Idx) for s in (i.upper - i.lower).free_symbols}
        return tuple(sorted((s for s in found if s.is_integer and s.is_positive), key=lambda s: s.name))
