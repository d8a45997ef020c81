"""Gradient descent and ascent on a function of two variables, with a step that may shrink."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numeric.arrays import Array

TwoVariables = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Path:
    """The way down, or up.

    Attributes
    ----------
    points : ndarray, (S + 1, 2)
        The start and the point after each step.
    values : ndarray, (S + 1,)
        The function there.
    learning_rate, decay : float
        η₀ and d of the step size η₀ dᵗ.
    diverged : bool
        Whether the walk left the map; the path then ends at the last point on it.
    """

    points: Array
    values: Array
    learning_rate: float
    decay: float
    diverged: bool


def descend(
    function: TwoVariables,
    by_x: TwoVariables,
    by_y: TwoVariables,
    start: tuple[float, float],
    *,
    learning_rate: float,
    steps: int,
    decay: float = 1.0,
    ascend: bool = False,
    limit: float = 1e6,
) -> Path:
    """Walk against the gradient (or along it), with step size η₀ dᵗ at step t = 0, 1, ...

    Parameters
    ----------
    function, by_x, by_y : callable
        f(x, y) and its two partial derivatives, for scalars.
    start : (float, float)
        The first point.
    learning_rate : float
        η₀.
    steps : int
        Number of steps, not negative.
    decay : float
        d; 1 keeps the step size.
    ascend : bool
        Whether to look for a maximum.
    limit : float
        The map's edge: the walk ends where a coordinate's absolute value exceeds it.

    Returns
    -------
    Path
        With ``steps + 1`` points, fewer if it diverged.

    Raises
    ------
    ValueError
        For a negative number of steps.

    Notes
    -----
    Source: course documents 002, equation (4), and 000, exercise 5.
    """
    if steps < 0:
        raise ValueError(f"the number of steps must not be negative, not {steps}")
    sign = 1.0 if ascend else -1.0
    x, y = np.float64(start[0]), np.float64(start[1])
    points, values = [(x, y)], [function(x, y)]
    diverged = False
    with np.errstate(over="ignore", invalid="ignore"):  # a step size that is too large is a lesson, not an accident
        for t in range(steps):
            rate = sign * learning_rate * decay**t
            x, y = x + rate * by_x(x, y), y + rate * by_y(x, y)
            if not max(abs(x), abs(y)) <= limit:
                diverged = True
                break
            points.append((x, y))
            values.append(function(x, y))
    return Path(np.array(points), np.array(values), learning_rate, decay, diverged)
