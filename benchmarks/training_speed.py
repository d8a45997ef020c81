# ruff: noqa: D103 - the rivals are named after who trains
"""Training time of an epoch beside hand-written NumPy, scikit-learn and torch, in one run; run it as a script.

Two networks, each in float64 and float32: 64-32-10 on 1,437 samples in full batches, and 784-50-10 on 12,800 samples in
minibatches of 32. All rivals train the same layers with softmax cross-entropy by plain gradient descent, on the same
arrays in memory, shuffled anew for each epoch; nobody pays for reading data. The rivals take turns, and each ratio is
the median of the ratios within a turn, so that a machine which is busy for a while slows all of them alike.

The hand-written NumPy is the best that we could write: in place, the rate folded into the upstream gradient, no class,
no check. It stands here twice: keeping the loss of every batch and the accuracy of every epoch, as ours does, and
keeping nothing. Every rival runs with one thread and with two; ours pins itself to one.

``--threads`` shows why: an epoch of minibatches with one BLAS thread and with two, on an idle machine and beside one
busy process. ``--convolution`` times the convolution and pooling layers beside the ways to write them that are usual.
"""

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from threadpoolctl import threadpool_info, threadpool_limits

from numeric import training
from numeric.layers import Conv2d, Linear, MaxPool2d, ReLU
from numeric.losses import SoftmaxCrossEntropy
from numeric.net import Net

Array = np.ndarray
RATE = 0.1


class Task:
    """One network and its samples."""

    def __init__(self, sizes: tuple[int, int, int], samples: int, batch: int, epochs: int, dtype: Any) -> None:
        rng = np.random.default_rng(0)
        self.sizes, self.batch, self.epochs = sizes, batch, epochs
        self.x = rng.random((samples, sizes[0])).astype(dtype)
        self.labels = rng.integers(sizes[2], size=samples)
        self.y = np.eye(sizes[2], dtype=dtype)[self.labels]

    def __str__(self) -> str:
        batch = "full batch" if self.batch >= len(self.x) else f"minibatch {self.batch}"
        return f"{'-'.join(map(str, self.sizes))}, {batch}, {self.x.dtype.name}"


def ours(task: Task) -> None:
    rng = np.random.default_rng(0)
    n, hidden, classes = task.sizes
    dtype = task.x.dtype
    net = Net([Linear(n, hidden, rng, dtype=dtype), ReLU(), Linear(hidden, classes, rng, dtype=dtype)])
    batches = {} if task.batch >= len(task.x) else {"batch_size": task.batch, "rng": rng}
    training.train(
        net, SoftmaxCrossEntropy(reduction="mean"), task.x, task.y, learning_rate=RATE, epochs=task.epochs, **batches
    )


def hand_written(task: Task, *, keep: bool = True) -> tuple[list[float], list[float]]:
    """Return the loss of every batch and the accuracy of every epoch, if they are kept."""
    rng = np.random.default_rng(0)
    (n, hidden, classes), dtype, x, y, labels = task.sizes, task.x.dtype, task.x, task.y, task.labels
    W1 = (0.1 * rng.standard_normal((n, hidden))).astype(dtype)
    W2 = (0.1 * rng.standard_normal((hidden, classes))).astype(dtype)
    b1, b2 = np.zeros(hidden, dtype), np.zeros(classes, dtype)
    dW1, dW2 = np.empty_like(W1), np.empty_like(W2)
    ones, columns = np.ones(task.batch, dtype), np.ones(classes, dtype)
    starts = np.arange(0, task.batch * classes, classes)
    losses: list[float] = []
    accuracies: list[float] = []
    for _ in range(task.epochs):
        order = rng.permutation(len(x)) if task.batch < len(x) else None
        hits = 0
        for start in range(0, len(x), task.batch):
            if order is None:
                xb, yb, wanted = x, y, labels
            else:
                index = order[start : start + task.batch]
                xb, yb, wanted = x.take(index, axis=0), y.take(index, axis=0), labels.take(index)
            h = xb @ W1
            h += b1
            np.maximum(h, 0, out=h)
            z = h @ W2
            z += b2
            # argmax, and a product with ones for the sum, are faster along short rows than max and sum.
            largest, first = z.argmax(axis=1), starts[: len(z)]
            z -= z.take(largest + first)[:, None]
            if keep:
                hits += int(np.count_nonzero(largest == wanted))
                at_label = float(z.take(wanted + first).sum())
            np.exp(z, out=z)
            whole = z @ columns
            if keep:
                losses.append((float(np.log(whole).sum()) - at_label) / len(z))
            z /= whole[:, None]
            z -= yb
            z *= RATE / len(z)
            dh = z @ W2.T
            dh *= h > 0
            np.matmul(h.T, z, out=dW2)
            np.matmul(xb.T, dh, out=dW1)
            W2 -= dW2
            W1 -= dW1
            b2 -= ones[: len(z)] @ z
            b1 -= ones[: len(z)] @ dh
        if keep:
            accuracies.append(hits / len(x))
    return losses, accuracies


def keeping_nothing(task: Task) -> None:
    hand_written(task, keep=False)


def scikit_learn(task: Task) -> None:
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(
        (task.sizes[1],), solver="sgd", momentum=0, nesterovs_momentum=False, alpha=0, batch_size=task.batch,
        learning_rate_init=RATE, max_iter=task.epochs, tol=0, n_iter_no_change=10**9, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it has not converged
        net.fit(task.x, task.labels)


def torch_eager(task: Task) -> None:
    import torch

    torch.manual_seed(0)
    n, hidden, classes = task.sizes
    x, labels = torch.from_numpy(task.x), torch.from_numpy(task.labels)
    net = torch.nn.Sequential(
        torch.nn.Linear(n, hidden, dtype=x.dtype), torch.nn.ReLU(), torch.nn.Linear(hidden, classes, dtype=x.dtype)
    )
    optimiser, loss = torch.optim.SGD(net.parameters(), lr=RATE), torch.nn.CrossEntropyLoss()
    for _ in range(task.epochs):
        order = torch.randperm(len(x)) if task.batch < len(x) else None
        for start in range(0, len(x), task.batch):
            if order is None:
                xb, wanted = x, labels
            else:
                index = order[start : start + task.batch]
                xb, wanted = x[index], labels[index]
            optimiser.zero_grad()
            loss(net(xb), wanted).backward()
            optimiser.step()


@contextmanager
def threads(count: int) -> Any:
    with threadpool_limits(count):
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(count)
        yield


Rival = tuple[str, int, Callable[[Task], object]]


def rivals(most_threads: int = 2) -> list[Rival]:
    """Return everybody's name, threads and way to train, with no more than that many threads."""
    return [rival for rival in _all_rivals() if rival[1] <= most_threads]


def _all_rivals() -> list[Rival]:
    found: list[Rival] = [
        ("hand-written NumPy", 1, hand_written),
        ("hand-written NumPy", 2, hand_written),
        ("  keeping nothing", 1, keeping_nothing),
        ("ours", 1, ours),
        ("scikit-learn", 1, scikit_learn),
        ("scikit-learn", 2, scikit_learn),
    ]
    try:
        import torch  # noqa: F401
    except ImportError:
        print("torch is not here (pip install 'gradproof[bench]'); it is left out\n")
        return found
    return [*found, ("torch", 1, torch_eager), ("torch", 2, torch_eager)]


def compare(task: Task, turns: int, most_threads: int) -> None:
    """Print times of an epoch, and the median ratio within a turn: to hand-written NumPy, and of ours.

    Ratios are of time on the clock and of the processor's time, which does not count the waiting on a busy machine.
    """
    entrants = rivals(most_threads)
    taken: dict[tuple[str, int], list[tuple[float, float]]] = {(name, count): [] for name, count, _ in entrants}
    for turn in range(turns + 1):
        for name, count, train in entrants:
            with threads(count):
                start, used = time.perf_counter(), time.process_time()
                train(task)
                seconds = (time.perf_counter() - start, time.process_time() - used)
            if turn:  # the first turn warms up
                taken[name, count].append(seconds)
    times = {entrant: np.array(seconds) / task.epochs for entrant, seconds in taken.items()}
    by_hand, by_us = times["hand-written NumPy", 1], times["ours", 1]
    print(f"\n{task}: median of {turns} turns of {task.epochs} epochs")
    print(f"{'':20}{'threads':>8}{'ms/epoch':>10}{'to hand-written':>17}{'ours to it':>12}{'by processor time':>19}")
    for (name, count), seconds in times.items():
        to_hand, of_ours = np.median(seconds / by_hand, axis=0), np.median(by_us / seconds, axis=0)
        print(
            f"{name:20}{count:>8}{1e3 * np.median(seconds[:, 0]):10.3f}{to_hand[0]:17.2f}{of_ours[0]:12.2f}"
            f"{to_hand[1]:11.2f} {of_ours[1]:7.2f}"
        )


# -- why threads are pinned -----------------------------------------------------------------------


BUSY = "import time; end = time.time() + 60\nwhile time.time() < end: pass"


def show_threads(turns: int) -> None:
    """Time an epoch of minibatches with BLAS pinned to one thread and with two, alone and beside a busy process."""
    task = Task((784, 50, 10), 3200, 32, 1, np.float64)
    print(f"\n{task}, 3,200 samples, hand-written loop: ms for an epoch (median of {turns})")
    for beside in (0, 1):
        others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(beside)]
        try:
            medians = []
            for count in (1, 2):
                with threads(count):
                    hand_written(task)
                    medians.append(1e3 * np.median([_timed(lambda: hand_written(task)) for _ in range(turns)]))
        finally:
            for other in others:
                other.kill()
                other.wait()
        print(
            f"  beside {beside} busy process{'es' if beside != 1 else ''}: one thread {medians[0]:8.1f}, "
            f"two threads {medians[1]:8.1f}, ratio {medians[1] / medians[0]:.1f}"
        )


def _timed(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


# -- convolution ----------------------------------------------------------------------------------


def by_tensordot(layer: Conv2d, x: Array, dy: Array) -> None:
    """Forward and backward by tensordot over the sliding windows, as is usual."""
    patches = sliding_window_view(x, layer.W.shape[2:], axis=(2, 3))
    np.moveaxis(np.tensordot(patches, layer.W, axes=((1, 4, 5), (1, 2, 3))) + layer.b, -1, 1)
    np.tensordot(dy, patches, axes=((0, 2, 3), (0, 2, 3)))
    dy.sum(axis=(0, 2, 3))
    shares = np.moveaxis(np.tensordot(dy, layer.W, axes=(1, 0)), 3, 1)
    dx = np.zeros(x.shape, dtype=x.dtype)
    for u, v in np.ndindex(*layer.W.shape[2:]):
        dx[:, :, u : u + dy.shape[2], v : v + dy.shape[3]] += shares[..., u, v]


def pool_by_argmax(layer: MaxPool2d, x: Array, dy: Array) -> None:
    """Forward and backward by argmax over flattened windows, as is usual."""
    rows, columns = layer.size
    windows = sliding_window_view(x, layer.size, axis=(2, 3))[:, :, :: layer.stride[0], :: layer.stride[1]]
    flat = windows.reshape(*windows.shape[:4], -1)
    winners = np.argmax(flat, axis=-1)
    np.take_along_axis(flat, winners[..., None], axis=-1)
    dx = np.zeros(x.shape, dtype=x.dtype)
    for place, (u, v) in enumerate(np.ndindex(rows, columns)):
        seen = dx[:, :, u : u + layer.stride[0] * dy.shape[2] : layer.stride[0],
                  v : v + layer.stride[1] * dy.shape[3] : layer.stride[1]]  # fmt: skip
        seen += np.where(winners == place, dy, 0)


def both_passes(layer: Any, x: Array, dy: Array) -> None:
    layer.forward(x)
    layer.backward(x, dy)


def torch_passes(layer: Any, x: Array, dy: Array) -> Callable[[], None]:
    import torch

    given, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)
    if isinstance(layer, Conv2d):
        W, b = (torch.from_numpy(part).requires_grad_() for part in (layer.W, layer.b))
        return lambda: torch.autograd.grad(torch.nn.functional.conv2d(given, W, b), (given, W, b), upstream)  # type: ignore[return-value]
    size, stride = layer.size, layer.stride
    return lambda: torch.autograd.grad(torch.nn.functional.max_pool2d(given, size, stride), given, upstream)  # type: ignore[return-value]


def show_convolution(turns: int) -> None:
    """Print µs for both passes of convolution and pooling, ours, the usual way, and torch, on one thread."""
    rng = np.random.default_rng(0)
    shapes = [((32, 1, 28, 28), 8, 3), ((64, 1, 28, 28), 16, 5), ((32, 8, 14, 14), 16, 3), ((8, 32, 16, 16), 64, 3)]
    print(f"\nboth passes on one thread, µs (median of {turns})")
    print(f"{'':44}{'ours':>9}{'usual':>9}{'torch':>9}{'ours/usual':>12}")
    for dtype in (np.float64, np.float32):
        for shape, filters, size in shapes:
            x = rng.standard_normal(shape).astype(dtype)
            for layer, usual in (
                (Conv2d(shape[1], filters, size, rng, dtype=dtype), by_tensordot),
                (MaxPool2d(2), pool_by_argmax),
            ):
                _row(layer, usual, x, turns)


def _row(layer: Any, usual: Callable[..., None], x: Array, turns: int) -> None:
    dy = np.ascontiguousarray(layer.forward(x))
    actions: list[Callable[[], Any]] = [lambda: both_passes(layer, x, dy), lambda: usual(layer, x, dy)]
    if "torch" in sys.modules:
        actions.append(torch_passes(layer, x, dy))
    times: list[list[float]] = [[] for _ in actions]
    with threads(1):
        for turn in range(turns + 2):
            for place, action in enumerate(actions):
                seconds = _timed(action)
                if turn > 1:
                    times[place].append(seconds)
    medians = [1e6 * float(np.median(part)) for part in times]
    shown = f"{type(layer).__name__} {'x'.join(map(str, x.shape))} {x.dtype.name}"
    cells = "".join(f"{value:9.0f}" for value in medians) + (" " * 9 if len(medians) == 2 else "")
    ratio = float(np.median(np.array(times[0]) / np.array(times[1])))
    print(f"{shown:44}{cells}{ratio:12.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--most-threads", type=int, default=2, help="1 leaves out who trains with two")
    parser.add_argument("--threads", action="store_true", help="only show what pinned threads are worth")
    parser.add_argument("--convolution", action="store_true", help="only time convolution and pooling")
    chosen = parser.parse_args()
    names = ("numpy", "scipy", "scikit-learn", "torch")
    print(f"Python {platform.python_version()},", ", ".join(_version(name) for name in names))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};", end=" ")
    rivals()
    print(
        ", ".join(
            f"{part['internal_api']} {part['version']}: {part['num_threads']} threads" for part in threadpool_info()
        )
    )
    if chosen.threads:
        show_threads(chosen.turns)
    elif chosen.convolution:
        show_convolution(chosen.turns)
    else:
        for dtype in (np.float64, np.float32):
            compare(Task((64, 32, 10), 1437, 1437, 100, dtype), chosen.turns, chosen.most_threads)
            compare(Task((784, 50, 10), 12_800, 32, 1, dtype), chosen.turns, chosen.most_threads)


def _version(name: str) -> str:
    try:
        return f"{name} {importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {name}"


if __name__ == "__main__":
    main()
