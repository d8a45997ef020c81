"""Sizes of weights, and what their draws do to mean and variance, in fractions."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product

import numpy as np

from checks.audit.found import Found
from numeric.arrays import Array


def _weights(widths: list[int]) -> list[Array]:
    """Return the document's draws: seed 0, layer by layer, a column of zeros behind each matrix."""
    rng = np.random.RandomState(0)
    bounds = [np.sqrt(3 / inputs) for inputs in widths[:-1]]
    drawn = [rng.uniform(-a, a, (n, m)) for a, (m, n) in zip(bounds, pairwise(widths), strict=True)]
    return [np.concatenate([W, np.zeros((len(W), 1))], axis=1) for W in drawn]


def weight_shapes(widths: list[int]) -> Found:
    """The shapes of the matrices with their bias columns, for these widths."""
    shapes = [[int(size) for size in W.shape] for W in _weights(widths)]
    return Found(shapes, f"the matrices for the widths {widths}, drawn with their bias columns,")


def hidden_layers(widths: list[int]) -> Found:
    """The layers between the first and the last width, counted."""
    return Found(len(widths[1:-1]), f"the widths {widths} without the first and the last, counted,")


def parameters(widths: list[int]) -> Found:
    """The numbers in all matrices for these widths, counted."""
    return Found(sum(W.size for W in _weights(widths)), f"all numbers of the matrices for {widths}, counted,")


def biases_that_differ_from_zero(widths: list[int]) -> int:
    """The entries of the last columns that are not 0, counted."""
    return sum(int(np.count_nonzero(W[:, -1])) for W in _weights(widths))


def same_again(widths: list[int]) -> bool:
    """Two draws of the weights with the document's seed, compared."""
    return all(np.array_equal(one, other) for one, other in zip(_weights(widths), _weights(widths), strict=True))


def output_shape(widths: list[int]) -> list[int]:
    """The output of a network of these widths for the single input 10."""
    x = np.array([10.0])
    for W in _weights(widths):
        x = W @ np.append(x, 1)
    return [int(size) for size in x.shape]


def axes_of_the_output(widths: list[int]) -> int:
    """The axes of the output of a network of these widths, counted."""
    return len(output_shape(widths))


def outside_the_bound(widths: list[int]) -> int:
    """The drawn weights that lie outside of ±√(3/m), counted."""
    rooms = zip(_weights(widths), widths[:-1], strict=True)
    return sum(int(np.sum(np.abs(W[:, :-1]) > np.sqrt(3 / inputs))) for W, inputs in rooms)


def uniform_moments(widths: list[int], input_mean: int) -> list[Fraction]:
    """The mean and the variance of the outputs with weights from [0, 1] and inputs of variance 1, by their moments."""
    mean = Fraction(input_mean)
    square, mixed = 1 + mean**2, mean**2
    for n in widths[:-1]:
        pairs = Fraction(n * (n - 1), 4) * mixed
        mean, square, mixed = Fraction(n, 2) * mean, Fraction(n, 3) * square + pairs, Fraction(n, 4) * square + pairs
    return [mean, square - mean**2]


def growth(widths: list[int], longer: list[int], input_mean: int, of: str) -> Fraction:
    """How many times as large the mean or the variance is with the longer list of widths, by their moments."""
    place = ["mean", "variance"].index(of)
    return uniform_moments(longer, input_mean)[place] / uniform_moments(widths, input_mean)[place]


def _variance(values: Sequence[Fraction]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((v - mean) ** 2 for v in values), Fraction(0)) / len(values)


def excess(operation: str, mean: int, dependent: bool) -> Fraction:
    """The variance of a sum or a product less what is made of the single ones, by all cases of two coins."""
    sides = [Fraction(mean - 1), Fraction(mean + 1)]
    cases = [(a, a) for a in sides] if dependent else list(product(sides, sides))
    first, second = _variance([a for a, _ in cases]), _variance([b for _, b in cases])
    if operation == "sum":
        return _variance([a + b for a, b in cases]) - (first + second)
    return _variance([a * b for a, b in cases]) - first * second


def kept(activation: str) -> Fraction:
    """The second moment behind an activation, by that before it, for whole numbers from −50 to 50."""
    numbers = [Fraction(n) for n in range(-50, 51)]
    behind = [max(n, Fraction(0)) if activation == "ReLU" else n for n in numbers]
    return sum((n * n for n in behind), Fraction(0)) / sum((n * n for n in numbers), Fraction(0))
