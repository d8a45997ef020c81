"""Every entry is proved, and every planted error in an entry is caught."""

from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from checks.derivations import (
    check_all_sizes,
    check_steps,
    check_textbook,
    check_wrong_answers,
    refutation,
    size_choices,
    textbook_claims,
)
from checks.identity import identical
from checks.verdict import Counterexample, Status
from derive import catalogue
from derive.derivation import D, Derivation, Step
from derive.entry import ArrayEntry, Entry, MomentEntry, ScalarEntry, Stage, Wrong
from derive.functions import sigma
from derive.indices import entry_symbol, instantiate, substitute, total

ENTRIES = catalogue.names()
ARRAYS = [name for name in ENTRIES if isinstance(catalogue.load(name), ArrayEntry)]


@pytest.mark.parametrize("name", ENTRIES)
def test_every_step_of_every_derivation_is_proved_alone(name: str) -> None:
    assert check_steps(catalogue.load(name)).status is Status.PROVED


@pytest.mark.parametrize("name", ENTRIES)
def test_every_textbook_form_is_the_derivative(name: str) -> None:
    assert check_textbook(catalogue.load(name)).status is Status.PROVED


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_formula_holds_for_all_sizes(name: str) -> None:
    entry = catalogue.load(name)
    assert isinstance(entry, ArrayEntry)
    assert check_all_sizes(entry).status is Status.PROVED


WRONG = [(name, wrong) for name in ENTRIES for wrong in catalogue.load(name).wrong]


@pytest.mark.parametrize(("name", "wrong"), WRONG, ids=[f"{name}: {wrong.mistake}" for name, wrong in WRONG])
def test_every_wrong_answer_is_refuted_at_a_point(name: str, wrong: Wrong) -> None:
    verdict = refutation(catalogue.load(name), wrong.of, wrong.formula)
    assert verdict.status is Status.REFUTED
    assert isinstance(verdict.evidence, Counterexample)
    assert verdict.evidence.left.kind == verdict.evidence.right.kind == "rigorous"


def with_textbook(entry: Entry, name: str, form: sp.Expr) -> Entry:
    """Return the entry with another textbook form for one target."""
    if isinstance(entry, ScalarEntry):
        return replace(entry, gradient={**entry.gradient, entry.variable(name).symbol: form})
    if isinstance(entry, ArrayEntry):
        return replace(entry, gradient={**entry.gradient, entry.entry_of(name): form})
    assert isinstance(entry, MomentEntry)
    label, steps, _ = entry.claims[name]
    return replace(entry, claims={**entry.claims, name: (label, steps, form)})


ONE_OF_EACH = [next(pair for pair in WRONG if pair[0] == name) for name in dict.fromkeys(name for name, _ in WRONG)]
OTHERS = [pytest.param(*pair, marks=pytest.mark.slow) for pair in WRONG if pair not in ONE_OF_EACH]


@pytest.mark.parametrize(("name", "wrong"), [*ONE_OF_EACH, *OTHERS])
def test_an_entry_with_a_wrong_textbook_form_is_refuted(name: str, wrong: Wrong) -> None:
    broken = with_textbook(catalogue.load(name), wrong.of, wrong.formula)
    assert check_textbook(broken).status is Status.REFUTED


def test_a_wrong_step_is_found_and_named_with_its_number() -> None:
    entry = catalogue.load("sigmoid")
    chain = entry.derivation("x")
    last = chain.steps[-1]
    middle = last.before * 2  # a factor gained and lost again: the end is right, the middle is not
    steps = (
        *chain.steps[:-1],
        Step(before=last.before, rule="a slip", after=middle),
        Step(before=middle, rule="and back", after=last.after),
    )
    broken = replace(entry)
    broken.__dict__["derivations"] = (Derivation(name="x", label=chain.label, steps=steps),)
    verdict = check_steps(broken)
    assert verdict.status is Status.REFUTED
    assert verdict.reason.startswith(f"Step {len(steps) - 1} of ∂/∂x (a slip) is wrong: Different at x = ")


def test_a_wrong_step_in_index_notation_is_found() -> None:
    entry = catalogue.load("linear_layer")
    chain = entry.derivation("W")
    last = chain.steps[-1]
    broken = replace(entry)
    slip = Step(before=last.before, rule="a slip", after=-last.before)
    back = Step(before=-last.before, rule="and back", after=last.after)
    broken.__dict__["derivations"] = (replace(chain, steps=(*chain.steps[:-1], slip, back)),)
    verdict = check_steps(broken)
    assert verdict.status is Status.REFUTED
    assert "(a slip)" in verdict.reason


def test_a_condition_is_used_only_where_it_is_stated() -> None:
    entry = catalogue.load("softmax_cross_entropy")
    assert isinstance(entry, ArrayEntry)
    unconditional = replace(entry, conditions=())
    assert check_steps(entry).status is Status.PROVED
    assert check_steps(unconditional).status is Status.UNDECIDED  # without Σ y = 1 no steps lead there
    assert check_textbook(unconditional).status is Status.REFUTED  # because it is not true


def test_wrong_answers_that_are_right_are_reported_as_a_fault_of_ours() -> None:
    entry = catalogue.load("sigmoid")
    x = entry.variables[0].symbol
    right = Wrong("x", sp.exp(-x) / (1 + sp.exp(-x)) ** 2, "no mistake at all")
    verdict = check_wrong_answers(replace(entry, wrong=(*entry.wrong, right)))
    assert verdict.status is Status.FAULT
    assert "no mistake at all" in verdict.reason


def test_sympys_matrix_derivative_of_a_sum_of_traces_is_wrong_and_ours_is_not() -> None:
    n = sp.Symbol("n", integer=True, positive=True)
    A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    if sp.diff(sp.trace(A.T * A) + sp.trace(B.T * B), A) == 0:  # SymPy 1.14: silently zero
        pass
    from derive.differentiate import differentiate
    from derive.indices import array, canonical, indices

    a = array("A", n, n)
    i, j, p, q = indices("i j p q", n)
    steps = differentiate(total(a[i, j] ** 2, i, j), a[p, q])
    assert canonical(steps[-1].after) == 2 * a[p, q]


def test_the_second_opinion_does_not_come_from_our_rules() -> None:
    entry = catalogue.load("wave")
    claim = next(textbook_claims(entry, "x"))
    assert not claim.left.has(D)
    assert identical(claim.left, claim.right, claim.domain).status is Status.PROVED
    x = entry.variables[0].symbol
    assert identical(claim.left, claim.right + sigma(x), claim.domain).status is Status.REFUTED


def test_a_counterexample_with_a_condition_stays_inside_the_declared_ranges() -> None:
    entry = catalogue.load("softmax_cross_entropy")
    for wrong in entry.wrong:
        verdict = refutation(entry, wrong.of, wrong.formula)
        assert isinstance(verdict.evidence, Counterexample)
        labels = [sp.Rational(value) for name, value in verdict.evidence.point.items() if name.startswith("Y_0")]
        assert all(0 <= label <= 1 for label in labels)
        assert sum(labels) <= 1  # the last one of the row, which the condition gives, is not negative either


def written_out_loss(entry: ArrayEntry, sizes: dict[sp.Symbol, int]) -> sp.Expr:
    """Return Σ G ∘ value at given sizes with every stage replaced by what it means: nothing is held fixed."""
    loss = entry.scalar
    for stage in reversed(entry.stages):

        def meant(node: sp.Indexed, stage: Stage = stage) -> sp.Expr:
            formula = stage.formula
            for index, value in zip(stage.entry.indices, node.indices, strict=True):
                formula = substitute(formula, index, value)
            return formula

        loss = loss.replace(
            lambda node, base=stage.entry.base: isinstance(node, sp.Indexed) and node.base == base, meant
        )
    return instantiate(loss, sizes)


@pytest.mark.parametrize("name", ["layer_norm", "batch_norm", "attention"])
def test_the_stages_together_give_the_derivative_of_the_whole(name: str) -> None:
    """Differentiate the composed loss directly, at a rational point, and compare with the chain through the stages."""
    entry = catalogue.load(name)
    assert isinstance(entry, ArrayEntry)
    symbols = list(size_choices(entry)[0])
    sizes = dict(zip(symbols, (2, 3, 2, 2), strict=False))
    whole = written_out_loss(entry, sizes)
    rng = np.random.default_rng(0)
    arrays = {
        one.name: rng.normal(size=tuple(int(extent.subs(sizes)) for extent in one.shape)) if one.shape else 0.125
        for one in entry.variables
    }
    upstream = rng.normal(size=tuple(int(extent.subs(sizes)) for extent in entry.upstream.shape))
    arrays_and_upstream = {**arrays, str(entry.upstream.label): upstream}
    point = {
        entry_symbol(label, place): float(array[place])
        for label, array in arrays_and_upstream.items()
        if isinstance(array, np.ndarray)
        for place in np.ndindex(array.shape)
    } | {sp.Symbol("eps", real=True): 0.125}
    for variable in entry.variables:
        if variable.name not in entry.targets:
            continue
        compiled = entry.compiled_gradient[variable.name](*arrays.values(), upstream)
        for place in np.ndindex(compiled.shape):
            direct = sp.diff(whole, entry_symbol(variable.name, place)).subs(point)
            assert compiled[place] == pytest.approx(float(direct), rel=1e-10, abs=1e-12)
