"""The parameters after the step: which of the printed ones the step can have given."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from checks.audit.computations.conv_by_hand.forward import exact
from checks.audit.computations.conv_by_hand.printed_values import DENSE_GRADIENT, KERNEL_GRADIENT, UPDATED
from checks.audit.found import Found
from checks.audit.printed import middle

RATE = Fraction(1, 100)


def in_reach(sign: int, negated: Sequence[str] = ()) -> str:
    """Each printed weight, traced back by a step of 0.01 along each printed derivative, held against [−1, 1)."""
    derivatives = [*(value for row in exact(KERNEL_GRADIENT) for value in row), *map(middle, DENSE_GRADIENT)]
    rounding = Fraction(1, 1000)  # far more than the printed digits leave open
    beyond = []
    for text in UPDATED:
        value = -middle(text) if text in negated else middle(text)
        before = (value - sign * RATE * derivative for derivative in derivatives)
        if not any(-1 - rounding <= start < 1 + rounding for start in before):
            beyond.append(text)
    return f"all but {', '.join(beyond)}" if beyond else "all"


def numbers_printed() -> int:
    """The numbers that are printed for the 15 parameters, counted; one more is a bias."""
    return len(UPDATED) + 1


def updated_weights() -> list[Found]:
    """The last three weights after a step along the printed gradient, from first weights that no seed fixes."""
    step = [float(RATE * middle(text)) for text in DENSE_GRADIENT]
    how = "weights drawn from [−1, 1) before anything is seeded, and the step as the code makes it"
    return [Found((np.random.RandomState(seed).uniform(-1, 1, 4) + step)[1:].tolist(), how) for seed in range(1, 5)]
