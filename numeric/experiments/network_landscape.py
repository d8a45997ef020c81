"""The landscapes of 2 → n → 1 ReLU networks, as course document 000, exercise 6, draws them: heights and kink lines."""

from dataclasses import dataclass

import numpy as np

from numeric.arrays import Array
from numeric.layers import Linear, ReLU
from numeric.net import Net

SIZES = (1, 3, 8)
WINDOW = 2.0
"""The plane is drawn from −WINDOW to WINDOW in both directions."""


@dataclass(frozen=True)
class Landscape:
    """One network and what its graph looks like.

    Attributes
    ----------
    title : str
        Where its weights come from.
    net : Net
        Linear 2x``hidden``, ReLU, Linear ``hidden``x1.
    x1, x2, heights : ndarray, (R, R)
        A grid over the window and Φ on it; ``x1`` varies along the second axis.
    kinks : tuple of ndarray, (2, 2) each
        The part of each unit's kink line inside the window, as two end points (rows); only lines along which Φ is
        indeed not differentiable, and that meet the window.
    """

    title: str
    net: Net
    x1: Array
    x2: Array
    heights: Array
    kinks: tuple[Array, ...]

    @property
    def hidden(self) -> int:
        """The number n of units of the hidden layer."""
        return len(self.net.parameters()["0.b"])


def run(*, sizes: tuple[int, ...] = SIZES, seed: int = 0, resolution: int = 161) -> tuple[Landscape, ...]:
    """Return the document's own network and one with drawn weights for each number of hidden units.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of hidden units, each positive.
    seed : int
        Of the generator that draws the weights: normal, deviation 1 for weights and 0.2 for biases, as in the document.
    resolution : int
        Points along each side of the grid, at least 2.

    Returns
    -------
    tuple of Landscape
        First the document's network with n = 3, then the drawn ones in the order of ``sizes``.

    Raises
    ------
    ValueError
        For a size below 1 or a resolution below 2.

    Notes
    -----
    Source: course document 000, exercises 6 a and b (samples as columns there, as rows here).
    """
    if resolution < 2:
        raise ValueError(f"a grid needs at least 2 points along a side, not {resolution}")
    rng = np.random.default_rng(seed)
    landscapes = [_landscape("the document's weights", document_network(), resolution)]
    for hidden in sizes:
        if hidden < 1:
            raise ValueError(f"a hidden layer needs at least one unit, not {hidden}")
        net = _network(
            rng.standard_normal((2, hidden)),
            0.2 * rng.standard_normal(hidden),
            rng.standard_normal((hidden, 1)),
            0.2 * rng.standard_normal(1),
        )
        landscapes.append(_landscape(f"weights drawn with seed {seed}", net, resolution))
    return tuple(landscapes)


def document_network() -> Net:
    """Return the network of exercise 6 a, with Φ(1, −1) = −4."""
    return _network(
        np.array([[1.0, 2.0, -1.0], [-1.0, 0.0, 2.0]]),
        np.array([0.0, 1.0, -1.0]),
        np.array([[1.0], [-2.0], [1.0]]),
        np.array([0.0]),
    )


def _network(W1: Array, b1: Array, W2: Array, b2: Array) -> Net:
    return Net([Linear.of(W1, b1), ReLU(), Linear.of(W2, b2)])


def _landscape(title: str, net: Net, resolution: int) -> Landscape:
    line = np.linspace(-WINDOW, WINDOW, resolution)
    x1, x2 = np.meshgrid(line, line)
    heights = net.predict(np.stack([x1.ravel(), x2.ravel()], axis=1)).reshape(x1.shape)
    return Landscape(title, net, x1, x2, heights, _kinks(net))


def _kinks(net: Net) -> tuple[Array, ...]:
    parameters = net.parameters()
    found = []
    for direction, offset, weight in zip(parameters["0.W"].T, parameters["0.b"], parameters["2.W"][:, 0], strict=True):
        if weight != 0 and np.any(direction != 0):
            segment = clipped(direction, float(offset))
            if segment is not None:
                found.append(segment)
    return tuple(found)


def clipped(direction: Array, offset: float, half: float = WINDOW) -> Array | None:
    """Return the part of the line direction · x + offset = 0 inside the square [−half, half]².

    Parameters
    ----------
    direction : ndarray, (2,)
        Not zero.
    offset : float
        Of the line.
    half : float
        Half the side of the square.

    Returns
    -------
    ndarray, (2, 2), or None
        Two end points, one a row; None where the line misses the square or only touches a corner.
    """
    foot = -offset * direction / (direction @ direction)
    along = np.array([-direction[1], direction[0]])
    # Points foot + t · along with both coordinates inside the square: an interval of t for each coordinate.
    low, high = -np.inf, np.inf
    for start, speed in zip(foot, along, strict=True):
        if speed == 0:
            if abs(start) > half:
                return None
            continue
        ends = sorted(((-half - start) / speed, (half - start) / speed))
        low, high = max(low, ends[0]), min(high, ends[1])
    if not low < high:
        return None
    return np.array([foot + low * along, foot + high * along])
