"""The Jacobian of the sigmoid on a vector: diagonal, with σ(x_i)(1 − σ(x_i))."""

import sympy as sp

from derive.entry import ArrayEntry, Variable, Wrong
from derive.functions import sigma
from derive.indices import array, indices, size

n = size("n")
i, j = indices("i j", n)
x = array("x", n)

entry = ArrayEntry(
    title="Jacobian of the sigmoid",
    label=r"\sigma_i",
    variables=(Variable(x, "pre-activations of one sample"),),
    value=sigma(x[i]),
    indices=(i,),
    gradient={x[j]: sp.KroneckerDelta(i, j) * sigma(x[i]) * (1 - sigma(x[i]))},
    kinks="none: the sigmoid is smooth everywhere",
    limits="none are claimed: those of the function of one variable hold on the diagonal",
    wrong=(
        Wrong("x", sigma(x[i]) * (1 - sigma(x[j])), "full matrix instead of the diagonal"),
        Wrong("x", sp.KroneckerDelta(i, j) * sigma(x[i]), "the function instead of its derivative"),
        Wrong("x", sigma(x[i]) * (sp.KroneckerDelta(i, j) - sigma(x[j])), "the Jacobian of the softmax"),
    ),
    source=("course document 003, section 3.2",),
)
