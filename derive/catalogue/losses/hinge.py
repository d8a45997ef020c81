"""The hinge loss max(0, 1 − y s) of a score s, for labels y = −1 or 1."""

import sympy as sp

from derive.entry import Kink, Limit, ScalarEntry, Variable, Wrong
from derive.functions import indicator, relu

y, s = sp.symbols("y s", real=True)

entry = ScalarEntry(
    title="Hinge loss",
    label=r"\mathcal{L}",
    variables=(Variable(y, "label", sp.FiniteSet(-1, 1), extremes=(-1.0, 1.0)), Variable(s, "score")),
    value=relu(1 - y * s),
    gradient={s: -y * indicator(y * s < 1)},
    kinks=(Kink(1 - y * s, "s", (-y, sp.S.Zero), sp.S.Zero),),
    limits=(
        Limit("", s, sp.oo, sp.S.Zero, given={y: sp.S.One}),
        Limit("", s, -sp.oo, sp.oo, given={y: sp.S.One}),
        Limit("s", s, -sp.oo, sp.S.NegativeOne, given={y: sp.S.One}),
    ),
    wrong=(
        Wrong("s", y * indicator(y * s < 1), "sign"),
        Wrong("s", -indicator(y * s < 1), "inner derivative forgotten"),
        Wrong("s", -y, "zero part forgotten"),
        Wrong("s", -y * indicator(y * s > 1), "mask the wrong way round"),
    ),
    source=("Shalev-Shwartz, Ben-David: Understanding Machine Learning (2014), section 15.2",),
)
