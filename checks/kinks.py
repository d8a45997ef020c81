"""Find the kinks of a function exactly, and hold the declaration of an entry against them.

A piecewise formula is split into regions. Wherever two regions meet, the two formulas and their derivatives are
compared on the border: equal values and equal derivatives are no kink, different derivatives are one, and different
values a jump.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import sympy as sp

from checks.derivations import Sizes, size_choices
from checks.enclosure import enclose
from checks.identity import identical
from checks.identity.normal_form import NormalForm
from checks.identity.points import points
from checks.identity.regions import SWITCHES, Region, split, zeros
from checks.verdict import Attempt, Proof, Status, Verdict
from derive.domain import Domain
from derive.entry import ArrayEntry, Entry, Kink, ScalarEntry
from derive.indices import entry_symbol, instantiate

SAMPLES = 5
SEED = 20260101


@dataclass(frozen=True)
class FoundKink:
    """A border on which the derivative by a variable jumps.

    Attributes
    ----------
    where:
        An expression that is zero there.
    symbol, value:
        The border as a substitution.
    slopes:
        The two one-sided derivatives on the border.
    """

    where: sp.Expr
    symbol: sp.Symbol
    value: sp.Expr
    slopes: tuple[sp.Expr, sp.Expr]


class JumpError(ValueError):
    """The function itself jumps at a border, so that it has no one-sided derivatives there."""


def check_kinks(entry: Entry) -> Verdict:
    """Check that the kinks which an entry declares are all there are, and that the value produced there is allowed.

    For an entry that declares none, check that it is built from smooth functions over denominators that cannot vanish,
    or from pieces whose values and derivatives meet.
    """
    if isinstance(entry, ArrayEntry) and not isinstance(entry.kinks, str):
        return _check_array_kinks(entry)
    return _check_scalar_kinks(entry) if isinstance(entry, ScalarEntry) else _check_smooth(entry)


def _check_scalar_kinks(entry: ScalarEntry) -> Verdict:
    undeclared: list[str] = []
    borders = 0
    for name, chosen in product(entry.targets, _choices(entry)):
        declared = [kink for kink in entry.kinks if kink.of == name] if not isinstance(entry.kinks, str) else []
        declared = [_chosen(kink, chosen) for kink in declared]
        try:
            found = list(find_kinks(entry.value.subs(chosen), entry.variable(name).symbol, entry.domain))
        except JumpError as error:
            return _fault(entry, str(error))
        borders += len(found)
        wrong = _declared_wrongly(entry, declared, found, chosen)
        if wrong:
            return _fault(entry, wrong)
        undeclared += [
            f"the derivative by {name} jumps where {kink.where} = 0"
            for kink in found
            if not any(_same_border(one.where, kink.where) for one in declared)
        ]
    if not borders:
        return _check_smooth(entry)
    if undeclared:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The entry does not declare all its kinks: {undeclared[0]}.",
            evidence=Attempt(tried=tuple(undeclared)),
            reproduce=_again(entry),
        )
    return _proved(
        entry,
        "Every kink is declared, and the value produced there lies between the one-sided derivatives.",
        "one-sided derivatives on every border between regions",
    )


def _check_array_kinks(entry: ArrayEntry) -> Verdict:
    """Find the kinks of the first entry of an array-valued function by the first entry of each variable."""
    sizes = size_choices(entry)[0]
    for kink in entry.kinks:
        assert isinstance(kink, Kink)
        value = _where_it_stands(entry, kink, sizes)
        target = entry.entry_of(kink.of)
        symbol = entry_symbol(kink.of, [0] * len(target.indices))
        found = list(find_kinks(value, symbol, Domain()))
        if not any(set(one.slopes) == set(kink.interval) for one in found):
            return _fault(entry, f"no kink by {kink.of} has the slopes {kink.interval[0]} and {kink.interval[1]}")
        if not kink.interval[0] <= kink.produced <= kink.interval[1]:
            return _fault(entry, f"{kink.produced} is not in [{kink.interval[0]}, {kink.interval[1]}]")
    return _proved(
        entry,
        "Every kink is declared, and the value produced there lies between the one-sided derivatives.",
        "one-sided derivatives on every border between regions, entry by entry",
    )


def _where_it_stands(entry: ArrayEntry, kink: Kink, sizes: Sizes) -> sp.Expr:
    """Return the first entry of the formula in which the array of a kink stands: a stage, or the value."""
    base = entry.entry_of(kink.of).base
    places = [*((stage.entry.indices, stage.formula) for stage in entry.stages), (entry.indices, entry.value)]
    indices, formula = next((indices, formula) for indices, formula in places if formula.has(base))
    return instantiate(formula, sizes, dict.fromkeys(indices, 0))


Choice = dict[sp.Symbol, sp.Expr]


def _choices(entry: ScalarEntry) -> list[Choice]:
    """Return every choice of the variables that take a few values only, such as labels −1 and 1."""
    finite = [variable for variable in entry.variables if isinstance(variable.values, sp.FiniteSet)]
    values = product(*(sorted(variable.values) for variable in finite))
    return [dict(zip((variable.symbol for variable in finite), choice, strict=True)) for choice in values]


def _chosen(kink: Kink, chosen: Choice) -> Kink:
    where = kink.where if isinstance(kink.where, str) else kink.where.subs(chosen)
    low, high = (end.subs(chosen) for end in kink.interval)
    return Kink(where, kink.of, (low, high), kink.produced.subs(chosen))


def _declared_wrongly(entry: ScalarEntry, declared: list[Kink], found: list[FoundKink], chosen: Choice) -> str:
    """Say which declared kink is not one, or has another interval or value; nothing when all are right."""
    for one in declared:
        match = [kink for kink in found if _same_border(one.where, kink.where)]
        if not match:
            return f"there is no kink of {one.of} where {one.where} = 0"
        why = _mismatch(entry, one, match[0], chosen)
        if why:
            return f"the kink of {one.of} at {one.where} = 0 is declared wrongly: {why}"
    return ""


def find_kinks(value: sp.Expr, variable: sp.Symbol, domain: Domain) -> Iterator[FoundKink]:
    """Yield each border between two regions on which the derivative by the variable jumps.

    Raises
    ------
    JumpError
        The function is not continuous there.
    """
    seen: set[tuple[sp.Expr, sp.Expr]] = set()
    for first, second in permutations(split(value, value, borders=False), 2):
        for fact in first.positive:
            if -fact not in second.positive:
                continue
            for symbol, there in zeros(fact):
                if (symbol, there) in seen or _apart(first, second, fact, symbol, there, domain):
                    continue
                seen.add((symbol, there))
                if not _equal(first.left.subs(symbol, there), second.left.subs(symbol, there), domain):
                    raise JumpError(f"the function jumps where {fact} = 0")
                slopes = tuple(sp.diff(region.left, variable).subs(symbol, there) for region in (first, second))
                if not _equal(slopes[0], slopes[1], domain):
                    yield FoundKink(fact, symbol, there, (slopes[0], slopes[1]))


def _apart(first: Region, second: Region, fact: sp.Expr, symbol: sp.Symbol, there: sp.Expr, domain: Domain) -> bool:
    """Tell whether two regions do not meet on a border, because their other conditions exclude each other there."""
    others = [one.subs(symbol, there) for one in (*first.positive, *second.positive) if one not in (fact, -fact)]
    known = domain.positive_facts()
    if any(one.is_negative or one == 0 for one in others):
        return True
    return any(
        NormalForm((*known, *others[:place], *others[place + 1 :])).contradictory([one])
        for place, one in enumerate(others)
    )


def _equal(left: sp.Expr, right: sp.Expr, domain: Domain) -> bool:
    return identical(left, right, domain, borders=False).status is Status.PROVED


def _same_border(first: sp.Expr | str, second: sp.Expr) -> bool:
    return not isinstance(first, str) and bool(sp.cancel(first / second).is_Rational)


def _mismatch(entry: ScalarEntry, declared: Kink, found: FoundKink, chosen: Choice) -> str:
    """Say what is wrong with a declared kink; nothing when it is right."""
    low, high = declared.interval
    ends = (low.subs(found.symbol, found.value), high.subs(found.symbol, found.value))
    if not any(
        _equal(ends[0], one, entry.domain) and _equal(ends[1], other, entry.domain)
        for one, other in permutations(found.slopes)
    ):
        return f"the one-sided derivatives are {found.slopes[0]} and {found.slopes[1]}"
    code = entry.compiled_gradient[declared.of]
    symbols = [variable.symbol for variable in entry.variables]
    free = [one for one in symbols if one != found.symbol and one not in chosen]
    for point in points(free, entry.domain, seed=SEED, count=SAMPLES):
        at = chosen | {one: sp.Rational(int(number.p), int(number.q)) for one, number in point.items()}
        at[found.symbol] = found.value.subs(at)
        produced = float(code(*(float(at[one]) for one in symbols)))
        bounds = sorted(float(end.subs(at)) for end in ends)
        expected = float(enclose(declared.produced.subs(at), {}).mid())
        if not bounds[0] <= expected <= bounds[1]:
            return f"{declared.produced} is not between them at {at}"
        if abs(produced - expected) > 1e-12 * max(1.0, abs(expected)):
            return f"the compiled code gives {produced} at {at}"
    return ""


def _check_smooth(entry: Entry) -> Verdict:
    """Show that an entry without kinks is smooth: no switches, or pieces that meet, and no vanishing denominator."""
    formulas, facts = _formulas(entry)
    obstacles: list[str] = []
    for formula in formulas:
        if not isinstance(entry, ScalarEntry):
            obstacles += [str(node) for node in sp.preorder_traversal(formula) if isinstance(node, SWITCHES)]
        for region in split(formula, formula, borders=False) if not isinstance(entry, ScalarEntry) else _pieces(entry):
            form = NormalForm((*facts, *region.positive))
            form.convert(region.left)
            obstacles += form.conditions
    if obstacles:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The entry claims to have no kinks, but {obstacles[0]} stands in the way.",
            evidence=Attempt(tried=tuple(obstacles)),
            reproduce=_again(entry),
        )
    return _proved(
        entry,
        "No kinks: smooth pieces whose derivatives meet, and no denominator can vanish in the domain.",
        "signs of all denominators, roots and logarithms in the normal form; one-sided derivatives on borders",
    )


def _pieces(entry: ScalarEntry) -> Iterator[Region]:
    for chosen in _choices(entry):
        yield from split(entry.value.subs(chosen), entry.value.subs(chosen), borders=False)


def _formulas(entry: Entry) -> tuple[list[sp.Expr], tuple[sp.Expr, ...]]:
    if isinstance(entry, ScalarEntry):
        return [entry.value], entry.domain.positive_facts()
    if isinstance(entry, ArrayEntry):
        sizes = size_choices(entry)[0]
        return [instantiate(entry.value, sizes, dict.fromkeys(entry.indices, 0))], ()
    return [entry.textbook(name) for name in entry.targets], entry.domain.positive_facts()


def _proved(entry: Entry, reason: str, procedure: str) -> Verdict:
    return Verdict(status=Status.PROVED, reason=reason, evidence=Proof(procedure=procedure), reproduce=_again(entry))


def _fault(entry: Entry, why: str) -> Verdict:
    return Verdict(
        status=Status.FAULT,
        reason=f"{why[0].upper()}{why[1:]}.",
        evidence=Attempt(tried=(why,)),
        reproduce=_again(entry),
    )


def _again(entry: Entry) -> str:
    return f"gradproof verify {entry.name}"
