"""Binary cross-entropy of σ(z) as a function of the logit z."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import sigma, softplus

y, z = sp.symbols("y z", real=True)

entry = ScalarEntry(
    title="Binary cross-entropy in the logit",
    label=r"\mathcal{L}",
    variables=(
        Variable(y, "true label, or a probability", sp.Interval(0, 1)),
        Variable(z, "logit, the pre-activation of the output"),
    ),
    value=-(y * sp.log(sigma(z)) + (1 - y) * sp.log(1 - sigma(z))),
    gradient={z: sigma(z) - y},
    kinks="none: 0 < sigma(z) < 1, so both logarithms are smooth everywhere",
    limits=(
        Limit("", z, sp.oo, sp.S.Zero, given={y: sp.S.One}),
        Limit("", z, -sp.oo, sp.oo, given={y: sp.S.One}),
        Limit("z", z, sp.oo, sp.S.One, given={y: sp.S.Zero}),
        Limit("z", z, -sp.oo, sp.S.NegativeOne, given={y: sp.S.One}),
    ),
    wrong=(
        Wrong("z", y - sigma(z), "sign"),
        Wrong("z", (sigma(z) - y) / (sigma(z) * (1 - sigma(z))), "derivative by the prediction instead of the logit"),
        Wrong("z", (sigma(z) - y) * sigma(z) * (1 - sigma(z)), "the derivative of the sigmoid taken twice"),
        Wrong("z", softplus(z) - y * z, "the loss instead of its derivative"),
    ),
    source=("course document 002, section 1.3", "course document 004, backward pass of the dense layer"),
)
