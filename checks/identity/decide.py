"""Decide whether two scalar formulas are equal for all values of a domain."""

from collections.abc import Sequence
from itertools import chain, product

import sympy as sp
from flint import arb

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, enclose
from checks.identity.emptiness import no_solution
from checks.identity.field import TooLargeError, ZeroDenominatorError
from checks.identity.normal_form import NormalForm, OutsideTheProcedureError
from checks.identity.points import Point, points
from checks.identity.regions import SWITCHES, BorderError, split
from checks.identity.stand_ins import stand_ins_for, with_stand_ins
from checks.verdict import Attempt, Counterexample, Enclosure, Proof, Status, Verdict
from derive.domain import Domain

POINTS = 24
CLOSE_POINTS = 200
PRECISIONS = (64, 128, 256, 1024, 4096)
REGION_LIMIT = 729
DEFAULT_SEED = 20260101

_NOT_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo)
_OBSTACLES = (OutsideTheProcedureError, TooLargeError, ZeroDenominatorError, BorderError)


def identical(
    left: sp.Expr,
    right: sp.Expr,
    domain: Domain | None = None,
    *,
    borders: bool = True,
    seed: int = DEFAULT_SEED,
    reproduce: str = "",
) -> Verdict:
    """Decide whether left = right for all values of the domain.

    Parameters
    ----------
    left, right:
        Real formulas in scalar symbols.
    domain:
        The values that the symbols may take; real numbers where nothing is said.
    borders:
        False leaves out the borders between the regions of piecewise formulas, and says so in the proof. That is
        the right question for a derivative, which does not exist at a kink.
    seed:
        Seed of the random points of the refuting arm; the same seed gives the same verdict.
    reproduce:
        The line that asks this question again.

    Returns
    -------
    Verdict
        `proved` by the normal form, `refuted` at a rational point, or `undecided` with what was tried.
    """
    domain = domain or Domain()
    proof, obstacle = prove(left, right, domain, borders=borders)
    if proof is not None:
        where = domain.describe(_symbols(left, right)) or "all values"
        regions = f" in each of {proof.regions} regions" if proof.regions > 1 else ""
        return Verdict(
            status=Status.PROVED,
            reason=f"Equal for {where}{regions}: the difference is the zero polynomial over Q in its generators.",
            evidence=proof,
            reproduce=reproduce,
        )
    return refute(left, right, domain, borders=borders, seed=seed, obstacle=obstacle, reproduce=reproduce)


def prove(left: sp.Expr, right: sp.Expr, domain: Domain, *, borders: bool = True) -> tuple[Proof | None, str]:
    """Return the proof that left = right in the domain, or None and what stood in its way.

    It holds where both sides are defined; a border on which a side is not is passed over.
    """
    try:
        return _prove(left, right, domain, borders), "the difference is not zero in the normal form"
    except _OBSTACLES as error:
        return None, str(error)


def refute(
    left: sp.Expr,
    right: sp.Expr,
    domain: Domain,
    *,
    borders: bool = True,
    seed: int = DEFAULT_SEED,
    obstacle: str = "no proof was looked for",
    reproduce: str = "",
) -> Verdict:
    """Return `refuted` with a point of the domain at which the sides differ, or `undecided` with what was tried."""
    return _refute(left, right, domain, borders, seed, obstacle, reproduce)


def _tied(symbols: tuple[sp.Symbol, ...], domain: Domain) -> tuple[sp.Symbol, ...]:
    """Return these symbols and those that conditions of the domain tie them to: x > y bounds x where y > 5."""
    found = set(symbols)
    grown = True
    while grown:
        grown = False
        for condition in domain.conditions:
            named = {symbol for symbol in condition.free_symbols if symbol.is_Symbol}
            if named & found and not named <= found:
                found |= named
                grown = True
    return tuple(sorted(found, key=lambda symbol: symbol.name))


def _symbols(*formulas: sp.Expr) -> tuple[sp.Symbol, ...]:
    found = set().union(*(formula.free_symbols for formula in formulas))
    return tuple(sorted((symbol for symbol in found if symbol.is_Symbol), key=lambda symbol: symbol.name))


def _prove(left: sp.Expr, right: sp.Expr, domain: Domain, borders: bool) -> Proof | None:
    generators: dict[str, None] = {}
    rewritings: dict[str, None] = {}
    exceptions: dict[str, None] = {}
    conditions: dict[str, None] = {}
    count = 0
    for case in _cases(left, right, domain):
        for region in split(*case, borders=borders):
            if region.left.has(*_NOT_NUMBERS) or region.right.has(*_NOT_NUMBERS):
                exceptions.setdefault(f"not {', '.join(region.description)}, where a side is not defined")
                continue
            count += 1
            if count > REGION_LIMIT:
                raise TooLargeError(f"there are more than {REGION_LIMIT} regions")
            facts = (*_facts_on(domain, region.at), *region.positive)
            if any(fact.is_number and fact.is_positive is False for fact in facts):
                count -= 1
                continue  # a border outside the domain
            form = NormalForm(facts)
            if not form.equal(region.left, region.right):
                if _empty(facts):
                    count -= 1
                    continue
                return None
            generators.update(dict.fromkeys(form.field.names))
            rewritings.update(form.rewritings)
            exceptions.update(form.conditions)
            if region.description and not borders:
                conditions.update(
                    dict.fromkeys(part.replace("<", "!=").replace(">", "!=") for part in region.description)
                )
    return Proof(
        procedure="normal form as a rational function over Q of exponentials and free generators (python-flint)",
        domain=domain.describe(_symbols(left, right)),
        generators=tuple(generators),
        rewritings=tuple(rewritings),
        conditions=tuple(conditions),
        exceptions=tuple(exceptions),
        regions=count,
    )


def _cases(left: sp.Expr, right: sp.Expr, domain: Domain) -> list[tuple[sp.Expr, sp.Expr]]:
    """Return the pair itself, or one pair for each choice of the symbols with few values when the pair alone fails."""
    general = [(left, right)]
    finite = [symbol for symbol in _symbols(left, right) if isinstance(domain.range_of(symbol), sp.FiniteSet)]
    if not finite or _holds_generally(left, right, domain):
        return general
    choices = list(product(*(sorted(domain.range_of(symbol)) for symbol in finite)))
    if len(choices) > REGION_LIMIT:
        return general
    return [
        (left.subs(values), right.subs(values))
        for values in (dict(zip(finite, choice, strict=True)) for choice in choices)
    ]


def _holds_generally(left: sp.Expr, right: sp.Expr, domain: Domain) -> bool:
    try:
        return NormalForm(domain.positive_facts()).equal(left, right)
    except _OBSTACLES:
        return False


def _facts_on(domain: Domain, at: Sequence[tuple[sp.Symbol, sp.Expr]]) -> list[sp.Expr]:
    """Return what is positive in the domain, on the border where symbols have these values."""
    facts = list(domain.positive_facts())
    for symbol, value in at:
        facts = [fact.subs(symbol, value) for fact in facts]
    return [fact for fact in facts if not fact.has(*_NOT_NUMBERS)]


def _empty(facts: tuple[sp.Expr, ...]) -> bool:
    """Tell whether no point has all these expressions positive."""
    if no_solution(facts):
        return True
    return any(NormalForm(facts[:place] + facts[place + 1 :]).contradictory([fact]) for place, fact in enumerate(facts))


# -- the refuting arm -----------------------------------------------------------------------------


def _refute(
    left: sp.Expr, right: sp.Expr, domain: Domain, borders: bool, seed: int, obstacle: str, reproduce: str
) -> Verdict:
    stand_ins = stand_ins_for(left, right)
    left, right = with_stand_ins(left, stand_ins), with_stand_ins(right, stand_ins)
    symbols = _tied(_symbols(left, right), domain)
    undefined = unknown = 0
    drawn = points(symbols, domain, seed=seed, count=POINTS)
    switched = symbols and (left.has(*SWITCHES) or right.has(*SWITCHES))
    if switched:  # the difference may show in a narrow region only
        drawn = chain(drawn, points(symbols, domain, seed=seed, count=CLOSE_POINTS, close=True))
    for count, point in enumerate(drawn):
        if not borders and _on_a_border(left, right, point):
            continue
        try:
            pair = _disjoint(left, right, point, PRECISIONS if count < POINTS else PRECISIONS[:2])
        except UndefinedHereError:
            undefined += 1
            continue
        except UnknownHereError:
            unknown += 1
            continue
        except NotEvaluableError as error:
            return _undecided([obstacle, str(error)], reproduce)
        if pair is None:
            unknown += 1
            continue
        shown = {str(symbol): str(value) for symbol, value in point.items()}
        shown |= {name: text for name, (_, text) in stand_ins.items()}
        where = ", ".join(f"{name} = {value}" for name, value in shown.items()) or "every point"
        return Verdict(
            status=Status.REFUTED,
            reason=f"Different at {where}: {pair[0]} against {pair[1]}.",
            evidence=Counterexample(point=shown, left=pair[0], right=pair[1], disjoint=True),
            reproduce=reproduce,
        )
    total = POINTS + CLOSE_POINTS if switched else POINTS
    tried = [obstacle, f"{total} rational points from seed {seed} show no difference"]
    if undefined or unknown:
        tried.append(f"{undefined} points where a side is not defined, {unknown} where the balls overlap")
    return _undecided(tried, reproduce)


def _undecided(tried: Sequence[str], reproduce: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Neither proved nor refuted: {tried[0]}.",
        evidence=Attempt(tried=tuple(tried)),
        reproduce=reproduce,
    )


def _disjoint(
    left: sp.Expr, right: sp.Expr, point: Point, precisions: Sequence[int]
) -> tuple[Enclosure, Enclosure] | None:
    """Return enclosures of both sides as soon as they do not meet, at rising precision, or None."""
    failure: UnknownHereError | None = None
    for bits in precisions:
        try:
            first, second = enclose(left, point, bits), enclose(right, point, bits)
        except UnknownHereError as error:
            failure = error
            continue
        failure = None
        if first.is_finite() and second.is_finite() and not first.overlaps(second):
            return _enclosure(first), _enclosure(second)
    if failure:
        raise failure
    return None


def _enclosure(ball: arb) -> Enclosure:
    return Enclosure(low=float(ball.lower()), high=float(ball.upper()), text=ball.str(15))


def _on_a_border(left: sp.Expr, right: sp.Expr, point: Point) -> bool:
    """Tell whether a switch of either side has argument zero at this point (or cannot be told to have not)."""
    try:
        for region in split(left, right, borders=False):
            for fact in region.positive:
                if enclose(fact, point).contains(0):
                    return True
    except (UndefinedHereError, UnknownHereError, NotEvaluableError):
        return True
    return False
