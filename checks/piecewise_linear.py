"""Proofs and refutations of what is said about piecewise-linear networks: their landscape, the ring detector, its areas.

A number of pieces is proved from both sides: that many points with different sides of the kinks show that there are no
fewer, and a count that finds no pieces (crossings in the plane, Whitney's sum in other dimensions) that there are no
more. Whether a set given by linear inequalities is empty is decided by Fourier–Motzkin elimination over Q, which gives a
point of the set when it is not.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq, fmpq_mat

from checks.enclosure import enclose
from checks.identity import identical
from checks.verdict import Attempt, Counterexample, Enclosure, Proof, Status, Verdict
from derive.domain import Domain
from derive.piecewise_linear.arrangement import Hyperplane, regions_by_crossings
from derive.piecewise_linear.circle import (
    BestDiamond,
    disc_and_diamond,
    misclassified,
    segments_case,
)
from derive.piecewise_linear.landscape import Landscape
from derive.piecewise_linear.network import HiddenLayerNetwork, Vector, exact
from derive.piecewise_linear.ring import RingDetector, score_by_radius, x1, x2

WHITNEY_LIMIT = 14
BITS = 192


class _Refutation(Exception):  # noqa: N818 - it carries a finding, not an error
    """A statement turned out to be wrong; carries the verdict."""

    def __init__(self, reason: str, point: Mapping[str, str], claimed: Enclosure, found: Enclosure) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = Counterexample(point=point, left=claimed, right=found, disjoint=True)


# -- the landscape --------------------------------------------------------------------------------


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
            return _undecided(f"there are more than {WHITNEY_LIMIT} kinks in dimension {network.inputs}")
        _same_count("pieces", len(landscape.pieces), number, "pieces that were found")
        _check_walls(landscape)
        if pieces is not None:
            _same_count("pieces", pieces, number, "pieces")
        if affine_functions is not None:
            _same_count("affine functions", affine_functions, landscape.affine_functions, "affine functions")
        for x, claimed in (values or {}).items():
            _same_value("the network", tuple(map(exact, x)), exact(claimed), _forward(network, tuple(map(exact, x))))
    except _Refutation as found:
        return _refuted(found)
    return Verdict(
        status=Status.PROVED,
        reason=(
            f"The network has {len(landscape.kinks)} kinks and {number} pieces with {landscape.affine_functions} affine "
            "functions; no two pieces that share a wall are affine together."
        ),
        evidence=Proof(
            procedure=(
                "a rational point in each piece, all on different sides of the kinks; the number of regions "
                + ("counted by crossings" if network.inputs == 2 else "by Whitney's theorem")
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
    """Yield points of a hyperplane along a curve (t, t², …) of it, which another hyperplane meets d − 1 times at most."""
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
            raise _Refutation(
                f"{plane} {word}.",
                _named(foot),
                *((_whole(0), _whole(1)) if plane in true else (_whole(1), _whole(0))),
            )
        _same_count("kinks", len(listed), len(true), "kinks")  # a kink that is listed twice
    if isinstance(claimed, int):
        _same_count("kinks", claimed, len(true), "kinks")


def _check_pieces(landscape: Landscape) -> None:
    network, kinks = landscape.network, landscape.kinks
    seen: dict[tuple[int, ...], Vector] = {}
    for piece in landscape.pieces:
        signs = tuple(kink.side(piece.point) for kink in kinks)
        if signs != piece.signs or 0 in signs:
            place = next(i for i, side in enumerate(signs) if side == 0 or side != piece.signs[i])
            raise _Refutation(
                f"The point of a piece is not on the side of {kinks[place]} that is stated.",
                _named(piece.point),
                _whole(piece.signs[place] or 2),
                _whole(signs[place]),
            )
        if signs in seen:
            raise _Refutation("Two pieces that are listed are the same one.", _named(piece.point), _whole(2), _whole(1))
        seen[signs] = piece.point
        # A function that is affine on an open set is known from its value and its differences along each axis there.
        _same_value("the piece", piece.point, piece.value(piece.point), _forward(network, piece.point))
        for pattern in piece.patterns:
            gradient, offset = _affine(network, pattern)
            for axis, (claimed, found) in enumerate(zip(piece.gradient, gradient, strict=True)):
                _same_number(f"∂Φ/∂x{axis + 1}", piece.point, claimed, found)
            _same_number("the offset", piece.point, piece.offset, offset)
        if _pattern(network, piece.point) not in piece.patterns:
            raise _Refutation(
                "The activation pattern of a piece is missing.", _named(piece.point), _whole(0), _whole(1)
            )
        for corner in piece.vertices:
            sides = [kink.side(corner) for kink in kinks]
            if any(side not in {0, own} for side, own in zip(sides, signs, strict=True)) or _rank(
                [kink for kink, side in zip(kinks, sides, strict=True) if side == 0]
            ) != len(corner):
                raise _Refutation("A corner that is listed is none.", _named(corner), _whole(1), _whole(0))


def _check_walls(landscape: Landscape) -> None:
    """Across each wall only its own kink is crossed, and the two affine functions differ, but agree on the wall."""
    for wall in landscape.walls:
        kink = landscape.kinks[wall.kink]
        first, second = landscape.pieces[wall.positive], landscape.pieces[wall.negative]
        apart = [i for i, (s, t) in enumerate(zip(first.signs, second.signs, strict=True)) if s != t]
        if kink.side(wall.point) or apart != [wall.kink] or first.signs[wall.kink] != 1:
            raise _Refutation(f"{kink} is not the wall between two pieces.", _named(wall.point), _whole(1), _whole(0))
        _same_value("the piece on the other side", wall.point, first.value(wall.point), second.value(wall.point))
        if first.gradient == second.gradient:
            raise _Refutation(f"Φ does not bend at {kink}.", _named(wall.point), _whole(1), _whole(0))


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

    In the plane by crossings; else Σ (−1)^(|B| − rank B) over the sets B of hyperplanes that have a common point
    (H. Whitney 1932, T. Zaslavsky 1975).
    """
    if dimension == 2:
        return regions_by_crossings(planes)
    if dimension == 1:
        return 1 + len(planes)
    if len(planes) > WHITNEY_LIMIT:
        return None
    total = 0
    for size in range(len(planes) + 1):
        for chosen in combinations(planes, size):
            rank = _rank(chosen)
            if size == 0 or rank == _matrix([(*plane.normal, plane.offset) for plane in chosen]).rank():
                total += (-1) ** (size - rank)
    return total


def _rank(planes: Sequence[Hyperplane]) -> int:
    return int(_matrix([plane.normal for plane in planes]).rank()) if planes else 0


def _matrix(rows: Sequence[Sequence[int]]) -> fmpq_mat:
    return fmpq_mat(len(rows), len(rows[0]), [number for row in rows for number in row])


# -- linear inequalities --------------------------------------------------------------------------


@dataclass(frozen=True)
class Inequality:
    """Σ cᵢ xᵢ + d > 0 if strict, else ≥ 0; scaled so that equal half-spaces are equal."""

    coefficients: Vector
    constant: Fraction
    strict: bool

    def scaled(self) -> "Inequality":
        """Return the same half-space with a largest coefficient of size 1."""
        size = max((abs(number) for number in self.coefficients), default=Fraction(0)) or abs(self.constant) or 1
        return Inequality(tuple(number / size for number in self.coefficients), self.constant / size, self.strict)


def common_point(system: Iterable[Inequality], variables: int) -> Vector | None:
    """Return a rational point that satisfies all linear inequalities, or None when there is none.

    Fourier–Motzkin elimination: a variable lies between its lower and upper bounds exactly when every lower bound is
    less than every upper one, so it can be left out; then values are put back, one variable after the other.
    """
    rows = {inequality.scaled() for inequality in system}
    if variables == 0:
        holds = all(row.constant > 0 or (row.constant == 0 and not row.strict) for row in rows)
        return () if holds else None
    last = variables - 1
    lower = [row for row in rows if row.coefficients[last] > 0]
    upper = [row for row in rows if row.coefficients[last] < 0]
    kept = [_without_last(row) for row in rows if row.coefficients[last] == 0]
    for low in lower:
        for high in upper:
            p, q = low.coefficients[last], -high.coefficients[last]
            coefficients = tuple(q * u + p * v for u, v in zip(low.coefficients, high.coefficients, strict=True))
            constant = q * low.constant + p * high.constant
            kept.append(_without_last(Inequality(coefficients, constant, low.strict or high.strict)))
    inner = common_point(kept, last)
    if inner is None:
        return None
    bounds = [[_solved(row, inner) for row in side] for side in (lower, upper)]
    if bounds[0] and bounds[1]:
        value = (max(bounds[0]) + min(bounds[1])) / 2
    elif bounds[0]:
        value = max(bounds[0]) + 1
    elif bounds[1]:
        value = min(bounds[1]) - 1
    else:
        value = Fraction(0)
    return (*inner, value)


def _without_last(row: Inequality) -> Inequality:
    return Inequality(row.coefficients[:-1], row.constant, row.strict)


def _solved(row: Inequality, inner: Vector) -> Fraction:
    rest = sum((c * x for c, x in zip(row.coefficients, inner, strict=False)), row.constant)
    return -rest / row.coefficients[-1]


# -- the ring detector ----------------------------------------------------------------------------


def check_ring(detector: RingDetector, *, parameters: int | None = None) -> Verdict:
    """Decide whether a network is a detector of a ≤ |x₁| + |x₂| ≤ b, for all points and all 0 < a < b.

    Its score must be min(r − a, b − r), as a piecewise function of r; hence 0 on both borders; and be at least 0 exactly
    on the ring.

    Parameters
    ----------
    detector:
        The weights; a and b are symbols or numbers.
    parameters:
        The claimed number of weights and biases.
    """
    if parameters is not None:
        counted = sum((before + 1) * after for before, after in zip(detector.widths, detector.widths[1:], strict=False))
        try:
            _same_count("parameters", parameters, counted, "parameters")
            _same_count("parameters", detector.parameters, counted, "entries of the weights")
        except _Refutation as found:
            return _refuted(found)
    score = check_ring_score(detector)
    if score.status is not Status.PROVED:
        return score
    decision = check_ring_decision(detector)
    if decision.status is not Status.PROVED:
        return decision
    assert isinstance(score.evidence, Proof)
    return Verdict(
        status=Status.PROVED,
        reason=(
            f"The score is min(r - a, b - r) with r = |x1| + |x2|, for a = {detector.inner} and b = {detector.outer}: "
            "0 on both borders, and at least 0 exactly where a <= r <= b."
        ),
        evidence=Proof(
            procedure=f"{score.evidence.procedure}; Fourier–Motzkin elimination over Q",
            domain=score.evidence.domain,
            regions=score.evidence.regions,
        ),
    )


def check_ring_score(detector: RingDetector) -> Verdict:
    """Decide whether the network's formula is r − a for r ≤ (a + b)/2 and b − r beyond, for all x₁, x₂ and a < b."""
    r = sp.Abs(x1) + sp.Abs(x2)
    claimed = score_by_radius(r, detector.inner, detector.outer)
    return identical(detector.score(), claimed, _radii(detector))


def check_ring_decision(detector: RingDetector) -> Verdict:
    """Decide whether score ≥ 0 exactly where a ≤ |x₁| + |x₂| ≤ b, for all points and all 0 < a < b.

    The space of (x₁, x₂) and of a and b where they are symbols is split by the sign of every pre-activation into sets
    of linear inequalities; in each, a point that is decided wrongly is sought by elimination.
    """
    symbols = [x1, x2, *sorted((detector.inner.free_symbols | detector.outer.free_symbols), key=str)]
    try:
        forms = _Forms(symbols)
        a, b = forms.form(detector.inner), forms.form(detector.outer)
        parts = list(_activation_parts(detector, forms, [(a, True), (_minus(b, a), True)]))
    except sp.PolynomialError as error:
        return _undecided(f"the weights are not linear in a and b: {error}")
    for system, r, z in parts:
        outside = ([(z, False), (_minus(a, r), True)], [(z, False), (_minus(r, b), True)])
        inside = [(_negative(z), True), (_minus(r, a), False), (_minus(b, r), False)]
        for wrong in (*outside, inside):
            point = forms.point([*system, *wrong])
            if point is not None:
                values = dict(zip(symbols, map(sp.Rational, point), strict=True))
                score = detector.score(values[x1], values[x2]).subs(values)
                radius = abs(values[x1]) + abs(values[x2])
                margin = sp.Min(radius - detector.inner, detector.outer - radius).subs(values)
                shown = {str(symbol): str(value) for symbol, value in values.items()}
                where = ", ".join(f"{name} = {value}" for name, value in shown.items())
                return _refuted(
                    _Refutation(
                        f"At {where} the score is {score}, but the point is {'in' if margin >= 0 else 'not in'} the ring.",
                        shown,
                        _whole(int(score >= 0)),
                        _whole(int(margin >= 0)),
                    )
                )
    return Verdict(
        status=Status.PROVED,
        reason="The score is at least 0 exactly where a <= |x1| + |x2| <= b.",
        evidence=Proof(
            procedure="Fourier–Motzkin elimination over Q in every activation region, with its borders",
            domain=_radii(detector).describe(symbols),
            regions=len(parts),
        ),
    )


def check_scores(detector: RingDetector, scores: Mapping[tuple[Any, Any], Any]) -> Verdict:
    """Decide whether a detector with numbers for a and b gives these scores, exactly."""
    try:
        for point, claimed in scores.items():
            x = tuple(map(exact, point))
            _same_value("the detector", x, exact(claimed), exact(detector.score(*point)))
    except _Refutation as found:
        return _refuted(found)
    return Verdict(
        status=Status.PROVED,
        reason=f"All {len(scores)} scores are exact.",
        evidence=Proof(procedure="rational arithmetic", domain=f"{len(scores)} points"),
    )


def _radii(detector: RingDetector) -> Domain:
    order = detector.outer > detector.inner
    return Domain(conditions=() if order == sp.true else (order,))


Form = tuple[Vector, Fraction]
Bound = tuple[Form, bool]


class _Forms:
    """Linear forms over Q in fixed symbols."""

    def __init__(self, symbols: Sequence[sp.Symbol]) -> None:
        self.symbols = symbols

    def form(self, formula: sp.Expr) -> Form:
        """Return the coefficients of a linear formula, or raise `PolynomialError`."""
        poly = sp.Poly(formula, *self.symbols, domain="QQ")
        if poly.total_degree() > 1:
            raise sp.PolynomialError(f"{formula} is not linear")
        coefficients = tuple(exact(poly.coeff_monomial(symbol)) for symbol in self.symbols)
        return coefficients, exact(poly.coeff_monomial(1))

    def point(self, bounds: Iterable[Bound]) -> Vector | None:
        """Return a point where every form is ≥ 0, and > 0 where that is asked."""
        return common_point(
            [Inequality(coefficients, constant, strict) for (coefficients, constant), strict in bounds],
            len(self.symbols),
        )


def _minus(left: Form, right: Form) -> Form:
    return tuple(u - v for u, v in zip(left[0], right[0], strict=True)), left[1] - right[1]


def _negative(form: Form) -> Form:
    return tuple(-u for u in form[0]), -form[1]


def _combined(weights: Sequence[Fraction], forms: Sequence[Form], bias: Form) -> Form:
    coefficients, constant = bias
    for weight, form in zip(weights, forms, strict=True):
        coefficients = tuple(u + weight * v for u, v in zip(coefficients, form[0], strict=True))
        constant += weight * form[1]
    return coefficients, constant


def _activation_parts(
    detector: RingDetector, forms: _Forms, domain: list[Bound]
) -> Iterator[tuple[list[Bound], Form, Form]]:
    """Yield (inequalities, r, score) for each choice of signs of x₁, x₂ and the pre-activations that some point has."""
    layers = [
        ([[exact(w) for w in W.row(j)] for j in range(W.rows)], [forms.form(entry) for entry in bias])
        for W, bias in zip(detector.weights, detector.biases, strict=True)
    ]
    inputs = [forms.form(x1), forms.form(x2)]
    zero: Form = ((Fraction(0),) * len(forms.symbols), Fraction(0))

    def from_layer(place: int, h: list[Form], system: list[Bound]) -> Iterator[tuple[list[Bound], Form]]:
        rows, biases = layers[place]
        z = [_combined(row, h, bias) for row, bias in zip(rows, biases, strict=True)]
        if place == len(layers) - 1:
            yield system, z[0]
            return
        for active, inner in signs(z, system):
            hidden = [form if on else zero for form, on in zip(z, active, strict=True)]
            yield from from_layer(place + 1, hidden, inner)

    def signs(z: list[Form], system: list[Bound]) -> Iterator[tuple[list[bool], list[Bound]]]:
        if not z:
            yield [], system
            return
        for on in (True, False):
            bound = (z[0], False) if on else (_negative(z[0]), False)
            if forms.point([*system, bound]) is not None:
                for rest, inner in signs(z[1:], [*system, bound]):
                    yield [on, *rest], inner

    for positive, quadrant in signs(inputs, domain):
        absolute = [form if on else _negative(form) for form, on in zip(inputs, positive, strict=True)]
        r = _combined([Fraction(1), Fraction(1)], absolute, zero)
        for system, z in from_layer(0, inputs, quadrant):
            yield system, r, z


# -- areas ----------------------------------------------------------------------------------------


def check_common_area() -> Verdict:
    """Prove the area that a disc of radius R and a diamond of radius s share, for all R < s < √2 R.

    The area grows with s by 1/√2 of the length of the diamond's border inside the disc (its distance from the centre is
    s/√2): four chords of length 2√(R² − s²/2), that is 4√(2R² − s²). At s = R the area is the whole diamond, 2R².
    """
    R, s = sp.symbols("R s", real=True)
    area = segments_case(R, s)
    between = Domain(conditions=(R > 0, s > R, 2 * R**2 > s**2))
    growth = identical(sp.diff(area, s), 4 * sp.sqrt(2 * R**2 - s**2), between)
    start = identical(area.subs(s, R) - sp.pi * R**2 + 4 * R**2 * sp.atan(1), 2 * R**2, Domain(conditions=(R > 0,)))
    # atan(1) = π/4 is the definition of π here; what is left is checked above.
    return growth if growth.status is not Status.PROVED else start


def check_misclassified_area(inner: Any, outer: Any, claimed: sp.Expr, p: Any = None, q: Any = None) -> Verdict:
    """Decide whether p ≤ |x|₁ ≤ q is wrong about a ≤ |x|₂ ≤ b on exactly this area (a and b where p, q are not given)."""
    found = misclassified(inner, outer, p, q).area
    verdict = identical(sp.sympify(claimed), found)
    if verdict.status is Status.PROVED:
        return Verdict(
            status=Status.PROVED,
            reason=f"The misclassified area is {found}.",
            evidence=verdict.evidence,
        )
    return verdict


def check_best_diamond(inner: Any, outer: Any, best: BestDiamond) -> Verdict:
    """Decide whether no diamond-shaped ring is wrong about a ≤ |x|₂ ≤ b on a smaller area than this one.

    The area is π(b² − a²) + F(q) − F(p). It is proved with balls that F′ has the signs +, −, + to the left of p, between
    p and q, and to the right of q; near p and q, where no ball can tell, F″ has one sign. Then F(q) − F(p) is the
    smallest difference over all 0 ≤ p ≤ q. That F′ is 0 exactly there is a polynomial identity in p² and q².

    Parameters
    ----------
    inner, outer:
        Rational numbers 0 < a < b.
    best:
        The claimed radii and area; no radii say that no diamond-shaped ring does better than the empty one.
    """
    a, b = exact(inner), exact(outer)
    with ctx.workprec(BITS):
        slope = _Slope(a, b)
        radii = [] if best.inner is None or best.outer is None else [best.inner, best.outer]
        balls = [enclose(radius, {}, BITS) for radius in radii]
        refuted = _better(slope, best, balls)
        if refuted is not None:
            return refuted
        if not all(slope.vanishes(radius) for radius in radii):
            return _undecided("the slope is not zero at the claimed radii by the exact test")
        obstacle = _shape(slope, balls)
        if obstacle:
            return _undecided(obstacle)
    area = identical(best.area, misclassified(inner, outer, *radii).area if radii else sp.pi * sp.Rational(b**2 - a**2))
    if area.status is not Status.PROVED:
        return area
    told = f"p = {best.inner}, q = {best.outer} is the best diamond-shaped ring" if radii else "the empty ring is best"
    return Verdict(
        status=Status.PROVED,
        reason=f"For a = {a} and b = {b}, {told}: it is wrong on an area of {best.area}.",
        evidence=Proof(
            procedure=f"signs of the slope in Arb balls of {BITS} bits on all of s > 0; exact zeros of the slope",
            domain="all 0 <= p <= q",
        ),
    )


class _Slope:
    """F′ and F″ of F(s) = 2s² − 2I(b, s) + 2I(a, s) on balls."""

    def __init__(self, a: Fraction, b: Fraction) -> None:
        self.a, self.b = a, b
        self._radii = tuple(arb(fmpq(number.numerator, number.denominator)) for number in (a, b))

    def first(self, s: arb) -> arb:
        """Return a ball around F′(s) for every s of a ball."""
        small, large = (_common_slope(radius, s) for radius in self._radii)
        return 4 * s - 2 * large + 2 * small

    def second(self, s: arb) -> arb | None:
        """Return a ball around F″(s), or None where a formula changes within the ball."""
        total = arb(4)
        for radius, factor in zip(self._radii, (2, -2), strict=True):
            rest = 2 * radius**2 - s**2
            if s < radius:
                total += 4 * factor
            elif s > radius and rest > 0:
                total -= factor * 4 * s / rest.sqrt()
            elif not rest < 0:
                return None
        return total

    def potential(self, s: Fraction) -> arb:
        """Return a ball around F(s)."""
        ball, (small, large) = _exact_ball(s), self._radii
        return 2 * ball**2 - 2 * _common_area(large, ball) + 2 * _common_area(small, ball)

    def area(self, p: arb, q: arb) -> arb:
        """Return a ball around the misclassified area."""
        small, large = self._radii
        common = _common_area(large, q) - _common_area(small, q) - _common_area(large, p) + _common_area(small, p)
        return arb.pi() * (large**2 - small**2) + 2 * (q**2 - p**2) - 2 * common

    def vanishes(self, s: sp.Expr) -> bool:
        """Tell whether F′(s) = 0, exactly; s² is rational or in a quadratic field."""
        square, ball = sp.expand(s**2), enclose(s, {}, BITS)
        a2, b2 = sp.Rational(self.a) ** 2, sp.Rational(self.b) ** 2
        small, large = self._radii
        inside_b, within_a = ball < large, ball**2 < 2 * small**2
        if ball > small and inside_b and within_a:  # 2√(2a² − s²) = s
            return bool(sp.expand(5 * square - 8 * a2) == 0)
        if ball > large and ball**2 > 2 * small**2:  # 2√(2b² − s²) = s
            return bool(sp.expand(5 * square - 8 * b2) == 0)
        if ball > large and within_a:
            # With u² = 2b² − s² and v² = 2a² − s² a zero is s = 2(u − v), so u ± v are known and v = 2(b² − a²)/s − s/4.
            quartic = 17 * square**2 - 16 * (a2 + b2) * square + 64 * (b2 - a2) ** 2
            return bool(sp.expand(quartic) == 0) and bool(ball**2 < 8 * (large**2 - small**2))
        return False


def _better(slope: _Slope, best: BestDiamond, balls: Sequence[arb]) -> Verdict | None:
    """Return a refutation when some ring is wrong on a smaller area than the claimed one, or the area is another."""
    a, b = slope.a, slope.b
    claimed = slope.area(*balls) if balls else slope.area(arb(0), arb(0))
    said = enclose(best.area, {}, BITS)
    shown = {"a": str(a), "b": str(b), "p": str(best.inner), "q": str(best.outer)}
    if not said.overlaps(claimed):
        return _refuted(_Refutation("The area of the claimed ring is another.", shown, _ball(said), _ball(claimed)))
    steps = 48
    grid = [a + (2 * b - a) * Fraction(k, steps) for k in range(steps)]
    near = [
        Fraction(float(ball.mid())) * (1 + Fraction(sign, size))
        for ball in balls
        for sign in (-1, 1)
        for size in (50, 10**4, 10**8)
    ]
    values = {radius: slope.potential(radius) for radius in sorted({*grid, *near})}
    highest = max(values, key=lambda radius: float(values[radius].mid()))
    lowest = min((radius for radius in values if radius >= highest), key=lambda radius: float(values[radius].mid()))
    found = slope.area(_exact_ball(highest), _exact_ball(lowest))
    if found < claimed:
        return _refuted(
            _Refutation(
                f"The diamond-shaped ring from {float(highest):.6g} to {float(lowest):.6g} is wrong on a smaller area.",
                shown,
                _ball(claimed),
                _ball(found),
            )
        )
    return None


def _shape(slope: _Slope, zeros: Sequence[arb]) -> str:
    """Prove that F rises, falls between the zeros, and rises again; return what could not be proved, or nothing."""
    start = slope.a
    end = 2 * slope.b  # F′ = 4s beyond √2 b
    signs = (1, -1, 1) if zeros else (1,)
    for sign, zero in zip(signs, [*zeros, None], strict=True):
        stop = end
        after = end
        if zero is not None:
            near = _where_monotone(slope, zero, -sign)
            if near is None:
                return "the slope is not seen to pass through zero only once"
            stop, after = near
        if start < stop and not _has_sign(slope, start, stop, sign):
            return f"the sign of the slope between {float(start):.6g} and {float(stop):.6g} is not certain"
        start = after
    return ""


def _where_monotone(slope: _Slope, zero: arb, sign: int) -> tuple[Fraction, Fraction] | None:
    """Return an interval around a zero of F′ in which F″ has this sign."""
    centre = Fraction(float(zero.mid()))
    for exponent in range(4, 40):
        width = Fraction(1, 2**exponent)
        around = _hull(centre - width, centre + width)
        second = slope.second(around)
        if around.contains(zero) and second is not None and second * sign > 0:
            return centre - width, centre + width
    return None


def _has_sign(slope: _Slope, low: Fraction, high: Fraction, sign: int) -> bool:
    waiting = [(low, high, 0)]
    while waiting:
        left, right, depth = waiting.pop()
        if slope.first(_hull(left, right)) * sign > 0:
            continue
        if depth > 40:
            return False
        middle = (left + right) / 2
        waiting += [(left, middle, depth + 1), (middle, right, depth + 1)]
    return True


def _common_slope(radius: arb, s: arb) -> arb:
    """Return ∂I/∂s for every s of a ball: 4s, 4√(2R² − s²) or 0, or the hull of those that can be meant."""
    if s < radius:
        return 4 * s
    rest = 2 * radius**2 - s**2
    if rest < 0:
        return arb(0)
    highest = arb(0) if not rest.upper() > 0 else rest.upper().sqrt().upper()
    chords = 4 * (rest.sqrt() if rest > 0 else arb(0).union(highest))
    return chords if s > radius else chords.union(4 * s)


def _common_area(radius: arb, s: arb) -> arb:
    """Return I(R, s); at a change of formula the hull of both."""
    if s <= radius:
        return 2 * s**2
    rest = 2 * radius**2 - s**2
    if rest <= 0:
        return arb.pi() * radius**2
    if s > radius and rest > 0:
        leg = rest.sqrt()
        return arb.pi() * radius**2 - 4 * radius**2 * (leg / s).atan() + 2 * s * leg
    return (2 * s**2).union(arb.pi() * radius**2)


def _hull(low: Fraction, high: Fraction) -> arb:
    return _exact_ball(low).union(_exact_ball(high))


def _exact_ball(number: Fraction) -> arb:
    return arb(fmpq(number.numerator, number.denominator))


# -- words ----------------------------------------------------------------------------------------


def _same_count(what: str, claimed: int, found: int, counted: str) -> None:
    if claimed != found:
        raise _Refutation(
            f"There are {found} {counted}, not {claimed}.", {"counted": what}, _whole(claimed), _whole(found)
        )


def _same_value(what: str, x: Vector, claimed: Fraction, found: Fraction) -> None:
    _same_number(f"the value of {what}", x, claimed, found)


def _same_number(what: str, x: Vector, claimed: Fraction, found: Fraction) -> None:
    if claimed != found:
        where = ", ".join(f"{name} = {value}" for name, value in _named(x).items())
        raise _Refutation(f"At {where} {what} is {found}, not {claimed}.", _named(x), _number(claimed), _number(found))


def _named(x: Iterable[Fraction]) -> dict[str, str]:
    return {f"x{k}": str(coordinate) for k, coordinate in enumerate(x, start=1)}


def _whole(number: int) -> Enclosure:
    return Enclosure(low=number, high=number, text=str(number))


def _number(number: Fraction) -> Enclosure:
    near = float(number)
    low, high = (
        (near, near) if Fraction(near) == number else (math.nextafter(near, -math.inf), math.nextafter(near, math.inf))
    )
    return Enclosure(low=low, high=high, text=str(number))


def _ball(ball: arb) -> Enclosure:
    low, high = float(ball.lower()), float(ball.upper())
    return Enclosure(low=math.nextafter(low, -math.inf), high=math.nextafter(high, math.inf), text=ball.str(20))


def _refuted(found: _Refutation) -> Verdict:
    return Verdict(status=Status.REFUTED, reason=found.reason, evidence=found.evidence)


def _undecided(obstacle: str) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED,
        reason=f"Neither proved nor refuted: {obstacle}.",
        evidence=Attempt(tried=(obstacle,)),
    )
