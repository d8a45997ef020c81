"""The handwritten digits: ten classes as in document 000, and the halves 0-4 and 5-9 with the networks of 002."""

from typing import Any

from checks.experiments.findings import Counter, Options, Progress, Table, expected
from checks.networks.training import Watcher, check_digits, check_halves
from checks.result import Result, timed
from numeric.experiments import digits as numeric_digits
from numeric.experiments import halves_architectures
from numeric.experiments.digits import DigitsRun
from numeric.losses import BinaryCrossEntropy
from numeric.training import OnStep

SHORT_STEPS = 10
SHOWN = 5


def digits(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], dict[str, Any]]:
    """Train 64-32-10 for 10, 100 and 1000 steps as document 000 does, and from fresh seeds."""
    count = Counter(progress, "digits", 3)
    exhibit, rows = check_digits(options.seeds or 20)
    count()
    short = numeric_digits.document_run(SHORT_STEPS)
    count()
    halves, more = check_halves()
    count()
    runs: tuple[DigitsRun, ...] = (short, exhibit["digits"], exhibit["digits_long"])
    seeds = exhibit["seeds"]
    spread = Table(
        f"Test accuracy after 100 steps from {len(seeds.seeds)} fresh seeds",
        ("mean", "deviation", "least", "most"),
        (tuple(f"{value:.3f}" for value in (seeds.mean, seeds.sd, seeds.accuracies.min(), seeds.accuracies.max())),),
    )
    exhibit = {**exhibit, **halves, "digits_short": short}
    return (_by_steps(runs), _mistaken(runs[-1]), spread), [*rows, *more], exhibit


def halves(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], Any]:
    """Train the four networks of document 002, section 1.6, from several seeds each."""
    n = options.seeds or 10
    count = Counter(progress, "halves", n * len(halves_architectures.ARCHITECTURES))
    watchers: dict[str, Watcher] = {}

    def watch(architecture: str) -> OnStep:
        watchers[architecture] = Watcher(
            BinaryCrossEntropy(reduction="mean"), frozenset((0, 29, 700, 1449)), "gradproof train halves"
        )
        return watchers[architecture]

    compared = halves_architectures.run(n, progress=count, on_step=watch)
    rows = [
        timed("halves", f"gradients while training, {name}", watcher.gradients) for name, watcher in watchers.items()
    ]
    rows += [timed("halves", f"random directions, {name}", watcher.directions) for name, watcher in watchers.items()]
    means = {each.architecture: float(each.test_accuracies.mean()) for each in compared}
    rows.append(
        timed(
            "halves",
            "what depth is worth",
            lambda: expected(
                "Two linear layers do as well as one "
                f"({means['two linear layers']:.3f} and {means['one layer']:.3f}), a ReLU between them helps "
                f"({means['ReLU']:.3f})",
                abs(means["two linear layers"] - means["one layer"]) < 0.03
                and means["ReLU"] > means["one layer"] + 0.03,
                899,
                "gradproof train halves",
            ),
        )
    )
    columns = ("network", "parameters", "training accuracy", "test accuracy", "least", "most")
    lines = tuple(
        (
            each.architecture,
            f"{each.parameters:,}",
            f"{each.train_accuracies.mean():.3f}",
            f"{each.test_accuracies.mean():.3f}",
            f"{each.test_accuracies.min():.3f}",
            f"{each.test_accuracies.max():.3f}",
        )
        for each in compared
    )
    title = (
        f"Digits 0-4 against 5-9: means over {n} seeds; rate {halves_architectures.LEARNING_RATE:g}, batches of "
        f"{halves_architectures.BATCH_SIZE}, {halves_architectures.EPOCHS} epochs"
    )
    return (Table(title, columns, lines),), rows, compared


def _by_steps(runs: tuple[DigitsRun, ...]) -> Table:
    rows = tuple(
        (f"{run.steps:,}", f"{run.history.step_loss[-1]:.4f}", f"{run.correct} of {run.total}", f"{run.accuracy:.3f}")
        for run in runs
    )
    return Table(
        "64-32-10 with the document's weights, full batch, rate 0.1",
        ("steps", "loss", "test images right", "accuracy"),
        rows,
    )


def _mistaken(run: DigitsRun) -> Table:
    rows = []
    for place in run.misclassified[:SHOWN]:
        given, label = run.probabilities[place], int(run.data.test_labels[place])
        taken = int(run.predictions[place])
        rows.append((f"{place}", f"{label}", f"{taken}", f"{given[taken]:.3f}", f"{given[label]:.3f}"))
    columns = ("test image", "digit", "taken for", "probability of that", "probability of the digit")
    title = f"The first of {len(run.misclassified)} images decided wrongly after {run.steps:,} steps"
    return Table(title, columns, tuple(rows))
