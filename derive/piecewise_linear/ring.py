"""The ring detector 2 → 4 → 3 → 1 for general a < b: its weights follow from one formula for its score.

With r = |x₁| + |x₂| a point lies in the diamond-shaped ring when u = r − a and v = b − r are both not negative, so the
score is min(u, v). The first layer makes r out of ReLU(±x₁) and ReLU(±x₂). The rest is

    min(u, v) = v − ReLU(v − u)      and      v = ReLU(v) − ReLU(−v),

three neurons with pre-activations v − u = a + b − 2r, v = b − r and −v = r − b, and output weights −1, 1, −1.
Nothing here needs a < b; it only makes the ring not empty, as a > 0 gives it a hole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from derive.piecewise_linear.network import exact

a, b = sp.symbols("a b", positive=True)
x1, x2 = sp.symbols("x1 x2", real=True)
r = sp.Symbol("r", nonnegative=True)

TEST_POINTS = (("0", "0"), ("0.5", "0.5"), ("1.1", "0"), ("1", "1"), ("1.5", "0.2"), ("2", "0"), ("2.1", "0"))
"""The points at which the document tries its detector, as the decimals that are printed there."""


def score_by_radius(radius: sp.Expr = r, inner: Any = a, outer: Any = b) -> sp.Piecewise:
    """Return the score as an exact piecewise-linear function of r: r − a up to the middle (a + b)/2, then b − r."""
    inner, outer = _number(inner), _number(outer)
    return sp.Piecewise((radius - inner, radius <= (inner + outer) / 2), (outer - radius, True))


def number_of_parameters(widths: Sequence[int]) -> int:
    """Return Σ (n_in + 1) · n_out over the layers of a fully connected network: 31 for the widths 2, 4, 3, 1."""
    return sum((before + 1) * after for before, after in pairwise(widths))


@dataclass(frozen=True)
class RingDetector:
    """Weights of a ReLU network for points of the plane, with the ring that it should find.

    Attributes
    ----------
    inner, outer:
        a and b, symbols or exact numbers.
    weights:
        Wₗ of shape (n_out, n_in) for each layer; the input is a column.
    biases:
        bₗ of shape (n_out, 1) for each layer.
    """

    inner: sp.Expr
    outer: sp.Expr
    weights: tuple[sp.ImmutableMatrix, ...]
    biases: tuple[sp.ImmutableMatrix, ...]

    def __post_init__(self) -> None:
        if len(self.weights) != len(self.biases) or not self.weights:
            raise ValueError("each layer has a weight matrix and a bias vector")
        for W, bias, before in zip(self.weights, self.biases, (None, *self.weights), strict=False):
            if bias.shape != (W.rows, 1):
                raise ValueError(f"a weight matrix of shape {W.shape} needs a bias of shape {(W.rows, 1)}")
            if before is not None and W.cols != before.rows:
                raise ValueError(f"a layer with {before.rows} neurons is followed by weights of shape {W.shape}")

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of inputs, of the neurons of each layer, and of outputs."""
        return (self.weights[0].cols, *(W.rows for W in self.weights))

    @property
    def parameters(self) -> int:
        """The number of entries in all weight matrices and biases."""
        return sum(len(W) + len(bias) for W, bias in zip(self.weights, self.biases, strict=True))

    def score(self, first: Any = x1, second: Any = x2) -> sp.Expr:
        """Return the output of the network at (x₁, x₂), as a formula or, at an exact point, as a number."""
        h = sp.Matrix([_number(first), _number(second)])
        for place, (W, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = W * h + bias
            h = z if place == len(self.weights) - 1 else z.applyfunc(lambda pre: sp.Max(0, pre))
        return h[0]


def ring_detector(inner: Any = a, outer: Any = b) -> RingDetector:
    """Return the detector of a ≤ |x₁| + |x₂| ≤ b.

    Parameters
    ----------
    inner, outer:
        Symbols, or exact numbers with 0 < a < b; a text such as "0.5" is read as a decimal.

    Raises
    ------
    ValueError
        Two numbers that are not 0 < a < b.
    """
    inner, outer = _number(inner), _number(outer)
    if (inner.is_number and inner <= 0) or (outer - inner).is_nonpositive:
        raise ValueError(f"a ring needs 0 < a < b, not a = {inner} and b = {outer}")
    u, v = r - inner, outer - r
    pre_activations = [sp.expand(formula) for formula in (v - u, v, -v)]
    W1 = sp.ImmutableMatrix([[1, 0], [-1, 0], [0, 1], [0, -1]])
    W2 = sp.ImmutableMatrix([[formula.coeff(r)] * 4 for formula in pre_activations])
    b2 = sp.ImmutableMatrix([formula.subs(r, 0) for formula in pre_activations])
    W3 = sp.ImmutableMatrix([[-1, 1, -1]])
    return RingDetector(inner, outer, (W1, W2, W3), (sp.ImmutableMatrix([0] * 4), b2, sp.ImmutableMatrix([0])))


def _number(value: Any) -> sp.Expr:
    return value if isinstance(value, sp.Basic) else sp.Rational(exact(value))
