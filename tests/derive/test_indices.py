"""Index notation: contraction, renaming without capture, writing out, and the way from matrix form."""

import itertools

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.differentiate import differentiate
from derive.indices import (
    array,
    canonical,
    entry_symbol,
    indices,
    instantiate,
    positions,
    size,
    substitute,
    total,
)
from derive.matrices import element, matrix, ones

B, N, M = size("B"), size("N"), size("M")
i, p, s = indices("i p s", B)
k, q = indices("k q", N)
j, r = indices("j r", M)
X, W, G = array("X", B, N), array("W", N, M), array("G", B, M)
SIZES = {B: 2, N: 3, M: 4}


def test_a_delta_contracts_the_sum_over_its_index() -> None:
    assert canonical(total(sp.KroneckerDelta(k, q) * X[i, k], k)) == X[i, q]


def test_a_delta_between_different_ranges_is_left_alone() -> None:
    form = total(sp.KroneckerDelta(k, j) * X[i, k], k)
    assert canonical(form).has(sp.KroneckerDelta)


def test_idle_sums_count_their_terms() -> None:
    assert canonical(total(sp.S.One, k)) == N
    assert canonical(total(X[i, q], k)) == N * X[i, q]


def test_bound_names_do_not_matter() -> None:
    first = total(G[p, j] * W[q, j], j)
    second = total(G[p, r] * W[q, r], r)
    assert first != second
    assert canonical(first) == canonical(second)


def test_which_index_is_shared_does_matter() -> None:
    squares, t, u = array("A", N, N), *indices("t u", N)
    one = total(squares[t, u] * squares[t, u], t, u)
    other = total(squares[t, u] * squares[u, t], t, u)
    assert canonical(one) != canonical(other)


def test_substitution_never_captures_a_free_index() -> None:
    inner = total(X[i, k] * X[p, k], k)
    replaced = substitute(X[i, q] * inner, p, i)  # p becomes i, which is free outside: nothing is bound to it
    assert replaced == X[i, q] * total(X[i, k] * X[i, k], k)
    captured = substitute(total(X[p, k], p) * X[i, q], i, p)  # i becomes p, but p is bound inside
    sizes = {B: 2, N: 3}
    where = {p: 1, k: 0, q: 2}
    expected = (entry_symbol("X", (0, 0)) + entry_symbol("X", (1, 0))) * entry_symbol("X", (1, 2))
    assert sp.expand(instantiate(captured, sizes, where) - expected) == 0


def test_nested_sums_over_the_same_name_keep_their_meaning() -> None:
    form = total(X[i, k] * total(X[p, k] * W[k, j], k), k)  # the inner k hides the outer one
    sizes = {B: 2, N: 2, M: 1}
    where = {i: 0, p: 1, j: 0}
    assert sp.expand(instantiate(form, sizes, where) - instantiate(canonical(form), sizes, where)) == 0


def test_a_product_over_too_many_indices_is_refused() -> None:
    names = indices("a b c d e f g", N)
    vector = array("v", N)
    with pytest.raises(ValueError, match="exceeds the limit of 6"):
        canonical(total(sp.sin(sum(vector[name] for name in names)), *names))


def test_an_index_without_a_value_is_refused() -> None:
    with pytest.raises(ValueError, match="the index q has no value"):
        instantiate(X[i, q], SIZES, {i: 0})


FACTORS = st.lists(
    st.sampled_from([X[i, k], X[p, k], X[i, q], W[k, j], W[k, r], G[i, j], G[p, j], sp.KroneckerDelta(i, p)]),
    min_size=1,
    max_size=3,
)


@given(FACTORS, FACTORS, st.lists(st.sampled_from([i, k, j]), unique=True, max_size=3))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_the_canonical_form_has_the_same_value_at_small_sizes(
    first: list[sp.Expr], second: list[sp.Expr], over: list[sp.Idx]
) -> None:
    body = sp.Mul(*first) + 2 * sp.Mul(*second)
    form = total(body, *over) if over else body
    where = {i: 1, p: 0, k: 2, q: 1, j: 3, r: 0}
    assert sp.expand(instantiate(form, SIZES, where) - instantiate(canonical(form), SIZES, where)) == 0


@pytest.mark.parametrize(
    ("form", "by_hand"),
    [
        (matrix(G) * matrix(W).T, lambda x, w, g: g @ w.T),
        (matrix(X).T * matrix(G), lambda x, w, g: x.T @ g),
        (2 * matrix(X) * matrix(W) - matrix(G), lambda x, w, g: 2 * x @ w - g),
        (ones(1, B) * matrix(G), lambda x, w, g: np.ones((1, 2), dtype=int) @ g),
        (matrix(X).T * matrix(X) * matrix(W), lambda x, w, g: x.T @ x @ w),
    ],
)
def test_matrix_form_and_index_form_agree_with_numpy(form: sp.MatrixExpr, by_hand: object) -> None:
    arrays = {"X": X, "W": W, "G": G}
    rng = np.random.default_rng(0)
    values = {name: rng.integers(-5, 6, size=shape) for name, shape in (("X", (2, 3)), ("W", (3, 4)), ("G", (2, 4)))}
    expected = by_hand(values["X"], values["W"], values["G"])  # type: ignore[operator]
    symbols = {
        entry_symbol(name, place): int(array_[place])
        for name, array_ in values.items()
        for place in np.ndindex(array_.shape)
    }
    row, column = sp.Idx("row", form.shape[0]), sp.Idx("column", form.shape[1])
    for place in itertools.product(*(range(extent) for extent in expected.shape)):
        entry = instantiate(element(form, row, column, arrays), SIZES, {row: place[0], column: place[1]})
        assert entry.subs(symbols) == expected[place]


def test_a_matrix_form_outside_the_language_is_refused() -> None:
    square = sp.MatrixSymbol("A", N, N)
    with pytest.raises(TypeError, match="Inverse is not in the matrix language"):
        element(square.I, k, q, {"A": array("A", N, N)})


def test_the_derivative_in_index_notation_is_the_derivative_written_out() -> None:
    loss = total(sp.exp(total(X[i, k] * W[k, j], k)) * G[i, j], i, j)
    result = differentiate(loss, W[q, r])[-1].after
    written = instantiate(loss, SIZES)
    for place in positions((N, M), SIZES):
        expected = sp.diff(written, entry_symbol("W", place))
        found = instantiate(result, SIZES, {q: place[0], r: place[1]})
        assert sp.expand(found - expected) == 0


def test_an_index_that_is_bound_inside_is_renamed_before_it_could_capture() -> None:
    inner = substitute(total(X[i, k] * X[p, k], p), i, p)  # Σ_p X_ik X_pk with i → p
    sizes = {B: 3, N: 1}
    expected = entry_symbol("X", (1, 0)) * sum(entry_symbol("X", (row, 0)) for row in range(3))
    assert sp.expand(instantiate(inner, sizes, {p: 1, k: 0}) - expected) == 0
