"""Finite differences at the inputs that the document draws."""

from fractions import Fraction

import numpy as np
from flint import arb, ctx

from checks.audit.found import Found
from numeric.arrays import Array

SEED = 12345
BITS = 256


def _sigmoid(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def _draws(half: int) -> Array:
    return np.random.default_rng(SEED).uniform(-half, half, size=5)


def central_is_nearer(exponent: int) -> int:
    """Both quotients of the sigmoid at the five drawn points, in Arb balls; where the central is nearer, counted."""
    nearer = 0
    with ctx.workprec(BITS):
        step = arb(10) ** exponent
        for x in map(arb, _draws(2).tolist()):
            slope = _sigmoid(x) * (1 - _sigmoid(x))
            forward = abs((_sigmoid(x + step) - _sigmoid(x)) / step - slope)
            central = abs((_sigmoid(x + step / 2) - _sigmoid(x - step / 2)) / step - slope)
            nearer += bool(central < forward)
    return nearer


def lost(exponent: int) -> int:
    """The five drawn points that half a step in double precision leaves where they are, counted."""
    x = _draws(2)
    step = 10.0**exponent
    return int(np.sum((x + step / 2 == x) & (x - step / 2 == x)))


def kinks_reached(half: int, exponent: int) -> int:
    """The five drawn points nearer to 0 than half a step, counted."""
    return int(np.sum(np.abs(_draws(half)) <= 10.0**exponent / 2))


def relu_slope(side: str) -> Fraction:
    """The difference quotient of max(0, x) at 0, in fractions."""
    step, zero = Fraction(1, 100000), Fraction(0)
    ends = {"right": (step, zero), "left": (zero, -step), "both": (step / 2, -step / 2)}
    high, low = ends[side]
    return (max(zero, high) - max(zero, low)) / (high - low)


def relu_slopes_agree(at: int) -> bool:
    """The difference quotients of max(0, x) to the right and to the left of a point, in fractions, compared."""
    step, point, zero = Fraction(1, 100000), Fraction(at), Fraction(0)
    right = max(zero, point + step) - max(zero, point)
    return right == max(zero, point) - max(zero, point - step)


def labels_drawn() -> list[int]:
    """The five labels of the seed, those that are 0 and those that are 1 counted."""
    labels = np.random.default_rng(SEED).integers(2, size=5)
    return [int(np.sum(labels == 0)), int(np.sum(labels == 1))]


def one_layer_error() -> Found:
    """The largest difference between the derived and the central derivative of the one-layer model."""
    rng = np.random.default_rng(SEED)
    w, b = rng.normal(size=5), rng.normal()
    x, step = np.random.default_rng(SEED).uniform(size=5), 1e-5

    def loss(point: Array) -> float:
        return float(np.log1p(np.exp(-(point @ w + b))))

    derived = (1 / (1 + np.exp(-(x @ w + b))) - 1) * w
    central = [(loss(x + step / 2 * unit) - loss(x - step / 2 * unit)) / step for unit in np.eye(5)]
    return Found(float(np.max(np.abs(derived - central))), "ten losses around the drawn point", rests_on=10, error=0)
