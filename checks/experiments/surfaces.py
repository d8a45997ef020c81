"""Gradient descent on the wave of course document 002 and ascent on the mountain of document 000."""

import numpy as np

from checks.critical_points import CriticalPoint, check_critical_points, critical_points
from checks.experiments.findings import Options, Progress, Table, expected, same_numbers
from checks.result import Result, timed
from checks.verdict import Verdict
from derive import catalogue
from derive.entry import ScalarEntry
from numeric.descent import Path, TwoVariables
from numeric.experiments import descent
from numeric.experiments.descent import Descents
from numeric.functions import landscapes

AT_REST = 1e-3
"""A walk has arrived when it is this near to a critical point."""
LEAP = 0.1
"""Steps that reverse and are longer than this leap over what they look for."""


def wave(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], Descents]:
    """Walk down the wave with five step sizes; the last one must reach the global minimum."""
    walks = descent.run()
    points = _critical_points("wave")
    minima = sorted((point for point in points if point.kind == "minimum"), key=lambda point: float(point.value))
    end, lowest = walks.best.points[-1], minima[0]
    distance = float(np.hypot(end[0] - float(lowest.x), end[1] - float(lowest.y)))
    rows = [
        timed("wave", "gradient along the paths", lambda: _along("wave", walks.wave, *_WAVE)),
        timed("wave", "critical points", lambda: _all_critical_points("wave")),
        timed(
            "wave",
            "global minimum",
            lambda: expected(
                f"From (3, 2) the shrinking step ends {distance:.1e} from the global minimum, with f = "
                f"{walks.best.values[-1]:.9f}",
                distance < AT_REST,
                len(walks.best.points),
                "gradproof train wave",
            ),
        ),
    ]
    return (_table("Descent from (3, 2)", walks.wave, points), _critical_table(points)), rows, walks


def mountain(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], Descents]:
    """Climb the mountain with three step sizes; the middle one must reach the top."""
    walks = descent.run()
    points = _critical_points("mountain")
    distance = float(np.hypot(*(walks.mountain[1].points[-1] - np.array(descent.MOUNTAIN_TOP))))
    rows = [
        timed("mountain", "gradient along the paths", lambda: _along("mountain", walks.mountain, *_MOUNTAIN)),
        timed("mountain", "critical points", lambda: _all_critical_points("mountain")),
        timed(
            "mountain",
            "top",
            lambda: expected(
                f"With η = 0.1 the ascent from (0, 0) ends {distance:.1e} from the top (10, 3)",
                distance < AT_REST,
                len(walks.mountain[1].points),
                "gradproof train mountain",
            ),
        ),
    ]
    return (_table("Ascent from (0, 0)", walks.mountain, points), _critical_table(points)), rows, walks


_WAVE = (landscapes.wave_dx, landscapes.wave_dy)
_MOUNTAIN = (landscapes.mountain_dx, landscapes.mountain_dy)


def _along(name: str, paths: tuple[Path, ...], by_x: TwoVariables, by_y: TwoVariables) -> Verdict:
    """Compare the gradient that was walked by, at every point of every path, with the compiled derivation."""
    x, y = np.concatenate([path.points for path in paths]).T
    derived = catalogue.load(name).compiled_gradient
    return same_numbers(
        "The gradient that was followed",
        np.stack([by_x(x, y), by_y(x, y)]),
        np.stack([derived["x"](x, y), derived["y"](x, y)]),
        1e-13,
        f"gradproof train {name}",
    )


def _all_critical_points(name: str) -> Verdict:
    return check_critical_points(_surface(name))


def _critical_points(name: str) -> list[CriticalPoint]:
    entry = _surface(name)
    x, y = (variable.symbol for variable in entry.variables)
    return critical_points(entry.value, x, y)


def _table(title: str, paths: tuple[Path, ...], points: list[CriticalPoint]) -> Table:
    rows = []
    for path in paths:
        (x, y), value = path.points[-1], path.values[-1]
        rows.append(
            (
                f"{path.learning_rate:g}",
                f"{path.decay:g}",
                str(len(path.points) - 1),
                f"({x:.4f}, {y:.4f})",
                f"{value:.6f}",
                _outcome(path, points),
            )
        )
    return Table(title, ("step size", "decay", "steps", "end", "value", "what happened"), tuple(rows))


def _outcome(path: Path, points: list[CriticalPoint]) -> str:
    """Say how a walk ended, by where the exact minima (or maxima) are."""
    if path.diverged:
        return "leapt ever farther and left the map"
    x, y = path.points[-1]
    steps = np.diff(path.points[-3:], axis=0)
    if float(steps[0] @ steps[1]) < 0 and float(np.hypot(*steps[1])) > LEAP:
        return "leaps to and fro"
    kind = "minimum" if path.values[-1] < path.values[0] else "maximum"
    goals = [point for point in points if point.kind == kind]
    near = min(goals, key=lambda point: (float(point.x) - x) ** 2 + (float(point.y) - y) ** 2)
    distance = float(np.hypot(float(near.x) - x, float(near.y) - y))
    goal = f"the {'global' if _is_best(near, goals) else 'local'} {kind}"
    return f"arrived at {goal}" if distance < AT_REST else f"too slow: still {distance:.2g} from {goal}"


def _is_best(point: CriticalPoint, goals: list[CriticalPoint]) -> bool:
    values = [float(goal.value) for goal in goals]
    return float(point.value) == (min(values) if point.kind == "minimum" else max(values))


def _critical_table(points: list[CriticalPoint]) -> Table:
    rows = tuple(
        (
            point.kind,
            str(point.x.str(12, radius=False)),
            str(point.y.str(12, radius=False)),
            str(point.value.str(12, radius=False)),
        )
        for point in points
    )
    return Table("All critical points, isolated rigorously", ("kind", "x", "y", "value"), rows)


def _surface(name: str) -> ScalarEntry:
    entry = catalogue.load(name)
    assert isinstance(entry, ScalarEntry)
    return entry
