"""Identities of arctan: two functions are equal on an interval when their derivatives are, and one value is.

On each interval between the points where a side may break, the derivative of the difference is proved zero by the
normal form, so the difference is constant there; it is then proved zero at one point. The points between the intervals
are decided by themselves.
"""

from itertools import pairwise

import sympy as sp

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, holds
from checks.identity import prove
from checks.identity.regions import SWITCHES
from checks.verdict import Proof
from derive.domain import Domain

PROCEDURE = "equal derivatives by the normal form on each interval, and one equal value in each"
_NOT_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo)
_BREAKS = 8


def equal_by_derivative(  # noqa: PLR0911 - one for each thing that may stand in the way
    left: sp.Expr, right: sp.Expr, domain: Domain
) -> Proof | None:
    """Return a proof that two formulas in one symbol are equal where both are defined, or None."""
    difference = left - right
    symbols = [symbol for symbol in difference.free_symbols if symbol.is_Symbol]
    if len(symbols) != 1 or not difference.has(sp.atan) or symbols[0].is_integer:
        return None
    (x,) = symbols
    if any(condition.free_symbols - {x} for condition in domain.conditions if condition.has(x)):
        return None
    values = domain.range_of(x)
    breaks = _breaks(difference, x, domain)
    if not isinstance(values, sp.Interval) and values != sp.S.Reals:
        return None
    if breaks is None or len(breaks) > _BREAKS:
        return None
    low, high = (values.start, values.end) if isinstance(values, sp.Interval) else (-sp.oo, sp.oo)
    inner = [point for point in breaks if (point > low) == sp.true and (point < high) == sp.true]
    edges = [low, *inner, high]
    shown = 0
    for start, end in pairwise(edges):
        middle = _middle(start, end)
        inside = _inside(domain, x, middle)
        if inside is None:
            return None
        if inside:
            if not _constant_zero(difference, x, start, end, middle):
                return None
            shown += 1
    closed = [low] * (low.is_finite is True) + inner + [high] * (high.is_finite is True)
    for point in closed:
        value = difference.subs(x, point)
        outside = values.contains(point) != sp.true
        if (
            outside
            or value.has(*_NOT_NUMBERS, sp.AccumBounds)
            or not all(c.subs(x, point) == sp.true for c in domain.conditions if c.has(x))
        ):
            continue
        if prove(value, sp.S.Zero, Domain())[0] is None:
            return None
    return Proof(procedure=PROCEDURE, domain=domain.describe([x]), regions=max(shown, 1)) if shown else None


def _breaks(  # noqa: PLR0912 - one for each kind of node
    difference: sp.Expr, x: sp.Symbol, domain: Domain
) -> list[sp.Expr] | None:
    """Return the points outside which the difference is differentiable, or None where they are not known."""
    wanted: list[sp.Expr] = []
    for node in sp.preorder_traversal(difference):
        if not isinstance(node, sp.Expr) or not node.has(x):
            continue
        if node.is_Pow and not (node.exp.is_Integer and node.exp > 0):
            if not node.exp.is_Rational:
                if node.base is not sp.E:
                    return None
            else:
                wanted.append(node.base)
        elif isinstance(node, sp.log):
            wanted.append(node.args[0])
        elif isinstance(node, SWITCHES):
            if not isinstance(node, (sp.sign, sp.Abs)):
                return None
            wanted.append(node.args[0])
        elif not (node.is_Symbol or node.is_Add or node.is_Mul or node.is_Pow or isinstance(node, (sp.atan, sp.exp))):
            return None
    for condition in domain.conditions:
        if condition.has(x):
            if not isinstance(condition, sp.core.relational.Relational):
                return None
            wanted.append(condition.lhs - condition.rhs)
    found: set[sp.Expr] = set()
    for expression in wanted:
        roots = _zeros(expression, x)
        if roots is None:
            return None
        found |= roots
    return sorted(found)


def _zeros(expression: sp.Expr, x: sp.Symbol) -> set[sp.Expr] | None:  # noqa: PLR0911 - one for each kind
    """Return the real zeros and poles of a formula of which the root is rational; None where they are not known."""
    if expression.is_Pow and expression.exp.is_Rational:
        return _zeros(expression.base, x)
    if isinstance(expression, sp.Abs):
        return _zeros(expression.args[0], x)
    if expression.is_Add and any(term.is_Pow and term.exp == sp.Rational(1, 2) for term in expression.args):
        rest = expression - sum(term for term in expression.args if term.is_Pow and term.exp == sp.Rational(1, 2))
        return set() if rest.is_positive else None  # 1 + √u is never zero
    together = sp.together(expression)
    numerator, denominator = sp.fraction(together)
    found: set[sp.Expr] = set()
    for part in (numerator, denominator):
        if not part.has(x):
            continue
        if not part.is_polynomial(x):
            return None
        poly = sp.Poly(part, x)
        if poly.domain not in (sp.ZZ, sp.QQ) or poly.degree() > 4:
            return None
        real = poly.real_roots(multiple=False)
        if not all(root.is_Rational for root, _ in real):
            return None
        found |= {root for root, _ in real}
    return found


def _middle(start: sp.Expr, end: sp.Expr) -> sp.Expr:
    if start == -sp.oo and end == sp.oo:
        return sp.S.Zero
    if start == -sp.oo:
        return end - 1
    if end == sp.oo:
        return start + 1
    return (start + end) / 2


def _inside(domain: Domain, x: sp.Symbol, point: sp.Expr) -> bool | None:
    from flint import fmpq

    try:
        return all(
            holds(condition, {x: fmpq(int(point.p), int(point.q))})
            for condition in domain.conditions
            if condition.has(x)
        )
    except UndefinedHereError:
        return False
    except (UnknownHereError, NotEvaluableError, AttributeError):
        return None


def _constant_zero(difference: sp.Expr, x: sp.Symbol, start: sp.Expr, end: sp.Expr, middle: sp.Expr) -> bool:
    """Prove the difference zero on the open interval: zero derivative, and zero at one of a few points in it."""
    settled = difference.replace(
        lambda node: isinstance(node, (sp.sign, sp.Abs)),
        lambda node: _settled(node, x, middle),
    )
    region = Domain({x: sp.Interval.open(start, end)})
    if prove(sp.diff(settled, x), sp.S.Zero, region)[0] is None:
        return False
    inside = sp.Interval.open(start, end)
    for candidate in (middle, *map(sp.sympify, (0, 1, -1, 2, -2, sp.Rational(1, 2), -sp.Rational(1, 2)))):
        if inside.contains(candidate) == sp.true:
            value = settled.subs(x, candidate)
            if not value.has(*_NOT_NUMBERS, sp.AccumBounds) and prove(value, sp.S.Zero, Domain())[0] is not None:
                return True
    return False


def _settled(node: sp.Expr, x: sp.Symbol, middle: sp.Expr) -> sp.Expr:
    argument = node.args[0]
    value = argument.subs(x, middle)
    order = 1 if value.is_positive else -1
    return sp.Integer(order) if isinstance(node, sp.sign) else order * argument
