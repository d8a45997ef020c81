"""A network d → n → 1 with one hidden ReLU layer, whose weights are the exact rational numbers that they are."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

Vector = tuple[Fraction, ...]


def exact(number: Any) -> Fraction:
    """Return a number as the rational that it is: 0.1 is 3602879701896397/36028797018963968, "0.1" is 1/10.

    Parameters
    ----------
    number:
        An integer, a `Fraction`, a finite float (also NumPy's), a SymPy rational, or a text such as "1.1" or "-3/7".

    Raises
    ------
    ValueError
        The number is infinite or not a number, or the text is not a number.
    TypeError
        This is no real number.
    """
    if isinstance(number, sp.Rational):
        return Fraction(int(number.p), int(number.q))
    if hasattr(number, "item") and not isinstance(number, sp.Basic):
        number = number.item()
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(f"{number} is not a rational number; weights and coordinates must be finite")
    if not isinstance(number, (int, float, str, Fraction)):
        raise TypeError(f"{number!r} is not a rational number")
    return Fraction(number)


def dot(left: Iterable[Fraction], right: Iterable[Fraction]) -> Fraction:
    """Return Σ uᵢ vᵢ of two vectors of the same length."""
    return sum((u * v for u, v in zip(left, right, strict=True)), Fraction(0))


@dataclass(frozen=True)
class HiddenLayerNetwork:
    """Φ(x) = W2 · ReLU(W1 x + b1) + b2 from d inputs to one output.

    Attributes
    ----------
    W1:
        `(n, d)`, one row for each hidden neuron.
    b1:
        `(n,)`.
    W2:
        `(n,)`, the output weights.
    b2:
        The output bias.
    """

    W1: tuple[Vector, ...]
    b1: Vector
    W2: Vector
    b2: Fraction

    def __post_init__(self) -> None:
        if not self.W1 or not self.W1[0]:
            raise ValueError("a network needs at least one hidden neuron and one input")
        n = len(self.W1)
        if len({len(row) for row in self.W1}) != 1:
            raise ValueError("the rows of W1 have different lengths")
        if len(self.b1) != n or len(self.W2) != n:
            raise ValueError(
                f"W1 has {n} rows (neurons), so b1 and W2 need {n} entries, not {len(self.b1)} and {len(self.W2)}"
            )

    @classmethod
    def of(cls, W1: Any, b1: Any, W2: Any, b2: Any) -> "HiddenLayerNetwork":
        """Read the weights from nested sequences or arrays: W1 `(n, d)`, b1 `(n,)` or `(n, 1)`, W2 `(n,)` or `(1, n)`.

        Raises
        ------
        ValueError
            Shapes do not fit together, or a weight is not finite.
        """
        rows = tuple(tuple(exact(weight) for weight in row) for row in _plain(W1))
        biases, outputs, bias = (tuple(map(exact, _flat(_plain(part)))) for part in (b1, W2, b2))
        if len(bias) != 1:
            raise ValueError(f"b2 is one number for one output, not {len(bias)}")
        return cls(rows, biases, outputs, bias[0])

    @property
    def inputs(self) -> int:
        """The number d of inputs."""
        return len(self.W1[0])

    @property
    def neurons(self) -> int:
        """The number n of hidden neurons."""
        return len(self.W1)

    def value(self, x: Sequence[Any]) -> Fraction:
        """Return Φ(x) exactly at a rational point of d coordinates."""
        point = tuple(map(exact, x))
        hidden = (max(Fraction(0), dot(row, point) + bias) for row, bias in zip(self.W1, self.b1, strict=True))
        return dot(self.W2, hidden) + self.b2

    def affine(self, pattern: Sequence[bool]) -> tuple[Vector, Fraction]:
        """Return (g, c) with Φ(x) = g·x + c wherever exactly the neurons of this pattern are active."""
        active = [j for j in range(self.neurons) if pattern[j]]
        gradient = tuple(sum((self.W2[j] * self.W1[j][k] for j in active), Fraction(0)) for k in range(self.inputs))
        return gradient, sum((self.W2[j] * self.b1[j] for j in active), self.b2)

    def formula(self, symbols: Sequence[sp.Symbol]) -> sp.Expr:
        """Return Φ as a SymPy expression Σ W2ⱼ max(0, W1ⱼ·x + b1ⱼ) + b2 in d real symbols."""
        rational = [
            (sp.Rational(v), sum((sp.Rational(w) * x for w, x in zip(row, symbols, strict=True)), sp.Rational(bias)))
            for v, row, bias in zip(self.W2, self.W1, self.b1, strict=True)
        ]
        return sum((v * sp.Max(0, z) for v, z in rational), sp.Rational(self.b2))


def _plain(array: Any) -> Any:
    return array.tolist() if hasattr(array, "tolist") else array


def _flat(nested: Any) -> list[Any]:
    if isinstance(nested, (list, tuple)):
        return [number for part in nested for number in _flat(_plain(part))]
    return [nested]
