"""identity(x) = x."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Identity",
    label=r"\operatorname{id}",
    variables=(Variable(x, "pre-activation"),),
    value=x,
    gradient={x: sp.S.One},
    kinks="none: a linear function is smooth everywhere",
    limits=(Limit("", x, sp.oo, sp.oo), Limit("x", x, sp.oo, sp.S.One)),
    wrong=(
        Wrong("x", x, "the function instead of its derivative"),
        Wrong("x", sp.S.Zero, "treated as a constant"),
    ),
    source=("course document 003, sections 2.1 and 3.2",),
)
