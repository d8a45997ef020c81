"""The surface of the first part: its minima, walks down, and which updates the asserts let through."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
from flint import arb

from checks.audit.found import Found
from checks.critical_points import CriticalPoint, critical_points
from derive import catalogue
from derive.entry import ScalarEntry
from numeric.descent import descend
from numeric.functions.landscapes import wave, wave_dx, wave_dy

Point = tuple[float, float]
Walk = list[Point]


def _minima() -> list[CriticalPoint]:
    entry = catalogue.load("wave")
    assert isinstance(entry, ScalarEntry)
    x, y = (variable.symbol for variable in entry.variables)
    return [point for point in critical_points(entry.value, x, y) if point.kind == "minimum"]


def minima() -> int:
    """All critical points, isolated and classified in Arb balls, the minima counted."""
    return len(_minima())


def minima_in_window(half: int) -> int:
    """The minima, in Arb balls, whose coordinates are both smaller than half of the window, counted."""
    return sum(bool(abs(point.x) < half and abs(point.y) < half) for point in _minima())


def minima_below(limit: int) -> int:
    """The minima with a value below the limit, in Arb balls, counted."""
    return sum(bool(point.value < limit) for point in _minima())


def global_minimum() -> arb:
    """The least value at all critical points, in Arb balls."""
    return min((point.value for point in _minima()), key=lambda value: float(value.mid()))


def end(step_size: str, steps: int, decay: str) -> Found:
    """The value at the end of a walk from (3, 2)."""
    path = descend(wave, wave_dx, wave_dy, (3.0, 2.0), learning_rate=float(step_size), steps=steps, decay=float(decay))
    return Found(float(path.values[-1]), f"the walk from (3, 2) of {steps} steps", rests_on=len(path.values))


def shrinking(decay: str) -> bool:
    """The first ten step sizes, in fractions, each beside the one before."""
    sizes = [Fraction(decay) ** step for step in range(10)]
    return all(later < earlier for earlier, later in pairwise(sizes))


def _walk(start: Point, step_size: float, steps: int, decay: float, mistake: str) -> Walk:
    (x, y), points = start, [start]
    for step in range(steps):
        exponent = {"decay ignored": 0, "one exponent too many": step + 1}.get(mistake, step)
        rate = step_size * decay**exponent * (-1 if mistake == "uphill" else 1)
        dx, dy = float(wave_dx(x, y)), float(wave_dy(x, y))
        moved = x - rate * dx
        if mistake == "y after x":
            dy = float(wave_dy(moved, y))
        x, y = x if mistake == "x stays" else moved, y if mistake == "y stays" else y - rate * dy
        points.append((x, y))
    return points


def update(mistake: str) -> Found:
    """One step of 0.1 from (3, 2) with an update of our own, put to the three asserts."""
    (x, y) = _walk((3.0, 2.0), 0.1, 1, 1.0, mistake)[-1]
    passes = x != 3 and float(wave(x, y)) < float(wave(3.0, 2.0)) and abs(x - 3) < 1
    how = f"one step of 0.1 from (3, 2), put to the three asserts (mistake of the update: {mistake})"
    return Found("accepted" if passes else "refused", how)


def decayed(mistake: str) -> Found:
    """Two steps from (0.123, 0.456) with a decay of 0.1, put to the assert."""
    first, second, third = (point[0] for point in _walk((0.123, 0.456), 0.01, 2, 0.1, mistake))
    how = f"two steps from (0.123, 0.456) with a decay of 0.1, put to the assert (mistake of the update: {mistake})"
    return Found("accepted" if abs(second - first) > 5 * abs(third - second) else "refused", how)


def never_rises(steps: int) -> Found:
    """The steps of 0.1 from (3, 2) that do not lower the value, counted."""
    path = descend(wave, wave_dx, wave_dy, (3.0, 2.0), learning_rate=0.1, steps=steps)
    how = f"counting the steps that do not go down among {steps} from (3, 2)"
    return Found(int(np.sum(np.diff(path.values) >= 0)), how, rests_on=steps + 1)
