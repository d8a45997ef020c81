"""Expectation and variance rules over sums of independent random entries, with symbolic size."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import sympy as sp

from derive.derivation import Step
from derive.indices import canonical, total


class E(sp.Expr):  # type: ignore[misc]  # SymPy has no types
    """An expectation that has not been carried out."""

    is_commutative = True

    def __new__(cls, expression: sp.Expr) -> "E":
        """Write E[expression] down."""
        return sp.Expr.__new__(cls, sp.sympify(expression, strict=True))  # type: ignore[no-any-return]

    def _eval_is_real(self) -> bool:
        return True

    def _sympystr(self, printer: object) -> str:
        return f"E[{printer._print(self.args[0])}]"  # type: ignore[attr-defined]

    def _latex(self, printer: object) -> str:
        return rf"\operatorname{{E}}\left[{printer._print(self.args[0])}\right]"  # type: ignore[attr-defined]


class PositiveRoot(sp.Expr):  # type: ignore[misc]  # SymPy has no types
    """The positive value of an unknown at which an expression, increasing in it, is zero."""

    is_commutative = True

    def __new__(cls, expression: sp.Expr, unknown: sp.Symbol) -> "PositiveRoot":
        """Name the root of expression = 0 in the unknown."""
        return sp.Expr.__new__(cls, sp.sympify(expression, strict=True), unknown)  # type: ignore[no-any-return]

    def _sympystr(self, printer: object) -> str:
        return f"the {self.args[1]} > 0 with {printer._print(self.args[0])} = 0"  # type: ignore[attr-defined]

    def _latex(self, printer: object) -> str:
        show = printer._print  # type: ignore[attr-defined]
        return rf"{show(self.args[1])} > 0 \text{{ with }} {show(self.args[0])} = 0"


def variance_of_dot_product(
    w: sp.IndexedBase, x: sp.IndexedBase, variances: Mapping[sp.IndexedBase, sp.Symbol]
) -> list[Step]:
    """Derive Var(Σᵢ wᵢ xᵢ) for independent entries of mean zero, Var(wᵢ) and Var(xᵢ) given by name.

    Each step is one rule of expectation; the size stays symbolic.
    """
    (m,) = w.shape
    i, j = sp.Idx("i", m), sp.Idx("j", m)
    y_i, y_j = w[i] * x[i], w[j] * x[j]
    chain = [
        ("", E(total(y_i, i) ** 2) - E(total(y_i, i)) ** 2),
        ("the expectation of a sum is the sum of expectations", E(total(y_i, i) ** 2) - total(E(y_i), i) ** 2),
        ("independence: E[w x] = E[w] E[x]", E(total(y_i, i) ** 2) - total(E(w[i]) * E(x[i]), i) ** 2),
        ("mean zero: E[w_i] = 0", E(total(y_i, i) ** 2)),
        ("square of a sum as a double sum", E(total(y_i * y_j, i, j))),
        ("the expectation of a sum is the sum of expectations", total(E(y_i * y_j), i, j)),
        ("independence: E[w_i w_j x_i x_j] = E[w_i w_j] E[x_i x_j]", total(E(w[i] * w[j]) * E(x[i] * x[j]), i, j)),
        (
            "independent entries of mean zero: E[w_i w_j] = Var(w) delta_ij",
            total(variances[w] * sp.KroneckerDelta(i, j) * variances[x] * sp.KroneckerDelta(i, j), i, j),
        ),
        ("Kronecker contraction", total(variances[w] * variances[x], i)),
        ("count equal terms", canonical(total(variances[w] * variances[x], i))),
    ]
    return [Step(before=before, rule=rule, after=after) for (_, before), (rule, after) in pairwise(chain)]


def variance_through_activation(
    w: sp.IndexedBase,
    z: sp.IndexedBase,
    activation: Callable[[sp.Expr], sp.Expr],
    variances: Mapping[sp.IndexedBase, sp.Symbol],
    share: sp.Expr,
) -> list[Step]:
    """Derive Var(Σᵢ wᵢ f(zᵢ)) for independent weights of mean zero and symmetric pre-activations zᵢ.

    Parameters
    ----------
    w, z:
        Weights and pre-activations, of one symbolic size.
    activation:
        The activation f, which multiplies by one slope for z > 0 and by another for z < 0.
    variances:
        The symbols of Var(wᵢ) and Var(zᵢ).
    share:
        E[f(z)²]/Var(z): half the sum of the squared slopes, because half of the second moment lies on either side.
    """
    (m,) = w.shape
    i, j = sp.Idx("i", m), sp.Idx("j", m)
    f_i, f_j = activation(z[i]), activation(z[j])
    v_w, v_z = variances[w], variances[z]
    chain = [
        ("", E(total(w[i] * f_i, i) ** 2) - E(total(w[i] * f_i, i)) ** 2),
        ("independence, and mean zero: E[w_i] = 0", E(total(w[i] * f_i, i) ** 2)),
        ("square of a sum as a double sum", E(total(w[i] * f_i * w[j] * f_j, i, j))),
        ("the expectation of a sum is the sum of expectations", total(E(w[i] * f_i * w[j] * f_j), i, j)),
        ("independence of weights and pre-activations", total(E(w[i] * w[j]) * E(f_i * f_j), i, j)),
        (
            "independent entries of mean zero: E[w_i w_j] = Var(w) delta_ij",
            total(v_w * sp.KroneckerDelta(i, j) * E(f_i * f_j), i, j),
        ),
        ("Kronecker contraction", total(v_w * E(f_i**2), i)),
        ("symmetry: either sign of z carries half of its second moment", total(v_w * share * v_z, i)),
        ("count equal terms", m * v_w * share * v_z),
    ]
    return [Step(before=before, rule=rule, after=after) for (_, before), (rule, after) in pairwise(chain)]


def uniform_variance(a: sp.Symbol) -> list[Step]:
    """Derive Var U(−a, a) = a²/3 from its density 1/(2a)."""
    t = sp.Symbol("t", real=True)
    integral = sp.Integral(t**2 / (2 * a), (t, -a, a))
    bracket = sp.Subs(t**3 / (6 * a), t, a) - sp.Subs(t**3 / (6 * a), t, -a)
    return [
        Step(before=integral, rule="power rule of integration", after=bracket, note="t^3/(6a) between -a and a"),
        Step(before=bracket, rule="insert the limits", after=a**2 / 3),
    ]


def root(expression: sp.Expr, unknown: sp.Symbol, value: sp.Expr, note: str = "") -> list[Step]:
    """State the positive root of an equation as a step; the check inserts it and shows that there is no other."""
    return [Step(before=PositiveRoot(expression, unknown), rule="solve for the positive root", after=value, note=note)]
