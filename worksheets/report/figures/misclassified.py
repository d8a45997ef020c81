"""Images that a network got wrong, each with the probabilities that it gave to the ten classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from worksheets.report.figures.svg import FAINT, SERIES, Picture, drawing, picture

if TYPE_CHECKING:
    from numeric.arrays import Array
    from numeric.experiments.digits import DigitsRun
    from numeric.experiments.fashion import FashionRun

SHOWN = 5


def digits_wrong(run: "DigitsRun") -> Picture | None:
    """Return the first digits that were decided wrongly; None if there are none."""
    places = run.misclassified[:SHOWN]
    images = run.data.test_x[places].reshape(-1, 8, 8)
    return _picture(
        "digits-wrong", images, run.data.test_labels[places], run.probabilities[places], [str(n) for n in range(10)],
        f"The first {len(places)} of {len(run.misclassified)} digits decided wrongly after {run.steps} steps.",
    )  # fmt: skip


def fashion_wrong(run: "FashionRun") -> Picture | None:
    """Return the first pieces of clothing that were decided wrongly; None if there are none."""
    from numeric.functions.entropy import softmax

    places = run.misclassified[:SHOWN]
    images = run.data.test_images[places]
    probabilities = softmax(run.net.predict(run.normaliser(images))) if len(places) else images
    return _picture(
        "fashion-wrong", images, run.data.test_labels[places], probabilities, list(run.data.classes),
        f"The first {len(places)} of {len(run.misclassified)} test images decided wrongly.",
    )  # fmt: skip


def _picture(
    name: str, images: "Array", labels: "Array", probabilities: "Array", classes: Sequence[str], caption: str
) -> Picture | None:
    if not len(images):
        return None
    with drawing(1.75 * len(images), 3.5, 2, len(images), squeeze=False, height_ratios=[1, 1.15]) as (figure, axes):
        said = []
        for column, (image, label, given) in enumerate(zip(images, labels, probabilities, strict=True)):
            decided = int(given.argmax())
            said.append(f"{classes[label]} taken for {classes[decided]}")
            _image(axes[0, column], image, f"{classes[label]} → {classes[decided]}")
            _bars(axes[1, column], given, int(label), decided, classes, named=column == 0)
        return picture(
            figure, name, f"Images decided wrongly: {'; '.join(said)}",
            f"{caption} Bars: the probability given to each class; right class → class decided for.",
        )  # fmt: skip


def _image(axes: Any, image: "Array", title: str) -> None:
    axes.imshow(image, cmap="gray", interpolation="nearest").set_rasterized(True)
    axes.set_title(title, fontsize=8)
    axes.set_axis_off()


def _bars(axes: Any, given: "Array", right: int, decided: int, classes: Sequence[str], *, named: bool) -> None:
    colours = [SERIES[1] if n == right else SERIES[0] if n == decided else FAINT for n in range(len(given))]
    axes.barh(range(len(given)), given, color=colours)
    axes.set(xlim=(0, 1))
    axes.set_xticks([0, 1], ["0", "1"] if named else ["", ""])
    axes.invert_yaxis()
    axes.set_yticks(range(len(given)), classes if named else [""] * len(given), fontsize=7)
    axes.tick_params(length=0)
    axes.grid(visible=False)
