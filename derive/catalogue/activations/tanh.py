"""tanh(x), the hyperbolic tangent."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Hyperbolic tangent",
    label=r"\tanh",
    variables=(Variable(x, "pre-activation"),),
    value=sp.sinh(x) / sp.cosh(x),
    gradient={x: 1 - sp.tanh(x) ** 2},
    kinks="none: cosh is positive, so the quotient is smooth everywhere",
    limits=(
        Limit("", x, sp.oo, sp.S.One),
        Limit("", x, -sp.oo, sp.S.NegativeOne),
        Limit("x", x, sp.oo, sp.S.Zero),
        Limit("x", x, 0, sp.S.One),
    ),
    wrong=(
        Wrong("x", 1 - sp.tanh(x), "square forgotten"),
        Wrong("x", 1 + sp.tanh(x) ** 2, "sign"),
        Wrong("x", sp.tanh(x) * (1 - sp.tanh(x)), "the formula of the sigmoid"),
        Wrong("x", 1 / sp.cosh(x), "denominator not squared"),
    ),
    source=("Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.3.2",),
)
