"""A single neuron with squared error, (h(wx + b) − l)², for any differentiable activation h."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong
from derive.functions import general_function

w, x, b, l = sp.symbols("w x b l", real=True)  # noqa: E741 - l is the label's name in the document
h = general_function("h")
h_prime = general_function("h'")
u = w * x + b

entry = ScalarEntry(
    title="Single neuron, any activation",
    label="f",
    variables=(Variable(w, "weight"), Variable(x, "input"), Variable(b, "bias"), Variable(l, "label")),
    value=(h(u) - l) ** 2,
    gradient={
        w: 2 * (h(u) - l) * h_prime(u) * x,
        b: 2 * (h(u) - l) * h_prime(u),
        x: 2 * (h(u) - l) * h_prime(u) * w,
    },
    kinks="those of h: the formula holds where h is differentiable at wx + b",
    limits=(Limit("w", x, 0, sp.S.Zero),),
    wrong=(
        Wrong("w", 2 * (h(u) - l) * h_prime(u), "inner derivative forgotten"),
        Wrong("w", 2 * (h(u) - l) * x, "derivative of the activation forgotten"),
        Wrong("w", (h(u) - l) * h_prime(u) * x, "factor 2"),
        Wrong("b", 2 * (h(u) - l) * h(u), "h for h'"),
        Wrong("x", 2 * (h(u) - l) * h_prime(u) * x, "x for w"),
        Wrong("x", 2 * (l - h(u)) * h_prime(u) * w, "sign"),
    ),
    source=("course document 003, paper and pencil, last question",),
    compilable=False,
)
