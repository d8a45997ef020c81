"""The way to the textbook form is a chain of named moves, and every one of them is a true identity."""

import pytest
import sympy as sp

from checks.identity import identical
from checks.verdict import Status
from derive.algebra import MOVES, NoChainError, chain, tidied
from derive.derivation import Step
from derive.functions import sigma
from derive.indices import array, indices, size, total
from derive.sums import finish, taken_out

x, y, z = sp.symbols("x y z", real=True)
p = sp.Symbol("p", positive=True)

CHAINS = [
    (sp.exp(-x) / (1 + sp.exp(-x)) ** 2, sigma(x) * (1 - sigma(x)), ["recognise σ", "recognise σ"]),
    (sp.exp(x) / (1 + sp.exp(x)), sigma(x), ["recognise σ", "recognise σ", "symmetry of σ"]),
    (
        (sp.cosh(x) ** 2 - sp.sinh(x) ** 2) / sp.cosh(x) ** 2,
        1 - sp.tanh(x) ** 2,
        ["split the fraction", "recognise tanh"],
    ),
    (
        1 + sp.tan(x) ** 2,
        1 / sp.cos(x) ** 2,
        ["insert the tangent", "common denominator", "trigonometric identity"],
    ),
    (
        -y / p - (y - 1) / (1 - p),
        (p - y) / (p * (1 - p)),
        ["common denominator", "multiply out the numerator"],
    ),
    (x**2 - 1, (x - 1) * (x + 1), ["factor"]),
    ((x - 1) * (x + 1), x**2 - 1, ["multiply out"]),
    ((x + y) ** 2 / (x + y) / z, (x + y) / z, []),
    ((x**2 - y**2) / (x + y), x - y, ["cancel"]),
]


@pytest.mark.parametrize(("start", "goal", "rules"), CHAINS, ids=lambda part: str(part)[:30])
def test_the_chain_has_the_named_moves(start: sp.Expr, goal: sp.Expr, rules: list[str]) -> None:
    steps = chain(start, goal)
    assert [step.rule for step in steps] == rules
    for step in steps:
        assert identical(step.before, step.after).status is Status.PROVED


def test_there_is_no_chain_between_different_formulas() -> None:
    with pytest.raises(NoChainError, match="no chain of named steps leads from"):
        chain(sp.sin(x), sp.cos(x))


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.name} {move.note}")
def test_every_move_is_an_identity_where_it_does_something(move: object) -> None:
    samples = [
        part
        for start, goal, _ in CHAINS
        for part in (start, goal, sp.expand(start), sp.together(start), *(step.after for step in chain(start, goal)))
    ] + [sigma(-x) * x, (x**2 + x) / (x**2 - 1)]
    moved = [(sample, move.apply(sample)) for sample in samples]  # type: ignore[attr-defined]
    changed = [(before, after) for before, after in moved if before != after]
    assert changed, "no sample shows what this move does"
    for before, after in changed:
        assert identical(before, after).status is Status.PROVED


def test_no_move_is_called_simplify() -> None:
    assert not any("simplif" in (move.name + move.back).lower() for move in MOVES)


def test_a_result_is_tidied_by_a_named_step_only_when_that_makes_it_shorter() -> None:
    steps = tidied(sp.exp(-(x**2)) - 2 * x**2 * sp.exp(-(x**2)))
    assert [step.rule for step in steps] == ["factor"]
    assert tidied(x + 1) == []


B, N = size("B"), size("N")
i, j = indices("i j", B)
k, q = indices("k q", N)
X = array("X", B, N)


def test_constant_factors_are_taken_out_of_sums() -> None:
    assert taken_out(total(X[j, q] * X[i, k], k)) == X[j, q] * total(X[i, k], k)


def test_a_condition_is_used_and_stated() -> None:
    condition = sp.Eq(total(X[i, k], k), 1)
    steps = finish(total(X[j, q] * X[i, k], k), X[j, q], (condition,))
    assert [(step.rule, step.condition) for step in steps] == [
        ("take constant factors out of the sum", None),
        ("use the condition", condition),
    ]


def test_a_condition_on_another_row_is_not_used() -> None:
    with pytest.raises(NoChainError):
        finish(total(X[j, k], k), sp.S.One, (sp.Eq(total(X[i, k], k), 1),))


def test_sums_that_differ_by_names_are_renamed_by_a_step() -> None:
    first, second = total(X[i, k], k), total(X[i, q], q)
    assert finish(first, second) == [Step(before=first, rule="rename the summed indices", after=second)]


def test_a_condition_that_is_not_needed_leaves_no_step() -> None:
    assert finish(total(X[j, k], k), total(X[j, k], k), (sp.Eq(total(X[i, k], k), 1),)) == []
