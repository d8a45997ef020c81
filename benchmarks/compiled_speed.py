# ruff: noqa: D103 - the rivals are named after what they compute
"""Time of compiled formulas relative to the best stable NumPy written by hand, on 10⁶ elements; run it as a script.

A rival is stable: no overflow, no lost digits at ordinary arguments. It need not reach two units in the last place in
float64, so that the ratio is a strict one. In float32 there are two ratios: to the rival on float32 arrays, whose
error may exceed two units (np.exp alone reaches 2.5), and to the same rival computed in float64 and rounded once.
"""

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np
import scipy
import sympy as sp
from compiled_precision import FORMULAS, Formula
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


def best(function: Callable[..., object], args: list[Array], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def in_double(rival: Rival) -> Rival:
    """Return the rival computed in float64 and rounded to float32 once."""
    return lambda *args: np.asarray(rival(*(arg.astype(np.float64) for arg in args))).astype(np.float32)


def main() -> None:
    """Print one line for each formula and dtype: milliseconds of both and their ratio (smallest of the runs)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, SymPy {sp.__version__}"
    )
    print(f"{platform.machine()}, BLAS threads {threads or 'none'} (no formula uses BLAS), one thread, {SIZE} elements")
    print(f"smallest of {runs} runs, milliseconds; in float32 `double` is the rival in float64, rounded")
    print(f"{'formula':26s}{'float64':>9s}{'by hand':>9s}{'ratio':>7s}", end="")
    print(f"{'float32':>9s}{'by hand':>9s}{'ratio':>7s}{'double':>9s}{'ratio':>7s}")
    for formula in FORMULAS:
        if formula.name not in RIVALS:
            continue
        compiled, rivals = compile_scalar(formula.arguments, formula.form), RIVALS[formula.name]
        line = f"{formula.name:26s}"
        for dtype in (np.float64, np.float32):
            args = arguments(formula, dtype, np.random.default_rng(0))
            ours, theirs = best(compiled, args, runs), min(best(rival, args, runs) for rival in rivals)
            line += f"{ours:9.2f}{theirs:9.2f}{ours / theirs:7.2f}"
            if dtype is np.float32:
                double = min(best(in_double(rival), args, runs) for rival in rivals)
                line += f"{double:9.2f}{ours / double:7.2f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
