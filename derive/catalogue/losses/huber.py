"""Huber's loss of a residual x: x²/2 up to |x| = d, then linear."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x, d = sp.symbols("x d", real=True)

entry = ScalarEntry(
    title="Huber loss",
    label=r"\mathcal{L}",
    variables=(
        Variable(x, "residual, prediction minus target"),
        Variable(d, "where the loss becomes linear", sp.Interval.open(0, sp.oo), extremes=(0.5, 1.0, 2.0)),
    ),
    value=sp.Piecewise((x**2 / 2, sp.Abs(x) <= d), (d * (sp.Abs(x) - d / 2), True)),
    gradient={x: sp.Piecewise((x, sp.Abs(x) <= d), (d * sp.sign(x), True))},
    kinks="none in the first derivative: at |x| = d both pieces have the slope d or -d",
    limits=(
        Limit("", x, sp.oo, sp.oo),
        Limit("x", x, sp.oo, d),
        Limit("x", x, -sp.oo, -d),
    ),
    wrong=(
        Wrong("x", sp.Piecewise((2 * x, sp.Abs(x) <= d), (d * sp.sign(x), True)), "factor 2"),
        Wrong("x", sp.Piecewise((x, sp.Abs(x) <= d), (d, True)), "sign of x forgotten"),
        Wrong("x", sp.Piecewise((x, sp.Abs(x) <= d), (sp.sign(x), True)), "factor d forgotten"),
        Wrong("x", x, "linear part treated as quadratic"),
    ),
    source=("Huber: Robust estimation of a location parameter (1964)",),
)
