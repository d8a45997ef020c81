"""What `fit` prints and warns of, and whether it gives the same twice."""

import contextlib
import io
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

from checks.audit.computations.network_theory.classifier import SETTINGS, images
from checks.audit.found import Found, trains
from numeric.arrays import Array
from numeric.data import mnist
from numeric.data.errors import DataMissing

RUNS = 3


class _Stopping(io.StringIO):
    """Text that takes what is printed, and interrupts like a person after the line of some iteration."""

    def __init__(self, iteration: int) -> None:
        super().__init__()
        self.line = f"Iteration {iteration},"

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.line in text:
            raise KeyboardInterrupt
        return written


def _fit(interrupted_after: int) -> tuple[list[str], list[str]]:
    """Return the lines that are printed and the warnings."""
    output = _Stopping(interrupted_after)
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(output):
        warnings.simplefilter("always")
        MLPClassifier(**SETTINGS, verbose=True, random_state=0).fit(*images())
    return output.getvalue().splitlines(), [str(warning.message) for warning in caught]


def lines(interrupted_after: int) -> Found:
    """The lines with a loss that a fit with max_iter=6 prints, counted; it may be interrupted."""
    printed, _ = _fit(interrupted_after)
    end = f"interrupted after iteration {interrupted_after}" if interrupted_after else "not interrupted"
    return Found(sum("loss = " in line for line in printed), f"a fit with max_iter=6, {end}, its lines counted,")


def warning(interrupted_after: int) -> Found:
    """The warning that scikit-learn gives when a fit with max_iter=6 ends; it may be interrupted."""
    _, caught = _fit(interrupted_after)
    end = f"interrupted after iteration {interrupted_after}" if interrupted_after else "not interrupted"
    return Found(caught[0].partition(":")[0] if caught else "none", f"a fit with max_iter=6, {end}, by its warning")


def same_twice(seeded: bool) -> Found:
    """Two fits of the same classifier to the same images, their losses compared."""
    curves = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            settings = {**SETTINGS, "max_iter": 2, "random_state": 0 if seeded else None}
            curves.append(MLPClassifier(**settings).fit(*images()).loss_curve_)
    how = f"two fits {'with' if seeded else 'without'} random_state, comparing their losses,"
    return Found(curves[0] == curves[1], how)


@trains
def first_losses() -> list[Found]:
    """The loss of the first iteration from several seeds, on MNIST, or on the digits of scikit-learn without it."""
    x, y, name = _data()
    runs = []
    for seed in range(RUNS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            classifier = MLPClassifier(**{**SETTINGS, "max_iter": 1}, random_state=seed).fit(x, y)
        runs.append(Found(float(classifier.loss_), f"the loss of the first iteration on {name}", rests_on=len(x)))
    return runs


def _data() -> tuple[Array, Array, str]:
    from sklearn.model_selection import train_test_split

    try:
        found = mnist.load(download=False)
    except DataMissing:
        digits = load_digits()
        return digits.data / 16, digits.target, "scikit-learn's digits, since MNIST is not on this machine"
    x = np.concatenate([found.train_images, found.test_images]).reshape(-1, 784) / 255.0
    y = np.concatenate([found.train_labels, found.test_labels])
    train_x, _, train_y, _ = train_test_split(x, y, test_size=1 / 7, random_state=42)
    return train_x, train_y, "MNIST"
