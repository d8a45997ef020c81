"""The page of one experiment: its tables, verdicts and figures in one HTML file that needs nothing else."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.experiments import Findings
    from worksheets.report.figures.svg import Picture


def experiment_page(findings: "Findings") -> str:
    """Return what an experiment found as one HTML page, without script or any address outside the page."""
    from importlib.metadata import version

    from checks.run import environment
    from worksheets.report.page import templates

    html: str = (
        templates()
        .get_template("experiment.html.j2")
        .render(
            findings=findings,
            version=version("gradproof"),
            environment=environment(),
            pictures=pictures(findings),
        )
    )
    return html


def pictures(findings: "Findings") -> "list[Picture]":
    """Return the figures of an experiment, in order."""
    return [picture for picture in _DRAWN[findings.name](findings.exhibit) if picture is not None]


def _wave(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.landscapes import wave_picture

    return [wave_picture(exhibit)]


def _mountain(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.landscapes import mountain_picture

    return [mountain_picture(exhibit)]


def _landscape(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.piecewise_linear import landscape_picture

    return [landscape_picture(each, f"landscape-{place}") for place, each in enumerate(exhibit)]


def _ring(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.piecewise_linear import ring_picture

    return [ring_picture(run, f"ring-{place}") for place, run in enumerate(exhibit)]


def _digits(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.misclassified import digits_wrong
    from worksheets.report.figures.training import digits_picture, epochs_picture, seeds_picture

    halves = exhibit["halves"]
    return [
        digits_picture(exhibit["digits"], exhibit["digits_long"]),
        digits_wrong(exhibit["digits_long"]),
        seeds_picture(exhibit["seeds"]),
        epochs_picture("halves", "Digits 0–4 against 5–9, 64-32-1", halves.history, halves.accuracy),
    ]


def _halves(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.accuracies import accuracies_picture
    from worksheets.report.figures.training import epochs_picture

    rows = [(each.architecture, each.test_accuracies) for each in exhibit]
    curves: list[Picture | None] = [
        epochs_picture(
            f"halves-{place}", f"{each.architecture}, seed 0", each.history, float(each.history.test_accuracy[-1])
        )
        for place, each in enumerate(exhibit)
    ]
    caption = "Each dot is one seed, the stroke their mean. Without a function between them two layers are one."
    return [accuracies_picture("halves-seeds", rows, caption), *curves]


def _fashion(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.images import images_picture
    from worksheets.report.figures.misclassified import fashion_wrong
    from worksheets.report.figures.training import epochs_picture

    run, means = exhibit["fashion"], exhibit["class_means"]
    return [
        images_picture(
            "class-means", list(means.images), list(run.data.classes), "The mean of all training images of each class."
        ),
        epochs_picture("fashion", "Fashion-MNIST, 784-50-10", run.history, run.accuracy),
        fashion_wrong(run),
    ]


def _fashion_documented(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.accuracies import accuracies_picture

    rows = list(exhibit["accuracies"].items())
    caption = "Test accuracy after two passes through 10,000 images. Each dot is one seed, the stroke their mean."
    return [accuracies_picture("fashion-documented", rows, caption)]


def _deep(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.training import epochs_picture

    return [epochs_picture("deep", "784-256-128-10", exhibit.history, exhibit.accuracy)]


def _fashion_conv(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.images import images_picture
    from worksheets.report.figures.training import epochs_picture

    titles = [f"kernel {number}" for number in range(1, len(exhibit.kernels) + 1)]
    return [
        epochs_picture("fashion-conv", "A small convolutional network", exhibit.history, exhibit.accuracy),
        images_picture(
            "kernels", list(exhibit.kernels), titles, "What the first layer looks for: grey is 0.", symmetric=True
        ),
    ]


def _conv(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.training import epochs_picture

    run = exhibit["conv"]
    return [epochs_picture("conv", f"Squares against noise, seed {run.seed}", run.history, run.accuracy)]


def _conv_rates(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.accuracies import accuracies_picture

    rows = [(f"rate {each.learning_rate:g}, weights {each.first_weights}", each.accuracies) for each in exhibit]
    caption = "Accuracy on 1,000 fresh images. Each dot is one seed, the stroke their mean."
    return [accuracies_picture("conv-rates", rows, caption)]


def _conv_mistakes(exhibit: Any) -> "list[Picture | None]":
    from worksheets.report.figures.accuracies import accuracies_picture

    rows = [(each.mistake, each.accuracies) for each in exhibit]
    caption = (
        "Accuracy with one mistake in the backward pass at a time. A gradient that goes to the wrong cell of a pool "
        "does not show here; the gradient check refutes it every time."
    )
    return [accuracies_picture("conv-mistakes", rows, caption)]


_DRAWN: Mapping[str, Callable[[Any], "list[Picture | None]"]] = {
    "wave": _wave,
    "mountain": _mountain,
    "landscape": _landscape,
    "ring": _ring,
    "digits": _digits,
    "halves": _halves,
    "fashion": _fashion,
    "fashion-documented": _fashion_documented,
    "mnist": _deep,
    "fashion-deep": _deep,
    "fashion-conv": _fashion_conv,
    "conv": _conv,
    "conv-rates": _conv_rates,
    "conv-mistakes": _conv_mistakes,
}
