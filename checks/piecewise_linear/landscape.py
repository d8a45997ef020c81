"""Whether an analysis of a network's landscape is right and complete.

A number of pieces is proved from both sides: points on different sides of the kinks show that there are no fewer, and a
count that finds no pieces (from crossings in the plane, by Whitney's sum in other dimensions) that there are no more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

from flint import fmpq_mat

from checks.piecewise_linear.findings import (
    Refutation,
    named,
    refuted,
    same_count,
    same_number,
    same_value,
    undecided,
    whole,
)
from checks.verdict import Proof, Status, Verdict
from derive.piecewise_linear.arrangement import Hyperplane
from derive.piecewise_linear.landscape import Landscape
from derive.piecewise_linear.network import HiddenLayerNetwork, Vector, exact

WHITNEY_LIMIT = 14


def check_landscape(
    landscape: Landscape,
    *,
    kinks: int | Iterable[Hyperplane] | None = None,
    pieces: int | None = None,
    affine_functions: int | None = None,
    values: Mapping[tuple[Any, ...], Any] | None = None,
) -> Verdict:
    """Decide whether an analysis of a network d → n → 1 is right and complete, and what is claimed besides.

    Parameters
    ----------
    landscape:
        The analysis; only its network is believed.
    kinks:
        The claimed number of kinks, or the claimed hyperplanes.
    pieces:
        The claimed number of largest connected open sets on which Φ is affine.
    affine_functions:
        The claimed number of different affine functions.
    values:
        Claimed values Φ(x) at rational points.

    Returns
    -------
    Verdict
        `proved`; `refuted` at a rational point, or by two different counts; `undecided` outside the plane with more
        than 14 kinks.
    """
    network = landscape.network
    try:
        bends = _bends(network)
        _check_kinks(landscape, bends, kinks)
        _check_pieces(landscape)
        number = _count(landscape.kinks, network.inputs)
        if number is None:
            return undecided(f"there are more than {WHITNEY_LIMIT} kinks in dimension {network.inputs}")
        same_count("pieces", len(landscape.pieces), number, "pieces that were found")
        _check_walls(landscape)
        if pieces is not None:
            same_count("pieces", pieces, number, "pieces")
        if affine_functions is not None:
            same_count("affine functions", affine_functions, landscape.affine_functions, "affine functions")
        for x, claimed in (values or {}).items():
            same_value("the network", tuple(map(exact, x)), exact(claimed), _forward(network, tuple(map(exact, x))))
    except Refutation as found:
        return refuted(found)
    return Verdict(
        status=Status.PROVED,
        reason=(
            f"The network has {len(landscape.kinks)} kinks and {number} pieces with {landscape.affine_functions} "
            "different affine functions; two pieces that share a wall never have the same one."
        ),
        evidence=Proof(
            procedure=(
                "a rational point in each piece, all on different sides of the kinks; the number of regions "
                + ("by Whitney's theorem" if network.inputs > 2 else "from the points where kinks meet")
                + "; exact values of the network"
            ),
            domain=f"all x in R^{network.inputs}",
            regions=number,
        ),
    )


def _forward(network: HiddenLayerNetwork, x: Vector) -> Fraction:
    """Return Φ(x) neuron by neuron."""
    total = network.b2
    for v, row, bias in zip(network.W2, network.W1, network.b1, strict=True):
        pre_activation = sum((w * coordinate for w, coordinate in zip(row, x, strict=True)), bias)
        if pre_activation > 0:
            total += v * pre_activation
    return total


def _bends(network: HiddenLayerNetwork) -> dict[Hyperplane, tuple[Vector, bool]]:
    """Return for each hyperplane of a neuron a point that is on no other one, and whether Φ bends there.

    Φ bends when Φ(x + h) + Φ(x − h) ≠ 2 Φ(x) for a step h so small that no other neuron switches on the way.
    """
    lines = [(row, bias) for row, bias in zip(network.W1, network.b1, strict=True) if any(row)]
    planes = list(dict.fromkeys(Hyperplane.of(row, bias)[0] for row, bias in lines))
    found = {}
    for plane in planes:
        others = [other for other in planes if other != plane]
        foot = next(point for point in _points_on(plane, network.inputs) if all(other.side(point) for other in others))
        rates = [
            abs(sum(n * m for n, m in zip(other.normal, plane.normal, strict=True)) / other.at(foot))
            for other in others
        ]
        step = Fraction(1, 2) / max([Fraction(1), *rates])
        ahead, behind = (
            tuple(x + sign * step * n for x, n in zip(foot, plane.normal, strict=True)) for sign in (1, -1)
        )
        second = _forward(network, ahead) + _forward(network, behind) - 2 * _forward(network, foot)
        found[plane] = (foot, second != 0)
    return found


def _points_on(plane: Hyperplane, dimension: int) -> Iterator[Vector]:
    """Yield points of a hyperplane along a curve (t, t², …) of it, which others meet d − 1 times at most."""
    pivot = next(k for k, n in enumerate(plane.normal) if n)
    t = 0
    while True:
        powers = iter(Fraction(t) ** power for power in range(1, dimension))
        point = [Fraction(0) if k == pivot else next(powers) for k in range(dimension)]
        point[pivot] = -plane.at(point) / plane.normal[pivot]
        yield tuple(point)
        t += 1


def _check_kinks(
    landscape: Landscape,
    bends: Mapping[Hyperplane, tuple[Vector, bool]],
    claimed: int | Iterable[Hyperplane] | None,
) -> None:
    true = {plane for plane, (_, bent) in bends.items() if bent}
    lists = [landscape.kinks] if claimed is None or isinstance(claimed, int) else [landscape.kinks, tuple(claimed)]
    for listed in lists:
        for plane in sorted(true ^ set(listed)):
            word = "is a kink of Φ that is missing" if plane in true else "is not a kink of Φ"
            foot = bends[plane][0] if plane in bends else next(_points_on(plane, len(plane.normal)))
            raise Refutation(
                f"{plane} {word}.",
                named(foot),
                *((whole(0), whole(1)) if plane in true else (whole(1), whole(0))),
            )
        same_count("kinks", len(listed), len(true), "kinks")  # a kink that is listed twice
    if isinstance(claimed, int):
        same_count("kinks", claimed, len(true), "kinks")


def _check_pieces(landscape: Landscape) -> None:
    network, kinks = landscape.network, landscape.kinks
    corners = _corners(kinks, network.inputs)
    seen: dict[tuple[int, ...], Vector] = {}
    for piece in landscape.pieces:
        signs = tuple(kink.side(piece.point) for kink in kinks)
        if signs != piece.signs or 0 in signs:
            place = next(i for i, side in enumerate(signs) if side == 0 or side != piece.signs[i])
            raise Refutation(
                f"The point of a piece is not on the side of {kinks[place]} that is stated.",
                named(piece.point),
                whole(piece.signs[place] or 2),
                whole(signs[place]),
            )
        if signs in seen:
            raise Refutation("Two pieces that are listed are the same one.", named(piece.point), whole(2), whole(1))
        seen[signs] = piece.point
        # A function that is affine on an open set is known from its value and its differences along each axis there.
        same_value("the piece", piece.point, piece.value(piece.point), _forward(network, piece.point))
        for pattern in piece.patterns:
            gradient, offset = _affine(network, pattern)
            for axis, (claimed, found) in enumerate(zip(piece.gradient, gradient, strict=True)):
                same_number(f"∂Φ/∂x{axis + 1}", piece.point, claimed, found)
            same_number("the offset", piece.point, piece.offset, offset)
        if _pattern(network, piece.point) not in piece.patterns:
            raise Refutation("The activation pattern of a piece is missing.", named(piece.point), whole(0), whole(1))
        closure = {
            corner
            for corner in corners
            if all(kink.side(corner) in {0, own} for kink, own in zip(kinks, signs, strict=True))
        }
        for corner in sorted(closure ^ set(piece.vertices)):
            raise Refutation(
                f"{'A corner is missing' if corner in closure else 'A corner that is listed is none'}.",
                named(corner),
                whole(int(corner not in closure)),
                whole(int(corner in closure)),
            )


def _check_walls(landscape: Landscape) -> None:
    """Across each wall only its own kink is crossed, and the two affine functions differ, but agree on the wall."""
    kinks, pieces = landscape.kinks, landscape.pieces
    for wall in landscape.walls:
        kink = kinks[wall.kink]
        first, second = pieces[wall.positive], pieces[wall.negative]
        apart = [i for i, (s, t) in enumerate(zip(first.signs, second.signs, strict=True)) if s != t]
        if kink.side(wall.point) or apart != [wall.kink] or first.signs[wall.kink] != 1:
            raise Refutation(f"{kink} is not the wall between two pieces.", named(wall.point), whole(1), whole(0))
        same_value("the piece on the other side", wall.point, first.value(wall.point), second.value(wall.point))
        if first.gradient == second.gradient:
            raise Refutation(f"Φ does not bend at {kink}.", named(wall.point), whole(1), whole(0))
    for i, kink in enumerate(kinks):
        between = {(wall.positive, wall.negative) for wall in landscape.walls if wall.kink == i}
        number = _count(_traces(kink, [*kinks[:i], *kinks[i + 1 :]]), landscape.network.inputs - 1)
        assert number is not None  # there are fewer hyperplanes than in the whole, which was counted
        same_count(f"walls on {kink}", len(between), number, f"walls on {kink}")
        on_it = {place for pair in between for place in pair}
        for place, piece in enumerate(pieces):
            if (place in on_it) != (i in piece.walls):
                raise Refutation(
                    f"{kink} {'bounds' if place in on_it else 'does not bound'} the piece around a point.",
                    named(piece.point),
                    whole(int(i in piece.walls)),
                    whole(int(place in on_it)),
                )


def _affine(network: HiddenLayerNetwork, pattern: Sequence[bool]) -> tuple[list[Fraction], Fraction]:
    gradient, offset = [Fraction(0)] * network.inputs, network.b2
    for active, v, row, bias in zip(pattern, network.W2, network.W1, network.b1, strict=True):
        if active:
            gradient = [g + v * w for g, w in zip(gradient, row, strict=True)]
            offset += v * bias
    return gradient, offset


def _pattern(network: HiddenLayerNetwork, x: Vector) -> tuple[bool, ...]:
    return tuple(
        sum((w * coordinate for w, coordinate in zip(row, x, strict=True)), bias) > 0
        for row, bias in zip(network.W1, network.b1, strict=True)
    )


def _count(planes: Sequence[Hyperplane], dimension: int) -> int | None:
    """Return the number of regions without finding them, or None when there are too many hyperplanes.

    In the plane 1 + lines + Σ (lines through a crossing − 1), on a line 1 + points; else Σ (−1)^(|B| − rank B) over the
    sets B of hyperplanes that have a common point (H. Whitney 1932, T. Zaslavsky 1975).
    """
    if dimension == 0:
        return 1
    if dimension == 1:
        return 1 + len(planes)
    if dimension == 2:
        through = (sum(line.side(point) == 0 for line in planes) for point in _corners(planes, 2))
        return 1 + len(planes) + sum(number - 1 for number in through)
    if len(planes) > WHITNEY_LIMIT:
        return None
    total = 0
    for size in range(len(planes) + 1):
        for chosen in combinations(planes, size):
            rank = _rank(chosen)
            if size == 0 or rank == _matrix([(*plane.normal, plane.offset) for plane in chosen]).rank():
                total += (-1) ** (size - rank)
    return total


def _corners(planes: Sequence[Hyperplane], dimension: int) -> set[Vector]:
    """Return the points that are the only common one of some of the hyperplanes."""
    found = set()
    for chosen in combinations(planes, dimension):
        normals = _matrix([plane.normal for plane in chosen])
        if normals.det() != 0:
            solution = normals.solve(_matrix([[-plane.offset] for plane in chosen]))
            found.add(tuple(Fraction(int(x.p), int(x.q)) for x in solution.entries()))
    return found


def _traces(plane: Hyperplane, others: Iterable[Hyperplane]) -> list[Hyperplane]:
    """Return what other hyperplanes cut out of one, in the coordinates without its first one that is not 0."""
    pivot = next(k for k, n in enumerate(plane.normal) if n)
    found: dict[Hyperplane, None] = {}
    for other in others:
        row = [
            Fraction(plane.normal[pivot] * m - other.normal[pivot] * n)
            for n, m in zip(plane.normal, other.normal, strict=True)
        ]
        constant = Fraction(plane.normal[pivot] * other.offset - other.normal[pivot] * plane.offset)
        if any(row):
            found[Hyperplane.of(row[:pivot] + row[pivot + 1 :], constant)[0]] = None
    return list(found)


def _rank(planes: Sequence[Hyperplane]) -> int:
    return int(_matrix([plane.normal for plane in planes]).rank()) if planes else 0


def _matrix(rows: Sequence[Sequence[int]]) -> fmpq_mat:
    return fmpq_mat(len(rows), len(rows[0]), [number for row in rows for number in row])
