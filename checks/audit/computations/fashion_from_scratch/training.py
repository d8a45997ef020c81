"""The document's trainings, with its seed: one image a step, two passes through 10,000 images in their order."""

from functools import cache

import numpy as np

from checks.audit.found import Found, trains
from numeric.data import fashion
from numeric.experiments.fashion_per_image import Architecture, PerImageRun, run

SHOES, TOPS = {5, 7, 9}, {0, 2, 4, 6}


@cache
def _trained(architecture: Architecture) -> PerImageRun:
    return run(fashion.load(download=False), architecture, 0)


@cache
def _test_labels() -> list[int]:
    return [int(label) for label in fashion.load(download=False).test_labels]


@trains
def accuracy(architecture: Architecture) -> Found:
    """The test accuracy at the end."""
    how = f"the test accuracy of the {architecture} network, trained with the document's seed"
    return Found(_trained(architecture).accuracy, how, rests_on=len(_test_labels()))


@trains
def gain(architecture: Architecture, over: Architecture) -> Found:
    """The test accuracy of a network less that of another one."""
    more = _trained(architecture).accuracy - _trained(over).accuracy
    how = f"the test accuracy of the {architecture} network less that of the {over} network, the document's seed"
    return Found(more, how, rests_on=len(_test_labels()))


@trains
def mostly_taken_for(label: int) -> Found:
    """The wrong label that the regression gives most often to the test images of a class."""
    predictions = _trained("regression").predictions
    given = [int(p) for p, right in zip(predictions, _test_labels(), strict=True) if right == label != p]
    how = f"the wrong labels of class {label} in the regression, the most frequent one,"
    return Found(int(np.argmax(np.bincount(given, minlength=10))), how)


@trains
def confusions_among_alike() -> Found:
    """The share of the wrong predictions of the classification that take a shoe for a shoe, or a top for a top."""
    pairs = zip(_trained("classification").predictions, _test_labels(), strict=True)
    wrong = [{int(p), right} for p, right in pairs if p != right]
    alike = sum(pair <= SHOES or pair <= TOPS for pair in wrong)
    return Found(
        alike / len(wrong), "the wrong predictions among shoes or among tops, their share", rests_on=len(wrong)
    )
