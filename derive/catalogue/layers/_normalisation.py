"""What batch and layer normalisation share: only the axis differs over which mean and variance are taken."""

import sympy as sp

from derive.entry import ArrayEntry, Stage, Variable, Wrong
from derive.indices import array, indices, size, total

B, N = size("B"), size("N")
x, gamma, beta, G = array("x", B, N), array("gamma", N), array("beta", N), array("G", B, N)
u, du = array("u", B, N), array("du", B, N)
eps = sp.Symbol("eps", real=True)


def normalisation(*, by_row: bool, title: str, source: str) -> ArrayEntry:
    """Return the entry of y = γ (x − μ)/√s + β, with μ and s = variance + ε of each row, or of each column.

    Parameters
    ----------
    by_row:
        True for layer normalisation (mean over the N features of a sample), False for batch normalisation (mean over
        the B samples of a feature).
    title, source:
        As for every entry.
    """
    i, p = indices("i p", B)
    k, q = indices("k q", N)
    own, over, count = (i, k, N) if by_row else (k, i, B)  # the index that stays, the one that is summed
    here, line = (p, (p, k)) if by_row else (q, (i, q))  # the same at the place of the derivative
    length = B if by_row else N
    mu, s = array("mu", length), array("s", length)
    dmu, ds = array("dmu", length), array("ds", length)
    to_x = du[p, q] / sp.sqrt(s[here])
    through_variance = 2 * ds[here] * (x[p, q] - mu[here]) / count
    through_mean = dmu[here] / count
    towards_s = total(du[line] * (x[line] - mu[here]), over) / s[here] ** sp.Rational(3, 2)
    return ArrayEntry(
        title=title,
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
            Stage(mu[own], total(x[i, k], over) / count, dmu),
            Stage(s[own], total((x[i, k] - mu[own]) ** 2, over) / count + eps, ds, sp.Interval.open(0, sp.oo)),
            Stage(u[i, k], (x[i, k] - mu[own]) / sp.sqrt(s[own]), du),
        ),
        gradient={
            u[p, q]: G[p, q] * gamma[q],
            s[here]: -towards_s / 2,
            mu[here]: (
                -total(du[line], over) / sp.sqrt(s[here]) - 2 * ds[here] * total(x[line] - mu[here], over) / count
            ),
            x[p, q]: to_x + through_variance + through_mean,
            gamma[q]: total(G[i, q] * u[i, q], i),
            beta[q]: total(G[i, q], i),
        },
        kinks="none: the number under the root is at least eps > 0",
        limits="none are claimed: the derivatives depend on a whole row or column at once",
        wrong=(
            Wrong("x", to_x, "mean and variance treated as constants"),
            Wrong("x", to_x + through_mean, "path through the variance forgotten"),
            Wrong("x", to_x + count * through_variance + through_mean, "mean for sum in the variance forgotten"),
            Wrong("s", -towards_s, "factor 1/2"),
            Wrong("gamma", total(G[i, q] * x[i, q], i), "input for normalised input"),
            Wrong("beta", total(G[i, q], i) / B, "mean over the batch for the sum"),
        ),
        source=(source,),
    )
