# ruff: noqa: D103 - the rivals are named after what they compute
"""Time of compiled formulas relative to the best stable NumPy written by hand, on 10⁶ elements; run it as a script.

Which NumPy by hand counts as stable is measured, over the same sweep of all finite floats as in compiled_precision.py:

- `finite`: the fastest one that, for arguments up to 10¹⁵⁰, neither warns of an overflow or an invalid operation nor
  gives infinity or no number where the true value is a float. It may be off by any number of units: `ulp` is its worst
  error over the whole sweep.
- `stable`: the fastest of these whose relative error for the same arguments is at most 10⁻¹², 4,504 units, wherever the
  value is no subnormal number. A form that loses its digits at a zero of the function, or where an exponential is
  subnormal and its product is not, is finite and not stable; close to a zero of a sum the unit is that of its largest
  term. This is the ratio of which 1.2 is claimed; the one to the `finite` form stands beside it, and is the stricter.
- `close`: the fastest one within two units in the last place, as compiled code is. `none` where nobody here wrote one.

One form may be the fastest of two or three kinds. A ratio above 1.2 has a star. Formulas in brackets are not entries of
the catalogue. In float32 there are two ratios: to the `finite` one on float32 arrays, whose error may exceed two units
(np.exp alone reaches 2.5), and to the same one computed in float64 and rounded once.

Ours and theirs run in turns, in an order drawn anew every time; what counts is processor time of the thread, which
other programs disturb little. What a large array costs depends on whether the C library hands its memory back to the
system in between, and by hand there are more large arrays: the ratios differ by up to two. Set
MALLOC_TRIM_THRESHOLD_=1000000000 and MALLOC_MMAP_THRESHOLD_=1000000000 for the case without, which is the stricter.
"""

import argparse
import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy
import sympy as sp
from compiled_precision import FORMULAS, Formula, sweep, worst, worst_of
from scipy import special
from threadpoolctl import threadpool_info

from derive.compilation import compile_scalar

SIZE = 10**6
Array = np.ndarray
Rival = Callable[..., Array]


def expit(x: Array) -> Array:
    return special.expit(x)


def sigma(x: Array) -> Array:
    t = np.exp(-np.abs(x))
    return np.where(x < 0, t, 1) / (1 + t)


def sigma_exponentials(x: Array) -> Array:
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def slope(x: Array) -> Array:
    t = np.exp(-np.abs(x))
    return t / (1 + t) ** 2


def softplus(x: Array) -> Array:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def silu(x: Array) -> Array:
    return x * special.expit(x)


def silu_by_exp(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return x / (1 + np.exp(-x))


def silu_in_halves(x: Array) -> Array:
    half = np.exp(0.5 * np.minimum(x, 0))
    return x * half / (1 + np.exp(-np.abs(x))) * half


def silu_slope(x: Array) -> Array:
    s = special.expit(x)
    return s * (1 + x * special.expit(-x))


def silu_slope_by_exp(x: Array) -> Array:
    t = np.exp(-np.abs(x))
    s = np.exp(np.minimum(x, 0)) / (1 + t)
    return s * (1 + x * (np.exp(np.minimum(-x, 0)) / (1 + t)))


def gelu_slope(x: Array) -> Array:
    return special.ndtr(x) + x * np.exp(-0.5 * x * x) * 0.3989422804014327


def residual(z: Array, y: Array) -> Array:
    t = np.exp(-np.abs(z))
    top = np.exp(np.minimum(z, 0))
    return ((1 - y) * top - y * np.exp(np.minimum(-z, 0))) / (1 + t)


def neuron(x: Array, w: Array, b: Array, l: Array) -> Array:  # noqa: E741
    return residual(w * x + b, l) ** 2


def neuron_slope(x: Array, w: Array, b: Array, l: Array) -> Array:  # noqa: E741
    u = w * x + b
    t = np.exp(-np.abs(u))
    s = 1 + t
    top = (1 - l) * np.exp(np.minimum(u, 0)) - l * np.exp(np.minimum(-u, 0))
    return 2 * top * t / (s * s * s)


def bce_prediction(p: Array, y: Array) -> Array:
    return -special.xlogy(y, p) - special.xlog1py(1 - y, -p)


def tanh_slope(x: Array) -> Array:
    t = np.exp(-2 * np.abs(x))
    return 4 * t / (1 + t) ** 2


def log_cosh(x: Array) -> Array:
    return np.abs(x) + np.log1p(np.exp(-2 * np.abs(x))) - 0.6931471805599453


def cut(x: Array) -> Array:
    return np.clip(x, -40, 40)


def exp_minus_square(x: Array) -> Array:
    x = cut(x)
    upper = (x.view(np.int64) & -(1 << 27)).view(np.float64)
    return np.exp(-upper * upper) * np.exp((upper - x) * (x + upper))


def log_cosh_split(x: Array) -> Array:
    a = np.abs(x)
    near = 0.5 * np.log1p(np.sinh(np.minimum(a, 0.75)) ** 2)
    return np.where(a < 0.75, near, a - 0.6931471805599453 + np.log1p(np.exp(-2 * a)))


def kl_slope(y: Array, p: Array) -> Array:
    c = 2.7182817459106445  # e in 22 bits
    upper = (y.view(np.int64) & -(1 << 27)).view(np.float64)
    ratio = c * y / p
    near = np.log1p(((c * upper - p) + c * (y - upper)) / p)
    return np.where(ratio > 0.5, near, np.log(ratio)) + 3.0367859981727842e-08


def silu_slope_zero(x: Array) -> Array:
    a = np.abs(x)
    t = np.exp(-a)
    d = (a - 1.2784645427610737) - 1.0946994183093437e-16
    slope = t * (0.2784645427610738 * np.expm1(-d) - d) / (1 + t) ** 2
    return np.where(x < 0, slope, 1 - slope)


def product_and_error(a: Array, b: Array) -> tuple[Array, Array]:
    product = a * b
    a_upper, b_upper = ((v.view(np.int64) & -(1 << 27)).view(np.float64) for v in (a, b))
    return product, (a_upper * b_upper - product) + a_upper * (b - b_upper) + (a - a_upper) * b


def sum_and_error(w: Array, x: Array, b: Array) -> tuple[Array, Array]:
    with np.errstate(all="ignore"):
        product, lacks = product_and_error(w, x)
        u = product + b
        back = u - product
        lacks += (product - (u - back)) + (b - back)
    return np.clip(u, -1e5, 1e5), np.where(np.abs(u) < 1e3, lacks, 0)


def neuron_exact(x: Array, w: Array, b: Array, l: Array) -> Array:  # noqa: E741
    u, lacks = sum_and_error(w, x, b)
    t = np.exp(-np.abs(u))
    s = 1 + t
    square = ((1 - l) * np.exp(2 * np.minimum(u, 0)) + l * np.exp(2 * np.minimum(-u, 0))) / (s * s)
    return square + square * (2 * lacks * ((1 - l) - np.where(u < 0, t, 1) / s))


def neuron_slope_exact(x: Array, w: Array, b: Array, l: Array) -> Array:  # noqa: E741
    u, lacks = sum_and_error(w, x, b)
    t = np.exp(-np.abs(u))
    s = 1 + t
    sigma = np.where(u < 0, t, 1) / s
    top = (1 - l) * np.exp(np.minimum(u, 0) - np.abs(u)) - l * np.exp(np.minimum(-u, 0) - np.abs(u))
    slope = 2 * top / (s * s * s)
    return slope + slope * (lacks * (2 - l - 3 * sigma))


EQUAL: dict[str, Rival] = {
    "SiLU slope": silu_slope_zero,
    "log-cosh": log_cosh_split,
    "Gaussian": exp_minus_square,
    "Gaussian slope": lambda x: -2 * cut(x) * exp_minus_square(x),
    "x exp(-x^2)": lambda x: cut(x) * exp_minus_square(x),
    "x exp(-x^2) slope": lambda x: (1 - 2 * cut(x) ** 2) * exp_minus_square(x),
    "KL by y": kl_slope,
    "neuron": neuron_exact,
    "neuron by w": lambda x, w, b, label: neuron_slope_exact(x, w, b, label) * x,
    "neuron by b": neuron_slope_exact,
    "neuron by x": lambda x, w, b, label: neuron_slope_exact(x, w, b, label) * w,
}
RIVALS: dict[str, list[Rival]] = {
    "identity": [np.copy],
    "ReLU": [lambda x: np.maximum(x, 0)],
    "ReLU slope": [lambda x: (x > 0).astype(x.dtype)],
    "leaky ReLU": [lambda x: np.maximum(x, 0.01 * x), lambda x: np.where(x > 0, x, 0.01 * x)],
    "leaky ReLU slope": [lambda x: np.where(x > 0, 1.0, 0.01).astype(x.dtype)],
    "ELU": [lambda x: np.maximum(x, 0) + np.expm1(np.minimum(x, 0))],
    "ELU slope": [lambda x: np.exp(np.minimum(x, 0))],
    "sigmoid": [expit, sigma, sigma_exponentials],
    "sigmoid slope": [slope],
    "tanh": [np.tanh],
    "tanh slope": [tanh_slope],
    "softplus": [softplus],
    "softplus slope": [expit, sigma, sigma_exponentials],
    "SiLU": [silu, silu_by_exp, silu_in_halves],
    "SiLU slope": [silu_slope, silu_slope_by_exp],
    "normal cdf": [special.ndtr],
    "GELU": [lambda x: x * special.ndtr(x), lambda x: 0.5 * x * special.erfc(-0.7071067811865476 * x)],
    "GELU slope": [gelu_slope],
    "log-cosh": [log_cosh],
    "Huber": [lambda x: np.where(np.abs(x) <= 1, 0.5 * x * x, np.abs(x) - 0.5), lambda x: special.huber(1, x)],
    "Huber slope": [lambda x: np.clip(x, -1, 1)],
    "hinge": [lambda x, y: np.maximum(0, 1 - y * x)],
    "hinge slope": [lambda x, y: np.where(y * x < 1, -y, 0)],
    "L2 penalty": [lambda x, a: 0.5 * a * x * x],
    "L2 penalty slope": [lambda x, a: a * x],
    "Gaussian": [lambda x: np.exp(-(x * x))],
    "Gaussian slope": [lambda x: -2 * x * np.exp(-(x * x))],
    "x exp(-x^2)": [lambda x: x * np.exp(-(x * x))],
    "x exp(-x^2) slope": [lambda x: (1 - 2 * x * x) * np.exp(-(x * x))],
    "sin 3x": [lambda x: np.sin(3 * x)],
    "cos 3x": [lambda x: np.cos(3 * x)],
    "wave": [lambda x, y: x * x + y * y + x * (y + 2) + np.cos(3 * x)],
    "wave by x": [lambda x, y: 2 * x - 3 * np.sin(3 * x) + y + 2],
    "wave by y": [lambda x, y: x + 2 * y],
    "bowl": [lambda x, y: 3 * (x - 1) ** 2 + y * y + 4],
    "bowl by x": [lambda x: 6 * (x - 1)],
    "bowl by y": [lambda x: 2 * x],
    "mountain": [lambda x, y: 4000 - 3 * (x - 10) ** 2 - (y - 3) ** 2],
    "mountain by x": [lambda x: -6 * (x - 10)],
    "mountain by y": [lambda x: -2 * (x - 3)],
    "BCE by logit": [lambda z, y: np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))],
    "BCE by logit, slope": [residual],
    "BCE by prediction": [bce_prediction],
    "BCE by prediction, slope": [lambda p, y: (p - y) / (p * (1 - p))],
    "KL": [special.rel_entr],
    "KL by y": [lambda y, p: np.log(y / p) + 1, lambda y, p: np.log(y) - np.log(p) + 1],
    "KL by p": [lambda p, y: -y / p],
    "neuron": [neuron],
    "neuron by w": [lambda x, w, b, label: neuron_slope(x, w, b, label) * x],
    "neuron by b": [neuron_slope],
    "neuron by x": [lambda x, w, b, label: neuron_slope(x, w, b, label) * w],
}
INSIDE = ("y_hat", "p")
OUTSIDE = ("normal cdf", "log-cosh", "L2", "Gaussian", "x exp", "sin 3x", "cos 3x", "KL by y")
"""Beginnings of the names of formulas that are no entry of the catalogue."""
LIMIT = 1.2
STABLE = 1e-12


def arguments(formula: Formula, dtype: type, rng: np.random.Generator) -> list[Array]:
    """Return 10⁶ values for inputs and labels, one value for weights."""
    given = []
    for symbol in map(str, formula.arguments):
        if symbol in ("w", "b", "a"):
            given.append(np.array({"w": 1.3, "b": 0.7, "a": 0.01}[symbol]))
        elif symbol in INSIDE or formula.name.startswith("KL"):
            given.append(rng.uniform(0.001, 0.999, SIZE))
        elif symbol in ("y", "l") and not formula.name.startswith(("wave", "bowl", "mountain")):
            given.append(rng.integers(0, 2, SIZE).astype(float))
        else:
            given.append(rng.normal(0, 5, SIZE))
    return [values.astype(dtype) for values in given]


def best(functions: list[Rival], args: list[Array], runs: int) -> list[float]:
    """Return the smallest time of each in milliseconds; each runs as often, in an order drawn anew every time."""
    times = [math.inf] * len(functions)
    rng = np.random.default_rng(1)
    for _ in range(runs):
        for place in rng.permutation(len(functions)).tolist():
            start = time.thread_time()
            functions[place](*args)
            times[place] = min(times[place], time.thread_time() - start)
    return [each * 1e3 for each in times]


@dataclass(frozen=True)
class Measured:
    """One way to compute a formula: its time, its worst error, and whether it stays finite without a warning."""

    run: Rival
    time: float
    ulp: float
    finite: bool
    stable: bool

    def beside(self, ours: float) -> str:
        """Return time, ratio and error as columns."""
        ratio = ours / self.time
        size = f"{self.ulp:7.2f}" if self.ulp < 1000 else f"{self.ulp:7.0e}"
        return f"{self.time:8.2f}{ratio:7.2f}{'*' if ratio > LIMIT else ' '}{size}"


def error(formula: Formula, points: int, by_hand: Rival | None = None) -> float:
    """Return the worst error in units in the last place, of the largest term where terms cancel."""
    own, _, _, term, _ = worst(formula, points // len(formula.given) + 20, by_hand=by_hand)
    return max(own, term)


def stays_finite(formula: Formula, points: int, rival: Rival) -> bool:
    """Say whether a rival neither warns nor is infinite or no number where compiled code gives a float.

    That 3x overflows at 10³⁰⁸ is held against nobody: larger arguments than 10¹⁵⁰ are not looked at.
    """
    compiled = compile_scalar(formula.arguments, formula.form)
    swept = sweep(formula, points // len(formula.given) + 20)
    swept = swept[np.abs(swept) < 1e150]
    for given in formula.given:
        finite = swept[np.isfinite(compiled(swept, *given))]
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                if not np.isfinite(rival(finite, *map(np.float64, given))).all():
                    return False
        except FloatingPointError:
            return False
    return True


def is_stable(formula: Formula, points: int, rival: Rival) -> bool:
    """Say whether a rival that stays finite is right to 10⁻¹² where the value is no subnormal, for the same arguments.

    Where the value is normal is read off compiled code, which is right to two units.
    """
    compiled = compile_scalar(formula.arguments, formula.form)
    for given in formula.given:
        swept = sweep(formula, points // len(formula.given) + 20)
        swept = swept[np.abs(swept) < 1e150]
        size = np.abs(compiled(swept, *given))
        normal = swept[(size >= np.finfo(float).tiny) & np.isfinite(size)]
        own, _, _, term, _ = worst_of(replace(formula, given=(given,)), normal, rival)
        if max(own, term) > STABLE / np.finfo(float).eps:
            return False
    return True


def in_double(rival: Rival) -> Rival:
    """Return the rival computed in float64 and rounded to float32 once."""
    return lambda *args: np.asarray(rival(*(arg.astype(np.float64) for arg in args))).astype(np.float32)


def line(formula: Formula, runs: int, points: int) -> str:
    """Return the line of the table for one formula."""
    compiled = compile_scalar(formula.arguments, formula.form)
    rivals = [*RIVALS[formula.name], *([EQUAL[formula.name]] if formula.name in EQUAL else [])]
    args = arguments(formula, np.float64, np.random.default_rng(0))
    ours, *theirs = best([compiled, *rivals], args, runs)
    measured = []
    for rival, milliseconds in zip(rivals, theirs, strict=True):
        finite = stays_finite(formula, points, rival)
        stable = finite and is_stable(formula, points, rival)
        measured.append(Measured(rival, milliseconds, error(formula, points, rival), finite, stable))
    name = f"({formula.name})" if formula.name.startswith(OUTSIDE) else formula.name
    text = f"{name:26s}{ours:7.2f}{error(formula, points):6.2f}"
    kinds = [
        [each for each in measured if each.finite],
        [each for each in measured if each.stable],
        [each for each in measured if each.ulp <= 2],
    ]
    for kind in kinds:
        text += min(kind, key=lambda each: each.time).beside(ours) if kind else f"{'none':>8s}{'':15s}"
    args = arguments(formula, np.float32, np.random.default_rng(0))
    plain = min(kinds[0], key=lambda each: each.time).run if kinds[0] else rivals[0]
    ours, single, double = best([compiled, plain, in_double(plain)], args, runs)
    return text + f"{ours:8.2f}{single:8.2f}{ours / single:7.2f}{double:8.2f}{ours / double:7.2f}"


def main() -> None:
    """Print one line for each formula: milliseconds (smallest of the runs), ratios and worst errors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--points", type=int, default=1000, help="errors are measured at about three times as many")
    parser.add_argument("--only", default="", help="formulas whose name holds this text")
    options = parser.parse_args()
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, SymPy {sp.__version__}"
    )
    print(f"{platform.machine()}, BLAS threads {threads or 'none'} (no formula uses BLAS), one thread, {SIZE} elements")
    print(f"smallest of {options.runs} runs, milliseconds; in float32 `double` is the one by hand in float64, rounded")
    print(f"{'formula':26s}{'float64':>7s}{'ulp':>6s}", end="")
    for kind in ("finite", "stable"):
        print(f"{kind:>8s}{'ratio':>7s} {'ulp':>7s}", end="")
    print(
        f"{'close':>8s}{'ratio':>7s} {'ulp':>7s}{'float32':>8s}{'finite':>8s}{'ratio':>7s}{'double':>8s}{'ratio':>7s}"
    )
    for formula in FORMULAS:
        if formula.name in RIVALS and options.only in formula.name:
            print(line(formula, options.runs, options.points), flush=True)


if __name__ == "__main__":
    main()
