"""Looks for the classic mistake that gives a wrong answer, in the documented order."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy as sp

from checks.formulas.mistakes.activations import of_derivative, of_logits, of_outputs, with_sigma
from checks.formulas.mistakes.axes import of_axes, of_declared, of_diagonals, of_gradients, of_transposes
from checks.formulas.mistakes.convolution import of_kernels, of_pools
from checks.formulas.mistakes.factors import of_base, of_batch, of_constants, of_signs, of_two
from checks.formulas.mistakes.matching import Matcher
from checks.formulas.mistakes.names import place
from checks.formulas.mistakes.problem import Candidate, Mistake, Problem
from checks.formulas.mistakes.slips_of_rules import of_rules

Family = Callable[[Problem], Iterator[Candidate]]
EVERYWHERE: tuple[Family, ...] = (
    of_rules,
    of_signs,
    of_two,
    of_derivative,
    of_outputs,
    of_logits,
    of_base,
    of_gradients,
)
LAST: tuple[Family, ...] = (of_batch, of_declared)
OF_ARRAYS: tuple[Family, ...] = (of_transposes, of_axes, of_diagonals, of_kernels, of_pools)


def look_for_mistake(problem: Problem) -> Mistake | None:
    """Return the classic mistake that turns the right formula into the wrong one, or None.

    Every candidate is compared; only one that is proved to be the wrong formula is a mistake. Where several are, the
    first in the order of `MEANINGS` is named, and it mentions the others.
    """
    problem = replace(problem, right=with_sigma(problem.right))
    matcher = Matcher(problem, [node.expression for node in problem.derivatives])
    if not matcher.witnesses:
        return None
    families = (*EVERYWHERE, *(OF_ARRAYS if problem.indexed else ()), *LAST)
    candidates = [candidate for family in families for candidate in family(problem)]
    # Stable: slips of rules come before slips of the same name in the formula.
    candidates.sort(key=lambda candidate: (not candidate.foremost, place(candidate.name)))
    found = [candidate for candidate in _different(candidates, problem.right) if matcher.matches(candidate)]
    if not found:
        found = [one for one in of_constants(problem, matcher.ratio()) if matcher.matches(one)]
    if not found:
        return None
    declared = [words for words, _ in problem.declared]
    others = dict.fromkeys(candidate.name for candidate in found if candidate.name not in (found[0].name, *declared))
    known = dict.fromkeys(candidate.name for candidate in found if candidate.name in declared)
    return replace(found[0].mistake, also=tuple(others), declared=tuple(known))


def _different(candidates: list[Candidate], right: sp.Expr) -> Iterator[Candidate]:
    """Leave out candidates that changed nothing, and formulas that one mistake of the same name has given."""
    seen: set[tuple[str, sp.Expr]] = set()
    for candidate in candidates:
        key = (candidate.name, candidate.formula)
        if candidate.formula != right and key not in seen:
            seen.add(key)
            yield candidate
