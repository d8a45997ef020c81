"""Differentiation with one rule misused: at one place, or wherever it is used.

Every node of the function is taken apart as its rule does it: the parts of which the derivative is needed, and how
those derivatives are put together. A slip puts them together wrongly. All formulas with one slip come out of one walk.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from derive.derivation import D
from derive.rules import depends

VARIANTS = 160
Derivatives = Sequence[sp.Expr]


class NoRuleHereError(ValueError):
    """A construct that is differentiated by no rule of this walk."""


@dataclass(frozen=True)
class Slip:
    """One way of applying a rule wrongly.

    Attributes
    ----------
    name, sentence:
        As of a mistake.
    value:
        What comes out instead of the derivative of the node.
    anywhere:
        The sentence without the place, where it names one: the same for each slip of its kind.
    """

    name: str
    sentence: str
    value: sp.Expr
    anywhere: str = ""

    @property
    def kind(self) -> tuple[str, str]:
        """What is the same for this slip at every place."""
        return self.name, self.anywhere or self.sentence


@dataclass(frozen=True)
class Rule:
    """A rule of differentiation at one node.

    Attributes
    ----------
    parts:
        The expressions of which the derivative is needed.
    combine:
        The derivative of the node from those of the parts.
    slips:
        The ways to get it wrong, from the derivatives of the parts.
    """

    parts: tuple[sp.Expr, ...]
    combine: Callable[[Derivatives], sp.Expr]
    slips: Callable[[Derivatives], Iterator[Slip]]


@dataclass(frozen=True)
class Misused:
    """A derivative in which one rule was misused.

    Attributes
    ----------
    slip:
        The slip, with what was written at this place.
    node:
        What was to be differentiated there.
    step:
        The rule as it is applied correctly: with the derivatives of the parts still to be taken, and carried out.
    formula:
        The whole derivative.
    """

    slip: Slip
    node: sp.Expr
    step: tuple[sp.Expr, sp.Expr]
    formula: sp.Expr


RuleOf = Callable[[sp.Expr, sp.Expr], Rule]


def misused(function: sp.Expr, by: sp.Expr, rule_of: RuleOf) -> tuple[sp.Expr, list[Misused]]:
    """Return the derivative, and every one with a single slip, at most 160 of them.

    Raises
    ------
    NoRuleHereError
        The function holds something that no rule here differentiates.
    """
    correct, found = _walk(function, by, rule_of, {})
    return correct, found[:VARIANTS]


def misused_everywhere(function: sp.Expr, by: sp.Expr, rule_of: RuleOf, kind: tuple[str, str]) -> sp.Expr:
    """Return the derivative in which a slip of this kind is made wherever its rule is used."""
    if not depends(function, by):
        return sp.S.Zero
    if function == by:
        return sp.S.One
    rule = rule_of(function, by)
    derivatives = [misused_everywhere(part, by, rule_of, kind) for part in rule.parts]
    own = next((slip for slip in rule.slips(derivatives) if slip.kind == kind), None)
    return rule.combine(derivatives) if own is None else own.value


_Found = tuple[sp.Expr, list[Misused]]


def _walk(node: sp.Expr, by: sp.Expr, rule_of: RuleOf, known: dict[sp.Expr, _Found]) -> _Found:
    if not depends(node, by):
        return sp.S.Zero, []
    if node == by:
        return sp.S.One, []
    if node in known:
        return known[node]
    rule = rule_of(node, by)
    below = [_walk(part, by, rule_of, known) for part in rule.parts]
    derivatives = [derivative for derivative, _ in below]
    correct = rule.combine(derivatives)
    step = (rule.combine([_asked(part, by) for part in rule.parts]), correct)
    found = [
        Misused(slip, node, step, slip.value) for slip in rule.slips(derivatives) if slip.value != correct
    ]  # a slip that changes nothing is none
    for position, (_, variants) in enumerate(below):
        for variant in variants:
            parts = [*derivatives[:position], variant.formula, *derivatives[position + 1 :]]
            found.append(Misused(variant.slip, variant.node, variant.step, rule.combine(parts)))
    known[node] = correct, found[: 4 * VARIANTS]
    return known[node]


def _asked(part: sp.Expr, by: sp.Expr) -> sp.Expr:
    if not depends(part, by):
        return sp.S.Zero
    return sp.S.One if part == by else D(part, by)
