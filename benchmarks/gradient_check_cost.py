"""Cost of a gradient check by the number of parameters, 10³ to 10⁷: time and extra memory, and their slopes.

Networks N-N-N-10 with ReLU and softmax, batch 8, float64. Each size runs in a process of its own. `--plot FILE` draws
the log-log plot.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from checks.gradients import check_backward
from numeric.layers import Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SIZES = (1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7)
MODES = ("every", "directions")


def network(parameters: float) -> tuple[Net, np.ndarray, np.ndarray]:
    """Return a network N-N-N-10 of about so many parameters, and a batch of 8."""
    rng = np.random.default_rng(0)
    width = round((-12 + (144 + 8 * (parameters - 10)) ** 0.5) / 4)  # 2N² + 12N + 10 = parameters
    net = Net([Linear(width, width, rng), ReLU(), Linear(width, width, rng), ReLU(), Linear(width, 10, rng)])
    return net, rng.standard_normal((8, width)), np.eye(10)[rng.integers(10, size=8)]


def alone(parameters: float, mode: str) -> dict[str, Any]:
    """Return seconds (the least of three) and extra peak memory of one check."""
    net, x, y = network(parameters)
    small, u, v = network(1e3)
    check_backward(small, SoftmaxCrossEntropy(reduction="mean"), u, v, mode=mode)  # type: ignore[arg-type]  # imports are not counted
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times = []
    for seed in range(3):
        start = time.perf_counter()
        verdict = check_backward(net, SoftmaxCrossEntropy(reduction="mean"), x, y, mode=mode, seed=seed)  # type: ignore[arg-type]
        times.append(time.perf_counter() - start)
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    size = sum(array.size for array in net.parameters().values())
    return {"parameters": size, "seconds": min(times), "extra_mb": extra, "status": str(verdict.status)}


def slope(rows: list[dict[str, Any]], what: str) -> float:
    """Return the slope of the log-log plot over the upper half, where the constant part no longer counts."""
    upper = rows[len(rows) // 2 :]
    numbers = [[row["parameters"], max(row[what], 1e-3)] for row in upper]
    return float(np.polyfit(*np.log(np.array(numbers)).T, 1)[0])


def plot(rows: dict[str, list[dict[str, Any]]], path: Path) -> None:
    """Draw time and memory by parameters, with the slopes."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(9, 4), constrained_layout=True)
    for panel, what, unit in zip(panels, ("seconds", "extra_mb"), ("seconds", "extra peak memory, MB"), strict=True):
        for mode, each in rows.items():
            sizes = [row["parameters"] for row in each]
            panel.loglog(sizes, [row[what] for row in each], "o-", label=f"{mode}, slope {slope(each, what):.2f}")
        panel.set(xlabel="parameters", ylabel=unit)
        panel.grid(True, which="both", alpha=0.3)
        panel.legend()
    figure.suptitle("Cost of a gradient check: N-N-N-10, batch 8, float64, one thread")
    figure.savefig(path, dpi=120)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="write the log-log plot here")
    parser.add_argument("--alone", nargs=2, metavar=("PARAMETERS", "MODE"), help="one size here; print JSON")
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(alone(float(options.alone[0]), options.alone[1])))
        return
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {platform.machine()}"
    )
    print("one thread for BLAS\n")
    rows: dict[str, list[dict[str, Any]]] = {mode: [] for mode in MODES}
    print(f"{'parameters':>12s}" + "".join(f"{mode + ', s':>16s}{'extra MB':>10s}" for mode in MODES))
    for size in SIZES:
        for mode in MODES:
            done = subprocess.run(
                [sys.executable, __file__, "--alone", str(size), mode],
                capture_output=True,
                text=True,
                check=True,
                env={**os.environ, **ONE_THREAD},
            )
            rows[mode].append(json.loads(done.stdout))
        last = [rows[mode][-1] for mode in MODES]
        assert {row["status"] for row in last} == {"agrees"}
        print(
            f"{last[0]['parameters']:12,d}" + "".join(f"{r['seconds']:16.3f}{r['extra_mb']:10.0f}" for r in last),
            flush=True,
        )
    for mode in MODES:
        print(
            f"{mode}: slope of time {slope(rows[mode], 'seconds'):.2f}, of memory {slope(rows[mode], 'extra_mb'):.2f}"
        )
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
