"""Landscapes of small networks and the ring detector, on exact numbers."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.piecewise_linear import (
    Crease,
    HiddenLayerNetwork,
    Hyperplane,
    Landscape,
    along,
    analyse,
    best_diamond,
    cells,
    circular_ring_area,
    crossings,
    disc_and_diamond,
    exact,
    false_alarms,
    greatest_number_of_regions,
    misclassified,
    misses,
    number_of_parameters,
    regions_by_crossings,
    restrict,
    ring_detector,
    score_by_radius,
)
from derive.piecewise_linear.circle import same_radii_area, segments_case
from derive.piecewise_linear.ring import TEST_POINTS, a, b, r

DOCUMENT = HiddenLayerNetwork.of(
    np.array([[1, -1], [2, 0], [-1, 2]]), np.array([[0], [1], [-1]]), np.array([[1, -2, 1]]), np.array([[0]])
)

small = st.fractions(min_value=-3, max_value=3, max_denominator=3)


def network_of(rows: list[list[int]], biases: list[int], outputs: list[int]) -> HiddenLayerNetwork:
    return HiddenLayerNetwork.of(rows, biases, outputs, 0)


@st.composite
def networks(draw: st.DrawFn, inputs: int = 2, most: int = 5) -> HiddenLayerNetwork:
    """Small whole weights, so that parallels, coincidences and common crossings are frequent."""
    n = draw(st.integers(1, most))
    whole = st.integers(-2, 2)
    rows = [[draw(whole) for _ in range(inputs)] for _ in range(n)]
    return HiddenLayerNetwork.of(
        rows, [draw(whole) for _ in range(n)], [draw(whole) for _ in range(n)], draw(st.integers(-1, 1))
    )


# -- the network of the document ------------------------------------------------------------------


def test_the_network_of_the_document_gives_minus_four_at_its_test_point() -> None:
    assert DOCUMENT.value((1, -1)) == -4


def test_the_network_of_the_document_has_three_kinks_and_seven_pieces() -> None:
    landscape = analyse(DOCUMENT)
    assert [str(kink) for kink in landscape.kinks] == ["x1 - x2 = 0", "2*x1 + 1 = 0", "x1 - 2*x2 + 1 = 0"]
    assert len(landscape.pieces) == landscape.affine_functions == landscape.activation_regions == 7
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    assert landscape.crossings == {(-half, -half): (0, 1), (-half, quarter): (1, 2), (1, 1): (0, 2)}


def test_the_pieces_of_the_document_have_these_gradients_and_offsets() -> None:
    found = {piece.patterns: (piece.gradient, piece.offset) for piece in analyse(DOCUMENT).pieces}
    assert found == {
        ((True, True, False),): ((-3, -1), -2),
        ((True, True, True),): ((-4, 1), -3),
        ((True, False, False),): ((1, -1), 0),
        ((False, True, False),): ((-4, 0), -2),
        ((False, True, True),): ((-5, 2), -3),
        ((False, False, False),): ((0, 0), 0),
        ((False, False, True),): ((-1, 2), -1),
    }


def test_the_only_bounded_piece_of_the_document_is_the_triangle_of_its_crossings() -> None:
    triangle = next(piece for piece in analyse(DOCUMENT).pieces if len(piece.vertices) == 3)
    assert triangle.walls == (0, 1, 2)
    assert set(triangle.vertices) == set(analyse(DOCUMENT).crossings)
    area = sum(
        p[0] * q[1] - p[1] * q[0]
        for p, q in zip(triangle.vertices, triangle.vertices[1:] + triangle.vertices[:1], strict=True)
    )
    assert area > 0  # counter-clockwise


def test_the_corners_of_a_piece_are_listed_counter_clockwise() -> None:
    landscape = analyse(network_of([[1, 0], [1, 0], [0, 1], [0, 1]], [1, -1, 1, -1], [1, 1, 1, 1]))
    square = landscape.piece_at((0, 0))
    assert square is not None
    assert square.vertices == ((1, 1), (-1, 1), (-1, -1), (1, -1))


def test_one_neuron_makes_one_kink_and_two_pieces() -> None:
    landscape = analyse(network_of([[1, 2]], [3], [1]))
    assert (len(landscape.kinks), len(landscape.pieces)) == (1, 2)


def test_eight_random_neurons_make_37_pieces() -> None:
    rng = np.random.default_rng(0)
    network = HiddenLayerNetwork.of(
        rng.normal(size=(8, 2)), 0.2 * rng.normal(size=(8, 1)), rng.normal(size=(1, 8)), 0.2 * rng.normal(size=(1, 1))
    )
    landscape = analyse(network)
    assert len(landscape.pieces) == greatest_number_of_regions(8, 2) == 8 * 9 // 2 + 1 == 37


# -- numbers --------------------------------------------------------------------------------------


def test_a_float_is_the_rational_number_that_it_is_and_a_text_is_a_decimal() -> None:
    assert exact(0.1) == Fraction(3602879701896397, 36028797018963968)
    assert exact("0.1") == exact(sp.Rational(1, 10)) == Fraction(1, 10)
    assert exact(np.float32(0.5)) == Fraction(1, 2)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.inf])
def test_a_weight_that_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="must be finite"):
        exact(number)


@pytest.mark.parametrize("number", [1j, None, sp.sqrt(2)])
def test_what_is_no_rational_number_is_refused(number: object) -> None:
    with pytest.raises(TypeError, match="is not a rational number"):
        exact(number)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (([], [], [], 0), "at least one hidden neuron"),
        (([[1, 2], [1]], [0, 0], [1, 1], 0), "different lengths"),
        (([[1, 2]], [0, 0], [1], 0), r"b1 and W2 need 1 entries, not 2 and 1"),
        (([[1, 2]], [0], [1], [0, 0]), "one number for one output"),
    ],
)
def test_weights_that_do_not_fit_together_are_refused(weights: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HiddenLayerNetwork.of(*weights)


def test_a_hyperplane_is_in_lowest_terms_whichever_way_its_neuron_looks() -> None:
    plane, factor = Hyperplane.of((Fraction(-2, 3), Fraction(4, 3)), Fraction(2))
    assert (plane, factor) == (Hyperplane((1, -2), -3), Fraction(-2, 3))
    x, y = sp.symbols("x y")
    assert plane.equation((x, y)) == sp.Eq(x - 2 * y - 3, 0)
    assert str(Hyperplane((0, 1, -1), 2)) == "x2 - x3 + 2 = 0"


def test_a_neuron_without_weights_has_no_hyperplane() -> None:
    with pytest.raises(ValueError, match="no hyperplane"):
        Hyperplane.of((Fraction(0), Fraction(0)), Fraction(1))


# -- what is a kink and what is not ---------------------------------------------------------------


def test_a_neuron_with_output_weight_zero_makes_no_kink() -> None:
    landscape = analyse(network_of([[1, 0], [0, 1]], [0, 0], [1, 0]))
    assert [fold.crease for fold in landscape.folds] == [Crease.KINK, Crease.SILENT]
    assert (len(landscape.pieces), landscape.activation_regions) == (2, 4)
    assert [len(piece.patterns) for piece in landscape.pieces] == [2, 2]


def test_a_neuron_with_a_zero_row_never_switches_and_adds_a_constant() -> None:
    landscape = analyse(network_of([[0, 0], [1, 0], [0, 0]], [2, 0, -2], [5, 1, 7]))
    assert landscape.never_switch == (0, 2)
    assert {piece.offset for piece in landscape.pieces} == {10}
    assert {piece.patterns for piece in landscape.pieces} == {((True, True, False),), ((True, False, False),)}


def test_jumps_on_the_same_line_cancel() -> None:
    landscape = analyse(network_of([[1, 1], [2, 2]], [1, 2], [2, -1]))
    assert (landscape.kinks, len(landscape.pieces), landscape.activation_regions) == ((), 1, 2)
    assert landscape.folds[0].crease is Crease.CANCELS


def test_relu_of_u_minus_relu_of_minus_u_is_u_and_has_no_kink() -> None:
    landscape = analyse(network_of([[1, -2], [-1, 2]], [3, -3], [1, -1]))
    assert landscape.kinks == ()
    assert (landscape.pieces[0].gradient, landscape.pieces[0].offset) == ((1, -2), 3)


def test_the_absolute_value_of_u_jumps_by_twice_the_gradient_of_u() -> None:
    (fold,) = analyse(network_of([[1, -2], [-1, 2]], [3, -3], [1, 1])).folds
    assert fold.neurons == (0, 1)
    assert fold.gradient_jump == (2, -4)


def test_parallel_kinks_make_strips() -> None:
    landscape = analyse(network_of([[1, 1], [1, 1], [-2, -2]], [0, -1, 4], [1, 1, 1]))
    assert (len(landscape.kinks), len(landscape.pieces), landscape.crossings) == (3, 4, {})


def test_three_lines_through_a_point_make_six_pieces_and_not_seven() -> None:
    landscape = analyse(network_of([[1, 0], [0, 1], [1, 1]], [0, 0, 0], [1, 1, 1]))
    assert len(landscape.pieces) == 6
    assert landscape.crossings == {(0, 0): (0, 1, 2)}


def test_pieces_that_only_touch_in_a_point_can_have_the_same_affine_function() -> None:
    rows = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]]
    landscape = analyse(network_of(rows, [0] * 6, [1, 1, 1, 1, -1, -1]))  # |x1| + |x2| − |x1 + x2|
    assert (len(landscape.kinks), len(landscape.pieces), landscape.affine_functions) == (3, 6, 5)


def test_a_function_can_come_back_to_zero_in_a_piece_far_away() -> None:
    landscape = analyse(network_of([[1, 0]] * 4, [0, -1, -2, -3], [1, -1, -1, 1]))
    assert (len(landscape.pieces), landscape.affine_functions) == (5, 4)


# -- counting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("planes", "dimension", "regions"), [(3, 2, 7), (8, 2, 37), (5, 1, 6), (4, 3, 15), (3, 3, 8)])
def test_general_position_has_this_many_regions(planes: int, dimension: int, regions: int) -> None:
    assert greatest_number_of_regions(planes, dimension) == regions


@pytest.mark.parametrize(("dimension", "most"), [(2, 6), (3, 5), (4, 5)])
def test_planes_along_a_moment_curve_are_in_general_position(dimension: int, most: int) -> None:
    for n in range(most + 1):
        planes = [Hyperplane(tuple(t**k for k in range(dimension)), t**dimension) for t in range(1, n + 1)]
        assert len(cells(planes, dimension)) == greatest_number_of_regions(n, dimension)


def test_the_same_hyperplane_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="must be different"):
        cells([Hyperplane((1, 0), 0), Hyperplane((1, 0), 0)], 2)


def sign_vectors_of_a_dense_sample(landscape: Landscape) -> set[tuple[int, ...]]:
    """Sides of all kinks at points around every crossing and far out, between the directions of all kinks.

    Every region of lines in the plane has a corner, or is bounded by parallels; so points around each crossing and on
    lines across the parallels meet all of them.
    """
    kinks = landscape.kinks
    centres = list(landscape.crossings) or [(Fraction(0), Fraction(0))]
    feet = [tuple(Fraction(-kink.offset * n, sum(m * m for m in kink.normal)) for n in kink.normal) for kink in kinks]
    steps = [(Fraction(x, 97), Fraction(y, 97)) for x, y in product(range(-6, 7), repeat=2) if max(abs(x), abs(y)) == 6]
    points = [
        tuple(c + size * s for c, s in zip(centre, step, strict=True))
        for centre in [*centres, *feet]
        for step in steps
        for size in (Fraction(1, 7), 1)
    ]
    found = {tuple(kink.side(point) for kink in kinks) for point in points}
    return {signs for signs in found if 0 not in signs}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(networks(most=4))
def test_a_dense_sample_of_sides_finds_exactly_the_pieces(network: HiddenLayerNetwork) -> None:
    landscape = analyse(network)
    assert sign_vectors_of_a_dense_sample(landscape) == {piece.signs for piece in landscape.pieces}


@settings(max_examples=120, deadline=None, derandomize=True)
@given(networks(most=6))
def test_the_count_by_crossings_is_the_number_of_pieces(network: HiddenLayerNetwork) -> None:
    landscape = analyse(network)
    assert len(landscape.pieces) == regions_by_crossings(landscape.kinks)
    assert len(landscape.pieces) <= greatest_number_of_regions(len(landscape.kinks), 2)
    assert landscape.activation_regions == regions_by_crossings([fold.hyperplane for fold in landscape.folds])
    assert landscape.affine_functions <= len(landscape.pieces) <= landscape.activation_regions


@settings(max_examples=120, deadline=None, derandomize=True)
@given(networks(most=6), st.tuples(small, small))
def test_the_piece_at_a_point_has_the_value_of_the_network(
    network: HiddenLayerNetwork, point: tuple[Fraction, Fraction]
) -> None:
    landscape = analyse(network)
    piece = landscape.piece_at(point)
    if piece is None:
        assert any(kink.side(point) == 0 for kink in landscape.kinks)
    else:
        assert piece.value(point) == network.value(point)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(networks(inputs=3, most=4), st.tuples(small, small, small))
def test_in_space_the_kinks_are_planes_and_the_pieces_have_the_values_of_the_network(
    network: HiddenLayerNetwork, point: tuple[Fraction, Fraction, Fraction]
) -> None:
    landscape = analyse(network)
    assert all(len(kink.normal) == 3 for kink in landscape.kinks)
    piece = landscape.piece_at(point)
    assert piece is None or piece.value(point) == network.value(point)
    assert len(landscape.pieces) <= greatest_number_of_regions(len(landscape.kinks), 3)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(networks(most=6))
def test_two_pieces_with_a_common_wall_differ_by_the_jump_of_its_kink(network: HiddenLayerNetwork) -> None:
    landscape = analyse(network)
    kinks = [fold for fold in landscape.folds if fold.crease is Crease.KINK]
    for wall in landscape.walls:
        ahead, behind = landscape.pieces[wall.positive], landscape.pieces[wall.negative]
        difference = tuple(u - v for u, v in zip(ahead.gradient, behind.gradient, strict=True))
        assert difference == kinks[wall.kink].gradient_jump
        assert any(difference)
        assert ahead.value(wall.point) == behind.value(wall.point) == network.value(wall.point)


def test_the_formula_of_a_network_is_its_function() -> None:
    x, y = sp.symbols("x y", real=True)
    formula = DOCUMENT.formula((x, y))
    assert formula.subs({x: 1, y: -1}) == -4
    assert formula.subs({x: sp.Rational(1, 3), y: 2}) == sp.Rational(DOCUMENT.value(("1/3", 2)))


# -- along a line ---------------------------------------------------------------------------------


def test_along_the_diagonal_the_document_has_three_segments() -> None:
    landscape = along(DOCUMENT, 1, 0)  # x2 = x1 is a kink itself, so its neuron stays 0
    assert landscape.breakpoints == (Fraction(-1, 2), 1)
    assert [(piece.gradient, piece.offset) for piece in landscape.pieces] == [((0,), 0), ((-4,), -2), ((-3,), -3)]


def test_a_line_through_no_crossing_and_parallel_to_no_kink_meets_every_kink() -> None:
    landscape = along(DOCUMENT, 5, "1/3")
    assert len(landscape.breakpoints) == 3
    assert len(landscape.pieces) == 4
    assert list(landscape.breakpoints) == sorted(landscape.breakpoints)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(networks(most=6), small, small, small)
def test_a_line_has_at_most_one_segment_more_than_there_are_neurons(
    network: HiddenLayerNetwork, slope: Fraction, intercept: Fraction, t: Fraction
) -> None:
    landscape = along(network, slope, intercept)
    assert len(landscape.pieces) == len(landscape.breakpoints) + 1 <= network.neurons + 1
    assert landscape.network.value((t,)) == network.value((t, slope * t + intercept))
    points = [piece.point[0] for piece in landscape.pieces]
    bends = [*landscape.breakpoints]
    assert sorted([*points, *bends]) == [x for pair in zip(points, [*bends, None], strict=True) for x in pair][:-1]


def test_a_vertical_line_is_given_by_a_point_and_a_direction() -> None:
    assert analyse(restrict(DOCUMENT, (0, 0), (0, 1))).breakpoints == (0, Fraction(1, 2))
    with pytest.raises(ValueError, match="must not be 0"):
        restrict(DOCUMENT, (0, 0), (0, 0))


def test_breakpoints_are_asked_only_of_functions_of_one_variable() -> None:
    with pytest.raises(ValueError, match="restrict the network to a line first"):
        _ = analyse(DOCUMENT).breakpoints
    with pytest.raises(ValueError, match="has 3 inputs"):
        along(network_of([[1, 2, 3]], [0], [1]), 1, 0)


def test_crossings_name_every_line_through_them() -> None:
    lines = [Hyperplane((1, 0), 0), Hyperplane((0, 1), 0), Hyperplane((1, 1), 0), Hyperplane((1, 0), -1)]
    assert crossings(lines, 2) == {(0, 0): (0, 1, 2), (1, -1): (2, 3), (1, 0): (1, 3)}
    assert regions_by_crossings(lines) == 1 + 4 + 2 + 1 + 1


# -- the ring detector ----------------------------------------------------------------------------


def test_for_one_and_two_the_weights_are_those_of_the_document() -> None:
    detector = ring_detector(1, 2)
    assert detector.weights[0] == sp.Matrix([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert detector.weights[1] == sp.Matrix([[-2] * 4, [-1] * 4, [1] * 4])
    assert detector.weights[2] == sp.Matrix([[-1, 1, -1]])
    assert [bias.T.tolist() for bias in detector.biases] == [[[0, 0, 0, 0]], [[3, 2, -2]], [[0]]]


def test_for_general_radii_only_the_biases_of_the_second_layer_change() -> None:
    general, document = ring_detector(), ring_detector(1, 2)
    assert general.weights == document.weights
    assert general.biases[1] == sp.Matrix([a + b, b, -b])
    assert ring_detector("0.5", "1.5").biases[1] == sp.Matrix([2, sp.Rational(3, 2), -sp.Rational(3, 2)])


def test_the_detector_has_31_parameters() -> None:
    detector = ring_detector()
    assert detector.widths == (2, 4, 3, 1)
    assert detector.parameters == number_of_parameters((2, 4, 3, 1)) == 3 * 4 + 5 * 3 + 4 * 1 == 31
    assert number_of_parameters((2, 3, 1)) == 13


def test_the_scores_of_the_test_points_are_exact() -> None:
    detector = ring_detector(1, 2)
    scores = [detector.score(*point) for point in TEST_POINTS]
    assert scores == [-1, 0, sp.Rational(1, 10), 0, sp.Rational(3, 10), 0, -sp.Rational(1, 10)]
    assert [score >= 0 for score in scores] == [False, True, True, True, True, True, False]


@pytest.mark.parametrize(("inner", "outer"), [("1", "2"), ("0.5", "1.5"), ("3/7", "0.5")])
def test_the_score_is_zero_on_both_borders_and_greatest_half_way(inner: str, outer: str) -> None:
    detector = ring_detector(inner, outer)
    p, q = exact(inner), exact(outer)
    for radius, score in ((p, 0), (q, 0), ((p + q) / 2, (q - p) / 2), (0, -p)):
        for share in (Fraction(0), Fraction(1, 3), Fraction(1)):
            assert detector.score(share * radius, -(1 - share) * radius) == sp.Rational(score)


def test_the_score_by_radius_changes_slope_half_way_between_the_radii() -> None:
    assert score_by_radius() == sp.Piecewise((r - a, r <= (a + b) / 2), (b - r, True))
    assert score_by_radius(sp.Integer(2), 1, 2) == 0


@pytest.mark.parametrize(("inner", "outer"), [(2, 1), (1, 1), (0, 1), (-1, 1)])
def test_a_ring_whose_radii_are_not_in_order_is_refused(inner: int, outer: int) -> None:
    with pytest.raises(ValueError, match="0 < a < b"):
        ring_detector(inner, outer)
    with pytest.raises(ValueError, match="0 < a < b"):
        best_diamond(inner, outer)


# -- the circular ring ----------------------------------------------------------------------------


def area_on_a_grid(inner: float, outer: float, p: float, q: float, cells_per_side: int = 2000) -> tuple[float, float]:
    """Return bounds of the misclassified area: cells of a grid that are wrong throughout, and those that may be.

    Over a cell of the first quadrant |x|₁ and |x|₂ lie between their values at two corners.
    """
    side = 1.01 * max(outer, q)
    edges = np.linspace(0.0, side, cells_per_side + 1)
    low, high = edges[:-1], edges[1:]
    slack = 1e-9  # far more than rounding
    bounds = []
    for radii, least, most in (
        ((inner, outer), np.hypot(low[:, None], low), np.hypot(high[:, None], high)),
        ((p, q), low[:, None] + low, high[:, None] + high),
    ):
        surely = (least >= radii[0] + slack) & (most <= radii[1] - slack)
        surely_not = (most <= radii[0] - slack) | (least >= radii[1] + slack)
        bounds.append((surely, surely_not))
    (in_circle, off_circle), (in_diamond, off_diamond) = bounds
    wrong = (in_circle & off_diamond) | (off_circle & in_diamond)
    right = (in_circle & in_diamond) | (off_circle & off_diamond)
    cell = 4 * (side / cells_per_side) ** 2
    return float(cell * wrong.sum()), float(cell * (~right).sum())


CASES = [("1", "2"), ("0.5", "1.5"), ("1", "1.3"), ("1", "1.2"), ("1", "1.1"), ("4", "5")]


@pytest.mark.parametrize(("inner", "outer"), CASES)
def test_the_misclassified_area_lies_between_the_bounds_of_a_fine_grid(inner: str, outer: str) -> None:
    area = float(misclassified(inner, outer).area)
    low, high = area_on_a_grid(float(inner), float(outer), float(inner), float(outer))
    assert low < area < high
    assert high - low < 0.03 * float(outer) ** 2


@pytest.mark.parametrize(("inner", "outer"), [case for case in CASES if case[1] != "1.1"])
def test_the_smallest_misclassified_area_lies_between_the_bounds_of_a_fine_grid(inner: str, outer: str) -> None:
    best = best_diamond(inner, outer)
    assert best.inner is not None
    assert best.outer is not None
    low, high = area_on_a_grid(float(inner), float(outer), float(best.inner), float(best.outer))
    assert low < float(best.area) < high
    assert high - low < 0.03 * float(outer) ** 2


def test_for_one_and_two_the_detector_is_wrong_on_five_times_pi_minus_two() -> None:
    found = misclassified(1, 2)
    assert found.false_alarms == sp.pi - 2
    assert found.misses == 4 * sp.pi - 8
    assert sp.expand(found.area - 5 * (sp.pi - 2)) == 0
    assert found.ring == circular_ring_area(1, 2) == 3 * sp.pi
    assert sp.simplify(found.fraction - 5 * (sp.pi - 2) / (3 * sp.pi)) == 0


@pytest.mark.parametrize(("inner", "outer"), CASES)
def test_the_area_for_equal_radii_as_a_formula_is_the_area_of_the_numbers(inner: str, outer: str) -> None:
    numbers = {a: sp.Rational(inner), b: sp.Rational(outer)}
    assert abs(float(same_radii_area().subs(numbers)) - float(misclassified(inner, outer).area)) < 1e-12


def test_a_disc_and_a_diamond_share_the_smaller_of_them_when_it_lies_inside() -> None:
    assert disc_and_diamond(1, 1) == disc_and_diamond(5, 1) == 2
    assert disc_and_diamond(1, sp.sqrt(2)) == disc_and_diamond(1, 3) == sp.pi
    R = sp.Symbol("R", positive=True)
    assert segments_case(R, R) == 2 * R**2
    assert segments_case(R, sp.sqrt(2) * R) == sp.pi * R**2


def test_the_same_radii_are_not_best_and_both_should_grow_by_the_root_of_eight_fifths() -> None:
    best = best_diamond(1, 2)
    scale = sp.sqrt(sp.Rational(8, 5))
    assert best.inner == scale
    assert best.outer == 2 * scale
    assert sp.expand(best.area - 5 * (8 * sp.atan(sp.Rational(1, 2)) - sp.pi)) == 0
    assert float(best.area) < 0.4973 * float(misclassified(1, 2).area)


def test_the_same_radii_can_be_worse_than_no_ring_at_all() -> None:
    assert float(misclassified(4, 5).fraction) > 1.3
    assert float(best_diamond(4, 5).area / circular_ring_area(4, 5)) < 0.82


def test_no_diamond_stands_in_for_a_ring_thinner_than_half_the_root_of_five() -> None:
    assert best_diamond(1, "1.118").inner is None
    assert best_diamond(1, "1.118").area == circular_ring_area(1, "1.118")
    assert best_diamond(1, "1.1181").inner is not None


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.fractions(min_value="41/40", max_value=3, max_denominator=40), st.data())
def test_no_other_diamond_is_better_than_the_best_one(outer: Fraction, data: st.DataObject) -> None:
    best = best_diamond(1, outer)
    p = data.draw(st.fractions(min_value=0, max_value=5, max_denominator=20))
    q = p + data.draw(st.fractions(min_value=0, max_value=3, max_denominator=20))
    assert float(misclassified(1, outer, p, q).area) >= float(best.area) - 1e-12


@pytest.mark.parametrize(("p", "q"), [(2, 1), (-1, 1)])
def test_diamonds_whose_radii_are_not_in_order_are_refused(p: int, q: int) -> None:
    with pytest.raises(ValueError, match="0 <= p <= q"):
        misclassified(1, 2, p, q)


@pytest.mark.parametrize(("inner", "outer"), [(1, 2), (9, 10)])
def test_the_misclassified_points_are_where_the_two_rings_differ(inner: int, outer: int) -> None:
    detector = ring_detector(inner, outer)
    first, second = sp.symbols("x1 x2", real=True)
    alarms, missed = false_alarms(inner, outer), misses(inner, outer)
    kinds = set()
    for x, y in product([Fraction(k * outer, 10) for k in range(-11, 12, 2)], repeat=2):
        at = {first: sp.Rational(x), second: sp.Rational(y)}
        in_circle = inner**2 <= x * x + y * y <= outer**2
        taken = bool(detector.score(x, y) >= 0)
        assert bool(alarms.subs(at)) == (taken and not in_circle)
        assert bool(missed.subs(at)) == (in_circle and not taken)
        kinds.add((taken, in_circle))
    assert len(kinds) == 4
