"""The Jacobians of y = V x + c for one sample: by x, and by the weights, row after row.

A weight matrix with a bias column is W = [V | c]; its Jacobian by vec(W) has the blocks of `V` and of `c`, which is the
Kronecker product of the identity matrix with the homogeneous input (x, 1).
"""

import sympy as sp

from derive.entry import ArrayEntry, Variable, Wrong
from derive.indices import array, indices, size, total

M, N = size("M"), size("N")
i, r = indices("i r", M)
k, q = indices("k q", N)
V, x, c = array("V", M, N), array("x", N), array("c", M)

entry = ArrayEntry(
    title="Jacobians of an affine function",
    label="y_i",
    variables=(
        Variable(V, "weights without the bias column"),
        Variable(x, "input of one sample"),
        Variable(c, "bias column"),
    ),
    value=total(V[i, k] * x[k], k) + c[i],
    indices=(i,),
    gradient={
        x[q]: V[i, q],
        V[r, q]: sp.KroneckerDelta(i, r) * x[q],
        c[r]: sp.KroneckerDelta(i, r),
    },
    kinks="none: a polynomial is smooth everywhere",
    limits="none: the derivatives are linear in V and x and grow without bound in each",
    wrong=(
        Wrong("x", sp.S.One, "sum of the inputs for a weighted sum"),
        Wrong("x", V[i, q] * x[q], "input kept"),
        Wrong("V", x[q], "every output depends on every row"),
        Wrong("V", sp.KroneckerDelta(i, r) * V[i, q], "weights for inputs"),
        Wrong("c", sp.S.One, "every output depends on every bias"),
        Wrong("c", sp.KroneckerDelta(i, r) * c[i], "bias kept"),
    ),
    source=("course document 003, section 3.2", "course document 002, section 1.2 (l), equation (15)"),
)
