"""Mistakes in a derivative that is asked for: one rule of differentiation misused."""

from collections.abc import Iterator
from functools import partial
from itertools import permutations

import sympy as sp

from checks.formulas.arrays import free_indices
from checks.formulas.mistakes.misused import Misused, NoRuleHereError, misused, misused_everywhere
from checks.formulas.mistakes.problem import Candidate, Problem
from checks.formulas.mistakes.rules import rule_of
from checks.formulas.mistakes.words import contracted, correct_step, shown
from derive.derivation import D
from derive.functions import sigma
from derive.indices import bound_indices, same_range, substitute
from derive.rules import depends


def of_rules(problem: Problem) -> Iterator[Candidate]:
    """Yield what comes out when one rule is misused, in one of the derivatives that are asked for."""
    for node in problem.derivatives:
        try:
            correct, found = misused(node.expression, node.variable, rule_of)
        except NoRuleHereError:
            continue

        def whole(value: sp.Expr, node: D = node) -> sp.Expr:
            return _with(problem, node, value)

        yield from (_candidate(problem, one, node, whole(one.formula)) for one in found)
        yield from _everywhere(problem, node, found)
        yield from _through_inner(problem, node)
        yield from _of_the_function(problem, node, correct)
        yield from _by_others(problem, node, correct)


def _candidate(problem: Problem, found: Misused, asked: D, formula: sp.Expr) -> Candidate:
    slip = found.slip
    swapped = slip.name == "quotient rule" and "swapped" in slip.sentence and found.node == asked.expression
    return Candidate(
        slip.name, slip.sentence, formula, partial(_step, problem, found, asked.variable), foremost=swapped
    )


def _step(problem: Problem, found: Misused, by: sp.Expr) -> tuple[str, str]:
    """Return the correct step and what was written instead; of a sum over everything only the result is told."""
    if found.slip.name == "diagonal only":
        return problem.shown, ""
    return correct_step(found, by, problem.names), shown(contracted(found.slip.value), problem.names)


def _of_the_function(problem: Problem, node: D, correct: sp.Expr) -> Iterator[Candidate]:
    """Yield the function itself; for a sum over entries its term at the entry, for an array its diagonal."""
    function, by = node.expression, node.variable
    forms = [function]
    own = tuple(by.indices) if isinstance(by, sp.Indexed) else ()
    for total in function.atoms(sp.Sum):
        if total not in (function.args if function.is_Mul else (function,)):
            continue
        if len(bound_indices(total)) == len(own):
            for order in permutations(own):
                pairs = list(zip(bound_indices(total), order, strict=True))
                if all(isinstance(i, sp.Idx) and same_range(index, i) for index, i in pairs):
                    body = total.function
                    for index, i in pairs:
                        body = substitute(body, index, i)
                    forms.append(function.xreplace({total: body}))
    for index in sorted(free_indices(function) - set(own), key=str):
        forms += [sp.KroneckerDelta(index, i) * function for i in own if isinstance(i, sp.Idx) and same_range(index, i)]
    sentence = "the function itself stands where its derivative belongs"
    for form in forms:
        yield Candidate(
            "function",
            sentence,
            _with(problem, node, form),
            partial(_told, problem, node, correct, form),
        )


def _with(problem: Problem, node: D, value: sp.Expr) -> sp.Expr:
    """Return what was asked for, with this value for one derivative and every other one carried out."""
    assert problem.asked is not None
    values = {node: value}
    for other in problem.derivatives:
        if other != node:
            values[other] = misused(other.expression, other.variable, rule_of)[0]
    return problem.asked.xreplace(values)


def _everywhere(problem: Problem, node: D, found: list[Misused]) -> Iterator[Candidate]:
    """Yield the same slip made wherever its rule is used, where that is more than once."""
    groups: dict[tuple[str, str], list[Misused]] = {}
    for one in found:
        groups.setdefault(one.slip.kind, []).append(one)
    for (name, sentence), several in groups.items():
        if len({one.node for one in several}) < 2:
            continue
        formula = misused_everywhere(node.expression, node.variable, rule_of, (name, sentence))
        first = several[0]
        yield Candidate(
            name,
            f"{sentence}, every time",
            _with(problem, node, formula),
            partial(_step, problem, first, node.variable),
        )


def _whole_step(problem: Problem, node: D, correct: sp.Expr) -> str:
    """Return the whole derivative; the right formula as it was given, where that is all that is asked for."""
    result = problem.shown if node == problem.asked else shown(correct, problem.names)
    return f"{shown(node, problem.names)} = {result}"


def _told(problem: Problem, node: D, correct: sp.Expr, instead: sp.Expr) -> tuple[str, str]:
    return _whole_step(problem, node, correct), shown(instead, problem.names)


def _through_inner(problem: Problem, node: D) -> Iterator[Candidate]:
    """Yield ∂L/∂u where ∂L/∂u · ∂u/∂x was asked, for an inner function u through which alone L depends on x."""
    by = node.variable
    standing = sp.Dummy("u", real=True)
    for inner in dict.fromkeys(sp.preorder_traversal(node.expression)):
        whole = isinstance(inner, sp.Expr) and inner.args and not isinstance(inner, (sp.Indexed, sp.IndexedBase))
        if not whole or inner in (by, node.expression) or not depends(inner, by) or free_indices(inner):
            continue
        outer = node.expression.xreplace({inner: standing})
        if depends(outer, by):
            continue
        try:
            slope = misused(outer, standing, rule_of)[0].xreplace({standing: inner})
            own = misused(inner, by, rule_of)[0]
        except NoRuleHereError:
            continue
        written = shown(inner, problem.names)
        sentence = f"the derivative of the inner function {written if len(written) <= 40 else 'u'} is forgotten"
        name = "inner derivative"
        derivative = f"{shown(D(inner, by), problem.names)} = {shown(contracted(own), problem.names)}"
        if isinstance(inner, sigma) and inner.args[0] == by:
            name = "prediction for logit"
            sentence = "this is the derivative by the prediction; the one by the logit was asked"
        step = f"∂L/∂u · ∂u/∂x with u = {written}: {derivative}"
        yield Candidate(name, sentence, _with(problem, node, slope), partial(tuple[str, str], (step, "")))


def _by_others(problem: Problem, node: D, correct: sp.Expr) -> Iterator[Candidate]:
    """Yield the derivative by another variable of the function."""
    if isinstance(node.variable, sp.Indexed):
        return
    for other in sorted(node.expression.free_symbols, key=str):
        if type(other) is not sp.Symbol or other == node.variable or not depends(node.expression, other):
            continue
        try:
            value = misused(node.expression, other, rule_of)[0]
        except NoRuleHereError:
            return
        sentence = f"this is the derivative by {shown(other)}, not by {shown(node.variable)}"
        yield Candidate(
            "wrong variable",
            sentence,
            _with(problem, node, value),
            partial(_told, problem, node, correct, value),
        )
