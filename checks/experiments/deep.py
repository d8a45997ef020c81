"""784-256-128-10 on MNIST or Fashion-MNIST, beside scikit-learn's own network."""

from typing import Any

from checks.experiments.findings import Counter, Options, Progress, Table, expected
from checks.networks.training import Watcher
from checks.result import Result, timed
from numeric.data import fashion
from numeric.data import mnist as mnist_data
from numeric.experiments import deep as numeric_deep
from numeric.experiments.deep import DeepRun
from numeric.losses import SoftmaxCrossEntropy

EPOCHS, BATCH_SIZE = 3, 64
GAP = 0.02
"""Our accuracy and scikit-learn's may differ by this much: the draws differ."""


def fashion_deep(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], DeepRun]:
    """Train on Fashion-MNIST."""
    data = fashion.load(options.data_dir, download=options.download)
    return _trained("fashion-deep", data, 0.83, progress)


def mnist(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], DeepRun]:
    """Train on MNIST."""
    data = mnist_data.load(options.data_dir, download=options.download)
    return _trained("mnist", data, 0.95, progress)


def _trained(
    name: str, data: Any, least: float, progress: Progress | None
) -> tuple[tuple[Table, ...], list[Result], DeepRun]:
    batches = -(-len(data.train_images) // BATCH_SIZE)
    count = Counter(progress, name, EPOCHS * batches + 1)
    watcher = Watcher(
        SoftmaxCrossEntropy(reduction="mean"), frozenset((0, batches, 2 * batches)), f"gradproof train {name}"
    )

    def on_step(*moment: Any) -> None:
        watcher(*moment)
        count()

    run = numeric_deep.run(
        data.train_images,
        data.train_labels,
        data.test_images,
        data.test_labels,
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        on_step=on_step,
    )
    count()
    tests = len(data.test_labels)
    rows = [
        timed(name, "gradients while training", watcher.gradients),
        timed(name, "random directions", watcher.directions),
        timed(
            name,
            "accuracy",
            lambda: expected(
                f"{run.accuracy:.4f} of {tests:,} test images are right (at least {least:g} expected)",
                run.accuracy >= least,
                tests,
                f"gradproof train {name}",
            ),
        ),
        timed(
            name,
            "beside scikit-learn",
            lambda: expected(
                f"In the same setting scikit-learn's MLPClassifier reaches {run.peer_accuracy:.4f}, ours "
                f"{run.accuracy:.4f}",
                abs(run.peer_accuracy - run.accuracy) <= GAP,
                tests,
                f"gradproof train {name}",
            ),
        ),
    ]
    lines = (
        ("ours", f"{run.accuracy:.4f}", f"{run.seconds / EPOCHS:.2f}"),
        ("MLPClassifier", f"{run.peer_accuracy:.4f}", f"{run.peer_seconds / EPOCHS:.2f}"),
    )
    table = Table(
        f"784-256-128-10, 235,146 parameters, {EPOCHS} epochs, batches of {BATCH_SIZE}, rate 0.1; float32, one thread",
        ("network", "test accuracy", "seconds an epoch, this once"),
        lines,
    )
    return (table,), rows, run
