"""The backward pass of document 004, stage by stage: what is printed, what is right, and what each mistake does."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from checks.audit.cache import recalled, remembered
from checks.audit.computations.conv_by_hand import backward, mistakes
from checks.audit.computations.conv_by_hand import printed_values as printed
from checks.audit.computations.conv_by_hand.forward import Exact
from checks.audit.printed import ball

Rows = list[list[str]]


@dataclass(frozen=True)
class Stage:
    """One stage of the backward pass.

    Attributes
    ----------
    name, title:
        For addresses, and for readers.
    row:
        The row of the ledger that decides it.
    printed:
        What the document prints.
    right:
        What comes of the stage before as it is printed, when this stage alone is done right; two digits.
    remark:
        What a reader should know.
    """

    name: str
    title: str
    row: str
    printed: Rows
    right: Rows
    remark: str


@dataclass(frozen=True)
class Trained:
    """What `gradproof train conv-mistakes` found: its table, and the accuracies over the seeds of each mistake."""

    columns: Sequence[str]
    lines: Sequence[Sequence[str]]
    accuracies: Sequence[tuple[str, Sequence[float]]]
    checks: Sequence[tuple[str, str, str]]

    @property
    def unseen(self) -> list[str]:
        """The mistakes that accuracy does not show and the gradient check refutes every time."""
        return [line[0] for line in self.lines if line[0] != "none" and line[3] == "no" and _always_refuted(line[4])]


@dataclass(frozen=True)
class Dissection:
    """The stages, the ways to write back that give the printed matrix exactly, and the training, where it was run."""

    stages: tuple[Stage, ...]
    reproducing: tuple[str, ...]
    trained: Trained | None


def dissect(*, train: bool = True) -> Dissection:
    """Compare every printed stage with the right one, exactly, and measure each mistake.

    Parameters
    ----------
    train:
        Train where no result is remembered; else the training is left out there.
    """
    known = remembered(mistakes.measured, {}) if train else recalled(mistakes.measured, {})
    trained = None
    if known is not None:
        columns, lines, accuracies, checks = known.value
        trained = Trained(columns, lines, [tuple(each) for each in accuracies], [tuple(each) for each in checks])
    return Dissection(_stages(), tuple(backward.reproducing()), trained)


def _stages() -> tuple[Stage, ...]:
    return (
        Stage(
            "dense",
            "Gradient by the weights of the dense layer",
            "dense-gradient-first",
            printed.POOLED_GRADIENT,
            _dense(),
            "δ times what goes into the dense layer. One entry does not fit the pooled value that is printed.",
        ),
        Stage(
            "unpooled",
            "Back through the max-pooling",
            "unpooled-gradient",
            printed.UNPOOLED_GRADIENT,
            _written(backward.unpooled()),
            "Each number of the stage before belongs to the pixel that won its window, and nowhere else.",
        ),
        Stage(
            "relu",
            "Back through the ReLU",
            "right-through-relu",
            _written(backward.through_relu()),
            _written(backward.right_through_relu()),
            "What is right is the right matrix of the stage before, through the ReLU: all winners are positive. Of the "
            "printed one the scan has zeros with a sign as −6.00; they are restored.",
        ),
    )


def _dense() -> Rows:
    """δ times each printed pooled value: as printed where that fits to all digits, else the middle of what can be."""
    found = backward.dense_gradient(range(4)).value
    texts = [text for row in printed.POOLED_GRADIENT for text in row]
    fits = [value.overlaps(ball(digits)) for value, digits in zip(found, printed.DENSE_GRADIENT, strict=True)]
    right = [text if fit else f"{float(value.mid()):.2f}" for text, fit, value in zip(texts, fits, found, strict=True)]
    return [right[:2], right[2:]]


def _written(values: Exact) -> Rows:
    """Return fractions in two digits; exactly rounded, half to even."""
    return [[f"{float(round(value, 2)) + 0.0:.2f}" if value else "0.00" for value in row] for row in values]


def changed(stage: Stage) -> int:
    """Count the entries of a stage in which the printed matrix and the right one differ."""
    pairs = zip(stage.printed, stage.right, strict=True)
    return sum(Fraction(one) != Fraction(other) for rows in pairs for one, other in zip(*rows, strict=True))


def _always_refuted(verdicts: str) -> bool:
    return verdicts.startswith("refuted ") and "," not in verdicts
