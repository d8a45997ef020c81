"""σ(x) = 1 / (1 + e^(−x))."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import sigma

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Sigmoid",
    label=r"\sigma",
    variables=(Variable(x, "pre-activation"),),
    value=1 / (1 + sp.exp(-x)),
    gradient={x: sigma(x) * (1 - sigma(x))},
    kinks="none: the denominator 1 + e^(-x) is positive, so the function is smooth everywhere",
    limits=(
        Limit("", x, sp.oo, sp.S.One),
        Limit("", x, -sp.oo, sp.S.Zero),
        Limit("x", x, sp.oo, sp.S.Zero),
        Limit("x", x, 0, sp.Rational(1, 4)),
    ),
    wrong=(
        Wrong("x", sigma(x) * (1 + sigma(x)), "sign inside the bracket"),
        Wrong("x", 1 - sigma(x), "factor sigma(x) forgotten"),
        Wrong("x", x * (1 - x), "output formula used on the input"),
        Wrong("x", -sp.exp(-x) / (1 + sp.exp(-x)) ** 2, "inner derivative of e^(-x) forgotten (sign)"),
        Wrong("x", sp.exp(-x) / (1 + sp.exp(-x)), "denominator not squared"),
    ),
    source=("course document 002, section 1.2 (a)", "course document 003, section 3.2"),
)
