"""ELU(x) = x for x > 0, else a (e^x − 1) with a > 0."""

import sympy as sp

from derive.entry import Kink, Limit, ScalarEntry, Variable, Wrong

x, a = sp.symbols("x a", real=True)

entry = ScalarEntry(
    title="Exponential linear unit",
    label=r"\operatorname{ELU}",
    variables=(
        Variable(x, "pre-activation"),
        Variable(a, "size of the negative part", sp.Interval.open(0, sp.oo), extremes=(0.5, 1.0, 2.0)),
    ),
    value=sp.Piecewise((x, x > 0), (a * (sp.exp(x) - 1), True)),
    gradient={x: sp.Piecewise((1, x > 0), (a * sp.exp(x), True))},
    kinks=(Kink(x, "x", (a, sp.S.One), a),),
    limits=(
        Limit("", x, -sp.oo, -a),
        Limit("x", x, -sp.oo, sp.S.Zero),
        Limit("x", x, 0, a, side="-"),
        Limit("x", x, 0, sp.S.One, side="+"),
    ),
    wrong=(
        Wrong("x", sp.Piecewise((1, x > 0), (a * (sp.exp(x) - 1), True)), "the constant -1 kept"),
        Wrong("x", sp.Piecewise((1, x > 0), (sp.exp(x), True)), "factor a forgotten"),
        Wrong("x", sp.Piecewise((1, x > 0), (0, True)), "slope 0 for negative inputs, as for ReLU"),
    ),
    source=("Clevert, Unterthiner, Hochreiter: Exponential linear units (2016), eq. 15",),
)
