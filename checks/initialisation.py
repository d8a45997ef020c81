"""Draw the weights that `numeric` draws and see whether their variances are those that `derive` derived."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import sympy as sp

from checks.verdict import Attempt, Comparison, Status, Verdict
from derive.entry import MomentEntry
from numeric.initialisers import glorot_uniform, he_uniform, xavier_uniform

INPUTS = (2, 3, 5, 10, 20, 32, 50, 64)
OUTPUTS = 10
NEURONS = 40_000
DEVIATIONS = 5.0
SEED = 20260101


def check_sampled_variance(entry: MomentEntry) -> Verdict:
    """Compare sample variances of hand-written initialisers with the derived formulas, in standard errors.

    For each number of inputs m: Σ wᵢ xᵢ with w from the uniform initialiser and x of variance 1 must have the derived
    variance m Var(w) Var(x) = 1; and the weights of Glorot's initialiser the variance 2/(n_in + n_out).
    """
    rng = np.random.default_rng(SEED)
    rows_at = _he_rows if "he_bound" in entry.claims else _linear_rows
    compared, worst, worst_at = 0, 0.0, ""
    for m in INPUTS:
        for what, sample, expected, bound in rows_at(entry, m, rng):
            distance = _standard_errors(sample, expected)
            compared += 1
            if distance > worst:
                worst, worst_at = distance, f"{what} at m = {m}"
            if bound is not None and np.max(np.abs(sample)) > bound:
                return _undecided(f"A weight exceeds the derived bound {bound:.6g} ({what}, m = {m}).", entry)
    if worst > DEVIATIONS:
        return _undecided(f"{worst_at} is {worst:.1f} standard errors from the derived variance.", entry)
    return Verdict(
        status=Status.AGREES,
        reason=f"{compared} sample variances are within {worst:.1f} standard errors of the derived ones.",
        evidence=Comparison(
            compared=compared, max_error=worst, tolerance=DEVIATIONS, unit="standard errors", worst_at=worst_at
        ),
        reproduce=f"gradproof verify {entry.name}",
    )


Row = tuple[str, npt.NDArray[np.float64], float, float | None]
"""What was drawn, the sample, the derived variance, and the derived bound of a weight."""


def _linear_rows(entry: MomentEntry, m: int, rng: np.random.Generator) -> Iterator[Row]:
    """Yield Σ w x with uniform weights, those weights, and Glorot's."""
    bound = _number(entry, "uniform_bound", m=m)
    spread = _number(entry, "uniform_variance", a=bound)
    w = xavier_uniform((m, NEURONS), m, OUTPUTS, rng)
    x = rng.normal(size=(m, NEURONS))
    yield "Var(sum w x)", np.sum(w * x, axis=0), _number(entry, "variance", m=m, v_w=spread, v_x=1.0), None
    yield "Var(w), uniform", w.ravel(), spread, bound
    glorot_bound = _number(entry, "glorot_bound", n_in=m, n_out=OUTPUTS)
    glorot = glorot_uniform((m, NEURONS), m, OUTPUTS, rng)
    yield "Var(w), Glorot", glorot.ravel(), _number(entry, "uniform_variance", a=glorot_bound), glorot_bound


def _he_rows(entry: MomentEntry, m: int, rng: np.random.Generator) -> Iterator[Row]:
    """Yield Σ w ReLU(z) and Σ w LeakyReLU(z) with He's weights, and those weights."""
    bound = _number(entry, "he_bound", m=m)
    w = he_uniform((m, NEURONS), m, OUTPUTS, rng)
    z = rng.normal(size=(m, NEURONS))
    spread = bound**2 / 3
    through = _number(entry, "relu_variance", m=m, v_w=spread, v_z=1.0)
    yield "Var(sum w ReLU(z))", np.sum(w * np.maximum(z, 0), axis=0), through, None
    slope = 0.25
    leaky = _number(entry, "leaky_variance", m=m, v_w=spread, v_z=1.0, s=slope)
    yield "Var(sum w LeakyReLU(z))", np.sum(w * np.where(z > 0, z, slope * z), axis=0), leaky, None
    yield "Var(w), He", w.ravel(), spread, bound


def _number(entry: MomentEntry, name: str, **values: float) -> float:
    symbols = {symbol.name: symbol for symbol in entry.textbook(name).free_symbols}
    return float(
        entry.textbook(name).subs(
            {symbols[key]: sp.Float(value, 17) for key, value in values.items() if key in symbols}
        )
    )


def _standard_errors(sample: npt.NDArray[np.float64], expected: float) -> float:
    """Return |s² − σ²| in standard errors of s², whose variance is (μ₄ − σ⁴)/n for a known mean of zero."""
    squares = sample**2
    return abs(float(np.mean(squares)) - expected) / (float(np.std(squares)) / math.sqrt(sample.size))


def _undecided(reason: str, entry: MomentEntry) -> Verdict:
    return Verdict(
        status=Status.UNDECIDED,
        reason=reason,
        evidence=Attempt(tried=(f"sample variances from seed {SEED}",)),
        reproduce=f"gradproof verify {entry.name}",
    )
