"""From a derived index expression to its textbook form: take factors out, use Σ y = 1, collect and rename sums."""

import sympy as sp

from derive.algebra import NoChainError, chain
from derive.derivation import Step
from derive.indices import bound_indices, canonical


def finish(start: sp.Expr, goal: sp.Expr, conditions: tuple[sp.Eq, ...] = ()) -> list[Step]:
    """Return named steps from a derived index expression to its textbook form.

    Parameters
    ----------
    start, goal:
        Formulas in index notation, without ∂.
    conditions:
        Equations such as Σ_k Y[p, k] = 1, whose left side may be replaced; the step says which it used.

    Raises
    ------
    NoChainError
        No short chain of named steps was found.
    """
    steps: list[Step] = []
    current = start
    outside = taken_out(current)
    for condition in conditions:
        used = _replaced(outside, condition)
        if used == outside:
            continue
        if outside != current:
            steps.append(Step(before=current, rule="take constant factors out of the sum", after=outside))
        steps.append(Step(before=outside, rule="use the condition", after=used, condition=condition))
        current = outside = used
    if current == goal:
        return steps
    summed = current.has(sp.Sum) or goal.has(sp.Sum)
    if summed and canonical(current) == canonical(goal):
        same = _sums(current) == _sums(goal)
        rule = "rename the summed indices" if same else "linearity of the sum"
        return [*steps, Step(before=current, rule=rule, after=goal)]
    try:
        return [*steps, *_algebra(current, goal)]
    except NoChainError:
        if sp.expand(canonical(current)) == sp.expand(canonical(goal)):
            return [*steps, Step(before=current, rule="linearity of the sum", after=goal)]
        outside = taken_out(current)
        if outside == current:
            raise
        steps.append(Step(before=current, rule="take constant factors out of the sum", after=outside))
        return [*steps, *_algebra(outside, taken_out(goal)), *_put_back(taken_out(goal), goal)]


def _put_back(outside: sp.Expr, goal: sp.Expr) -> list[Step]:
    return [] if outside == goal else [Step(before=outside, rule="put constant factors into the sum", after=goal)]


def taken_out(expression: sp.Expr) -> sp.Expr:
    """Write Σ_k c f(k) as c Σ_k f(k) throughout."""
    if not expression.args or isinstance(expression, (sp.Indexed, sp.Idx)):
        return expression
    if isinstance(expression, sp.Sum):
        body = taken_out(expression.function)
        bound = set(bound_indices(expression))
        constant = [factor for factor in sp.Mul.make_args(body) if not factor.free_symbols & bound]
        rest = [factor for factor in sp.Mul.make_args(body) if factor.free_symbols & bound]
        return sp.Mul(*constant) * sp.Sum(sp.Mul(*rest), *expression.limits)
    return expression.func(*(taken_out(argument) for argument in expression.args))


def _replaced(expression: sp.Expr, condition: sp.Eq) -> sp.Expr:
    wanted = canonical(condition.lhs)
    return expression.replace(
        lambda node: isinstance(node, sp.Sum) and canonical(node) == wanted, lambda node: condition.rhs
    )


def _sums(expression: sp.Expr) -> int:
    """Count the sums and the terms under them: renaming and reordering change neither."""
    return sum(
        1 + len(sp.Add.make_args(node.function))
        for node in sp.preorder_traversal(expression)
        if isinstance(node, sp.Sum)
    )


def _algebra(start: sp.Expr, goal: sp.Expr) -> list[Step]:
    """Find the algebra with each whole sum as one letter, the same letter for sums that differ by names only."""
    letters: dict[sp.Expr, sp.Symbol] = {}
    shown: dict[sp.Symbol, sp.Expr] = {}

    def letter(node: sp.Expr) -> sp.Symbol:
        key = canonical(node)
        if key not in letters:
            letters[key] = sp.Symbol(f"Σ{len(letters)}", real=True, positive=node.is_positive)
        shown[letters[key]] = node  # the goal is masked last: its names are the ones that are shown
        return letters[key]

    masked = [_masked(side, letter) for side in (start, goal)]
    found = chain(*masked)
    if not found:
        return [Step(before=start, rule="rename the summed indices", after=goal)]
    steps = [
        Step(before=step.before.xreplace(shown), rule=step.rule, after=step.after.xreplace(shown), note=step.note)
        for step in found
    ]
    if steps[0].before != start:
        steps.insert(0, Step(before=start, rule="rename the summed indices", after=steps[0].before))
    return steps


def _masked(expression: sp.Expr, letter: object) -> sp.Expr:
    if isinstance(expression, sp.Sum):
        return letter(expression)  # type: ignore[operator]
    if not expression.args or isinstance(expression, sp.Indexed):
        return expression
    return expression.func(*(_masked(argument, letter) for argument in expression.args))
