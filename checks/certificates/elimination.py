"""Exact elimination (Fourier and Motzkin) that says which multiples of known facts add up to a claim."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import gcd, lcm

from checks.replay.polynomials import Poly

ROWS = 300
MONOMIALS = 10
FACTS = 12
_CLAIM = -1

Row = tuple[dict[int, Fraction], bool, dict[int, Fraction]]


def combination(
    claim: Poly | None, facts: Sequence[tuple[Poly, bool]], obvious: Callable[[Poly], str], *, strict: bool
) -> tuple[int, dict[int, int]] | None:
    """Return multiples of facts that add up to a multiple of the claim, up to what is obviously not negative.

    Parameters
    ----------
    claim:
        A polynomial that is to be positive (`strict`) or not negative; None looks for a contradiction of the facts.
    facts:
        Polynomials that are positive, or not negative.
    obvious:
        Tells of a polynomial whether its terms show that it is positive (`+`) or not negative (`>=`).

    Returns
    -------
    tuple or None
        The multiple of the claim and those of the facts, all whole and not negative; None where nothing was found.
    """
    rows: list[Row] = []
    if claim is not None:
        rows.append(({m: Fraction(-c) for m, c in claim.items()}, not strict, {_CLAIM: Fraction(1)}))
    relevant = _relevant(claim, facts)
    if len(relevant) > FACTS:
        return None
    for number in relevant:
        poly, positive = facts[number]
        rows.append(({m: Fraction(c) for m, c in poly.items()}, positive, {number: Fraction(1)}))
    monomials = sorted({m for row in rows for m in row[0] if m})
    if len(monomials) > MONOMIALS:
        return None
    for monomial in monomials:
        seen = obvious({monomial: 1})
        if seen:
            rows.append(({monomial: Fraction(1)}, seen == "+", {}))
    for monomial in monomials:
        without = [row for row in rows if monomial not in row[0]]
        above = [row for row in rows if row[0].get(monomial, 0) > 0]
        below = [row for row in rows if row[0].get(monomial, 0) < 0]
        if len(without) + len(above) * len(below) > ROWS:
            return None
        rows = without + [_eliminated(monomial, first, second) for first in above for second in below]
    for coefficients, positive, origin in rows:
        constant = coefficients.get(0, Fraction(0))
        if constant < 0 or (constant == 0 and positive):
            scale = lcm(*(c.denominator for c in origin.values())) if origin else 1
            whole = {n: int(c * scale) for n, c in origin.items() if c}
            common = gcd(*whole.values()) if whole else 1
            multiple = whole.pop(_CLAIM, 0) // (common or 1)
            return multiple, {n: c // (common or 1) for n, c in whole.items()}
    return None


def _relevant(claim: Poly | None, facts: Sequence[tuple[Poly, bool]]) -> list[int]:
    """Return the facts that share a monomial with the claim, or with a fact that does."""
    numbers = [n for n, (poly, _) in enumerate(facts) if poly]
    if claim is None:
        return numbers
    seen = {m for m in claim if m}
    found: list[int] = []
    for _ in range(3):
        more = [n for n in numbers if n not in found and seen & set(facts[n][0])]
        found += more
        seen |= {m for n in more for m in facts[n][0] if m}
    return sorted(found)


def _eliminated(monomial: int, above: Row, below: Row) -> Row:
    first, second = -below[0][monomial], above[0][monomial]
    coefficients = {
        m: c
        for m in {**above[0], **below[0]}
        if (c := first * above[0].get(m, Fraction(0)) + second * below[0].get(m, Fraction(0)))
    }
    origin = {
        n: first * above[2].get(n, Fraction(0)) + second * below[2].get(n, Fraction(0))
        for n in {**above[2], **below[2]}
    }
    return coefficients, above[1] or below[1], origin
