"""Layer normalisation: each row is centred and scaled by its own mean and variance."""

import sympy as sp

from derive.entry import ArrayEntry, Stage, Variable, Wrong
from derive.indices import array, indices, size, total

B, N = size("B"), size("N")
i, p = indices("i p", B)
k, q = indices("k q", N)
x, gamma, beta, G = array("x", B, N), array("gamma", N), array("beta", N), array("G", B, N)
eps = sp.Symbol("eps", real=True)
mu, s, u = array("mu", B), array("s", B), array("u", B, N)
dmu, ds, du = array("dmu", B), array("ds", B), array("du", B, N)

entry = ArrayEntry(
    title="Layer normalisation",
    label="L",
    variables=(
        Variable(x, "inputs, one row for each sample"),
        Variable(gamma, "scale of each feature"),
        Variable(beta, "shift of each feature"),
        Variable(eps, "small number under the root", sp.Interval.open(0, sp.oo), latex=r"\epsilon"),
    ),
    value=gamma[k] * u[i, k] + beta[k],
    indices=(i, k),
    upstream=G,
    stages=(
        Stage(mu[i], total(x[i, k], k) / N, dmu),
        Stage(
            s[i],
            total((x[i, k] - mu[i]) ** 2, k) / N + eps,
            ds,
            sp.Interval.open(0, sp.oo),
        ),
        Stage(u[i, k], (x[i, k] - mu[i]) / sp.sqrt(s[i]), du),
    ),
    gradient={
        u[p, q]: G[p, q] * gamma[q],
        s[p]: -total(du[p, k] * (x[p, k] - mu[p]), k) / (2 * s[p] ** sp.Rational(3, 2)),
        mu[p]: (-total(du[p, k], k) / sp.sqrt(s[p]) - 2 * ds[p] * total(x[p, k] - mu[p], k) / N),
        x[p, q]: du[p, q] / sp.sqrt(s[p]) + 2 * ds[p] * (x[p, q] - mu[p]) / N + dmu[p] / N,
        gamma[q]: total(G[i, q] * u[i, q], i),
        beta[q]: total(G[i, q], i),
    },
    kinks="none: the number under the root is at least eps > 0",
    limits="none are claimed: the derivatives depend on all entries of a row at once",
    wrong=(
        Wrong("x", du[p, q] / sp.sqrt(s[p]), "mean and variance treated as constants"),
        Wrong("x", du[p, q] / sp.sqrt(s[p]) + dmu[p] / N, "path through the variance forgotten"),
        Wrong("x", du[p, q] / sp.sqrt(s[p]) + 2 * ds[p] * (x[p, q] - mu[p]) + dmu[p] / N, "1/N missing"),
        Wrong("s", -total(du[p, k] * (x[p, k] - mu[p]), k) / s[p] ** sp.Rational(3, 2), "factor 1/2"),
        Wrong("gamma", total(G[i, q] * x[i, q], i), "input for normalised input"),
        Wrong("beta", total(G[i, q], i) / B, "mean over the batch for the sum"),
    ),
    source=("Ba, Kiros, Hinton: Layer normalization (2016), eq. 4",),
)
