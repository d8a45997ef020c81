"""The convolutional example of course document 004: rates and first weights, and its mistakes one at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

from checks.experiments.findings import Counter, Options, Progress, Table, expected
from checks.networks.compare import check_network
from checks.networks.derived import derived
from checks.networks.training import check_conv
from checks.result import Result, timed
from checks.verdict import Attempt, Status, Verdict
from numeric.data.squares import squares
from numeric.experiments import conv_mistakes, conv_rates
from numeric.experiments.conv import as_batch, network
from numeric.experiments.conv_mistakes import MISTAKES, Mistaken, mistaken
from numeric.experiments.conv_rates import Setting
from numeric.losses import BinaryCrossEntropyWithLogits
from numeric.net import Net

SURE = (1.0, "[0, 1)")
"""The rate and the interval of the first weights with which every seed learns."""
LEARNED = 0.99
CHECKED_SEEDS = 8
LOSS = BinaryCrossEntropyWithLogits(reduction="mean")

Array = npt.NDArray[Any]


def conv(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], dict[str, Any]]:
    """Train the example once, and judge it on fresh images."""
    count = Counter(progress, "conv", 1)
    exhibit, rows = check_conv()
    count()
    run = exhibit["conv"]
    lines = tuple(
        (str(epoch + 1), f"{loss:.4f}", f"{accuracy:.4f}")
        for epoch, (loss, accuracy) in enumerate(zip(run.history.loss, run.history.accuracy, strict=True))
    )
    title = (
        f"15 parameters, 2,000 images, seed {run.seed}; in the end {run.accuracy:.3f} of 1,000 fresh images are right"
    )
    return (Table(title, ("epoch", "loss", "accuracy"), lines),), rows, exhibit


def rates(options: Options, progress: Progress | None) -> tuple[tuple[Table, ...], list[Result], tuple[Setting, ...]]:
    """Measure the accuracy on fresh images for several rates and both ways to draw the first weights, over seeds."""
    n = options.seeds or 20
    count = Counter(progress, "conv-rates", n * len(conv_rates.RATES) * len(conv_rates.FIRST_WEIGHTS))
    settings = conv_rates.run(n, progress=count)
    sure = next(each for each in settings if (each.learning_rate, each.first_weights) == SURE)
    rows = [
        timed(
            "conv-rates",
            "every seed learns",
            lambda: expected(
                f"With rate {SURE[0]:g} and first weights from {SURE[1]} all {n} seeds reach at least "
                f"{sure.accuracies.min():.3f} on 1,000 fresh images",
                float(sure.accuracies.min()) >= LEARNED,
                1_000 * n,
                "gradproof train conv-rates",
            ),
        )
    ]
    lines = tuple(
        (
            f"{each.learning_rate:g}",
            each.first_weights,
            f"{each.accuracies.mean():.3f}",
            f"{each.accuracies.min():.3f}",
            f"{each.accuracies.max():.3f}",
            f"{int(np.sum(each.accuracies >= LEARNED))} of {n}",
        )
        for each in settings
    )
    columns = ("rate", "first weights", "mean", "least", "most", f"seeds at {LEARNED:g} or more")
    title = (
        f"Accuracy on 1,000 fresh images over {n} seeds: noise on [-1, 1), squares of value 1, 2,000 training images, "
        "batches of 32, 15 epochs"
    )
    return (Table(title, columns, lines),), rows, settings


def conv_with_mistakes(
    options: Options, progress: Progress | None
) -> tuple[tuple[Table, ...], list[Result], tuple[Mistaken, ...]]:
    """Make each known mistake of the backward pass alone: what accuracy shows of it, and what the gradient check."""
    n = options.seeds or 20
    count = Counter(progress, "conv-mistakes", n * len(MISTAKES))
    found = conv_mistakes.run(n, progress=count)
    checked = {mistake: [_check(mistake, seed) for seed in range(CHECKED_SEEDS)] for mistake in MISTAKES}
    rows = [
        timed("conv-mistakes", f"gradient check, {mistake}", lambda mistake=mistake: _judged(mistake, checked[mistake]))  # type: ignore[misc]
        for mistake in MISTAKES
    ]
    right = next(each for each in found if each.mistake == "none")
    lines = tuple(
        (
            each.mistake,
            f"{each.accuracies.mean():.3f}",
            f"{each.accuracies.min():.3f}",
            _seen(float(each.accuracies.mean()), float(right.accuracies.mean())),
            _verdicts(checked[each.mistake]),
            _wrong_gradients(each.mistake),
        )
        for each in found
    )
    columns = (
        "mistake",
        "mean accuracy",
        "least",
        "does accuracy show it?",
        "gradient check",
        "gradients that are wrong",
    )
    title = f"One mistake in the backward pass at a time, over {n} seeds, rate 0.3, first weights from [0, 1)"
    return (Table(title, columns, lines),), rows, found


def _batch(mistake: str, seed: int) -> tuple[Net, Array, Array]:
    """Return the network with the mistake, after one batch of images went through it forward and backward."""
    rng = np.random.default_rng(seed)
    x, y = as_batch(squares(32, rng))
    net = mistaken(network(rng), mistake)
    prediction, trace = net.forward(x)
    net.backward(trace, LOSS.gradient(prediction, y), input_gradient=False)
    return net, x, y


def _check(mistake: str, seed: int) -> Verdict:
    net, x, y = _batch(mistake, seed)
    return check_network(net, LOSS, x, y, reproduce="gradproof train conv-mistakes")


def _wrong_gradients(mistake: str) -> str:
    """Name the parameters whose stored gradient is not the derived one, in the first batch that is checked."""
    net, x, y = _batch(mistake, 0)
    right = derived(net, LOSS, x, y).gradients
    wrong = [name for name, stored in net.gradients().items() if not np.allclose(stored, right[name], rtol=1e-9)]
    return ", ".join(wrong) or "none"


def _judged(mistake: str, verdicts: list[Verdict]) -> Verdict:
    """Say whether the gradient check did its work: the right network agrees, each wrong one is refuted, every time."""
    wanted = Status.AGREES if mistake == "none" else Status.REFUTED
    missed = [seed for seed, verdict in enumerate(verdicts) if verdict.status is not wanted]
    if missed:
        return Verdict(
            status=Status.UNDECIDED,
            reason=f"The gradient check said {verdicts[missed[0]].status} for seed {missed[0]}, not {wanted}.",
            evidence=Attempt(tried=("gradient check",)),
            reproduce="gradproof train conv-mistakes",
        )
    word = "accepts the right network" if mistake == "none" else "refutes the network"
    return expected(
        f"The gradient check {word} for each of {len(verdicts)} seeds", True, len(verdicts),
        "gradproof train conv-mistakes",
    )  # fmt: skip


def _seen(accuracy: float, right: float) -> str:
    if accuracy < right - 0.05:
        return "yes"
    return "no" if accuracy > right - 0.02 else "hardly"


def _verdicts(verdicts: list[Verdict]) -> str:
    counts = {str(status): sum(verdict.status is status for verdict in verdicts) for status in Status}
    return ", ".join(f"{status} {number} of {len(verdicts)}" for status, number in counts.items() if number)
