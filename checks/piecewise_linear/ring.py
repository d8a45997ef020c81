"""Whether a network is a ring detector, for all points and all 0 < a < b."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from checks.identity import identical
from checks.piecewise_linear.findings import Refutation, refuted, same_count, same_value, undecided, whole
from checks.piecewise_linear.inequalities import Bound, Form, LinearForms, combined, minus, negative
from checks.verdict import Proof, Status, Verdict
from derive.domain import Domain
from derive.piecewise_linear.network import exact
from derive.piecewise_linear.ring import RingDetector, score_by_radius, x1, x2


def check_ring(detector: RingDetector, *, parameters: int | None = None) -> Verdict:
    """Decide whether a network is a detector of a ≤ |x₁| + |x₂| ≤ b, for all points and all 0 < a < b.

    Its score must be min(r − a, b − r), as a piecewise function of r, hence 0 on both borders, and it must be at least
    0 exactly on the ring.

    Parameters
    ----------
    detector:
        The weights; a and b are symbols or numbers.
    parameters:
        The claimed number of weights and biases.
    """
    if parameters is not None:
        counted = sum((before + 1) * after for before, after in pairwise(detector.widths))
        try:
            same_count("parameters", parameters, counted, "parameters")
            same_count("parameters", detector.parameters, counted, "entries of the weights")
        except Refutation as found:
            return refuted(found)
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
        forms = LinearForms(symbols)
        a, b = forms.form(detector.inner), forms.form(detector.outer)
        parts = list(_activation_parts(detector, forms, [(a, True), (minus(b, a), True)]))
    except sp.PolynomialError as error:
        return undecided(f"not linear in the radii with rational weights, {error}")
    for system, r, z in parts:
        outside = ([(z, False), (minus(a, r), True)], [(z, False), (minus(r, b), True)])
        inside = [(negative(z), True), (minus(r, a), False), (minus(b, r), False)]
        for wrong in (*outside, inside):
            point = forms.point([*system, *wrong])
            if point is not None:
                values = dict(zip(symbols, map(sp.Rational, point), strict=True))
                score = detector.score(values[x1], values[x2]).subs(values)
                radius = abs(values[x1]) + abs(values[x2])
                margin = sp.Min(radius - detector.inner, detector.outer - radius).subs(values)
                shown = {str(symbol): str(value) for symbol, value in values.items()}
                where = ", ".join(f"{name} = {value}" for name, value in shown.items())
                return refuted(
                    Refutation(
                        f"At {where} the score is {score}, and the point is {'in' if margin >= 0 else 'off'} the ring.",
                        shown,
                        whole(int(bool(score >= 0))),
                        whole(int(bool(margin >= 0))),
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
            same_value("the detector", x, exact(claimed), exact(detector.score(*point)))
    except Refutation as found:
        return refuted(found)
    return Verdict(
        status=Status.PROVED,
        reason=f"All {len(scores)} scores are exact.",
        evidence=Proof(procedure="rational arithmetic", domain=f"{len(scores)} points"),
    )


def _radii(detector: RingDetector) -> Domain:
    order = detector.outer > detector.inner
    return Domain(conditions=() if order == sp.true else (order,))


def _activation_parts(
    detector: RingDetector, forms: LinearForms, domain: list[Bound]
) -> Iterator[tuple[list[Bound], Form, Form]]:
    """Yield (inequalities, r, score) for each choice of signs of x₁, x₂ and the pre-activations that some point has."""
    layers = [
        ([[_weight(w) for w in W.row(j)] for j in range(W.rows)], [forms.form(entry) for entry in bias])
        for W, bias in zip(detector.weights, detector.biases, strict=True)
    ]
    inputs = [forms.form(x1), forms.form(x2)]
    zero: Form = ((Fraction(0),) * len(forms.symbols), Fraction(0))

    def from_layer(place: int, h: list[Form], system: list[Bound]) -> Iterator[tuple[list[Bound], Form]]:
        rows, biases = layers[place]
        z = [combined(row, h, bias) for row, bias in zip(rows, biases, strict=True)]
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
            bound = (z[0], False) if on else (negative(z[0]), False)
            if forms.point([*system, bound]) is not None:
                for rest, inner in signs(z[1:], [*system, bound]):
                    yield [on, *rest], inner

    for positive, quadrant in signs(inputs, domain):
        absolute = [form if on else negative(form) for form, on in zip(inputs, positive, strict=True)]
        r = combined([Fraction(1), Fraction(1)], absolute, zero)
        for system, z in from_layer(0, inputs, quadrant):
            yield system, r, z


def _weight(number: sp.Expr) -> Fraction:
    if not number.is_Rational:
        raise sp.PolynomialError(f"the weight {number} is not a rational number")
    return exact(number)
