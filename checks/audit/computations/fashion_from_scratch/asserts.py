"""What the document's verify lines let through: right functions of our own, and planted mistakes."""

from fractions import Fraction

import numpy as np

from checks.audit.found import Found
from numeric.arrays import Array

Numbers = list[Fraction]


def _judged(passes: bool, what: str) -> Found:
    return Found("accepted" if passes else "refused", what)


def _affine(x: Numbers, W: list[Numbers], mistake: str = "") -> Numbers:
    if mistake == "bias first":
        x = [Fraction(1), *x]
    elif mistake == "no bias":
        x = [*x, Fraction(0)]
    else:
        x = [*x, Fraction(1)]
    if mistake == "weights ignored":
        return [sum(x, Fraction(0)) for _ in W]
    return [sum((w * v for w, v in zip(row, x, strict=True)), Fraction(0)) for row in W]


def _relu(x: Numbers) -> Numbers:
    return [max(v, Fraction(0)) for v in x]


def _numbers(*values: str | int) -> Numbers:
    return [Fraction(value) for value in values]


def relu(x: list[int]) -> list[Fraction]:
    """ReLU of each entry, in fractions."""
    return _relu(_numbers(*x))


def neuron(mistake: str) -> Found:
    """A neuron with the document's numbers, put to its line that compares with 6."""
    x, w = _numbers(-1, 0, 1), _numbers(1, 2, 3, 4)
    z = _affine(x, [w], mistake)
    value = z if mistake == "no activation" else _relu(z)
    return _judged(value == [6], f"a neuron with the document's numbers (mistake: {mistake})")


def neuron_value() -> Fraction:
    """The neuron with ReLU of the document's numbers, in fractions."""
    return _relu(_affine(_numbers(-1, 0, 1), [_numbers(1, 2, 3, 4)]))[0]


def affine(mistake: str) -> Found:
    """An affine map with the document's five numbers and ones for weights, put to its line that compares with 3."""
    value = _affine(_numbers(-1, 0, "1/2", 1, "3/2"), [_numbers(*[1] * 6)], mistake)
    return _judged(value == [3], f"an affine map of the document's numbers (mistake: {mistake})")


def affine_value() -> Fraction:
    """The affine map of the document's five numbers with ones for weights, in fractions."""
    return _affine(_numbers(-1, 0, "1/2", 1, "3/2"), [_numbers(*[1] * 6)])[0]


def network_values(mistake: str = "") -> list[Fraction]:
    """The network 1-5-1 of ones with ReLU and identity for −1, 0 and 1, in fractions."""
    W1, W2 = [_numbers(1, 1)] * 5, [_numbers(*[1] * 6)]
    values = []
    for x in (-1, 0, 1):
        hidden = _affine(_numbers(x), W1)
        if mistake == "activation first":
            values += _affine(_relu(_affine(_relu(_numbers(x)), W1)), W2)
            continue
        if mistake != "no activation":
            hidden = _relu(hidden)
        out = _affine(hidden, W2)
        values += _relu(out) if mistake == "ReLU at the end" else out
    return values


def network(mistake: str) -> Found:
    """A network of ones, put to the document's line that compares with 1, 6 and 11."""
    return _judged(network_values(mistake) == [1, 6, 11], f"the network 1-5-1 of ones (mistake: {mistake})")


def product_shape(first: list[int], second: list[int]) -> Found:
    """Two matrices of these shapes, the first without its last column, multiplied by NumPy."""
    how = f"{tuple(first)} without its last column times {tuple(second)}"
    try:
        return Found(str((np.ones(first)[:, :-1] @ np.ones(second)).shape), how)
    except ValueError:
        return Found("ValueError", how)


def initialisation(kind: str) -> Found:
    """A network 1000-1000-1000 of these first weights, seed 0, put to the document's limits for 20 inputs drawn."""
    values = spread(kind)
    passes = bool(np.all(np.abs(values[:, 0]) < 0.1) and np.all(np.abs(values[:, 1] - 1) < 0.1))
    return _judged(passes, f"mean and deviation of the outputs for {len(values)} inputs drawn (weights: {kind})")


def spread(kind: str) -> Array:
    """Return mean and deviation of the 1000 outputs for each of 20 inputs drawn, one row each."""
    rng, size = np.random.RandomState(0), (1000, 1000)
    bound = {"as told": np.sqrt(3 / 1000), "rows for columns": np.sqrt(3 / 1000), "He": np.sqrt(6 / 1000)}
    if kind == "normal":
        layers = [rng.normal(0, np.sqrt(1 / 1000), size) for _ in range(2)]
    else:
        layers = [rng.uniform(-bound[kind], bound[kind], size) for _ in range(2)]
    inputs = [np.random.RandomState(seed).uniform(-np.sqrt(3), np.sqrt(3), 1000) for seed in range(1, 21)]
    outputs = [layers[1] @ (layers[0] @ x) for x in inputs]
    return np.array([[np.mean(y), np.std(y)] for y in outputs])


def output_spread(which: str) -> Found:
    """The mean or the deviation of the network's 1000 outputs for each of 20 inputs drawn."""
    column = spread("as told")[:, ["mean", "deviation"].index(which)]
    return Found(column, f"the {which} of 1000 outputs for each of {len(column)} inputs drawn", rests_on=1000)


def loss(mistake: str) -> Found:
    """A squared error and its derivative with the document's numbers, put to its four comparisons."""
    passes = True
    for x, y, value, slope in (([1], [2], 1, [-2]), ([-1, 0, 1], [1, 1, 2], 6, [-4, -2, -2])):
        apart = [Fraction(a - b) for a, b in zip(x, y, strict=True)]
        total, by_x = sum((d * d for d in apart), Fraction(0)), [2 * d for d in apart]
        if mistake == "mean for sum":
            total /= len(apart)
        if mistake == "sign lost":
            by_x = [-2 * abs(d) for d in apart]
        if mistake == "factor 2":
            by_x = apart
        passes = passes and total == value and by_x == slope
    return _judged(passes, f"a squared error with the document's numbers (mistake: {mistake})")


def loss_values(x: list[int], y: list[int]) -> list[int]:
    """The squared error of two vectors, and after it its derivative by each entry, in whole numbers."""
    apart = [a - b for a, b in zip(x, y, strict=True)]
    return [sum(d * d for d in apart), *(2 * d for d in apart)]
