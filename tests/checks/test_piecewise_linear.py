"""Statements about landscapes, ring detectors and areas: the right ones are proved, every planted error is refuted."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.piecewise_linear import (
    Inequality,
    check_best_diamond,
    check_best_diamond_of_wide_rings,
    check_common_area,
    check_landscape,
    check_misclassified_area,
    check_misclassified_points,
    check_ring,
    check_ring_decision,
    check_ring_score,
    check_scores,
    common_point,
)
from checks.verdict import Counterexample, Proof, Status, Verdict
from derive.piecewise_linear import (
    BestDiamond,
    HiddenLayerNetwork,
    Hyperplane,
    Landscape,
    RingDetector,
    along,
    analyse,
    best_diamond,
    misclassified,
    ring_detector,
)
from derive.piecewise_linear.ring import TEST_POINTS, a, b

DOCUMENT = HiddenLayerNetwork.of([[1, -1], [2, 0], [-1, 2]], [0, 1, -1], [1, -2, 1], 0)
SCORES = dict(zip(TEST_POINTS, ["-1", "0", "0.1", "0", "0.3", "0", "-0.1"], strict=True))


def refuted_with(verdict: Verdict) -> Counterexample:
    assert verdict.status is Status.REFUTED, verdict
    assert isinstance(verdict.evidence, Counterexample)
    return verdict.evidence


@st.composite
def networks(draw: st.DrawFn, inputs: int, most: int) -> HiddenLayerNetwork:
    n = draw(st.integers(1, most))
    whole = st.integers(-2, 2)
    rows = [[draw(whole) for _ in range(inputs)] for _ in range(n)]
    return HiddenLayerNetwork.of(rows, [draw(whole) for _ in range(n)], [draw(whole) for _ in range(n)], 0)


# -- the landscape --------------------------------------------------------------------------------


def test_the_landscape_of_the_document_is_proved() -> None:
    lines = [Hyperplane((1, -1), 0), Hyperplane((2, 0), 1), Hyperplane((1, -2), 1)]
    verdict = check_landscape(analyse(DOCUMENT), kinks=lines, pieces=7, affine_functions=7, values={(1, -1): -4})
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert verdict.evidence.regions == 7
    assert verdict.reason.startswith("The network has 3 kinks and 7 pieces with 7 different affine functions")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ({"pieces": 8}, "There are 7 pieces, not 8."),
        ({"kinks": 4}, "There are 3 kinks, not 4."),
        ({"affine_functions": 6}, "There are 7 affine functions, not 6."),
        ({"values": {(1, -1): -3}}, "At x1 = 1, x2 = -1 the value of the network is -4, not -3."),
        (
            {"kinks": [Hyperplane((1, -1), 0), Hyperplane((2, 0), 1)]},
            "x1 - 2*x2 + 1 = 0 is a kink of Φ that is missing.",
        ),
    ],
)
def test_a_wrong_claim_about_the_document_is_refuted(claim: dict[str, object], reason: str) -> None:
    verdict = check_landscape(analyse(DOCUMENT), **claim)  # type: ignore[arg-type]
    refuted_with(verdict)
    assert verdict.reason == reason


def test_a_line_that_is_no_kink_is_refuted() -> None:
    claimed = [*analyse(DOCUMENT).kinks, Hyperplane((1, 0), 0)]
    verdict = check_landscape(analyse(DOCUMENT), kinks=claimed)
    refuted_with(verdict)
    assert verdict.reason == "x1 = 0 is not a kink of Φ."


def test_a_kink_that_is_claimed_twice_is_refuted() -> None:
    claimed = [*analyse(DOCUMENT).kinks, Hyperplane((1, -1), 0)]
    assert check_landscape(analyse(DOCUMENT), kinks=claimed).reason == "There are 3 kinks, not 4."


def with_piece(landscape: Landscape, place: int, **changes: object) -> Landscape:
    pieces = list(landscape.pieces)
    pieces[place] = replace(pieces[place], **changes)  # type: ignore[arg-type]
    return replace(landscape, pieces=tuple(pieces))


ERRORS: dict[str, Callable[[Landscape], Landscape]] = {
    "a weight of the network": lambda found: replace(found, network=replace(found.network, b2=Fraction(1))),
    "another weight of the network": lambda found: replace(
        found, network=replace(found.network, W2=(Fraction(1), Fraction(-2), Fraction(2)))
    ),
    "a bias of the network": lambda found: replace(
        found, network=replace(found.network, b1=(Fraction(0), Fraction(1), Fraction(-2)))
    ),
    "a missing piece": lambda found: replace(found, pieces=found.pieces[:-1], walls=()),
    "a piece twice": lambda found: replace(found, pieces=(*found.pieces, found.pieces[0])),
    "a gradient": lambda found: with_piece(found, 2, gradient=(Fraction(1), Fraction(1))),
    "an offset": lambda found: with_piece(found, 3, offset=Fraction(7)),
    "a gradient and an offset that agree at the point": lambda found: with_piece(
        found,
        0,
        gradient=(found.pieces[0].gradient[0] + 1, found.pieces[0].gradient[1]),
        offset=found.pieces[0].offset - found.pieces[0].point[0],
    ),
    "an interior point": lambda found: with_piece(found, 1, point=found.pieces[0].point),
    "a point on a kink": lambda found: with_piece(found, 1, point=(Fraction(1), Fraction(1))),
    "a pattern": lambda found: with_piece(found, 4, patterns=((True, True, True),)),
    "no pattern": lambda found: with_piece(found, 4, patterns=()),
    "a missing corner": lambda found: with_piece(found, 0, vertices=found.pieces[0].vertices[1:]),
    "a corner that is none": lambda found: with_piece(found, 0, vertices=((Fraction(9), Fraction(9)),)),
    "a wall of a piece": lambda found: with_piece(found, 1, walls=(0, 1, 2)),
    "a missing wall": lambda found: replace(found, walls=found.walls[1:]),
    "a wall between the wrong pieces": lambda found: replace(
        found, walls=(replace(found.walls[0], positive=found.walls[0].negative), *found.walls[1:])
    ),
    "a missing fold": lambda found: replace(found, folds=found.folds[:-1]),
}


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_planted_in_the_analysis_is_refuted(error: str) -> None:
    refuted_with(check_landscape(ERRORS[error](analyse(DOCUMENT))))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(networks(inputs=2, most=5))
def test_every_analysis_in_the_plane_is_proved(network: HiddenLayerNetwork) -> None:
    assert check_landscape(analyse(network)).status is Status.PROVED


@settings(max_examples=30, deadline=None, derandomize=True)
@given(networks(inputs=3, most=4))
def test_every_analysis_in_space_is_proved(network: HiddenLayerNetwork) -> None:
    assert check_landscape(analyse(network)).status is Status.PROVED


@settings(max_examples=30, deadline=None, derandomize=True)
@given(networks(inputs=2, most=5), st.fractions(-2, 2, max_denominator=3), st.fractions(-2, 2, max_denominator=3))
def test_every_restriction_to_a_line_is_proved(
    network: HiddenLayerNetwork, slope: Fraction, intercept: Fraction
) -> None:
    assert check_landscape(along(network, slope, intercept)).status is Status.PROVED


def test_float_weights_of_eight_neurons_are_proved_to_make_37_pieces() -> None:
    rng = np.random.default_rng(0)
    network = HiddenLayerNetwork.of(rng.normal(size=(8, 2)), rng.normal(size=8), rng.normal(size=8), 0.25)
    assert check_landscape(analyse(network), kinks=8, pieces=37).status is Status.PROVED
    refuted_with(check_landscape(analyse(network), pieces=36))


def test_too_many_kinks_in_space_stay_undecided() -> None:
    rows = [[1, 0, t] for t in range(15)]
    verdict = check_landscape(analyse(HiddenLayerNetwork.of(rows, [0] * 15, [1] * 15, 0)))
    assert verdict.status is Status.UNDECIDED
    assert "more than 14 kinks in dimension 3" in verdict.reason


# -- linear inequalities --------------------------------------------------------------------------


def strictly_on_the_sides(kinks: tuple[Hyperplane, ...], signs: tuple[int, ...]) -> list[Inequality]:
    return [
        Inequality(tuple(Fraction(sign * n) for n in kink.normal), Fraction(sign * kink.offset), True)
        for kink, sign in zip(kinks, signs, strict=True)
    ]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from([2, 3]).flatmap(lambda d: networks(inputs=d, most=5 if d == 2 else 4)))
def test_elimination_over_all_sign_vectors_finds_exactly_the_pieces(network: HiddenLayerNetwork) -> None:
    landscape = analyse(network)
    possible = {
        signs
        for signs in product((1, -1), repeat=len(landscape.kinks))
        if common_point(strictly_on_the_sides(landscape.kinks, signs), network.inputs) is not None
    }
    assert possible == {piece.signs for piece in landscape.pieces}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(networks(inputs=3, most=5), st.lists(st.sampled_from([1, -1]), min_size=5, max_size=5))
def test_a_common_point_satisfies_every_inequality(network: HiddenLayerNetwork, signs: list[int]) -> None:
    kinks = analyse(network).kinks
    chosen = tuple(signs[: len(kinks)])
    point = common_point(strictly_on_the_sides(kinks, chosen), 3)
    if point is not None:
        assert tuple(kink.side(point) for kink in kinks) == chosen


def test_a_strict_inequality_leaves_out_the_border_and_the_other_does_not() -> None:
    at_least, at_most = Inequality((Fraction(1),), Fraction(-1), False), Inequality((Fraction(-1),), Fraction(1), False)
    assert common_point([at_least, at_most], 1) == (1,)
    assert common_point([at_least, replace(at_most, strict=True)], 1) is None


# -- the ring detector ----------------------------------------------------------------------------


@pytest.mark.parametrize(("inner", "outer"), [(a, b), (1, 2), ("0.5", "1.5")])
def test_the_ring_detector_is_proved(inner: object, outer: object) -> None:
    detector = ring_detector(inner, outer)
    verdict = check_ring(detector, parameters=31)
    assert verdict.status is Status.PROVED
    assert isinstance(verdict.evidence, Proof)
    assert "Fourier–Motzkin" in verdict.evidence.procedure


def test_the_proof_for_general_radii_says_that_they_are_in_order() -> None:
    evidence = check_ring(ring_detector()).evidence
    assert isinstance(evidence, Proof)
    assert evidence.domain == "0 < a, 0 < b, x1 real, x2 real, b > a"


def with_entry(detector: RingDetector, part: str, layer: int, place: int, value: object) -> RingDetector:
    matrices = list(getattr(detector, part))
    changed = matrices[layer].as_mutable()
    changed[place] = value
    matrices[layer] = sp.ImmutableMatrix(changed)
    return replace(detector, **{part: tuple(matrices)})


WRONG_WEIGHTS = [
    ("weights", 0, 1, sp.Rational(1, 100)),
    ("weights", 0, 2, sp.Integer(1)),
    ("weights", 1, 0, sp.Integer(-1)),
    ("weights", 1, 5, sp.Rational(-101, 100)),
    ("weights", 2, 2, sp.Integer(1)),
    ("biases", 0, 0, sp.Rational(1, 1000)),
    ("biases", 1, 0, a + 2 * b),
    ("biases", 1, 1, a),
    ("biases", 2, 0, sp.Rational(-1, 1000)),
]


@pytest.mark.parametrize("error", WRONG_WEIGHTS, ids=lambda error: f"{error[0]}-{error[1]}-{error[2]}")
def test_a_wrong_weight_is_refuted_by_score_and_by_decision(error: tuple[str, int, int, object]) -> None:
    wrong = with_entry(ring_detector(), *error)
    refuted_with(check_ring(wrong))
    refuted_with(check_ring_score(wrong))
    evidence = refuted_with(check_ring_decision(wrong))
    values = {name: sp.Rational(value) for name, value in evidence.point.items()}
    score = wrong.score(values["x1"], values["x2"]).subs({a: values["a"], b: values["b"]})
    inside = bool(values["a"] <= abs(values["x1"]) + abs(values["x2"]) <= values["b"])
    assert 0 < values["a"] < values["b"]
    assert bool(score >= 0) != inside
    assert (evidence.left.low, evidence.right.low) == (float(not inside), float(inside))


def test_a_score_of_half_the_size_decides_rightly_and_is_still_refuted_as_a_score() -> None:
    detector = ring_detector()
    halved = replace(detector, weights=(*detector.weights[:2], detector.weights[2] / 2))
    assert check_ring_decision(halved).status is Status.PROVED
    refuted_with(check_ring(halved))


@pytest.mark.parametrize(
    ("part", "layer", "place", "value", "because"),
    [
        ("biases", 1, 1, a * b, "a*b is not linear"),
        ("biases", 1, 1, sp.sqrt(2), "sqrt(2) has coefficients that are not rational"),
        ("weights", 1, 1, a, "the weight a is not a rational number"),
    ],
)
def test_what_is_not_linear_in_the_radii_is_left_undecided(
    part: str, layer: int, place: int, value: object, because: str
) -> None:
    verdict = check_ring_decision(with_entry(ring_detector(), part, layer, place, value))
    assert verdict.status is Status.UNDECIDED
    assert because in verdict.reason


def test_a_wrong_number_of_parameters_is_refuted() -> None:
    verdict = check_ring(ring_detector(), parameters=30)
    refuted_with(verdict)
    assert verdict.reason == "There are 31 parameters, not 30."


def test_the_scores_of_the_test_points_are_proved() -> None:
    assert check_scores(ring_detector(1, 2), SCORES).status is Status.PROVED


def test_a_wrong_score_is_refuted() -> None:
    verdict = check_scores(ring_detector(1, 2), {**SCORES, ("2.1", "0"): "0.1"})
    refuted_with(verdict)
    assert verdict.reason == "At x1 = 21/10, x2 = 0 the value of the detector is -1/10, not 1/10."


# -- areas ----------------------------------------------------------------------------------------


def test_the_area_that_a_disc_and_a_diamond_share_is_proved() -> None:
    assert check_common_area().status is Status.PROVED


def test_a_wrong_formula_for_the_shared_area_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_a_factor(radius: sp.Expr, s: sp.Expr) -> sp.Expr:
        leg = sp.sqrt(2 * radius**2 - s**2)
        return sp.pi * radius**2 - 4 * radius**2 * sp.atan(leg / s) + s * leg

    monkeypatch.setattr("checks.piecewise_linear.areas.segments_case", without_a_factor)
    refuted_with(check_common_area())


def test_which_points_are_misclassified_is_proved() -> None:
    verdict = check_misclassified_points()
    assert verdict.status is Status.PROVED
    assert verdict.reason.startswith("False alarms are the points with |x|_2 < a <= |x|_1 <= b")


@pytest.mark.parametrize(
    ("inner", "outer", "area"),
    [
        (1, 2, 5 * (sp.pi - 2)),
        ("0.5", "1.5", sp.Rational(5, 2) * (sp.pi - 2)),
        (4, 5, 41 * sp.pi - 82 - 128 * sp.atan(sp.sqrt(7) / 5) + 20 * sp.sqrt(7)),
    ],
)
def test_the_misclassified_area_is_proved_and_a_slightly_wrong_one_refuted(
    inner: object, outer: object, area: sp.Expr
) -> None:
    assert check_misclassified_area(inner, outer, area).status is Status.PROVED
    verdict = check_misclassified_area(inner, outer, area + sp.Rational(1, 10**20))
    refuted_with(verdict)
    assert verdict.reason.startswith("The misclassified area is")


RINGS = [(1, 2), ("0.5", "1.5"), (1, "1.3"), (1, "1.2"), (4, 5), (1, "1.119"), (1, "1.118"), (1, "1.1"), ("0.01", 3)]


@pytest.mark.parametrize(("inner", "outer"), RINGS)
def test_the_best_diamond_is_proved_to_be_best(inner: object, outer: object) -> None:
    verdict = check_best_diamond(inner, outer, best_diamond(inner, outer))
    assert verdict.status is Status.PROVED, verdict
    assert "in Arb balls" in verdict.evidence.procedure  # type: ignore[union-attr]


def test_for_all_wide_rings_the_best_radii_are_proved() -> None:
    verdict = check_best_diamond_of_wide_rings()
    assert verdict.status is Status.PROVED, verdict
    assert "both radii sqrt(8/5) times as large" in verdict.reason


@pytest.mark.parametrize(("inner", "outer"), RINGS)
def test_the_same_radii_are_refuted_as_the_best(inner: object, outer: object) -> None:
    claimed = BestDiamond(sp.Rational(inner), sp.Rational(outer), misclassified(inner, outer).area)
    refuted_with(check_best_diamond(inner, outer, claimed))


def test_a_best_diamond_with_a_wrong_area_is_refuted() -> None:
    best = best_diamond(1, 2)
    verdict = check_best_diamond(1, 2, replace(best, area=best.area - sp.Rational(1, 10**30)))
    refuted_with(verdict)
    assert verdict.reason == "The area of the claimed ring is another."


def test_radii_that_are_off_by_a_billionth_are_refuted_as_the_best() -> None:
    best = best_diamond(1, 2)
    p = sp.Rational(str(sp.N(best.inner, 30))) + sp.Rational(1, 10**9)
    assert best.outer is not None
    q = sp.Rational(str(sp.N(best.outer, 30)))
    refuted_with(check_best_diamond(1, 2, BestDiamond(p, q, misclassified(1, 2, p, q).area)))


def test_the_empty_ring_is_refuted_as_the_best_for_a_wide_ring() -> None:
    refuted_with(check_best_diamond(1, 2, BestDiamond(None, None, 3 * sp.pi)))


@pytest.mark.parametrize(
    ("inner", "outer", "p", "q", "because"),
    [
        (1, 2, None, None, "the sign of the slope between"),
        (1, "1.1", "1.2", "1.3", "the slope is not zero"),
        (1, 2, "1.265", "2.53", "the slope is not zero"),
    ],
)
def test_without_the_search_for_a_better_ring_a_wrong_one_is_still_not_proved(
    inner: object, outer: object, p: str | None, q: str | None, because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checks.piecewise_linear.best_diamond._better", lambda *_: None)
    radii = [None if radius is None else sp.Rational(radius) for radius in (p, q)]
    area = misclassified(inner, outer, p or 1, q or 1).area
    verdict = check_best_diamond(inner, outer, BestDiamond(*radii, area))
    assert verdict.status is Status.UNDECIDED
    assert because in verdict.reason


def test_one_radius_alone_is_no_ring() -> None:
    with pytest.raises(ValueError, match="has two radii"):
        BestDiamond(sp.Integer(1), None, sp.pi)
