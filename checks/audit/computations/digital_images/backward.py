"""The document's backward pass for samples in columns, held against derivatives by complex steps."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.audit.found import Found

Numbers = npt.NDArray[Any]
SAMPLES, INPUTS, HIDDEN, CLASSES = 12, 8, 9, 10
STEP = 1e-30


@cache
def _network() -> dict[str, Numbers]:
    rng = np.random.default_rng(0)
    return {
        "X": rng.normal(size=(INPUTS, SAMPLES)),
        "Y": np.eye(CLASSES)[rng.integers(0, CLASSES, SAMPLES)].T,
        "W1": rng.normal(size=(HIDDEN, INPUTS)),
        "b1": rng.normal(size=(HIDDEN, 1)),
        "W2": rng.normal(size=(CLASSES, HIDDEN)),
        "b2": rng.normal(size=(CLASSES, 1)),
    }


def _loss(moved: dict[str, Numbers]) -> Any:
    """Return the mean cross-entropy; what is in `moved` is added to a parameter or to a layer's value."""
    n = {**_network()}
    for name in ("W1", "b1", "W2", "b2"):
        n[name] = n[name] + moved.get(name, 0)
    z1 = n["W1"] @ n["X"] + n["b1"] + moved.get("Z1", 0)
    h = z1 * (z1.real > 0) + moved.get("H", 0)
    z2 = n["W2"] @ h + n["b2"] + moved.get("Z2", 0)
    return np.mean(np.log(np.sum(np.exp(z2), axis=0)) - np.sum(n["Y"] * z2, axis=0))


@cache
def _by_the_document() -> dict[str, Numbers]:
    """Return the quantities of the backward pass with the document's factors."""
    n, m = _network(), SAMPLES
    z1 = n["W1"] @ n["X"] + n["b1"]
    h = np.maximum(0, z1)
    e = np.exp(n["W2"] @ h + n["b2"])
    d2 = e / e.sum(axis=0) - n["Y"]
    dh = n["W2"].T @ d2
    d1 = dh * (z1 > 0)
    return {
        "Z2": d2,
        "W2": d2 @ h.T / m,
        "b2": d2.sum(axis=1, keepdims=True) / m,
        "H": dh,
        "Z1": d1,
        "W1": d1 @ n["X"].T / m,
        "b1": d1.sum(axis=1, keepdims=True) / m,
    }


def ratios(by: str) -> Found:
    """The least and the greatest ratio of a quantity of the backward pass to the derivative of the mean loss."""
    said = _by_the_document()[by]
    real = np.zeros_like(said)
    for place in np.ndindex(said.shape):
        step = np.zeros(said.shape, dtype=complex)
        step[place] = STEP * 1j
        real[place] = _loss({by: step}).imag / STEP
    large = said != 0
    if np.any(real[~large] != 0):
        raise AssertionError(f"d{by} is zero where the derivative is not")
    ratio = said[large] / real[large]
    how = f"d{by} over the derivative of the mean loss by complex steps, {SAMPLES} samples, least and greatest ratio,"
    return Found([float(ratio.min()), float(ratio.max())], how, rests_on=int(large.sum()))
