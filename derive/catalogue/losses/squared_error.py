"""‖x − y‖² for vectors of length m."""

import sympy as sp

from derive.entry import ArrayEntry, Limit, Variable, Wrong
from derive.indices import array, entry_symbol, indices, size, total

m = size("m")
i, p = indices("i p", m)
x, y = array("x", m), array("y", m)
x_0 = entry_symbol("x", (0,))

entry = ArrayEntry(
    title="Squared error",
    label="E",
    variables=(Variable(x, "prediction"), Variable(y, "target")),
    value=total((x[i] - y[i]) ** 2, i),
    gradient={x[p]: 2 * (x[p] - y[p])},
    kinks="none: a polynomial is smooth everywhere",
    limits=(Limit("", x_0, sp.oo, sp.oo), Limit("x_0", x_0, -sp.oo, -sp.oo)),
    wrong=(
        Wrong("x", x[p] - y[p], "factor 2"),
        Wrong("x", 2 * (y[p] - x[p]), "sign"),
        Wrong("x", 2 * total(x[i] - y[i], i), "summed over the entries"),
        Wrong("x", 2 * (x[p] - y[p]) / m, "mean for sum"),
    ),
    source=("course document 003, section 3.3",),
)
