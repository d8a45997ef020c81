"""The landscapes of shallow networks (course document 000, exercises 6 and 7) and the ring detector (exercise 9)."""

from fractions import Fraction

import numpy as np
import sympy as sp

from checks.experiments.findings import Counter, Options, Progress, Table, expected, same_numbers
from checks.piecewise_linear import check_landscape, check_misclassified_area, check_ring, check_scores
from checks.result import Result, timed
from checks.verdict import Verdict
from derive.piecewise_linear.circle import best_diamond, misclassified
from derive.piecewise_linear.landscape import Landscape as Analysis
from derive.piecewise_linear.landscape import analyse
from derive.piecewise_linear.network import HiddenLayerNetwork
from derive.piecewise_linear.ring import ring_detector
from numeric.experiments import network_landscape
from numeric.experiments import ring_detector as numeric_ring
from numeric.experiments.network_landscape import Landscape
from numeric.experiments.ring_detector import RingRun

PARAMETERS = 31


def landscape(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], list[Landscape]]:
    """Draw the document's network and three random ones, and count kinks and linear pieces exactly."""
    landscapes = network_landscape.run()
    count = Counter(progress, "landscape", len(landscapes))
    lines, rows = [], []
    for number, shown in enumerate(landscapes):
        analysis = analyse(_exact(shown))
        name = f"n = {shown.hidden}, {shown.title}"
        rows.append(timed("landscape", f"pieces, {name}", lambda analysis=analysis: check_landscape(analysis)))  # type: ignore[misc]
        rows.append(
            timed(
                "landscape",
                f"heights, {name}",
                lambda shown=shown, analysis=analysis: _same_heights(shown, analysis),  # type: ignore[misc]
            )
        )
        lines.append(
            (
                str(shown.hidden),
                shown.title,
                str(len(analysis.kinks)),
                str(len(analysis.pieces)),
                str(analysis.affine_functions),
                str(1 + shown.hidden + shown.hidden * (shown.hidden - 1) // 2),
            )
        )
        if number == 0:
            rows.append(timed("landscape", "the printed value", lambda analysis=analysis: _printed(analysis)))  # type: ignore[misc]
        count()
    columns = ("hidden units", "weights", "kink lines", "linear pieces", "affine functions", "pieces at most")
    return (Table("Kinks and pieces, counted exactly", columns, tuple(lines)),), rows, list(landscapes)


def ring(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], list[RingRun]]:
    """Run the detector for (1, 2) and (0.5, 1.5), and measure which part of the circular ring it gets wrong."""
    runs = [numeric_ring.run(), numeric_ring.run(0.5, 1.5, numeric_ring.NARROW_POINTS)]
    rows = [timed("ring", "detector for all 0 < a < b", lambda: check_ring(ring_detector(), parameters=PARAMETERS))]
    count = Counter(progress, "ring", len(runs))
    for run in runs:
        name = f"a = {run.a:g}, b = {run.b:g}"
        rows.append(timed("ring", f"scores, {name}", lambda run=run: _same_scores(run)))  # type: ignore[misc]
        rows.append(timed("ring", f"decisions, {name}", lambda run=run: _decisions(run)))  # type: ignore[misc]
        rows.append(timed("ring", f"exact area, {name}", lambda run=run: _exact_area(run)))  # type: ignore[misc]
        count()
    tables = [_points(run) for run in runs]
    return (*tables, _areas(runs)), rows, runs


def _exact(shown: Landscape) -> HiddenLayerNetwork:
    parameters = shown.net.parameters()
    return HiddenLayerNetwork.of(
        parameters["0.W"].T.tolist(), parameters["0.b"].tolist(), parameters["2.W"][:, 0].tolist(),
        float(parameters["2.b"][0]),
    )  # fmt: skip


def _same_heights(shown: Landscape, analysis: Analysis) -> Verdict:
    """Compare the heights that the network computes with the affine function of the piece around each piece's point."""
    points = [tuple(Fraction(float(part)) for part in piece.point) for piece in analysis.pieces]
    points += [(Fraction(float(x)), Fraction(float(y))) for x, y in zip(shown.x1[::40, ::40].ravel(), shown.x2[::40, ::40].ravel(), strict=True)]  # fmt: skip  # noqa: E501
    theirs = [float(_piece_value(analysis, point)) for point in points]
    ours = shown.net.predict(np.array([[float(x), float(y)] for x, y in points]))[:, 0]
    return same_numbers("The height of the network", ours, theirs, 1e-13, "gradproof train landscape")


def _piece_value(analysis: Analysis, point: tuple[Fraction, ...]) -> Fraction:
    """Return the value of the piece that holds a point; on a kink all adjoining pieces agree."""
    sides = [kink.side(point) for kink in analysis.kinks]
    for piece in analysis.pieces:
        if all(side in {0, own} for side, own in zip(sides, piece.signs, strict=True)):
            return piece.value(point)
    raise AssertionError("the pieces cover the plane")


def _printed(analysis: Analysis) -> Verdict:
    return check_landscape(analysis, kinks=3, values={(1, -1): -4})


def _same_scores(run: RingRun) -> Verdict:
    """Prove the exact scores of the test points, for the numbers that the network computed."""
    scores = {(_decimal(x), _decimal(y)): _decimal(score) for (x, y), score in zip(run.points, run.scores, strict=True)}
    return check_scores(ring_detector(sp.Rational(str(run.a)), sp.Rational(str(run.b))), scores)


def _decimal(number: float) -> str:
    """Return the decimal number that a float stands for: a tenth is written as 0.1."""
    return str(Fraction(f"{float(number):.12g}"))


def _decisions(run: RingRun) -> Verdict:
    wrong = int(np.sum((run.scores >= -1e-12) != run.in_diamond))
    x1, x2 = np.meshgrid(run.grid, run.grid)
    radius = np.abs(x1) + np.abs(x2)
    clear = (np.abs(radius - run.a) > 1e-9) & (np.abs(radius - run.b) > 1e-9)
    inside = (run.a < radius) & (radius < run.b)
    wrong += int(np.sum((run.decided != inside) & clear))
    seen = len(run.points) + int(clear.sum())
    return expected(
        f"{seen - wrong:,} of {seen:,} points are decided as the diamond-shaped ring has them",
        wrong == 0,
        seen,
        "gradproof train ring",
    )


def _exact_area(run: RingRun) -> Verdict:
    """Prove the exact misclassified area, and hold the quadrature against it."""
    inner, outer = sp.Rational(str(run.a)), sp.Rational(str(run.b))
    exact = misclassified(inner, outer)
    verdict = check_misclassified_area(inner, outer, exact.area)
    gap = abs(float(exact.area) - run.wrong_inside - run.wrong_outside)
    if gap > 1e-9:
        return expected(f"The quadrature differs from the exact area by {gap:.1e}", False, 8, "gradproof train ring")
    return verdict


def _points(run: RingRun) -> Table:
    rows = tuple(
        (f"({x:g}, {y:g})", f"{score:.3g}", _yes(diamond), _yes(circle))
        for (x, y), score, diamond, circle in zip(run.points, run.scores, run.in_diamond, run.in_circle, strict=True)
    )
    columns = ("point", "score", "in the diamond-shaped ring", "in the circular ring")
    return Table(f"Test points, a = {run.a:g}, b = {run.b:g}", columns, rows)


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _areas(runs: list[RingRun]) -> Table:
    rows = []
    for run in runs:
        inner, outer = sp.Rational(str(run.a)), sp.Rational(str(run.b))
        best = best_diamond(inner, outer)
        rows.append(
            (
                f"a = {run.a:g}, b = {run.b:g}",
                f"{run.wrong_inside:.4f}",
                f"{run.wrong_outside:.4f}",
                f"{run.wrong_part:.1%}",
                "none is better than the empty one"
                if best.inner is None or best.outer is None
                else f"{float(best.inner):.4f}, {float(best.outer):.4f}",
                f"{float(best.area) / run.circular_area:.1%}",
            )
        )
    columns = (
        "radii", "hole taken for ring", "ring left out", "of the ring's area", "best diamond radii", "with these",
    )  # fmt: skip
    return Table("Area decided wrongly about the circular ring", columns, tuple(rows))
