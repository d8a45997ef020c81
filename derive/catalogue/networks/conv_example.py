"""The 15-parameter convolutional network: 6x6 image, 3x3 kernel, ReLU, 2x2 max-pool, dense 4 → 1, sigmoid, BCE.

Max-pooling and ReLU are written with a selection S: S[n, u, v, e, f] = 1 where cell (e, f) of pool (u, v) is the winner
and its pre-activation is positive, else 0. S is constant in each of the 625 open regions (four pools, each with one of
four winners or none), so in each region the network is smooth and the derivation below holds.
"""

import sympy as sp

from derive.entry import ArrayEntry, Kink, Limit, Stage, Variable, Wrong
from derive.functions import sigma, softplus
from derive.indices import array, entry_symbol, indices, size, total

B = size("B")
n, s = indices("n s", B)
a, g, p, q = indices("a g p q", 3)
u, v, e, f, t, o = indices("u v e f t o", 2)

X, y = array("X", B, 6, 6), array("y", B)
K, W = array("K", 3, 3), array("W", 2, 2)
c, d = sp.symbols("c d", real=True)
S = array("S", B, 2, 2, 2, 2)
P, z, delta = array("P", B, 2, 2), array("z", B), array("delta", B)

convolved = total(K[a, g] * X[n, 2 * u + e + a, 2 * v + f + g], a, g) + c
pooled = total(S[n, u, v, e, f] * convolved, e, f)
d_0, y_0 = entry_symbol("z", (0,)), entry_symbol("y", (0,))

entry = ArrayEntry(
    title="The convolutional example with 15 parameters",
    label="L",
    variables=(
        Variable(X, "images"),
        Variable(y, "labels", sp.Interval(0, 1)),
        Variable(K, "convolution kernel"),
        Variable(c, "bias of the convolution"),
        Variable(W, "weights of the dense layer, one for each pool"),
        Variable(d, "bias of the dense layer"),
    ),
    value=total(softplus(z[n]) - y[n] * z[n], n) / B,
    stages=(Stage(z[n], total(W[u, v] * pooled, u, v) + d, delta),),
    definitions=((P[n, u, v], pooled),),
    selection=(S[n, u, v, e, f], convolved, (e, f)),
    gradient={
        z[s]: (sigma(z[s]) - y[s]) / B,
        d: total(delta[n], n),
        W[t, o]: total(delta[n] * P[n, t, o], n),
        c: total(delta[n] * W[u, v] * S[n, u, v, e, f], n, u, v, e, f),
        K[p, q]: total(delta[n] * W[u, v] * S[n, u, v, e, f] * X[n, 2 * u + e + p, 2 * v + f + q], n, u, v, e, f),
    },
    kinks=(
        Kink("two cells of a pool are tied for the maximum: any mixture of them", "S", (sp.S.Zero, sp.S.One), sp.S.One),
        Kink("the largest cell of a pool is 0: any fraction of it", "S", (sp.S.Zero, sp.S.One), sp.S.Zero),
    ),
    limits=(
        Limit("z_0", d_0, sp.oo, (1 - y_0) / 2),
        Limit("z_0", d_0, -sp.oo, -y_0 / 2),
    ),
    wrong=(
        Wrong("z", (sigma(z[s]) - y[s]) * sigma(z[s]) * (1 - sigma(z[s])) / B, "the derivative of the sigmoid twice"),
        Wrong("z", (softplus(z[s]) - y[s] * z[s]) * sigma(z[s]) * (1 - sigma(z[s])) / B, "the loss for its derivative"),
        Wrong("d", -total(delta[n], n), "sign"),
        Wrong("W", total(delta[n] * W[t, o], n), "weights for activations"),
        Wrong("c", total(X[n, 2 * u + e, 2 * v + f], n, u, v, e, f), "sum of the image for the sum of the deltas"),
        Wrong(
            "c",
            total(delta[n] * P[n, u, v] * S[n, u, v, e, f], n, u, v, e, f),
            "the gradient of the dense weights sent back instead of that of their inputs",
        ),
        Wrong(
            "K",
            total(delta[n] * W[u, v] * X[n, 2 * u + e + p, 2 * v + f + q], n, u, v, e, f),
            "pool and ReLU ignored: every cell gets the gradient",
        ),
        Wrong(
            "K",
            total(delta[n] * W[u, v] * S[n, u, v, e, f] * X[n, 2 * u + e + 2 - p, 2 * v + f + 2 - q], n, u, v, e, f),
            "kernel flipped",
        ),
    ),
    source=("course document 004",),
)
