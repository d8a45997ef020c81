"""ReLU(x) = max(0, x)."""

import sympy as sp

from derive.entry import Kink, Limit, ScalarEntry, Variable, Wrong
from derive.functions import indicator, relu

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Rectified linear unit",
    label=r"\operatorname{ReLU}",
    variables=(Variable(x, "pre-activation"),),
    value=relu(x),
    gradient={x: indicator(x > 0)},
    kinks=(Kink(x, "x", (sp.S.Zero, sp.S.One), sp.S.Zero),),
    limits=(
        Limit("", x, -sp.oo, sp.S.Zero),
        Limit("x", x, 0, sp.S.One, side="+"),
        Limit("x", x, 0, sp.S.Zero, side="-"),
    ),
    wrong=(
        Wrong("x", relu(x), "the function instead of its derivative"),
        Wrong("x", sp.sign(x), "slope -1 for negative inputs"),
        Wrong("x", sp.S.One, "slope 1 everywhere"),
        Wrong("x", indicator(x < 0), "mask the wrong way round"),
    ),
    source=(
        "course document 000, exercise 3",
        "course document 002, section 1.2 (e)",
        "course document 003, section 2.1",
    ),
)
