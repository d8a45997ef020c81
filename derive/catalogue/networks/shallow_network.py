"""A network with one hidden layer: linear, ReLU, linear, softmax, cross-entropy averaged over the batch."""

import sympy as sp

from derive.entry import ArrayEntry, Kink, Stage, Variable, Wrong
from derive.functions import positive, relu
from derive.indices import array, indices, size, total

B, N, H, C = size("B"), size("N"), size("H"), size("C")
i, p = indices("i p", B)
a, q = indices("a q", N)
j, r = indices("j r", H)
k, t, m = indices("k t m", C)
X, Y = array("X", B, N), array("Y", B, C)
V, c, W, d = array("V", N, H), array("c", H), array("W", H, C), array("d", C)
Z, A, U, P = array("Z", B, H), array("A", B, H), array("U", B, C), array("P", B, C)
dZ, dA, dU = array("dZ", B, H), array("dA", B, H), array("dU", B, C)


def softmax(row: sp.Idx, column: sp.Idx) -> sp.Expr:
    """Return the probability of one class for one sample."""
    return sp.exp(U[row, column]) / total(sp.exp(U[row, m]), m)


entry = ArrayEntry(
    title="A network with one hidden layer",
    label=r"\mathcal{L}",
    variables=(
        Variable(X, "inputs, one row for each sample"),
        Variable(Y, "one-hot labels; each row sums to 1", sp.Interval(0, 1)),
        Variable(V, "weights of the hidden layer"),
        Variable(c, "bias of the hidden layer"),
        Variable(W, "weights of the output layer"),
        Variable(d, "bias of the output layer"),
    ),
    value=-total(Y[i, k] * (U[i, k] - sp.log(total(sp.exp(U[i, m]), m))), i, k) / B,
    conditions=(sp.Eq(total(Y[p, k], k), 1),),
    stages=(
        Stage(Z[i, j], total(X[i, a] * V[a, j], a) + c[j], dZ),
        Stage(A[i, j], relu(Z[i, j]), dA),
        Stage(U[i, k], total(A[i, j] * W[j, k], j) + d[k], dU),
    ),
    definitions=((P[i, k], softmax(i, k)),),
    units=(j, ("V", "c", "W")),
    gradient={
        U[p, t]: (P[p, t] - Y[p, t]) / B,
        d[t]: total(dU[i, t], i),
        W[r, t]: total(A[i, r] * dU[i, t], i),
        A[p, r]: total(dU[p, k] * W[r, k], k),
        Z[p, r]: dA[p, r] * positive(Z[p, r]),
        c[r]: total(dZ[i, r], i),
        V[q, r]: total(X[i, q] * dZ[i, r], i),
    },
    kinks=(Kink("a hidden unit at 0", "Z", (sp.S.Zero, sp.S.One), sp.S.Zero),),
    limits="none are claimed: those of softmax with cross-entropy hold for the output",
    wrong=(
        Wrong("U", P[p, t] - Y[p, t], "1/B missing"),
        Wrong("U", (Y[p, t] - P[p, t]) / B, "sign"),
        Wrong("W", total(A[i, r] * dU[i, t], i) / B, "1/B doubled: it is in dU already"),
        Wrong("A", total(dU[p, k], k), "weights forgotten on the way back"),
        Wrong("Z", dA[p, r], "activation mask forgotten"),
        Wrong("Z", dA[p, r] * relu(Z[p, r]), "activation for its derivative"),
        Wrong("V", total(X[i, q] * dA[i, r], i), "gradient taken before the activation"),
        Wrong("c", total(dZ[i, r], i) / B, "mean over the batch for the sum"),
    ),
    source=("course document 000, exercise 8 (h) and extra question 4", "course document 001, the ReLU network"),
)
