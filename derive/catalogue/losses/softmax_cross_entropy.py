"""Cross-entropy of the softmax of logits Z (B, K) against labels Y (B, K), averaged over the batch."""

import sympy as sp

from derive.entry import ArrayEntry, Limit, Variable, Wrong
from derive.indices import array, entry_symbol, indices, size, total

B, K = size("B"), size("K")
i, p = indices("i p", B)
k, j, q = indices("k j q", K)
Z, Y = array("Z", B, K), array("Y", B, K)


def softmax(row: sp.Idx, column: sp.Idx) -> sp.Expr:
    """Return the probability of one class in one row."""
    return sp.exp(Z[row, column]) / total(sp.exp(Z[row, j]), j)


Z_00, Y_00, Y_01 = entry_symbol("Z", (0, 0)), entry_symbol("Y", (0, 0)), entry_symbol("Y", (0, 1))

entry = ArrayEntry(
    title="Softmax with cross-entropy",
    label=r"\mathcal{L}",
    variables=(
        Variable(Z, "logits, one row for each sample"),
        Variable(Y, "true probabilities of the classes (one-hot labels); each row sums to 1", sp.Interval(0, 1)),
    ),
    value=-total(Y[i, k] * sp.log(softmax(i, k)), i, k) / B,
    rewritten=(
        "logarithm of a quotient",
        -total(Y[i, k] * (Z[i, k] - sp.log(total(sp.exp(Z[i, j]), j))), i, k) / B,
    ),
    conditions=(sp.Eq(total(Y[p, k], k), 1),),
    gradient={Z[p, q]: (softmax(p, q) - Y[p, q]) / B},
    kinks="none: a sum of exponentials is positive, so its logarithm is smooth everywhere",
    limits=(
        Limit("Z_0_0", Z_00, sp.oo, (1 - Y_00) / 2),
        Limit("Z_0_1", Z_00, sp.oo, -Y_01 / 2),
    ),
    wrong=(
        Wrong("Z", softmax(p, q) - Y[p, q], "1/B missing"),
        Wrong("Z", (Y[p, q] - softmax(p, q)) / B, "sign"),
        Wrong("Z", softmax(p, q) * (1 - softmax(p, q)) / B, "only the diagonal of the softmax Jacobian"),
        Wrong("Z", -Y[p, q] / (B * softmax(p, q)), "derivative by the probability instead of the logit"),
    ),
    source=("course document 000, exercise 8 (e) and (h) and extra question 4",),
)
