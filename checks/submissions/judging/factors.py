"""Answers that are right up to a factor: a constant, or one of the sizes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.submissions.judging.comparing import DOUBT
from checks.submissions.judging.conventions import agree
from checks.submissions.judging.model import Expected

Array = npt.NDArray[Any]

FACTORS = {-1.0: "the sign is wrong", 2.0: "a factor 1/2 is forgotten", 0.5: "a factor 2 is forgotten"}
EXACT = 1e-6


def factor_between(  # noqa: PLR0911 - one for each factor
    expected: Expected, given: Sequence[Array], wanted: Sequence[Array]
) -> str | None:
    """Return in words by which factor a result is wrong in all samples, if that is all; None if it is not."""
    if any(one.shape != right.shape for one, right in zip(given, wanted, strict=True)):
        return None
    ratios = [_ratio(one, right) for one, right in zip(given, wanted, strict=True)]
    places = [place for place, right in enumerate(wanted) if np.any(right)]
    if not places or None in ratios or sum(right.size for right in wanted) < 2:
        return None
    known = np.array([ratios[place] for place in places], dtype=float)
    if np.allclose(known, known[0], rtol=EXACT, atol=0):
        return None if np.isclose(known[0], 1.0, rtol=DOUBT) else _constant(float(known[0]))
    for size, lengths in _lengths(expected).items():
        of_size = np.array([lengths[place] for place in places], dtype=float)
        if np.allclose(known, of_size, rtol=EXACT, atol=0):
            return f"the division by {size} is forgotten: the sum for the mean"
        if np.allclose(known * of_size, 1, rtol=EXACT, atol=0):
            return f"it is divided by {size} once too often: the mean for the sum"
        if np.allclose(-known, of_size, rtol=EXACT, atol=0):
            return f"the sign is wrong, and the division by {size} is forgotten"
    return None


def _constant(factor: float) -> str:
    return FACTORS.get(round(factor, 6), f"it is right up to the factor {factor:.6g}")


def _ratio(one: Array, right: Array) -> float | None:
    """Return the factor of an array; 1 where both are zero, None where there is none."""
    if not np.any(right):
        return None if np.any(one) else 1.0
    place = np.unravel_index(int(np.argmax(np.abs(right))), right.shape)
    ratio = float(one[place]) / float(right[place])
    return ratio if np.isfinite(ratio) and ratio and agree([one], [ratio * right]) else None


def _lengths(expected: Expected) -> dict[str, list[int]]:
    """Return the sizes that differ from sample to sample, by name."""
    found: dict[str, list[int]] = {}
    for inputs in expected.samples:
        sizes = {
            size: length
            for one, value in zip(expected.probe.inputs, inputs, strict=True)
            for size, length in zip(one.shape, value.shape, strict=True)
            if not size.isdigit()
        }
        for size, length in sizes.items():
            found.setdefault(size, []).append(length)
    return {size: lengths for size, lengths in found.items() if len(set(lengths)) > 1}
