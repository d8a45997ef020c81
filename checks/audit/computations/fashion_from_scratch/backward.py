"""The way back through a network 784-50-1 in small: Jacobians, the order of products, and derivatives in fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from checks.audit.found import Found

Whole = npt.NDArray[np.object_]


def _drawn(rng: np.random.Generator, *shape: int) -> Whole:
    numbers = np.array([Fraction(int(n)) for n in rng.integers(-5, 6, int(np.prod(shape)))], dtype=object)
    return numbers.reshape(shape)


def _with_one(x: Whole) -> Whole:
    return np.concatenate([x, np.array([Fraction(1)], dtype=object)])


def _relu(x: Whole) -> Whole:
    kept: Whole = x * (x > 0)
    return kept


def _loss(weights: list[Whole], x: Whole, y: Whole, relu_at_the_end: bool) -> Fraction:
    for number, W in enumerate(weights, start=1):
        x = W @ _with_one(x)
        if number < len(weights) or relu_at_the_end:
            x = _relu(x)
    return sum((x - y) ** 2, Fraction(0))


def _slopes(weights: list[Whole], x: Whole, y: Whole, at: int, relu_at_the_end: bool) -> Whole:
    """Return the derivative by each entry of a matrix: the loss is a parabola in it, so the central quotient is it."""
    step, W = Fraction(1, 10**9), weights[at]  # so small that no ReLU switches
    slopes = np.empty(W.shape, dtype=object)
    for place in np.ndindex(W.shape):
        middle = W[place]
        ends = []
        for sign in (1, -1):
            W[place] = middle + sign * step
            ends.append(_loss(weights, x, y, relu_at_the_end))
        W[place] = middle
        slopes[place] = (ends[0] - ends[1]) / (2 * step)
    return slopes


def _mask(z: Whole) -> Whole:
    return np.diag([Fraction(int(entry > 0)) for entry in z])


def by_weights(layer: int, at: str, widths: list[int]) -> Found:
    """The entries that the chain of Jacobians gives right for a matrix, with its last factor taken at x0, x1 or x2."""
    rng = np.random.default_rng(3)
    V, W = (_drawn(rng, n, m + 1) for m, n in pairwise(widths))
    x0, y = _drawn(rng, widths[0]), _drawn(rng, widths[2])
    V[:, -1] += Fraction(1, 2)  # no pre-activation is 0
    W[:, -1] += 60  # the outputs are positive, so that their ReLU lets something through
    i1 = V @ _with_one(x0)
    x1 = _relu(i1)
    i2 = W @ _with_one(x1)
    x2 = _relu(i2)
    row = 2 * (x2 - y) @ _mask(i2)
    if layer == 1:
        row = row @ W[:, :-1] @ _mask(i1)
    last = {"x0": x0, "x1": x1, "x2": x2}[at]
    chained = row @ np.kron(np.diag([Fraction(1)] * len(row)), _with_one(last))
    right = _slopes([V, W], x0, y, layer - 1, True).ravel()
    how = (
        f"the chain by the weights of layer {layer}, {widths}, last factor at {at}, beside exact difference quotients,"
    )
    if len(chained) != len(right):
        return Found("does not fit", how)
    return Found(f"{sum(a == b for a, b in zip(chained, right, strict=True))} of {len(right)}", how)


def by_all_weights() -> list[int]:
    """The derivatives of a network 4-3-2 that going back layer by layer gives right, and all of them, counted."""
    rng, widths = np.random.default_rng(5), [4, 3, 2]
    weights = [_drawn(rng, n, m + 1) for m, n in pairwise(widths)]
    weights[0][:, -1] += Fraction(1, 2)  # no pre-activation is 0
    x, y = _drawn(rng, 4), _drawn(rng, 2)
    z = weights[0] @ _with_one(x)
    hidden = _relu(z)
    row = 2 * (weights[1] @ _with_one(hidden) - y)
    last = row[:, None] * _with_one(hidden)
    row = (row @ weights[1][:, :-1]) * (z > 0)
    first = row[:, None] * _with_one(x)
    slopes = [_slopes(weights, x, y, at, False) for at in range(2)]
    right = sum(int(np.sum(a == b)) for a, b in zip([first, last], slopes, strict=True))
    return [right, sum(W.size for W in weights)]


def affine_by_x() -> list[list[int]]:
    """The differences that a step of 1 along each input makes to the document's affine map, in whole numbers."""
    W, x = np.array([[1, -2, -3, -4], [-5, -6, 7, 8]]), np.array([-1, 0, 2])
    value = W @ np.append(x, 1)
    columns = [W @ np.append(x + unit, 1) - value for unit in np.eye(3, dtype=int)]
    return [[int(entry) for entry in row] for row in np.transpose(columns)]


def affine_by_weights(what: str) -> list[int] | int:
    """The Jacobian of an affine map of 3 inputs and 2 outputs by its weights, by differences in whole numbers."""
    W, x = np.arange(8).reshape(2, 4), np.array([-1, 3, 2, 1])
    jacobian = np.transpose([(W + unit.reshape(2, 4)) @ x - W @ x for unit in np.eye(8, dtype=int)])
    if what == "shape":
        return [int(size) for size in jacobian.shape]
    if what == "off the diagonal":
        return int(np.sum(jacobian[np.eye(*jacobian.shape) == 0] != 0))
    if what == "off the blocks":
        return int(np.sum(jacobian[np.kron(np.eye(2), np.ones(4)) == 0] != 0))
    return int(np.sum(jacobian != np.kron(np.eye(2, dtype=int), x)))


def fast_differs(rows: int) -> Found:
    """Entries in which the product of column and row differs from the row times the Kronecker product, counted."""
    rng = np.random.default_rng(1)
    G, x = rng.integers(-5, 6, (rows, 2)), np.append(rng.integers(-5, 6, 3), 1)
    how = f"{rows} rows of gradients in whole numbers, both ways compared,"
    naive = (G @ np.kron(np.eye(2, dtype=int), x)).reshape(-1)
    try:
        fast = (G.T * x.reshape(1, -1)).reshape(-1)
    except ValueError:
        return Found("ValueError", how)
    return Found(int(np.sum(naive != fast)), how)


def activation_jacobian(activation: str, x: list[int], side: str) -> list[list[Fraction]]:
    """The difference quotients of an activation of a vector, by each input in turn to this side, in fractions."""
    start, step = (
        np.array([Fraction(n) for n in x], dtype=object),
        Fraction(1, 8) if side == "right" else -Fraction(1, 8),
    )
    columns = []
    for place in range(len(x)):
        moved = start.copy()
        moved[place] += step
        after, before = (_relu(v) if activation == "ReLU" else v for v in (moved, start))
        columns.append((after - before) / step)
    return [[Fraction(entry) for entry in row] for row in np.transpose(columns)]


def kinks(x: list[int]) -> int:
    """The entries of the Jacobian of ReLU that differ between steps to the right and to the left, counted."""
    sides = [activation_jacobian("ReLU", x, side) for side in ("right", "left")]
    return sum(a != b for one, other in zip(*sides, strict=True) for a, b in zip(one, other, strict=True))


def sum_of_slopes(examples: int) -> list[int]:
    """The derivatives by the last matrix of a sum over examples that the sum of single ones gives right, and all."""
    rng = np.random.default_rng(4)
    V, W = _drawn(rng, 3, 4), _drawn(rng, 2, 4)
    V[:, -1] += Fraction(1, 2)  # no pre-activation is 0
    drawn = [(_drawn(rng, 3), _drawn(rng, 2)) for _ in range(examples)]
    chained = sum(
        (2 * (W @ _with_one(h) - y))[:, None] * _with_one(h)
        for h, y in ((_relu(V @ _with_one(x)), y) for x, y in drawn)
    )
    step, right = Fraction(1, 8), 0
    for place in np.ndindex(W.shape):
        middle, ends = W[place], []
        for sign in (1, -1):
            W[place] = middle + sign * step
            ends.append(sum((_loss([V, W], x, y, False) for x, y in drawn), Fraction(0)))
        W[place] = middle
        right += bool((ends[0] - ends[1]) / (2 * step) == chained[place])
    return [right, W.size]


def products_from_the_left(widths: list[int]) -> Found:
    """The multiplications of the chain of Jacobians by the first weights from the left, by those from the right."""
    inputs, hidden, outputs = widths
    chain = [(1, outputs), (outputs, outputs), (outputs, hidden), (hidden, hidden), (hidden, hidden * (inputs + 1))]
    counts = []
    for factors in (chain, [(columns, rows) for rows, columns in reversed(chain)]):
        rows = factors[0][0]
        counts.append(sum(rows * inner * columns for inner, columns in factors[1:]))
    how = f"the chain of Jacobians of {widths}, its multiplications from the left by those from the right,"
    return Found(Fraction(*counts), how)


def jacobian_shape(inputs: int, outputs: int) -> list[int]:
    """The differences of an affine map that a step along each input makes, as columns."""
    W = np.ones((outputs, inputs + 1), dtype=int)
    steps = np.vstack([np.eye(inputs, dtype=int), np.zeros((1, inputs), dtype=int)])
    return [int(size) for size in (W @ steps).shape]


def shares_saved() -> list[Found]:
    """Return the share of the multiplications of a step that the diagonal Jacobians take, for three networks."""
    found = []
    for inputs, hidden, outputs in ((784, 50, 1), (784, 50, 10), (784, 200, 10)):
        layers = [(inputs, hidden), (hidden, outputs)]
        diagonals = sum(n * n for _, n in layers)
        others = sum(n * (m + 1) + n * (m + 1) + n * m for m, n in layers)  # forwards, by the weights, by the inputs
        share = Fraction(diagonals, diagonals + others)
        found.append(Found(share, "the share of a step's multiplications that diagonal Jacobians take"))
    return found


def different_units(weights: str, steps: int) -> Found:
    """The hidden units of a network 4-3-2 that differ after so many steps of descent, in fractions, counted."""
    rng = np.random.default_rng(2)
    V, W = np.full((3, 5), Fraction(1, 2)), np.full((2, 4), Fraction(1, 2))
    if weights == "drawn":
        V, W = _drawn(rng, 3, 5) / 4, _drawn(rng, 2, 4) / 4
    for _ in range(steps):
        x, y = _drawn(rng, 4), _drawn(rng, 2)
        z = V @ _with_one(x)
        row = 2 * (W @ _with_one(_relu(z)) - y)
        by_hidden = (row @ W[:, :-1]) * (z > 0)
        W = W - row[:, None] * _with_one(_relu(z)) / 100
        V = V - by_hidden[:, None] * _with_one(x) / 100
    return Found(len({tuple(unit) for unit in V}), f"{steps} steps of a network 4-3-2 with {weights} weights")
