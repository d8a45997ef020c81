"""A single sigmoid neuron with squared error, (σ(wx + b) − l)²."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import sigma

w, x, b, l = sp.symbols("w x b l", real=True)  # noqa: E741 - l is the label's name in the document
u = w * x + b
common = 2 * (sigma(u) - l) * sigma(u) * (1 - sigma(u))

entry = ScalarEntry(
    title="Single neuron, sigmoid",
    label="f",
    variables=(
        Variable(w, "weight", extremes=(1.0,)),
        Variable(x, "input"),
        Variable(b, "bias", extremes=(0.0,)),
        Variable(l, "label", extremes=(0.0, 0.25, 1.0)),
    ),
    value=(sigma(u) - l) ** 2,
    gradient={w: common * x, b: common, x: common * w},
    kinks="none: the sigmoid is smooth everywhere",
    limits=(
        Limit("", b, sp.oo, sp.S.Zero, given={w: sp.S.One, x: sp.S.Zero, l: sp.S.One}),
        Limit("b", b, sp.oo, sp.S.Zero, given={w: sp.S.One, x: sp.S.Zero, l: sp.S.Zero}),
    ),
    wrong=(
        Wrong("w", common, "inner derivative forgotten"),
        Wrong("w", 2 * (sigma(u) - l) * x, "derivative of the activation forgotten"),
        Wrong("b", common / 2, "factor 2"),
        Wrong("b", 2 * (sigma(u) - l) * sigma(u), "factor 1 - sigma forgotten"),
        Wrong("x", common * x, "x for w"),
        Wrong("x", -common * w, "sign"),
    ),
    source=("course document 003, paper and pencil, last question",),
)
