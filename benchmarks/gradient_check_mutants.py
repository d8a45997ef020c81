"""Wrong backward passes of many kinds, all of which the check must find, and right ones, none of which it may reject.

Run it as a script: a table of the mutants over twenty seeds, then a thousand random right networks.
"""

import argparse
import copy
import platform
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy
from threadpoolctl import threadpool_info

from checks.gradients import check_backward
from checks.verdict import Status, Verdict
from numeric.layers import (
    BatchNorm,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Tanh,
)
from numeric.losses import BinaryCrossEntropyWithLogits, Loss, SoftmaxCrossEntropy, SquaredError
from numeric.net import Net

Array = np.ndarray
Case = tuple[Net, Loss, Array, Array]


@dataclass(frozen=True)
class Mutant:
    """One kind of wrong backward pass: how to make a network with it, beside the right one for the same draws."""

    name: str
    group: str
    build: Callable[[np.random.Generator], tuple[Case, Case]]
    in_place: bool = False


# --- Wrong layers -----------------------------------------------------------------------------------------------------


def wrong(base: type, **methods: Callable[..., Any]) -> Callable[[Layer], Layer]:
    """Return what turns a right layer into a copy with some methods replaced; each is given the class it replaces."""

    def turn(layer: Layer) -> Layer:
        kind = type(base.__name__, (base,), {name: _bound(method, base) for name, method in methods.items()})
        spoiled = copy.deepcopy(layer)
        spoiled.__class__ = kind
        return spoiled

    return turn


def _bound(method: Callable[..., Any], base: type) -> Callable[..., Any]:
    return lambda self, *args: method(self, base, *args)


def gradient(change: Callable[[Any, Array, Array], None]) -> Callable[..., None]:
    """Return a ``store_gradients`` that stores the right gradients and then spoils them."""

    def store(self: Any, base: Any, x: Array, dy: Array) -> None:
        base.store_gradients(self, x, dy)
        change(self, x, dy)

    return store


def sent_back(change: Callable[[Any, Array, Array, Array], Array]) -> Callable[..., Array]:
    """Return an ``input_gradient`` that spoils the right one."""
    return lambda self, base, x, dy: change(self, x, dy, base.input_gradient(self, x, dy))


def _scaled_entry(layer: Any, where: Any, factor: float) -> None:
    layer.dW[where] *= factor


def _largest(layer: Any) -> Any:
    return np.unravel_index(np.argmax(np.abs(layer.W) * (layer.dW != 0)), layer.W.shape)


def _set(layer: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(layer, name, value)


def _zeroed(array: Array, where: Any) -> Array:
    array = array.copy()
    array[where] = 0
    return array


def _swapped(array: Array, axis: int) -> Array:
    order = np.arange(array.shape[axis])
    order[:2] = 1, 0
    return np.take(array, order, axis=axis)


def _remembers(name: str, first: bool = True) -> Callable[..., Array]:
    """Return a ``forward`` that keeps its input of the first pass (or of the pass before) under a name."""

    def forward(self: Any, base: Any, x: Array) -> Array:
        if first and not hasattr(self, name):
            setattr(self, name, x.copy())
        elif not first:
            setattr(self, name, getattr(self, "_now", x).copy())
            self._now = x.copy()
        return base.forward(self, x)

    return forward


def _stale_product(self: Any, base: Any, x: Array, dy: Array) -> None:
    base.store_gradients(self, self._kept if hasattr(self, "_kept") else x, dy)


def _accumulated(self: Any, base: Any, x: Array, dy: Array) -> None:
    before = getattr(self, "dW", 0)
    base.store_gradients(self, x, dy)
    self.dW = self.dW + before


def _once(self: Any, base: Any, x: Array, dy: Array) -> None:
    if not hasattr(self, "dW"):
        base.store_gradients(self, x, dy)


LINEAR: dict[str, dict[str, Callable[..., Any]]] = {
    "dW: entry of the largest weight 0": {
        "store_gradients": gradient(lambda s, x, dy: _scaled_entry(s, _largest(s), 0))
    },
    "dW: one entry x1.1": {"store_gradients": gradient(lambda s, x, dy: _scaled_entry(s, _largest(s), 1.1))},
    "dW: one row 0": {"store_gradients": gradient(lambda s, x, dy: _scaled_entry(s, _largest(s)[0], 0))},
    "dW: one column 0": {
        "store_gradients": gradient(lambda s, x, dy: _scaled_entry(s, (slice(None), _largest(s)[1]), 0))
    },
    "dW: everything x1.0005": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=1.0005 * s.dW))},
    "dW: sign": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=-s.dW))},
    "dW: factor 2": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=2 * s.dW))},
    "dW: divided by B": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW / len(x)))},
    "dW: times B": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW * len(x)))},
    "dW: not computed": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=0 * s.dW))},
    "dW: transposed, not square": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW.T))},
    "dW: product of sums": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=np.outer(x.sum(0), dy.sum(0))))},
    "dW: first sample only": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=np.outer(x[0], dy[0])))},
    "dW: last sample left out": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=x[:-1].T @ dy[:-1]))},
    "dW: samples in another order": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=x[::-1].T @ dy))},
    "dW: two rows swapped": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=_swapped(s.dW, 0)))},
    "dW: weight decay that the loss has not": {
        "store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW + 1e-4 * s.W))
    },
    "dW: clipped": {
        "store_gradients": gradient(
            lambda s, x, dy: _set(s, dW=np.clip(s.dW, -1, 1) * (np.abs(s.dW) < np.abs(s.dW).max()))
        )
    },
    "dW: stale cache": {"forward": _remembers("_kept"), "store_gradients": _stale_product},
    "dW: added to the batch before": {"store_gradients": _accumulated},
    "dW: stored once": {"store_gradients": _once},
    "dW: sign of the input lost": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=np.abs(x).T @ dy))},
    "db: sign": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=-s.db))},
    "db: mean for the sum": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=s.db / len(x)))},
    "db: not computed": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=0 * s.db))},
    "db: first sample only": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=dy[0].copy()))},
    "db: one entry x1.0005": {
        "store_gradients": gradient(
            lambda s, x, dy: _set(s, db=s.db * (1 + 5e-4 * (np.abs(s.db) == np.abs(s.db).max())))
        )
    },
    "dx: sign": {"input_gradient": sent_back(lambda s, x, dy, dx: -dx)},
    "dx: of |W|": {"input_gradient": sent_back(lambda s, x, dy, dx: dy @ np.abs(s.W).T)},
    "dx: one column 0": {"input_gradient": sent_back(lambda s, x, dy, dx: _zeroed(dx, (slice(None), 0)))},
    "dx: one entry x1.1": {
        "input_gradient": sent_back(lambda s, x, dy, dx: dx * (1 + 0.1 * (np.abs(dx) == np.abs(dx).max())))
    },
    "forward: 1.0005 xW + b": {"forward": lambda s, base, x: 1.0005 * (x @ s.W) + s.b},
    "forward: xW + 2b": {"forward": lambda s, base, x: x @ s.W + 2 * s.b},
    "forward: xW² + b": {"forward": lambda s, base, x: x @ (s.W * s.W) + s.b},
}
SQUARE: dict[str, dict[str, Callable[..., Any]]] = {  # B = N = M, where wrong shapes do not show
    "dW: transposed, square": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW.T))},
    "dW: x and ∂L/∂y swapped": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=dy.T @ x))},
    "dW: x not transposed": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=x @ dy))},
    "db: sum over the wrong axis": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=dy.sum(axis=1)))},
    "db: sum of x": {"store_gradients": gradient(lambda s, x, dy: _set(s, db=x.sum(axis=0)))},
    "dx: W for its transpose": {"input_gradient": sent_back(lambda s, x, dy, dx: dy @ s.W)},
    "dx: weight gradient sent back": {"input_gradient": sent_back(lambda s, x, dy, dx: x.T @ dy)},
    "dx: ∂L/∂y sent back": {"input_gradient": sent_back(lambda s, x, dy, dx: dy)},
}


def _sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


ACTIVATION: dict[str, tuple[type[Layer], dict[str, Callable[..., Any]]]] = {
    "ReLU: mask forgotten": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: dy)}),
    "ReLU: mask of ∂L/∂y": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(dy > 0, dy, 0))}),
    "ReLU: mask inverted": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(x > 0, 0, dy))}),
    "ReLU: mask x > 0.1": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(x > 0.1, dy, 0))}),
    "ReLU: mask shifted by one column": (
        ReLU,
        {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(np.roll(x, 1, axis=1) > 0, dy, 0))},
    ),
    "ReLU: mask of the first batch": (
        ReLU,
        {
            "forward": _remembers("_kept"),
            "input_gradient": lambda s, base, x, dy: base.input_gradient(s, s._kept if hasattr(s, "_kept") else x, dy),
        },
    ),
    "ReLU: one entry of the mask flipped": (
        ReLU,
        {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(np.abs(dy) == np.abs(dy).max(), dy - dx, dx))},
    ),
    "ReLU: leak of 0.01": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: np.where(x > 0, dy, 0.01 * dy))}),
    "ReLU: the output for its slope": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: dx * x)}),
    "ReLU: ∂L/∂y forgotten": (ReLU, {"input_gradient": sent_back(lambda s, x, dy, dx: (x > 0).astype(float))}),
    "sigmoid: σ for σ′": (Sigmoid, {"input_gradient": sent_back(lambda s, x, dy, dx: dy * _sigma(x))}),
    "sigmoid: σ(1 + σ)": (
        Sigmoid,
        {"input_gradient": sent_back(lambda s, x, dy, dx: dy * _sigma(x) * (1 + _sigma(x)))},
    ),
    "sigmoid: slope at the output": (
        Sigmoid,
        {"input_gradient": sent_back(lambda s, x, dy, dx: dy * _sigma(_sigma(x)) * (1 - _sigma(_sigma(x))))},
    ),
    "sigmoid: slope forgotten": (Sigmoid, {"input_gradient": sent_back(lambda s, x, dy, dx: dy)}),
    "tanh: 1 − y": (Tanh, {"input_gradient": sent_back(lambda s, x, dy, dx: dy * (1 - np.tanh(x)))}),
    "tanh: 1 − x²": (Tanh, {"input_gradient": sent_back(lambda s, x, dy, dx: dy * (1 - x * x))}),
    "tanh: 1 + y²": (Tanh, {"input_gradient": sent_back(lambda s, x, dy, dx: dy * (1 + np.tanh(x) ** 2))}),
}


def _crop(layer: Any, x: Array, dx: Array, first: int) -> Array:
    """Return ∂L/∂x cut out of the padded image at another corner."""
    padded = np.pad(dx, ((0, 0), (0, 0), (2, 2), (2, 2)))
    return padded[:, :, 2 + first : 2 + first + x.shape[2], 2 + first : 2 + first + x.shape[3]]


def _with_kernel(change: Callable[[Array], Array]) -> Callable[..., Array]:
    def input_gradient(self: Any, base: Any, x: Array, dy: Array) -> Array:
        kept, self.W = self.W, np.ascontiguousarray(change(self.W))
        try:
            return base.input_gradient(self, x, dy)
        finally:
            self.W = kept

    return input_gradient


def _shifted_patches(axis: int) -> Callable[..., None]:
    def store(self: Any, base: Any, x: Array, dy: Array) -> None:
        base.store_gradients(self, np.roll(x, 1, axis=axis), dy)

    return store


def _empty_slice(self: Any, base: Any, x: Array, dy: Array) -> Array:
    p = self.padding[0]
    return np.pad(base.input_gradient(self, x, dy), ((0, 0), (0, 0), (p, p), (p, p)))[:, :, p:-p, p:-p]


CONV: dict[str, dict[str, Callable[..., Any]]] = {
    "conv dW: kernel flipped": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW[..., ::-1, ::-1]))},
    "conv dW: kernel axes swapped": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW.swapaxes(2, 3)))},
    "conv dW: window off by one row": {"store_gradients": _shifted_patches(2)},
    "conv dW: window off by one column": {"store_gradients": _shifted_patches(3)},
    "conv dW: first channel for all": {
        "store_gradients": gradient(lambda s, x, dy: _set(s, dW=0 * s.dW + s.dW[:, :1]))
    },
    "conv dW: filters swapped": {"store_gradients": gradient(lambda s, x, dy: _set(s, dW=_swapped(s.dW, 0)))},
    "conv dW: divided by the positions": {
        "store_gradients": gradient(lambda s, x, dy: _set(s, dW=s.dW / dy[0, 0].size))
    },
    "conv dW: one entry x1.1": {"store_gradients": gradient(lambda s, x, dy: _scaled_entry(s, _largest(s), 1.1))},
    "conv db: mean over the positions": {
        "store_gradients": gradient(lambda s, x, dy: _set(s, db=s.db / dy[0, 0].size))
    },
    "conv db: one position only": {
        "store_gradients": gradient(lambda s, x, dy: _set(s, db=dy[:, :, 0, 0].sum(axis=0)))
    },
    "conv dx: kernel flipped": {"input_gradient": _with_kernel(lambda W: W[..., ::-1, ::-1])},
    "conv dx: kernel axes swapped": {"input_gradient": _with_kernel(lambda W: W.swapaxes(2, 3))},
    "conv dx: filters swapped": {"input_gradient": _with_kernel(lambda W: _swapped(W, 0))},
    "conv dx: channels swapped": {"input_gradient": _with_kernel(lambda W: _swapped(W, 1))},
    "conv dx: window off by one": {"input_gradient": sent_back(lambda s, x, dy, dx: np.roll(dx, 1, axis=2))},
    "conv dx: padding cut off at the wrong corner": {
        "input_gradient": sent_back(lambda s, x, dy, dx: _crop(s, x, dx, -1))
    },
    "conv dx: border rows 0": {
        "input_gradient": sent_back(lambda s, x, dy, dx: _zeroed(dx, (slice(None), slice(None), -1)))
    },
    "conv dx: slice [p:-p] with p = 0": {"input_gradient": _empty_slice},
}


def _pool_by(layer: Any, x: Array, dy: Array, winners: Array, *, overwrite: bool = False) -> Array:
    dx = np.zeros(x.shape)
    rows, columns = dy.shape[2:]
    for place, (u, v) in enumerate(np.ndindex(*layer.size)):
        across, down = (
            slice(u, u + layer.stride[0] * rows, layer.stride[0]),
            slice(v, v + layer.stride[1] * columns, layer.stride[1]),
        )
        share = np.where(winners == place, dy, 0)
        if overwrite:
            dx[:, :, across, down] = np.where(winners == place, share, dx[:, :, across, down])
        else:
            dx[:, :, across, down] += share
    return dx


def _spread(layer: Any, x: Array, dy: Array, factor: float) -> Array:
    return sum(
        _pool_by(layer, x, factor * dy, np.full(dy.shape, place)) for place in range(layer.size[0] * layer.size[1])
    )


POOL: dict[str, dict[str, Callable[..., Any]]] = {
    "pool: '=' for '+=' in overlaps": {
        "input_gradient": lambda s, base, x, dy: _pool_by(s, x, dy, s.winners(x), overwrite=True)
    },
    "pool: to the whole window": {"input_gradient": lambda s, base, x, dy: _spread(s, x, dy, 1.0)},
    "pool: spread evenly": {"input_gradient": lambda s, base, x, dy: _spread(s, x, dy, 1 / (s.size[0] * s.size[1]))},
    "pool: to the first place": {"input_gradient": lambda s, base, x, dy: _pool_by(s, x, dy, 0 * s.winners(x))},
    "pool: to the smallest": {"input_gradient": lambda s, base, x, dy: _pool_by(s, x, dy, s.winners(-x))},
    "pool: rows and columns of the winner swapped": {
        "input_gradient": lambda s, base, x, dy: _pool_by(
            s, x, dy, s.winners(x) % s.size[1] * s.size[0] % (s.size[0] * s.size[1]) + s.winners(x) // s.size[1]
        )
    },
    "pool: window off by one": {"input_gradient": sent_back(lambda s, x, dy, dx: np.roll(dx, 1, axis=3))},
    "pool: winners of the first batch": {
        "forward": _remembers("_kept"),
        "input_gradient": lambda s, base, x, dy: base.input_gradient(s, s._kept if hasattr(s, "_kept") else x, dy),
    },
    "pool: last row of windows forgotten": {
        "input_gradient": lambda s, base, x, dy: base.input_gradient(s, x, _zeroed(dy, (slice(None), slice(None), -1)))
    },
    "flatten: columns before rows": {},
}


def _constants(layer: Any, x: Array, dy: Array, *, mean: bool) -> Array:
    """Return ∂L/∂x with the deviation, and the mean if asked, taken for constants."""
    axes = tuple(range(1, x.ndim)) if isinstance(layer, LayerNorm) else (0, *range(2, x.ndim))
    d = dy * layer.gamma / np.sqrt(x.var(axis=axes, keepdims=True) + layer.eps)
    return d if mean else d - d.mean(axis=axes, keepdims=True)


NORMALISATION: dict[str, dict[str, Callable[..., Any]]] = {
    "mean and deviation constant": {"input_gradient": sent_back(lambda s, x, dy, dx: _constants(s, x, dy, mean=True))},
    "deviation constant": {"input_gradient": sent_back(lambda s, x, dy, dx: _constants(s, x, dy, mean=False))},
    "γ forgotten in dx": {
        "input_gradient": sent_back(lambda s, x, dy, dx: type(s).__mro__[1].input_gradient(s, x, dy / s.gamma))
    },
    "dγ of x, not normalised": {"store_gradients": gradient(lambda s, x, dy: _set(s, dgamma=(x * dy).sum(axis=0)))},
    "dβ mean for the sum": {"store_gradients": gradient(lambda s, x, dy: _set(s, dbeta=s.dbeta / len(x)))},
}


DROPOUT: dict[str, Callable[..., Any]] = {
    "Dropout: mask not scaled": sent_back(lambda s, x, dy, dx: dx * (1 - s.p)),
    "Dropout: no mask on the way back": sent_back(lambda s, x, dy, dx: dy),
}


class _WrongLoss(SoftmaxCrossEntropy):
    def __init__(self, change: Callable[[Array, Array, Array], Array]) -> None:
        super().__init__(reduction="mean")
        self.change = change

    def gradient(self, prediction: Array, target: Array) -> Array:
        return self.change(super().gradient(prediction, target), prediction, target)


LOSS: dict[str, Callable[[Array, Array, Array], Array]] = {
    "loss: 1/B missing": lambda g, z, y: g * len(g),
    "loss: 1/B twice": lambda g, z, y: g / len(g),
    "loss: divided by B·K": lambda g, z, y: g / g.shape[1],
    "loss: sign": lambda g, z, y: -g,
    "loss: softmax without the labels": lambda g, z, y: g + y / len(g),
    "loss: softmax without a label of one sample": lambda g, z, y: np.vstack([g[:-1], g[-1:] + y[-1:] / len(g)]),
    "loss: logits for probabilities": lambda g, z, y: (z - y) / len(g),
    "loss: diagonal of the Jacobian only": lambda g, z, y: g * (g * len(g) + y) * (1 - g * len(g) - y),
}


# --- In-place changes -------------------------------------------------------------------------------------------------


def _relu_in_place(self: Any, base: Any, x: Array, dy: Array) -> Array:
    dx = base.input_gradient(self, x, dy)
    np.maximum(x, 0, out=x)
    return dx


def _normalised_in_place(self: Any, base: Any, x: Array) -> Array:
    x *= 0.5
    return base.forward(self, x)


def _decayed(self: Any, base: Any, x: Array, dy: Array) -> None:
    base.store_gradients(self, x, dy)
    self.W *= 0.999


def _prediction_in_place(g: Array, z: Array, y: Array) -> Array:
    z -= z.max(axis=1, keepdims=True)
    return g


def _labels_in_place(g: Array, z: Array, y: Array) -> Array:
    y *= 0.9
    return g


# --- Networks ---------------------------------------------------------------------------------------------------------


def _dense(rng: np.random.Generator, activation: type[Layer] = ReLU, *, square: bool = False) -> Case:
    B, N, M, K = (6, 6, 6, 6) if square else (int(n) for n in rng.integers([2, 4, 5, 3], [9, 12, 12, 7]))
    net = Net([Linear(N, M + 1 if not square else M, rng), activation(), Linear(M + 1 if not square else M, M, rng),
               activation(), Linear(M, K, rng)])  # fmt: skip
    for layer in net.layers[::2]:
        layer.b = 0.1 * rng.standard_normal(layer.b.shape)  # type: ignore[attr-defined]
    return net, SoftmaxCrossEntropy(reduction="mean"), rng.standard_normal((B, N)), np.eye(K)[rng.integers(K, size=B)]


def _normalised(rng: np.random.Generator, kind: type[Layer]) -> Case:
    net, loss, x, y = _dense(rng)
    width = net.layers[0].b.size  # type: ignore[attr-defined]
    layer = Dropout(0.4, seed=int(rng.integers(1000))) if kind is Dropout else kind(width)  # type: ignore[call-arg]
    for name, array in layer.parameters().items():
        setattr(layer, name, rng.uniform(0.5, 2, array.shape))
    net.layers.insert(1, layer)
    return net, loss, x, y


def _conv(rng: np.random.Generator, *, padding: int = 1) -> Case:
    B, C = (int(n) for n in rng.integers([2, 2], [4, 4]))
    net = Net([Conv2d(C, 3, 3, rng, padding=1), Tanh(), Conv2d(3, 2, 3, rng, padding=padding, stride=1), Tanh(),
               MaxPool2d((3, 2), (1, 1)), Flatten()])  # fmt: skip
    x = rng.standard_normal((B, C, 7, 6))
    net.layers.append(Linear(net.predict(x).shape[1], 3, rng))
    return net, SoftmaxCrossEntropy(reduction="mean"), x, np.eye(3)[rng.integers(3, size=B)]


def _replaced(case: Case, place: int, turn: Callable[[Layer], Layer]) -> tuple[Case, Case]:
    net, loss, x, y = case
    spoiled = copy.deepcopy(net)
    spoiled.layers[place] = turn(spoiled.layers[place])  # type: ignore[arg-type]
    return (spoiled, loss, x, y), case


def _fortran(self: Any, base: Any, x: Array, dy: Array) -> Array:
    return dy.reshape(len(x), -1).reshape(len(x), *x.shape[:0:-1]).transpose(0, 3, 2, 1)


def mutants() -> list[Mutant]:
    """Return the table."""
    table = []

    def add(name: str, group: str, build: Callable[[np.random.Generator], tuple[Case, Case]], **more: bool) -> None:
        table.append(Mutant(name, group, build, **more))

    for name, methods in LINEAR.items():
        kind = Tanh if "sign of the input" in name else ReLU  # which has none
        add(name, "linear", lambda rng, m=methods, k=kind: _replaced(_dense(rng, k), 2, wrong(Linear, **m)))
    for name, methods in SQUARE.items():
        add(name, "linear", lambda rng, m=methods: _replaced(_dense(rng, square=True), 2, wrong(Linear, **m)))
    for name, (kind, methods) in ACTIVATION.items():
        add(name, "activation", lambda rng, k=kind, m=methods: _replaced(_dense(rng, k), 1, wrong(k, **m)))
    for name, methods in CONV.items():
        p = 0 if "p = 0" in name else 1
        add(name, "conv", lambda rng, m=methods, p=p: _replaced(_conv(rng, padding=p), 2, wrong(Conv2d, **m)))
    for name, methods in POOL.items():
        if name.startswith("flatten"):
            add(name, "pool", lambda rng: _replaced(_conv(rng), 5, wrong(Flatten, input_gradient=_fortran)))
        else:
            add(name, "pool", lambda rng, m=methods: _replaced(_conv(rng), 4, wrong(MaxPool2d, **m)))
    for kind in (BatchNorm, LayerNorm):
        for name, methods in NORMALISATION.items():
            add(f"{kind.__name__}: {name}", "normalisation",
                lambda rng, k=kind, m=methods: _replaced(_normalised(rng, k), 1, wrong(k, **m)))  # fmt: skip
    for name, change in DROPOUT.items():
        turn = wrong(Dropout, input_gradient=change)
        add(name, "normalisation", lambda rng, t=turn: _replaced(_normalised(rng, Dropout), 1, t))
    for name, change in LOSS.items():
        add(name, "loss", lambda rng, c=change: _other_loss(_dense(rng), c))
    add("in place: backward of ReLU changes x", "in place",
        lambda rng: _replaced(_dense(rng), 1, wrong(ReLU, input_gradient=_relu_in_place)), in_place=True)  # fmt: skip
    add("in place: forward changes x", "in place",
        lambda rng: _replaced(_dense(rng), 0, wrong(Linear, forward=_normalised_in_place)), in_place=True)  # fmt: skip
    add("in place: backward changes W", "in place",
        lambda rng: _replaced(_dense(rng), 2, wrong(Linear, store_gradients=_decayed)), in_place=True)  # fmt: skip
    add("in place: loss changes the prediction", "in place",
        lambda rng: _other_loss(_dense(rng), _prediction_in_place), in_place=True)  # fmt: skip
    add("in place: loss changes the labels", "in place",
        lambda rng: _other_loss(_dense(rng), _labels_in_place), in_place=True)  # fmt: skip
    return table


def _other_loss(case: Case, change: Callable[[Array, Array, Array], Array]) -> tuple[Case, Case]:
    net, _, x, y = case
    return (net, _WrongLoss(change), x, y), case


def bites(spoiled: Case, right: Case) -> bool:
    """Tell whether a mutant stores another gradient for this draw, or computes another function."""
    try:
        stored = [_stored(copy.deepcopy(one)) for one in (spoiled, right)]
    except ValueError:
        return True
    return any(
        left.shape != one.shape or np.any(np.abs(left - one) > 1e-9 * np.max(np.abs(one)))
        for left, one in zip(stored[0][0].values(), stored[1][0].values(), strict=True)
    ) or not np.allclose(stored[0][1], stored[1][1], rtol=1e-9)


def _stored(case: Case) -> tuple[dict[str, Array], Array]:
    net, loss, x, y = case
    for rows in (x[::-1] + 0.3, x):
        output, trace = net.forward(rows.copy())
        net.backward(trace, loss.gradient(output.copy(), y.copy()))
    return net.gradients(), output


def judged(mutant: Mutant, seed: int, mode: str) -> Verdict:
    """Return the verdict on a mutant for the first draw of this seed at which it bites."""
    for again in range(100):
        rng = np.random.default_rng([seed, again])
        spoiled, right = mutant.build(rng)
        if mutant.in_place or bites(spoiled, right):
            return check_backward(*spoiled, mode=mode, seed=seed)  # type: ignore[arg-type]
    raise AssertionError(f"{mutant.name} never bites")


# --- Right networks ---------------------------------------------------------------------------------------------------


def right_network(seed: int) -> Case:  # noqa: PLR0912 - the choices stand beside each other
    """Return a random right network: depth, widths, activations, convolution and pooling, batch, type and scale."""
    rng = np.random.default_rng([seed, 1])
    dtype = np.float32 if rng.random() < 0.5 else np.float64
    scale = 10.0 ** rng.uniform(-3, 3)
    B = int(rng.integers(1, 17))
    layers: list[Layer] = []
    if rng.random() < 0.4:
        C, H, W = (int(n) for n in rng.integers([1, 5, 5], [4, 12, 12]))
        x = rng.standard_normal((B, C, H, W))
        if rng.random() < 0.5:
            x = np.maximum(x, 0).round(1)  # pictures: zeros and ties
        for _ in range(int(rng.integers(1, 3))):
            F, size = int(rng.integers(1, 5)), (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
            layers.append(
                Conv2d(x.shape[1], F, size, rng, stride=int(rng.integers(1, 3)), padding=int(rng.integers(0, 3)))
            )
            x = _through(layers[-1], x)
            layers += [*_extra(rng, x.shape[1:]), _activation(rng)]
            x = _through(layers[-1], x)
            if min(x.shape[2:]) >= 2 and rng.random() < 0.7:
                pool = tuple(int(n) for n in rng.integers(1, np.minimum(x.shape[2:], 3) + 1))
                layers.append(MaxPool2d(pool, int(rng.integers(1, 3))))  # type: ignore[arg-type]
                x = _through(layers[-1], x)
            if min(x.shape[2:]) < 3:
                break
        layers.append(Flatten())
        x0 = (
            rng.standard_normal((B, C, H, W))
            if rng.random() < 0.5
            else np.maximum(rng.standard_normal((B, C, H, W)), 0).round(1)
        )
        width = _through(layers[-1], x).shape[1]
    else:
        width = int(rng.integers(1, 40))
        x0 = (
            rng.standard_normal((B, width))
            if rng.random() < 0.7
            else np.maximum(rng.standard_normal((B, width)), 0).round(1)
        )
    for _ in range(int(rng.integers(0, 5))):
        following = int(rng.integers(1, 40))
        layers += [Linear(width, following, rng), *_extra(rng, (following,)), _activation(rng)]
        width = following
    loss: Loss = [SoftmaxCrossEntropy, SquaredError, BinaryCrossEntropyWithLogits][int(rng.integers(3))](
        reduction="mean" if rng.random() < 0.7 else "sum"
    )
    K = int(rng.integers(1, 8))
    layers.append(Linear(width, K, rng))
    for layer in layers:
        for name, array in layer.parameters().items():
            if name == "gamma":
                setattr(layer, name, (scale * rng.uniform(0.5, 2, array.shape)).astype(dtype))
                continue
            value = array * scale if name == "W" else rng.standard_normal(array.shape) * scale * (rng.random() < 0.5)
            setattr(layer, name, value.astype(dtype))
    if isinstance(loss, SoftmaxCrossEntropy):
        y = np.eye(K)[rng.integers(K, size=B)]
    elif isinstance(loss, SquaredError):
        y = rng.standard_normal((B, K))
    else:
        y = rng.integers(0, 2, (B, K)).astype(float)
    return Net(layers), loss, x0.astype(dtype), y.astype(dtype)


def _activation(rng: np.random.Generator) -> Layer:
    return [ReLU, Tanh, Sigmoid, LeakyReLU][int(rng.integers(4))]()


def _extra(rng: np.random.Generator, shape: tuple[int, ...]) -> list[Layer]:
    """Return, half of the time, a normalisation or dropout for samples of a shape."""
    choices: list[Callable[[], Layer]] = [
        lambda: BatchNorm(shape[0]),
        lambda: LayerNorm(shape),
        lambda: Dropout(float(rng.uniform(0.1, 0.9)), seed=int(rng.integers(1000))),
    ]
    return [choices[int(rng.integers(3))]()] if rng.random() < 0.5 else []


def _through(layer: Layer, x: Array) -> Array:
    return layer.forward(x)


def main() -> None:
    """Print the table of mutants and the count of verdicts on right networks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--only", default="", help="only mutants whose name contains this")
    options = parser.parse_args()
    threads = {pool["internal_api"]: pool["num_threads"] for pool in threadpool_info()}
    print(
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, {platform.machine()}"
    )
    print(f"BLAS threads {threads}; a check pins one\n")
    table = [mutant for mutant in mutants() if options.only in mutant.name]
    print(f"{len(table)} kinds of wrong gradient, {options.seeds} seeds each")
    print(
        f"{'mutant':48s}{'every: refuted':>15s}{'undecided':>10s}{'missed':>7s}{'directions: missed':>19s}  most named"
    )
    missed = Counter[str]()
    for mutant in table:
        verdicts = {
            mode: [judged(mutant, seed, mode) for seed in range(options.seeds)] for mode in ("every", "directions")
        }
        counts = {mode: Counter(verdict.status for verdict in each) for mode, each in verdicts.items()}
        for mode in counts:
            missed[mode] += counts[mode][Status.AGREES]
        named = Counter(verdict.mistake or "" for verdict in verdicts["every"]).most_common(1)[0][0]
        every = counts["every"]
        print(
            f"{mutant.name:48s}{every[Status.REFUTED]:15d}{every[Status.UNDECIDED]:10d}{every[Status.AGREES]:7d}"
            f"{counts['directions'][Status.AGREES]:19d}  {named}",
            flush=True,
        )
    print(f"missed by every: {missed['every']}, by directions: {missed['directions']}\n")
    for mode in ("every", "directions"):
        start, counts2 = time.perf_counter(), Counter[str]()
        for seed in range(options.networks):
            verdict = check_backward(*right_network(seed), mode=mode, seed=seed)  # type: ignore[arg-type]
            counts2[str(verdict.status)] += 1
            if verdict.status is Status.REFUTED or (
                verdict.status is Status.UNDECIDED
                and "finite" not in verdict.reason
                and "inf" not in verdict.reason
                and "nan" not in verdict.reason
                and "Only" not in verdict.reason
            ):
                print(f"  network {seed}, {mode}: {verdict.status}: {verdict.reason}")
        print(
            f"{options.networks} right networks, {mode}: {dict(counts2)}, {time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
