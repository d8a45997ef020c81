"""The backward pass of document 004, dissected, as a page in Markdown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.audit.dissection import Dissection, Rows, Stage

_HEAD = """\
# The backward pass of document 004, dissected

This page is made by `gradproof audit 004 --dissect docs/conv-dissected.md`: exactly from the numbers that the document
prints, and from the training of `gradproof train conv-mistakes`. `gradproof audit 004 --report DIR` shows the same
with figures.

## Stage by stage, as printed

Each stage is held against what is right, given the stage before.
"""

_SENT_BACK = """\

## What is sent back is the wrong quantity

The dense layer sends its own weight gradient, δ times its *inputs*, on to the pooling, where δ times its *weights*
belongs. Both are 2×2, so no shape betrays it. The weights of this moment are not printed, so the right numbers cannot
be given; the row `sent-back` proves the formula.
"""

MISTAKES = {
    "weight gradient sent back": "the dense layer sends δ·a back for δ·w",
    "sum of X for the bias": "the class sums the image for the bias of the convolution",
    "sign": "the step goes along the gradient of the dense layer",
    "pool writes whole rows": "a list of two numbers names two rows; this gives the printed matrix exactly",
    "pool sends to the first cell": "not in the document; a classic one, for comparison",
}
"""What each mistake is, by its name in `numeric.experiments.conv_mistakes`."""


def dissected_page(found: "Dissection") -> str:
    """Return the page.

    Parameters
    ----------
    found:
        With its training.

    Raises
    ------
    ValueError
        The training is missing.
    """
    if found.trained is None:
        raise ValueError("the page shows what each mistake does to the training; dissect with train=True")
    return exact_part(found) + trained_part(found)


def exact_part(found: "Dissection") -> str:
    """Return the part of the page that rests on exact comparisons alone."""
    lines = [_HEAD]
    for stage in found.stages:
        lines += [*_stage(stage), ""]
    tried = ", ".join(f"**{way}**" for way in found.reproducing) or "none of them"
    lines += [
        "Six ways to write the four numbers back to the 4×4 image were tried on the printed ones: the place of the",
        "winner in the image, its place in its window, or the place of the window, each into one pixel or into whole",
        f"rows. What is printed comes exactly of: {tried}.",
    ]
    return "\n".join(lines) + "\n" + _SENT_BACK


def trained_part(found: "Dissection") -> str:
    """Return the part that rests on the training."""
    trained = found.trained
    assert trained is not None
    lines = ["", "## Each mistake alone", "", "| mistake | what it is |", "|---|---|"]
    lines += [f"| {mistake} | {words} |" for mistake, words in MISTAKES.items()]
    seeds = len(trained.accuracies[0][1])
    lines += [
        "",
        f"Everything else is right. {seeds} seeds each, rate 0.3, 2,000 images, 15 epochs; accuracy on 1,000 fresh",
        "ones, and the gradient check of `gradproof` on eight seeds.",
        "",
        *_table(trained.columns, trained.lines),
        "",
        "Invisible to accuracy, but not to a gradient check: "
        + (", ".join(f"**{name}**" for name in trained.unseen) or "none")
        + ".",
    ]
    return "\n".join(lines) + "\n"


def _stage(stage: "Stage") -> list[str]:
    from checks.audit.dissection import changed

    places = sum(len(row) for row in stage.printed)
    return [
        f"### {stage.title}",
        "",
        stage.remark,
        "",
        f"{changed(stage)} of {places} entries differ from the printed ones (row `{stage.row}`).",
        "",
        *_table(
            ("printed", "right"),
            [(_line(printed), _line(right)) for printed, right in zip(stage.printed, stage.right, strict=True)],
        ),
    ]


def _line(row: "Sequence[str]") -> str:
    return "`" + " ".join(text.rjust(5) for text in row) + "`"


def _table(columns: Sequence[str], rows: "Sequence[Sequence[str]] | Rows") -> list[str]:
    return [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns), *(f"| {' | '.join(row)} |" for row in rows)]
