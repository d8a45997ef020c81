# ruff: noqa: D103 - the rivals are named after what they compute
"""Time of compiled formulas relative to the best stable NumPy written by hand, on 10⁶ elements; run it as a script."""

import platform
import time
from collections.abc import Callable

import numpy as np
import scipy
import sympy as sp
from scipy import special
from threadpoolctl import threadpool_info

from derive.compilation import compile_scalar
from derive.functions import sigma, softplus

SIZE = 10**6


def hand_sigma(x: np.ndarray) -> np.ndarray:
    return special.expit(x)


def hand_sigma_exponentials(x: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def hand_slope(x: np.ndarray) -> np.ndarray:
    t = np.exp(-np.abs(x))
    return t / (1 + t) ** 2


def hand_softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def hand_bce(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


def hand_residual(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    t = np.exp(-np.abs(z))
    top = np.exp(np.minimum(z, 0))
    return ((1 - y) * top - y * (t / top)) / (1 + t)


def hand_neuron_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    t = np.exp(-np.abs(x))
    s = 1 + t
    top = np.exp(np.minimum(x, 0))
    return 2 * x * ((1 - y) * top - y * (t / top)) * t / (s * s * s)


def hand_bce_prediction(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -special.xlogy(y, p) - special.xlog1py(1 - y, -p)


def hand_tanh_slope(x: np.ndarray) -> np.ndarray:
    t = np.exp(-2 * np.abs(x))
    return 4 * t / (1 + t) ** 2


def hand_polynomial(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x**2 + y**2 + x * (y + 2) + np.cos(3 * x)


def best(function: Callable[..., object], *args: np.ndarray) -> float:
    times = []
    for _ in range(15):
        start = time.perf_counter()
        function(*args)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print one line for each formula: milliseconds of both and their ratio (smallest of 15 runs)."""
    x, y = sp.symbols("x y")
    cases: list[tuple[str, list[sp.Symbol], sp.Expr, list[Callable[..., np.ndarray]]]] = [
        ("sigma", [x], sigma(x), [hand_sigma, hand_sigma_exponentials]),
        ("sigma slope", [x], sigma(x) * (1 - sigma(x)), [hand_slope]),
        ("softplus", [x], softplus(x), [hand_softplus]),
        ("bce by logit", [x, y], softplus(x) - y * x, [hand_bce]),
        ("sigma - y", [x, y], sigma(x) - y, [hand_residual]),
        ("neuron by w", [x, y], sp.diff((sigma(x) - y) ** 2, x) * x, [hand_neuron_slope]),
        ("bce by prediction", [x, y], -y * sp.log(x) - (1 - y) * sp.log(1 - x), [hand_bce_prediction]),
        ("tanh", [x], sp.tanh(x), [np.tanh]),
        ("tanh slope", [x], 1 - sp.tanh(x) ** 2, [hand_tanh_slope]),
        ("ReLU", [x], sp.Max(0, x), [lambda a: np.maximum(a, 0)]),
        ("f(x, y) of exercise 1", [x, y], x**2 + y**2 + x * (y + 2) + sp.cos(3 * x), [hand_polynomial]),
    ]
    rng = np.random.default_rng(0)
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, SymPy {sp.__version__}"
    )
    print(f"{platform.machine()}, BLAS threads {threads or 'none'}, {SIZE} elements, smallest of 15 runs")
    print(f"{'formula':24s}{'dtype':>9s}{'compiled ms':>13s}{'by hand ms':>12s}{'ratio':>8s}")
    for name, arguments, expression, rivals in cases:
        compiled = compile_scalar(arguments, expression)
        for dtype in (np.float64, np.float32):
            values = rng.uniform(0.001, 0.999, SIZE) if "prediction" in name else rng.normal(0, 5, SIZE)
            args = [values.astype(dtype), rng.integers(0, 2, SIZE).astype(dtype)][: len(arguments)]
            ours, theirs = best(compiled, *args), min(best(rival, *args) for rival in rivals)
            print(f"{name:24s}{np.dtype(dtype).name:>9s}{ours * 1e3:13.2f}{theirs * 1e3:12.2f}{ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
