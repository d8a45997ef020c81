"""Arrangements of hyperplanes with rational coefficients: their cells, each with an exact interior point.

No linear programme is solved and nothing is rounded. A new hyperplane H cuts exactly those cells of the earlier
hyperplanes which it meets, and it meets one for each cell that the earlier hyperplanes cut out of H itself, a space of
one dimension less. So cells are found by going down to points and back up, a point of H being moved off H to either
side by less than the distance to the next hyperplane. (Deletion and restriction; R. Stanley, An Introduction to
Hyperplane Arrangements, Lecture 2.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil, comb, gcd, lcm

import sympy as sp

from derive.piecewise_linear.network import Vector

Signs = tuple[int, ...]


@dataclass(frozen=True, order=True)
class Hyperplane:
    """n·x + c = 0 in lowest terms: whole coefficients without a common factor, the first of n that is not 0 positive.

    Two neurons have the same hyperplane exactly when these are equal.
    """

    normal: tuple[int, ...]
    offset: int

    @classmethod
    def of(cls, coefficients: Sequence[Fraction], constant: Fraction) -> "tuple[Hyperplane, Fraction]":
        """Return the hyperplane where w·x + b = 0, and the factor f with w·x + b = f · (n·x + c).

        Raises
        ------
        ValueError
            All coefficients are 0, so this is no hyperplane.
        """
        leading = next((number for number in coefficients if number), None)
        if leading is None:
            raise ValueError("0·x + b = 0 is no hyperplane")
        numbers = [*coefficients, constant]
        common = lcm(*(number.denominator for number in numbers))
        whole = [int(number * common) for number in numbers]
        divisor = gcd(*whole) * (1 if leading > 0 else -1)
        *normal, offset = (number // divisor for number in whole)
        return cls(tuple(normal), offset), Fraction(divisor, common)

    def at(self, point: Iterable[Fraction]) -> Fraction:
        """Return n·x + c at a point."""
        return sum((n * x for n, x in zip(self.normal, point, strict=True)), Fraction(self.offset))

    def side(self, point: Iterable[Fraction]) -> int:
        """Return 1 or −1 for the two sides and 0 on the hyperplane."""
        value = self.at(point)
        return (value > 0) - (value < 0)

    def equation(self, symbols: Sequence[sp.Symbol]) -> sp.Eq:
        """Return n·x + c = 0 as a SymPy equation."""
        left = sum((n * x for n, x in zip(self.normal, symbols, strict=True)), sp.Integer(self.offset))
        return sp.Eq(left, 0, evaluate=False)

    def __str__(self) -> str:
        terms = [(n, f"x{k}") for k, n in enumerate(self.normal, start=1) if n]
        terms += [(self.offset, "")] if self.offset else []
        text = ""
        for number, name in terms:
            size = "" if abs(number) == 1 and name else str(abs(number))
            sign = ("-" if number < 0 else "") if not text else (" - " if number < 0 else " + ")
            text += sign + "*".join(part for part in (size, name) if part)
        return f"{text} = 0"


def cells(planes: Sequence[Hyperplane], dimension: int) -> dict[Signs, Vector]:
    """Return every open cell of an arrangement: its sides of the hyperplanes, and a rational point inside.

    Parameters
    ----------
    planes:
        Different hyperplanes of R^dimension.
    dimension:
        0 or more.
    """
    if len(set(planes)) != len(planes):
        raise ValueError("the hyperplanes of an arrangement must be different")
    found: dict[Signs, Vector] = {(): (Fraction(0),) * dimension}
    for index, plane in enumerate(planes):
        earlier = planes[:index]
        cut = cells_on(plane, earlier, dimension)
        grown: dict[Signs, Vector] = {}
        for signs, point in found.items():
            foot = cut.get(signs)
            if foot is None:
                grown[(*signs, plane.side(point))] = point
            else:
                for side in (1, -1):
                    grown[(*signs, side)] = moved_off(foot, plane, side, earlier)
        found = grown
    return found


def cells_on(plane: Hyperplane, others: Sequence[Hyperplane], dimension: int) -> dict[Signs, Vector]:
    """Return the cells that other hyperplanes cut out of one: their sides of the others, and a point of each."""
    pivot = next(k for k, number in enumerate(plane.normal) if number)
    lead = plane.normal[pivot]
    free = [k for k in range(dimension) if k != pivot]
    distinct: list[Hyperplane] = []
    traces: list[tuple[int | None, int]] = []  # the trace of each other hyperplane, and on which side positive is
    for other in others:
        share = Fraction(other.normal[pivot], lead)
        row = [other.normal[k] - share * plane.normal[k] for k in free]
        constant = other.offset - share * plane.offset
        if not any(row):  # parallel: this one lies on one side of it throughout
            traces.append((None, 1 if constant > 0 else -1))
            continue
        trace, factor = Hyperplane.of(row, constant)
        if trace not in distinct:
            distinct.append(trace)
        traces.append((distinct.index(trace), 1 if factor > 0 else -1))
    found = {}
    for signs, inner in cells(distinct, dimension - 1).items():
        coordinates = dict(zip(free, inner, strict=True))
        rest = sum((plane.normal[k] * coordinates[k] for k in free), Fraction(plane.offset))
        coordinates[pivot] = -rest / lead
        point = tuple(coordinates[k] for k in range(dimension))
        found[tuple(side if place is None else side * signs[place] for place, side in traces)] = point
    return found


def moved_off(foot: Vector, plane: Hyperplane, side: int, others: Iterable[Hyperplane]) -> Vector:
    """Return a point on the given side of a hyperplane, so near to the foot that no other hyperplane lies between.

    The step is 1/k of the normal, for a whole number k: half the way to the next hyperplane, or less.
    """
    slowest = 1
    for other in others:
        slope = abs(sum(n * m for n, m in zip(other.normal, plane.normal, strict=True)))
        slowest = max(slowest, ceil(2 * slope / abs(other.at(foot))))
    return tuple(x + Fraction(side * n, slowest) for x, n in zip(foot, plane.normal, strict=True))


def crossings(planes: Sequence[Hyperplane], dimension: int) -> dict[Vector, tuple[int, ...]]:
    """Return the points in which hyperplanes meet, each with all the hyperplanes (by position) that pass through it."""
    points = {_meeting(chosen, dimension) for chosen in combinations(planes, dimension)} - {None}
    return {
        point: tuple(i for i, plane in enumerate(planes) if plane.side(point) == 0)
        for point in sorted(point for point in points if point is not None)
    }


def _meeting(planes: Sequence[Hyperplane], dimension: int) -> Vector | None:
    """Return the only common point of `dimension` hyperplanes, or None (exact Gauss–Jordan elimination)."""
    rows = [[*map(Fraction, plane.normal), Fraction(-plane.offset)] for plane in planes]
    for column in range(dimension):
        pivot = next((i for i in range(column, dimension) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [number / rows[column][column] for number in rows[column]]
        for i in range(dimension):
            if i != column and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [u - factor * v for u, v in zip(rows[i], rows[column], strict=True)]
    return tuple(row[dimension] for row in rows)


def regions_by_crossings(lines: Sequence[Hyperplane]) -> int:
    """Count the regions of lines in the plane without finding them: 1 + lines + Σ (lines through the crossing − 1).

    Draw the lines one after the other. A line that meets the earlier ones in k different points is cut by them into
    k + 1 parts, and each part cuts one region in two. Over all lines, a crossing of m lines is met by every one of them
    but the first, hence m − 1 times; parallels meet nowhere and add only the 1 of their line.
    """
    return 1 + len(lines) + sum(len(through) - 1 for through in crossings(lines, 2).values())


def greatest_number_of_regions(planes: int, dimension: int) -> int:
    """Return Σ_{k ≤ d} C(n, k): what n hyperplanes in general position make, and no arrangement exceeds.

    In the plane this is n(n + 1)/2 + 1 and on a line n + 1. (L. Schläfli; T. Zaslavsky 1975.)
    """
    return sum(comb(planes, k) for k in range(dimension + 1))


def meets(signs: Signs, closure_of: Signs) -> bool:
    """Tell whether a point with these sides, some of them 0, lies in the closure of a cell."""
    return all(side in {0, own} for side, own in zip(signs, closure_of, strict=True))
