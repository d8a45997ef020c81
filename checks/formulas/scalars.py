"""Formulas of numbers: proved where both are defined, refuted at a point, with the traps of the domain told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sympy as sp
from flint import fmpq

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, enclose, holds
from checks.formulas.constants import equal_by_derivative
from checks.formulas.shown import in_words
from checks.identity import prove, refute
from checks.identity.normal_form import NormalForm
from checks.identity.points import Point, points
from checks.identity.regions import BorderError, zeros
from checks.identity.size import small
from checks.identity.stand_ins import stand_ins_for, with_stand_ins
from checks.verdict import Attempt, Proof, Status, Verdict
from derive.domain import Domain

WITNESSES = 48
SEED = 20260101
CLOSED_LIMIT = 6
_NOT_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo)

Needs = Sequence[sp.Basic]


def decide(left: sp.Expr, right: sp.Expr, domain: Domain, needs: tuple[Needs, Needs] = ((), ())) -> Verdict:
    """Decide whether two formulas are equal in the domain.

    Parameters
    ----------
    left, right:
        Real formulas in scalar symbols.
    domain:
        Where the symbols may lie.
    needs:
        For each side the conditions under which it is defined as it was typed.

    Returns
    -------
    Verdict
        `proved` where both sides are defined, and what is left out is listed. Where one side is defined on a part of
        the domain on which the other is not, as with ln x² and 2 ln x, the verdict is `undecided`: they agree where
        they can be compared, and are different functions all the same.
    """
    kinked = any(side.has(sp.Derivative) for side in (left, right))
    left, right = (rewritten(side) for side in (left, right))
    needs = (_rewritten_all(needs[0]), _rewritten_all(needs[1]))
    left, right, domain, needs = _without_equations(left, right, domain, needs)
    tight = tightened(domain, ())
    needs = (_not_implied(needs[0], tight), _not_implied(needs[1], tight))
    both = tightened(domain, (*needs[0], *needs[1]))
    proof, obstacle = _proved(left, right, both, borders=not kinked)
    if proof is None:
        if any(side.has(*_NOT_NUMBERS) for side in (left, right)):
            return _undecided(obstacle, "a side is not defined in the domain")
        verdict = refute(left, right, both, borders=not kinked, obstacle=obstacle)
        if verdict.status is Status.REFUTED:
            return verdict
        proof = equal_by_derivative(left, right, both)
        if proof is None:
            return verdict
    return _where_defined(left, right, domain, both, needs, proof)


def rewritten(formula: sp.Expr) -> sp.Expr:
    """Carry derivatives out, and write arcsin, arccos, arsinh, arcosh and artanh by arctan, logarithms and roots."""
    if formula.has(sp.Derivative):
        formula = formula.replace(
            lambda node: isinstance(node, sp.Derivative), lambda node: sp.diff(_by_cases(node.expr), *node.variables)
        )
    if not formula.has(sp.asin, sp.acos, sp.asinh, sp.acosh, sp.atanh):
        return formula
    rules = {
        sp.asin: lambda u: 2 * sp.atan(u / (1 + sp.sqrt(1 - u**2))),
        sp.acos: lambda u: sp.pi / 2 - 2 * sp.atan(u / (1 + sp.sqrt(1 - u**2))),
        sp.asinh: lambda u: sp.log(u + sp.sqrt(u**2 + 1)),
        sp.acosh: lambda u: sp.log(u + sp.sqrt(u**2 - 1)),
        sp.atanh: lambda u: (sp.log(1 + u) - sp.log(1 - u)) / 2,
    }
    return formula.replace(lambda node: node.func in rules, lambda node: rules[node.func](*node.args))


def _by_cases(formula: sp.Expr) -> sp.Expr:
    """Write max, min and |u| as cases, which SymPy differentiates branch by branch."""
    formula = formula.replace(
        lambda node: isinstance(node, (sp.Max, sp.Min)) and len(node.args) == 2,
        lambda node: sp.Piecewise(
            (node.args[0], node.args[0] > node.args[1] if isinstance(node, sp.Max) else node.args[0] < node.args[1]),
            (node.args[1], True),
        ),
    )
    return formula.replace(
        lambda node: isinstance(node, sp.Abs),
        lambda node: sp.Piecewise((node.args[0], node.args[0] > 0), (-node.args[0], True)),
    )


def _rewritten_all(conditions: Needs) -> tuple[sp.Basic, ...]:
    return tuple(map(_rewritten_condition, conditions))


def _rewritten_condition(condition: sp.Basic) -> sp.Basic:
    if not condition.has(sp.Derivative, sp.asin, sp.acos, sp.asinh, sp.acosh, sp.atanh):
        return condition
    return condition.replace(lambda node: isinstance(node, sp.Expr) and not node.is_Atom, rewritten)


def _not_implied(needs: Needs, domain: Domain) -> tuple[sp.Basic, ...]:
    """Leave out conditions that hold everywhere in the domain."""
    facts = domain.positive_facts()
    if not facts or not needs:
        return tuple(needs)
    form = NormalForm(facts)
    kept = []
    for need in needs:
        if isinstance(need, (sp.Gt, sp.Ge)):
            signs = [need.rhs - need.lhs]
        elif isinstance(need, (sp.Lt, sp.Le)):
            signs = [need.lhs - need.rhs]
        elif isinstance(need, sp.Ne):
            signs = [need.lhs - need.rhs, need.rhs - need.lhs]
        else:
            signs = []
        if not form.contradictory(signs):
            kept.append(need)
    return tuple(kept)


# -- the domain ------------------------------------------------------------------------------------


def _without_equations(
    left: sp.Expr, right: sp.Expr, domain: Domain, needs: tuple[Needs, Needs]
) -> tuple[sp.Expr, sp.Expr, Domain, tuple[Needs, Needs]]:
    """Use given equations such as p + q = 1: solve each for one symbol and put the value in everywhere."""
    for equation in [condition for condition in domain.conditions if isinstance(condition, sp.Eq)]:
        current = next((c for c in domain.conditions if isinstance(c, sp.Eq)), None)
        if current is None:
            break
        solved = _solved(current.lhs - current.rhs)
        if solved is None:
            continue
        symbol, value = solved
        others = tuple(c.subs(symbol, value) for c in domain.conditions if c is not current)
        ranges = {other: values for other, values in domain.ranges.items() if other != symbol}
        domain = Domain(
            ranges, tuple(c for c in (*others, *_membership(value, domain.range_of(symbol))) if c != sp.true)
        )
        left, right = left.subs(symbol, value), right.subs(symbol, value)
        needs = tuple(tuple(c.subs(symbol, value) for c in side) for side in needs)  # type: ignore[assignment]
        del equation
    return left, right, domain, needs


def _solved(difference: sp.Expr) -> tuple[sp.Symbol, sp.Expr] | None:
    for symbol in sorted(difference.free_symbols, key=lambda s: s.name, reverse=True):
        slope = sp.diff(difference, symbol)
        if slope.is_Rational and slope != 0 and not symbol.is_integer:
            return symbol, sp.expand(symbol - difference / slope)
    return None


def _membership(value: sp.Expr, values: sp.Set) -> list[sp.Basic]:
    if isinstance(values, sp.Interval):
        found: list[sp.Basic] = []
        if values.start.is_finite:
            found.append((sp.Gt if values.left_open else sp.Ge)(value, values.start))
        if values.end.is_finite:
            found.append((sp.Lt if values.right_open else sp.Le)(value, values.end))
        return found
    if isinstance(values, sp.FiniteSet):
        return [sp.Or(*(sp.Eq(value, member) for member in values))]
    return []


def tightened(domain: Domain, conditions: Sequence[sp.Basic]) -> Domain:
    """Return the domain in which conditions hold too; a bound of one symbol narrows its range."""
    ranges = dict(domain.ranges)
    rest: list[sp.Basic] = []
    waiting = [
        part for condition in conditions for part in (condition.args if isinstance(condition, sp.And) else (condition,))
    ]
    for condition in waiting:
        bound = _bound(condition)
        if bound is None:
            if condition != sp.true:
                rest.append(condition)
            continue
        symbol, values = bound
        before = ranges.get(symbol) or domain.range_of(symbol)
        if not isinstance(before, sp.Interval):
            rest.append(condition)
            continue
        narrowed = before.intersect(values)
        if isinstance(narrowed, sp.Interval):
            ranges[symbol] = narrowed
        else:
            rest.append(condition)
    for symbol, values in ranges.items():  # 1 < x says that x is positive too
        if isinstance(values, sp.Interval) and values.start.is_finite and values.start >= 0:
            rest.append(sp.Gt(symbol, 0) if values.left_open or values.start > 0 else sp.true)
        if isinstance(values, sp.Interval) and values.end.is_finite and values.end <= 0:
            rest.append(sp.Lt(symbol, 0) if values.right_open or values.end < 0 else sp.true)
    return Domain(ranges, (*domain.conditions, *(c for c in dict.fromkeys(rest) if c != sp.true)))


def _bound(condition: sp.Basic) -> tuple[sp.Symbol, sp.Set] | None:
    if not isinstance(condition, (sp.Gt, sp.Ge, sp.Lt, sp.Le)):
        return None
    less, more = (
        (condition.lhs, condition.rhs) if isinstance(condition, (sp.Lt, sp.Le)) else (condition.rhs, condition.lhs)
    )
    strict = isinstance(condition, (sp.Lt, sp.Gt))
    if not small(more - less):
        return None
    difference = sp.expand(more - less)  # > 0
    if len(difference.free_symbols) != 1:
        return None
    (symbol,) = difference.free_symbols
    slope = difference.coeff(symbol, 1)
    rest = sp.expand(difference - slope * symbol)
    if not (slope.is_Rational and rest.is_Rational and slope != 0):
        return None
    edge = -rest / slope
    return symbol, sp.Interval(edge, sp.oo, strict, True) if slope > 0 else sp.Interval(-sp.oo, edge, True, strict)


# -- proving, the borders of closed conditions one by one -------------------------------------------


def _proved(  # noqa: PLR0911 - one for each thing that may stand in the way
    left: sp.Expr, right: sp.Expr, domain: Domain, *, borders: bool, depth: int = 0
) -> tuple[Proof | None, str]:
    if left.has(*_NOT_NUMBERS) or right.has(*_NOT_NUMBERS):
        return None, "a side is not defined"
    if left == right:
        return Proof(procedure="both are one expression", domain=domain.describe(_symbols(left, right))), ""
    proof, obstacle = prove(left, right, domain, borders=borders)
    if proof is not None:
        return proof, obstacle
    edges = _edges(domain, left, right)
    if not edges or depth > 3 or len(edges) > CLOSED_LIMIT:
        return None, obstacle
    inside = _opened(domain)
    proof, obstacle = prove(left, right, inside, borders=borders)
    if proof is None:
        return None, obstacle
    conditions: list[str] = list(proof.conditions)
    for edge in edges:
        try:
            borders_of = zeros(edge)
        except (BorderError, sp.PolynomialError):
            return None, f"the border {edge} = 0 could not be written down"
        for symbol, value in borders_of:
            at = _on(domain, symbol, value)
            first, second = left.subs(symbol, value), right.subs(symbol, value)
            if first.has(*_NOT_NUMBERS) or second.has(*_NOT_NUMBERS):
                continue  # a side is not defined there
            on_border, obstacle = _proved(first, second, at, borders=borders, depth=depth + 1)
            if on_border is None:
                return None, obstacle
            conditions += on_border.conditions
    return replace(proof, conditions=tuple(dict.fromkeys(conditions)), regions=proof.regions + len(edges)), ""


def _edges(domain: Domain, left: sp.Expr, right: sp.Expr) -> list[sp.Expr]:
    """Return the expressions that may be zero or positive in the domain."""
    symbols = left.free_symbols | right.free_symbols
    found: dict[sp.Expr, None] = {}
    for symbol in sorted(symbols, key=lambda s: s.name):
        values = domain.range_of(symbol)
        if isinstance(values, sp.Interval):
            if values.start.is_Rational and not values.left_open:
                found[symbol - values.start] = None
            if values.end.is_Rational and not values.right_open:
                found[values.end - symbol] = None
    for condition in domain.conditions:
        if isinstance(condition, sp.Ge):
            found[condition.lhs - condition.rhs] = None
        elif isinstance(condition, sp.Le):
            found[condition.rhs - condition.lhs] = None
    return list(found)


def _opened(domain: Domain) -> Domain:
    strict = {sp.Ge: sp.Gt, sp.Le: sp.Lt}
    ranges = {
        symbol: values.interior if isinstance(values, sp.Interval) else values
        for symbol, values in domain.ranges.items()
    }
    conditions = tuple(
        strict[condition.func](condition.lhs, condition.rhs) if condition.func in strict else condition
        for condition in domain.conditions
    )
    return Domain(ranges, conditions)


def _on(domain: Domain, symbol: sp.Symbol, value: sp.Expr) -> Domain:
    """Return the domain on a border; what is dropped makes it larger, so that a proof holds all the more."""
    ranges = {other: values for other, values in domain.ranges.items() if other != symbol}
    conditions = []
    for condition in (*domain.conditions, *_membership(value, domain.range_of(symbol))):
        try:
            there = condition.subs(symbol, value)
        except TypeError:  # SymPy refuses to compare 1/0, which stands in a condition that is not defined there
            continue
        if there not in (sp.true, sp.false):
            conditions.append(there)
    return Domain(ranges, tuple(conditions))


# -- where the sides are defined --------------------------------------------------------------------


def _where_defined(
    left: sp.Expr, right: sp.Expr, domain: Domain, both: Domain, needs: tuple[Needs, Needs], proof: Proof
) -> Verdict:
    """Turn a proof into a verdict: there must be a point to speak of, and no part of the domain for one side only."""
    if not _has_a_point(left, right, both, needs):
        return _undecided("no point of the domain was found at which both sides are defined")
    alone = _defined_alone(domain, needs)
    if alone is not None:
        side, point = alone
        where = ", ".join(f"{symbol} = {value}" for symbol, value in point.items())
        return Verdict(
            status=Status.UNDECIDED,
            reason=(
                f"Equal wherever both sides are defined, but at {where} only the {side} side is; say where the names "
                f"may lie, for instance {_advice(needs[1] if side == 'left' else needs[0])}."
            ),
            evidence=Attempt(
                tried=("normal form: equal where both sides are defined", f"only the {side} side is defined at {where}")
            ),
        )
    common = [in_words(c) for c in needs[0] if c in needs[1]]
    exceptions = dict.fromkeys(in_words(c) for side in needs for c in side if c not in needs[0] or c not in needs[1])
    exceptions |= dict.fromkeys(e for e in proof.exceptions if e not in common)
    regions = f", in each of {proof.regions} regions" if proof.regions > 1 else ""
    where = domain.describe(_symbols(left, right)) or "all values"
    limited = " where both sides are defined" if common or exceptions else ""
    listed = f"; only one side needs {', '.join(exceptions)}" if exceptions and needs[0] != needs[1] else ""
    return Verdict(
        status=Status.PROVED,
        reason=f"Equal for {where}{limited}{regions}{listed}.",
        evidence=replace(
            proof,
            domain=domain.describe(_symbols(left, right)),
            conditions=tuple(dict.fromkeys((*proof.conditions, *common))),
            exceptions=tuple(exceptions),
        ),
    )


def _advice(needs: Needs) -> str:
    conditions = dict.fromkeys(in_words(c) for c in needs if c.free_symbols)
    return " and ".join(f"--given '{condition}'" for condition in list(conditions)[:3])


def _has_a_point(left: sp.Expr, right: sp.Expr, domain: Domain, needs: tuple[Needs, Needs]) -> bool:
    stand_ins = stand_ins_for(left, right)
    first, second = with_stand_ins(left, stand_ins), with_stand_ins(right, stand_ins)
    for point in _sample(domain, needs, left, right):
        for bits in (64, 256):
            try:
                if enclose(first, point, bits).is_finite() and enclose(second, point, bits).is_finite():
                    return all(_true(need, point) is not False for side in needs for need in side)
            except UnknownHereError:
                continue
            except (UndefinedHereError, NotEvaluableError):
                break
    return False


def _sample(domain: Domain, needs: tuple[Needs, Needs], *formulas: sp.Expr) -> Iterator[Point]:
    named = {s for part in (*formulas, *needs[0], *needs[1]) for s in part.free_symbols if s.is_Symbol}
    for condition in domain.conditions:
        named |= {s for s in condition.free_symbols if s.is_Symbol}
    yield from points(sorted(named, key=lambda s: s.name), domain, seed=SEED, count=WITNESSES)


def _defined_alone(domain: Domain, needs: tuple[Needs, Needs]) -> tuple[str, Point] | None:
    """Return a point in general position at which one side is defined and the other is not."""
    if set(needs[0]) == set(needs[1]):
        return None
    for drawn in _sample(domain, needs):
        point = _general(drawn, domain)
        if point is None:
            continue
        defined = [_all_true(side, point) for side in needs]
        if None not in defined and defined[0] != defined[1]:
            nicer = [_all_true(side, drawn) for side in needs] == defined
            return ("left" if defined[0] else "right"), drawn if nicer else point
    return None


def _general(point: Point, domain: Domain) -> Point | None:
    """Move a point a little, off the curves x = 0, x = y, on which a quotient is not defined."""
    moved: Point = {}
    for place, (symbol, value) in enumerate(point.items()):
        values = domain.range_of(symbol)
        if isinstance(values, sp.Interval):
            for step in (fmpq(1, 100_003 + 2 * place), fmpq(-1, 100_003 + 2 * place)):
                candidate = value + step
                if values.contains(sp.Rational(int(candidate.p), int(candidate.q))) == sp.true:
                    moved[symbol] = candidate
                    break
            else:
                return None
        else:
            moved[symbol] = value
    return moved if all(_true(condition, moved) for condition in domain.conditions) else None


def _all_true(conditions: Needs, point: Point) -> bool | None:
    found = [_true(condition, point) for condition in conditions]
    return False if False in found else None if None in found else True


def _true(condition: sp.Basic, point: Point) -> bool | None:
    try:
        return holds(condition, point)
    except UndefinedHereError:
        return False
    except (UnknownHereError, NotEvaluableError):
        return None


def _symbols(*formulas: sp.Expr) -> list[sp.Symbol]:
    return sorted({s for formula in formulas for s in formula.free_symbols if s.is_Symbol}, key=lambda s: s.name)


def _undecided(*tried: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED, reason=f"Neither proved nor refuted: {tried[0]}.", evidence=Attempt(tried=tried)
    )
