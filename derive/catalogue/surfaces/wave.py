"""f(x, y) = x² + y² + x(y + 2) + cos 3x, with several local minima."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x, y = sp.symbols("x y", real=True)

entry = ScalarEntry(
    title="A surface with several minima",
    label="f",
    variables=(Variable(x, "first coordinate"), Variable(y, "second coordinate")),
    value=x**2 + y**2 + x * (y + 2) + sp.cos(3 * x),
    gradient={
        x: 2 * x - 3 * sp.sin(3 * x) + y + 2,
        y: x + 2 * y,
    },
    kinks="none: a polynomial plus a cosine is smooth everywhere",
    limits=(
        Limit("", y, sp.oo, sp.oo, given={x: sp.S.Zero}),
        Limit("y", x, -sp.oo, -sp.oo, given={y: sp.S.Zero}),
    ),
    wrong=(
        Wrong("x", 2 * x - sp.sin(3 * x) + y + 2, "inner derivative forgotten"),
        Wrong("x", 2 * x + 3 * sp.sin(3 * x) + y + 2, "sign of the derivative of the cosine"),
        Wrong("x", 2 * x - 3 * sp.sin(3 * x) + 2, "product x y forgotten"),
        Wrong("y", 2 * y, "product x y forgotten"),
        Wrong("y", x + y, "factor 2"),
    ),
    source=("course document 002, section 1.1, equations (1) to (3)",),
)
