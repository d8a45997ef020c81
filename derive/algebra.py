"""Lead a derived expression to its textbook form by named steps: factor, multiply out, cancel, recognise σ.

There is no step called "simplify". Each move is one thing that a teacher would say, applied to the whole expression; a
short search from both ends finds a chain of moves that meets in the middle. Moves are proposals only: every step of a
finished derivation is decided alone by the checks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy as sp

from derive.derivation import Step
from derive.functions import sigma

DEPTH = 3
SIZE_LIMIT = 400


@dataclass(frozen=True)
class Move:
    """A rewriting with its name in this direction and in the other."""

    name: str
    back: str
    apply: Callable[[sp.Expr], sp.Expr]
    note: str = ""


class NoChainError(ValueError):
    """No short chain of named steps leads from the one expression to the other."""


def chain(start: sp.Expr, goal: sp.Expr) -> list[Step]:
    """Return the shortest chain of named moves that was found from start to goal; empty when they are the same.

    Raises
    ------
    NoChainError
        None was found within the depth of the search.
    """
    if start == goal:
        return []
    ahead: dict[sp.Expr, list[Step]] = {start: []}
    behind: dict[sp.Expr, list[Step]] = {goal: []}
    fronts = ([start], [goal])
    for _ in range(DEPTH):
        for forward, known, other in ((True, ahead, behind), (False, behind, ahead)):
            front = fronts[0] if forward else fronts[1]
            reached = []
            for here in front:
                for move, there in _moves(here):
                    if there in known:
                        continue
                    step = (
                        Step(before=here, rule=move.name, after=there, note=move.note)
                        if forward
                        else Step(before=there, rule=move.back, after=here, note=move.note)
                    )
                    known[there] = [*known[here], step] if forward else [step, *known[here]]
                    reached.append(there)
                    if there in other:
                        return _shorter([*ahead[there], *behind[there]])
            front[:] = reached
    raise NoChainError(f"no chain of named steps leads from {start} to {goal}")


def _shorter(steps: list[Step]) -> list[Step]:
    """Say "collect terms" where a chain only went to and fro between two groupings of the same terms."""
    start, goal = steps[0].before, steps[-1].after
    if len(steps) > 1 and sp.expand(start) == sp.expand(goal):
        return [Step(before=start, rule="collect terms", after=goal)]
    return steps


def tidied(expression: sp.Expr) -> list[Step]:
    """Return steps that make a result shorter: recognise σ where it stands in exponentials, factor or cancel."""
    steps = _recognised(expression)
    current = steps[-1].after if steps else expression
    best: tuple[int, Move, sp.Expr] | None = None
    for move in MOVES:
        if move.name not in ("cancel", "factor", "factor the numerator"):
            continue
        candidate = move.apply(current)
        length = int(candidate.count_ops())
        if length < int(current.count_ops()) and (best is None or length < best[0]):
            best = (length, move, candidate)
    return steps if best is None else [*steps, Step(before=current, rule=best[1].name, after=best[2])]


def _recognised(expression: sp.Expr) -> list[Step]:
    """Return the steps that turn e^(−u)/(1 + e^(−u))² into σ(u)(1 − σ(u)); none where exponentials are left over."""
    steps: list[Step] = []
    current = expression
    for move in (move for move in MOVES if move.name in ("recognise σ", "symmetry of σ")):
        after = move.apply(current)
        if after != current:
            steps.append(Step(before=current, rule=move.name, after=after, note=move.note))
            current = after
    shorter = not current.has(sp.exp) and current.count_ops() <= expression.count_ops()
    return steps if steps and shorter else []


def _moves(expression: sp.Expr) -> Iterator[tuple[Move, sp.Expr]]:
    for move in MOVES:
        result = move.apply(expression)
        if result != expression and result.count_ops() < SIZE_LIMIT:
            yield move, result


def _cancel(expression: sp.Expr) -> sp.Expr:
    """(f u)/(f v) = u/v, for a fraction whose two sides share a factor."""
    numerator, denominator = sp.fraction(expression)
    if denominator == 1 or expression.is_Add:
        return expression
    common = sp.gcd(numerator, denominator)
    return expression if common == 1 else sp.cancel(numerator / common) / sp.cancel(denominator / common)


def _multiply_out(expression: sp.Expr) -> sp.Expr:
    return expression if sp.fraction(expression)[1] != 1 else sp.expand(expression)


def _factor(expression: sp.Expr) -> sp.Expr:
    return expression if sp.fraction(expression)[1] != 1 else sp.factor(expression)


def _multiply_out_numerator(expression: sp.Expr) -> sp.Expr:
    numerator, denominator = sp.fraction(expression)
    return expression if denominator == 1 else sp.expand(numerator) / denominator


def _factor_numerator(expression: sp.Expr) -> sp.Expr:
    numerator, denominator = sp.fraction(expression)
    return expression if denominator == 1 else sp.factor(numerator) / denominator


def _factor_denominator(expression: sp.Expr) -> sp.Expr:
    numerator, denominator = sp.fraction(expression)
    return expression if denominator == 1 else numerator / sp.factor(denominator)


def _common_denominator(expression: sp.Expr) -> sp.Expr:
    """u/a + v/b = (u b + v a)/(a b)."""
    if not expression.is_Add or all(sp.fraction(term)[1] == 1 for term in expression.args):
        return expression
    return sp.together(expression)


def _split_fraction(expression: sp.Expr) -> sp.Expr:
    """(u + v)/a = u/a + v/a."""
    numerator, denominator = sp.fraction(expression)
    if denominator == 1 or not numerator.is_Add:
        return expression
    return sp.Add(*(term / denominator for term in numerator.args))


def _recognise_sigma(expression: sp.Expr) -> sp.Expr:
    """1 + e^(−u) = 1/σ(u)."""
    known = {}
    for power in expression.atoms(sp.exp):
        known[1 + power] = 1 / sigma(-power.exp)
    return expression.xreplace(known)


def _exponential_by_sigma(expression: sp.Expr) -> sp.Expr:
    """e^(−u) = (1 − σ(u))/σ(u), where σ(u) stands in the expression already."""
    seen = expression.atoms(sigma)
    known = {
        power: (1 - sigma(-power.exp)) / sigma(-power.exp)
        for power in expression.atoms(sp.exp)
        if sigma(-power.exp) in seen
    }
    return expression.xreplace(known)


def _mirror_sigma(expression: sp.Expr) -> sp.Expr:
    """σ(−u) = 1 − σ(u), for arguments that begin with a minus sign."""
    known = {
        node: 1 - sigma(-node.args[0]) for node in expression.atoms(sigma) if node.args[0].could_extract_minus_sign()
    }
    return expression.xreplace(known)


def _insert_tangent(expression: sp.Expr) -> sp.Expr:
    """With tan u = sin u / cos u."""
    return expression.xreplace({node: sp.sin(node.args[0]) / sp.cos(node.args[0]) for node in expression.atoms(sp.tan)})


def _recognise_tanh(expression: sp.Expr) -> sp.Expr:
    """With sinh u / cosh u = tanh u."""
    known = {node: sp.tanh(node.args[0]) * sp.cosh(node.args[0]) for node in expression.atoms(sp.sinh)}
    return expression.xreplace(known)


def _hyperbolic_pythagoras(expression: sp.Expr) -> sp.Expr:
    """cosh² u − sinh² u = 1."""
    known = {sp.sinh(node.args[0]) ** 2: sp.cosh(node.args[0]) ** 2 - 1 for node in expression.atoms(sp.sinh)}
    return expression.xreplace(known)


def _circular_pythagoras(expression: sp.Expr) -> sp.Expr:
    """sin² u + cos² u = 1."""
    known = {sp.sin(node.args[0]) ** 2: 1 - sp.cos(node.args[0]) ** 2 for node in expression.atoms(sp.sin)}
    return expression.xreplace(known)


MOVES = (
    Move("cancel", "extend the fraction", _cancel),
    Move("split the fraction", "common denominator", _split_fraction),
    Move("common denominator", "split the fraction", _common_denominator),
    Move("multiply out", "factor", _multiply_out),
    Move("factor", "multiply out", _factor),
    Move("multiply out the numerator", "factor the numerator", _multiply_out_numerator),
    Move("factor the numerator", "multiply out the numerator", _factor_numerator),
    Move("factor the denominator", "multiply out the denominator", _factor_denominator),
    Move("recognise σ", "insert the definition of σ", _recognise_sigma, "σ(u) = 1/(1 + e^(−u))"),
    Move("recognise σ", "insert the definition of σ", _exponential_by_sigma, "e^(−u) = (1 − σ(u))/σ(u)"),
    Move("symmetry of σ", "symmetry of σ", _mirror_sigma, "σ(−u) = 1 − σ(u)"),
    Move("insert the tangent", "recognise the tangent", _insert_tangent, "tan u = sin u / cos u"),
    Move("recognise tanh", "insert the definition of tanh", _recognise_tanh, "tanh u = sinh u / cosh u"),
    Move("hyperbolic identity", "hyperbolic identity", _hyperbolic_pythagoras, "cosh² u − sinh² u = 1"),
    Move("trigonometric identity", "trigonometric identity", _circular_pythagoras, "sin² u + cos² u = 1"),
)
