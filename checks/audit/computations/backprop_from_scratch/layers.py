"""Which layers pass the document's asserts and SciPy's differences: right ones of our own, and planted mistakes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from scipy.optimize import check_grad

from checks.audit.found import Found
from numeric.arrays import Array
from numeric.layers import Linear, ReLU, Sigmoid

SEED = 12345
BATCH, INPUTS, OUTPUTS = 3, 5, 7
LIMIT = 1e-5


@dataclass
class _Dense:
    """A linear layer with a mistake."""

    W: Array
    b: Array
    mistake: str = ""

    def forward(self, x: Array) -> Array:
        if self.mistake != "summed from the bias on":
            return x @ self.W + self.b
        y = np.tile(self.b, (len(x), 1))
        for column, row in zip(x.T, self.W, strict=True):
            y = y + np.outer(column, row)
        return y

    def backward(self, x: Array, dy: Array) -> tuple[Array, Array, Array]:
        """Return the gradients by x, W and b."""
        if self.mistake == "ones for dy":
            dy = np.ones_like(dy)
        if self.mistake == "mean of dy for dy":
            dy = np.full_like(dy, dy.mean())
        dx, dW, db = dy @ self.W.T, x.T @ dy, dy.sum(axis=0)
        if self.mistake == "zero for dx":
            dx = np.zeros_like(dx)
        if self.mistake == "zero for dW and db":
            dW, db = np.zeros_like(dW), np.zeros_like(db)
        if self.mistake == "mean for db":
            db = dy.mean(axis=0)
        return dx, dW, db


def _weights(rng: np.random.Generator) -> Array:
    bound = np.sqrt(6 / (INPUTS * OUTPUTS))  # as printed: what is drawn later depends on the number of draws alone
    return rng.uniform(-bound, bound, size=(INPUTS, OUTPUTS))


def asserts(mistake: str) -> Found:
    """A layer of our own, with the document's numbers, put to its four asserts."""
    rng = np.random.default_rng(SEED)
    x = rng.uniform(size=(BATCH, INPUTS))
    layer = _Dense(_weights(rng), np.zeros(OUTPUTS), mistake)
    y = layer.forward(x)
    dx = layer.backward(x, np.ones_like(y))[0]
    shapes = y.shape == (BATCH, OUTPUTS) and dx.shape == x.shape
    layer.W, layer.b = 2 * layer.W, 2 * layer.b + 1
    again = layer.forward(x), layer.backward(x, np.ones_like(y))[0]
    passes = shapes and bool(np.all(again[0] == 2 * y + 1)) and bool(np.all(again[1] == 2 * dx))
    return _judged(passes, f"a linear layer, put to the four asserts with the document's numbers (mistake: {mistake})")


def differences(mistake: str, upstream: str = "all alike") -> Found:
    """A layer of our own, with the document's draws, put to SciPy's differences by x, W and b."""
    how = f"a linear layer, put to check_grad with the document's draws (mistake: {mistake}; entries of dy: {upstream})"
    return _judged(max(_errors(SEED, mistake, upstream)) < LIMIT, how)


def right_code_refused(seeds: int) -> Found:
    """Right layers of our own, with the document's draws from other seeds, put to SciPy's differences by x, W and b."""
    refused = sum(max(_errors(seed, "", "all alike")) >= LIMIT for seed in range(seeds))
    return Found(refused, f"the right layer with {seeds} seeds, those refused counted", rests_on=seeds)


def _errors(seed: int, mistake: str, upstream: str) -> list[float]:
    """Return check_grad's errors by x, W and b; the point of each is drawn after what comes before it."""
    rng = np.random.default_rng(seed)
    factor = 2 * np.ones((BATCH, OUTPUTS))
    if upstream == "drawn":
        factor = np.random.default_rng(0).uniform(-2, 2, (BATCH, OUTPUTS))
    layer = _Dense(_weights(rng), np.zeros(OUTPUTS), mistake)

    def measured(place: str, point: Array, x: Array | None) -> float:
        def put(values: Array) -> Array:
            if place == "x" or x is None:
                return values.reshape(BATCH, INPUTS)
            setattr(layer, place, values.reshape(INPUTS, OUTPUTS) if place == "W" else values)
            return x

        def value(values: Array) -> float:
            return float(np.sum(factor * layer.forward(put(values))))

        def gradient(values: Array) -> Array:
            return layer.backward(put(values), factor)["xWb".index(place)].ravel()

        return float(check_grad(value, gradient, point))

    errors = [measured("x", rng.uniform(-10, 10, BATCH * INPUTS), None)]
    for place, size in (("W", INPUTS * OUTPUTS), ("b", OUTPUTS)):
        x = rng.uniform(size=(BATCH, INPUTS))
        layer = _Dense(_weights(rng), np.zeros(OUTPUTS), mistake)
        errors.append(measured(place, rng.uniform(-10, 10, size), x))
    return errors


def _slopes(mistake: str) -> dict[str, Callable[[Array, Array], Array]]:
    relu: dict[str, Callable[[Array, Array], Array]] = {
        "": lambda x, dy: dy * (x > 0),
        "no mask": lambda x, dy: dy,
        "sign of dy for the mask": lambda x, dy: dy * (dy > 0),
    }
    sigmoid: dict[str, Callable[[Array, Array], Array]] = {
        "": lambda x, dy: dy * _sigmoid(x) * (1 - _sigmoid(x)),
        "slope at the output": lambda x, dy: dy * _sigmoid(_sigmoid(x)) * (1 - _sigmoid(_sigmoid(x))),
        "no dy": lambda x, dy: _sigmoid(x) * (1 - _sigmoid(x)),
    }
    return {"ReLU": relu.get(mistake, relu[""]), "Sigmoid": sigmoid.get(mistake, sigmoid[""])}


def _sigmoid(x: Array) -> Array:
    y: Array = 1 / (1 + np.exp(-x))
    return y


def activation(name: str, mistake: str, low: int) -> Found:
    """An activation of our own at 15 points between these limits, put to SciPy's differences with the factor 2."""
    forward, backward = _sigmoid if name == "Sigmoid" else (lambda x: np.maximum(0, x)), _slopes(mistake)[name]
    point = np.random.default_rng(SEED).uniform(low, 10, 15)
    error = check_grad(lambda x: float(np.sum(2 * forward(x))), lambda x: backward(x, 2 * np.ones_like(x)), point)
    how = f"a {name}, put to check_grad at 15 points of [{low}, 10] with dy = 2 (mistake: {mistake})"
    return _judged(float(error) < LIMIT, how)


def _judged(passes: bool, how: str) -> Found:
    return Found("accepted" if passes else "refused", how)


def fitting_products(sizes: list[int], wanted: str) -> int:
    """All products of two of x, W and dy, transposed or not, that have the shape wanted, counted."""
    batch, inputs, outputs = sizes
    arrays = {"x": np.ones((batch, inputs)), "W": np.ones((inputs, outputs)), "dy": np.ones((batch, outputs))}
    shape, found = arrays[wanted].shape, 0
    for (_, first), (_, second) in permutations(arrays.items(), 2):
        for left, right in product((first, first.T), (second, second.T)):
            found += left.shape[1] == right.shape[0] and (left @ right).shape == shape
    return found


def wrong_axis(outputs: int) -> str:
    """A bias from which sums of the upstream gradient over the wrong axis, a batch of 10, are subtracted."""
    try:
        moved = np.zeros(outputs) - np.ones((10, outputs)).sum(axis=1)
    except ValueError:
        return "ValueError"
    return f"a bias of length {len(moved)}"


def parameter_arrays() -> list[int]:
    """The arrays of parameters of a linear layer, a sigmoid and a ReLU, counted."""
    layers = (Linear(INPUTS, OUTPUTS, np.random.default_rng(0)), Sigmoid(), ReLU())
    return [len(layer.parameters()) for layer in layers]


def methods_called() -> str:
    """A sigmoid that keeps a list of its methods that are called, put to the document's asserts."""
    called = []

    class Watched:
        def forward(self, x: Array) -> Array:
            called.append("forward")
            return _sigmoid(x)

        def backward(self, x: Array, dy: Array) -> Array:
            called.append("backward")
            return _slopes("")["Sigmoid"](x, dy)

        def step(self, step_size: float) -> None:
            called.append("step")

    x, layer = np.random.default_rng(SEED).normal(size=(BATCH, INPUTS)), Watched()
    y = layer.forward(x)
    dx = layer.backward(x, np.ones_like(y))
    assert y.shape == x.shape == dx.shape
    assert np.all((y > 0) & (y < 1))
    return ", ".join(dict.fromkeys(called))


def derivative_axes() -> list[int]:
    """The axes of the derivatives of y (M) by x (N), by W (N, M) and by b (M), those of y and of the variable added."""
    y = np.ones(OUTPUTS)
    return [y.ndim + variable.ndim for variable in (np.ones(INPUTS), np.ones((INPUTS, OUTPUTS)), np.ones(OUTPUTS))]
