"""softplus(x) = ln(1 + e^x), a smooth ReLU."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import sigma

x = sp.Symbol("x", real=True)

entry = ScalarEntry(
    title="Softplus",
    label=r"\operatorname{softplus}",
    variables=(Variable(x, "pre-activation"),),
    value=sp.log(1 + sp.exp(x)),
    gradient={x: sigma(x)},
    kinks="none: 1 + e^x is positive, so its logarithm is smooth everywhere",
    limits=(
        Limit("", x, -sp.oo, sp.S.Zero),
        Limit("", x, sp.oo, sp.oo),
        Limit("x", x, sp.oo, sp.S.One),
        Limit("x", x, -sp.oo, sp.S.Zero),
    ),
    wrong=(
        Wrong("x", 1 / (1 + sp.exp(x)), "inner derivative forgotten"),
        Wrong("x", sp.exp(x), "derivative of the logarithm forgotten"),
        Wrong("x", sigma(x) * (1 - sigma(x)), "differentiated twice"),
        Wrong("x", sigma(-x), "sign of the exponent"),
    ),
    source=("Goodfellow, Bengio, Courville: Deep Learning (2016), section 3.10",),
)
