"""Momentum and Adam as recurrences: the weights of past gradients, and why Adam divides by 1 − βᵗ.

With m₀ = 0 and m_t = β m_{t−1} + (1 − β) g_t the average after t steps is (1 − β) Σ β^{t−1−s} g_s, s = 0 … t − 1. If
all gradients have the mean μ, its expectation is (1 − βᵗ) μ: too small at first, which the division by 1 − βᵗ corrects.
"""

from itertools import pairwise

import sympy as sp

from derive.derivation import Step
from derive.entry import MomentEntry, Variable, Wrong
from derive.indices import array, size, total
from derive.moments import E

t = size("t")
beta, mu, g = (sp.Symbol(name, real=True) for name in ("beta", "mu", "g"))
noise = array("noise", t)
s = sp.Idx("s", t)
v_g = sp.Symbol("v_g", positive=True)
weight = beta ** (t - 1 - s)


def chain(*pairs: tuple[str, sp.Expr]) -> tuple[Step, ...]:
    """Return steps from (rule, expression) pairs; the first rule is not used."""
    return tuple(Step(before=before, rule=rule, after=after) for (_, before), (rule, after) in pairwise(pairs))


geometric = (1 - beta**t) / (1 - beta)

entry = MomentEntry(
    title="Momentum and the bias correction of Adam",
    label="m_t",
    variables=(
        Variable(t, "number of steps so far", sp.S.Naturals),
        Variable(beta, "decay of the average", sp.Interval.open(0, 1)),
        Variable(mu, "mean of the gradients"),
        Variable(g, "a gradient that does not change"),
        Variable(v_g, "variance of the gradients", sp.Interval.open(0, sp.oo)),
    ),
    random={noise: v_g},
    claims={
        "adam_mean": (
            r"\operatorname{E}(m_t)",
            chain(
                ("", E((1 - beta) * total(weight * (mu + noise[s]), s))),
                (
                    "the expectation of a sum is the sum of expectations",
                    (1 - beta) * total(weight * E(mu + noise[s]), s),
                ),
                ("mean of each gradient", (1 - beta) * total(weight * mu, s)),
                ("take constant factors out of the sum", (1 - beta) * mu * total(weight, s)),
                ("geometric sum", (1 - beta) * mu * geometric),
                ("cancel", mu * (1 - beta**t)),
            ),
            mu * (1 - beta**t),
        ),
        "adam_corrected": (
            r"\operatorname{E}(\hat{m}_t)",
            chain(
                ("", E((1 - beta) * total(weight * (mu + noise[s]), s)) / (1 - beta**t)),
                ("mean of the average", mu * (1 - beta**t) / (1 - beta**t)),
            ),
            mu,
        ),
        "momentum_constant": (
            "v_t",
            chain(
                ("", total(weight * g, s)),
                ("take constant factors out of the sum", g * total(weight, s)),
                ("geometric sum", g * geometric),
            ),
            g * (1 - beta**t) / (1 - beta),
        ),
    },
    kinks="none: the statements hold for every number of steps",
    limits="none are claimed here: as the number of steps grows, the power of beta vanishes",
    wrong=(
        Wrong("adam_mean", mu, "bias of the start forgotten"),
        Wrong("adam_mean", mu * (1 - beta), "only the last gradient counted"),
        Wrong("adam_mean", mu * (1 - beta ** (t - 1)), "one step too few"),
        Wrong("adam_corrected", mu * (1 - beta**t), "correction forgotten"),
        Wrong("adam_corrected", mu / (1 - beta**t), "divided twice"),
        Wrong("momentum_constant", g / (1 - beta), "the limit instead of the value after t steps"),
        Wrong("momentum_constant", g * t, "decay forgotten"),
    ),
    source=("Kingma, Ba: Adam (2015), section 3", "Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.3.2"),
)
