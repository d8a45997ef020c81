"""Check declared limits and kinks.

A limit is judged twice: SymPy's Gruntz algorithm names it, and rigorous enclosures at points that approach must come
closer and closer to it. Only when both say the same does the limit agree.
"""

from collections.abc import Mapping
from itertools import pairwise

import sympy as sp
from flint import fmpq

from checks.derivations import size_choices
from checks.enclosure import UndefinedHereError, enclose
from checks.identity.normal_form import NormalForm
from checks.identity.regions import SWITCHES, split
from checks.identity.stand_ins import stand_ins_for, with_stand_ins
from checks.verdict import Attempt, Comparison, Proof, Status, Verdict
from derive.entry import ArrayEntry, Entry, Kink, Limit, MomentEntry, ScalarEntry
from derive.functions import defined
from derive.indices import instantiate

APPROACH = 12
BITS = 512
NEARLY = 1e-3
NEARLY_INFINITE = 0.1
ROUNDING = 2.0 ** -(BITS // 2)


def check_limits(entry: Entry) -> Verdict | None:
    """Check every limit that an entry declares; None when it declares that there are none."""
    if isinstance(entry.limits, str):
        return None
    compared, worst = 0, 0.0
    for limit in entry.limits:
        formula = _formula(entry, limit)
        formula = with_stand_ins(formula, stand_ins_for(formula)).xreplace(dict(limit.given))
        for choice in _others(formula, limit):
            at_choice = _branch(formula.xreplace(choice), limit)
            value = sp.sympify(limit.value).xreplace(choice)
            named = sp.limit(defined(at_choice), limit.variable, limit.to, limit.side or "+")
            if named != value:
                return _undecided(entry, limit, f"SymPy's limit is {named}")
            distances = [_distance(at_choice, limit, value, step) for step in range(1, APPROACH + 1)]
            closing = distances[APPROACH // 2 :]  # a function may swing before it settles
            if any(later > earlier for earlier, later in pairwise(closing)):
                return _undecided(entry, limit, f"the distances {distances} do not shrink")
            if distances[-1] > (NEARLY if value.is_finite else NEARLY_INFINITE):
                return _undecided(entry, limit, f"the distance is still {distances[-1]:.2e}")
            compared += len(distances)
            worst = max(worst, distances[-1])
    return Verdict(
        status=Status.AGREES,
        reason=f"{len(entry.limits)} limits: Gruntz's algorithm names them, and {compared} enclosures approach them.",
        evidence=Comparison(
            compared=compared,
            max_error=worst,
            tolerance=NEARLY_INFINITE,
            unit="distance at the last point (1/size for an infinite limit)",
        ),
        reproduce=_again(entry),
    )


def _branch(formula: sp.Expr, limit: Limit) -> sp.Expr:
    """Return a piecewise formula as it reads near the limit."""
    near = {limit.variable: _approaching(limit, APPROACH // 2)}
    for region in split(formula, formula, borders=False):
        if all(enclose(fact, near, BITS) > 0 for fact in region.positive):
            return region.left
    raise ValueError(f"no region of {formula} holds near {limit.variable} = {limit.to}")


def check_kinks(entry: Entry) -> Verdict:
    """Check that the value produced at each kink lies in the stated subdifferential, and that its ends are right."""
    if isinstance(entry.kinks, str):
        return _check_smooth(entry)
    for kink in entry.kinks:
        low, high = kink.interval
        if not low <= kink.produced <= high:
            return _kink_fault(entry, kink, f"{kink.produced} is not in [{low}, {high}]")
        if isinstance(entry, ScalarEntry) and not isinstance(kink.where, str):
            symbol = entry.variable(kink.of).symbol
            sides = _one_sided(entry.value, symbol, kink)
            if sides != {low, high}:
                return _kink_fault(entry, kink, f"the one-sided derivatives are {sorted(sides)}")
            produced = float(entry.compiled_gradient[kink.of](0.0))
            if produced != float(kink.produced):
                return _kink_fault(entry, kink, f"the compiled code gives {produced}")
    return Verdict(
        status=Status.PROVED,
        reason="At each kink the value produced lies between the one-sided derivatives.",
        evidence=Proof(procedure="one-sided derivatives, region by region", regions=2),
        reproduce=_again(entry),
    )


def _check_smooth(entry: Entry) -> Verdict:
    """Show that an entry without kinks is built from smooth functions, over denominators that cannot vanish."""
    if isinstance(entry, ScalarEntry):
        formulas, facts = [entry.value], entry.domain.positive_facts()
    elif isinstance(entry, ArrayEntry):
        sizes = size_choices(entry)[0]
        where = dict.fromkeys(entry.indices, 0)
        formulas, facts = [instantiate(entry.value, sizes, where)], ()
    else:
        formulas, facts = [entry.textbook(name) for name in entry.targets], entry.domain.positive_facts()
    obstacles = [str(node) for part in formulas for node in sp.preorder_traversal(part) if isinstance(node, SWITCHES)]
    if not obstacles:
        form = NormalForm(facts)
        form.convert(*formulas)
        obstacles = list(form.conditions)
    if obstacles:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The entry claims to have no kinks, but {obstacles[0]} stands in the way.",
            evidence=Attempt(tried=tuple(obstacles)),
            reproduce=_again(entry),
        )
    return Verdict(
        status=Status.PROVED,
        reason="No kinks: smooth functions only, and no denominator can vanish in the domain.",
        evidence=Proof(procedure="signs of all denominators, roots and logarithms in the normal form"),
        reproduce=_again(entry),
    )


def _again(entry: Entry) -> str:
    return f"gradproof verify {entry.name}"


def _one_sided(value: sp.Expr, symbol: sp.Symbol, kink: Kink) -> set[sp.Expr]:
    return {sp.diff(region.left, symbol).subs(symbol, 0) for region in split(value, value, borders=False)}


def _formula(entry: Entry, limit: Limit) -> sp.Expr:
    """Return what the limit speaks of: the function, a derivative, or one entry of a gradient written out."""
    if isinstance(entry, ScalarEntry):
        return entry.textbook(limit.of) if limit.of else entry.value
    if isinstance(entry, MomentEntry):
        return entry.textbook(limit.of)
    assert isinstance(entry, ArrayEntry)
    sizes = dict.fromkeys(size_choices(entry)[0], 2)
    if not limit.of:
        return instantiate(entry.value, sizes)
    name, *position = limit.of.split("_")
    target = entry.entry_of(name)
    where = dict(zip(target.indices, map(int, position), strict=True))
    return instantiate(entry.textbook(name), sizes, where)


def _others(formula: sp.Expr, limit: Limit) -> list[Mapping[sp.Symbol, sp.Expr]]:
    """Return two choices of rational values for the symbols that the limit leaves free."""
    free = sorted(
        (formula.free_symbols | sp.sympify(limit.value).free_symbols) - {limit.variable}, key=lambda symbol: symbol.name
    )
    if not free:
        return [{}]
    ladder = [sp.Rational(1, 3), sp.Rational(1, 2), sp.Rational(1, 5), sp.Rational(3, 4), sp.Rational(2, 7)]
    return [
        {
            symbol: (sp.Integer(shift + 2 + place) if symbol.is_integer else ladder[(shift + place) % len(ladder)])
            for place, symbol in enumerate(free)
        }
        for shift in (0, 2)
    ]


def _distance(formula: sp.Expr, limit: Limit, value: sp.Expr, step: int) -> float:
    """Return how far the formula is from its limit at the step-th point; 1/size for an infinite limit."""
    point = {limit.variable: _approaching(limit, step)}
    try:
        ball = enclose(formula, point, BITS)
    except UndefinedHereError:
        return 0.0 if value.is_infinite else float("inf")
    if value in (sp.oo, -sp.oo):
        size = ball if value is sp.oo else -ball
        return float((1 / size).upper()) if size > 0 else float("inf")
    distance = float(abs(ball - enclose(value, {}, BITS)).upper())
    return distance if distance > ROUNDING else 0.0


def _approaching(limit: Limit, step: int) -> fmpq:
    """Return ±2^(2·step) towards infinity, else to ± 4^(−step) towards a point."""
    if limit.to in (sp.oo, -sp.oo):
        size = fmpq(4) ** step
        if limit.variable.is_integer:
            return size
        return size if limit.to is sp.oo else -size
    to = sp.Rational(limit.to)
    offset = fmpq(1, 4) ** step
    return fmpq(int(to.p), int(to.q)) + (-offset if limit.side == "-" else offset)


def _undecided(entry: Entry, limit: Limit, why: str) -> Verdict:
    what = f"of the derivative by {limit.of}" if limit.of else "of the function"
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"The limit {limit.value} {what} as {limit.variable} -> {limit.to}{limit.side} is not confirmed: {why}.",
        evidence=Attempt(tried=("Gruntz's algorithm", "rigorous enclosures at approaching points", why)),
        reproduce=_again(entry),
    )


def _kink_fault(entry: Entry, kink: Kink, why: str) -> Verdict:
    return Verdict(
        status=Status.FAULT,
        reason=f"The kink at {kink.where} = 0 is declared wrongly: {why}.",
        evidence=Attempt(tried=(why,)),
        reproduce=_again(entry),
    )
