"""The linear layer Y = X W + b, for a batch of B rows, N inputs and M outputs."""

from derive.entry import ArrayEntry, Variable, Wrong
from derive.indices import array, indices, size, total
from derive.matrices import matrix, ones

B, N, M = size("B"), size("N"), size("M")
i, p = indices("i p", B)
k, q = indices("k q", N)
j, r = indices("j r", M)
X, W, b, G = array("X", B, N), array("W", N, M), array("b", M), array("G", B, M)
X_matrix, W_matrix, G_matrix = matrix(X), matrix(W), matrix(G)

entry = ArrayEntry(
    title="Linear layer",
    label="L",
    variables=(
        Variable(X, "inputs, one row for each sample"),
        Variable(W, "weights"),
        Variable(b, "bias, added to each row"),
    ),
    value=total(X[i, k] * W[k, j], k) + b[j],
    indices=(i, j),
    upstream=G,
    gradient={X[p, q]: G_matrix * W_matrix.T, W[q, r]: X_matrix.T * G_matrix, b[r]: ones(1, B) * G_matrix},
    kinks="none: a polynomial is smooth everywhere",
    limits="none: the derivatives are linear in G, X and W and grow without bound in each",
    wrong=(
        Wrong("X", total(G[p, j], j) * total(W[q, j], j), "sums multiplied instead of products summed"),
        Wrong("X", -G_matrix * W_matrix.T, "sign"),
        Wrong("W", total(X[i, q], i) * total(G[i, r], i), "sums multiplied instead of products summed"),
        Wrong("W", X_matrix.T * G_matrix / B, "1/B doubled: the mean is already in G"),
        Wrong("b", ones(1, B) * G_matrix / B, "mean over the batch for the sum"),
        Wrong("b", ones(1, B) * X_matrix * W_matrix, "output for upstream gradient"),
    ),
    source=("course document 002, section 1.2 (l) and (m), equations (14) to (19)",),
)
