"""Check derivations: every step alone, the whole against a second differentiator, all sizes, wrong answers.

The steps come from our rules; the second opinion is SymPy's own differentiation of the function written out, and the
judge between them is the exact normal form. For arrays both are written out at three unequal sizes, where the claim is
a finite list of exact identities, and the claim for all sizes is decided in index form.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from checks.identity import identical
from checks.moments import expectation_written_out, root_is
from checks.verdict import Attempt, Counterexample, Proof, Status, Verdict
from derive.algebra import NoChainError
from derive.derivation import D, Derivation, Step
from derive.domain import Domain
from derive.entry import ArrayEntry, Entry, MomentEntry, ScalarEntry
from derive.indices import canonical, entry_symbol, instantiate, positions
from derive.moments import E, PositiveRoot
from derive.rules import NoRuleError
from derive.typed_function import TypedFunction

Sizes = Mapping[sp.Symbol, int]
THREE_SIZES = ((2, 3, 4, 5), (3, 2, 5, 4), (4, 5, 3, 2))


@dataclass(frozen=True)
class Claim:
    """An equality of two scalar formulas, with where it comes from."""

    left: sp.Expr
    right: sp.Expr
    domain: Domain
    place: str


# -- the checks -----------------------------------------------------------------------------------


def check_steps(entry: Entry) -> Verdict:
    """Decide every step of every derivation of an entry, each one alone."""
    count = 0
    try:
        chains = entry.derivations
    except (NoRuleError, NoChainError) as error:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"There is no derivation to check: {error}.",
            evidence=Attempt(tried=("rules of differentiation", "named steps of algebra from both ends")),
            reproduce=_again(entry),
        )
    for chain in chains:
        for number, step in enumerate(chain.steps, start=1):
            count += 1
            for claim in _step_claims(entry, chain, step):
                verdict = identical(claim.left, claim.right, claim.domain, borders=False, reproduce=_again(entry))
                if verdict.status is not Status.PROVED:
                    return _failed(verdict, f"Step {number} of ∂/∂{chain.name} ({step.rule}){claim.place}", entry)
    return _proved(f"All {count} steps hold, each decided alone.", entry, "normal form, step by step")


def check_typed(function: TypedFunction) -> Verdict:
    """Decide every step of the derivation of a typed function, and compare its end with SymPy's derivative."""
    chain = function.derivation(str(function.by))
    again = "gradproof derive"
    sides = [(step.rule, _carried_out(step.before), _carried_out(step.after)) for step in chain.steps]
    sides.append(("the whole", sp.diff(_differentiable(function.value), function.by), chain.result))
    for number, (rule, before, after) in enumerate(sides, start=1):
        verdict = identical(before, after, function.domain, borders=False, reproduce=again)
        if verdict.status is not Status.PROVED:
            words = "is wrong" if verdict.status is Status.REFUTED else "could not be decided"
            return replace(verdict, reason=f"Step {number} ({rule}) {words}: {verdict.reason}")
    return Verdict(
        status=Status.PROVED,
        reason=f"All {len(chain.steps)} steps hold, each decided alone, and SymPy's derivative is the same.",
        evidence=Proof(procedure="normal form, step by step", domain=function.domain.describe(_free(function))),
        reproduce=again,
    )


def _free(function: TypedFunction) -> list[sp.Symbol]:
    return sorted(function.value.free_symbols, key=lambda symbol: symbol.name)


def check_textbook(entry: Entry) -> Verdict:
    """Decide whether the derivative, taken by SymPy and not by our rules, is the textbook form."""
    count = 0
    for name in entry.targets:
        for claim in textbook_claims(entry, name):
            count += 1
            verdict = identical(claim.left, claim.right, claim.domain, borders=False, reproduce=_again(entry))
            if verdict.status is not Status.PROVED:
                return _failed(verdict, f"The textbook form of {name}{claim.place}", entry)
    what = f"{len(entry.targets)} textbook form{'s' * (len(entry.targets) > 1)}"
    if isinstance(entry, ArrayEntry):
        return _proved(
            f"{what} equal to the derivative in {count} exact identities at unequal sizes.",
            entry,
            "normal form at three unequal sizes",
        )
    if isinstance(entry, MomentEntry):
        found = "what all outcomes together give, for all values, with 1, 2 and 3 terms"
        return _proved(f"{what} equal to {found}; for any number by the steps.", entry, "enumeration and normal form")
    return _proved(f"{what} equal to the derivative on the whole domain.", entry, "normal form")


def check_all_sizes(entry: ArrayEntry) -> Verdict:
    """Decide in index form, with symbolic sizes, whether the derived formula is the textbook form."""
    for chain in entry.derivations:
        derived = next(step.after for step in reversed(chain.steps) if step.before.has(D))
        textbook = chain.result
        left, right = (_index_form(entry, side, chain.conditions) for side in (derived, textbook))
        verdict = identical(left, right, _stage_domain(entry, left, right), borders=False, reproduce=_again(entry))
        if verdict.status is not Status.PROVED:
            tried = (f"index forms differ: {left} and {right}",)
            return Verdict(
                status=Status.UNDECIDED,
                reason=f"For symbolic sizes the index forms of {chain.name} could not be brought together.",
                evidence=Attempt(tried=tried),
                reproduce=_again(entry),
            )
    sizes = ", ".join(map(str, _sizes_of(entry)))
    return _proved(
        f"Derived and textbook form have the same index form for all sizes {sizes}.", entry, "canonical index form"
    )


def check_wrong_answers(entry: Entry) -> Verdict:
    """Show that the check bites: every typical wrong answer must be refuted by a counterexample."""
    for wrong in entry.wrong:
        verdicts = [
            identical(claim.left, claim.right, claim.domain, borders=False)
            for claim in textbook_claims(entry, wrong.of, wrong.formula)
        ]
        if not any(verdict.status is Status.REFUTED for verdict in verdicts):
            return Verdict(
                status=Status.FAULT,
                reason=f"The wrong answer {wrong.formula} ({wrong.mistake}) for {wrong.of} was not refuted.",
                evidence=Attempt(tried=tuple(verdict.reason for verdict in verdicts)),
                reproduce=_again(entry),
            )
    return _proved(
        f"All {len(entry.wrong)} typical wrong answers are refuted, each at a rational point.",
        entry,
        "disjoint Arb balls at a rational point",
    )


def refutation(entry: Entry, of: str, formula: sp.Expr) -> Verdict:
    """Judge an answer for one target: the first refuted claim, else the verdict of the last claim."""
    verdict: Verdict | None = None
    for claim in textbook_claims(entry, of, formula):
        verdict = identical(claim.left, claim.right, claim.domain, borders=False, reproduce=_again(entry))
        if verdict.status is Status.REFUTED:
            return verdict
    assert verdict is not None
    return verdict


# -- what is claimed ------------------------------------------------------------------------------


def textbook_claims(entry: Entry, name: str, answer: sp.Expr | None = None) -> Iterator[Claim]:
    """Yield what it means that `answer` (the textbook form when none is given) is the derivative by `name`."""
    if isinstance(entry, ScalarEntry):
        symbol = entry.variable(name).symbol
        form = entry.textbook(name) if answer is None else answer
        yield Claim(sp.diff(_differentiable(entry.value), symbol), form, entry.domain, "")
    elif isinstance(entry, ArrayEntry):
        yield from _array_claims(entry, name, entry.gradient[entry.entry_of(name)] if answer is None else answer)
    elif isinstance(entry, MomentEntry):
        yield from _moment_claims(entry, name, entry.textbook(name) if answer is None else answer)
    else:
        raise TypeError(f"{type(entry).__name__} has no claims")


def _differentiable(formula: sp.Expr) -> sp.Expr:
    """Write max(0, u) as cases, which SymPy differentiates branch by branch (off the border)."""
    return formula.replace(
        lambda node: isinstance(node, sp.Max),
        lambda node: sp.Piecewise((node.args[0], node.args[0] > node.args[1]), (node.args[1], True)),
    )


def _array_claims(entry: ArrayEntry, name: str, form: sp.Expr) -> Iterator[Claim]:
    textbook = entry.expanded(entry.in_index_form(form, name))
    expression = entry.scalar_for(name)
    for sizes in size_choices(entry):
        conditions = _conditions_at(entry, sizes)
        for symbol, where, shown in _places(entry, name, sizes, at_most=6):
            written = instantiate(expression, sizes, where)
            left = sp.diff(_differentiable(written), symbol).xreplace(conditions)
            right = instantiate(textbook, sizes, where).xreplace(conditions)
            chosen = ", ".join(f"{size} = {number}" for size, number in sizes.items())
            domain = _array_domain(entry, conditions, left, right)
            yield Claim(left, right, domain, f", entry {shown}, sizes {chosen}")


def _places(
    entry: ArrayEntry, name: str, sizes: Sizes, at_most: int
) -> Iterator[tuple[sp.Symbol, dict[sp.Idx, int], list[int]]]:
    """Yield symbols to differentiate by, with the values of the indices of the target, and of a Jacobian's row."""
    target = entry.entry_of(name)
    indices = target.indices if isinstance(target, sp.Indexed) else ()
    shape = target.base.shape if isinstance(target, sp.Indexed) else ()
    rows = entry.indices if entry.is_jacobian else ()
    row_shape = tuple(index.upper + 1 for index in rows)
    for position in _some(list(positions((*row_shape, *shape), sizes)), at_most):
        where = dict(zip((*rows, *indices), position, strict=True))
        symbol = entry_symbol(name, position[len(rows) :]) if shape else target
        yield symbol, where, list(position)


def size_choices(entry: ArrayEntry) -> list[Sizes]:
    """Return three choices of unequal sizes; smaller ones for the convolutional network, whose shapes are fixed."""
    symbols = _sizes_of(entry)
    if entry.selection is not None:
        return [dict.fromkeys(symbols, 1)]
    return [dict(zip(symbols, numbers, strict=False)) for numbers in THREE_SIZES]


def _sizes_of(entry: ArrayEntry) -> list[sp.Symbol]:
    found: dict[sp.Symbol, None] = {}
    for array in entry.arrays.values():
        for extent in array.shape:
            found.update(dict.fromkeys(sorted(extent.free_symbols, key=lambda symbol: symbol.name)))
    return list(found)


def _some(every: list[tuple[int, ...]], at_most: int = 6) -> list[tuple[int, ...]]:
    """Return all positions, or a few spread ones of a large array: its entries are alike."""
    if len(every) <= at_most:
        return every
    return [every[round(place * (len(every) - 1) / (at_most - 1))] for place in range(at_most)]


def _array_domain(entry: ArrayEntry, solved: Mapping[sp.Symbol, sp.Expr], *formulas: sp.Expr) -> Domain:
    """Give each written-out entry X_0_1 the values declared for X, those that a condition eliminated included."""
    declared = {variable.name: variable.values for variable in entry.variables}
    declared |= {stage.name: stage.values for stage in entry.stages}

    def values(symbol: sp.Symbol) -> sp.Set | None:
        return declared.get(symbol.name, declared.get(re.sub(r"(_\d+)+$", "", symbol.name)))

    symbols = set().union(*(formula.free_symbols for formula in formulas))
    ranges = {symbol: found for symbol in symbols if (found := values(symbol)) is not None}
    conditions: list[sp.Basic] = []
    for eliminated, meaning in solved.items():
        found = values(eliminated)
        # 1 − Y_0_0 − Y_0_1 stands for Y_0_2, which must lie in its range like the others.
        if isinstance(found, sp.Interval) and meaning.free_symbols & symbols:
            ranges |= {symbol: found for symbol in meaning.free_symbols if symbol not in ranges}
            conditions += [bound for bound in (meaning >= found.start, meaning <= found.end) if bound != sp.true]
    return Domain(ranges, tuple(conditions))


def _stage_domain(entry: ArrayEntry, *formulas: sp.Expr) -> Domain:
    """Say of entries with symbolic indices that they are positive, where their stage is declared so."""
    positive = {stage.entry.base for stage in entry.stages if stage.values == sp.Interval.open(0, sp.oo)}
    found = set().union(*(formula.atoms(sp.Indexed) for formula in formulas))
    return Domain({}, tuple(sp.StrictGreaterThan(one, 0, evaluate=False) for one in found if one.base in positive))


def _conditions_at(entry: ArrayEntry, sizes: Sizes) -> dict[sp.Symbol, sp.Expr]:
    """Solve each condition such as Σ_k Y[p, k] = 1, in every row, for the last entry of the row."""
    solved: dict[sp.Symbol, sp.Expr] = {}
    for condition in entry.conditions:
        free = sorted(
            {index for index in condition.lhs.free_symbols if isinstance(index, sp.Idx)}, key=lambda index: index.name
        )
        for position in positions([index.upper + 1 for index in free], sizes):
            where = dict(zip(free, position, strict=True))
            left = instantiate(condition.lhs, sizes, where)
            right = instantiate(condition.rhs, sizes, where)
            last = max(left.free_symbols, key=lambda symbol: symbol.name)
            solved[last] = sp.expand(right - (left - last))
    return solved


def _index_form(entry: ArrayEntry, form: sp.Expr, conditions: Sequence[sp.Eq]) -> sp.Expr:
    canonical_form = canonical(entry.expanded(form))
    for condition in conditions:
        canonical_form = canonical_form.xreplace({canonical(condition.lhs): condition.rhs})
    return canonical_form


def _moment_claims(entry: MomentEntry, name: str, form: sp.Expr) -> Iterator[Claim]:
    start = entry.claims[name][1][0].before
    if isinstance(start, PositiveRoot):
        yield Claim(root_is(start, form), sp.S.Zero, entry.domain, "")
        return
    if isinstance(start, sp.Integral):
        yield Claim(start.doit(), form, entry.domain, "")
        return
    for number in _numbers_of_terms(start):
        sizes = dict.fromkeys(_random_sizes(entry), number)
        left = expectation_written_out(start, entry.random, sizes)
        right = instantiate(form, sizes)
        yield Claim(left, right, entry.domain, f", size {number}")


def _numbers_of_terms(start: sp.Expr) -> tuple[int, ...]:
    """Return the sizes at which expectations are enumerated; formulas with cases are enumerated one by one."""
    return (1, 2) if start.has(sp.Max, sp.Piecewise) else (1, 2, 3)


def _random_sizes(entry: MomentEntry) -> list[sp.Symbol]:
    return sorted({extent for array in entry.random for extent in array.shape}, key=lambda symbol: symbol.name)


def _step_claims(entry: Entry, chain: Derivation, step: Step) -> Iterator[Claim]:
    if isinstance(entry, ScalarEntry):
        yield Claim(_carried_out(step.before), _carried_out(step.after), entry.domain, "")
    elif isinstance(entry, ArrayEntry):
        yield from _array_step_claims(entry, chain, step)
    elif isinstance(entry, MomentEntry):
        yield from _moment_step_claims(entry, chain, step)


def _carried_out(formula: sp.Expr) -> sp.Expr:
    """Let SymPy carry out every ∂ that is left on the page."""
    return formula.replace(
        lambda node: isinstance(node, D), lambda node: sp.diff(_differentiable(node.expression), node.variable)
    )


def _array_step_claims(entry: ArrayEntry, chain: Derivation, step: Step) -> Iterator[Claim]:
    sizes = size_choices(entry)[0]
    conditions = _conditions_at(entry, sizes) if step.condition is not None else {}
    for _, where, shown in _places(entry, chain.name, sizes, at_most=2):
        before, after = (
            _carried_out(instantiate(entry.expanded(side), sizes, where)).xreplace(conditions)
            for side in (step.before, step.after)
        )
        yield Claim(before, after, _array_domain(entry, conditions, before, after), f", entry {shown}")


def _moment_step_claims(entry: MomentEntry, chain: Derivation, step: Step) -> Iterator[Claim]:
    if isinstance(step.before, PositiveRoot):
        yield Claim(root_is(step.before, step.after), sp.S.Zero, entry.domain, "")
        return
    if not (step.before.has(E) or step.after.has(E) or step.before.has(sp.Sum) or step.after.has(sp.Sum)):
        yield Claim(step.before.doit(), step.after.doit(), entry.domain, "")
        return
    for number in _numbers_of_terms(chain.start):
        sizes = dict.fromkeys(_random_sizes(entry), number)
        before, after = (expectation_written_out(side, entry.random, sizes) for side in (step.before, step.after))
        yield Claim(before, after, entry.domain, f", size {number}")


# -- words ----------------------------------------------------------------------------------------


def _again(entry: Entry) -> str:
    return f"gradproof verify {entry.name}"


def _proved(reason: str, entry: Entry, procedure: str) -> Verdict:
    return Verdict(
        status=Status.PROVED,
        reason=reason,
        evidence=Proof(procedure=procedure, domain=entry.domain.describe(entry.domain.ranges)),
        reproduce=_again(entry),
    )


def _failed(verdict: Verdict, what: str, entry: Entry) -> Verdict:
    words = "is wrong" if isinstance(verdict.evidence, Counterexample) else "could not be decided"
    return Verdict(
        status=verdict.status,
        reason=f"{what} {words}: {verdict.reason}",
        evidence=verdict.evidence,
        reproduce=_again(entry),
    )
