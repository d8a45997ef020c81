"""The networks of the course, watched while they train on real data."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.networks.compare import check_network
from checks.result import Result, timed
from checks.verdict import MINIMUM_COMPARED, Attempt, Comparison, Status, Verdict
from numeric.differences import directional_complex_step
from numeric.experiments import conv, digits, fashion, halves
from numeric.losses import BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Loss, SoftmaxCrossEntropy
from numeric.net import Net
from numeric.training import Batch

Array = npt.NDArray[Any]

DIRECTION_TOLERANCE = 1e-9
PRINTED_CORRECT = 306
LONG_STEPS, LONG_ACCURACY = 1000, 0.95


@dataclass
class Watcher:
    """Looks at the gradients of a training at chosen steps, before each update.

    At each moment every stored gradient is compared with the derivation; and, as a third opinion that needs no
    formula, the loss is differentiated along one random direction for each parameter by the complex step. A network
    in float32 is looked at through a copy in float64, which runs the same code.
    """

    loss: Loss
    moments: frozenset[int]
    reproduce: str
    seed: int = 20260101
    verdicts: list[Verdict] = field(default_factory=list)
    along: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, step: int, net: Net, batch: Batch) -> None:
        """Look, if this is one of the moments."""
        if step not in self.moments:
            return
        if any(array.dtype != np.float64 for array in net.parameters().values()):
            net, batch = _in_double(net, self.loss, batch)
        self.verdicts.append(
            check_network(net, self.loss, batch.x, batch.y, when=f"at step {step}", reproduce=self.reproduce)
        )
        rng = np.random.default_rng([self.seed, step])
        for name, gradient in net.gradients().items():
            self.along.append((f"{name} at step {step}", _along_direction(net, self.loss, batch, name, gradient, rng)))

    def gradients(self) -> Verdict:
        """Return one verdict over all moments."""
        bad = [verdict for verdict in self.verdicts if verdict.status is not Status.AGREES]
        if bad:
            return bad[0]
        if len(self.verdicts) != len(self.moments):
            return _undecided(f"Only {len(self.verdicts)} of {len(self.moments)} moments were reached.", self.reproduce)
        compared = sum(verdict.compared or 0 for verdict in self.verdicts)
        each = compared // len(self.verdicts)
        return Verdict(
            status=Status.AGREES,
            reason=(
                f"All {each:,} gradients of back-propagation agree with the derivation at each of "
                f"{len(self.verdicts)} moments of the training."
            ),
            evidence=Comparison(
                compared=compared,
                max_error=max(verdict.max_error or 0.0 for verdict in self.verdicts),
                tolerance=1e-10,
            ),
            reproduce=self.reproduce,
        )

    def directions(self) -> Verdict:
        """Return the verdict of the complex step along random directions."""
        worst_at, worst = max(self.along, key=lambda pair: pair[1])
        if not worst <= DIRECTION_TOLERANCE:
            return _undecided(
                f"Along a random direction of {worst_at} the complex step differs by {worst:.1e}.", self.reproduce
            )
        return Verdict(
            status=Status.AGREES,
            reason=f"The complex step along {len(self.along)} random directions (seed {self.seed}) agrees.",
            evidence=Comparison(
                compared=len(self.along), max_error=worst, tolerance=DIRECTION_TOLERANCE, worst_at=worst_at
            ),
            reproduce=self.reproduce,
        )


def _in_double(net: Net, loss: Loss, batch: Batch) -> tuple[Net, Batch]:
    """Return a copy of a network in float64 that has been through the same batch: the same code, without the noise."""
    double = copy.deepcopy(net)
    for layer in double.layers:
        for name, value in vars(layer).items():
            if isinstance(value, np.ndarray) and value.dtype == np.float32:
                setattr(layer, name, value.astype(np.float64))
    x, y = batch.x.astype(np.float64), batch.y.astype(np.float64)
    prediction, trace = double.forward(x)
    double.backward(trace, loss.gradient(prediction, y), input_gradient=False)
    return double, Batch(x, y, prediction, float(loss.value(prediction, y)))


def _along_direction(net: Net, loss: Loss, batch: Batch, name: str, gradient: Array, rng: np.random.Generator) -> float:
    """Return the relative error of gradient · v against the complex step of the loss along v."""
    parameter = net.parameters()[name]
    layer, attribute = net.layers[int(name.split(".", maxsplit=1)[0])], name.split(".")[1]
    direction = rng.normal(size=parameter.shape)

    def shifted(value: Array) -> Any:
        setattr(layer, attribute, value)
        return loss.value(net.predict(batch.x), batch.y)

    try:
        expected = float(directional_complex_step(shifted, parameter, direction).value)
    finally:
        setattr(layer, attribute, parameter)  # the array itself: training goes on with it
    claimed = float(np.sum(gradient * direction))
    # The sum may cancel; its terms say how large a rounding error is.
    return abs(claimed - expected) / max(
        abs(claimed), abs(expected), 1e-3 * float(np.sum(np.abs(gradient * direction)))
    )


def _undecided(reason: str, reproduce: str) -> Verdict:
    return Verdict(status=Status.UNDECIDED, reason=reason, evidence=Attempt(tried=("training",)), reproduce=reproduce)


def _reached(name: str, accuracy: float, wanted: float, images: int, reproduce: str) -> Verdict:
    """Say whether a training reached the accuracy it was promised to reach."""
    shown = f"{name}: {accuracy:.4f} of {images:,} unseen images are right"
    if accuracy < wanted:
        return _undecided(f"{shown}, less than the {wanted} that was expected.", reproduce)
    return Verdict(
        status=Status.AGREES,
        reason=f"{shown} (at least {wanted} expected).",
        evidence=Comparison(compared=images, max_error=0.0, tolerance=0.0, unit="shortfall"),
        reproduce=reproduce,
    )


def _rows(name: str, watcher: Watcher, seconds: float) -> Iterable[Result]:
    yield Result(name, "gradients while training", watcher.gradients(), seconds)
    yield timed(name, "random directions", watcher.directions)


def _watched(loss: Loss, moments: Iterable[int], name: str, run: Callable[[Watcher], Any]) -> tuple[Any, list[Result]]:
    import time

    watcher = Watcher(loss, frozenset(moments), f"gradproof train {name}")
    start = time.perf_counter()
    experiment = run(watcher)
    return experiment, list(_rows(name, watcher, time.perf_counter() - start))


def check_digits(n_seeds: int = 20) -> tuple[dict[str, Any], list[Result]]:
    """Train 64-32-10 as course document 000 does, then longer, then with fresh seeds (judged where they are enough)."""
    again = "gradproof train digits"
    short, rows = _watched(
        SoftmaxCrossEntropy(reduction="mean"),
        (0, 10, 50, 99),
        "digits",
        lambda watcher: digits.document_run(on_step=watcher),
    )
    rows.append(timed("digits", "printed accuracy", lambda: _printed(short.correct, short.total, again)))
    long, _ = _watched(
        SoftmaxCrossEntropy(reduction="mean"),
        (0,),
        "digits",
        lambda watcher: digits.document_run(LONG_STEPS, on_step=watcher),
    )
    rows.append(
        timed(
            "digits",
            f"{LONG_STEPS} steps",
            lambda: _reached(f"After {LONG_STEPS} steps", long.accuracy, LONG_ACCURACY, long.total, again),
        )
    )
    seeds = digits.fresh_seeds(n_seeds)
    if n_seeds >= MINIMUM_COMPARED:
        rows.append(timed("digits", "fresh seeds", lambda: _spread(seeds, short.accuracy, again)))
    return {"digits": short, "digits_long": long, "seeds": seeds}, rows


def _printed(correct: int, total: int, reproduce: str) -> Verdict:
    if correct != PRINTED_CORRECT:
        return _undecided(f"{correct} of {total} are right, the document prints {PRINTED_CORRECT} of 360.", reproduce)
    return Verdict(
        status=Status.AGREES,
        reason=f"{correct} of {total} test images are right: the 0.850 that document 000 prints, with its own draws.",
        evidence=Comparison(compared=total, max_error=0.0, tolerance=0.0, unit="images"),
        reproduce=reproduce,
    )


def _spread(seeds: Any, printed: float, reproduce: str) -> Verdict:
    """Report the mean over fresh seeds beside the printed accuracy; it must lie within three deviations."""
    distance = abs(printed - seeds.mean) / seeds.sd
    reason = (
        f"Over {len(seeds.seeds)} fresh seeds the accuracy is {seeds.mean:.3f} ± {seeds.sd:.3f} "
        f"(from {seeds.accuracies.min():.3f} to {seeds.accuracies.max():.3f}); the printed {printed:.3f} is "
        f"{distance:.1f} deviations from the mean."
    )
    if distance > 3:
        return _undecided(reason, reproduce)
    return Verdict(
        status=Status.AGREES,
        reason=reason,
        evidence=Comparison(compared=len(seeds.seeds), max_error=distance, tolerance=3.0, unit="standard deviations"),
        reproduce=reproduce,
    )


def check_halves() -> tuple[dict[str, Any], list[Result]]:
    """Train 64-32-1 on the digits 0–4 against 5–9 with binary cross-entropy."""
    run, rows = _watched(
        BinaryCrossEntropy(reduction="mean"), (0, 28, 280, 550), "halves", lambda watcher: halves.run(on_step=watcher)
    )
    total = len(run.probabilities)
    rows.append(
        timed("halves", "accuracy", lambda: _reached("0-4 / 5-9", run.accuracy, 0.95, total, "gradproof train digits"))
    )
    return {"halves": run}, rows


def check_conv() -> tuple[dict[str, Any], list[Result]]:
    """Train the 15-parameter convolutional network on squares."""
    run, rows = _watched(
        BinaryCrossEntropyWithLogits(reduction="mean"),
        (0, 60, 300, 900),
        "conv",
        lambda watcher: conv.run(on_step=watcher),
    )
    rows.append(
        timed("conv", "accuracy", lambda: _reached("Squares", run.accuracy, 0.99, 1000, "gradproof train conv"))
    )
    return {"conv": run}, rows


def check_fashion(data_dir: Path | None, *, download: bool) -> tuple[dict[str, Any], list[Result]]:
    """Train 784-50-10 on Fashion-MNIST.

    Raises
    ------
    DataMissing
        The files are not there and cannot be had.
    DataError
        They are there and damaged.
    """
    from numeric.data.fashion import load

    data = load(data_dir, download=download)
    run, rows = _watched(
        SoftmaxCrossEntropy(reduction="mean"),
        (0, 100, 937, 1800),
        "fashion",
        lambda watcher: fashion.run(data, on_step=watcher),
    )
    rows.append(
        timed(
            "fashion",
            "accuracy",
            lambda: _reached("Fashion-MNIST", run.accuracy, 0.84, 10_000, "gradproof train fashion"),
        )
    )
    return {"fashion": run}, rows
