"""GELU(x) = x Φ(x) with the distribution function Φ of the standard normal distribution."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

x = sp.Symbol("x", real=True)
distribution = (1 + sp.erf(x / sp.sqrt(2))) / 2
density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)

entry = ScalarEntry(
    title="Gaussian error linear unit",
    label=r"\operatorname{GELU}",
    variables=(Variable(x, "pre-activation"),),
    value=x * distribution,
    gradient={x: distribution + x * density},
    kinks="none: a product of smooth functions",
    limits=(
        Limit("", x, -sp.oo, sp.S.Zero),
        Limit("x", x, sp.oo, sp.S.One),
        Limit("x", x, -sp.oo, sp.S.Zero),
        Limit("x", x, 0, sp.Rational(1, 2)),
    ),
    wrong=(
        Wrong("x", density, "product rule as product of derivatives"),
        Wrong("x", distribution, "second term of the product rule forgotten"),
        Wrong("x", distribution + x * sp.exp(-(x**2) / 2) / sp.sqrt(sp.pi), "inner derivative 1/sqrt(2) forgotten"),
        Wrong("x", distribution - x * density, "sign"),
    ),
    source=("Hendrycks, Gimpel: Gaussian error linear units (2016), section 2",),
)
