"""Gradient checks side by side on a 784-256-128-10 ReLU softmax network: 235,146 parameters, batch 8, float64.

Each contender runs in a process of its own, so that its peak memory can be told; the two fast ones are then timed
alternately in one process. torch comes with `pip install gradproof[bench]`; without it its rows are left out and said
so. The slow rivals take a minute or two each: `--quick` leaves them out.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from checks.gradients import check_backward
from numeric.differences.networks import measure, record
from numeric.layers import Linear, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net
from numeric.threads import single_thread

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
WIDTHS, BATCH = (784, 256, 128, 10), 8
SLOW = ("scipy.optimize.check_grad", "torch gradcheck, slow")
Array = np.ndarray


def network() -> tuple[Net, SoftmaxCrossEntropy, Array, Array]:
    """Return the network, its loss and a batch that looks like pictures: numbers in [0, 1]."""
    rng = np.random.default_rng(0)
    layers: list[Any] = []
    for n_in, n_out in itertools.pairwise(WIDTHS):
        layers += [Linear(n_in, n_out, rng), ReLU()]
    x, y = rng.random((BATCH, WIDTHS[0])), np.eye(WIDTHS[-1])[rng.integers(WIDTHS[-1], size=BATCH)]
    return Net(layers[:-1]), SoftmaxCrossEntropy(reduction="mean"), x, y


def ours(mode: str) -> Callable[[], str]:
    """Return the check of this project, ready to run."""
    net, loss, x, y = network()

    def run() -> str:
        verdict = check_backward(net, loss, x, y, mode=mode)  # type: ignore[arg-type]
        return f"{verdict.status}, {verdict.compared:,} numbers"

    return run


def scipy_check_grad() -> Callable[[], str]:
    """Return SciPy's check of the flat gradient by forward differences, ready to run."""
    from scipy.optimize import check_grad

    net, loss, x, y = network()
    parameters = list(net.parameters().values())
    flat = np.concatenate([array.ravel() for array in parameters])

    def fill(values: Array) -> None:
        place = 0
        for array in parameters:
            array[...] = values[place : place + array.size].reshape(array.shape)
            place += array.size

    def f(values: Array) -> float:
        fill(values)
        return float(loss.value(net.predict(x), y))

    def gradient(values: Array) -> Array:
        fill(values)
        output, trace = net.forward(x)
        net.backward(trace, loss.gradient(output, y))
        return np.concatenate([array.ravel() for array in net.gradients().values()])

    return lambda: f"no verdict; distance {check_grad(f, gradient, flat):.1e}"


def torch_gradcheck(fast: bool) -> Callable[[], str]:
    """Return torch's check of the same network and numbers, ready to run."""
    import torch

    torch.set_num_threads(1)
    net, _, x, y = network()
    weights = [torch.from_numpy(array.copy()).requires_grad_() for array in net.parameters().values()]
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y.argmax(axis=1))

    def f(*parameters: Any) -> Any:
        z = inputs
        for place in range(0, len(parameters), 2):
            z = z @ parameters[place] + parameters[place + 1]
            z = torch.relu(z) if place < len(parameters) - 2 else z
        return torch.nn.functional.cross_entropy(z, labels)

    return lambda: str(torch.autograd.gradcheck(f, weights, fast_mode=fast))


CONTENDERS: dict[str, Callable[[], Callable[[], str]]] = {
    "gradproof, every": lambda: ours("every"),
    "gradproof, directions": lambda: ours("directions"),
    "torch gradcheck, fast": lambda: torch_gradcheck(True),
    "scipy.optimize.check_grad": scipy_check_grad,
    "torch gradcheck, slow": lambda: torch_gradcheck(False),
}


def alone(name: str) -> dict[str, Any]:
    """Run one contender here; return seconds (the least of three for the fast ones) and extra peak memory."""
    run = CONTENDERS[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times, said = [], ""
    for _ in range(1 if name in SLOW else 3):
        start = time.perf_counter()
        said = run()
        times.append(time.perf_counter() - start)
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"seconds": min(times), "extra_mb": extra, "said": said}


def _in_process_of_its_own(name: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--contender", name],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **ONE_THREAD},
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def alternately(names: list[str], rounds: int) -> dict[str, float]:
    """Return the median time of each, taken in turns in this process."""
    runs = {name: CONTENDERS[name]() for name in names}
    times: dict[str, list[float]] = {name: [] for name in names}
    with single_thread():
        for round_number in range(rounds + 2):
            for name, run in runs.items():
                start = time.perf_counter()
                run()
                if round_number > 1:
                    times[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in times.items()}


def exact_gradients() -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the gradients by back-propagation in extended precision, and the sizes of the terms that each sums."""
    net, _, x, y = network()
    z, inputs = x.astype(np.longdouble), []
    linear = net.layers[::2]
    for place, layer in enumerate(linear):
        inputs.append(z)
        z = z @ layer.W.astype(np.longdouble) + layer.b  # type: ignore[attr-defined]
        z = np.maximum(z, 0) if place < len(linear) - 1 else z
    p = np.exp(z - z.max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - y) / len(x)
    gradients, sizes = {}, {}
    for place in reversed(range(len(linear))):
        gradients[f"{2 * place}.W"], gradients[f"{2 * place}.b"] = inputs[place].T @ delta, delta.sum(axis=0)
        sizes[f"{2 * place}.W"] = np.abs(inputs[place]).T @ np.abs(delta)
        sizes[f"{2 * place}.b"] = np.abs(delta).sum(axis=0)
        delta = (delta @ linear[place].W.T.astype(np.longdouble)) * (inputs[place] > 0)  # type: ignore[attr-defined]
    return gradients, sizes


def accuracy() -> str:
    """Say how far the measured gradients are from those in extended precision."""
    net, loss, x, y = network()
    with single_thread():
        found = measure(
            record(net.layers, x), lambda output: loss.value(output, y), unit=2.0**-52, rng=np.random.default_rng(1)
        )
    exact, sizes = exact_gradients()
    own, terms, beyond, worst_beyond, block = 0.0, 0.0, 0, 0.0, 0.0
    for name, one in found.blocks.items():
        gap = np.abs(one.gradient.value - exact[name])
        relative = np.where(gap == 0, 0, gap / np.maximum(np.abs(exact[name]), np.finfo(float).tiny))
        own = max(own, float(relative.max()))
        terms = max(terms, float(np.max(np.where(gap == 0, 0, gap / np.maximum(sizes[name], np.finfo(float).tiny)))))
        block = max(block, float(gap.max() / np.abs(exact[name]).max()))
        off = relative > 1e-12
        beyond += int(np.count_nonzero(off))
        if off.any():
            worst_beyond = max(worst_beyond, float(np.max(np.abs(exact[name][off]) / sizes[name][off])))
    total = sum(one.gradient.value.size for one in found.blocks.values())
    return (
        f"measured: {total:,} entries, against back-propagation with {np.finfo(np.longdouble).nmant + 1} bits\n"
        f"  largest error relative to the largest entry of the block: {block:.1e}\n"
        f"  largest error relative to the terms that the entry sums:  {terms:.1e}\n"
        f"  largest error relative to the entry itself:               {own:.1e}\n"
        f"  entries above 1e-12 of themselves: {beyond}"
        + (f", all of which cancel to less than {worst_beyond:.0e} of their terms" if beyond else "")
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave the slow rivals out")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--contender", choices=CONTENDERS, help="run one alone and print JSON")
    options = parser.parse_args()
    if options.contender:
        print(json.dumps(alone(options.contender)))
        return
    versions = []
    for name in ("numpy", "scipy", "torch"):
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} not installed")
    print(f"Python {platform.python_version()}, {', '.join(versions)}, {platform.machine()}, {os.cpu_count()} cores")
    print("one thread for BLAS and for torch\n")
    names = [name for name in CONTENDERS if not (options.quick and name in SLOW)]
    names = [name for name in names if "torch" not in name or "torch not installed" not in versions]
    rows = {}
    print(f"{'':30s}{'seconds':>10s}{'extra MB':>10s}  says")
    for name in names:
        rows[name] = _in_process_of_its_own(name)
        print(
            f"{name:30s}{rows[name]['seconds']:10.3f}{rows[name]['extra_mb']:10.0f}  {rows[name]['said']}", flush=True
        )
    again = _in_process_of_its_own("gradproof, every")["seconds"] if set(SLOW) & set(rows) else 0.0
    every = max(rows["gradproof, every"]["seconds"], again)
    for name in SLOW:
        if name in rows:
            ratio = rows[name]["seconds"] / every
            print(f"{name} takes {ratio:,.0f} times as long as gradproof, every (the slower of before and after)")
    if "torch gradcheck, fast" in rows:
        times = alternately(["gradproof, directions", "torch gradcheck, fast"], options.rounds)
        mine, theirs = times.values()
        print(f"\nin turns, median of {options.rounds}: directions {1e3 * mine:.1f} ms, ", end="")
        print(f"torch fast {1e3 * theirs:.1f} ms, ratio {mine / theirs:.2f}")
    print(f"\n{accuracy()}")


if __name__ == "__main__":
    main()
