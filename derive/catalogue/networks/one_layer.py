"""A one-layer model for one sample: h = x w + b, ŷ = σ(h), binary cross-entropy."""

import sympy as sp

from derive.entry import ArrayEntry, Limit, Variable, Wrong
from derive.functions import sigma, softplus
from derive.indices import array, indices, size, total

N = size("N")
k, q = indices("k q", N)
x, w = array("x", N), array("w", N)
b, y = sp.symbols("b y", real=True)
h = total(x[k] * w[k], k) + b

entry = ArrayEntry(
    title="One-layer model with cross-entropy",
    label=r"\mathcal{L}",
    variables=(
        Variable(x, "input of one sample"),
        Variable(w, "weights"),
        Variable(b, "bias"),
        Variable(y, "true label, or a probability", sp.Interval(0, 1)),
    ),
    value=softplus(h) - y * h,
    gradient={
        x[q]: (sigma(h) - y) * w[q],
        w[q]: (sigma(h) - y) * x[q],
        b: sigma(h) - y,
    },
    kinks="none: the softplus is smooth everywhere",
    limits=(Limit("b", b, sp.oo, 1 - y), Limit("b", b, -sp.oo, -y)),
    wrong=(
        Wrong("x", (sigma(h) - y) * x[q], "inputs for weights"),
        Wrong("x", (y - sigma(h)) * w[q], "sign"),
        Wrong("x", (sigma(h) - y) * sigma(h) * (1 - sigma(h)) * w[q], "the derivative of the sigmoid taken twice"),
        Wrong("w", (sigma(h) - y) * w[q], "weights for inputs"),
        Wrong("b", (sigma(h) - y) * b, "bias kept"),
    ),
    source=("course document 002, section 1.3, equations (20) and (21)",),
)
