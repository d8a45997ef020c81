"""Check declared limits.

A limit is judged twice: a symbolic procedure names it, and rigorous enclosures at points that approach must come closer
and closer to it. Only when both say the same does the limit agree.
"""

from collections.abc import Mapping
from itertools import pairwise

import sympy as sp
from flint import fmpq, fmpq_mpoly

from checks.derivations import size_choices
from checks.enclosure import UndefinedHereError, enclose
from checks.identity.field import TooLargeError
from checks.identity.normal_form import NormalForm, OutsideTheProcedureError
from checks.identity.regions import split
from checks.identity.stand_ins import stand_ins_for, with_stand_ins
from checks.verdict import Attempt, Comparison, Status, Verdict
from derive.entry import ArrayEntry, Entry, Limit, MomentEntry, ScalarEntry
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
    compared, worst, procedures = 0, 0.0, set()
    for limit in entry.limits:
        formula = _formula(entry, limit)
        formula = with_stand_ins(formula, stand_ins_for(formula)).xreplace(dict(limit.given))
        for choice in _others(formula, limit):
            at_choice = _branch(formula.xreplace(choice), limit)
            value = sp.sympify(limit.value, strict=True).xreplace(choice)
            named, by = _named(at_choice, limit)
            if named != value:
                return _undecided(entry, limit, f"{by} gives {named}")
            procedures.add(by)
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
        reason=(
            f"{len(entry.limits)} limits: {' and '.join(sorted(procedures))} "
            f"{'give' if len(procedures) > 1 or 'the leading terms' in procedures else 'gives'} them, "
            f"and {compared} enclosures approach them."
        ),
        evidence=Comparison(
            compared=compared,
            max_error=worst,
            tolerance=NEARLY_INFINITE,
            unit="distance at the last point (1/size for an infinite limit)",
        ),
        reproduce=_again(entry),
    )


def _named(formula: sp.Expr, limit: Limit) -> tuple[sp.Expr, str]:
    """Return a limit and the procedure that names it.

    For a rational function of x and e^x at infinity the leading terms tell; SymPy's own algorithm is wrong there at
    times (it gives 0 for the derivative of x σ(x) at infinity, which is 1).
    """
    leading = _by_leading_terms(formula, limit)
    if leading is not None:
        return leading, "the leading terms"
    return sp.limit(defined(formula), limit.variable, limit.to, limit.side or "+"), "Gruntz's algorithm"


def _by_leading_terms(formula: sp.Expr, limit: Limit) -> sp.Expr | None:
    """Return lim P(x, e^x)/Q(x, e^x) at infinity from the terms with the highest powers of e^x, then of x.

    None when the formula is not such a function, or the limit is not at infinity.
    """
    if limit.to not in (sp.oo, -sp.oo):
        return None
    x = limit.variable
    towards_plus = formula if limit.to is sp.oo else formula.subs(x, -x)
    form = NormalForm()
    try:
        fraction = form.convert(towards_plus)[0]
    except (OutsideTheProcedureError, TooLargeError):
        return None
    names = form.field.names
    exponentials = [name for name in names if name.startswith("e^(")]
    if len(exponentials) > 1 or not set(names) <= {str(x), *exponentials}:
        return None
    if exponentials and not (exponentials[0] == f"e^({x})" or exponentials[0].startswith(f"e^(({x})/")):
        return None
    order = [*map(names.index, exponentials), *([names.index(str(x))] if str(x) in names else [])]
    top, high = _leading_term(fraction.num, order)
    bottom, low = _leading_term(fraction.den, order)
    if high == 0 or top < bottom:
        return sp.S.Zero
    ratio = sp.Rational(int(high.p), int(high.q)) / sp.Rational(int(low.p), int(low.q))
    return ratio if top == bottom else sp.sign(ratio) * sp.oo


def _leading_term(part: fmpq_mpoly, order: list[int]) -> tuple[tuple[int, ...], fmpq]:
    """Return powers (in the given order of generators) and coefficient of the largest term; zero has none."""
    terms = [(tuple(int(powers[place]) for place in order), fmpq(number)) for powers, number in part.to_dict().items()]
    return max(terms, key=lambda term: term[0]) if terms else ((), fmpq(0))


def _branch(formula: sp.Expr, limit: Limit) -> sp.Expr:
    """Return a piecewise formula as it reads near the limit."""
    near = {limit.variable: _approaching(limit, APPROACH // 2)}
    for region in split(formula, formula, borders=False):
        if all(enclose(fact, near, BITS) > 0 for fact in region.positive):
            return region.left
    raise ValueError(f"no region of {formula} holds near {limit.variable} = {limit.to}")


def _again(entry: Entry) -> str:
    return f"gradproof verify {entry.name}"


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
    name, *position = [limit.of] if limit.of in entry.targets else limit.of.split("_")
    target = entry.entry_of(name)
    where = dict(zip(getattr(target, "indices", ()), map(int, position), strict=True))
    return instantiate(entry.textbook(name), sizes, where)


def _others(formula: sp.Expr, limit: Limit) -> list[Mapping[sp.Symbol, sp.Expr]]:
    """Return two choices of rational values for the symbols that the limit leaves free."""
    free = sorted(
        (formula.free_symbols | sp.sympify(limit.value, strict=True).free_symbols) - {limit.variable},
        key=lambda symbol: symbol.name,
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
    """Return ±4^step towards infinity, else the point ± 4^(−step²)."""
    if limit.to in (sp.oo, -sp.oo):
        size = fmpq(4) ** step
        if limit.variable.is_integer:
            return size
        return size if limit.to is sp.oo else -size
    to = sp.Rational(limit.to)
    offset = fmpq(1, 4) ** (step * step)  # far enough in for a logarithm to show that it grows
    return fmpq(int(to.p), int(to.q)) + (-offset if limit.side == "-" else offset)


def _undecided(entry: Entry, limit: Limit, why: str) -> Verdict:
    what = f"of the derivative by {limit.of}" if limit.of else "of the function"
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"The limit {limit.value} {what} as {limit.variable} -> {limit.to}{limit.side} is not confirmed: {why}.",
        evidence=Attempt(tried=("Gruntz's algorithm", "rigorous enclosures at approaching points", why)),
        reproduce=_again(entry),
    )
