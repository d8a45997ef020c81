"""SiLU(x) = x σ(x), also called swish."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import sigma

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Sigmoid linear unit",
    label=r"\operatorname{SiLU}",
    variables=(Variable(x, "pre-activation"),),
    value=x * sigma(x),
    gradient={x: sigma(x) * (1 + x * (1 - sigma(x)))},
    kinks="none: a product of smooth functions",
    limits=(
        Limit("", x, -sp.oo, sp.S.Zero),
        Limit("x", x, sp.oo, sp.S.One),
        Limit("x", x, -sp.oo, sp.S.Zero),
        Limit("x", x, 0, sp.Rational(1, 2)),
    ),
    wrong=(
        Wrong("x", sigma(x) * (1 - sigma(x)), "product rule as product of derivatives"),
        Wrong("x", sigma(x), "second term of the product rule forgotten"),
        Wrong("x", sigma(x) * (1 + x * (1 + sigma(x))), "sign inside the bracket"),
        Wrong("x", sigma(x) + x * (1 - sigma(x)), "factor sigma(x) forgotten"),
    ),
    source=("Elfwing, Uchibe, Doya: Sigmoid-weighted linear units (2018), eqs. 5 and 6",),
)
