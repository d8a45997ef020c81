"""Worst error of every compiled scalar formula of a neural-network course, over a sweep of all finite floats.

Run as `python benchmarks/compiled_precision.py [--points N]`, or with `--catalogue` for the table of the scalar entries
of the catalogue against 200-bit values of their own formulas. Each formula is compiled from its textbook form and
compared with Arb balls of at least 100 good bits of the same mathematical function, written by hand in a form that
does not cancel. Swept is the first argument, over both signs: N magnitudes spaced evenly in the logarithm from 5e−324
to 1.8e308, N between 1e−3 and 1e3, N between 0 and 760, and points close to the zeros of the function; the other
arguments take the few values stated. The unit is that of the true value, a subnormal one included; infinity is right
where the true value rounds to it. What counts beside a zero:

- `own`: the unit of the value itself, except where a relative change of the arguments changes the value more than a
  thousand times as much; there the function is close to a zero, and the unit of its largest term counts.
- `term`: a sum of independent terms, which may cancel anywhere: the unit of its largest term counts.
"""

import argparse
import math
import platform
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import flint
import numpy as np
import scipy
import sympy as sp
from flint import arb

from checks.precision_staged import staged_precision
from checks.precision_sweep import sweep_precision
from derive import catalogue
from derive.compilation import compile_scalar
from derive.entry import ArrayEntry, ScalarEntry
from derive.functions import relu, sigma

x, y, z, w, b, l, p, a, d = sp.symbols("x y z w b l p a d", real=True)  # noqa: E741 - l is the label in the course
y_hat = sp.Symbol("y_hat", real=True)
BITS = 100
MOST_BITS = 1 << 13
FAR_BELOW = arb(2) ** -1200
ILL_CONDITIONED = 1000
LARGEST = 1.7976931348623157e308


def s(u: arb) -> arb:
    """σ(u)."""
    return 1 / (1 + (-u).exp())


def cdf(u: arb) -> arb:
    """Φ(u)."""
    return (-u / arb(2).sqrt()).erfc() / 2


def pdf(u: arb) -> arb:
    """φ(u)."""
    return (-u * u / 2).exp() / (2 * arb.pi()).sqrt()


def plus(u: arb) -> arb:
    """softplus(u)."""
    return u.exp().log1p()


def residual(u: arb, label: arb) -> arb:
    """σ(u) − l without cancellation at l = 0 and 1."""
    return -s(-u) if label == 1 else s(u) - label


@dataclass(frozen=True)
class Formula:
    """A formula as a textbook has it, the same function in Arb, and what it is swept over."""

    name: str
    arguments: tuple[sp.Symbol, ...]
    form: sp.Expr
    true: Callable[..., arb]
    given: tuple[tuple[float, ...], ...] = ((),)
    span: tuple[float, float] = (-LARGEST, LARGEST)
    terms: Callable[..., list[arb]] | None = None
    is_sum: bool = False
    near: tuple[float, ...] = ()


def slope(formula: sp.Expr, by: sp.Symbol = x) -> sp.Expr:
    """Return the derivative as SymPy finds it."""
    return sp.diff(formula, by)


GELU = x * (1 + sp.erf(x / sp.sqrt(2))) / 2
LEAKY = sp.Piecewise((x, x > 0), (x / 100, True))
ELU = sp.Piecewise((x, x > 0), (sp.exp(x) - 1, True))
HUBER = sp.Piecewise((x**2 / 2, sp.Abs(x) <= 1), (sp.Abs(x) - sp.Rational(1, 2), True))
HUBER_SLOPE = sp.Piecewise((x, sp.Abs(x) <= 1), (sp.sign(x), True))
BCE = -(y * sp.log(y_hat) + (1 - y) * sp.log(1 - y_hat))
BCE_LOGIT = -(y * sp.log(sigma(z)) + (1 - y) * sp.log(1 - sigma(z)))
NEURON = (sigma(w * x + b) - l) ** 2
COMMON = 2 * (sigma(w * x + b) - l) * sigma(w * x + b) * (1 - sigma(w * x + b))
LABELS = ((0.0,), (0.25,), (1.0,))
NEURONS = tuple((v, c, t) for v in (1.0, -2.0, 0.5, 0.3) for c in (0.0, 1.0, -0.7) for t in (0.0, 1.0))
HALFWAY = tuple((v, c, 0.25) for v in (1.0, -2.0, 0.5) for c in (0.0, 1.0))
OTHER = ((0.0,), (1.0,), (-3.5,), (1e8,))
THIRD = (-LARGEST / 3.01, LARGEST / 3.01)
WAVE = x**2 + y**2 + x * (y + 2) + sp.cos(3 * x)


def bce_terms(q: arb, t: arb) -> list[arb]:
    """Return the terms of the cross-entropy slope."""
    return [t / q if t != 0 else arb(0), (1 - t) / (1 - q) if t != 1 else arb(0)]


def neuron_slope(u: arb, t: arb) -> arb:
    """2(σ(u) − l) σ′(u)."""
    return 2 * residual(u, t) * s(u) * s(-u)


FORMULAS = (
    Formula("identity", (x,), x, lambda u: u),
    Formula("ReLU", (x,), relu(x), lambda u: u if u > 0 else arb(0)),
    Formula("ReLU slope", (x,), sp.Piecewise((1, x > 0), (0, True)), lambda u: arb(int(u > 0))),
    Formula("leaky ReLU", (x,), LEAKY, lambda u: u if u > 0 else u / 100),
    Formula("leaky ReLU slope", (x,), slope(LEAKY), lambda u: arb(1) if u > 0 else arb(1) / 100),
    Formula("ELU", (x,), ELU, lambda u: u if u > 0 else u.expm1()),
    Formula("ELU slope", (x,), slope(ELU), lambda u: arb(1) if u > 0 else u.exp()),
    Formula("sigmoid", (x,), 1 / (1 + sp.exp(-x)), s),
    Formula("sigmoid slope", (x,), sigma(x) * (1 - sigma(x)), lambda u: s(u) * s(-u)),
    Formula("tanh", (x,), sp.sinh(x) / sp.cosh(x), lambda u: u.tanh()),
    Formula("tanh slope", (x,), 1 - sp.tanh(x) ** 2, lambda u: u.sech() ** 2),
    Formula("softplus", (x,), sp.log(1 + sp.exp(x)), plus),
    Formula("softplus slope", (x,), slope(sp.log(1 + sp.exp(x))), s),
    Formula("SiLU", (x,), x * sigma(x), lambda u: u * s(u)),
    Formula(
        "SiLU slope", (x,), sigma(x) * (1 + x * (1 - sigma(x))), lambda u: s(u) * (1 + u * s(-u)), near=(-1.2784645,)
    ),
    Formula("SiLU slope by diff", (x,), slope(x * sigma(x)), lambda u: s(u) * (1 + u * s(-u)), near=(-1.2784645,)),
    Formula("normal cdf", (x,), (1 + sp.erf(x / sp.sqrt(2))) / 2, cdf),
    Formula("GELU", (x,), GELU, lambda u: u * cdf(u)),
    Formula("GELU slope", (x,), slope(GELU), lambda u: cdf(u) + u * pdf(u), near=(-0.7517915,)),
    Formula("log-cosh", (x,), sp.log(sp.cosh(x)), lambda u: abs(u) + (-2 * abs(u)).exp().log1p() - arb(2).log()),
    Formula("Huber", (x,), HUBER, lambda u: u * u / 2 if abs(u) <= 1 else abs(u) - arb(0.5)),
    Formula("Huber slope", (x,), HUBER_SLOPE, lambda u: u if abs(u) <= 1 else arb(1 if u > 0 else -1)),
    Formula("hinge", (x, y), sp.Max(0, 1 - y * x), lambda u, t: max0(1 - t * u), ((1.0,), (-1.0,)), near=(1.0, -1.0)),
    Formula(
        "hinge slope",
        (x, y),
        sp.Piecewise((-y, y * x < 1), (0, True)),
        lambda u, t: -t if t * u < 1 else arb(0),
        ((1.0,), (-1.0,)),
    ),
    Formula(
        "L2 penalty",
        (x, a),
        a * x**2 / 2,
        lambda u, c: c * u * u / 2,
        ((1.0,), (0.01,), (1e-4,)),
        near=(1.6e154, 1e155),
    ),
    Formula("L2 penalty slope", (x, a), a * x, lambda u, c: c * u, ((0.01,), (1e-4,))),
    Formula("Gaussian", (x,), sp.exp(-(x**2)), lambda u: (-u * u).exp()),
    Formula("normal density", (x,), sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), pdf, near=(35.198354615397378,)),
    Formula("Gaussian slope", (x,), slope(sp.exp(-(x**2))), lambda u: -2 * u * (-u * u).exp()),
    Formula("x exp(-x^2)", (x,), x * sp.exp(-(x**2)), lambda u: u * (-u * u).exp()),
    Formula("x exp(x-x^2)", (x,), x * sp.exp(x - x**2), lambda u: u * (u - u * u).exp()),
    Formula(
        "x exp(-x^2) slope",
        (x,),
        slope(x * sp.exp(-(x**2))),
        lambda u: (1 - 2 * u * u) * (-u * u).exp(),
        terms=lambda u: [(-u * u).exp(), 2 * u * u * (-u * u).exp()],
        near=(math.sqrt(0.5), -math.sqrt(0.5)),
    ),
    Formula(
        "sin 3x",
        (x,),
        sp.sin(3 * x),
        lambda u: (3 * u).sin(),
        near=tuple(k * math.pi / 3 for k in (1, 2, 300)),
    ),
    Formula(
        "cos 3x",
        (x,),
        sp.cos(3 * x),
        lambda u: (3 * u).cos(),
        near=tuple(k * math.pi / 6 for k in (1, 3, 301)),
    ),
    Formula(
        "wave",
        (x, y),
        WAVE,
        lambda u, v: u * u + v * v + u * (v + 2) + (3 * u).cos(),
        OTHER,
        terms=lambda u, v: [u * u, v * v, u * (v + 2), (3 * u).cos()],
        is_sum=True,
        near=(3.0115846874756982,),
    ),
    Formula(
        "wave by x",
        (x, y),
        2 * x - 3 * sp.sin(3 * x) + y + 2,
        lambda u, v: 2 * u - 3 * (3 * u).sin() + v + 2,
        OTHER,
        THIRD,
        lambda u, v: [2 * u, 3 * (3 * u).sin(), v, arb(2)],
        is_sum=True,
    ),
    Formula("wave by y", (x, y), x + 2 * y, lambda u, v: u + 2 * v, OTHER, terms=lambda u, v: [u, 2 * v], is_sum=True),
    Formula("bowl", (x, y), 3 * (x - 1) ** 2 + y**2 + 4, lambda u, v: 3 * (u - 1) ** 2 + v * v + 4, OTHER),
    Formula("shifted square", (x,), 3 * (x - 1) ** 2, lambda u: 3 * (u - 1) ** 2, near=(1.0,)),
    Formula("bowl by x", (x,), 6 * (x - 1), lambda u: 6 * (u - 1), near=(1.0,)),
    Formula("bowl by y", (x,), 2 * x, lambda u: 2 * u),
    Formula(
        "mountain",
        (x, y),
        4000 - 3 * (x - 10) ** 2 - (y - 3) ** 2,
        lambda u, v: 4000 - 3 * (u - 10) ** 2 - (v - 3) ** 2,
        OTHER,
        terms=lambda u, v: [arb(4000), 3 * (u - 10) ** 2, (v - 3) ** 2],
        is_sum=True,
    ),
    Formula("mountain by x", (x,), -6 * (x - 10), lambda u: -6 * (u - 10), near=(10.0,)),
    Formula("mountain by y", (x,), -2 * (x - 3), lambda u: -2 * (u - 3), near=(3.0,)),
    Formula(
        "BCE by logit", (z, y), BCE_LOGIT, lambda u, t: plus(u) - t * u if t == 0 else plus(-u) + (1 - t) * u, LABELS
    ),
    Formula("BCE by logit, slope", (z, y), sigma(z) - y, residual, LABELS[::2]),
    Formula(
        "BCE by logit, slope 1/4",
        (z, y),
        sigma(z) - y,
        residual,
        LABELS[1:2],
        terms=lambda u, t: [s(u), t],
        is_sum=True,
        near=(-math.log(3),),
    ),
    Formula(
        "BCE by prediction",
        (y_hat, y),
        BCE,
        lambda q, t: -((t * q.log() if t != 0 else 0) + ((1 - t) * (-q).log1p() if t != 1 else 0)),
        LABELS,
        (5e-324, 1 - 2.0**-53),
    ),
    Formula(
        "BCE by prediction, slope",
        (y_hat, y),
        (y_hat - y) / (y_hat * (1 - y_hat)),
        lambda q, t: (q - t) / (q * (1 - q)) if t != 1 else -1 / q,
        LABELS,
        (5e-324, 1 - 2.0**-53),
        bce_terms,
        near=(0.25,),
    ),
    Formula(
        "KL",
        (y, p),
        y * sp.log(y / p),
        lambda t, q: t * (t / q).log() if t != 0 else arb(0),
        ((0.5,), (1e-3,), (5e-324,), (1 - 2.0**-53,)),
        (0.0, 1.0),
        lambda t, q: [t * t.log(), t * q.log()],
        near=(0.5, 1e-3),
    ),
    Formula(
        "KL by y",
        (y, p),
        slope(y * sp.log(y / p), y),
        lambda t, q: (t / q).log() + 1,
        ((0.5,), (1e-3,), (5e-324,), (1 - 2.0**-53,)),
        (5e-324, 1.0),
        lambda t, q: [(t / q).log(), arb(1)],
        near=(0.5 / math.e, 1e-3 / math.e),
    ),
    Formula(
        "KL by p", (p, y), slope(y * sp.log(y / p), p), lambda q, t: -t / q, ((0.5,), (1e-3,), (1.0,)), (5e-324, 1.0)
    ),
    Formula("neuron", (x, w, b, l), NEURON, lambda u, v, c, t: residual(v * u + c, t) ** 2, NEURONS),
    Formula(
        "neuron by w",
        (x, w, b, l),
        COMMON * x,
        lambda u, v, c, t: neuron_slope(v * u + c, t) * u,
        NEURONS,
    ),
    Formula("neuron by b", (x, w, b, l), COMMON, lambda u, v, c, t: neuron_slope(v * u + c, t), NEURONS),
    Formula("neuron by x", (x, w, b, l), COMMON * w, lambda u, v, c, t: neuron_slope(v * u + c, t) * v, NEURONS),
    Formula(
        "neuron, label 1/4",
        (x, w, b, l),
        NEURON,
        lambda u, v, c, t: residual(v * u + c, t) ** 2,
        HALFWAY,
        terms=lambda u, v, c, t: [s(v * u + c) ** 2, 2 * t * s(v * u + c), t * t],
        is_sum=True,
    ),
    Formula(
        "neuron by w, label 1/4",
        (x, w, b, l),
        COMMON * x,
        lambda u, v, c, t: neuron_slope(v * u + c, t) * u,
        HALFWAY,
        terms=lambda u, v, c, t: [2 * u * s(v * u + c) * s(-v * u - c) * k for k in (s(v * u + c), t)],
        is_sum=True,
    ),
)


def max0(value: arb) -> arb:
    """Return the positive part."""
    return value if value > 0 else arb(0)


def exact(true: Callable[..., arb], point: tuple[float, ...]) -> tuple[arb, int]:
    """Return a ball with at least 100 good bits, or far below the smallest float, and the working precision."""
    bits = 160
    while True:
        with flint.ctx.workprec(bits):
            ball = true(*(arb(value) for value in point))
            if ball.rel_accuracy_bits() >= BITS or ball == 0 or abs(ball) < FAR_BELOW or bits > MOST_BITS:
                return ball, bits
        bits *= 2


def is_close_to_a_zero(formula: Formula, point: tuple[float, ...], ball: arb, bits: int) -> bool:
    """Say whether a relative change of the first argument changes the value a thousand times as much."""
    with flint.ctx.workprec(bits + 200):
        values = [arb(value) for value in point]
        step = arb(2) ** -80
        moved = formula.true(values[0] * (1 + step), *values[1:])
        return bool(abs(moved - formula.true(*values)) > ILL_CONDITIONED * step * abs(ball))


def ulps(got: float, ball: arb, scale: float, dtype: type) -> float:
    """Return |got − true| in units in the last place of the true value, or of `scale` where that is larger."""
    limits = np.finfo(dtype)
    true = float(ball.mid())
    size = max(abs(true), scale)
    if math.isnan(got):
        return math.inf
    half_a_step = 2.0 ** (limits.maxexp - limits.nmant - 2)
    if math.isinf(got):  # right where the true value rounds to infinity
        return (
            0.0
            if (got > 0) == (true > 0) and abs(true) >= float(limits.max) + (half_a_step if dtype is np.float32 else 0)
            else math.inf
        )
    if not math.isfinite(size):
        return 0.0 if abs(got) == LARGEST else math.inf
    unit = max(math.ldexp(1.0, math.frexp(size)[1] - 1 - limits.nmant), float(limits.smallest_subnormal))
    with flint.ctx.workprec(400):
        return float((abs(arb(got) - ball) / arb(unit)).mid())


def sweep(formula: Formula, count: int, dtype: type = np.float64) -> np.ndarray:
    """Return the values of the swept argument."""
    low, high = formula.span
    limits = np.finfo(dtype)
    rng = np.random.default_rng(
        8
    )  # magnitudes are spaced evenly and moved within their place, so that mantissas differ
    places = (np.arange(count) + rng.uniform(0, 1, count)) / count
    tiny, huge = math.log2(float(limits.smallest_subnormal)), math.log2(float(limits.max))
    sizes = [
        2.0 ** (tiny + (huge - tiny) * places[:-1]),
        10.0 ** (-3 + 6 * places),
        760 * places,
        [float(limits.smallest_subnormal), float(limits.tiny), 1.0, float(limits.max)],
    ]
    close = [v * (1 + sign * 10.0**-k) for v in formula.near for k in range(1, 17) for sign in (-1, 1)]
    if high == 1 or high == 1 - 2.0**-53:
        sizes.append(1 - 2.0 ** (-53 * places))
    values = np.concatenate([*sizes, [0.0]])
    values = np.concatenate([values, -values, close, formula.near])
    values = np.unique(values[np.abs(values) <= float(limits.max)].astype(dtype)).astype(float)
    return values[(values >= low) & (values <= high)].astype(dtype)


def at_first_sight(formula: Formula, swept: np.ndarray, given: tuple[float, ...], got: np.ndarray) -> np.ndarray:
    """Return the errors in units of the true value itself, no number where one evaluation does not settle it.

    It settles nothing where the ball has less than 100 good bits, and where a float or a difference may be subnormal.
    A point takes four microseconds, and sixteen if looked at closely.
    """
    limits = np.finfo(got.dtype)
    true, off = np.full(swept.shape, np.nan), np.full(swept.shape, np.nan)
    with flint.ctx.workprec(160):
        others = [arb(value) for value in given]
        for place, (value, result) in enumerate(zip(swept.tolist(), got.tolist(), strict=True)):
            ball = formula.true(arb(value), *others)
            if result == 0 and abs(ball) < FAR_BELOW:
                true[place], off[place] = 1, 0
            elif ball.rel_accuracy_bits() >= BITS:
                true[place] = float(ball.mid())
                off[place] = float((arb(result) - ball).mid())
    size = np.abs(true)
    size[~((size > 1e-250) & (size <= float(limits.max)) & np.isfinite(got))] = np.nan
    unit = np.ldexp(1.0, np.frexp(size)[1] - 1 - limits.nmant)
    return np.abs(off) / np.where(np.isnan(size), np.nan, np.maximum(unit, float(limits.smallest_subnormal)))


def worst(
    formula: Formula, count: int, dtype: type = np.float64, by_hand: Callable[..., np.ndarray] | None = None
) -> tuple[float, tuple[float, ...], int, float, tuple[float, ...]]:
    """Return the worst error in its own unit, where, the number of points, and the worst beside a zero, and where.

    Of the compiled formula, which may not warn, or of a function written by hand, which may.
    """
    return worst_of(formula, sweep(formula, count, dtype), by_hand)


def worst_of(
    formula: Formula, swept: np.ndarray, by_hand: Callable[..., np.ndarray] | None = None
) -> tuple[float, tuple[float, ...], int, float, tuple[float, ...]]:
    """Return the same for values of the first argument."""
    compiled = by_hand or compile_scalar(formula.arguments, formula.form)
    dtype = swept.dtype.type
    own, term = (0.0, ()), (0.0, ())
    compared = 0
    for given in formula.given:
        columns = [swept, *(np.array(value, dtype) for value in given)]
        if any(column == 0 != value for column, value in zip(columns[1:], given, strict=True)):
            continue  # the value is not a float of this kind
        with warnings.catch_warnings(), np.errstate(all="ignore" if by_hand else "raise"):
            warnings.simplefilter("error")
            got = np.broadcast_to(compiled(*columns), swept.shape)
        if got.dtype != dtype:
            raise SystemExit(f"{formula.name}: {got.dtype} for {np.dtype(dtype)}")
        given_exactly = tuple(float(column) for column in columns[1:])
        errors = at_first_sight(formula, swept, given_exactly, got)
        compared += len(errors)
        settled = np.flatnonzero(errors <= 2)
        if settled.size:
            place = settled[errors[settled].argmax()]
            own = max(own, (float(errors[place]), (float(swept[place]), *given_exactly)))
        for place in np.flatnonzero(~(errors <= 2)):
            point, result = (float(swept[place]), *given_exactly), float(got[place])
            ball, bits = exact(formula.true, point)
            error = ulps(result, ball, 0.0, dtype)
            if error > 2 and formula.terms and (formula.is_sum or is_close_to_a_zero(formula, point, ball, bits)):
                scale = max(abs(float(part.mid())) for part in formula.terms(*(arb(v) for v in point)))
                error = ulps(result, ball, scale, dtype)
                term = max(term, (error, point))
            else:
                own = max(own, (error, point))
    return own[0], own[1], compared, term[0], term[1]


def catalogue_table(points: int, only: str) -> None:
    """Print the worst point of every scalar entry and its derivatives, and the worst of each array of staged ones."""
    print(f"{'entry':18s}{'function':22s}{'points':>8s}{'ulp':>7s}  at")
    for entry in catalogue.load_all():
        if isinstance(entry, ScalarEntry) and entry.compilable and only in entry.name:
            for row in sweep_precision(entry, count=points, seed=8):
                print(f"{entry.name:18s}{row.function:22s}{row.compared:8d}{row.ulp:7.2f}  {row.at}", flush=True)
        elif isinstance(entry, ArrayEntry) and entry.stages and entry.compilable and only in entry.name:
            for array in staged_precision(entry, seed=1):
                of_the_largest = "of the largest entry"
                print(
                    f"{entry.name:18s}{array.array:22s}{array.compared:8d}{array.ulp:7.2f}  {of_the_largest}",
                    flush=True,
                )


def main() -> None:
    """Print one line for each formula."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=4000)
    parser.add_argument("--only", default="", help="formulas whose name holds this text")
    parser.add_argument("--catalogue", action="store_true", help="the scalar entries of the catalogue instead")
    options = parser.parse_args()
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {platform.machine()}"
    )
    if options.catalogue:
        catalogue_table(options.points, options.only)
        return
    print(f"{'formula':26s}{'dtype':>8s}{'points':>8s}{'own ulp':>9s}  {'at':44s}{'of the largest term':>20s}  at")
    for formula in FORMULAS:
        if options.only not in formula.name:
            continue
        for dtype in (np.float64, np.float32):
            own, where, compared, term, beside = worst(formula, options.points, dtype)
            at = ", ".join(f"{value:.17g}" for value in where)
            other = f"{term:20.2f}  {', '.join(f'{value:.17g}' for value in beside)}" if beside else ""
            print(f"{formula.name:26s}{np.dtype(dtype).name:>8s}{compared:8d}{own:9.2f}  {at:44s}{other}", flush=True)


if __name__ == "__main__":
    main()
