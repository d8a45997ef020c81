"""The formulas of a feedforward ReLU network, in whole numbers."""

from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt

from checks.audit.found import Found
from checks.formulas import equal
from checks.verdict import Status

Whole = npt.NDArray[np.int64]
NETWORKS = 100


def _drawn(widths: list[int], rng: np.random.Generator) -> list[tuple[Whole, Whole]]:
    return [(rng.integers(-3, 4, (m, n)), rng.integers(-3, 4, m)) for n, m in pairwise(widths)]


def _traced(layers: list[tuple[Whole, Whole]], x: Whole) -> list[Whole]:
    """Return z of each layer, by the general rule."""
    h, trace = x, []
    for number, (W, b) in enumerate(layers, start=1):
        trace.append(W @ h + b)
        h = np.maximum(0, trace[-1]) if number < len(layers) else trace[-1]
    return trace


def nested_formula_agrees(relu_at_the_end: bool) -> Found:
    """The rule layer by layer beside one nested formula, for drawn networks of whole numbers with L = 3."""
    agree = 0
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        layers = _drawn([4, 5, 3, 2], rng)
        (V, a), (U, c), (W, d) = layers
        x = rng.integers(-5, 6, 4)
        nested = W @ np.maximum(0, U @ np.maximum(0, V @ x + a) + c) + d
        nested = np.maximum(0, nested) if relu_at_the_end else nested
        agree += bool(np.array_equal(_traced(layers, x)[-1], nested))
    how = (
        f"{NETWORKS} networks 4 → 5 → 3 → 2 of whole numbers (ReLU at the end: {relu_at_the_end}), those equal counted,"
    )
    return Found(agree, how, rests_on=NETWORKS)


def chain(layers: int) -> Found:
    """The quantities that the general rule makes one after the other."""
    names = ["h0"]
    for layer in range(1, layers + 1):
        names += [f"z{layer}", f"h{layer}"] if layer < layers else [f"z{layer}"]
    return Found(" ".join(names), f"the general rule with L = {layers}")


def functions(layers: int, one_for_each_layer: bool) -> Found:
    """The functions of which a network is composed, counted, with an affine map and its ReLU apart or as one."""
    composed: list[str] = []
    for layer in range(1, layers + 1):
        composed.append("affine map")
        if layer < layers and not one_for_each_layer:
            composed.append("ReLU")
    joined = "as one" if one_for_each_layer else "apart"
    return Found(len(composed), f"counting the functions for L = {layers}, an affine map and its ReLU {joined},")


CHANGES = {
    "a unit doubled and its output weight halved": "(v/2) relu(2 w x + 2 b) + u relu(q x + r) + c",
    "another bias at the end": "v relu(w x + b) + u relu(q x + r) + c + 1",
}


def another_function(change: str) -> Found:
    """Whether a network 1 → 2 → 1 is another function after a change of its parameters, decided for all inputs."""
    verdict = equal("v relu(w x + b) + u relu(q x + r) + c", CHANGES[change])
    how = f"the formulas of a network 1 → 2 → 1 before and after the change ({change}), compared for all inputs,"
    if verdict.status is Status.PROVED:
        return Found("the same function", how)
    return Found("another function" if verdict.status is Status.REFUTED else "undecided", how)


def broken_regions(layers: list[int]) -> Found:
    """Pairs of points with the same units on, in some layers, between which the network is not affine, counted."""
    rng, broken, compared = np.random.default_rng(1), 0, 0
    net = _drawn([2, 3, 3, 1], rng)
    points = [np.array(point) for point in product(range(-8, 9, 2), repeat=2)]
    values: dict[bytes, Any] = {}

    def at(x: Whole) -> tuple[int, bytes]:
        key = x.tobytes()
        if key not in values:
            trace = _traced(net, x)
            values[key] = int(trace[-1][0]), b"".join((trace[layer - 1] > 0).tobytes() for layer in layers)
        return values[key]  # type: ignore[no-any-return]

    for one, other in combinations(points, 2):
        (left, units), (right, others) = at(one), at(other)
        if units == others:
            compared += 1
            broken += 2 * at((one + other) // 2)[0] != left + right
    which = " and ".join(map(str, layers))
    how = (
        f"a network 2 → 3 → 3 → 1 of whole numbers: counting, of {compared} pairs of points in one region of layer "
        f"{which}, those with another value in their middle than the mean of theirs"
    )
    return Found(broken, how, rests_on=compared)
