"""The ring detector of course document 000, exercise 9: 2 → 4 → 3 → 1, set by hand for a diamond-shaped ring."""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad

from numeric.arrays import Array
from numeric.layers import Linear, ReLU
from numeric.net import Net

POINTS = ((0.0, 0.0), (0.5, 0.5), (1.1, 0.0), (1.0, 1.0), (1.5, 0.2), (2.0, 0.0), (2.1, 0.0))
"""The seven test points of the document."""

NARROW_POINTS = ((0.0, 0.0), (0.25, 0.25), (0.4, 0.0), (0.5, 0.0), (0.7, 0.3), (1.0, 0.5), (1.5, 0.0), (1.6, 0.0))
"""Test points for the variant with a = 0.5 and b = 1.5: the hole, both borders, the inside, the outside."""


@dataclass(frozen=True)
class RingRun:
    """A detector, asked about points and about a picture.

    Attributes
    ----------
    a, b : float
        Inner and outer radius.
    net : Net
        31 parameters; its output is the score, positive inside the diamond-shaped ring, 0 on its border.
    points, scores : ndarray, (P, 2) and (P,)
        Test points and their scores.
    in_diamond, in_circle : ndarray of bool, (P,)
        Whether each lies in a ≤ |x₁| + |x₂| ≤ b, and in the circular ring of the same radii.
    grid : ndarray, (R,)
        Coordinates of the picture's rows and columns.
    decided, circular : ndarray of bool, (R, R)
        The decision score ≥ 0 for each point of the picture, and the circular ring.
    wrong_inside, wrong_outside : float
        Areas that the decision gets wrong about the circular ring: of its hole that are taken for the ring, and of
        the ring that are left out.
    """

    a: float
    b: float
    net: Net
    points: Array
    scores: Array
    in_diamond: Array
    in_circle: Array
    grid: Array
    decided: Array
    circular: Array
    wrong_inside: float
    wrong_outside: float

    @property
    def circular_area(self) -> float:
        """The area π(b² − a²) of the circular ring."""
        return float(np.pi * (self.b**2 - self.a**2))

    @property
    def wrong_part(self) -> float:
        """The misclassified area as a part of the circular ring's area."""
        return (self.wrong_inside + self.wrong_outside) / self.circular_area


def network(a: float, b: float) -> Net:
    """Return the detector for a ≤ |x₁| + |x₂| ≤ b: score ReLU(b − r) − ReLU(r − b) − ReLU((a + b) − 2r).

    Parameters
    ----------
    a, b : float
        Radii, 0 ≤ a < b.

    Returns
    -------
    Net
        (P, 2) to scores (P, 1).

    Raises
    ------
    ValueError
        If the radii are not in this order.

    Notes
    -----
    Source: course document 000, exercise 9 c, for a = 1 and b = 2; only the second layer's bias depends on them.
    """
    if not 0 <= a < b:
        raise ValueError(f"the radii of a ring must be 0 <= a < b, not {a} and {b}")
    first = Linear.of([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]], [0.0, 0.0, 0.0, 0.0])
    second = Linear.of(np.tile([-2.0, -1.0, 1.0], (4, 1)), [a + b, b, -b])
    last = Linear.of([[-1.0], [1.0], [-1.0]], [0.0])
    return Net([first, ReLU(), second, ReLU(), last])


def run(
    a: float = 1.0, b: float = 2.0, points: tuple[tuple[float, float], ...] = POINTS, *, resolution: int = 401
) -> RingRun:
    """Ask the detector about test points, about every point of a picture, and about the area that it gets wrong.

    Parameters
    ----------
    a, b : float
        Radii, 0 ≤ a < b.
    points : tuple of pairs
        Test points.
    resolution : int
        Points along a side of the picture, which reaches a quarter beyond b.

    Returns
    -------
    RingRun
        Scores, decisions and areas; the areas by quadrature over the angle, not from the picture.

    Raises
    ------
    ValueError
        If the radii are not in order.
    """
    net = network(a, b)
    asked = np.array(points, dtype=np.float64)
    grid = np.linspace(-1.25 * b, 1.25 * b, resolution)
    x1, x2 = np.meshgrid(grid, grid)
    everywhere = np.stack([x1.ravel(), x2.ravel()], axis=1)
    inside, outside = _misclassified(a, b)
    return RingRun(
        a,
        b,
        net,
        asked,
        net.predict(asked)[:, 0],
        _between(a, np.abs(asked).sum(axis=1), b),
        _between(a * a, (asked * asked).sum(axis=1), b * b),
        grid,
        net.predict(everywhere)[:, 0].reshape(x1.shape) >= 0,
        _between(a * a, x1 * x1 + x2 * x2, b * b),
        inside,
        outside,
    )


def _between(low: float, values: Array, high: float) -> Array:
    value: Array = (low <= values) & (values <= high)
    return value


def _misclassified(a: float, b: float) -> tuple[float, float]:
    """Return the areas where the diamond-shaped ring covers the hole of the circular one, and where it misses the ring.

    Along the angle θ the diamond of radius s reaches to s / (|cos θ| + |sin θ|) ≤ s. So a disc's point is in the hole
    but taken for the ring from there to a (not beyond b's diamond), and a point of the ring is missed from b's diamond
    to b. Eight equal wedges.
    """

    def reach(radius: float, angle: float) -> float:
        return radius / float(np.cos(angle) + np.sin(angle))

    def covered(angle: float) -> float:
        low, high = reach(a, angle), min(a, reach(b, angle))
        return (high**2 - low**2) / 2

    def missed(angle: float) -> float:
        low = max(a, reach(b, angle))
        return (b**2 - low**2) / 2

    # The integrands have a corner where b's diamond meets the circle of radius a.
    corner = [0.5 * float(np.arcsin((b / a) ** 2 - 1))] if 0 < a < b <= np.sqrt(2) * a else []
    areas = [
        8 * quad(function, 0, np.pi / 4, points=corner or None, epsabs=1e-13, epsrel=1e-13)[0]
        for function in (covered, missed)
    ]
    return areas[0], areas[1]
