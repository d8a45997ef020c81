"""All critical points, isolated and classified."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import brentq

from checks.critical_points import NotCoveredError, check_critical_points, critical_points
from checks.verdict import Status
from derive import catalogue
from derive.entry import ScalarEntry
from numeric.experiments.descent import WAVE_MINIMUM

x, y = sp.symbols("x y", real=True)
WAVE = x**2 + y**2 + x * (y + 2) + sp.cos(3 * x)


def test_the_wave_has_five_critical_points_and_its_global_minimum_is_the_known_one() -> None:
    found = critical_points(WAVE, x, y)
    assert [point.kind for point in found] == ["minimum", "saddle", "minimum", "saddle", "minimum"]
    best = min(found, key=lambda point: float(point.value.mid()))
    assert (float(best.x.mid()), float(best.y.mid())) == pytest.approx(WAVE_MINIMUM, abs=1e-7)


def test_the_same_zeros_are_found_by_a_fine_grid_and_scipy() -> None:
    def g(t: float) -> float:
        return 1.5 * t + 2 - 3 * np.sin(3 * t)

    grid = np.linspace(-6, 6, 4001)
    brackets = [(a, b) for a, b in pairwise(grid) if g(a) * g(b) < 0]
    roots = [brentq(g, a, b, xtol=1e-14) for a, b in brackets]
    assert [float(point.x.mid()) for point in critical_points(WAVE, x, y)] == pytest.approx(roots, abs=1e-12)


@pytest.mark.parametrize(("name", "where", "kind"), [("bowl", (1, 0), "minimum"), ("mountain", (10, 3), "maximum")])
def test_bowl_and_mountain_have_one_critical_point(name: str, where: tuple[int, int], kind: str) -> None:
    entry = catalogue.load(name)
    assert isinstance(entry, ScalarEntry)
    (point,) = critical_points(entry.value, *(variable.symbol for variable in entry.variables))
    assert point.x.contains(where[0])
    assert point.y.contains(where[1])
    assert point.kind == kind


def test_twelve_right_digits_are_shown() -> None:
    entry = catalogue.load("wave")
    assert isinstance(entry, ScalarEntry)
    verdict = check_critical_points(entry)
    assert verdict.status is Status.PROVED
    assert "5 critical points, and no other" in verdict.reason
    assert "minimum at (-1.08816240984" in verdict.reason


@pytest.mark.parametrize(
    "formula", [x**4 + y**2, sp.exp(x) + y**2, x**2 + y**4, sp.sin(x) + y**2, x**2 * y + x, sp.Abs(x) + y**2]
)
def test_functions_of_another_kind_are_left_alone(formula: sp.Expr) -> None:
    with pytest.raises(NotCoveredError):
        critical_points(formula, x, y)


def test_a_degenerate_point_is_not_classified() -> None:
    with pytest.raises(NotCoveredError):
        critical_points(x**2 / 2 + sp.cos(x) + y**2, x, y)  # f_xx = 1 − cos 0 = 0: neither sign is certain
