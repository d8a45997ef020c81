# ruff: noqa: D103 - the rivals are named after what they compute
"""Time of compiled formulas relative to the best stable NumPy written by hand, on 10⁶ elements; run it as a script.

A rival is stable: no overflow, no lost digits at ordinary arguments. It need not reach two units in the last place in
float64, so that the ratio is a strict one. Where the fastest rival is far from two units and people would notice (a
rounded exponent, a zero of the function), a second one stands beside it that comes about as close as compiled code:
`equal`. With `--points N` the worst errors of all of them are measured as in compiled_precision.py.

In float32 there are two ratios: to the rival on float32 arrays, whose error may exceed two units (np.exp alone reaches
2.5), and to the same rival computed in float64 and rounded once.

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

import numpy as np
import scipy
import sympy as sp
from compiled_precision import FORMULAS, Formula, worst
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


def exp_minus_square(x: Array) -> Array:
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
    product, lacks = product_and_error(w, x)
    u = product + b
    back = u - product
    return u, ((product - (u - back)) + (b - back)) + lacks


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
    "Gaussian slope": lambda x: -2 * x * exp_minus_square(x),
    "x exp(-x^2)": lambda x: x * exp_minus_square(x),
    "x exp(-x^2) slope": lambda x: (1 - 2 * x * x) * exp_minus_square(x),
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
    "SiLU": [silu, silu_by_exp],
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
    "KL by y": [lambda y, p: np.log(y / p) + 1],
    "KL by p": [lambda p, y: -y / p],
    "neuron": [neuron],
    "neuron by w": [lambda x, w, b, label: neuron_slope(x, w, b, label) * x],
    "neuron by b": [neuron_slope],
    "neuron by x": [lambda x, w, b, label: neuron_slope(x, w, b, label) * w],
}
INSIDE = ("y_hat", "p")


def arguments(formula: Formula, dtype: type, rng: np.random.Generator) -> list[Array]:
    """Return 10⁶ values for inputs and labels, one value for weights."""
    given = []
    for symbol in map(str, formula.arguments):
        if symbol in ("w", "b", "a"):
            given.append(np.array({"w": 1.5, "b": 0.5, "a": 0.01}[symbol]))
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


def error(formula: Formula, points: int, by_hand: Rival | None = None) -> str:
    """Return the worst error in units in the last place, of the largest term where terms cancel."""
    own, _, _, term, _ = worst(formula, points // len(formula.given) + 20, by_hand=by_hand)
    size = max(own, term)
    return f"{size:9.2f}" if size < 1000 else f"{size:9.0e}"


def in_double(rival: Rival) -> Rival:
    """Return the rival computed in float64 and rounded to float32 once."""
    return lambda *args: np.asarray(rival(*(arg.astype(np.float64) for arg in args))).astype(np.float32)


def main() -> None:
    """Print one line for each formula and dtype: milliseconds of both and their ratio (smallest of the runs)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--points", type=int, default=0, help="measure errors too, at about three times as many points")
    parser.add_argument("--only", default="", help="formulas whose name holds this text")
    options = parser.parse_args()
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, SymPy {sp.__version__}"
    )
    print(f"{platform.machine()}, BLAS threads {threads or 'none'} (no formula uses BLAS), one thread, {SIZE} elements")
    print(f"smallest of {options.runs} runs, milliseconds; in float32 `double` is the rival in float64, rounded")
    print(f"{'formula':26s}{'float64':>9s}{'by hand':>9s}{'ratio':>7s}{'equal':>9s}{'ratio':>7s}", end="")
    print(f"{'float32':>9s}{'by hand':>9s}{'ratio':>7s}{'double':>9s}{'ratio':>7s}", end="")
    print(f"{'ulp':>9s}{'by hand':>9s}{'equal':>9s}" if options.points else "")
    for formula in FORMULAS:
        if formula.name not in RIVALS or options.only not in formula.name:
            continue
        compiled, rivals = compile_scalar(formula.arguments, formula.form), RIVALS[formula.name]
        equal = EQUAL.get(formula.name)
        args = arguments(formula, np.float64, np.random.default_rng(0))
        ours, *theirs = best([compiled, *rivals, *([equal] if equal else [])], args, options.runs)
        fastest = min(theirs[: len(rivals)])
        line = f"{formula.name:26s}{ours:9.2f}{fastest:9.2f}{ours / fastest:7.2f}"
        line += f"{theirs[-1]:9.2f}{ours / theirs[-1]:7.2f}" if equal else " " * 16
        args = arguments(formula, np.float32, np.random.default_rng(0))
        ours, *theirs = best([compiled, *rivals, *map(in_double, rivals)], args, options.runs)
        single, double = min(theirs[: len(rivals)]), min(theirs[len(rivals) :])
        line += f"{ours:9.2f}{single:9.2f}{ours / single:7.2f}{double:9.2f}{ours / double:7.2f}"
        if options.points:
            line += error(formula, options.points)
            line += min((error(formula, options.points, rival) for rival in rivals), key=float)
            line += error(formula, options.points, equal) if equal else ""
        print(line, flush=True)


if __name__ == "__main__":
    main()
