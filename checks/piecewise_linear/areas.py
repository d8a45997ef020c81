"""Which points, and what area, a diamond-shaped ring gets wrong about a circular one."""

from typing import Any

import sympy as sp

from checks.identity import identical
from checks.piecewise_linear.findings import undecided
from checks.piecewise_linear.inequalities import LinearForms
from checks.verdict import Proof, Status, Verdict
from derive.domain import Domain
from derive.piecewise_linear.circle import misclassified, segments_case
from derive.piecewise_linear.ring import x1, x2


def check_common_area() -> Verdict:
    """Prove the area that a disc of radius R and a diamond of radius s share, for all R < s < √2 R.

    The area grows with s by 1/√2 of the length of the diamond's border inside the disc (its distance from the centre is
    s/√2): four chords of length 2√(R² − s²/2), that is 4√(2R² − s²). At s = R the area is the whole diamond, 2R².
    """
    R, s = sp.symbols("R s", real=True)
    area = segments_case(R, s)
    between = Domain(conditions=(R > 0, s > R, 2 * R**2 > s**2))  # noqa: SIM300 - s^2 < 2 R^2 would be stored so
    verdicts = [
        identical(sp.diff(area, s), 4 * sp.sqrt(2 * R**2 - s**2), between),
        identical(area.subs(s, R), 2 * R**2, Domain(conditions=(R > 0,))),
        identical(area.subs(s, sp.sqrt(2) * R), sp.pi * R**2, Domain(conditions=(R > 0,))),
    ]
    return next((verdict for verdict in verdicts if verdict.status is not Status.PROVED), verdicts[0])


def check_misclassified_points() -> Verdict:
    """Prove which points are misclassified with the same radii: ρ < a ≤ r ≤ b, and r > b with a ≤ ρ ≤ b, and no others.

    Here ρ = |x|₂ and r = |x|₁ = |x₁| + |x₂|. As r² = ρ² + 2|x₁||x₂| and 2ρ² = r² + (|x₁| − |x₂|)², ρ ≤ r ≤ √2 ρ; so
    r ≤ b < ρ is impossible, and so is r < a ≤ ρ.
    """
    u, v = sp.Abs(x1), sp.Abs(x2)
    for left, right in (
        ((u + v) ** 2, x1**2 + x2**2 + 2 * u * v),
        (2 * (x1**2 + x2**2), (u + v) ** 2 + (u - v) ** 2),
    ):
        verdict = identical(left, right)
        if verdict.status is not Status.PROVED:
            return verdict
    rho, r, a, b = sp.symbols("rho r a b")
    forms = LinearForms((rho, r, a, b))
    order = [(forms.form(r - rho), False), (forms.form(a), True), (forms.form(b - a), True)]
    for impossible in (
        [(forms.form(b - r), False), (forms.form(rho - b), True)],
        [(forms.form(rho - a), False), (forms.form(a - r), True)],
    ):
        if forms.point([*order, *impossible]) is not None:
            return undecided("another kind of misclassified point is not excluded")
    return Verdict(
        status=Status.PROVED,
        reason=(
            "False alarms are the points with |x|_2 < a <= |x|_1 <= b, misses those with a <= |x|_2 <= b < |x|_1; "
            "no other points are misclassified."
        ),
        evidence=Proof(
            procedure="normal forms of |x|_1^2 and |x|_2^2; Fourier–Motzkin elimination over Q",
            domain="x1, x2 real, 0 < a < b",
        ),
    )


def check_misclassified_area(inner: Any, outer: Any, claimed: sp.Expr, p: Any = None, q: Any = None) -> Verdict:
    """Decide whether p ≤ |x|₁ ≤ q is wrong about a ≤ |x|₂ ≤ b on exactly this area; p, q are a, b where not given."""
    found = misclassified(inner, outer, p, q).area
    verdict = identical(claimed, found)
    if verdict.status is Status.PROVED:
        return Verdict(
            status=Status.PROVED,
            reason=f"The misclassified area is {found}.",
            evidence=verdict.evidence,
        )
    if verdict.status is Status.REFUTED:
        return Verdict(
            status=Status.REFUTED,
            reason=f"The misclassified area is {found}, not {claimed}.",
            evidence=verdict.evidence,
        )
    return verdict
