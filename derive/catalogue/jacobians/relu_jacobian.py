"""The Jacobian of ReLU on a vector: diagonal, with 1 where x_i > 0."""

import sympy as sp

from derive.entry import ArrayEntry, Kink, Variable, Wrong
from derive.functions import positive, relu
from derive.indices import array, indices, size

n = size("n")
i, j = indices("i j", n)
x = array("x", n)

entry = ArrayEntry(
    title="Jacobian of ReLU",
    label=r"\operatorname{ReLU}_i",
    variables=(Variable(x, "pre-activations of one sample"),),
    value=relu(x[i]),
    indices=(i,),
    gradient={x[j]: sp.KroneckerDelta(i, j) * positive(x[i])},
    kinks=(Kink("x_i = 0", "x", (sp.S.Zero, sp.S.One), sp.S.Zero),),
    limits="none are claimed: those of the function of one variable hold on the diagonal",
    wrong=(
        Wrong("x", positive(x[i]), "full rows instead of the diagonal"),
        Wrong("x", sp.KroneckerDelta(i, j), "mask forgotten"),
        Wrong("x", sp.KroneckerDelta(i, j) * relu(x[i]), "the function instead of its derivative"),
    ),
    source=("course document 003, section 3.2",),
)
