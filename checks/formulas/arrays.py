"""Formulas of arrays: proved for all sizes in index form, refuted by arrays of small numbers at unequal sizes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random
from typing import Any

import sympy as sp
from flint import arb, fmpq

from checks.enclosure import NotEvaluableError, UndefinedHereError, UnknownHereError, enclose, holds
from checks.formulas.declared import Declared
from checks.formulas.index_form import TooManyTermsError, index_form
from checks.formulas.shown import enclosure
from checks.identity import prove
from checks.identity.points import points
from checks.identity.size import small
from checks.identity.stand_ins import stand_ins_for, with_stand_ins
from checks.verdict import Attempt, Counterexample, Proof, Status, Verdict
from derive.domain import Domain
from derive.indices import bound_indices, length, same_range, substitute

PROCEDURE = "canonical index form for all sizes, compared by the normal form over Q (python-flint)"
SIZES = ((2, 3, 4, 5, 6, 7), (3, 2, 5, 4, 7, 6), (4, 5, 3, 2, 1, 6))
TRIES = 6
CASES = 64
PRECISIONS = (64, 256, 1024, 4096)
SEED = 20260101

_ENTRIES = (1, 2, -1, 3, -2, 5, -3, 4, 7, -4, 6, -5)


@dataclass(frozen=True)
class Sides:
    """Two numbers in index notation, with the free indices that they share."""

    left: sp.Expr
    right: sp.Expr
    free: tuple[sp.Idx, ...]


def decide(
    left: sp.Expr, right: sp.Expr, given: Declared, needs: Sequence[sp.Basic], shown: Sequence[sp.Idx] = ()
) -> Verdict:
    """Decide whether two formulas in index notation are equal for all sizes and all entries.

    Parameters
    ----------
    left, right:
        Numbers; indices that stand free take every value of their range.
    given:
        What was declared.
    needs:
        Conditions under which both are defined.
    shown:
        Indices that stand for row and column of an array as a whole.
    """
    obstacle = "their index forms differ"
    try:
        proof = _proof(left, right, given, needs)
    except (TooManyTermsError, ValueError) as error:
        proof, obstacle = None, str(error)
    if proof is not None and _nowhere_defined(left, right, given):
        return _undecided("no sizes and entries were found at which both sides are defined")
    if proof is not None:
        sizes = ", ".join(str(size) for size in _sizes(left, right))
        reason = f"Equal for all sizes {sizes} and all entries" if sizes else "Equal for all entries"
        return Verdict(status=Status.PROVED, reason=f"{reason}: both have one index form.", evidence=proof)
    return _refute(left, right, given, needs, tuple(shown), obstacle)


# -- the proving arm -------------------------------------------------------------------------------


def _proof(left: sp.Expr, right: sp.Expr, given: Declared, needs: Sequence[sp.Basic]) -> Proof | None:
    conditions: dict[str, None] = {}
    exceptions: dict[str, None] = {}
    cases = 0
    for first, second in _delta_cases(index_form(left), index_form(right)):
        cases += 1
        for equation in given.equations:
            before = (first, second)
            first, second = (_with_equation(side, equation) for side in before)  # noqa: PLW2901
            if (first, second) != before:
                conditions[f"{equation[0]} = {equation[1]}"] = None
        found = _same(first, second, given)
        if found is None:
            return None
        exceptions |= dict.fromkeys(found.exceptions)
    exceptions |= {str(need): None for need in needs}
    return Proof(
        procedure=PROCEDURE,
        domain=given.vocabulary.domain.describe(_scalars(left, right, given)),
        conditions=tuple(conditions),
        exceptions=tuple(exceptions),
        regions=max(1, cases),
    )


def _delta_cases(left: sp.Expr, right: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """Yield the pair with every Kronecker delta of free indices as 1, its indices being one, and as 0."""
    waiting = [(left, right)]
    for count in range(CASES * 2):
        if not waiting:
            return
        pair = waiting.pop()
        delta = _free_delta(pair)
        if delta is None:
            yield pair
            continue
        gone, kept = delta.args if isinstance(delta.args[0], sp.Idx) else delta.args[::-1]
        waiting.append(tuple(index_form(_without(side, delta)) for side in pair))
        waiting.append(tuple(index_form(substitute(side, gone, kept)) for side in pair))
        if count >= CASES:
            break
    raise TooManyTermsError(f"there are more than {CASES} cases of equal and unequal indices")


def _free_delta(pair: tuple[sp.Expr, sp.Expr]) -> sp.Expr | None:
    found = sorted((delta for side in pair for delta in _free_deltas(side)), key=sp.srepr)
    return found[0] if found else None


def _free_deltas(node: sp.Expr, bound: frozenset[sp.Idx] = frozenset()) -> Iterator[sp.Expr]:
    if isinstance(node, sp.KroneckerDelta):
        first, second = node.args
        both = isinstance(first, sp.Idx) and isinstance(second, sp.Idx)
        named = isinstance(first, sp.Idx) or isinstance(second, sp.Idx)
        if named and not node.free_symbols & bound and (not both or same_range(first, second)):
            yield node
        return
    if isinstance(node, sp.Sum):
        yield from _free_deltas(node.function, bound | set(bound_indices(node)))
        return
    for argument in node.args:
        yield from _free_deltas(argument, bound)


def _without(node: sp.Expr, delta: sp.Expr) -> sp.Expr:
    return node.xreplace({delta: sp.S.Zero})


def _with_equation(node: sp.Expr, equation: tuple[sp.Expr, sp.Expr]) -> sp.Expr:
    """Replace a sum by its given value, wherever it stands with any free indices."""
    left, right = (index_form(side) for side in equation)
    if not isinstance(left, sp.Sum):
        left, right = right, left
    if not isinstance(left, sp.Sum):
        return node
    free = sorted((s for s in left.free_symbols if isinstance(s, sp.Idx)), key=str)
    for candidate in sorted(node.atoms(sp.Sum), key=sp.srepr):
        if not free:
            if candidate == left:
                node = node.xreplace({candidate: right})
            continue
        others = sorted((s for s in candidate.free_symbols if isinstance(s, sp.Idx)), key=str)
        if len(free) == len(others) == 1 and same_range(free[0], others[0]):
            moved = index_form(substitute(left, free[0], others[0]))
            if moved == candidate:
                node = node.xreplace({candidate: substitute(right, free[0], others[0])})
    return index_form(node)


def _same(left: sp.Expr, right: sp.Expr, given: Declared) -> Proof | None:
    """Prove equality with entries, sums and deltas as free variables."""
    if left == right:
        return Proof(procedure=PROCEDURE)
    domain = given.vocabulary.domain
    atoms = Atoms(given)
    first, second = atoms.replaced(left), atoms.replaced(right)
    proof, _ = prove(first, second, domain.restricted(*atoms.facts))
    if proof is not None:
        return proof
    merged = _merged(left - right)
    if merged is not None:
        atoms = Atoms(given)
        proof, _ = prove(atoms.replaced(merged), sp.S.Zero, domain.restricted(*atoms.facts))
        if proof is None and merged != 0:
            proof = _without_zero_sums(merged, given)
    return proof


def _merged(difference: sp.Expr) -> sp.Expr | None:
    """Write c Σ_i f(i) + c Σ_i g(i) as c Σ_i (f(i) + g(i)); None where no two sums share their range."""
    if not small(difference):
        return None
    groups: dict[tuple[Any, Any], list[sp.Expr]] = {}
    rest = []
    for term in sp.Add.make_args(sp.expand(difference, power_base=False, log=False, trig=False, complex=False)):
        coefficient, factors = term.as_coeff_mul()
        sums = [factor for factor in factors if isinstance(factor, sp.Sum)]
        if len(sums) != 1:
            rest.append(term)
            continue
        others = sp.Mul(*(factor for factor in factors if factor is not sums[0]))
        groups.setdefault((sums[0].limits, others), []).append(coefficient * sums[0].function)
    if not groups:
        return None
    return sp.Add(*rest, *(others * sp.Sum(sp.Add(*bodies), *limits) for (limits, others), bodies in groups.items()))


def _without_zero_sums(merged: sp.Expr, given: Declared) -> Proof | None:
    """Prove a sum zero by proving what is summed zero, or constant in the indices."""
    total: sp.Expr = sp.S.Zero
    for term in sp.Add.make_args(merged):
        coefficient, factors = term.as_coeff_mul()
        sums = [factor for factor in factors if isinstance(factor, sp.Sum)]
        if len(sums) != 1:
            total += term
            continue
        others = coefficient * sp.Mul(*(factor for factor in factors if factor is not sums[0]))
        constant = _constant_body(sums[0], given)
        if constant is None:
            return None
        count = sp.Mul(*(length(index) for index in bound_indices(sums[0])))
        total += others * constant * count
    atoms = Atoms(given)
    proof, _ = prove(atoms.replaced(total), sp.S.Zero, given.vocabulary.domain.restricted(*atoms.facts))
    return proof


def _constant_body(node: sp.Sum, given: Declared) -> sp.Expr | None:
    for value in (0, 1, -1, 2, -2):
        atoms = Atoms(given)
        body = atoms.replaced(node.function)
        if prove(body, sp.Integer(value), given.vocabulary.domain.restricted(*atoms.facts))[0] is not None:
            return sp.Integer(value)
    return None


class Atoms:
    """Stands free symbols in for entries, sums and deltas; remembers which are known to be positive."""

    def __init__(self, given: Declared) -> None:
        self.given = given
        self.symbols: dict[sp.Expr, sp.Symbol] = {}
        self.facts: list[sp.Basic] = []

    def replaced(self, node: sp.Expr) -> sp.Expr:
        """Return the formula with a symbol for each entry, sum and delta."""
        if isinstance(node, (sp.Indexed, sp.Sum, sp.KroneckerDelta, sp.Idx)):
            if node not in self.symbols:
                self.symbols[node] = self._symbol(node)
            return self.symbols[node]
        if not node.args:
            return node
        return node.func(*(self.replaced(argument) for argument in node.args))

    def _symbol(self, node: sp.Expr) -> sp.Symbol:
        name = f"⟨{len(self.symbols) + 1}: {node}⟩"
        if isinstance(node, sp.Sum) and self.positive(node.function):
            return sp.Symbol(name, positive=True)
        symbol = sp.Symbol(name, real=True)
        if isinstance(node, sp.Indexed) and str(node.base.label) in self.given.entries:
            self.facts += self._entry_facts(self.given.entries[str(node.base.label)].domain, symbol)
        return symbol

    def positive(self, body: sp.Expr) -> bool:
        """Tell whether a summand is known to be positive for all entries."""
        inner = Atoms(self.given)
        value = inner.replaced(body)
        positive = {
            fact.lhs: sp.Dummy(positive=True) for fact in inner.facts if isinstance(fact, sp.Gt) and fact.rhs == 0
        }
        return bool(value.xreplace(positive).is_positive)

    @staticmethod
    def _entry_facts(domain: Domain, symbol: sp.Symbol) -> list[sp.Basic]:
        facts: list[sp.Basic] = []
        for own in domain.ranges:
            values = domain.range_of(own)
            if isinstance(values, sp.Interval):
                if values.start.is_finite:
                    facts.append(
                        (sp.Gt if values.left_open or values.start > 0 else sp.Ge)(
                            symbol, values.start if values.left_open or values.start <= 0 else 0
                        )
                    )
                if values.end.is_finite and values.right_open:
                    facts.append(sp.Lt(symbol, values.end))
            elif own.is_positive:
                facts.append(sp.Gt(symbol, 0))
        return [fact for fact in facts if fact not in (sp.true, sp.false)]


# -- the refuting arm ------------------------------------------------------------------------------


class Numbers:
    """Sizes, arrays of numbers and values of scalars at which a formula in index notation has a value."""

    def __init__(
        self, sizes: Mapping[sp.Symbol, int], arrays: Mapping[str, Any], scalars: Mapping[Any, Any], bits: int
    ) -> None:
        self.point: dict[Any, Any] = {**scalars, **{size: fmpq(number) for size, number in sizes.items()}}
        self.sizes = sizes
        self.arrays = arrays
        self.bits = bits
        self._parts: dict[sp.Expr, tuple[sp.Expr, dict[sp.Expr, sp.Symbol]]] = {}
        self._free: dict[sp.Expr, tuple[sp.Idx, ...]] = {}
        self._sums: dict[tuple[Any, ...], arb] = {}

    def value(self, node: sp.Expr, where: Mapping[sp.Idx, int]) -> arb:
        """Return a ball around the value; the free indices have the given values."""
        expression, atoms = self._divided(node)
        point = dict(self.point)
        for atom, symbol in atoms.items():
            point[symbol] = self._atom(atom, where)
        return enclose(expression, point, self.bits)

    def _divided(self, node: sp.Expr) -> tuple[sp.Expr, dict[sp.Expr, sp.Symbol]]:
        if node not in self._parts:
            atoms: dict[sp.Expr, sp.Symbol] = {}
            self._parts[node] = (_cut(node, atoms), atoms)
        return self._parts[node]

    def _atom(self, atom: sp.Expr, where: Mapping[sp.Idx, int]) -> Any:
        if isinstance(atom, sp.Sum):
            if atom not in self._free:
                self._free[atom] = tuple(atom.atoms(sp.Idx))
            # A sum within a sum has few values: without this, a word of 20 matrices has a million of terms.
            key = (atom, self.bits, *(where.get(index) for index in self._free[atom]))
            if key not in self._sums:
                self._sums[key] = self._sum(atom, where)
            return self._sums[key]
        if isinstance(atom, sp.KroneckerDelta):
            first, second = (self.whole(index, where) for index in atom.args)
            return fmpq(first == second)
        if isinstance(atom, sp.Idx):
            return fmpq(where[atom])
        position = tuple(self.whole(index, where) for index in atom.indices)
        entries = self.arrays[str(atom.base.label)]
        if position not in entries:
            raise UndefinedHereError(f"{atom.base.label} has no entry {position}")
        return entries[position]

    def _sum(self, node: sp.Sum, where: Mapping[sp.Idx, int]) -> arb:
        bound = bound_indices(node)
        ranges = [range(self.whole(low, where), self.whole(high, where) + 1) for _, low, high in node.limits]
        terms = (
            self.value(node.function, {**where, **dict(zip(bound, chosen, strict=True))}) for chosen in product(*ranges)
        )
        return sum(terms, arb(0))

    def whole(self, index: sp.Expr, where: Mapping[sp.Idx, int]) -> int:
        """Return the value of an index, a bound of a sum, or a size."""
        if index in where:
            return where[index]
        if index.is_Integer:
            return int(index)
        if index in self.sizes:
            return self.sizes[index]
        if index.is_Add:
            return sum(self.whole(term, where) for term in index.args)
        if index.is_Mul and all(factor.is_Integer or factor.is_Symbol for factor in index.args):
            return prod(self.whole(factor, where) for factor in index.args)
        number = index.xreplace(
            {**{i: sp.Integer(v) for i, v in where.items()}, **{s: sp.Integer(v) for s, v in self.sizes.items()}}
        )
        if not number.is_Integer:
            raise NotEvaluableError(f"the index {index} has no value")
        return int(number)


def _cut(node: sp.Expr, atoms: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    if isinstance(node, (sp.Indexed, sp.Sum, sp.KroneckerDelta, sp.Idx)):
        return atoms.setdefault(node, sp.Symbol(f"⟨{len(atoms)}⟩", real=True))
    return node.func(*(_cut(argument, atoms) for argument in node.args)) if node.args else node


def _refute(
    left: sp.Expr, right: sp.Expr, given: Declared, needs: Sequence[sp.Basic], shown: tuple[sp.Idx, ...], obstacle: str
) -> Verdict:
    if given.opaque:
        return _undecided(obstacle, f"a condition on arrays was not used: {given.opaque[0]}")
    stand_ins = stand_ins_for(left, right)
    left, right = with_stand_ins(left, stand_ins), with_stand_ins(right, stand_ins)
    arrays = _arrays(*_every_side(left, right, given))
    free = tuple(sorted({i for side in (left, right) for i in free_indices(side)}, key=str))
    tried = 0
    try:
        for at, values, scalar in _trials(left, right, given):
            try:
                outcome = _different(left, right, free, Numbers(at, values, scalar, 64), needs, given)
            except (UndefinedHereError, UnknownHereError):
                continue
            tried += 1
            if outcome is not None:
                return _counterexample(outcome, at, values, scalar, shown, stand_ins, arrays)
    except (NotEvaluableError, KeyError) as error:
        return _undecided(obstacle, str(error))
    return _undecided(obstacle, f"{tried} choices of arrays at three unequal sizes show no difference")


def _every_side(left: sp.Expr, right: sp.Expr, given: Declared) -> list[sp.Expr]:
    return [left, right, *(side for pair in given.equations for side in pair)]


def _trials(left: sp.Expr, right: sp.Expr, given: Declared) -> Iterator[tuple[Any, Any, Any]]:
    """Yield sizes, arrays of numbers and values of the scalars that fulfil what was declared, always the same ones."""
    sides = _every_side(left, right, given)
    sizes, arrays = _sizes(*sides), _arrays(*sides)
    scalars = [symbol for symbol in _scalars(left, right, given) if symbol not in sizes]
    random = Random(SEED)  # noqa: S311 - for reproducible numbers, not for secrets
    domain = given.vocabulary.domain
    scalar_points = list(points(scalars, domain, seed=SEED, count=TRIES * len(SIZES)))
    for attempt in range(TRIES):
        for choice, numbers in enumerate(SIZES):
            at = dict(
                zip(
                    sizes,
                    (numbers[place % len(numbers)] + place // len(numbers) for place in range(len(sizes))),
                    strict=True,
                )
            )
            if not _allowed(at, domain) or not scalar_points:
                continue
            scalar = scalar_points[(attempt * len(SIZES) + choice) % len(scalar_points)]
            try:
                yield at, _filled(arrays, at, given, random, attempt), scalar
            except (UndefinedHereError, UnknownHereError):
                continue


def _nowhere_defined(left: sp.Expr, right: sp.Expr, given: Declared) -> bool:
    """Tell whether a side has no value for any of the arrays tried, as with a division by Σ_j (x_j - x_j)."""
    stand_ins = stand_ins_for(left, right)
    left, right = with_stand_ins(left, stand_ins), with_stand_ins(right, stand_ins)
    free = tuple(sorted({i for side in (left, right) for i in free_indices(side)}, key=str))
    undefined = False
    try:
        for at, values, scalar in _trials(left, right, given):
            numbers = Numbers(at, values, scalar, PRECISIONS[1])
            for chosen in product(*(range(numbers.whole(length(index), {})) for index in free)):
                where = dict(zip(free, chosen, strict=True))
                try:
                    if numbers.value(left, where).is_finite() and numbers.value(right, where).is_finite():
                        return False
                except UndefinedHereError:
                    undefined = True
    except (UnknownHereError, NotEvaluableError, KeyError):
        return False
    return undefined


def _counterexample(
    outcome: Any, at: Any, values: Any, scalar: Any, shown: Any, stand_ins: Any, arrays: Any
) -> Verdict:
    first, second, where = outcome
    point = {str(size): str(number) for size, number in at.items()}
    point |= {str(symbol): str(value) for symbol, value in scalar.items()}
    point |= {name: _shown(values[name]) for name in sorted(arrays)}
    point |= {str(index): str(number + 1) for index, number in where.items() if index not in shown}
    place = ", ".join(str(where[index] + 1) for index in shown if index in where)
    if place:
        point["entry"] = f"({place})"
    point |= {name: text for name, (_, text) in stand_ins.items()}
    left, right = enclosure(first), enclosure(second)
    sizes = ", ".join(f"{size} = {number}" for size, number in at.items())
    said = [f"sizes {sizes}"] if sizes else []
    said += [f"entry {point['entry']}"] if place else []
    said += [f"{index} = {number + 1}" for index, number in where.items() if index not in shown]
    where_said = ", ".join(said)
    return Verdict(
        status=Status.REFUTED,
        reason=f"Different{' at ' + where_said if where_said else ''}: {left} against {right}.",
        evidence=Counterexample(point=point, left=left, right=right, disjoint=True),
    )


def _different(
    left: sp.Expr, right: sp.Expr, free: tuple[sp.Idx, ...], at: Numbers, needs: Sequence[sp.Basic], given: Declared
) -> tuple[arb, arb, dict[sp.Idx, int]] | None:
    """Return the values of both sides for the first values of the free indices at which they differ."""
    ranges = [range(at.whole(length(index), {})) for index in free]
    undefined: Exception | None = None
    compared = False
    for chosen in product(*ranges):
        where = dict(zip(free, chosen, strict=True))
        for bits in PRECISIONS:
            at.bits = bits
            try:
                first, second = at.value(left, where), at.value(right, where)
            except UndefinedHereError as error:
                undefined = error
                break
            except UnknownHereError as error:
                undefined = error
                continue
            if first.is_finite() and second.is_finite():
                compared = True
                if not first.overlaps(second):
                    if all(_needed(need, at, where) for need in needs):
                        return first, second, where
                    break
                if first.is_exact() and second.is_exact():
                    break
                if bits >= 256 and first.rad() < 1e-30 and second.rad() < 1e-30:
                    break
    if not compared and undefined is not None:
        raise UndefinedHereError(str(undefined))
    return None


def _needed(need: sp.Basic, at: Numbers, where: Mapping[sp.Idx, int]) -> bool:
    """Tell whether a condition is certain to hold here."""
    atoms: dict[sp.Expr, sp.Symbol] = {}
    try:
        condition = _cut(need, atoms)
        if any(symbol.name == "□" for symbol in condition.free_symbols):
            return False
        point = {**at.point, **{symbol: at._atom(atom, where) for atom, symbol in atoms.items()}}
        return holds(condition, point)
    except (UndefinedHereError, UnknownHereError, NotEvaluableError, KeyError):
        return False


def _shown(values: Mapping[tuple[int, ...], fmpq]) -> str:
    """Return an array in rows: [[1, 2], [3, 4]]."""
    if all(len(place) == 1 for place in values):
        return f"[{', '.join(str(value) for _, value in sorted(values.items()))}]"
    rows: dict[int, list[str]] = {}
    for place, value in sorted(values.items()):
        rows.setdefault(place[0], []).append(str(value))
    return f"[{', '.join('[' + ', '.join(row) + ']' for row in rows.values())}]"


def _filled(
    arrays: Mapping[str, sp.IndexedBase], sizes: Mapping[sp.Symbol, int], given: Declared, random: Random, attempt: int
) -> dict[str, dict[tuple[int, ...], fmpq]]:
    """Return small numbers for every entry, within what was declared."""
    filled: dict[str, dict[tuple[int, ...], fmpq]] = {}
    for name, base in sorted(arrays.items()):
        shape = [
            int(sp.sympify(size, strict=True).xreplace({s: sp.Integer(n) for s, n in sizes.items()}))
            for size in base.shape
        ]
        positions = list(product(*map(range, shape)))
        restricted = given.entries.get(name)
        if restricted is None:
            filled[name] = {place: _entry(random, attempt) for place in positions}
            continue
        symbol = restricted.symbols.get("u")
        pool = [point[symbol] for point in points([symbol], restricted.domain, seed=SEED + attempt, count=24)]
        if not pool:
            raise UndefinedHereError(f"no value was found for the entries of {name}")
        filled[name] = {place: random.choice(pool) for place in positions}
    for equation in given.equations:
        _fulfil(equation, filled, sizes)
    return filled


def _entry(random: Random, attempt: int) -> fmpq:
    number = random.choice(_ENTRIES)
    return fmpq(number) if attempt < 3 else fmpq(number, random.choice((1, 2, 3, 7)))


def _fulfil(
    equation: tuple[sp.Expr, sp.Expr], filled: dict[str, dict[tuple[int, ...], fmpq]], sizes: Mapping[sp.Symbol, int]
) -> None:
    """Set one entry of each sum so that Σ_k y_k = 1 holds.

    Raises
    ------
    UndefinedHereError
        The equation is of another kind, so no numbers were found for which it holds.
    """
    left, right = equation if isinstance(equation[0], sp.Sum) else equation[::-1]
    if not (isinstance(left, sp.Sum) and isinstance(left.function, sp.Indexed) and right.is_Rational):
        raise UndefinedHereError("no numbers were found for which the given equations hold")
    entry, bound = left.function, bound_indices(left)
    if len(bound) != 1 or not set(entry.indices) >= set(bound) or not all(isinstance(i, sp.Idx) for i in entry.indices):
        raise UndefinedHereError("no numbers were found for which the given equations hold")
    values = filled[str(entry.base.label)]
    axis = list(entry.indices).index(bound[0])
    rows: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for place in values:
        rows.setdefault(place[:axis] + place[axis + 1 :], []).append(place)
    goal = fmpq(int(right.p), int(right.q))
    for places in rows.values():
        whole = sum((values[place] for place in places), fmpq(0))
        if all(values[place] > 0 for place in places) and goal > 0:
            for place in places:
                values[place] = values[place] * goal / whole
        else:
            values[places[-1]] = goal - (whole - values[places[-1]])


def samples(
    sides: Sequence[sp.Expr], given: Declared, bits: int, *, places: int = 4
) -> Iterator[tuple[Numbers, list[dict[sp.Idx, int]]]]:
    """Yield numbers for all names of some formulas, at unequal sizes, with a few values of their free indices.

    At some of them a formula may not be defined.
    """
    known = [*sides, *(side for pair in given.equations for side in pair)]
    bases = _arrays(*known) | {
        name: base for name, base in given.vocabulary.symbols.items() if isinstance(base, sp.IndexedBase)
    }
    sizes = dict.fromkeys(
        [*_sizes(*known), *(s for base in bases.values() for n in base.shape for s in n.free_symbols)]
    )
    free = sorted({index for side in sides for index in free_indices(side)}, key=str)
    domain = given.vocabulary.domain
    scalars = [symbol for symbol in _scalars(sp.Add(*known), sp.S.Zero, given) if symbol not in sizes]
    random = Random(SEED)  # noqa: S311 - for reproducible numbers, not for secrets
    scalar_points = list(points(scalars, domain, seed=SEED, count=TRIES * len(SIZES)))
    for attempt in range(TRIES * len(SIZES) if scalar_points else 0):
        numbers = SIZES[attempt % len(SIZES)]
        at = {size: numbers[place % len(numbers)] for place, size in enumerate(sizes)}
        if not _allowed(at, domain):
            continue
        try:
            values = _filled(bases, at, given, random, attempt // len(SIZES))
        except (UndefinedHereError, UnknownHereError, NotEvaluableError, KeyError):
            continue
        found = Numbers(at, values, scalar_points[attempt % len(scalar_points)], bits)
        every = list(product(*(range(found.whole(length(index), {})) for index in free)))
        chosen = every if len(every) <= places else [every[k * (len(every) - 1) // (places - 1)] for k in range(places)]
        yield found, [dict(zip(free, place, strict=True)) for place in chosen]


# -- what occurs -----------------------------------------------------------------------------------


def free_indices(node: sp.Expr, bound: frozenset[sp.Idx] = frozenset()) -> set[sp.Idx]:
    """Return the indices that stand free in a formula."""
    if isinstance(node, sp.Idx):
        return set() if node in bound else {node}
    if isinstance(node, sp.Sum):
        return free_indices(node.function, bound | set(bound_indices(node)))
    return set().union(*(free_indices(argument, bound) for argument in node.args)) if node.args else set()


def same_length(first: sp.Idx, second: sp.Idx) -> bool:
    """Tell whether two indices run over the same values."""
    return same_range(first, second)


def _sizes(*sides: sp.Expr) -> list[sp.Symbol]:
    found: set[sp.Symbol] = set()
    for side in sides:
        for node in side.atoms(sp.Idx):
            found |= {s for s in length(node).free_symbols if isinstance(s, sp.Symbol)}
        for node in side.atoms(sp.Indexed):
            found |= {
                s
                for size in node.base.shape
                for s in sp.sympify(size, strict=True).free_symbols
                if isinstance(s, sp.Symbol)
            }
        found |= {s for s in side.free_symbols if isinstance(s, sp.Symbol) and s.is_integer and s.is_positive}
    return sorted((symbol for symbol in found if not isinstance(symbol, sp.Idx)), key=lambda symbol: symbol.name)


def _arrays(*sides: sp.Expr) -> dict[str, sp.IndexedBase]:
    return {str(node.base.label): node.base for side in sides for node in side.atoms(sp.Indexed)}


def _scalars(left: sp.Expr, right: sp.Expr, given: Declared) -> list[sp.Symbol]:
    labels = {label for side in (left, right) for node in side.atoms(sp.Indexed) for label in node.base.free_symbols}
    labels |= {index.label for side in (left, right) for index in side.atoms(sp.Idx)}
    found = {s for side in (left, right) for s in side.free_symbols if type(s) is sp.Symbol} - labels
    domain = given.vocabulary.domain
    for condition in domain.conditions:
        if condition.free_symbols & found:
            found |= {s for s in condition.free_symbols if type(s) is sp.Symbol}
    return sorted(found, key=lambda symbol: symbol.name)


def _allowed(sizes: Mapping[sp.Symbol, int], domain: Domain) -> bool:
    """Tell whether these sizes are among those that were declared."""
    for size, number in sizes.items():
        if domain.range_of(size).contains(number) != sp.true:
            return False
    return all(
        bool(condition.xreplace({s: sp.Integer(n) for s, n in sizes.items()}))
        for condition in domain.conditions
        if condition.free_symbols and condition.free_symbols <= set(sizes)
    )


def _undecided(*tried: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED, reason=f"Neither proved nor refuted: {tried[0]}.", evidence=Attempt(tried=tried)
    )
