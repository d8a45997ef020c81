"""Differentiate step by step: one rule at a time, the outermost derivative first, until no ∂ is left."""

from collections.abc import Callable, Sequence

import sympy as sp

from derive import rules
from derive.algebra import chain
from derive.derivation import D, Derivation, Step
from derive.indices import bound_indices, length, same_range, substitute, with_fresh_bounds

Finish = Callable[[sp.Expr, sp.Expr], list[Step]]

STEP_LIMIT = 400
NODE_LIMIT = 20_000
DEPTH_LIMIT = 60


def differentiate(expression: sp.Expr, variable: sp.Expr) -> list[Step]:
    """Return the steps from ∂expression/∂variable to a form without ∂, with all deltas contracted.

    Parameters
    ----------
    expression:
        A scalar formula, or one in index notation.
    variable:
        A symbol, or an entry X[p, q] with indices that do not stand in the expression.

    Raises
    ------
    NoRuleError
        Something in the formula has no rule.
    ValueError
        The formula is nested too deep, or the derivation or an expression in it is longer than the limit.
    """
    if _depth(expression) > DEPTH_LIMIT:
        raise ValueError(f"the formula is nested more than {DEPTH_LIMIT} deep")
    steps: list[Step] = []
    current: sp.Expr = D(expression, variable)
    while True:
        step = _next_derivative(current) or _next_contraction(current)
        if step is None:
            return steps
        steps.append(step)
        current = step.after
        if len(steps) > STEP_LIMIT:
            raise ValueError(f"the derivation takes more than {STEP_LIMIT} steps")


def _depth(expression: sp.Expr) -> int:
    """Return how deep a formula is nested, without recursion: a hostile one may be deeper than Python's stack."""
    deepest, waiting = 0, [(expression, 1)]
    while waiting and deepest <= DEPTH_LIMIT:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting.extend((argument, depth + 1) for argument in node.args)
    return deepest


def _next_derivative(current: sp.Expr) -> Step | None:
    nodes = []
    for count, node in enumerate(sp.preorder_traversal(current)):
        if count > NODE_LIMIT:
            raise ValueError(f"an expression of the derivation has more than {NODE_LIMIT:,} parts")
        if isinstance(node, D):
            nodes.append(node)
    if not nodes:
        return None
    # Constants and the variable itself all go at once: nobody writes a line for each zero.
    trivial = {}
    for node in nodes:
        outcome = rules.constant(node.expression, node.variable) or rules.variable(node.expression, node.variable)
        if outcome is not None:
            trivial[node] = outcome
    if trivial:
        names = dict.fromkeys(outcome.rule for outcome in trivial.values())
        after = current.xreplace({node: outcome.after for node, outcome in trivial.items()})
        return Step(before=current, rule=" and ".join(names), after=after)
    outcome = rules.apply(nodes[0])
    return Step(before=current, rule=outcome.rule, after=current.xreplace({nodes[0]: outcome.after}), note=outcome.note)


def _next_contraction(current: sp.Expr) -> Step | None:
    """Contract a delta where one meets its index, innermost sums first; else bring one there."""
    sums = [
        node for node in sp.postorder_traversal(current) if isinstance(node, sp.Sum) and node.has(sp.KroneckerDelta)
    ]
    for rewrites in ((_contract,), (_split_sum, _merge_sums)):
        for node in sums:
            for rewrite in rewrites:
                after = rewrite(node)
                if after is not None:
                    replaced, rule, note = after
                    return Step(before=current, rule=rule, after=current.xreplace({node: replaced}), note=note)
    return None


Rewritten = tuple[sp.Expr, str, str] | None


def _split_sum(node: sp.Sum) -> Rewritten:
    """Σ (u + v) = Σ u + Σ v, and a factor that does not depend on the index goes in front."""
    body = sp.expand(node.function)
    if body.is_Add:
        return sp.Add(*(sp.Sum(term, *node.limits) for term in body.args)), "split the sum", ""
    return None


def _contract(node: sp.Sum) -> Rewritten:
    """Σ_k δ_kp f(k) = f(p) when k and p run over the same range."""
    factors = sp.Mul.make_args(node.function)
    bound = bound_indices(node)
    for factor in factors:
        if not isinstance(factor, sp.KroneckerDelta):
            continue
        for eliminated, kept in (factor.args, factor.args[::-1]):
            if eliminated in bound and isinstance(kept, sp.Idx) and same_range(eliminated, kept):
                body = substitute(node.function / factor, eliminated, kept)
                limits = [limit for limit in node.limits if limit[0] != eliminated]
                result = sp.Sum(body, *limits) if limits else body
                return result, "Kronecker contraction", f"only {eliminated} = {kept} remains"
    return None


def _merge_sums(node: sp.Sum) -> Rewritten:
    """Σ_k a_k Σ_j b_kj = Σ_kj a_k b_kj, so that a delta of an inner sum meets its index; idle indices are counted."""
    factors = sp.Mul.make_args(node.function)
    for factor in factors:
        if isinstance(factor, sp.Sum) and factor.has(sp.KroneckerDelta):
            rest = node.function / factor
            factor = with_fresh_bounds(factor, rest.free_symbols | set(bound_indices(node)))  # noqa: PLW2901
            body = rest * factor.function
            return sp.Sum(body, *factor.limits, *node.limits), "write as one sum", ""
    idle = [index for index in bound_indices(node) if index not in node.function.free_symbols]
    if idle:
        limits = [limit for limit in node.limits if limit[0] not in idle]
        count = sp.Mul(*(length(index) for index in idle))
        return count * (sp.Sum(node.function, *limits) if limits else node.function), "count equal terms", ""
    return None


def derivation(
    name: str,
    label: str,
    expression: sp.Expr,
    variable: sp.Expr,
    textbook: sp.Expr,
    *,
    prepared: Sequence[Step] = (),
    finish: Finish = chain,
) -> Derivation:
    """Return the whole chain from ∂expression/∂variable to the textbook form.

    Parameters
    ----------
    name, label:
        What is derived, for code and for a left-hand side.
    expression, variable:
        As for `differentiate`.
    textbook:
        The form to arrive at.
    prepared:
        Steps that come first, on the expression before it is differentiated.
    finish:
        Finds the named steps from what the rules gave to the textbook form.

    Raises
    ------
    NoRuleError, NoChainError
        A function has no rule; no named steps lead to the textbook form.
    """
    steps = [*prepared, *differentiate(expression, variable)]
    return Derivation(name=name, label=label, steps=(*steps, *finish(steps[-1].after, textbook)))
