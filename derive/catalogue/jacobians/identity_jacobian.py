"""The Jacobian of the identity on a vector: the identity matrix."""

import sympy as sp

from derive.entry import ArrayEntry, Variable, Wrong
from derive.indices import array, indices, size

n = size("n")
i, j = indices("i j", n)
x = array("x", n)

entry = ArrayEntry(
    title="Jacobian of the identity",
    label=r"\operatorname{id}_i",
    variables=(Variable(x, "pre-activations of one sample"),),
    value=x[i],
    indices=(i,),
    gradient={x[j]: sp.KroneckerDelta(i, j)},
    kinks="none: a linear function is smooth everywhere",
    limits="none are claimed: those of the function of one variable hold on the diagonal",
    wrong=(
        Wrong("x", sp.S.One, "full matrix instead of the diagonal"),
        Wrong("x", sp.KroneckerDelta(i, j) * x[i], "the function instead of its derivative"),
    ),
    source=("course document 003, section 3.2",),
)
