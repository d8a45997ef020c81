"""Binary cross-entropy as a function of the prediction ŷ."""

import sympy as sp

from derive.entry import Limit, ScalarEntry, Variable, Wrong

y, y_hat = sp.symbols("y y_hat", real=True)

entry = ScalarEntry(
    title="Binary cross-entropy in the prediction",
    label=r"\mathcal{L}",
    variables=(
        Variable(y, "true label, or a probability", sp.Interval(0, 1)),
        Variable(y_hat, "predicted probability", sp.Interval.open(0, 1), latex=r"\hat{y}"),
    ),
    value=-(y * sp.log(y_hat) + (1 - y) * sp.log(1 - y_hat)),
    gradient={y_hat: (y_hat - y) / (y_hat * (1 - y_hat))},
    kinks="none in 0 < y_hat < 1; at 0 and 1 the loss is not defined unless its factor vanishes",
    limits=(
        Limit("", y_hat, 0, sp.oo, side="+", given={y: sp.S.One}),
        Limit("", y_hat, 1, sp.S.Zero, side="-", given={y: sp.S.One}),
        Limit("y_hat", y_hat, 1, sp.S.NegativeOne, side="-", given={y: sp.S.One}),
        Limit("y_hat", y_hat, 0, sp.S.One, side="+", given={y: sp.S.Zero}),
    ),
    wrong=(
        Wrong("y_hat", y_hat - y, "derivative by the logit instead of the prediction"),
        Wrong("y_hat", -y / y_hat, "second term forgotten"),
        Wrong("y_hat", -y / y_hat - (1 - y) / (1 - y_hat), "inner derivative of 1 - y_hat forgotten (sign)"),
        Wrong("y_hat", (y - y_hat) / (y_hat * (1 - y_hat)), "sign"),
    ),
    source=("course document 002, section 1.2 (j), equations (12) and (13)",),
)
