"""f(x, y) = 3(x − 1)² + y² + 4, a bowl with its minimum at (1, 0)."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x, y = sp.symbols("x y", real=True)

entry = ScalarEntry(
    title="A bowl",
    label="f",
    variables=(Variable(x, "first coordinate"), Variable(y, "second coordinate")),
    value=3 * (x - 1) ** 2 + y**2 + 4,
    gradient={x: 6 * (x - 1), y: 2 * y},
    kinks="none: a polynomial is smooth everywhere",
    limits=(
        Limit("", x, sp.oo, sp.oo, given={y: sp.S.Zero}),
        Limit("x", x, 1, sp.S.Zero, given={y: sp.S.Zero}),
    ),
    wrong=(
        Wrong("x", 3 * (x - 1), "factor 2"),
        Wrong("x", 6 * x - 1, "factor not multiplied out"),
        Wrong("y", 2 * y + 4, "constant kept"),
        Wrong("y", -2 * y, "sign"),
    ),
    source=("course document 000, exercise 4",),
)
