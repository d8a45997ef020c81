"""One term y ln(y/p) of the Kullback-Leibler divergence of predicted probabilities p from true ones y."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

y, p = sp.symbols("y p", real=True)

entry = ScalarEntry(
    title="Kullback-Leibler divergence, one term",
    label="D",
    variables=(
        Variable(y, "true probability", sp.Interval.open(0, 1), extremes=(0.125, 0.25, 0.5)),
        Variable(p, "predicted probability", sp.Interval.open(0, 1)),
    ),
    value=y * sp.log(y / p),
    gradient={p: -y / p},
    kinks="none: 0 < y and 0 < p, so the logarithm is smooth",
    limits=(
        Limit("", p, 0, sp.oo, side="+", given={y: sp.Rational(1, 2)}),
        Limit("p", p, 1, sp.Rational(-1, 2), side="-", given={y: sp.Rational(1, 2)}),
    ),
    wrong=(
        Wrong("p", -1 / p, "factor y forgotten"),
        Wrong("p", y / p, "sign"),
        Wrong("p", p / y, "quotient turned over"),
        Wrong("p", sp.log(y / p) + 1, "derivative by y instead of p"),
    ),
    source=("Goodfellow, Bengio, Courville: Deep Learning (2016), section 3.13",),
)
