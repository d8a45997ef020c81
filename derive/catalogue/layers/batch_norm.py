"""Batch normalisation in training: each column is centred and scaled by its own mean and variance."""

import sympy as sp

from derive.entry import ArrayEntry, Stage, Variable, Wrong
from derive.indices import array, indices, size, total

B, N = size("B"), size("N")
i, p = indices("i p", B)
k, q = indices("k q", N)
x, gamma, beta, G = array("x", B, N), array("gamma", N), array("beta", N), array("G", B, N)
eps = sp.Symbol("eps", real=True)
mu, s, u = array("mu", N), array("s", N), array("u", B, N)
dmu, ds, du = array("dmu", N), array("ds", N), array("du", B, N)

entry = ArrayEntry(
    title="Batch normalisation",
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
        Stage(mu[k], total(x[i, k], i) / B, dmu),
        Stage(
            s[k],
            total((x[i, k] - mu[k]) ** 2, i) / B + eps,
            ds,
            sp.Interval.open(0, sp.oo),
        ),
        Stage(u[i, k], (x[i, k] - mu[k]) / sp.sqrt(s[k]), du),
    ),
    gradient={
        u[p, q]: G[p, q] * gamma[q],
        s[q]: -total(du[i, q] * (x[i, q] - mu[q]), i) / (2 * s[q] ** sp.Rational(3, 2)),
        mu[q]: (-total(du[i, q], i) / sp.sqrt(s[q]) - 2 * ds[q] * total(x[i, q] - mu[q], i) / B),
        x[p, q]: du[p, q] / sp.sqrt(s[q]) + 2 * ds[q] * (x[p, q] - mu[q]) / B + dmu[q] / B,
        gamma[q]: total(G[i, q] * u[i, q], i),
        beta[q]: total(G[i, q], i),
    },
    kinks="none: the number under the root is at least eps > 0",
    limits="none are claimed: the derivatives depend on all entries of a column at once",
    wrong=(
        Wrong("x", du[p, q] / sp.sqrt(s[q]), "mean and variance treated as constants"),
        Wrong("x", du[p, q] / sp.sqrt(s[q]) + dmu[q] / B, "path through the variance forgotten"),
        Wrong("x", du[p, q] / sp.sqrt(s[q]) + 2 * ds[q] * (x[p, q] - mu[q]) + dmu[q] / B, "1/B missing"),
        Wrong("s", -total(du[i, q] * (x[i, q] - mu[q]), i) / s[q] ** sp.Rational(3, 2), "factor 1/2"),
        Wrong("gamma", total(G[i, q] * x[i, q], i), "input for normalised input"),
        Wrong("beta", total(G[i, q], i) / B, "mean over the batch for the sum"),
    ),
    source=("Ioffe, Szegedy: Batch normalization (2015), section 3",),
)
