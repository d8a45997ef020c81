"""The variance of Σ wᵢ xᵢ, and the bounds of uniform weights that follow from it."""

import sympy as sp

from derive.entry import Limit, MomentEntry, Variable, Wrong
from derive.indices import array, size
from derive.moments import root, uniform_variance, variance_of_dot_product

m, n_in, n_out = size("m"), size("n_in"), size("n_out")
a = sp.Symbol("a", positive=True)
v_w, v_x = sp.symbols("v_w v_x", positive=True)
w, x = array("w", m), array("x", m)

entry = MomentEntry(
    title="Variance of a neuron and uniform initialisation",
    label=r"\operatorname{Var}",
    variables=(
        Variable(m, "number of inputs of the neuron", sp.S.Naturals),
        Variable(n_in, "number of inputs of a layer", sp.S.Naturals, latex=r"n_{\mathrm{in}}"),
        Variable(n_out, "number of outputs of a layer", sp.S.Naturals, latex=r"n_{\mathrm{out}}"),
        Variable(a, "bound of the uniform distribution on [-a, a]", sp.Interval.open(0, sp.oo)),
        Variable(v_w, "variance of each weight, of mean zero", sp.Interval.open(0, sp.oo)),
        Variable(v_x, "variance of each input, of mean zero", sp.Interval.open(0, sp.oo)),
    ),
    random={w: v_w, x: v_x},
    claims={
        "variance": (
            r"\operatorname{Var}\Bigl(\sum_{i} w_i x_i\Bigr)",
            tuple(variance_of_dot_product(w, x, {w: v_w, x: v_x})),
            m * v_w * v_x,
        ),
        "uniform_variance": (r"\operatorname{Var} U(-a, a)", tuple(uniform_variance(a)), a**2 / 3),
        "uniform_bound": (
            "a",
            tuple(root(m * a**2 / 3 - 1, a, sp.sqrt(3 / m), "m Var(w) Var(x) = 1 with Var(w) = a^2/3, Var(x) = 1")),
            sp.sqrt(3 / m),
        ),
        "glorot_bound": (
            r"a_{\mathrm{Glorot}}",
            tuple(
                root(
                    (n_in + n_out) / 2 * a**2 / 3 - 1,
                    a,
                    sp.sqrt(6 / (n_in + n_out)),
                    "forward n_in Var(w) = 1, backward n_out Var(w) = 1; their mean is the compromise",
                )
            ),
            sp.sqrt(6 / (n_in + n_out)),
        ),
    },
    kinks="none: the statements hold for every size",
    limits=(Limit("uniform_bound", m, sp.oo, sp.S.Zero), Limit("glorot_bound", n_in, sp.oo, sp.S.Zero)),
    wrong=(
        Wrong("variance", m**2 * v_w * v_x, "factor m twice: the terms are independent"),
        Wrong("variance", v_w * v_x, "sum over the inputs forgotten"),
        Wrong("uniform_variance", a**2 / 12, "the variance of an interval of length a"),
        Wrong("uniform_bound", sp.sqrt(1 / m), "bound taken for standard deviation"),
        Wrong("uniform_bound", sp.sqrt(3) / m, "square root of m forgotten"),
        Wrong("glorot_bound", sp.sqrt(6 / (n_in * n_out)), "product for sum"),
        Wrong("glorot_bound", sp.sqrt(3 / (n_in + n_out)), "factor 2 of the mean forgotten"),
    ),
    source=(
        "course document 003, section 3.1, hacker points",
        "Glorot and Bengio: Understanding the difficulty of training deep feedforward neural networks (2010), eq. 16",
        "course document 002, section 1.4 (a), whose code multiplies n_in and n_out",
    ),
)
