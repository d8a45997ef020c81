"""LeakyReLU(x) = x for x > 0, else a x with a small slope 0 < a < 1."""

import sympy as sp

from derive.entry import Kink, Limit, ScalarEntry, Variable, Wrong

x, a = sp.symbols("x a", real=True)

entry = ScalarEntry(
    title="Leaky rectified linear unit",
    label=r"\operatorname{LeakyReLU}",
    variables=(Variable(x, "pre-activation"), Variable(a, "slope for negative inputs", sp.Interval.open(0, 1))),
    value=sp.Piecewise((x, x > 0), (a * x, True)),
    gradient={x: sp.Piecewise((1, x > 0), (a, True))},
    kinks=(Kink(x, "x", (a, sp.S.One), a),),
    limits=(
        Limit("", x, sp.oo, sp.oo),
        Limit("x", x, 0, sp.S.One, side="+"),
        Limit("x", x, 0, a, side="-"),
    ),
    wrong=(
        Wrong("x", sp.Piecewise((1, x > 0), (0, True)), "slope 0 for negative inputs, as for ReLU"),
        Wrong("x", sp.Piecewise((1, x > 0), (-a, True)), "sign of the slope for negative inputs"),
        Wrong("x", sp.Piecewise((x, x > 0), (a * x, True)), "the function instead of its derivative"),
        Wrong("x", sp.Piecewise((a, x > 0), (1, True)), "mask the wrong way round"),
    ),
    source=("course document 004, experimentation and discussion",),
)
