"""The variance that passes through ReLU and leaky ReLU, He's bound, and what a product under the root would do."""

import sympy as sp

from derive.derivation import Step
from derive.entry import Limit, MomentEntry, Variable, Wrong
from derive.functions import relu
from derive.indices import array, size
from derive.moments import root, variance_through_activation

m, n_in, n_out = size("m"), size("n_in"), size("n_out")
a, s, v_w, v_z = sp.symbols("a s v_w v_z", positive=True)
w, z = array("w", m), array("z", m)
half, leaky_share = sp.Rational(1, 2), (1 + s**2) / 2


def leaky(u: sp.Expr) -> sp.Expr:
    """Return the leaky rectifier with slope s for negative inputs; SymPy would pull cases out of an expectation."""
    return relu(u) - s * relu(-u)


entry = MomentEntry(
    title="Variance through ReLU and He's initialisation",
    label=r"\operatorname{Var}",
    variables=(
        Variable(m, "number of inputs of the neuron", sp.S.Naturals),
        Variable(n_in, "number of inputs of a layer", sp.S.Naturals, latex=r"n_{\mathrm{in}}"),
        Variable(n_out, "number of outputs of a layer", sp.S.Naturals, latex=r"n_{\mathrm{out}}"),
        Variable(a, "bound of the uniform distribution on [-a, a]", sp.Interval.open(0, sp.oo)),
        Variable(s, "slope of the leaky rectifier for negative inputs", sp.Interval.open(0, sp.oo)),
        Variable(v_w, "variance of each weight, of mean zero", sp.Interval.open(0, sp.oo)),
        Variable(v_z, "variance of each pre-activation, symmetric about zero", sp.Interval.open(0, sp.oo)),
    ),
    random={w: v_w, z: v_z},
    claims={
        "relu_variance": (
            r"\operatorname{Var}\Bigl(\sum_{i} w_i \operatorname{ReLU}(z_i)\Bigr)",
            tuple(variance_through_activation(w, z, relu, {w: v_w, z: v_z}, half)),
            m * v_w * v_z / 2,
        ),
        "leaky_variance": (
            r"\operatorname{Var}\Bigl(\sum_{i} w_i \operatorname{LeakyReLU}(z_i)\Bigr)",
            tuple(variance_through_activation(w, z, leaky, {w: v_w, z: v_z}, leaky_share)),
            m * v_w * v_z * (1 + s**2) / 2,
        ),
        "he_bound": (
            r"a_{\mathrm{He}}",
            tuple(root(m * half * a**2 / 3 - 1, a, sp.sqrt(6 / m), "m Var(w)/2 = 1 with Var(w) = a^2/3")),
            sp.sqrt(6 / m),
        ),
        "leaky_bound": (
            r"a_{\mathrm{leaky}}",
            tuple(
                root(
                    m * leaky_share * a**2 / 3 - 1,
                    a,
                    sp.sqrt(6 / (m * (1 + s**2))),
                    "m Var(w)(1 + s^2)/2 = 1 with Var(w) = a^2/3",
                )
            ),
            sp.sqrt(6 / (m * (1 + s**2))),
        ),
        "product_variance": (
            r"n_{\mathrm{in}} \operatorname{Var}(w)",
            (
                Step(
                    before=sp.Mul(
                        n_in,
                        sp.Mul(
                            sp.Pow(sp.sqrt(6 / (n_in * n_out)), 2, evaluate=False), sp.Rational(1, 3), evaluate=False
                        ),
                        evaluate=False,
                    ),
                    rule="cancel",
                    after=2 / n_out,
                    note="1 only for two outputs: the product under the root does not preserve the variance",
                ),
            ),
            2 / n_out,
        ),
    },
    kinks="none: the statements hold for every size",
    limits=(
        Limit("he_bound", m, sp.oo, sp.S.Zero),
        Limit("product_variance", n_out, sp.oo, sp.S.Zero),
    ),
    wrong=(
        Wrong("relu_variance", m * v_w * v_z, "half that ReLU removes forgotten"),
        Wrong("relu_variance", m * v_w * v_z / 4, "factor 1/2 of the slope squared once more"),
        Wrong("leaky_variance", m * v_w * v_z * (1 + s) / 2, "slope not squared"),
        Wrong("he_bound", sp.sqrt(3 / m), "the bound for the identity"),
        Wrong("he_bound", sp.sqrt(2 / m), "standard deviation taken for the bound"),
        Wrong("leaky_bound", sp.sqrt(6 / (m * (1 + s))), "slope not squared"),
        Wrong("product_variance", sp.S.One, "claimed to preserve the variance"),
    ),
    source=(
        "He, Zhang, Ren, Sun: Delving deep into rectifiers (2015), section 2.2",
        "course document 002, section 1.4 (a), whose code multiplies n_in and n_out under the root",
    ),
)
