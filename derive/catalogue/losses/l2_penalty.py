"""The penalty λ Σ wᵢ² on weights, for any number of them."""

import sympy as sp

from derive.entry import ArrayEntry, Limit, Variable, Wrong
from derive.indices import array, entry_symbol, indices, size, total

m = size("m")
i, p = indices("i p", m)
w = array("w", m)
strength = sp.Symbol("lam", real=True)
w_0 = entry_symbol("w", (0,))

entry = ArrayEntry(
    title="L2 penalty",
    label="R",
    variables=(Variable(w, "weights"), Variable(strength, "strength", latex=r"\lambda")),
    value=strength * total(w[i] ** 2, i),
    gradient={w[p]: 2 * strength * w[p]},
    kinks="none: a polynomial is smooth everywhere",
    limits=(Limit("w_0", w_0, 0, sp.S.Zero),),
    wrong=(
        Wrong("w", strength * w[p], "factor 2"),
        Wrong("w", 2 * w[p], "strength forgotten"),
        Wrong("w", 2 * strength * total(w[i], i), "summed over the entries"),
        Wrong("w", strength * w[p] ** 2, "the function instead of its derivative"),
    ),
    source=("Goodfellow, Bengio, Courville: Deep Learning (2016), section 7.1.1",),
)
