"""Rational points inside a stated domain: edges, small fractions, large values, and random ones from a seed."""

from collections.abc import Iterator, Sequence
from random import Random

import sympy as sp
from flint import fmpq

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, holds
from derive.domain import Domain

Point = dict[sp.Symbol, fmpq]

_LADDER = (
    fmpq(1, 2), fmpq(2), fmpq(-1, 3), fmpq(3), fmpq(1), fmpq(0), fmpq(-1), fmpq(-2), fmpq(5, 7), fmpq(-7, 5),
    fmpq(1, 10), fmpq(10), fmpq(-10), fmpq(1, 1000), fmpq(40), fmpq(-40),
)  # fmt: skip


def points(
    symbols: Sequence[sp.Symbol], domain: Domain, *, seed: int, count: int, close: bool = False
) -> Iterator[Point]:
    """Yield up to `count` different points of the domain, the same ones for the same seed.

    Points at which a condition of the domain does not hold, or cannot be decided, are left out. With `close` all are
    small fractions, between which the regions of a piecewise formula lie.
    """
    random = Random(seed)  # noqa: S311 - for reproducible test points, not for secrets
    seen: set[tuple[str, ...]] = set()
    for attempt in range(8 * count):
        point = {
            symbol: _value(
                domain.range_of(symbol), random, position + attempt, attempt < len(_LADDER) and not close, close
            )
            for position, symbol in enumerate(symbols)
        }
        key = tuple(str(value) for value in point.values())
        if key in seen or not _inside(point, domain):
            continue
        seen.add(key)
        yield point
        if len(seen) == count:
            return


def _inside(point: Point, domain: Domain) -> bool:
    try:
        return all(holds(condition, point) for condition in domain.conditions if condition.free_symbols <= set(point))
    except (UndefinedHereError, UnknownHereError, NotEvaluableError):
        return False


def _value(values: sp.Set, random: Random, position: int, from_ladder: bool, close: bool = False) -> fmpq:
    if isinstance(values, sp.FiniteSet):
        members = [value for value in sorted(values) if value.is_Rational]
        chosen = members[position % len(members)] if from_ladder else random.choice(members)
        return fmpq(int(chosen.p), int(chosen.q))
    if close:
        candidate = fmpq(random.randint(-36, 36), random.randint(1, 12))
    else:
        candidate = _LADDER[(5 * position) % len(_LADDER)] if from_ladder else _random_fraction(random)
    if values in (sp.S.Integers, sp.S.Naturals):
        whole = candidate.p // candidate.q
        return fmpq(abs(whole) + 1 if values == sp.S.Naturals else whole)
    if isinstance(values, sp.Interval):
        return _into(values, candidate, random)
    return candidate


def _random_fraction(random: Random) -> fmpq:
    return fmpq(random.randint(-60, 60), random.randint(1, 17)) * fmpq(10) ** random.choice((0, 0, 0, 0, -1, 1))


def _into(values: sp.Interval, candidate: fmpq, random: Random) -> fmpq:
    low = None if values.start == -sp.oo else _rational(values.start)
    high = None if values.end == sp.oo else _rational(values.end)
    if low is not None and high is not None:
        edges = [*([] if values.left_open else [low]), *([] if values.right_open else [high])]
        if edges and random.random() < 0.1:
            return random.choice(edges)
        return low + (high - low) * fmpq(random.randint(1, 96), 97)
    size = abs(candidate) + fmpq(1, 97)
    return low + size if low is not None else high - size if high is not None else candidate


def _rational(number: sp.Expr) -> fmpq:
    exact = sp.Rational(number)
    return fmpq(int(exact.p), int(exact.q))
