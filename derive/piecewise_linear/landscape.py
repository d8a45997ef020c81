"""The landscape of a network d → n → 1: where it bends, and every piece on which it is affine.

A neuron w·x + b with output weight v changes the gradient of Φ across its hyperplane. Write w = f · n with the
hyperplane's own normal n: going to the positive side, the gradient grows by v·|f|·n, whatever the sign of f (for f > 0
the neuron begins, for f < 0 it ends). Neurons on the same hyperplane add up to one jump (Σ v|f|)·n, the same all along
it. So a hyperplane is a kink as a whole or not at all, and two pieces that share a wall always differ.

What can be counted, from fine to coarse:

- activation regions: cells of all hyperplanes, kinks or not;
- pieces: cells of the kinks, the largest connected open sets on which Φ is affine;
- affine functions: the different g·x + c that occur. Pieces that do not share a wall can have the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from derive.piecewise_linear.arrangement import (
    Hyperplane,
    Signs,
    cells,
    cells_on,
    crossings,
    meets,
)
from derive.piecewise_linear.network import HiddenLayerNetwork, Vector, dot, exact


class Crease(StrEnum):
    """What happens to Φ across the hyperplane of one or more neurons."""

    KINK = "kink"
    SILENT = "silent"  # every neuron there has output weight 0
    CANCELS = "cancels"  # the jumps of several neurons add up to 0


@dataclass(frozen=True)
class Fold:
    """A hyperplane on which hidden neurons switch.

    Attributes
    ----------
    hyperplane:
        n·x + c = 0 in lowest terms.
    neurons:
        The neurons that switch here, from 0.
    jump:
        The gradient of Φ on the positive side minus that on the negative side is `jump`·n.
    crease:
        Whether this is a kink of Φ, and if not, why.
    """

    hyperplane: Hyperplane
    neurons: tuple[int, ...]
    jump: Fraction
    crease: Crease

    @property
    def gradient_jump(self) -> Vector:
        """The jump of the gradient as a vector of d numbers."""
        return tuple(self.jump * n for n in self.hyperplane.normal)


@dataclass(frozen=True)
class Piece:
    """A largest connected open set on which Φ is affine.

    Attributes
    ----------
    signs:
        For each kink the side on which the piece lies.
    point:
        A rational point inside.
    patterns:
        The activation patterns that occur inside (which neurons are active); one, unless a fold that is no kink
        passes through.
    gradient, offset:
        Φ(x) = gradient·x + offset here.
    walls:
        The kinks, by position, that bound the piece along a whole face.
    vertices:
        The corners; in the plane counter-clockwise.
    """

    signs: Signs
    point: Vector
    patterns: tuple[tuple[bool, ...], ...]
    gradient: Vector
    offset: Fraction
    walls: tuple[int, ...]
    vertices: tuple[Vector, ...]

    def value(self, x: Sequence[Any]) -> Fraction:
        """Return gradient·x + offset."""
        return dot(self.gradient, map(exact, x)) + self.offset


@dataclass(frozen=True)
class Wall:
    """A face between two pieces: a point of it that lies on one kink only, and the pieces on either side."""

    kink: int
    point: Vector
    positive: int
    negative: int


@dataclass(frozen=True)
class Landscape:
    """All that is piecewise about a network.

    Attributes
    ----------
    network:
        The network.
    folds:
        Every hyperplane on which a neuron switches, kinks first.
    never_switch:
        The neurons whose weight row is 0: they are constant and have no hyperplane.
    pieces:
        Every piece; in one dimension from left to right.
    walls:
        Every face between two pieces.
    crossings:
        The points in which d or more kinks meet, with the kinks through each.
    activation_regions:
        The number of cells of all folds.
    """

    network: HiddenLayerNetwork
    folds: tuple[Fold, ...]
    never_switch: tuple[int, ...]
    pieces: tuple[Piece, ...]
    walls: tuple[Wall, ...]
    crossings: dict[Vector, tuple[int, ...]] = field(hash=False)
    activation_regions: int

    @property
    def kinks(self) -> tuple[Hyperplane, ...]:
        """The hyperplanes across which the gradient jumps; Φ is not differentiable exactly there."""
        return tuple(fold.hyperplane for fold in self.folds if fold.crease is Crease.KINK)

    @property
    def affine_functions(self) -> int:
        """The number of different affine functions among the pieces."""
        return len({(piece.gradient, piece.offset) for piece in self.pieces})

    @property
    def breakpoints(self) -> Vector:
        """Where a function of one variable bends, from left to right.

        Raises
        ------
        ValueError
            Φ has more than one input.
        """
        if self.network.inputs != 1:
            raise ValueError("breakpoints belong to functions of one variable; restrict the network to a line first")
        return tuple(sorted(Fraction(-kink.offset, kink.normal[0]) for kink in self.kinks))

    def piece_at(self, x: Sequence[Any]) -> Piece | None:
        """Return the piece that holds a point, or None on a kink."""
        point = tuple(map(exact, x))
        signs = tuple(kink.side(point) for kink in self.kinks)
        return next((piece for piece in self.pieces if piece.signs == signs), None)


def analyse(network: HiddenLayerNetwork) -> Landscape:
    """Find the kinks and all pieces of a network with one hidden layer, exactly.

    Parameters
    ----------
    network:
        d → n → 1 for any d ≥ 1. The number of pieces is at most Σ_{k ≤ d} C(n, k), and the work grows with it.
    """
    factors, never_switch = _switches(network)
    folds = tuple(sorted(_folds(network, factors), key=lambda fold: fold.crease is not Crease.KINK))
    kinks = [fold.hyperplane for fold in folds if fold.crease is Crease.KINK]
    grouped: dict[Signs, list[tuple[Vector, tuple[bool, ...]]]] = {}
    fine = cells([fold.hyperplane for fold in folds], network.inputs)
    for signs, point in fine.items():
        pattern = [bias > 0 for bias in network.b1]
        for fold, side in zip(folds, signs, strict=True):
            for neuron in fold.neurons:
                pattern[neuron] = (factors[neuron][1] > 0) == (side > 0)
        grouped.setdefault(signs[: len(kinks)], []).append((point, tuple(pattern)))
    order = sorted(grouped, reverse=True) if network.inputs > 1 else sorted(grouped, key=lambda s: grouped[s][0][0])
    walls = _walls(kinks, {signs: place for place, signs in enumerate(order)}, network.inputs)
    meeting = crossings(kinks, network.inputs)
    sides = {point: tuple(kink.side(point) for kink in kinks) for point in meeting}
    pieces = []
    for place, signs in enumerate(order):
        inside = grouped[signs]
        gradient, offset = network.affine(inside[0][1])
        corners = [point for point in meeting if meets(sides[point], signs)]
        pieces.append(
            Piece(
                signs=signs,
                point=inside[0][0],
                patterns=tuple(pattern for _, pattern in inside),
                gradient=gradient,
                offset=offset,
                walls=tuple(sorted({wall.kink for wall in walls if place in {wall.positive, wall.negative}})),
                vertices=_counter_clockwise(corners, inside[0][0]) if network.inputs == 2 else tuple(corners),
            )
        )
    return Landscape(network, folds, never_switch, tuple(pieces), walls, meeting, len(fine))


def restrict(network: HiddenLayerNetwork, base: Sequence[Any], direction: Sequence[Any]) -> HiddenLayerNetwork:
    """Return t ↦ Φ(base + t · direction), which is again such a network, 1 → n → 1.

    Its neurons are (W1 · direction) t + (W1 · base + b1), so it has at most n breakpoints and n + 1 segments.
    """
    start, step = tuple(map(exact, base)), tuple(map(exact, direction))
    if not any(step):
        raise ValueError("the direction of a line must not be 0")
    return HiddenLayerNetwork(
        tuple((dot(row, step),) for row in network.W1),
        tuple(dot(row, start) + bias for row, bias in zip(network.W1, network.b1, strict=True)),
        network.W2,
        network.b2,
    )


def along(network: HiddenLayerNetwork, slope: Any, intercept: Any) -> Landscape:
    """Return the pieces of x₁ ↦ Φ(x₁, slope · x₁ + intercept): breakpoints, and segments from left to right."""
    if network.inputs != 2:
        raise ValueError(
            f"x2 = slope*x1 + intercept is a line in the plane, but the network has {network.inputs} inputs"
        )
    return analyse(restrict(network, (0, intercept), (1, slope)))


def _switches(
    network: HiddenLayerNetwork,
) -> tuple[dict[int, tuple[Hyperplane, Fraction]], tuple[int, ...]]:
    """Return hyperplane and factor of each neuron that has one, and the neurons that have none."""
    factors = {
        j: Hyperplane.of(row, bias)
        for j, (row, bias) in enumerate(zip(network.W1, network.b1, strict=True))
        if any(row)
    }
    return factors, tuple(j for j in range(network.neurons) if j not in factors)


def _folds(network: HiddenLayerNetwork, factors: dict[int, tuple[Hyperplane, Fraction]]) -> list[Fold]:
    on: dict[Hyperplane, list[int]] = {}
    for neuron, (hyperplane, _) in factors.items():
        on.setdefault(hyperplane, []).append(neuron)
    folds = []
    for hyperplane, neurons in on.items():
        jump = sum((network.W2[j] * abs(factors[j][1]) for j in neurons), Fraction(0))
        silent = not any(network.W2[j] for j in neurons)
        crease = Crease.KINK if jump else Crease.SILENT if silent else Crease.CANCELS
        folds.append(Fold(hyperplane, tuple(neurons), jump, crease))
    return folds


def _walls(kinks: Sequence[Hyperplane], place: dict[Signs, int], dimension: int) -> tuple[Wall, ...]:
    walls = []
    for i, kink in enumerate(kinks):
        others = [*kinks[:i], *kinks[i + 1 :]]
        for signs, point in cells_on(kink, others, dimension).items():
            positive, negative = (place[(*signs[:i], side, *signs[i:])] for side in (1, -1))
            walls.append(Wall(i, point, positive, negative))
    return tuple(walls)


def _counter_clockwise(corners: Sequence[Vector], centre: Vector) -> tuple[Vector, ...]:
    """Sort corners of a convex piece by direction from a point inside, beginning at the direction of x₁."""

    def half(point: Vector) -> bool:
        up, right = point[1] - centre[1], point[0] - centre[0]
        return up < 0 or (up == 0 and right < 0)

    def compare(left: Vector, right: Vector) -> int:
        if half(left) != half(right):
            return 1 if half(left) else -1
        turn = (left[0] - centre[0]) * (right[1] - centre[1]) - (left[1] - centre[1]) * (right[0] - centre[0])
        return (turn < 0) - (turn > 0)

    return tuple(sorted(corners, key=cmp_to_key(compare)))
