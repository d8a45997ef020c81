"""Indices, sums, Kronecker deltas and matrix words: the same array formula on three surfaces, and its entries."""

import pytest
import sympy as sp

from derive.functions import sigma
from derive.indices import array, canonical, indices, size, total
from derive.reading import UnreadableError, Vocabulary, entry, read

VOCABULARY = Vocabulary.from_declarations(
    [
        "X matrix(B, N)",
        "W matrix(N, M)",
        "b vector(M)",
        "Y matrix(B, M)",
        "G matrix(B, M)",
        "A matrix(n, n)",
        "x vector(n)",
        "y vector(n)",
        "z vector(n)",
        "y_hat vector(n)",
        "h function",
        "t real",
    ]
)
B, N, M, n = size("B"), size("N"), size("M"), size("n")
X, W, b, Y, G = array("X", B, N), array("W", N, M), array("b", M), array("Y", B, M), array("G", B, M)
A, x, y, z, y_hat = array("A", n, n), array("x", n), array("y", n), array("z", n), array("y_hat", n)
(r,) = indices("r", B)
(s,) = indices("s", N)
(c,) = indices("c", M)
i, j, k = indices("i j k", n)
delta = sp.KroneckerDelta
t = sp.Symbol("t", real=True)

# A number in index notation, and the texts that mean it.
NUMBERS = [
    (
        total(x[i], i),
        [
            "Σ_i x_i",
            "sum_i x_i",
            "sum_{i=1}^n x_i",
            r"\sum_i x_i",
            r"\sum_{i=1}^n x_i",
            r"\sum_{i=1}^{n} x_{i}",
            "np.sum(x)",
            "x.sum()",
            "sum(x[i] for i in range(n))",
            r"\sum x_i",
        ],
    ),
    (
        total(x[i] * y[i], i),
        [
            "Σ_i x_i y_i",
            r"\sum_i x_i y_i",
            r"\mathbf{x}^\top\mathbf{y}",
            r"x^T y",
            "xᵀy",
            "x @ y",
            "np.dot(x, y)",
            "np.sum(x*y)",
            "x.T @ y",
            "sum(x[k]*y[k] for k in range(n))",
            r"\sum_{i=1}^n x_i \cdot y_i",
        ],
    ),
    (
        total(x[i] ** 2, i),
        [r"\|x\|^2", r"\lVert x \rVert^2", "‖x‖²", r"\sum_i x_i^2", "np.sum(x**2)", "x^T x", r"\|\mathbf x\|_2^2"],
    ),
    (total(sp.Abs(x[i]), i), [r"\|x\|_1", "Σ_i |x_i|", "np.sum(np.abs(x))"]),
    (
        total(x[i] * A[i, j] * y[j], i, j),
        [
            "x^T A y",
            r"\mathbf{x}^\top A\mathbf{y}",
            "x @ A @ y",
            "x.T @ A @ y",
            r"\sum_{i,j} x_i A_{ij} y_j",
            r"\sum_i\sum_j x_i A_{ij} y_j",
            "Σ_i Σ_j x_i A_ij y_j",
            r"\sum_{ij} x_i A_{ij} y_j",
        ],
    ),
    (
        total((y[i] - y_hat[i]) ** 2, i) / n,
        [
            r"\frac1n\sum_{i=1}^n(y_i-\hat y_i)^2",
            r"\frac{1}{n}\|y-\hat y\|^2",
            "np.mean((y - y_hat)**2)",
            "1/n Σ_i (y_i - ŷ_i)²",
        ],
    ),
    (total((i + 1) * x[i], i), [r"\sum_{i=1}^n i x_i", "sum((i + 1)*x[i] for i in range(n))"]),
    (x[i], ["x_i", r"x_{i}", "x[i]", r"\mathbf{x}_i"]),
    (A[i, j], ["A_ij", r"A_{ij}", r"A_{i,j}", "A[i, j]", "A[i][j]"]),
    (W[s, c], [r"W_{sc}", "W[s, c]"]),
    (x[0] + x[1], ["x_1 + x_2", "x₁ + x₂", "(x[0] + x[1])"]),
    (total(A[i, j] * x[j], j), [r"\sum_j A_{ij}x_j", r"(Ax)_i", "(A x)_i"]),
    (delta(i, j) * x[i] * y[j], [r"\delta_{ij} x_i y_j", "δ_ij x_i y_j", "delta_ij*x_i*y_j"]),
    (delta(j, k) * x[k], [r"\delta_{jk} x_k", "δ_jk x_k"]),
    (total(delta(j, k) * x[k], k), [r"\sum_k \delta_{jk}x_k", "Σ_k δ_jk x_k"]),
    (
        sp.exp(z[i]) / total(sp.exp(z[j]), j),
        [
            r"\frac{e^{z_i}}{\sum_j e^{z_j}}",
            r"\operatorname{softmax}(z)_i",
            "softmax(z)_i",
            "softmax(z)[i]",
            "exp(z_i)/Σ_j exp(z_j)",
        ],
    ),
    (total(A[i, i], i), [r"\operatorname{tr}(A)", "np.trace(A)", "tr(A)", r"\sum_i A_{ii}"]),
    (total(sigma(x[i]), i), [r"\sum_i\sigma(x_i)", "np.sum(sigmoid(x))"]),
    (sp.Integer(14), [r"\sum_{k=1}^3 k^2", "Σ_{k=1}^3 k²", "sum(k**2 for k in range(1, 4))"]),
    (total(x[i], i) / total(y[j], j), [r"\frac{\sum_i x_i}{\sum_i y_i}", "(Σ_i x_i)/(Σ_j y_j)"]),
    (total(x[i] / total(y[j], j), i), [r"\sum_i x_i / \sum_i y_i", r"\sum_i \frac{x_i}{\sum_j y_j}"]),
    (total(x[i], i) * total(y[j], j), [r"\left(\sum_i x_i\right)\left(\sum_j y_j\right)", "x.sum()*y.sum()"]),
    (x[i + 1] - x[i], [r"x_{i+1}-x_i", "x[i+1] - x[i]"]),
    (6 * t**3, [r"\prod_{k=1}^3 k t", r"6 t^2 \cdot t"]),
]


@pytest.mark.parametrize(("meaning", "text"), [(meaning, text) for meaning, texts in NUMBERS for text in texts])
def test_a_number_is_read_in_index_notation(meaning: sp.Expr, text: str) -> None:
    assert canonical(read(text, VOCABULARY).expression) == canonical(meaning)


def relu_of(value: sp.Expr) -> sp.Expr:
    return sp.Max(0, value)


def positive(value: sp.Expr) -> sp.Expr:
    return sp.Piecewise((1, value > 0), (0, True))


XW = total(X[r, s] * W[s, c], s)

# The entry [r, c] of an array, and the texts that mean the array.
ARRAYS = [
    (
        XW,
        (r, c),
        [
            "X W",
            "XW",
            "X @ W",
            r"XW",
            r"X W",
            r"\mathbf{X}\mathbf{W}",
            "np.matmul(X, W)",
            "np.dot(X, W)",
            "X.dot(W)",
        ],
    ),
    (XW + b[c], (r, c), ["XW + b", "X @ W + b", r"\mathbf{XW}+\mathbf{b}", "b + X @ W"]),
    (sigma(XW + b[c]), (r, c), ["σ(XW + b)", r"\sigma(XW+b)", "torch.sigmoid(X @ W + b)"]),
    (1 / (1 + sp.exp(-XW)), (r, c), ["1/(1 + np.exp(-(X @ W)))", "1/(1 + np.exp(-X @ W))"]),
    (relu_of(XW), (r, c), ["relu(X W)", "np.maximum(0, X @ W)", "np.maximum(X @ W, 0)", r"\operatorname{ReLU}(XW)"]),
    (
        total(X[r, s] * G[r, c], r),
        (s, c),
        [
            "X^T G",
            "Xᵀ G",
            "X.T @ G",
            r"X^\top G",
            r"X^{\top}G",
            r"\mathbf{X}^{\mathsf{T}}\mathbf{G}",
            r"X^{\mathrm T}G",
            "np.transpose(X) @ G",
        ],
    ),
    (G[r, c] * Y[r, c], (r, c), ["G ⊙ Y", "np.multiply(G, Y)", r"G\odot Y", "G ∘ Y", r"G \circ Y"]),
    (
        G[r, c] * sigma(Y[r, c]) * (1 - sigma(Y[r, c])),
        (r, c),
        [r"G\odot\sigma'(Y)", "G ⊙ σ(Y) ⊙ (1 - σ(Y))", "G ∘ σ'(Y)"],
    ),
    (
        G[r, c] * positive(Y[r, c]),
        (r, c),
        ["np.where(Y > 0, G, 0)", "G ⊙ 1[Y > 0]", r"G\odot\mathbb{1}[Y>0]", "G ⊙ relu'(Y)"],
    ),
    (total(G[r, c], r), (c, 0), ["np.sum(G, axis=0)", "G.sum(axis=0)", "G.sum(0)", "G.sum(axis=-2)"]),
    (total(G[r, c], r), (0, c), ["G.sum(axis=0, keepdims=True)", "np.sum(G, axis=0, keepdims=True)"]),
    (total(G[r, c], c), (r, 0), ["np.sum(G, axis=1)", "G.sum(axis=1, keepdims=True)", "G.sum(axis=-1)"]),
    (total(G[r, c], r) / B, (c, 0), ["G.mean(axis=0)", "np.mean(G, axis=0)", "np.sum(G, axis=0)/B"]),
    (2 * Y[r, c] - G[r, c], (r, c), ["2Y - G", "2*Y - G", "Y + Y - G", "-(G - 2Y)"]),
    (Y[r, c] / B, (r, c), ["Y/B", "1/B Y", r"\frac{1}{B}Y", r"\frac{Y}{B}"]),
    (x[i] * y[j], (i, j), ["x y^T", "np.outer(x, y)", r"x y^\top", "x yᵀ"]),
    (total(A[i, j] * x[j], j), (i, 0), ["A x", "Ax", "A @ x", r"A\mathbf{x}"]),
    (A[i, j] + A[j, i], (i, j), ["A + A^T", "A + A.T", r"A+A^\top"]),
    (
        sp.exp(Y[r, c]) / total(sp.exp(Y[r, sp.Idx("q", M)]), sp.Idx("q", M)),
        (r, c),
        ["softmax(Y)", r"\operatorname{softmax}(Y)", "F.softmax(Y, dim=1)"],
    ),
    (delta(i, j) * x[i], (i, j), ["diag(x)", "np.diag(x)", r"\operatorname{diag}(x)"]),
    (Y[r, c] ** 2, (r, c), ["Y ⊙ Y", "np.square(Y)"]),
]


@pytest.mark.parametrize(
    ("meaning", "place", "text"), [(meaning, place, text) for meaning, place, texts in ARRAYS for text in texts]
)
def test_an_array_is_read_as_a_matrix_expression_with_these_entries(
    meaning: sp.Expr, place: tuple[sp.Expr, sp.Expr], text: str
) -> None:
    reading = read(text, VOCABULARY)
    found = entry(reading.expression, *place, reading.names)
    assert canonical(found) == canonical(meaning)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("W X", "(N, M) and (B, N) do not fit for a product", 2),
        ("X + W", "(B, N) and (N, M) do not fit together", 0),
        ("x_{ij}", "x has one index, not 2", 0),
        ("A_i", "A has two indices, not 1", 0),
        ("W_{ii}", "i runs over N values, but the array has M there", 4),
        (r"\sum_{i=1}^{m} x_i", "i runs over m values, but the array has n there", 17),
        ("exp(x) + t_{", "'{' is never closed", 11),
        ("ln(x) + x_0", "counted from 1", 10),
        ("1[x > 0] + 1[X > W]", "do not fit together", 12),
        ("x^A", "an array in the exponent", 2),
        ("|A|", "may be its determinant or its norm", 0),
        ("np.sum(t)", "a sum over entries needs an array", 7),
        ("G.sum(axis=3)", "the axis is one of 0, 1, -1, -2", 11),
        ("X[0, :]", "slices are not read", 0),
        ("max(X, Y)", "'max' of several arrays is not read", 3),
        ("tr(X)", "the trace needs a square matrix", 2),
        ("A * A", "'*' between arrays may mean two things", 2),
        (r"\mathbf{x} * \mathbf{y}", "'*' between arrays may mean two things", 11),
    ],
)
def test_arrays_that_do_not_fit_are_refused(text: str, message: str, column: int) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text, VOCABULARY)
    assert message in caught.value.message
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("X @ W + b", "read 'b' as the same row for each row of (B, M)"),
        ("x_1", "read the numbers of indices as counted from 1"),
        ("x A", "read x as a row, because a column does not fit before (n, n)"),
        ("x y", "read the product of two vectors as their scalar product"),
        (r"\sum x_i", "read the sum without an index as one over i"),
        ("Y/G", "read the quotient of two arrays entry by entry"),
        (r"\sum_{k=1}^m v_k", "read v as an array of shape (m), because it is not declared"),
        (r"\sum_k v_k", "read the index k as running over all of its values, n_k of them"),
        ("softmax(Y)", "read softmax of a matrix as that of each row"),
        (r"\sum_{i=1}^{n-1} x_i", "read i as running over n - 1 of the n values"),
        (r"\sum_i x_i / \sum_i y_i", "read i of the inner sum as its own index, apart from that of the sum around it"),
        ("A_12", "read the index 12 as row 1, column 2"),
    ],
)
def test_what_was_decided_about_arrays_is_listed(text: str, sentence: str) -> None:
    assert sentence in read(text, VOCABULARY).ambiguities


def test_the_size_of_a_declared_array_is_the_same_symbol_where_it_stands_alone() -> None:
    assert read("1/n", VOCABULARY).expression == 1 / n
    m = size("m")
    assert read(r"\frac1m\sum_{k=1}^m 1").expression.subs(m, 3).doit() == 1


def test_no_name_of_the_student_is_captured_by_one_of_ours() -> None:
    u = sp.Symbol("u", real=True)
    lifted = read("np.maximum(u, X @ W)", VOCABULARY)
    assert canonical(entry(lifted.expression, r, c, lifted.names)) == canonical(sp.Max(u, XW))
    s1 = sp.Idx("s1", n)
    assert canonical(read("np.sum(x * x[s1])", VOCABULARY).expression) == canonical(x[s1] * total(x[i], i))


@pytest.mark.parametrize("text", [r"\sum_u x_{2u+k}", "x[2*u + k]"])
def test_a_position_may_go_in_strides(text: str) -> None:
    known = Vocabulary.from_declarations(["x vector(8)", "u index(3)", "k index(2)"])
    found = read(text, known).expression
    (entry_read,) = found.atoms(sp.Indexed)
    assert {str(term) for term in entry_read.indices[0].args} == {"2*u", "k"}


@pytest.mark.parametrize("text", [r"x_{u k}", r"x_{\frac{u}{2}}", r"x_{2^u + 1}", "x[u*k + 1]", "x[1.5*u + 1]"])
def test_other_products_are_no_positions(text: str) -> None:
    known = Vocabulary.from_declarations(["x vector(8)", "u index(3)", "k index(2)"])
    with pytest.raises(UnreadableError):
        read(text, known)
