"""Single-head softmax attention: O = softmax(Q Kᵀ / √D) V, row by row."""

import sympy as sp

from derive.entry import ArrayEntry, Stage, Variable, Wrong
from derive.indices import array, indices, size, total

T, S, D, E = size("T"), size("S"), size("D"), size("E")
i, p = indices("i p", T)
j, q, m = indices("j q m", S)
a, r = indices("a r", D)
c, t = indices("c t", E)
Q, K, V, G = array("Q", T, D), array("K", S, D), array("V", S, E), array("G", T, E)
Z, A, P = array("Z", T, S), array("A", T, S), array("P", T, S)
dZ, dA = array("dZ", T, S), array("dA", T, S)


def softmax(row: sp.Idx, column: sp.Idx) -> sp.Expr:
    """Return the share of attention that one query gives to one key."""
    return sp.exp(Z[row, column]) / total(sp.exp(Z[row, m]), m)


entry = ArrayEntry(
    title="Softmax attention, one head",
    label="L",
    variables=(
        Variable(Q, "queries, one row for each"),
        Variable(K, "keys, one row for each"),
        Variable(V, "values, one row for each key"),
    ),
    value=total(A[i, j] * V[j, c], j),
    indices=(i, c),
    upstream=G,
    stages=(
        Stage(Z[i, j], total(Q[i, a] * K[j, a], a) / sp.sqrt(D), dZ),
        Stage(A[i, j], softmax(i, j), dA),
    ),
    definitions=((P[i, j], softmax(i, j)),),
    gradient={
        A[p, q]: total(G[p, c] * V[q, c], c),
        Z[p, q]: P[p, q] * (dA[p, q] - total(dA[p, j] * P[p, j], j)),
        Q[p, r]: total(dZ[p, j] * K[j, r], j) / sp.sqrt(D),
        K[q, r]: total(dZ[i, q] * Q[i, r], i) / sp.sqrt(D),
        V[q, t]: total(A[i, q] * G[i, t], i),
    },
    kinks="none: exponentials, products and sums over a positive denominator",
    limits="none are claimed: the derivatives depend on all keys at once",
    wrong=(
        Wrong("Z", P[p, q] * (1 - P[p, q]) * dA[p, q], "only the diagonal of the softmax Jacobian"),
        Wrong("Z", P[p, q] - dA[p, q], "the formula of softmax with cross-entropy"),
        Wrong("Q", total(dZ[p, j] * K[j, r], j), "1/sqrt(D) missing"),
        Wrong("K", total(dZ[i, q] * K[q, r], i) / sp.sqrt(D), "keys for queries"),
        Wrong("V", total(Z[i, q] * G[i, t], i), "scores for weights"),
        Wrong("A", total(G[p, c] * V[q, c], c) / S, "mean for sum"),
    ),
    source=("Vaswani et al.: Attention is all you need (2017), eq. 1",),
)
