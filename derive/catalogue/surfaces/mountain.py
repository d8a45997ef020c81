"""B(x, y) = 4000 − 3(x − 10)² − (y − 3)², a mountain with its summit at (10, 3)."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x, y = sp.symbols("x y", real=True)

entry = ScalarEntry(
    title="A mountain",
    label="B",
    variables=(Variable(x, "first coordinate"), Variable(y, "second coordinate")),
    value=4000 - 3 * (x - 10) ** 2 - (y - 3) ** 2,
    gradient={x: -6 * (x - 10), y: -2 * (y - 3)},
    kinks="none: a polynomial is smooth everywhere",
    limits=(
        Limit("", x, sp.oo, -sp.oo, given={y: sp.S.Zero}),
        Limit("y", y, 3, sp.S.Zero, given={x: sp.S.Zero}),
    ),
    wrong=(
        Wrong("x", 6 * (x - 10), "sign"),
        Wrong("x", 4000 - 6 * (x - 10), "constant kept"),
        Wrong("y", -2 * y - 3, "factor not multiplied out"),
        Wrong("y", -(y - 3), "factor 2"),
    ),
    source=("course document 000, exercise 5",),
)
