"""The network 2 → n → 1 of the landscape: the document's draws, shapes and kinks."""

from collections.abc import Sequence

import numpy as np

from checks.audit.found import Found
from numeric.arrays import Array

Weights = tuple[Array, Array, Array, Array]


def draw(n: int, random: np.random.RandomState) -> Weights:
    """Return V (n, 2), a (n, 1), w (1, n) and c (1, 1), drawn in the document's order."""
    V, a = random.randn(n, 2), 0.2 * random.randn(n, 1)
    w, c = random.randn(1, n), 0.2 * random.randn(1, 1)
    return V, a, w, c


def value(weights: Weights, points: Array) -> Array:
    """Return the outputs, (1, N), for points in columns, (2, N)."""
    V, a, w, c = weights
    found: Array = w @ np.maximum(0.0, V @ points + a) + c
    return found


def outputs(at: list[list[int]]) -> Found:
    """The outputs of the network drawn with seed 0, for these points."""
    points = np.array(at, dtype=np.float64).T
    found = value(draw(3, np.random.RandomState(0)), points)[0]
    return Found(found.tolist(), "the network 2 → 3 → 1 from seed 0, drawn in the document's order,", rests_on=13)


def numbers_drawn(n: int) -> Found:
    """The numbers drawn for a network, counted by its arrays."""
    return Found(sum(array.size for array in draw(n, np.random.RandomState(0))), f"the entries counted for n = {n}")


def grid(side: int) -> list[list[int]]:
    """The shapes of the points of a grid as columns, and of their outputs brought back to the grid."""
    ticks = np.linspace(-2, 2, side)
    across, up = np.meshgrid(ticks, ticks, indexing="xy")
    points = np.stack([across.ravel(), up.ravel()], axis=0)
    back = value(draw(3, np.random.RandomState(0)), points).reshape(across.shape)
    return [list(points.shape), list(back.shape)]


def grid_places(side: int) -> Found:
    """The places of a grid whose output, brought back to it, is that of their own point, counted."""
    ticks, weights = np.linspace(-2, 2, side), draw(3, np.random.RandomState(0))
    across, up = np.meshgrid(ticks, ticks, indexing="xy")
    back = value(weights, np.stack([across.ravel(), up.ravel()])).reshape(across.shape)
    right = sum(
        abs(value(weights, np.array([[ticks[j]], [ticks[i]]])).item() - back[i, j]) < 1e-12
        for i in range(side)
        for j in range(side)
    )
    return Found(
        right, f"a grid of {side} × {side}, places with the output of their own point counted,", rests_on=side**2
    )


def kink(inner: Sequence[int], outer: Sequence[int]) -> Found:
    """The slopes at both sides of the line x₁ = 0 of Σ vᵢ ReLU(wᵢ x₁), in whole numbers."""

    def at(x: int) -> int:
        return sum(v * max(0, w * x) for w, v in zip(inner, outer, strict=True))

    bent = at(1) - at(0) != at(0) - at(-1)
    how = f"the slopes on both sides of the line, units with the weights {list(inner)} and {list(outer)} behind them,"
    return Found("a kink" if bent else "none", how)
