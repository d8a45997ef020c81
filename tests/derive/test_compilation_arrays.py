"""Index notation compiled to NumPy, against explicit loops over small unequal sizes."""

import itertools

import numpy as np
import pytest
import sympy as sp
from sympy import Sum

from derive.compilation import NotCompilable, compile_arrays
from derive.functions import sigma

B, N, M, K = sp.symbols("B N M K", integer=True, positive=True)
i, n, k, j, m = (sp.Idx(name, (0, size - 1)) for name, size in zip("inkjm", (B, N, N, M, M), strict=True))
X, W, G = (sp.IndexedBase(name, shape=shape) for name, shape in (("X", (B, N)), ("W", (N, M)), ("G", (B, M))))
bias = sp.IndexedBase("b", shape=(M,))
x, y = sp.IndexedBase("x", shape=(N,)), sp.IndexedBase("y", shape=(N,))
SIZES = {B: 2, N: 3, M: 4, K: 5}


def by_loops(arguments, free, expression, values):
    """The plain meaning of index notation, one element and one term at a time."""
    lookup = dict(zip(arguments, values, strict=True))

    def value(node, where):
        if isinstance(node, Sum):
            inner, (index, low, high) = node.function, node.limits[-1]
            body = Sum(inner, *node.limits[:-1]) if len(node.limits) > 1 else inner
            last = int(high.subs(SIZES))
            return sum(value(body, {**where, index: t}) for t in range(int(low), last + 1))
        if isinstance(node, sp.Indexed):
            return float(lookup[node.base][tuple(int(form.subs(where)) for form in node.indices)])
        if node in where:
            return where[node]
        if node in SIZES:
            return SIZES[node]
        if node in lookup:
            return lookup[node]
        if not node.args:
            return float(node)
        numbers = [sp.Float(value(argument, where), 17) for argument in node.args]
        result = node.func(*numbers)
        return float(result.definition() if isinstance(result, sigma) else result)

    lengths = [int((index.upper + 1).subs(SIZES)) for index in free]
    result = np.empty(lengths)
    for place in itertools.product(*map(range, lengths)):
        result[place] = value(expression, dict(zip(free, place, strict=True)))
    return result


def check(arguments, free, expression, line=None, seed=0):
    rng = np.random.default_rng(seed)
    values = [
        rng.normal(size=[int(sp.sympify(size).subs(SIZES)) for size in argument.shape])
        if isinstance(argument, sp.IndexedBase)
        else 0.75
        for argument in arguments
    ]
    compiled = compile_arrays(arguments, free, expression)
    if line is not None:
        assert compiled.source.rstrip().split("\n")[-1].strip() == f"return {line}"
    got = compiled(*values)
    assert np.shape(got) == tuple(int((index.upper + 1).subs(SIZES)) for index in free)
    assert got == pytest.approx(by_loops(arguments, free, expression, values), rel=1e-12, abs=1e-12)
    single = [np.asarray(value, np.float32) for value in values]
    assert compiled(*single).dtype == np.float32
    return compiled


LAYER = Sum(X[i, k] * W[k, j], (k, 0, N - 1)) + bias[j]


@pytest.mark.parametrize(
    ("arguments", "free", "expression", "line"),
    [
        ([X, W, bias], [i, j], LAYER, "X @ W + b"),
        ([G, W], [i, n], Sum(G[i, m] * W[n, m], (m, 0, M - 1)), "G @ W.T"),
        ([X, G], [n, m], Sum(X[i, n] * G[i, m], (i, 0, B - 1)), "X.T @ G"),
        ([X, G], [m, n], Sum(X[i, n] * G[i, m], (i, 0, B - 1)), "G.T @ X"),
        ([G], [m], Sum(G[i, m], (i, 0, B - 1)), "G.sum(axis=0)"),
        ([G], [m], Sum(G[i, m], (i, 0, B - 1)) / B, "G.sum(axis=0)/G.shape[0]"),
        ([G], [i], Sum(G[i, m], (m, 0, M - 1)), "G.sum(axis=1)"),
        ([G], [], Sum(G[i, m], (i, 0, B - 1), (m, 0, M - 1)), "np.sum(G)"),
        ([x, y], [], Sum((x[n] - y[n]) ** 2, (n, 0, N - 1)), "np.sum((x - y)**2)"),
        ([x, y], [n], 2 * (x[n] - y[n]), "2*x - 2*y"),
        ([x, y], [], Sum(x[n] * y[n], (n, 0, N - 1)), "x @ y"),
        ([W, x], [m], Sum(W[n, m] * x[n], (n, 0, N - 1)), "x @ W"),
        ([X, x], [i], Sum(X[i, n] * x[n], (n, 0, N - 1)), "X @ x"),
        ([x, bias], [n, m], x[n] * bias[m], "b*x[:, None]"),
        ([G], [m, i], G[i, m], "G.T"),
        ([X, W, bias], [j, i], LAYER, None),
        ([X, W, bias], [i, j], sigma(LAYER), None),
        ([X, W, G], [], Sum(X[i, k] * W[k, j] * G[i, j], (i, 0, B - 1), (k, 0, N - 1), (j, 0, M - 1)), None),
        ([X, W, bias], [i], Sum(sigma(LAYER) ** 2, (j, 0, M - 1)), None),
        ([X, W], [i, j], Sum((X[i, k] - W[k, j]) ** 2, (k, 0, N - 1)), None),
        ([X, x], [i], Sum((X[i, k] + x[k]) * x[k], (k, 0, N - 1)), None),
        ([X], [i], Sum(X[i, k] + 2, (k, 0, N - 1)), None),
        ([x], [n], n * x[n], None),
        ([x], [n], Sum(x[k], (k, 0, N - 1)) * x[n], None),
        ([x], [n], sp.Max(x[n], 0) + sp.sign(x[n]) + sp.Heaviside(x[n]), None),
        ([X, W], [i], Sum(Sum(X[i, k] * W[k, j], (k, 0, N - 1)) ** 2, (j, 0, M - 1)), None),
    ],
)
def test_a_formula_in_index_notation_means_what_loops_say(arguments, free, expression, line):
    check(arguments, free, expression, line)


Z, Y = sp.IndexedBase("Z", shape=(B, K)), sp.IndexedBase("Y", shape=(B, K))
c, c2 = sp.Idx("c", (0, K - 1)), sp.Idx("d", (0, K - 1))
TOTAL = Sum(sp.exp(Z[i, c2]), (c2, 0, K - 1))


@pytest.mark.parametrize(
    ("arguments", "free", "expression", "line"),
    [
        ([Z], [i, c], sp.exp(Z[i, c]) / TOTAL, "stable.softmax(Z, axis=1)"),
        ([Z], [c, i], sp.exp(Z[i, c]) / TOTAL, None),
        ([Z], [i], sp.log(TOTAL), "special.logsumexp(Z, axis=1)"),
        ([Z], [i, c], Z[i, c] - sp.log(TOTAL), "stable.log_softmax(Z, axis=1)"),
        ([Z, Y], [i, c], (sp.exp(Z[i, c]) / TOTAL - Y[i, c]) / B, "stable.softmax_minus(Z, Y, axis=1)/Z.shape[0]"),
        (
            [Z, Y],
            [],
            -Sum(Y[i, c] * (Z[i, c] - sp.log(TOTAL)), (c, 0, K - 1), (i, 0, B - 1)) / B,
            "-np.sum(Y*stable.log_softmax(Z, axis=1))/Z.shape[0]",
        ),
        ([Z, Y], [i], Sum(Y[i, c] * sp.exp(Z[i, c]) / TOTAL, (c, 0, K - 1)), None),
        ([Z, Y], [i, c], Y[i, c] * sp.log(TOTAL), None),
    ],
)
def test_softmax_and_its_relatives_are_recognised(arguments, free, expression, line):
    check(arguments, free, expression, line)


def ranged(names, size):
    return [sp.Idx(name, (0, size - 1)) for name in names]


IMAGES, KERNEL = sp.IndexedBase("X", shape=(B, 6, 6)), sp.IndexedBase("K", shape=(3, 3))
DELTA, DENSE = sp.IndexedBase("d", shape=(B,)), sp.IndexedBase("W", shape=(2, 2))
MASK = sp.IndexedBase("S", shape=(B, 2, 2, 2, 2))
(a, b_, p, q), (r, s), (u, v, e, f) = ranged("abpq", 3), ranged("rs", 4), ranged("uvef", 2)


def test_a_convolution_is_a_contraction_of_windows():
    shift = sp.Symbol("c")
    window = KERNEL[a, b_] * IMAGES[i, r + a, s + b_]
    check([KERNEL, IMAGES, shift], [i, r, s], Sum(window, (a, 0, 2), (b_, 0, 2)) + shift)


def test_the_gradient_of_the_convolution_example_is_a_contraction_of_strided_windows():
    term = DELTA[i] * DENSE[u, v] * MASK[i, u, v, e, f] * IMAGES[i, 2 * u + e + p, 2 * v + f + q]
    limits = [(i, 0, B - 1), *((index, 0, 1) for index in (u, v, e, f))]
    check([DELTA, DENSE, MASK, IMAGES], [p, q], Sum(term, *limits))


def test_a_flipped_kernel_and_a_diagonal_are_windows_too():
    check([KERNEL], [a, b_], KERNEL[2 - a, b_])
    check([KERNEL], [a], KERNEL[a, a])
    check([KERNEL], [], Sum(KERNEL[a, a], (a, 0, 2)))


def test_windows_that_leave_the_array_are_refused():
    wide = ranged("g", 5)[0]
    compiled = compile_arrays([IMAGES], [i, wide, a, b_], IMAGES[i, wide + a, b_])
    with pytest.raises(ValueError, match="indices 0…6 leave axis 1, which has 6 elements"):
        compiled(np.ones((2, 6, 6)))


def test_sizes_that_disagree_are_named_with_the_expected_shape():
    compiled = compile_arrays([X, W, bias], [i, j], LAYER, name="layer")
    with pytest.raises(ValueError, match=r"layer: W has shape \(4, 3\), expected \(N, M\) = \(3, 3\)"):
        compiled(np.ones((2, 3)), np.ones((4, 3)), np.ones(3))
    with pytest.raises(ValueError, match=r"layer: b has shape \(1,\), expected \(M,\) = \(4,\)"):
        compiled(np.ones((2, 3)), np.ones((3, 4)), np.ones(1))
    with pytest.raises(ValueError, match=r"layer: X has shape \(3,\), expected \(B, N\)"):
        compiled(np.ones(3), np.ones((3, 4)), np.ones(4))


@pytest.mark.parametrize(
    ("arguments", "free", "expression", "message"),
    [
        ([X], [i], X[i, n], "n"),
        ([X], [i, n], X[i, n] * bias[j], "b is not among the arguments"),
        ([X], [i, n], X[i, n] * sp.Symbol("q"), "q, which is neither an argument nor a size"),
        ([x], [n], x[n**2], "affine|size"),
        ([x], [], Sum(x[n], (n, 1, N - 1)), "begins at 1|has N"),
        ([sp.IndexedBase("x")], [n], sp.IndexedBase("x")[n], "has no shape"),
        ([x], [n], sp.Function("h")(x[n]), "cannot be compiled"),
        ([x], [n], x[sp.Idx("t")], "t"),
        ([X], [i, i], X[i, i], "named twice"),
        ([x], [n], sp.KroneckerDelta(n, k) * x[n], "cannot be compiled"),
        ([x], [n], sp.Product(x[k], (k, 0, N - 1)) * x[n], "cannot be compiled"),
    ],
)
def test_what_has_no_known_numpy_form_is_refused(arguments, free, expression, message):
    with pytest.raises(NotCompilable, match=message):
        compile_arrays(arguments, free, expression)


def test_the_result_is_a_new_array_and_not_a_view():
    value = np.ones((2, 4))
    result = compile_arrays([G], [i, m], G[i, m])(value)
    assert result.flags.writeable
    assert not np.may_share_memory(result, value)


def test_complex_arrays_are_refused():
    with pytest.raises(TypeError, match="f: x is complex"):
        compile_arrays([x], [n], x[n])(np.ones(3) * 1j)


def test_a_piecewise_formula_of_elements_becomes_a_choice_by_element():
    values = np.array([-1.0, 0.0, 2.0])
    compiled = compile_arrays([x], [n], sp.Piecewise((1 / x[n], x[n] > 0), (0, True)))
    with np.errstate(all="raise"):
        assert compiled(values).tolist() == [0, 0, 0.5]
