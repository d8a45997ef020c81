"""Training curves, and the accuracies of the fresh seeds."""

from typing import TYPE_CHECKING, Any

import numpy as np

from worksheets.report.figures.svg import FAINT, INK, SERIES, Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.experiments.digits import DigitsRun, SeedStudy
    from numeric.training import History

PRINTED = 0.850
"""The accuracy that course document 000 prints."""


def digits_picture(short: "DigitsRun", long: "DigitsRun | None") -> Picture:
    """Return loss and training accuracy of the document's run, and of the longer one that repeats and continues it."""
    run = long or short
    with drawing(8.6, 3.0, 1, 2) as (figure, (loss, accuracy)):
        steps = np.arange(1, len(run.history.loss) + 1)
        loss.plot(steps, run.history.loss, color=SERIES[0])
        accuracy.plot(steps, run.history.accuracy, color=SERIES[1], label="training")
        for steps_done, reached in {(r.steps, r.accuracy) for r in (short, run)}:
            accuracy.plot(steps_done, reached, "D", color=SERIES[2], markersize=4)
            accuracy.annotate(
                f"test {reached:.3f}",
                (steps_done, reached),
                (-6, -12),
                textcoords="offset points",
                fontsize=8,
                ha="right",
            )
        for axes in (loss, accuracy):
            axes.axvline(short.steps, color=FAINT, linewidth=1, linestyle="dashed")
            axes.set(xscale="log", xlabel="step")
            _plain_steps(axes)
        loss.set(ylabel="cross-entropy", ylim=(0, None))
        accuracy.set(ylabel="part decided rightly", ylim=(0, 1.03))
        return picture(
            figure,
            "digits",
            f"Loss and accuracy of the digits network over {run.steps} steps, with the test accuracy marked",
            f"Digits 64-32-10, full batch. The document stops after {short.steps} steps (dashed): {short.correct} of "
            f"{short.total} test digits. After {run.steps} steps it is {run.correct} of {run.total}.",
        )


def epochs_picture(name: str, title: str, history: "History", accuracy: float) -> Picture:
    """Return loss of each step and accuracy of each epoch of a training in minibatches."""
    with drawing(8.6, 2.8, 1, 2) as (figure, (loss, hits)):
        per_epoch = len(history.step_loss) / max(len(history.loss), 1)
        loss.plot(np.arange(len(history.step_loss)) / per_epoch, history.step_loss, color=FAINT, linewidth=0.5)
        loss.lines[0].set_rasterized(len(history.step_loss) > 1500)
        epochs = np.arange(1, len(history.loss) + 1)
        loss.plot(epochs, history.loss, color=SERIES[0], marker="o", markersize=3, label="training")
        hits.plot(epochs, history.accuracy, color=SERIES[0], marker="o", markersize=3, label="training")
        if len(history.test_loss):
            loss.plot(epochs, history.test_loss, color=SERIES[1], linestyle=(0, (5, 1.5)), label="test")
            hits.plot(epochs, history.test_accuracy, color=SERIES[1], linestyle=(0, (5, 1.5)), label="test")
        loss.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
        hits.set(xlabel="epoch", ylabel="part decided rightly", ylim=(None, 1.0))
        hits.legend(fontsize=8, loc="lower right")
        return picture(
            figure,
            name,
            f"Loss and accuracy over the epochs of the training: {title}",
            f"{title}: {accuracy:.1%} of the images held back are decided rightly. Faint: the loss of each batch.",
        )


def seeds_picture(study: "SeedStudy", printed: float = PRINTED) -> Picture:
    """Return the test accuracy for each fresh seed as points, with the printed number."""
    spread = np.sort(study.accuracies)
    heights = np.zeros(len(spread))
    for value in np.unique(spread):  # equal accuracies are stacked
        (same,) = np.nonzero(spread == value)
        heights[same] = np.arange(len(same))
    with drawing(6.8, 2.0) as (figure, axes):
        axes.plot(spread, heights, "o", color=SERIES[0], markersize=6, alpha=0.85)
        top = max(float(heights.max()), 2.0)
        low, high = sorted((printed, study.mean))
        for value, label, dash in (
            (printed, f"printed {printed:.3f}", "dashed"),
            (study.mean, f"mean {study.mean:.3f}", "solid"),
        ):
            axes.axvline(value, color=INK, linewidth=1, linestyle=dash)
            side, offset = ("right", -4) if value == low and low < high else ("left", 4)
            axes.annotate(label, (value, top + 0.9), (offset, 0), textcoords="offset points", fontsize=8, ha=side)
        axes.set(xlabel="test accuracy after 100 steps", ylim=(-0.7, top + 1.6))
        axes.yaxis.set_visible(False)
        axes.spines["left"].set_visible(False)
        return picture(
            figure,
            "seeds",
            f"Test accuracies of {len(spread)} fresh seeds between {spread[0]:.3f} and {spread[-1]:.3f}",
            f"The same network from {len(spread)} fresh seeds: mean {study.mean:.3f}, "
            f"standard deviation {study.sd:.3f}. "
            f"The printed {printed:.3f} is one draw from this spread.",
        )


def _plain_steps(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
